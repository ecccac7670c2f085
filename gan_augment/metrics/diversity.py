"""Whether siblings of given images differ from them, and are still of their class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_augment.data.images import LabeledImages
from gan_augment.metrics.neighbours import nearest, squared_distances


@dataclass(frozen=True)
class Diversity:
    """How far siblings are from their given image, over how far real images of a class are apart.

    Distances are Euclidean over pixels, means over all pairs of a class and over the classes.
    """

    distance: float
    """From a sibling to its given image, as a share of the distance between real images of the
    class: 0 for a generator that copies, about 1 for another image of the class."""
    spread: float
    """Between siblings of one given image, likewise: 0 for one that pays no heed to its latents;
    NaN where an image has one sibling."""
    kept: float
    """Share of siblings whose nearest held-back image is one of their class."""
    kept_real: float
    """The same of the given images: as much as can be hoped for."""


def diversity(given: LabeledImages, siblings: LabeledImages, test: LabeledImages) -> Diversity:
    """Measure siblings; image p of a class is a sibling of its given image p modulo their number.

    `test` has more real images of the same classes, which the siblings were not made from. Every
    class has images in all three.
    """
    to_given, among, between_real = [], [], []
    for label in np.flatnonzero(given.counts()):
        own, made, held_back = (_points(s.of_class(label)) for s in (given, siblings, test))
        origin = own.mean(axis=0)
        of = np.arange(len(made)) % len(own)
        apart = np.sqrt(squared_distances(made, own, origin))
        to_given.append(apart[np.arange(len(made)), of].mean())
        families = (made[of == k] for k in range(len(own)))
        among += [_apart(family) for family in families if len(family) > 1]
        between_real.append(_apart(np.concatenate([own, held_back])))
    usual = float(np.mean(between_real))
    return Diversity(
        distance=float(np.mean(to_given)) / usual,
        spread=float(np.mean(among)) / usual if among else np.nan,
        kept=_kept(siblings, test),
        kept_real=_kept(given, test),
    )


def _apart(points: np.ndarray) -> float:
    """Return the mean distance between different rows of `points` [n, d]."""
    distances = np.sqrt(squared_distances(points, points, points.mean(axis=0)))
    return distances.sum() / (len(points) * (len(points) - 1))


def _kept(images: LabeledImages, test: LabeledImages) -> float:
    _, rows = nearest(_points(images), _points(test))
    return float((test.labels[rows] == images.labels).mean())


def _points(images: LabeledImages) -> np.ndarray:
    return images.images.reshape(len(images), -1)
