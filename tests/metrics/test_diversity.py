import numpy as np
import pytest

from gan_augment.data.images import LabeledImages
from gan_augment.metrics.diversity import diversity

NAMES = ("dark", "light")


def drawn(each, seed, noise=20):
    """Dark and light images with noise."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(2, dtype=np.int32), each)
    pixels = (
        60 + 120 * labels[:, None, None, None] + rng.integers(-noise, noise, (2 * each, 6, 6, 1))
    )
    return LabeledImages(pixels.astype(np.uint8), labels, NAMES)


def siblings_of(given, each, change):
    """In rounds of all given images of a class."""
    rows = np.concatenate(
        [np.tile(np.flatnonzero(given.labels == label), each) for label in range(2)]
    )
    own = given.take(rows)
    return LabeledImages(change(own.images), own.labels, NAMES)


def test_copies_are_at_no_distance():
    given, test = drawn(3, 0), drawn(5, 1)
    found = diversity(given, siblings_of(given, 4, lambda x: x), test)
    assert found.distance == 0
    assert found.spread == 0
    assert found.kept == found.kept_real == 1


def test_real_images_in_the_place_of_siblings_are_about_as_far_as_real_images_are():
    given, test = drawn(3, 0), drawn(5, 1)
    found = diversity(given, drawn(12, 2), test)
    assert found.distance == pytest.approx(1, abs=0.1)
    assert found.spread == pytest.approx(1, abs=0.1)


def test_one_change_for_all_has_distance_and_no_spread():
    given, test = drawn(3, 0), drawn(5, 1)
    rng = np.random.default_rng(3)
    mask = rng.integers(0, 20, (6, 6, 1)).astype(np.uint8)
    found = diversity(given, siblings_of(given, 2, lambda x: x ^ mask), test)
    assert found.distance > 0.3
    assert found.spread == 0


def test_siblings_of_another_class_are_found_out():
    given, test = drawn(3, 0), drawn(5, 1)
    found = diversity(given, siblings_of(given, 2, lambda x: 240 - x), test)
    assert found.kept == 0
    assert found.kept_real == 1


def test_one_sibling_each_has_no_spread_to_tell():
    given, test = drawn(3, 0), drawn(5, 1)
    assert np.isnan(diversity(given, drawn(3, 2), test).spread)
