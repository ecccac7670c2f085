from gan_augment.training.onlookers import invite, invited


def test_only_trainings_below_the_run_are_seen(tmp_path, monkeypatch):
    first, second = object(), object()
    invite(tmp_path / "a", [first, second])
    invite(tmp_path / "b", [])
    assert invited(tmp_path / "a" / "gans" / "x") == (first, second)
    assert invited(tmp_path / "ab") == ()
    monkeypatch.chdir(tmp_path)
    assert invited("a/gans") == (first, second)
    invite("a", [])
    assert invited(tmp_path / "a") == ()
