"""Named sets from directories that TensorFlow Datasets has prepared; nothing is downloaded."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages
from gan_augment.data.known import KnownSet


def default_place() -> Path:
    """Return where TensorFlow Datasets itself keeps prepared sets."""
    return Path(os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets").expanduser()


def find(place: Path, known: KnownSet, split: str) -> LabeledImages | None:
    """Read `place/<name>/[<config>/]<version>`, the newest version; None if there is none.

    The order is that of the shards. Raises `UserError` for a damaged directory.
    """
    folder = newest_version(place / known.name)
    if folder is None:
        return None
    import tensorflow_datasets as tfds

    try:
        builder = tfds.builder_from_directory(folder)
        splits = set(builder.info.splits)
        examples = split in splits and builder.as_dataset(
            split=split,
            batch_size=-1,
            read_config=tfds.ReadConfig(interleave_cycle_length=1, try_autocache=False),
        )
    except Exception as error:  # of TensorFlow, of protobuf, of its own: there is no common one
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError(
            f"{folder} cannot be read as a prepared TFDS directory ({reason}); prepare it anew"
        ) from error
    if not examples:
        raise UserError(f"{folder} has no {split} split; prepare it anew")
    images, labels = (np.asarray(examples[key]) for key in ("image", "label"))
    return known.make(images, labels, folder)


def newest_version(folder: Path) -> Path | None:
    """Return the directory of the highest version at or up to two levels under `folder`."""
    found = [
        info.parent
        for pattern in ("dataset_info.json", "*/dataset_info.json", "*/*/dataset_info.json")
        for info in folder.glob(pattern)
        if ".incomplete" not in info.parent.name
    ]
    return max(found, key=lambda path: (version_of(path), str(path)), default=None)


def version_of(folder: Path) -> tuple[int, ...]:
    """Return the version a directory is named after; () if it is none."""
    parts = folder.name.split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else ()
