"""Many classes of few images: where they come from, and which of them a generator may see.

Omniglot (Lake, Salakhutdinov & Tenenbaum 2015) is the set that this is for: 1,623 characters of 50
alphabets, each drawn by 20 people.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gan_augment.common.errors import UserError
from gan_augment.data import folders, npz
from gan_augment.data.images import LabeledImages
from gan_augment.data.known import KNOWN
from gan_augment.data.sources import find_folder, load, places

NAME, FILE, SIDE = "omniglot", "omniglot28.npz", 28


@dataclass(frozen=True)
class Shots:
    """Classes of which some images are given and the others held back.

    `given` has as many images of each class, class by class: the first k of a class are what there
    is of it in a case of k shots. `test` has all others.
    """

    given: LabeledImages
    test: LabeledImages

    @property
    def most(self) -> int:
        """Number of given images of each class."""
        return len(self.given) // self.given.num_classes

    def first(self, shots: int) -> LabeledImages:
        """Return the first `shots` given images of each class."""
        return self.given.take(np.arange(len(self.given)) % self.most < shots)

    def siblings(self, made: LabeledImages, shots: int, each: int) -> LabeledImages:
        """Return the first `each` siblings of each of the first `shots` given images.

        Image p of a class in `made` is a sibling of its given image p modulo `most`.
        """
        taken = np.zeros(len(made), bool)
        for label in range(made.num_classes):
            rows = np.flatnonzero(made.labels == label)
            of, number = np.arange(len(rows)) % self.most, np.arange(len(rows)) // self.most
            taken[rows[(of < shots) & (number < each)]] = True
        return made.take(taken)


@dataclass(frozen=True)
class ClassSplit:
    """Classes shared out: none is in two parts."""

    source: LabeledImages
    """What a generator is trained on."""
    validation: Shots
    """Unseen classes to choose by."""
    target: Shots
    """Unseen classes to be scored on; as many."""


def load_many(
    name: str | os.PathLike, data_dir: str | os.PathLike | None = None, *, side: int = SIDE
) -> LabeledImages:
    """Return all images of Omniglot, of another named set, or of an image folder.

    `name` is "omniglot" (omniglot28.npz in the data directory, ink bright on black), another name
    that `load` knows, or the path of a folder. There every folder with images in it, at any depth,
    is a class, called by its path: "Greek/character01". Images of folders are resized to `side` ×
    `side`; named sets must have that size. `data_dir` is that of `load`. Raises `UserError`.
    """
    if os.fspath(name) in KNOWN:
        return load(name, data_dir, size=(side, side))
    if os.fspath(name) != NAME:
        return read_nested(find_folder(name, data_dir), side)
    for place in places(data_dir):
        if (place / FILE).is_file():
            if side != SIDE:
                raise UserError(f"{FILE} has images of {SIDE}x{SIDE}; leave --side at {SIDE}")
            return read_omniglot(place / FILE)
    looked = " or ".join(map(str, places(data_dir)))
    raise UserError(
        f"{NAME} is not in {looked}: put {FILE} into the data directory (GAN_AUGMENT_DATA), or "
        "give --data the folder of the original images"
    )


def read_omniglot(path: Path) -> LabeledImages:
    """Read the npz file: x uint8 [n, 28, 28], character and alphabet [n], alphabet_names.

    Classes are called "<alphabet>/<number>". Raises `UserError` if it is not what it should be.
    """
    images, character, alphabet, names = npz.read_arrays(
        path, "x", "character", "alphabet", "alphabet_names"
    )
    if (
        (images.dtype, images.shape[1:]) != (np.uint8, (SIDE, SIDE))
        or not character.shape == alphabet.shape == (len(images),)
        or not len(images)
        or alphabet.max() >= len(names)
    ):
        raise UserError(
            f"{path} should hold x uint8 [n, {SIDE}, {SIDE}] and for each image its character and "
            "alphabet; replace it"
        )
    found, first, labels = np.unique(character, return_index=True, return_inverse=True)
    class_names = [f"{names[alphabet[row]]}/{number}" for number, row in zip(found, first)]
    return LabeledImages(images[..., None], labels.reshape(-1).astype(np.int32), class_names)


def read_nested(folder: Path, side: int) -> LabeledImages:
    """Read a folder in which every folder with images, at any depth, is a class."""
    files = {}
    for path in sorted([folder, *folder.rglob("*")]):
        inside = path.relative_to(folder)
        if path.is_dir() and not any(part.startswith(".") for part in inside.parts):
            own = folders.image_files(path)
            if own and path != folder:
                files[inside.as_posix()] = own
    folders.check_classes(folder, list(files), files)
    paths = [path for own in files.values() for path in own]
    labels = np.repeat(np.arange(len(files)), [len(own) for own in files.values()])
    with ThreadPoolExecutor(min(32, (os.cpu_count() or 1) + 4)) as pool:
        grey = all(pool.map(folders.are_stored_grey, folders.in_chunks(paths)))
        mode = "L" if grey else "RGB"
        images = folders.read_images(paths, mode, (side, side), pool, f"reading {folder.name}")
    return LabeledImages(images, labels.astype(np.int32), tuple(files))


def split_classes(
    images: LabeledImages,
    *,
    source: int,
    targets: int,
    shots: int,
    seed: int,
    by_group: bool = False,
) -> ClassSplit:
    """Share classes out by chance: `source` to train on, `targets` to choose by, as many to test.

    Of the unseen classes `shots` images are given, by chance, and the others held back. `by_group`
    keeps groups together (an alphabet: what stands before the last "/" of a class's name), but for
    those that the numbers of classes cut in two. Raises `UserError` if there are too few classes
    with images enough.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(images.num_classes)
    if by_group:
        groups = [name.rpartition("/")[0] for name in images.class_names]
        ranks = dict(zip(dict.fromkeys(groups), rng.permutation(len(set(groups)))))
        order = np.array(sorted(order, key=lambda label: ranks[groups[label]]))
    counts = images.counts()[order]
    unseen = order[counts > shots][: 2 * targets]
    seen = order[(counts > 1) & ~np.isin(order, unseen)][:source]
    if len(unseen) < 2 * targets or len(seen) < source:
        raise UserError(
            f"{source} source classes of 2 images and twice {targets} classes of {shots + 1} were "
            f"asked for, but of {images.num_classes} classes {(counts > shots).sum()} have "
            f"{shots + 1}; choose fewer source classes, targets or shots"
        )
    validation, target = (
        _shots(of_classes(images, part), shots, rng)
        for part in (unseen[targets:], unseen[:targets])
    )
    return ClassSplit(of_classes(images, seen), validation, target)


def of_classes(images: LabeledImages, classes: Sequence[int]) -> LabeledImages:
    """Return the images of some classes, class by class, labelled anew in their order."""
    rows = [np.flatnonzero(images.labels == label) for label in classes]
    labels = np.repeat(np.arange(len(rows), dtype=np.int32), [len(own) for own in rows])
    names = tuple(images.class_names[label] for label in classes)
    return LabeledImages(images.images[np.concatenate(rows)], labels, names)


def _shots(images: LabeledImages, shots: int, rng: np.random.Generator) -> Shots:
    orders = [
        rng.permutation(np.flatnonzero(images.labels == k)) for k in range(images.num_classes)
    ]
    given, test = (
        images.take(np.concatenate([order[part] for order in orders]))
        for part in (slice(shots), slice(shots, None))
    )
    return Shots(given, test)
