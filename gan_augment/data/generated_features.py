"""Generated features as files: `features.npz` and, beside it, `generation.json`.

TFRecord sets (`records`) hold images, as PNG; features are float32 vectors that no viewer shows, so
they are kept as arrays: `features` float32 [n, d], `labels` int32 [n], `class_names`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from gan_augment.common.errors import UserError
from gan_augment.common.files import read_json, write_json, written_whole
from gan_augment.common.versions import versions
from gan_augment.data.npz import read_arrays

ARRAYS, MANIFEST = "features.npz", "generation.json"


def write_features(
    folder: Path,
    features: np.ndarray,
    labels: np.ndarray,
    class_names: Sequence[str],
    generation: Mapping,
) -> None:
    """Write generated features and where they come from: `generation`, JSON.

    Counts, shape and versions are added to the latter. Either file appears whole or not at all.
    """
    folder = Path(folder)
    labels = np.asarray(labels, np.int32)
    with written_whole(folder / ARRAYS) as aside, aside.open("wb") as file:
        np.savez(
            file,
            features=np.asarray(features, np.float32),
            labels=labels,
            class_names=np.array(tuple(class_names)),
        )
    counts = np.bincount(labels, minlength=len(class_names)).tolist()
    found = {
        "synthetic": True,
        "features": list(features.shape),
        "counts": {name: count for name, count in zip(class_names, counts) if count},
        "versions": versions(),
    }
    write_json(folder / MANIFEST, {**generation, **found})


def read_features(folder: Path) -> tuple[np.ndarray, np.ndarray, tuple[str, ...], dict]:
    """Return features, labels, class names and what `generation.json` says; raises `UserError`."""
    folder = Path(folder)
    if not (folder / MANIFEST).is_file():
        raise UserError(f"{folder} has no {MANIFEST}, so it is no set of generated features")
    told = read_json(folder / MANIFEST)
    features, labels, names = read_arrays(folder / ARRAYS, "features", "labels", "class_names")
    if list(features.shape) != told.get("features") or len(labels) != len(features):
        raise UserError(f"{folder} is not what its {MANIFEST} says; generate the features again")
    return features, labels, tuple(map(str, names)), told
