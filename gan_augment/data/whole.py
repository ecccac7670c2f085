"""All images of a data set, for experiments that split them anew."""

from __future__ import annotations

import os

from gan_augment.data.folders import split_folder
from gan_augment.data.images import LabeledImages, concatenate
from gan_augment.data.known import KNOWN
from gan_augment.data.sources import find_folder, load


def load_whole(name: str | os.PathLike, data_dir: str | os.PathLike | None = None) -> LabeledImages:
    """Return training and test images together, in this order; a folder may have one split only.

    `name` and `data_dir` are those of `load`, and so are the errors.
    """
    train = load(name, data_dir)
    if os.fspath(name) not in KNOWN:
        folder = find_folder(name, data_dir)
        if split_folder(folder, "train") == folder:
            return train
    return concatenate([train, load(name, data_dir, split="test")])
