"""Named sets from directories that TensorFlow Datasets has prepared; nothing is downloaded."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages
from gan_augment.data.known import KnownSet

MOST_BYTES = 4 << 30  # of encoded images that are held at once


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


def read_directory(folder: Path) -> tuple[list, np.ndarray, list[str], tuple[str, ...]]:
    """Read any prepared directory of images with labels: one with `dataset_info.json` in it.

    Returns, over all its splits, the images (encoded, or uint8 [h, w, c] if stored as tensors),
    labels int32 [n], the names of their splits, and the class names. Raises `UserError` if it is
    damaged, has not one image and one label for each example, or is too large for memory.
    """
    import tensorflow_datasets as tfds

    try:
        builder = tfds.builder_from_directory(folder)
        features = dict(builder.info.features.items())
        image, label = features.get("image"), features.get("label")
        encoded = isinstance(image, tfds.features.Image)
        if not isinstance(label, tfds.features.ClassLabel) or not (encoded or is_picture(image)):
            raise UserError(
                f"{folder} is a prepared TFDS directory of {', '.join(features)}; each example "
                "should have an image (uint8, one channel or three) and a class label"
            )
        decoders = {"image": tfds.decode.SkipDecoding()} if encoded else None
        images, labels, splits, size = [], [], [], 0
        config = tfds.ReadConfig(interleave_cycle_length=1, try_autocache=False)
        for split in builder.info.splits:
            examples = builder.as_dataset(split=split, decoders=decoders, read_config=config)
            for example in examples.as_numpy_iterator():
                images.append(example["image"])
                size += len(images[-1]) if encoded else images[-1].nbytes
                if size > MOST_BYTES:
                    raise UserError(
                        f"{folder} holds more than {MOST_BYTES >> 30} GiB of images; write a part "
                        "of them to an image folder and use that"
                    )
                labels.append(int(example["label"]))
                if labels[-1] < 0:
                    raise UserError(f"the split {split} of {folder} has no labels; leave it out")
                splits.append(split)
    except UserError:
        raise
    except Exception as error:  # as above
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError(
            f"{folder} cannot be read as a prepared TFDS directory ({reason}); prepare it anew"
        ) from error
    return images, np.array(labels, np.int32), splits, tuple(label.names)


def is_picture(feature: object) -> bool:
    """Tell whether a feature of a prepared set is a tensor uint8 [h, w, 1 or 3]."""
    shape = getattr(feature, "shape", ())
    return len(shape) == 3 and shape[-1] in (1, 3) and feature.np_dtype == np.uint8


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
