"""`inspect`: a look at a collection before anything is trained, and what it implies, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gan_augment.data.collection import Collection
from gan_augment.data.listing import PARTS
from gan_augment.data.near_copies import LARGEST, exact_copies, joined_by_name, near_copies
from gan_augment.data.pictures import Unreadable

IMBALANCED = 2.0  # largest class : smallest from which on it is said
FEW = 20  # images of a class with which a generator has little to learn from
ENLARGED = 0.75  # of the working size: pictures below it are said to be blurred
NAMED = 3  # examples in a sentence
IN_WORDS = {"train": "training", "val": "validation", "test": "test"}


@dataclass(frozen=True)
class Finding:
    """Something about a collection in a sentence or two; `level` is "warning" or "note"."""

    level: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Sizes:
    """Heights and widths as stored: `smallest`, `median` and `largest` by area, and width/height.

    `aspects` are the smallest, median and largest ratio, `distinct` the number of sizes, `enlarged`
    the number of pictures with a side below three quarters of that of the working size.
    """

    distinct: int
    smallest: tuple[int, int]
    median: tuple[int, int]
    largest: tuple[int, int]
    aspects: tuple[float, float, float]
    enlarged: int


@dataclass(frozen=True)
class Inspection:
    """What there is in a collection of n images and k classes.

    `counts` int [k, p] are the numbers of images in the parts named by `parts` ("train", "val",
    "test", or "" where nothing was said), those that are there. `exact`, `copies` and `groups`,
    int32 [n], number the images: equal pixels have equal numbers in `exact`, copies and near copies
    in `copies`, those and all that are said to show the same in `groups`. `leaking` (bool [n]) are
    images of a test or validation part that show what some in a part before it do, in the order
    train, val, test; `contradicting` (bool [n]) are (near) copies of an image of another class.
    `findings` say all this in sentences, warnings first.
    """

    class_names: tuple[str, ...]
    parts: tuple[str, ...]
    counts: np.ndarray
    sizes: Sizes
    exact: np.ndarray
    copies: np.ndarray
    groups: np.ndarray
    leaking: np.ndarray
    contradicting: np.ndarray
    unreadable: tuple[Unreadable, ...]
    findings: tuple[Finding, ...]

    @property
    def imbalance(self) -> float:
        """Images of the largest class to those of the smallest."""
        totals = self.counts.sum(axis=1)
        return float(totals.max() / totals.min())


def inspect(collection: Collection) -> Inspection:
    """Look at all images; see `near_copies` for how copies are found, and what is not found.

    Sixty thousand grey images of 28 × 28 take some ten seconds on two cores; of more than that,
    only exact copies are looked for.
    """
    images, splits = collection.images, collection.splits
    parts = tuple(part for part in (*PARTS, "") if (splits == part).any())
    counts = np.stack(
        [
            np.bincount(images.labels[splits == part], minlength=images.num_classes)
            for part in parts
        ],
        axis=1,
    )
    exact, copies = exact_copies(images.images), near_copies(images.images)
    groups = joined_by_name(copies, collection.groups)
    found = {
        "class_names": images.class_names,
        "parts": parts,
        "counts": counts,
        "sizes": _sizes(collection),
        "exact": exact,
        "copies": copies,
        "groups": groups,
        "leaking": leaking(groups, splits),
        "contradicting": _differ_within(copies, images.labels),
        "unreadable": collection.unreadable,
    }
    inspection = Inspection(**found, findings=())
    return Inspection(**found, findings=tuple(_findings(collection, inspection)))


def leaking(groups: np.ndarray, splits: np.ndarray) -> np.ndarray:
    """Tell which images must leave their part, since a copy is in one before it (bool [n]).

    Test images leave for copies in train or val, validation images for copies in train.
    """
    leaves = np.zeros(len(groups), bool)
    for before, part in (("train", "val"), ("train", "test"), ("val", "test")):
        leaves |= (splits == part) & np.isin(groups, groups[splits == before])
    return leaves


def _sizes(collection: Collection) -> Sizes:
    sizes = collection.sizes
    distinct = np.unique(sizes, axis=0)
    by_area = sizes[np.argsort(sizes.prod(axis=1), kind="stable")]
    aspects = np.sort(sizes[:, 1] / sizes[:, 0])
    return Sizes(
        distinct=len(distinct),
        smallest=tuple(by_area[0].tolist()),
        median=tuple(by_area[len(by_area) // 2].tolist()),
        largest=tuple(by_area[-1].tolist()),
        aspects=(float(aspects[0]), float(np.median(aspects)), float(aspects[-1])),
        enlarged=int((sizes < ENLARGED * np.array(collection.images.image_shape[:2])).any(1).sum()),
    )


def _differ_within(groups: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Tell which images have a fellow of another label in their group."""
    lowest = np.full(groups.max() + 1, labels.max() + 1)
    highest = np.full(groups.max() + 1, -1)
    np.minimum.at(lowest, groups, labels)
    np.maximum.at(highest, groups, labels)
    return (lowest != highest)[groups]


def _findings(collection: Collection, seen: Inspection) -> Iterator[Finding]:
    """Say what was found and what it implies, the graver first."""
    grave = (_unreadable, _leaks, _contradictions, _classes, _enlarged)
    for level, kinds in (("warning", grave), ("note", (_copies, _grouped, _resizing))):
        for kind in kinds:
            yield from (Finding(level, text) for text in kind(collection, seen))


def _unreadable(_: Collection, seen: Inspection) -> Iterator[str]:
    if seen.unreadable:
        some = [f"{each.name} {each.reason}" for each in seen.unreadable[:NAMED]]
        yield (
            f"{_number(len(seen.unreadable), 'picture')} of "
            f"{len(seen.unreadable) + len(seen.groups):,} cannot be read and "
            f"{_is(len(seen.unreadable))} left out: {_some(some, len(seen.unreadable))}."
        )


def _leaks(collection: Collection, seen: Inspection) -> Iterator[str]:
    splits = collection.splits
    for part, before in (("test", ("train", "val")), ("val", ("train",))):
        rows = np.flatnonzero(seen.leaking & (splits == part))
        if len(rows):
            earlier = np.isin(splits, before)
            exact = int(np.isin(seen.exact[rows], seen.exact[earlier]).sum())
            known = [IN_WORDS[name] for name in before if (splits == name).any()]
            yield (
                f"{len(rows):,} of {(splits == part).sum():,} {IN_WORDS[part]} images "
                f"{'is a copy' if len(rows) == 1 else 'are copies'} of "
                f"{' or '.join(known)} images ({exact:,} exact, {len(rows) - exact:,} near): "
                f"{IN_WORDS[part]} accuracy would be too high; they are left out of the "
                f"{IN_WORDS[part]} part ({_names(collection, rows)})."
            )


def _contradictions(collection: Collection, seen: Inspection) -> Iterator[str]:
    rows = np.flatnonzero(seen.contradicting)
    if len(rows):
        yield (
            f"{_number(len(rows), 'image')} are copies or near copies of an image of another class "
            f"({_names(collection, rows)}): some of their labels must be wrong, or the classes "
            "overlap; no classifier can be right about all of them."
        )


def _copies(_: Collection, seen: Inspection) -> Iterator[str]:
    n, exact, near = len(seen.groups), _repeats(seen.exact), _repeats(seen.copies)
    if near:
        yield (
            f"{_number(near, 'image')} of {n:,} {_is(near)} copies of others ({exact:,} exact, "
            f"{near - exact:,} near): there is less to learn from than it seems, {n - near:,} "
            "different images; copies stay together when parts are drawn, so that none is trained "
            "on and tested."
        )
    if n > LARGEST:
        yield (
            f"Near copies were not looked for, since there are more than {LARGEST:,} images: if "
            "there are some, in training and test part, test accuracy is too high."
        )


def _grouped(collection: Collection, seen: Inspection) -> Iterator[str]:
    if collection.groups:
        yield (
            f"Images show {_number(int(seen.groups.max()) + 1, 'different thing')}: those of one "
            "stay together when parts are drawn, and count as one when chance is reckoned."
        )


def _classes(_: Collection, seen: Inspection) -> Iterator[str]:
    totals = seen.counts.sum(axis=1)
    if seen.imbalance >= IMBALANCED:
        most, least = (seen.class_names[k] for k in (totals.argmax(), totals.argmin()))
        yield (
            f"The largest class, {most!r}, has {totals.max():,} images and the smallest, "
            f"{least!r}, {totals.min():,}, a ratio of {seen.imbalance:.1f}: accuracy alone hides "
            "what happens to the small ones; look at accuracy by class and its mean."
        )
    few = [f"{seen.class_names[k]!r} ({totals[k]})" for k in np.flatnonzero(totals < FEW)]
    if few:
        yield (
            f"{_number(len(few), 'class')} {'has' if len(few) == 1 else 'have'} fewer than {FEW} "
            f"images, {_some(few, len(few))}: a generator can hardly do more than repeat those, "
            "and test accuracy on them is a guess."
        )
    for column, part in enumerate(seen.parts):
        empty = [repr(seen.class_names[k]) for k in np.flatnonzero(seen.counts[:, column] == 0)]
        if empty and part:
            yield (
                f"The {IN_WORDS[part]} part has no image of {_some(empty, len(empty))}: it says "
                f"nothing about {'it' if len(empty) == 1 else 'them'}."
            )


def _resizing(collection: Collection, seen: Inspection) -> Iterator[str]:
    height, width = collection.images.image_shape[:2]
    sizes = seen.sizes
    if sizes.distinct > 1 or sizes.smallest != (height, width):
        known = (
            f"{sizes.distinct:,} sizes from {_size(sizes.smallest)} to {_size(sizes.largest)} "
            f"(median {_size(sizes.median)})"
            if sizes.distinct > 1
            else f"the size {_size(sizes.smallest)}"
        )
        yield (
            f"Pictures have {known}, height × width, and all become {height}×{width}: what cannot "
            "be seen at this size cannot help."
        )


def _enlarged(collection: Collection, seen: Inspection) -> Iterator[str]:
    if seen.sizes.enlarged:
        yield (
            f"{_number(seen.sizes.enlarged, 'picture')} {_is(seen.sizes.enlarged)} much smaller "
            f"than {_size(collection.images.image_shape[:2])} and blurred by being enlarged: if "
            "they are mostly of one class, a classifier learns the blur, so choose a smaller "
            "working size."
        )


def _repeats(groups: np.ndarray) -> int:
    """Return how many images are not the first of their group."""
    return len(groups) - int(groups.max()) - 1


def _names(collection: Collection, rows: np.ndarray) -> str:
    return _some([collection.names[row] for row in rows[:NAMED]], len(rows))


def _some(examples: list[str], total: int) -> str:
    return ", ".join(examples[:NAMED]) + (", …" if total > NAMED else "")


def _number(count: int, noun: str) -> str:
    plural = noun + ("es" if noun.endswith("s") else "s")
    return f"{count:,} {noun if count == 1 else plural}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"
