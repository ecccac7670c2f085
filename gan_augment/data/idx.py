"""Named sets from the idx files of the MNIST family, plain or gzipped."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages
from gan_augment.data.known import KNOWN, KnownSet

PREFIXES = {"train": "train", "test": "t10k"}


def find(place: Path, known: KnownSet, split: str) -> LabeledImages | None:
    """Read the idx files in `place/<name>` or `place` itself; None if they are not there.

    Both `train-images-idx3-ubyte` and `train-images.idx3-ubyte` are recognised, each plain or with
    `.gz`. Files in `place` itself do not say whose they are: they are left alone when their labels
    begin like those of another known set. Raises `UserError` for a damaged file.
    """
    if known.image_shape[-1] != 1:
        return None
    for folder in (place / known.name, place):
        images_path = find_file(folder, f"{PREFIXES[split]}-images", "idx3-ubyte")
        labels_path = find_file(folder, f"{PREFIXES[split]}-labels", "idx1-ubyte")
        if not images_path and not labels_path:
            continue
        if not (images_path and labels_path):
            there, missing = (images_path, "labels") if images_path else (labels_path, "images")
            raise UserError(f"{there} is there, but not the file of its {missing}; add it")
        labels = read_array(labels_path, ndim=1)
        others = (other for other in KNOWN.values() if other is not known)
        begin = tuple(labels[:10].tolist())
        if folder == place and any(begin == other.first_labels.get(split) for other in others):
            continue
        return known.make(read_array(images_path, ndim=3), labels, images_path)
    return None


def find_file(folder: Path, stem: str, kind: str) -> Path | None:
    """Return the file `stem`-`kind` of `folder` in whichever spelling it has."""
    spellings = (f"{stem}{dot}{kind}{end}" for dot in "-." for end in ("", ".gz"))
    return next((folder / name for name in spellings if (folder / name).is_file()), None)


def read_array(path: Path, ndim: int) -> np.ndarray:
    """Return the uint8 array of `ndim` axes in the idx file at `path`; raises `UserError`.

    Whether it is gzipped is told by its first bytes, as some browsers unpack without renaming.
    """
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path} cannot be read ({error}); replace it") from error
    return parse(data, ndim, path)


def parse(data: bytes, ndim: int, source: object) -> np.ndarray:
    """Return the uint8 array of `ndim` axes that idx `data` describes; raises `UserError`."""
    header = 4 + 4 * ndim
    if len(data) < header or data[:4] != bytes([0, 0, 8, ndim]):
        raise UserError(
            f"{source} is not an idx file of {ndim} axes of bytes: it begins with "
            f"{data[:4].hex() or 'nothing'}, not {bytes([0, 0, 8, ndim]).hex()}; replace it"
        )
    shape = struct.unpack(f">{ndim}I", data[4:header])
    expected = header + int(np.prod(shape, dtype=object))
    if len(data) != expected:
        raise UserError(
            f"{source} should have {expected} bytes (unpacked) by its header, "
            f"but has {len(data)}; replace it"
        )
    return np.frombuffer(data, np.uint8, offset=header).reshape(shape).copy()  # writable
