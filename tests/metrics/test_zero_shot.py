import itertools

import numpy as np
import pytest

from gan_augment.metrics.zero_shot import class_accuracies, harmonic_mean, interval_over_pairs


def test_every_class_counts_the_same_however_many_images_it_has():
    labels = np.array([7, 7, 7, 7, 2])
    predictions = np.array([7, 7, 2, 7, 7])
    found = class_accuracies(labels, predictions, [2, 7, 5])
    np.testing.assert_array_equal(found, [0, 0.75, np.nan])


def test_harmonic_mean_is_high_only_if_both_are():
    np.testing.assert_allclose(harmonic_mean([0.9, 1, 0, 0], [0.3, 0, 1, 0]), [0.45, 0, 0, 0])


def test_intervals_over_pairs_know_that_pairs_share_classes():
    """A pair's score is the sum of two classes' luck, so the mean of all is twice that of luck."""
    pairs = list(itertools.combinations("abcdefghij", 2))
    rng = np.random.default_rng(0)
    covered = []
    for _ in range(300):
        luck = dict(zip("abcdefghij", rng.normal(size=10)))
        low, high, p = interval_over_pairs([luck[a] + luck[b] for a, b in pairs], pairs)
        covered.append(low < 0 < high)
        assert (p < 0.05) == (not covered[-1])
    assert 0.92 < np.mean(covered) < 0.98  # if pairs were taken as independent: about a half
    mean, error = 2 * np.mean(list(luck.values())), 2 * np.std(list(luck.values()), ddof=1)
    half = 2.262157 * error / 10**0.5  # t of nine degrees of freedom
    assert (low, high) == (pytest.approx(mean - half), pytest.approx(mean + half))


def test_a_class_in_all_pairs_leaves_no_interval():
    assert np.isnan(interval_over_pairs([1.0, 2.0], [("a", "b"), ("a", "c")])).all()
    assert np.isnan(interval_over_pairs([], [])).all()
    assert interval_over_pairs([0.5, 0.5], [("a", "b"), ("c", "d")]) == (0.5, 0.5, 0.0)
