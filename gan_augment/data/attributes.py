"""Features of images, and classes described by attributes: what zero-shot learning is about.

A class that no image of is ever seen in training can be told by its description alone: by its
vector of attributes. Features and splits come from the field's standard folders, and descriptions
of the ten digits from the table below.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gan_augment.common.errors import UserError
from gan_augment.data.sources import data_directory

FEATURES_FILE, SPLITS_FILE = "res101.mat", "att_splits.mat"
SPLITS = {"train": "trainval_loc", "test_seen": "test_seen_loc", "test_unseen": "test_unseen_loc"}

# Which digits light a segment of a seven-segment display.
SEGMENTS = {
    "top": "02356789",
    "upper right": "01234789",
    "lower right": "013456789",
    "bottom": "0235689",
    "lower left": "0268",
    "upper left": "045689",
    "middle": "2345689",
}
# How digits are written. Segments tell any two digits apart, but not what can be learned of them:
# without 1 and 4 every digit lights the top, and but for the top 1 is 7. Of the 45 pairs this one
# and 5 and 6 (upper right) need strokes to be told from all seen digits; the others do not.
STROKES = {
    "loop above": "89",
    "loop below": "68",
    "sharp corner": "23457",
    "straight strokes only": "147",
}


@dataclass(frozen=True)
class AttributeSet:
    """Features of images of seen and unseen classes, and a description of every class.

    `features` float32 [n, d], `labels` int32 [n], `attributes` float32 [classes, a], `class_names`.
    Which rows are for what: `train` (all there is to learn from), `test_seen` (other images of the
    same classes) and `test_unseen` (of classes that are in neither), int64 each. Raises
    `ValueError` where an unseen class is in training, or where parts do not fit each other.
    """

    features: np.ndarray
    labels: np.ndarray
    attributes: np.ndarray
    class_names: tuple[str, ...]
    train: np.ndarray
    test_seen: np.ndarray
    test_unseen: np.ndarray

    def __post_init__(self):
        if self.features.dtype != np.float32 or self.features.ndim != 2:
            raise ValueError(
                f"features must be float32 [n, d], not {self.features.dtype} {self.features.shape}"
            )
        if self.labels.dtype != np.int32 or self.labels.shape != self.features.shape[:1]:
            raise ValueError(
                f"there are features of {len(self.features)} images and labels "
                f"{self.labels.dtype} {self.labels.shape}"
            )
        if self.attributes.dtype != np.float32 or self.attributes.shape[:-1] != (
            len(self.class_names),
        ):
            raise ValueError(
                f"attributes must be float32 [{len(self.class_names)}, a], "
                f"not {self.attributes.dtype} {self.attributes.shape}"
            )
        if len(self.labels) and not 0 <= self.labels.min() <= self.labels.max() < self.num_classes:
            raise ValueError(
                f"labels run from {self.labels.min()} to {self.labels.max()}, "
                f"but {self.num_classes} classes are described"
            )
        self._check_splits()

    def _check_splits(self) -> None:
        for name in SPLITS:
            rows = getattr(self, name)
            if not len(rows) or rows.min() < 0 or rows.max() >= len(self.labels):
                raise ValueError(f"the split {name} has no rows, or some that are not there")
        both = np.intersect1d(self.seen, self.unseen)
        if both.size:
            raise ValueError(f"the unseen class {self.class_names[both[0]]!r} is in training")
        if np.intersect1d(self.train, self.test_seen).size:
            raise ValueError("some images are both for training and for testing")
        if not np.isin(self.labels[self.test_seen], self.seen).all():
            raise ValueError("the split test_seen has a class that is not in training")

    @property
    def num_classes(self) -> int:
        """Number of described classes."""
        return len(self.class_names)

    @property
    def seen(self) -> np.ndarray:
        """The classes of the training rows, ascending."""
        return np.unique(self.labels[self.train])

    @property
    def unseen(self) -> np.ndarray:
        """The classes of the rows `test_unseen`, ascending."""
        return np.unique(self.labels[self.test_unseen])

    def summary(self) -> dict:
        """Say which data these are: sizes, and a hash of all parts."""
        parts = (self.features, self.labels, self.attributes, self.train, self.test_seen)
        digest = hashlib.sha256()
        for part in (*parts, self.test_unseen):
            digest.update(repr((part.shape, str(part.dtype))).encode())
            digest.update(np.ascontiguousarray(part))
        return {
            "features": list(self.features.shape),
            "attributes": self.attributes.shape[1],
            "seen": len(self.seen),
            "unseen": len(self.unseen),
            "content_hash": digest.hexdigest(),
        }

    def scaled(self) -> AttributeSet:
        """Shift features to begin at 0 and divide them by their mean range, in the training rows.

        The field maps each feature to [0, 1] by a range of its own. With one scale for all, units
        that hardly ever speak in training do not drown the others when an unseen class moves them.
        """
        known = self.features[self.train]
        low = known.min(0)
        width = float((known.max(0) - low).mean()) or 1.0
        return replace(self, features=(self.features - low) / np.float32(width))


def digit_attributes(*, strokes: bool = False) -> tuple[tuple[str, ...], np.ndarray]:
    """Return names of attributes and the digits' attributes, float32 [10, a] of 0 and 1.

    They are the seven segments of a display, with `strokes` four more of handwriting.
    """
    table = SEGMENTS | (STROKES if strokes else {})
    rows = [[digit in having for having in table.values()] for digit in "0123456789"]
    return tuple(table), np.array(rows, np.float32)


def load_attribute_set(
    name: str | os.PathLike, data_dir: str | os.PathLike | None = None
) -> tuple[AttributeSet, str]:
    """Return the set in the folder at the path `name`, or of that name in the data directory.

    With it the folder's own name. `data_dir` is that of `load`. Raises `UserError`.
    """
    chosen = data_directory(data_dir)
    for folder in [Path(name).expanduser(), *([chosen / name] if chosen else [])]:
        if os.fspath(name) and folder.is_dir():
            return read_attribute_folder(folder), folder.resolve().name
    raise UserError(
        f"there is no folder {os.fspath(name)!r}; zero-shot sets are mnist, or folders with "
        f"{FEATURES_FILE} and {SPLITS_FILE}"
    )


def read_attribute_folder(folder: Path) -> AttributeSet:
    """Read `res101.mat` and `att_splits.mat`: AWA2, CUB, SUN and others (Xian et al. 2018).

    Splits are the proposed ones, `trainval` to train on. Raises `UserError` for what is not there,
    damaged or not of this form.
    """
    folder = Path(folder)
    found = read_mat(folder / FEATURES_FILE, "features", "labels")
    about = read_mat(folder / SPLITS_FILE, "att", "allclasses_names", *SPLITS.values())
    try:
        features = np.ascontiguousarray(found["features"].T, np.float32)
        if not np.isfinite(features).all():
            raise ValueError("some features are not numbers")
        return AttributeSet(
            features,
            found["labels"].ravel().astype(np.int32) - 1,
            np.ascontiguousarray(about["att"].T, np.float32),
            tuple(str(name.ravel()[0]) for name in about["allclasses_names"].ravel()),
            **{name: about[key].ravel().astype(np.int64) - 1 for name, key in SPLITS.items()},
        )
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        raise UserError(
            f"{folder} holds no zero-shot set of the standard form ({error}); replace its files"
        ) from error


def read_mat(path: Path, *keys: str) -> dict[str, np.ndarray]:
    """Return the variables `keys` of a MATLAB file; raises `UserError`."""
    import scipy.io

    if not path.is_file():
        raise UserError(
            f"{path} is not there; a zero-shot set is a folder with {FEATURES_FILE} and "
            f"{SPLITS_FILE}"
        )
    try:
        found = scipy.io.loadmat(path, variable_names=keys)
    except Exception as error:  # damaged bytes lead to errors of all kinds
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError(f"{path} cannot be read as a MATLAB file ({reason}); replace it") from error
    missing = [key for key in keys if key not in found]
    if missing:
        raise UserError(f"{path} lacks the variable {missing[0]}; replace it by the original")
    return found
