"""Two domains of images for translation: by name, as a published pair, or from two folders."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tensorflow as tf

from gan_augment.common.errors import UserError
from gan_augment.common.seeds import derive_seed
from gan_augment.data import eth80, folders, npz, unlabelled
from gan_augment.data.images import LabeledImages, concatenate, to_uint8
from gan_augment.data.known import KNOWN
from gan_augment.data.photometric import gaussian_blur
from gan_augment.data.sources import find_folder, load, places

SCAN = "scan"
SIDE = 64  # folders are resized to it, unless told otherwise
HELD_OUT = 0.1  # of a domain without test images

# Published pairs as npz files: their name, and those of the domains.
PAIRS = {"horse2zebra": ("horse2zebra64.npz", ("horse", "zebra"))}
PAIR_PARTS = ("trainA", "trainB", "testA", "testB")  # in files and in folders

# What a scan looks like: deviations of the blur in pixels, and ranges of each primary colour.
BLUR = (0.6, 1.2)
PAPER, INK = (150, 250), (0, 90)


@dataclass(frozen=True)
class Domain:
    """Images that look alike; those to test on are never trained on."""

    name: str
    train: LabeledImages
    test: LabeledImages


def load_domains(
    names: Sequence[str],
    data_dir: str | os.PathLike | None = None,
    *,
    size: int | None = None,
    seed: int = 0,
) -> tuple[Domain, Domain]:
    """Return the first and the second domain, of one image shape.

    `names` are

    - a published pair: "horse2zebra", as `horse2zebra64.npz` in the data directory, or any folder
      with trainA, trainB, testA and testB in it;
    - two of what `load` takes: names of sets, or image folders, with a folder for each class or
      without. A folder is resized to `size` × `size` (64 by default, else the other set's size);
    - a set of grey images and "scan": the first half of its training images (by `seed`), and scans
      of the others (see `scanned`). So the two halves have no image in common.

    If one domain has colours, grey images of the other get three equal channels. Where there are no
    test images a tenth is held out. Raises `UserError`.
    """
    if len(names) == 1:
        first, second = _pair(names[0], data_dir, size)
    elif len(names) != 2:
        raise UserError(f"two domains are needed, or the name of a pair, not {len(names)} names")
    elif names[1] == SCAN:
        first, second = _with_scans(_domain(names[0], data_dir, size or SIDE, seed), seed)
    else:
        sides = [KNOWN[name].image_shape[0] for name in names if name in KNOWN]
        first, second = (_domain(n, data_dir, size or min([*sides, SIDE]), seed) for n in names)
    if first.name == second.name:
        second = replace(second, name=f"{second.name} (2)")
    parts = [part for domain in (first, second) for part in (domain.train, domain.test)]
    channels = max(part.image_shape[-1] for part in parts)
    first, second = (_with_channels(domain, channels) for domain in (first, second))
    shapes = [domain.train.image_shape for domain in (first, second)]
    if shapes[0] != shapes[1]:
        raise UserError(
            f"{first.name} has images of {shapes[0][0]}×{shapes[0][1]} and {second.name} of "
            f"{shapes[1][0]}×{shapes[1][1]}; give --size the side of the one that is no folder"
        )
    return first, second


def share_labels(first: Domain, second: Domain) -> bool:
    """Tell whether labels of one domain mean something in the other: the same classes, above 1."""
    return first.train.class_names == second.train.class_names and first.train.num_classes > 1


def as_domains(
    first: LabeledImages, second: LabeledImages, names: Sequence[str] = ("first", "second")
) -> LabeledImages:
    """Return the images of both, labelled by domain: 0 and 1."""
    parts = [
        LabeledImages(part.images, np.full(len(part), k, np.int32), tuple(names))
        for k, part in enumerate((first, second))
    ]
    return concatenate(parts)


def joined(first: Domain, second: Domain) -> Domain:
    """Return both as one whose labels say which domain an image is of."""
    names = (first.name, second.name)
    return Domain(
        " and ".join(names),
        as_domains(first.train, second.train, names),
        as_domains(first.test, second.test, names),
    )


def scanned(images: LabeledImages, seed: int) -> LabeledImages:
    """Return grey images as bad scans: dark ink on coloured paper, blurred, in three channels.

    Each image is blurred by a Gaussian with a deviation of 0.6 to 1.2 pixels. Its brightness then
    says how much ink is on the paper: none at 0, all at 255. Red, green and blue of the paper are
    150 to 250, those of the ink 0 to 90; all are uniform, drawn for each image by `seed`, and the
    same ones in all of it. So the images are inverted, and no two have the same colours.
    """
    if images.image_shape[-1] != 1:
        raise UserError("scans are made of grey images; choose a set without colours")
    blur_seed = tf.constant([derive_seed(seed, "blur"), 0])
    ink = (gaussian_blur(*BLUR)(tf.constant(images.scaled()), blur_seed).numpy() + 1) / 2
    rng = np.random.default_rng([derive_seed(seed, "colours")])
    paper, dark = (
        rng.uniform(*limits, (len(images), 1, 1, 3)).astype(np.float32) for limits in (PAPER, INK)
    )
    return replace(images, images=to_uint8((paper + (dark - paper) * ink) / 127.5 - 1))


def coloured(images: LabeledImages) -> LabeledImages:
    """Return grey images with three equal channels, others as they are."""
    if images.image_shape[-1] == 3:
        return images
    return replace(images, images=np.repeat(images.images, 3, axis=-1))


def _with_channels(domain: Domain, channels: int) -> Domain:
    if channels == 1:
        return domain
    return replace(domain, train=coloured(domain.train), test=coloured(domain.test))


def _with_scans(domain: Domain, seed: int) -> tuple[Domain, Domain]:
    rest, half = domain.train.split(0.5, derive_seed(seed, "halves"))
    scans = Domain(
        SCAN,
        scanned(half, derive_seed(seed, "train")),
        scanned(domain.test, derive_seed(seed, "test")),
    )
    return replace(domain, train=rest), scans


def _pair(name: str, data_dir, size: int | None) -> tuple[Domain, Domain]:
    """Read a published pair from a file or a folder."""
    if name in PAIRS:
        file, names = PAIRS[name]
        for place in places(data_dir):
            if (place / file).is_file():
                images = npz.read_arrays(place / file, *PAIR_PARTS)
                return _domains_of(images, names, place / file)
        raise UserError(
            f"{name} is not in {' or '.join(map(str, places(data_dir)))}: put {file} into the data "
            f"directory (GAN_AUGMENT_DATA), with the arrays {', '.join(PAIR_PARTS)}, uint8 "
            "[n, h, w, 3]"
        )
    folder = find_folder(name, data_dir)
    missing = [part for part in PAIR_PARTS if not (folder / part).is_dir()]
    if missing:
        raise UserError(
            f"{folder} is no pair of domains, it has no folder {missing[0]}; name two domains, or "
            f"a folder with {', '.join(PAIR_PARTS)}"
        )
    images = [unlabelled.read_images(folder / part, size or SIDE, False) for part in PAIR_PARTS]
    stem, _, second = folder.name.partition("2")  # of horse2zebra
    return _domains_of(images, (stem, second) if second else ("A", "B"), folder)


def _domains_of(images: Sequence[np.ndarray], names, source: Path) -> tuple[Domain, Domain]:
    for part, each in zip(PAIR_PARTS, images):
        if each.dtype != np.uint8 or each.ndim != 4 or not len(each):
            raise UserError(
                f"{source} should hold uint8 images [n, h, w, c] as {part}, but holds {each.dtype} "
                f"{each.shape}"
            )
    sets = [
        LabeledImages(each, np.zeros(len(each), np.int32), (names[k % 2],))
        for k, each in enumerate(images)
    ]
    return tuple(Domain(names[k], sets[k], sets[k + 2]) for k in (0, 1))


def _domain(name: str, data_dir, size: int, seed: int) -> Domain:
    """Read one domain, with classes if it has some."""
    known = KNOWN.get(name)
    if (known and not known.unlabelled) or name == eth80.NAME:
        return Domain(name, *(load(name, data_dir, split=split) for split in ("train", "test")))
    test = None
    if known:
        train = load(name, data_dir)
    else:
        folder = find_folder(name, data_dir)
        name = folder.resolve().name
        if _has_classes(folder):
            train = load(folder, size=(size, size))
            if folders.split_folder(folder, "train") != folder:
                test = load(folder, split="test", size=(size, size))
        else:
            train = unlabelled.load_unlabelled(folder, size=size)
            if (folder / "test").is_dir():
                images = unlabelled.read_images(folder / "test", size, False)
                test = LabeledImages(images, np.zeros(len(images), np.int32), train.class_names)
    if test is None:
        if len(train) < 2:
            raise UserError(f"{name} has {len(train)} image(s); a domain needs more")
        train, test = train.split(HELD_OUT, derive_seed(seed, "held out"))
    return Domain(name, train, test)


def _has_classes(folder: Path) -> bool:
    names = folders.subfolders(folders.split_folder(folder, "train"))
    with_images = [path for path in names if folders.image_files(path)]
    return len([path for path in with_images if path.name not in ("train", "test")]) > 1
