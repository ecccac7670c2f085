"""Intervals for differences between training sets, over splits of one and the same small data set.

Splits of one set share most of their images, so their scores agree more than those of new data
would, and an interval over them as if they were independent is too narrow. Two ways of drawing the
test part need two corrections.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from gan_augment.metrics.significance import Estimate


def over_splits(
    differences: Sequence[np.ndarray], test_to_train: float, confidence: float = 0.95
) -> Estimate:
    """Estimate a mean difference over random splits (Nadeau & Bengio 2003).

    `differences` has for each split those of its members, [m]; `test_to_train` is the number of
    test images over that of training images. The variance of the mean over S splits is taken as
    (1/S + `test_to_train`) times that between splits. One split gives no interval (NaN).
    """
    means = np.array([np.mean(part) for part in differences])
    variance = means.var(ddof=1) * (1 / len(means) + test_to_train) if len(means) > 1 else np.nan
    return _estimate(differences, means, variance, len(means) - 1, confidence)


def over_trainings_and_images(
    differences: Sequence[np.ndarray], confidence: float = 0.95
) -> Estimate:
    """Estimate a mean difference on one test part that all splits share.

    `differences` has for each split those in being right, mean over members, of every test image,
    float [splits, images] in −1…1. Other trainings and other test images would each give another
    mean; the variances of both are added, which counts chance in single answers twice and so errs
    on the careful side.
    """
    table = np.array(differences, float)
    splits, images = table.shape
    means = table.mean(axis=1)
    variance = table.mean(axis=0).var(ddof=1) / images if images > 1 else np.nan
    if splits > 1:
        variance += means.var(ddof=1) / splits
        return _estimate(list(means[:, None]), means, variance, splits - 1, confidence)
    return _estimate(list(means[:, None]), means, variance, images - 1, confidence)


def _estimate(parts, means, variance: float, freedom: int, confidence: float) -> Estimate:
    values = np.concatenate([np.atleast_1d(part) for part in parts])
    mean, error = float(means.mean()), float(np.sqrt(variance))
    if freedom < 1 or np.isnan(error):
        low = high = p_value = np.nan
    elif error < 1e-12:  # equal up to rounding: t would be noise over noise
        low, high, p_value = mean, mean, float(abs(mean) < 1e-12)
    else:
        half = special.stdtrit(freedom, (1 + confidence) / 2) * error
        low, high = mean - half, mean + half
        p_value = float(2 * special.stdtr(freedom, -abs(mean) / error))
    return Estimate(
        mean=mean,
        sd=float(values.std(ddof=1)) if len(values) > 1 else np.nan,
        low=float(low),
        high=float(high),
        p_value=p_value,
        p_sign=np.nan,
        n_members=len(values),
        n_gan_seeds=len(means),
        interval_over="splits",
    )
