import functools

import numpy as np
import pytest

from gan_augment.augmenters.base import generate, generated_set
from gan_augment.augmenters.controls import Repeat
from gan_augment.augmenters.cyclegan import cycle_gan
from gan_augment.augmenters.health import Watch
from gan_augment.augmenters.translation import Translated, Translation
from gan_augment.common.errors import UserError
from gan_augment.data.domains import as_domains
from gan_augment.data.images import LabeledImages
from gan_augment.data.records import read_manifest

small = functools.partial(cycle_gan, width=2, blocks=1, pool=3)
OPTIONS = {"steps": 6, "batch_size": 2, "seed": 1, "watch": Watch(every=2)}


def squares(n, dark, seed=0):
    """A square to the left or to the right: bright on dark, or dark on bright."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n, dtype=np.int32) % 2
    images = rng.integers(0, 40, (n, 8, 8, 1))
    for image, label in zip(images, labels):
        image[2:6, 1 + 3 * label : 4 + 3 * label] += 180
    return LabeledImages((images if dark else 255 - images).astype(np.uint8), labels, ("l", "r"))


DOMAINS = as_domains(squares(9, True), squares(7, False, 1), ("dark", "bright"))


@pytest.fixture(scope="module")
def translation():
    return Translation(small, **OPTIONS, snapshots=(3, 6)).fit(DOMAINS)


def test_a_stopped_training_continues_to_the_same_weights(translation, tmp_path, stop_at):
    """Weights, both optimisers' moments and pools are restored: the last two show in the first."""
    options = {**OPTIONS, "directory": tmp_path}
    stop_at(4, lambda: Translation(small, **options).fit(DOMAINS))
    continued = Translation(small, **options).fit(DOMAINS)
    finished = Translation(small, **options).fit(DOMAINS)
    for other in (continued, finished):
        for a, b in zip(translation.generators.variables, other.generators.variables, strict=True):
            np.testing.assert_array_equal(a, b)
    for step in (2, 6):
        whole, parts = (
            next(record for record in each.log.records if record["step"] == step)
            for each in (translation, continued)
        )
        assert whole == parts
    other = as_domains(squares(5, True), squares(7, False, 1), ("dark", "bright"))
    with pytest.raises(UserError, match="other images"):
        Translation(small, **options).fit(other)


def test_reports_and_snapshots_are_of_both_directions(translation):
    last = translation.log.records[-1]
    assert last["class"] == "dark and bright"
    assert {"d_loss", "g_loss", "cycle_loss", "identity_loss", "spread"} <= set(last)
    kept = translation.kept_samples()
    assert sorted(kept) == [3, 6]
    assert kept[6].counts().tolist() == [32, 32]
    assert kept[6].class_names == ("dark", "bright")
    first = translation.translated(DOMAINS.images[:1], into=1)
    np.testing.assert_allclose(kept[6].of_class(1).images[0], first[0], atol=1)


def test_translated_images_are_the_same_ones_with_their_labels(translation, tmp_path):
    real = squares(11, True, 3)
    plain = generate(Repeat().fit(real), 70, seed=5)
    made = generate(Translated(translation).fit(real), 70, seed=5)
    np.testing.assert_array_equal(made.labels, plain.labels)
    np.testing.assert_array_equal(made.images, translation.translated(plain.images, into=1))
    assert (made.images != plain.images).any()
    back = generate(Translated(translation, into=0).fit(real), 3, seed=5)
    assert (back.images != made.take(np.arange(6)).images).any()

    kept = generated_set(
        Translated(translation).fit(real), tmp_path, "made", per_class=70, seed=5,
        generation={"gans": translation.records},
    )  # fmt: skip
    assert kept.content_hash() == made.content_hash()
    assert read_manifest(tmp_path / "made")["gans"]["all"][0]["failure"] is None


def test_a_domain_without_images_is_named():
    nothing = as_domains(squares(4, True), squares(0, False), ("dark", "bright"))
    with pytest.raises(UserError, match="'bright' has no image"):
        Translation(small, **OPTIONS).fit(nothing)


def test_it_learns_to_invert():
    domains = as_domains(squares(64, True), squares(64, False, 1), ("dark", "bright"))
    build = functools.partial(cycle_gan, width=4, blocks=1, learning_rate=3e-3)
    model = Translation(build, steps=150, batch_size=8, seed=0, watch=Watch(every=50))
    model.fit(domains)
    losses = [record["cycle_loss"] for record in model.log.records]
    assert losses[-1] < losses[0] / 2
    test = squares(20, True, 9).images
    there = model.translated(test, into=1)
    assert test.mean() < 100
    assert there.mean() > 155
