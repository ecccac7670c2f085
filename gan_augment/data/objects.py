"""Views of objects by the name of a data set or the path of a folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from gan_augment.common.errors import UserError
from gan_augment.data import eth80, folders
from gan_augment.data.eth80 import ObjectViews
from gan_augment.data.images import concatenate
from gan_augment.data.sources import find_folder, places

TRAIN, TEST = 1, 2  # what a folder with two splits has for objects


def load_objects(
    name: str | os.PathLike, data_dir: str | os.PathLike | None = None, *, side: int = eth80.SIDE
) -> ObjectViews:
    """Return views, `side` × `side`, of ETH-80's cows and horses or of an image folder.

    `name` is "eth80", or the path of a folder: one with files named as ETH-80's are, of which all
    classes are taken, or one with `train/<class>` and `test/<class>`, which become object 1 and 2
    of each class. Images of another size are resized, and standard error says so. `data_dir` is
    that of `load`. Raises `UserError`.
    """
    if os.fspath(name) == eth80.NAME:
        return eth80.find(places(data_dir))
    folder = find_folder(name, data_dir)
    if eth80.is_original(folder):
        return eth80.read_original(folder, classes=None)
    splits = [folders.read_folder(folder, split, (side, side)) for split in ("train", "test")]
    if splits[0].image_shape != splits[1].image_shape:
        raise UserError(f"train and test of {folder} differ in channels; store both in colour")
    say_sizes(folder, side)
    numbers = [np.full(len(s), k, np.int32) for s, k in zip(splits, (TRAIN, TEST))]
    return ObjectViews(concatenate(splits), np.concatenate(numbers))


def say_sizes(folder: Path, side: int) -> None:
    """Say on standard error which images were resized, if any."""
    sizes = set()
    for path in folders.all_files(folder):
        with folders.reading(path), Image.open(path) as image:
            sizes.add(image.size)
    if sizes != {(side, side)}:
        what = "{}x{}".format(*min(sizes))
        if len(sizes) > 1:
            what = f"{len(sizes)} sizes, from {what} on,"
        print(f"{folder}: images of {what} are resized to {side}x{side}", file=sys.stderr)
