"""Named sets from npz files, `<name>.npz` in the form in which Keras distributes them."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from pathlib import Path

import numpy as np

from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages
from gan_augment.data.known import KnownSet


def find(place: Path, known: KnownSet, split: str) -> LabeledImages | None:
    """Read `place/<name>.npz` (keys x_train, y_train, x_test, y_test); None if it is not there.

    Only the split asked for is decompressed. A set without labels has file and key of its own.
    Raises `UserError` for a damaged file.
    """
    if known.unlabelled:
        return find_unlabelled(place, known)
    path = place / f"{known.name}.npz"
    if not path.is_file():
        return None
    images, labels = read_arrays(path, f"x_{split}", f"y_{split}")
    return known.make(images, labels, path)


def find_unlabelled(place: Path, known: KnownSet) -> LabeledImages | None:
    """Read the one array of a set without labels; None if its file is not there."""
    file, key = known.unlabelled
    if not (place / file).is_file():
        return None
    (images,) = read_arrays(place / file, key)
    return known.make(images, np.zeros(len(images), np.int32), place / file)


def read_arrays(path: Path, *keys: str) -> list[np.ndarray]:
    """Return the arrays `keys` of the npz file at `path`; raises `UserError`."""
    try:
        # opened here because NumPy leaves a damaged file open
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            missing = [key for key in keys if key not in arrays.files]
            if missing:
                raise UserError(
                    f"{path} lacks the array {missing[0]}, it holds {', '.join(arrays.files)}"
                )
            return [arrays[key] for key in keys]
    except (
        OSError, EOFError, ValueError, TypeError, AttributeError, NotImplementedError,
        zipfile.BadZipFile, zlib.error, lzma.LZMAError,
    ) as error:  # fmt: skip
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError(f"{path} cannot be read as an npz file ({reason}); replace it") from error
