import functools

import numpy as np
import pytest

from gan_augment.classifiers import small_cnn
from gan_augment.data import LabeledImages, concatenate
from gan_augment.metrics.fidelity import density_of_each, fidelity_and_diversity
from gan_augment.studies.selection import JUDGES, OVERSUPPLY, best

NAMES = ("left", "right")
BUILD = functools.partial(small_cnn, (12, 12, 1), 2)


def images(n, seed, right=True):
    """A bright half where the label says, or on the other side."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n, dtype=np.int32) % 2
    pixels = rng.integers(0, 80, [n, 12, 12, 1])
    bright = labels if right else 1 - labels
    pixels[bright == 0, :, :6] += 150
    pixels[bright == 1, :, 6:] += 150
    return LabeledImages(pixels.astype(np.uint8), labels, NAMES)


def noise(n):
    pixels = np.random.default_rng(9).integers(0, 256, [n, 12, 12, 1], np.uint8)
    return LabeledImages(pixels, np.arange(n, dtype=np.int32) % 2, NAMES)


@pytest.mark.parametrize("name", JUDGES)
def test_judges_tell_good_images_from_noise(name):
    generated = concatenate([images(20, seed=1), noise(40)])
    scores = JUDGES[name](BUILD, images(40, seed=2), generated, steps=60, seed=0)
    assert scores.shape == (60,)
    kept = best(generated, scores)
    assert len(kept) == 20
    good = {image.tobytes() for image in images(20, seed=1).images}
    assert sum(image.tobytes() in good for image in kept.images) >= 16


@pytest.mark.parametrize("name", ["confidence", "density"])
def test_wrong_labels_are_not_kept(name):
    generated = concatenate([images(20, seed=1), images(40, seed=3, right=False)])
    scores = JUDGES[name](BUILD, images(40, seed=2), generated, steps=60, seed=0)
    assert scores[:20].mean() > scores[20:].mean() + 0.3


def test_the_best_of_each_class_stay_in_order():
    generated = images(12, seed=0)
    scores = np.arange(12.0)[::-1]
    kept = best(generated, scores)
    assert len(kept) == 12 // OVERSUPPLY
    expected = generated.take(np.array([0, 2, 1, 3]))
    assert (kept.images == expected.images).all()
    assert kept.counts().tolist() == [2, 2]


def test_the_mean_of_all_densities_is_the_density():
    rng = np.random.default_rng(0)
    real, made = rng.standard_normal([40, 3]), rng.standard_normal([30, 3])
    each = density_of_each(real, made)
    assert each.mean() == pytest.approx(fidelity_and_diversity(real, made).density)
    assert each.shape == (30,)
