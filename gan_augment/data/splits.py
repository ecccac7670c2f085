"""Repeated random parts to train, validate and test on, with no image in common, nor a copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gan_augment.common.errors import UserError
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages
from gan_augment.data.inspection import IN_WORDS, leaking

SPARE = 0.05  # of the images may validate beyond those that do in one draw


@dataclass(frozen=True)
class Parts:
    """Rows of the images to train, validate and test on, int [·] each, in increasing order."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def stratified_splits(
    images: LabeledImages,
    groups: np.ndarray,
    n: int,
    seed: int,
    *,
    given: np.ndarray | None = None,
    validation: float = 0.2,
    test: float = 0.25,
) -> list[Parts]:
    """Draw `n` times parts of `images` with all classes in each; they depend on `seed` alone.

    Images of one group (int [n], see `Inspection.groups`) come into the same part. What `given`
    (str [n]: "train", "val", "test" or "") says of a test or validation part stays: it is that
    part each time, less the images whose copies are in a part before it (train, val, test); images
    of which nothing was said are left out if they are copies of some in a given part. A part that
    is not given is drawn from the others: about `test` and `validation` of each class, at least one
    group, and never the last that training needs. Where both are drawn, no image is in the
    validation part of one draw and in the test part of another: what is chosen over all draws is
    tested on images that had no say in it. If both are given all draws are the same. Raises
    `UserError` if a class has too few images that are no copies of each other.
    """
    if n < 1 or min(validation, test) <= 0 or validation + test >= 1:
        raise UserError(
            f"parts are drawn at least once, with shares above 0 and below 1 in all, not {n} times "
            f"with {validation:g} to validate and {test:g} to test on"
        )
    splits = np.full(len(images), "", "<U5") if given is None else np.asarray(given, "<U5")
    open_ = np.isin(splits, ("", "train"))
    fixed = {}
    for part in ("val", "test"):
        if (splits == part).any():
            fixed[part] = np.flatnonzero((splits == part) & ~leaking(groups, splits))
            _check_given(images, splits, fixed[part], part)
            open_ &= ~((splits == "") & np.isin(groups, groups[fixed[part]]))
    shares = {part: share for part, share in (("test", test), ("val", validation))}
    shares = {part: share for part, share in shares.items() if part not in fixed}
    rows = np.flatnonzero(open_)
    _check_sizes(images, groups, rows, len(shares) + 1)
    choosers = _choosers(images, groups, rows, validation + SPARE, derive_seed(seed, "choosers"))
    return [
        _drawn(images, groups, rows, fixed, shares, choosers, derive_seed(seed, "split", k))
        for k in range(n)
    ]


def _choosers(
    images: LabeledImages, groups: np.ndarray, rows: np.ndarray, share: float, seed: int
) -> np.ndarray:
    """Tell which groups (bool [groups]) may validate and never test, about `share` of a class."""
    rng = np.random.default_rng(seed)
    kinds = _kinds(images.labels[rows], groups[rows])
    sizes = np.bincount(groups[rows], minlength=len(kinds))
    found = np.zeros(len(kinds), bool)
    for label in range(images.num_classes):
        units = rng.permutation(np.flatnonzero(kinds == label))
        if len(units) > 2:  # of two or fewer no part is to be drawn, or only one
            goal = share * sizes[units].sum()
            found[units[_filling(sizes[units], goal, len(units) - 2)]] = True
    return found


def _drawn(
    images: LabeledImages,
    groups: np.ndarray,
    rows: np.ndarray,
    fixed: Mapping[str, np.ndarray],
    shares: Mapping[str, float],
    choosers: np.ndarray,
    seed: int,
) -> Parts:
    """Draw the parts in `shares` from `rows`, group by group of each class."""
    rng = np.random.default_rng(seed)
    labels, members = images.labels[rows], groups[rows]
    kinds = _kinds(labels, members)
    part_of = np.full(len(kinds), "train", "<U5")  # of each group
    sizes = np.bincount(members, minlength=len(kinds))
    for label in range(images.num_classes):
        units = rng.permutation(np.flatnonzero(kinds == label))
        total = sizes[units].sum()
        for part, share in shares.items():
            able, most = units, len(units) - 1  # one group is left to train on
            if len(shares) > 1:
                able = units[choosers[units] == (part == "val")]
                most = len(able) - (part == "test")
            taken = _filling(sizes[able], share * total, most)
            part_of[able[taken]] = part
    chosen = part_of[members]
    parts = {part: rows[chosen == part] for part in ("train", *shares)} | dict(fixed)
    return Parts(train=parts["train"], validation=parts["val"], test=parts["test"])


def _filling(sizes: np.ndarray, goal: float, most: int) -> list[int]:
    """Return which of some groups, at most `most`, fill a part: in order, passing by the too large.

    At least one; if none fits, the smallest.
    """
    taken, room = [], max(round(goal), 1)
    for place, size in enumerate(sizes.tolist()):
        if size <= room and len(taken) < most:
            taken.append(place)
            room -= size
    return taken or [int(sizes.argmin())]


def _kinds(labels: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the class of each group number: that of most of its images; -1 if it has none."""
    pairs, counts = np.unique(np.stack([groups, labels], 1), axis=0, return_counts=True)
    kinds = np.full(groups.max() + 1, -1)
    order = np.argsort(counts, kind="stable")  # the last one written stays
    kinds[pairs[order, 0]] = pairs[order, 1]
    return kinds


def _check_sizes(images: LabeledImages, groups: np.ndarray, rows: np.ndarray, needed: int) -> None:
    """Raise `UserError` unless every class has as many groups as parts need."""
    counts = np.bincount(images.labels[rows], minlength=images.num_classes)
    kinds = _kinds(images.labels[rows], groups[rows]) if len(rows) else np.zeros(0, int)
    for label, name in enumerate(images.class_names):
        found = int((kinds == label).sum())
        if found < needed:
            kind = "different image" if counts[label] > found else "image"
            raise UserError(
                f"the class {name!r} has {found} {kind}{'s' * (found != 1)} to draw parts from and "
                f"needs {needed}, one for each part; add at least {needed - found} more"
            )


def _check_given(images: LabeledImages, splits: np.ndarray, kept: np.ndarray, part: str) -> None:
    """Raise `UserError` unless what is left of a given part has every class."""
    before = np.bincount(images.labels[splits == part], minlength=images.num_classes)
    after = np.bincount(images.labels[kept], minlength=images.num_classes)
    for label, name in enumerate(images.class_names):
        if not after[label]:
            why = f": all {before[label]} are copies of training images" if before[label] else ""
            raise UserError(
                f"the class {name!r} has no image in the {IN_WORDS[part]} part that counts{why}; "
                "add at least 1 more"
            )
