"""Images without labels: a named set or any folder of images, as one class."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from gan_augment.common.errors import UserError
from gan_augment.data import folders
from gan_augment.data.images import LabeledImages
from gan_augment.data.known import KNOWN
from gan_augment.data.sources import find_folder, load

LUMA = (0.299, 0.587, 0.114)  # of red, green and blue in grey, as Pillow has it


def load_unlabelled(
    name: str | os.PathLike,
    data_dir: str | os.PathLike | None = None,
    *,
    size: int,
    grey: bool = False,
) -> LabeledImages:
    """Return all training images of a named set or of an image folder as one class.

    `name` and `data_dir` are those of `load`. Of a folder, or of its `train` if it has one, images
    at any depth count, and are resized to `size` × `size`, not cropped; those of a named set must
    have that size. `grey` makes one channel of colours. Raises `UserError`.
    """
    known = KNOWN.get(os.fspath(name))
    if known:
        images = load(name, data_dir, size=(size, size)).images
        if grey and images.shape[-1] == 3:
            images = np.rint(images @ np.float32(LUMA))[..., None].astype(np.uint8)
        kind = known.class_names[0] if known.unlabelled else known.name
    else:
        folder = find_folder(name, data_dir)
        images, kind = read_images(folder, size, grey), folder.resolve().name
    return LabeledImages(images, np.zeros(len(images), np.int32), (kind,))


def read_images(folder: Path, size: int, grey: bool) -> np.ndarray:
    """Read the image files at any depth of a folder as uint8 [n, size, size, 1 or 3]."""
    root = folder / "train" if (folder / "train").is_dir() else folder
    paths = sorted(
        path
        for path in root.rglob("*")
        if path.suffix.lower() in folders.ENDINGS
        and not any(part.startswith(".") for part in path.relative_to(root).parts)
        and path.is_file()
    )
    if not paths:
        raise UserError(f"the image folder {root} has no {folders.ENDINGS_IN_WORDS} files in it")
    with ThreadPoolExecutor(min(32, (os.cpu_count() or 1) + 4)) as pool:
        grey = grey or all(pool.map(folders.are_stored_grey, folders.in_chunks(paths)))
        mode = "L" if grey else "RGB"
        return folders.read_images(paths, mode, (size, size), pool, f"reading {folder.name}")
