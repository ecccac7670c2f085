"""Files of weights in half precision: half the size, and images that are hardly different."""

from __future__ import annotations

import hashlib
from pathlib import Path

import h5py
import keras
import numpy as np

from gan_augment.common.errors import UserError
from gan_augment.common.files import written_whole
from gan_augment.training.checkpoint import save_weights


def save_halved(network: keras.Model, path: Path) -> None:
    """Save weights to `path` (*.weights.h5) as float16.

    Variables that float16 cannot hold stay float32: with numbers above 65,504, or all of them so
    small that they would become 0. Keras reads the file as any other.
    """
    whole = path.with_name(f".whole-{path.name}")
    try:
        save_weights(network, whole)
        with h5py.File(whole) as source, written_whole(path) as aside, h5py.File(aside, "w") as to:
            _copy(source, to)
    finally:
        whole.unlink(missing_ok=True)


def _copy(source: h5py.Group, to: h5py.Group) -> None:
    to.attrs.update(source.attrs)
    for name, item in source.items():
        if isinstance(item, h5py.Group):
            _copy(item, to.create_group(name))
        else:
            to.create_dataset(name, data=halved(item[()])).attrs.update(item.attrs)


def halved(values: np.ndarray) -> np.ndarray:
    """Return float32 numbers as float16 if that can hold them, all else as it is."""
    values = np.asarray(values)
    if values.dtype != np.float32:
        return values
    with np.errstate(over="ignore", under="ignore"):
        half = values.astype(np.float16)
    holds = np.isfinite(half).all() and half.any() == values.any()
    return half if holds else values


def sha256_of(path: Path) -> str:
    """Return the hash of a file; raises `UserError` if it is not there."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}); add it again") from error
