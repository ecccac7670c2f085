import numpy as np
import pytest

from gan_augment.metrics.memorization import compare_distances, detect_copies


def normal(n, seed, d=20):
    return np.random.default_rng(seed).normal(size=(n, d))


def test_new_images_are_as_near_as_held_out_ones():
    found = detect_copies(normal(500, 0), normal(400, 1), normal(300, 2))
    assert found.ratio == pytest.approx(1, abs=0.03)
    assert found.nearer == pytest.approx(0.5, abs=0.07)  # three standard errors
    assert found.very_near < 0.04


def test_copies_show():
    training = normal(500, 0)
    generated = np.concatenate([normal(150, 1), training[:50] + 1e-3])
    found = detect_copies(training, generated, normal(300, 2))
    assert found.very_near == pytest.approx(0.25, abs=0.03)
    assert found.nearer == pytest.approx(0.25 + 0.75 / 2, abs=0.05)
    assert detect_copies(training, training, normal(300, 2)).ratio == 0


def test_numbers_by_hand():
    found = compare_distances(np.array([0.0, 1.0, 2.0, 5.0]), np.array([2.0, 4.0]))
    assert found.ratio == pytest.approx(1.5 / 3)
    # Nearer than 2 and 4: 2, 2, ½ + 1, 0 of the 8 pairs.
    assert found.nearer == pytest.approx(5.5 / 8)
    assert found.very_near == 0.75  # at most 2.02


def test_held_out_copies_leave_no_ratio():
    assert np.isnan(compare_distances(np.ones(3), np.zeros(3)).ratio)
