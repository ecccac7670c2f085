"""How zero-shot learning is scored: class by class, and seen against unseen (Xian et al. 2018)."""

from collections.abc import Sequence

import numpy as np
from scipy import special


def class_accuracies(
    labels: np.ndarray, predictions: np.ndarray, classes: Sequence[int]
) -> np.ndarray:
    """Return the share of right predictions among the images of each class, float64 [classes].

    NaN for a class without an image. The accuracy that the field reports is their mean.
    """
    of_class = labels == np.asarray(classes)[:, None]
    right = of_class & (np.asarray(predictions) == labels)
    with np.errstate(invalid="ignore"):
        return right.sum(1) / of_class.sum(1)


def harmonic_mean(seen, unseen):
    """Return 2su / (s + u), elementwise; 0 where both are 0. It is high only if both are."""
    seen, unseen = np.asarray(seen, float), np.asarray(unseen, float)
    total = seen + unseen
    return 2 * seen * unseen / np.where(total > 0, total, 1)


def interval_over_pairs(
    values: np.ndarray, pairs: Sequence[tuple[str, str]], confidence: float = 0.95
) -> tuple[float, float, float]:
    """Return the ends of an interval of the mean of `values` [n], and p of a mean of 0.

    Each value belongs to one of `pairs` of classes. Pairs with a class in common share its luck,
    and an interval over them as if they were independent is far too short. So classes are left out
    in turn, with all pairs they are in (jackknife), and there is a degree of freedom less than
    there are classes; what is a pair's own counts twice, which errs on the careful side. NaN where
    some class is in all pairs.
    """
    values, pairs = np.asarray(values, float), np.asarray(pairs)
    classes = np.unique(pairs)
    without = [(pairs != name).all(axis=1) for name in classes]
    if not len(values) or not all(rest.any() for rest in without):
        return np.nan, np.nan, np.nan
    means = np.array([values[rest].mean() for rest in without])
    freedom, mean = len(classes) - 1, float(values.mean())
    error = np.sqrt(freedom / len(classes) * ((means - means.mean()) ** 2).sum())
    if error < 1e-12:  # equal up to rounding: t would be noise over noise
        return mean, mean, float(abs(mean) < 1e-12)
    half = special.stdtrit(freedom, (1 + confidence) / 2) * error
    p_value = 2 * special.stdtr(freedom, -abs(mean) / error)
    return float(mean - half), float(mean + half), float(p_value)
