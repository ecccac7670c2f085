"""ETH-80 (Leibe & Schiele 2003): toy animals and other things, ten objects a class, 41 views each.

The views of an object are alike and its fellows are not, so what counts is which objects a
classifier has seen: `ObjectViews` keep them beside the labels.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gan_augment.common.errors import UserError
from gan_augment.data.folders import read_images
from gan_augment.data.images import LabeledImages
from gan_augment.data.npz import read_arrays

NAME = "eth80"
FILE = "eth80_cow_horse.npz"
CLASSES = ("cow", "horse")
# Which cow and horse Farhat trained and tested on, as a copy of its data has them.
TRAIN_OBJECTS, TEST_OBJECTS = (3, 5), (8, 3)
SIDE = 64
ORIGINAL = re.compile(r"(?P<category>[a-z]+)(?P<object>\d+)-\d+-\d+\.png")  # no segmentation maps


@dataclass(frozen=True)
class ObjectViews:
    """Labelled views of several objects a class: `objects` int32 [n] says of which, from 1."""

    views: LabeledImages
    objects: np.ndarray

    def of(self, chosen: Sequence[Collection[int]]) -> LabeledImages:
        """Return the views of some objects: `chosen[k]` are those of class k.

        Raises `UserError` if one is not there.
        """
        mask = np.zeros(len(self.views), bool)
        names = self.views.class_names
        if len(chosen) != len(names):
            raise UserError(
                f"there are {len(names)} classes ({', '.join(names)}), so give as many objects, "
                f"not {len(chosen)}"
            )
        for label, objects in enumerate(chosen):
            known = self.objects_of(label)
            for number in objects:
                if number not in known:
                    raise UserError(
                        f"there is no {names[label]} {number}; "
                        f"choose from {', '.join(map(str, known))}"
                    )
            mask |= (self.views.labels == label) & np.isin(self.objects, list(objects))
        return self.views.take(mask)

    def of_split(self, split: str) -> LabeledImages:
        """Return the views of the objects that Farhat trained ("train") or tested on."""
        objects = {"train": TRAIN_OBJECTS, "test": TEST_OBJECTS}[split]
        return self.of([{number} for number in objects])

    def objects_of(self, label: int) -> list[int]:
        """Return the numbers of a class's objects, in order."""
        return np.unique(self.objects[self.views.labels == label]).tolist()

    def left_out(self) -> dict[int, tuple[LabeledImages, LabeledImages]]:
        """Return by number of an object the views of all others, and its own.

        Of the numbers that every class has; nothing if these are fewer than three.
        """
        of_class = [set(self.objects_of(label)) for label in range(self.views.num_classes)]
        common = sorted(set.intersection(*of_class))
        return {
            number: (
                self.of([objects - {number} for objects in of_class]),
                self.of([{number} for _ in of_class]),
            )
            for number in (common if len(common) > 2 else ())
        }

    def by_object(self) -> LabeledImages:
        """Return the views labelled by class and object, as "cow 3"."""
        pairs = np.stack([self.views.labels, self.objects], 1)
        found, labels = np.unique(pairs, axis=0, return_inverse=True)
        names = [f"{self.views.class_names[label]} {number}" for label, number in found]
        return LabeledImages(self.views.images, labels.reshape(-1).astype(np.int32), tuple(names))


def find(places: Sequence[Path], classes: Sequence[str] = CLASSES) -> ObjectViews:
    """Return the views, 64 × 64, from the first place that has the npz or a folder `eth80`.

    The npz (x uint8 [n, 64, 64, 3], category, object) holds cows and horses; the folder is of the
    original's layout. Raises `UserError` if it is nowhere, or has no such classes.
    """
    for place in places:
        if (place / FILE).is_file() and set(classes) <= set(CLASSES):
            return read_npz(place / FILE, classes)
        if (place / NAME).is_dir():
            return read_original(place / NAME, classes)
    raise UserError(
        f"{NAME} with {' and '.join(classes)} is not in {' or '.join(map(str, places))}: put "
        f"{FILE} there, or the original's folders (cow1/cow1-000-000.png and so on) as {NAME}"
    )


def read_npz(path: Path, classes: Sequence[str] = CLASSES) -> ObjectViews:
    """Read the npz file at `path`; raises `UserError` if it is not what it should be."""
    images, category, objects = read_arrays(path, "x", "category", "object")
    rows = len(images)
    if (
        (images.dtype, images.shape[1:]) != (np.uint8, (SIDE, SIDE, 3))
        or not category.shape == objects.shape == (rows,)
        or not rows
        or category.max() >= len(CLASSES)
    ):
        raise UserError(
            f"{path} should hold x uint8 [n, {SIDE}, {SIDE}, 3] and for each image its category "
            "(0 cow, 1 horse) and object; replace it"
        )
    names = np.array(CLASSES)[category]
    return _views(images, names, objects, classes)


def read_original(folder: Path, classes: Sequence[str] | None = CLASSES) -> ObjectViews:
    """Read files such as cow1/cow1-000-000.png at any depth of `folder`, resized to 64 × 64.

    `classes` None: all that are there. Raises `UserError`.
    """
    matched = [(path, ORIGINAL.fullmatch(path.name)) for path in sorted(folder.rglob("*.png"))]
    files = [
        (path, match["category"], int(match["object"]))
        for path, match in matched
        if match and (classes is None or match["category"] in classes)
    ]
    categories = sorted({category for _, category, _ in files})
    missing = [name for name in classes or () if name not in categories]
    if missing or not files:
        what = " or ".join(missing) if missing else "any class"
        raise UserError(
            f"{folder} has no files of {what} named as ETH-80's are ({what}1-000-000.png)"
        )
    with ThreadPoolExecutor(min(32, (os.cpu_count() or 1) + 4)) as pool:
        paths = [path for path, *_ in files]
        images = read_images(paths, "RGB", (SIDE, SIDE), pool, f"reading {folder.name}")
    names, objects = (np.array(column) for column in list(zip(*files))[1:])
    return _views(images, names, objects, classes or categories)


def is_original(folder: Path) -> bool:
    """Tell whether a folder holds files named as those of ETH-80 are."""
    return any(ORIGINAL.fullmatch(path.name) for path in folder.rglob("*.png"))


def _views(images, names, objects, classes: Sequence[str]) -> ObjectViews:
    kept = np.isin(names, list(classes))
    labels = np.array([list(classes).index(name) for name in names[kept]], np.int32)
    return ObjectViews(
        LabeledImages(images[kept], labels, tuple(classes)), objects[kept].astype(np.int32)
    )
