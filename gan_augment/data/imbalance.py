"""Imbalanced samples, and filling them up again.

Which images are drawn and kept follows from a seed and the class alone: what one class keeps does
not depend on the others, and the images of a smaller share are among those of a larger one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages, concatenate


def labels_of(names: Sequence[str], class_names: Sequence[str]) -> tuple[int, ...]:
    """Return the labels of classes by name; raises `UserError` for one that is not there."""
    for name in names:
        if name not in class_names:
            raise UserError(f"there is no class {name!r}; choose from {', '.join(class_names)}")
    return tuple(class_names.index(name) for name in names)


def sampled_equally(images: LabeledImages, per_class: int, seed: int) -> LabeledImages:
    """Draw `per_class` images of every class, in random order; raises `UserError` if one has fewer.

    The images of a smaller number are among those of a larger one.
    """
    rows = []
    for label, (name, count) in enumerate(zip(images.class_names, images.counts().tolist())):
        if count < per_class:
            raise UserError(
                f"class {name!r} has {count} images and {per_class} of each class were asked for; "
                "ask for fewer"
            )
        rows.append(_drawn(images, label, seed)[:per_class])
    rows = np.concatenate(rows)
    return images.take(np.random.default_rng(seed).permutation(rows))


def thinned(
    images: LabeledImages, classes: Collection[int], share: float, seed: int
) -> LabeledImages:
    """Keep a `share` of the images of some classes, labels, and all of the others, in their order.

    A class of n images keeps round(share · n), drawn at random. 0 < share ≤ 1. Raises `UserError`
    if a class would keep none.
    """
    if not 0 < share <= 1:
        raise UserError(f"a share of the images is above 0 and at most 1, not {share:g}")
    kept = np.ones(len(images), bool)
    for label in classes:
        rows = _drawn(images, label, seed)
        k = round(share * len(rows))
        if not k:
            raise UserError(
                f"of {len(rows)} images of class {images.class_names[label]!r} a share of "
                f"{share:g} is none; keep more"
            )
        kept[rows[k:]] = False
    return images.take(kept)


def filled_up(real: LabeledImages, added: LabeledImages) -> LabeledImages:
    """Give every class as many images as the largest has: its own, and the first of `added`.

    Raises `UserError` if `added` has too few.
    """
    counts = real.counts()
    rows = []
    for label, missing in enumerate(counts.max() - counts):
        own = np.flatnonzero(added.labels == label)
        if len(own) < missing:
            raise UserError(
                f"class {real.class_names[label]!r} lacks {missing} images and {len(own)} were "
                "made; make more"
            )
        rows.append(own[:missing])
    return concatenate([real, added.take(np.concatenate(rows))])


def _drawn(images: LabeledImages, label: int, seed: int) -> np.ndarray:
    """Return the rows of a class in random order."""
    rows = np.flatnonzero(images.labels == label)
    return np.random.default_rng([seed, label]).permutation(rows)
