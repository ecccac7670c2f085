"""How zero-shot learning is scored: class by class, and seen against unseen (Xian et al. 2018)."""

from collections.abc import Sequence

import numpy as np


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
