"""Farhat, "Improving Image Classification with Deep Convolutional GAN Data Augmentation".

The numbers are the report's, from its Table I.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from gan_augment.metrics.confusion import summary

SOURCE = (
    "C. Farhat, *Improving Image Classification with Deep Convolutional GAN Data Augmentation*, "
    "Université Paris-Saclay"
)
TEST_IMAGES = 41  # of each class
METRICS = ("loss", "accuracy", "precision", "recall", "f1")

ADDED = (1000, 2000)  # "few" and "many" images
EPOCHS, COMPARED_AFTER = 1000, 200  # of a GAN; for a comparison of batch sizes

# Table I: training, then test, in the order of METRICS.
TABLE_1 = {
    "original": ((0.34, 1.0, 1.0, 1.0, 1.0), (0.76, 0.5, 0.76, 0.52, 0.38)),
    "transforms": ((0.39, 0.94, 0.94, 0.94, 0.94), (0.69, 0.58, 0.64, 0.58, 0.63)),
    "gan-few": ((0.36, 0.95, 0.96, 0.95, 0.95), (0.71, 0.59, 0.78, 0.59, 0.50)),
    "gan-many": ((0.34, 0.97, 0.97, 0.97, 0.97), (0.67, 0.63, 0.78, 0.63, 0.58)),
    "gan-many+transforms": ((0.34, 0.97, 0.97, 0.97, 0.97), (0.74, 0.56, 0.58, 0.56, 0.53)),
}


def reported(situation: str, part: str, metric: str) -> float:
    """Return a number of Table I, NaN where it has none; `part` is "train" or "test"."""
    if situation not in TABLE_1 or metric not in METRICS:
        return np.nan
    return TABLE_1[situation][("train", "test").index(part)][METRICS.index(metric)]


def implied_recalls(situation: str) -> tuple[float, float] | None:
    """Return the recalls of the two classes that Table I's test numbers imply, the smaller first.

    Of all ways to get some of 41 and some of 41 right, the one that gives its precision, recall and
    F1 to within a rounding and a half; None if none does.
    """
    wanted = np.array([reported(situation, "test", name) for name in ("precision", "recall", "f1")])
    right = np.array(list(itertools.combinations_with_replacement(range(TEST_IMAGES + 1), 2)))
    counts = np.empty((len(right), 2, 2))
    for label in (0, 1):
        counts[:, label, label] = right[:, label]
        counts[:, label, 1 - label] = TEST_IMAGES - right[:, label]
    found = summary(counts)
    off = np.abs(np.stack([found[name] for name in ("precision", "recall", "f1")], 1) - wanted)
    best = off.max(1).argmin()
    if off[best].max() > 0.0101:
        return None
    return tuple((right[best] / TEST_IMAGES).tolist())


@dataclass(frozen=True)
class Difference:
    """Test accuracy in one situation less that in another; `folds`: with each object left out."""

    first: str
    second: str
    folds: bool = False

    @property
    def reported(self) -> float:
        """The report's difference, NaN where it has none."""
        if self.folds:
            return np.nan
        first, second = (reported(s, "test", "accuracy") for s in (self.first, self.second))
        return first - second


@dataclass(frozen=True)
class Claim:
    """A sentence that differences bear out or refute: every one is above (+1) or below 0 (−1)."""

    text: str
    sign: int
    differences: tuple[Difference, ...]
    at_least: float = 0.0
    """What the differences are held against instead of 0."""
    ours: bool = False


GAN = ("gan-few", "gan-many", "gan-many+transforms")
GAINS = tuple(Difference(situation, "original") for situation in GAN)
LABELS = {
    "original": "original",
    "transforms": "transforms",
    "gan-few": "+ {few:,} GAN",
    "gan-many": "+ {many:,} GAN",
    "gan-many+transforms": "+ {many:,} GAN, transforms",
    "repeat-few": "equal steps, {few:,}",
    "repeat-many": "equal steps, {many:,}",
    "transforms-many": "equal steps, {many:,}, transforms",
    "pooled-many": "+ {many:,} of all GAN seeds",
}
MARGIN = 0.005  # what counts as no difference

CLAIMS = (
    Claim("GAN images raise test accuracy", +1, GAINS),
    Claim("GAN images raise test accuracy by 4 points or more", +1, GAINS, at_least=0.04),
    Claim(
        "transforms do not help, alone or with GAN images",
        -1,
        (Difference("transforms", "original"), Difference("gan-many+transforms", "gan-many")),
        at_least=MARGIN,
    ),
    Claim(
        "GAN images do more than as many training steps on the real ones",
        +1,
        (Difference("gan-few", "repeat-few"), Difference("gan-many", "repeat-many")),
        ours=True,
    ),
    Claim(
        "GAN images help on top of transforms, at as many steps",
        +1,
        (Difference("gan-many+transforms", "transforms-many"),),
        ours=True,
    ),
    Claim(
        "images of several GAN seeds help more than as many of one",
        +1,
        (Difference("pooled-many", "gan-many"),),
        ours=True,
    ),
    Claim(
        "GAN images help a classifier of nine objects a class with the tenth",
        +1,
        (Difference("gan-many", "original", True), Difference("gan-many", "repeat-many", True)),
        ours=True,
    ),
    Claim(
        "transforms help a classifier of nine objects a class with the tenth",
        +1,
        (Difference("transforms", "original", True),),
        ours=True,
    ),
)
