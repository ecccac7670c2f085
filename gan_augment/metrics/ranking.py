"""How far two ways of ranking the same things agree."""

import numpy as np
from scipy import stats

RESAMPLES = 2000


def rank_correlation(first, second, seed: int = 0) -> tuple[float, float, float]:
    """Return Spearman's correlation of two scores of n things, and its 95 % bootstrap interval.

    The things are drawn anew, each with both of its scores, [n]. NaN where one score says the same
    of all.
    """
    return _with_interval(_correlation, [first, second], seed)


def rank_difference(first, second, truth, seed: int = 0) -> tuple[float, float, float]:
    """Return how much better the first score's correlation with `truth` is than the second's.

    With its interval, as in `rank_correlation`: each thing is drawn with all of its scores, [n].
    """

    def difference(drawn):
        return _correlation(drawn[..., [0, 2]]) - _correlation(drawn[..., [1, 2]])

    return _with_interval(difference, [first, second, truth], seed)


def _with_interval(statistic, scores, seed: int) -> tuple[float, float, float]:
    things = np.stack(scores, axis=1).astype(float)
    rows = np.random.default_rng(seed).integers(0, len(things), (RESAMPLES, len(things)))
    with np.errstate(invalid="ignore"):
        drawn = statistic(things[rows])
        value = statistic(things[None])[0]
    drawn = drawn[np.isfinite(drawn)]
    low, high = np.quantile(drawn, [0.025, 0.975]) if len(drawn) else (np.nan, np.nan)
    return float(value), float(low), float(high)


def _correlation(pairs: np.ndarray) -> np.ndarray:
    """[draws, n, 2] → [draws]"""
    ranks = stats.rankdata(pairs, axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    covariance = np.einsum("dni,dnj->dij", ranks, ranks)
    return covariance[:, 0, 1] / np.sqrt(covariance[:, 0, 0] * covariance[:, 1, 1])
