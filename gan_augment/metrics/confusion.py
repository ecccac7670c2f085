"""From counts of right and wrong to accuracy, precision, recall and F1."""

from __future__ import annotations

import numpy as np

from gan_augment.data.images import LabeledImages


def confusion(images: LabeledImages, predictions: np.ndarray) -> np.ndarray:
    """Count images by class and by what they were taken for.

    `predictions` int [..., n] gives int64 [..., classes, classes].
    """
    classes = images.num_classes
    pairs = np.asarray(predictions) + images.labels * classes
    flat = pairs.reshape(-1, len(images))
    counts = [np.bincount(row, minlength=classes**2) for row in flat]
    return np.reshape(counts, (*pairs.shape[:-1], classes, classes))


def summary(counts: np.ndarray) -> dict[str, np.ndarray]:
    """Return the metrics of confusions [..., classes, classes], each float64 [...].

    "accuracy"; "precision", "recall" and "f1", which are means over the classes; "least_recall",
    the recall of the class that fares worst; "recalls" [..., classes]. The precision of a class
    that nothing was taken for is 0, and classes without an image do not count.
    """
    counts = np.asarray(counts, float)
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    true, predicted = counts.sum(-1), counts.sum(-2)
    with np.errstate(invalid="ignore"):
        recall = np.where(true > 0, right / true, np.nan)
        precision = np.where(predicted > 0, right / predicted, 0.0)
        f1 = 2 * right / (true + predicted)
    there = np.where(true > 0, 1.0, np.nan)
    return {
        "accuracy": right.sum(-1) / true.sum(-1),
        "precision": np.nanmean(precision * there, axis=-1),
        "recall": np.nanmean(recall, axis=-1),
        "f1": np.nanmean(f1 * there, axis=-1),
        "least_recall": np.nanmin(recall, axis=-1),
        "recalls": recall,
    }
