from functools import partial

import numpy as np
import pytest

from gan_augment.classifiers import Members, dense_classifier
from gan_augment.data.images import LabeledImages
from gan_augment.studies import fingerprint
from gan_augment.studies.fingerprint import FingerprintStudy, on_parts
from gan_augment.studies.matrix import Source

NAMES = ("a", "b", "c")


def images(n, seed, *, tint=0, brighter=0):
    """Noise with a bar at the height of its class; `tint` brightens a class by its label."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n, dtype=np.int32) % 3
    pixels = rng.normal(110 + brighter, 25, [n, 12, 12, 3])
    pixels[..., 0] += tint * labels[:, None, None]
    for image, label in zip(pixels, labels):
        image[4 * label : 4 * label + 2] += 40
    return LabeledImages(np.clip(pixels, 0, 255).astype(np.uint8), labels, NAMES)


def source(n, seed, **options):
    return Source.split(images(n, seed, **options), 0)


@pytest.fixture(scope="module")
def made():
    """Real images, and generators of which each class's has a tint of its own."""
    return source(600, 0), {
        "per-class": source(600, 1, tint=25, brighter=30),
        "conditional": source(600, 2, brighter=30),
    }


def study(directory, **options):
    build = partial(dense_classifier, (12, 12, 3), 3, units=8)
    make = partial(Members, build, learning_rate=0.003, batch_size=16)
    return FingerprintStudy(directory, make, members=2, epochs=2, seed=0, **options)


@pytest.fixture(scope="module")
def done(made, tmp_path_factory):
    done = study(tmp_path_factory.mktemp("study"))
    done.run(*made)
    return done


def accuracy(study, remedy, kind="colour", fitted_to="synthetic", tested_on="synthetic"):
    probes = study.probes().set_index(["remedy", "kind", "fitted_to", "tested_on"])["accuracy"]
    return probes[remedy, kind, fitted_to, tested_on]


def test_the_probe_finds_the_tint_and_the_remedies_for_colour_take_it_away(done):
    floor = accuracy(done, "none", fitted_to="real", tested_on="real")
    assert floor < 0.5
    assert accuracy(done, "none") > 0.8
    assert accuracy(done, "none", "both") > 0.8
    for remedy in ("conditional", "class colours", "standardised"):
        assert accuracy(done, remedy) < 0.55, remedy
    for remedy in ("set colours", "noise", "blur"):
        assert accuracy(done, remedy) > 0.7, remedy


def test_every_remedy_has_its_cells(done):
    scores = done.scores()
    cells = scores.groupby("remedy")[["train", "test"]].value_counts().unstack([1, 2])
    assert set(cells.index) == set(fingerprint.REMEDIES)
    assert (cells == 2 * 3).all(axis=None)  # members × protocols
    assert set(scores["train_images"]) == {450}
    real = scores[(scores["train"] == "real") & (scores["test"] == "real")]
    plain = real[real["remedy"].isin(["none", "conditional", "class colours"])]
    same = plain.groupby(["member", "protocol"])["accuracy"].nunique()
    assert (same == 1).all()  # the same classifiers


def test_what_is_finished_is_not_done_again(done, made, monkeypatch):
    same = study(done.directory)
    monkeypatch.setattr(Members, "train", None)
    monkeypatch.setattr(fingerprint, "probe", None)
    same.run(*made)
    real, generated = made
    same.run(real, {"per-class": generated["per-class"]})  # fewer: nothing is lost
    assert same.scores().equals(done.scores())
    assert same.probes().equals(done.probes())


def image_colours(part, label):
    pixels = part.of_class(label).images.astype(float)
    return pixels.mean((1, 2)), pixels.std((1, 2))


def test_class_colours_are_distributed_as_those_of_the_real_training_images(made):
    real, generated = made
    changed = fingerprint.class_colours(real, generated["per-class"])
    for label in range(3):
        for ours, theirs in zip(
            image_colours(changed.train, label), image_colours(real.train, label)
        ):
            np.testing.assert_allclose(ours.mean(0), theirs.mean(0), atol=1.0)
            np.testing.assert_allclose(ours.std(0), theirs.std(0), rtol=0.15, atol=0.1)
    before = generated["per-class"].test
    np.testing.assert_array_equal(changed.test.labels, before.labels)
    first, second = (part.images[0, ..., 1].ravel() for part in (before, changed.test))
    assert np.corrcoef(first, second)[0, 1] > 0.99  # the picture is the same


def test_set_colours_are_one_map_for_all_classes(made):
    real, generated = made
    before = generated["per-class"]
    changed = fingerprint.set_colours(real, before)
    np.testing.assert_allclose(
        changed.train.images.mean((0, 1, 2)), real.train.images.mean((0, 1, 2)), atol=1.0
    )
    first, last = (
        part.train.of_class(2).images[..., 0].mean() - part.train.of_class(0).images[..., 0].mean()
        for part in (before, changed)
    )
    assert last > 0.5 * first  # the classes are as far apart as ever


def test_standardised_images_have_equal_colours():
    some = images(20, 3, tint=30)
    flat = np.full_like(some.images[:1], 200)
    some = LabeledImages(
        np.concatenate([some.images, flat]), np.append(some.labels, 0).astype(np.int32), NAMES
    )
    changed = fingerprint.standardised(some, 0).images
    np.testing.assert_allclose(changed[:-1].mean((1, 2)), fingerprint.MEAN, atol=1.5)
    np.testing.assert_allclose(changed[:-1].std((1, 2)), fingerprint.DEVIATION, atol=2.5)
    assert set(changed[-1].ravel()) == {int(fingerprint.MEAN)}


def test_noise_and_blur_are_light_and_noise_is_seeded():
    some = images(30, 4)
    noisy = fingerprint.noise(some, 1).images.astype(float)
    difference = noisy - some.images
    assert difference.std() == pytest.approx(fingerprint.NOISE, rel=0.1)
    np.testing.assert_array_equal(noisy, fingerprint.noise(some, 1).images)
    assert (noisy != fingerprint.noise(some, 2).images).any()
    blurred = fingerprint.blur(some, 0).images
    assert blurred.mean() == pytest.approx(some.images.mean(), abs=0.5)
    assert blurred[:, :, :, 0].std() < 0.8 * some.images[:, :, :, 0].std()
    alone = fingerprint.blur(some.take(np.array([7])), 0).images[0]
    np.testing.assert_array_equal(blurred[7], alone)  # no image reaches into another


def test_blocks_make_no_difference(monkeypatch):
    some = images(31, 5)
    whole = fingerprint.noise(some, 0).images, fingerprint.blur(some, 0).images
    monkeypatch.setattr(fingerprint, "BLOCK", 10)
    np.testing.assert_array_equal(fingerprint.noise(some, 0).images, whole[0])
    np.testing.assert_array_equal(fingerprint.blur(some, 0).images, whole[1])


def test_parts_are_changed_with_seeds_of_their_own():
    seeds = []
    on_parts(source(30, 0), lambda images, seed: seeds.append(seed) or images, seed=1)
    assert len(set(seeds)) == 3
