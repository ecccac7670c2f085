from gan_augment.common.seeds import derive_seed


def test_seeds_follow_from_the_path_and_stay_what_they_are():
    assert derive_seed(0, "gan", 3) == derive_seed(0, "gan", 3)
    assert derive_seed(0, "sample", 0) == 1512369383  # published results depend on it
    paths = [(s, name, i) for s in range(5) for name in ("gan", "sample") for i in range(50)]
    seeds = [derive_seed(*path) for path in paths]
    assert len(set(seeds)) == len(seeds)
    assert all(0 <= seed < 2**31 for seed in seeds)
