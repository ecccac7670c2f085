import numpy as np
import pytest
from scipy import stats

from gan_augment.metrics.ranking import rank_correlation, rank_difference


def test_the_value_is_spearmans_with_ties():
    rng = np.random.default_rng(0)
    first = rng.integers(0, 6, 30)
    second = first + rng.normal(0, 2, 30)
    value, low, high = rank_correlation(first, second)
    assert value == pytest.approx(stats.spearmanr(first, second).statistic)
    assert low < value < high


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(1)
    covariance = [[1, 0.7], [0.7, 1]]
    truth = 6 / np.pi * np.arcsin(0.7 / 2)
    hits = 0
    for seed in range(60):
        drawn = rng.multivariate_normal([0, 0], covariance, 40)
        _, low, high = rank_correlation(*drawn.T, seed=seed)
        hits += low < truth < high
    assert 51 <= hits <= 60


def test_a_difference_is_judged_on_the_same_things():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=36)
    near, far = (truth + rng.normal(0, spread, 36) for spread in (0.2, 1.5))
    value, low, high = rank_difference(near, far, truth)
    each = [rank_correlation(score, truth)[0] for score in (near, far)]
    assert value == pytest.approx(each[0] - each[1])
    assert 0 < low < value < high
    assert rank_difference(far, far, truth) == (0, 0, 0)
    back = rank_difference(far, near, truth)
    assert back == pytest.approx((-value, -high, -low))


def test_no_ranking_no_correlation():
    assert np.isnan(rank_correlation([1, 1, 1], [1, 2, 3])).all()
    assert rank_correlation([1, 2, 3, 4], [1, 4, 9, 16])[0] == 1
