import functools

import numpy as np
import pytest

from gan_augment.augmenters import PerClass, Watch, generate, layer_norm_dcgan
from gan_augment.data.images import LabeledImages
from gan_augment.studies import Likeness, course


def one_class(n, seed):
    """Smooth images, each of its own brightness."""
    rng = np.random.default_rng(seed)
    images = rng.integers(60, 190, (n, 1, 1, 1)) + 3 * np.arange(8)[:, None, None]
    images = images + rng.integers(-9, 9, (n, 8, 8, 1))
    return LabeledImages(images.astype(np.uint8), np.zeros(n, np.int32), ("face",))


def test_more_of_the_same_is_like_the_real_ones_and_copies_are_nearer():
    likeness = Likeness(one_class(300, 0), one_class(200, 1))
    same = likeness.of(one_class(400, 2).images)
    assert same["samples"] == 400
    assert same["spread"] == pytest.approx(1, abs=0.1)
    assert same["detail"] == pytest.approx(1, abs=0.05)
    assert same["ratio"] == pytest.approx(1, abs=0.1)
    assert same["very_near"] < 0.05
    copies = likeness.of(one_class(300, 0).images)
    assert (copies["ratio"], copies["nearer"], copies["very_near"]) == (0, 1, 1)


def test_blurred_and_equal_images_lack_detail_and_spread():
    likeness = Likeness(one_class(50, 0), one_class(20, 1))
    flat = np.full((10, 8, 8, 1), 128, np.uint8)
    assert likeness.of(flat)["detail"] == 0
    assert likeness.of(flat)["spread"] == 0


def test_pairs_are_images_above_the_nearest_training_images():
    real, held_out = one_class(40, 0), one_class(5, 1)
    samples = np.concatenate([one_class(9, 2).images, real.images[7:8]])
    pairs = Likeness(real, held_out).pairs(samples, 3)
    assert list(pairs) == ["samples, not chosen", "the nearest of 10", "real, held out"]
    assert all(pair.shape == (2, 3, 8, 8, 1) for pair in pairs.values())
    np.testing.assert_array_equal(pairs["samples, not chosen"][0], samples[:3])
    np.testing.assert_array_equal(pairs["the nearest of 10"][:, 0], real.images[[7, 7]])
    np.testing.assert_array_equal(pairs["real, held out"][0], held_out.images[:3])
    for above, below in pairs["real, held out"].transpose(1, 0, 2, 3, 4).astype(int):
        distances = ((real.images.astype(int) - above) ** 2).sum((1, 2, 3))
        assert ((above - below) ** 2).sum() == distances.min()


def test_the_course_has_a_row_for_each_kept_step_and_one_of_the_end():
    real = one_class(20, 0)
    build = functools.partial(layer_norm_dcgan, width=0.02, latent_dim=4)
    gan = PerClass(build, steps=5, watch=Watch(every=2), snapshots=(3, 5)).fit(real)
    generated = generate(gan, 30, seed=1).images
    table = course(gan, Likeness(real, one_class(8, 1)), {3: 1.5, 5: 2.5}, generated)
    assert table["step"].tolist() == [3, 5, 5]
    assert table["epoch"].tolist() == [1.5, 2.5, 2.5]
    assert table["samples"].tolist() == [64, 64, 30]
    assert table["d_loss"][0] == gan.log.records[1]["d_loss"]
    assert table["d_loss"].isna().tolist() == [False, False, True]
    assert table["spread"][0] == pytest.approx(gan.log.records[1]["spread"], rel=0.02)
