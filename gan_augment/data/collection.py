"""`read_collection`: a user's labelled pictures, of any kind and size, as one set to work with."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gan_augment.common.errors import UserError
from gan_augment.common.progress import progress_bar
from gan_augment.data import eth80, prepared
from gan_augment.data.folders import in_chunks
from gan_augment.data.images import LabeledImages
from gan_augment.data.known import KNOWN, SPLITS
from gan_augment.data.listing import PART_OF, Listing, list_folder, list_table
from gan_augment.data.pictures import FITS, RefusedError, Unreadable, read_header, read_picture
from gan_augment.data.sources import data_directory, find_folder, load, places
from gan_augment.data.working_size import check_memory, check_side, working_shape

MOST_UNREADABLE = 0.05
SAME_CHANNELS = 2  # levels by which the channels of a picture without colours may differ
TABLE_ENDINGS = (".csv", ".tsv")


@dataclass(frozen=True)
class Collection:
    """A user's labelled pictures as they were found, at one working size.

    `images` are all that could be read. Of each, `splits` (str [n]) says if it was given as
    "train", "val" or "test", or "" where nothing was said; `names` where it came from, relative to
    the source; `sizes` (int [n, 2]) the height and width it is stored with. `groups`, if any were
    named, say which images show the same thing ("": nothing else does). `unreadable` are those left
    out. Raises `ValueError` when the parts do not fit each other.
    """

    images: LabeledImages
    splits: np.ndarray
    names: tuple[str, ...]
    sizes: np.ndarray
    unreadable: tuple[Unreadable, ...] = ()
    groups: tuple[str, ...] = ()

    @classmethod
    def of(cls, images: LabeledImages) -> Collection:
        """Make one of images in memory, of which nothing more is known."""
        n = len(images)
        sizes = np.tile(images.image_shape[:2], (n, 1))
        return cls(images, np.full(n, ""), tuple(f"image {i}" for i in range(n)), sizes)

    def __post_init__(self):
        n = len(self.images)
        if (len(self.splits), len(self.names), self.sizes.shape) != (n, n, (n, 2)):
            raise ValueError(
                f"{n} images have {len(self.splits)} splits, {len(self.names)} names and sizes "
                f"{self.sizes.shape}"
            )

    def sampled(self, n: int, seed: int) -> Collection:
        """Draw `n` images, of each class its share, of those not given to test or validate on.

        Nothing is said of their parts then. Raises `UserError` if there are not so many.
        """
        rows = np.flatnonzero(np.isin(self.splits, ("", "train")))
        if n > len(rows):
            raise UserError(f"a sample of {n} was asked for, but there are {len(rows)} images")
        rows = np.random.default_rng(seed).permutation(rows)
        labels = self.images.labels[rows]
        place = np.empty(len(rows))  # in its class, as a share of it
        for label in range(self.images.num_classes):
            own = np.flatnonzero(labels == label)
            place[own] = (np.arange(len(own)) + 0.5) / max(len(own), 1)
        rows = np.sort(rows[np.argsort(place, kind="stable")[:n]])
        return replace(
            self,
            images=self.images.take(rows),
            splits=np.full(n, ""),
            names=tuple(self.names[row] for row in rows),
            sizes=self.sizes[rows],
            groups=tuple(self.groups[row] for row in rows) if self.groups else (),
        )


def read_collection(
    source: str | os.PathLike,
    data_dir: str | os.PathLike | None = None,
    *,
    side: int | None = None,
    fit: str = "crop",
) -> Collection:
    """Read labelled pictures from wherever they are.

    `source` is

    - a folder `DIR/<class>/*` or `DIR/train|val|test/<class>/*` (see `listing.list_folder`);
    - a CSV of path, label and, if it likes, split and group (see `listing.list_table`);
    - the name of a set that `load` knows, of which training and test images become splits; of
      "eth80" all objects, the views of each a group;
    - a directory prepared by TensorFlow Datasets.

    Folders, prepared ones too, are looked for as given, then where `load` looks; tables as given,
    then in `data_dir` or GAN_AUGMENT_DATA.

    All pictures become `side` × `side`, or what `working_size.working_shape` chooses, and `fit`
    says how: "crop" (the centre), "pad" (black) or "stretch". There is one channel if no picture
    has colours, however it is stored, else three.

    What cannot be read or may not be read (see `pictures`, `listing`) is left out and listed; more
    than 5 % of it raises `UserError`, as do an empty source, one class only, and a class without
    a picture.
    """
    if fit not in FITS:
        raise UserError(f"pictures can be fitted by {', '.join(FITS)}, not {fit!r}")
    if side is not None:
        check_side(side)
    text = os.fspath(source)
    listing = find_listing(source, data_dir)
    _check_refused(listing, {}, text)
    _check_classes(listing, listing.labels, text)
    contents = listing.contents
    with ThreadPoolExecutor(min(32, (os.cpu_count() or 1) + 4)) as pool:
        headers, refused = _attempt(
            range(len(contents)), lambda row: read_header(contents[row]), pool, f"looking at {text}"
        )
        _check_refused(listing, refused, text)
        rows = sorted(headers)
        sizes = np.array([(headers[row].height, headers[row].width) for row in rows], int)
        shape = working_shape(sizes, side)
        mode = "L" if all(header.grey for header in headers.values()) else "RGB"
        check_memory(len(rows), shape, len(mode))
        images = np.empty((len(rows), *shape, len(mode)), np.uint8)
        index = {row: place for place, row in enumerate(rows)}

        def read(row: int) -> bool:
            """Read one image; tell whether it has colours."""
            image = read_picture(contents[row], mode, shape, fit)
            images[index[row]] = image
            return bool(np.ptp(image, axis=-1).max() > SAME_CHANNELS)

        coloured, damaged = _attempt(rows, read, pool, f"reading {text}")
    refused.update(damaged)
    _check_refused(listing, refused, text)
    if damaged:
        kept = [index[row] for row in rows if row in coloured]
        images, sizes, rows = images[kept], sizes[kept], [rows[place] for place in kept]
    if not any(coloured.values()):
        images = np.ascontiguousarray(images[..., images.shape[-1] // 2, None])
    _check_classes(listing, listing.labels[rows], text)
    return Collection(
        images=LabeledImages(images, listing.labels[rows], listing.class_names),
        splits=listing.splits[rows],
        names=tuple(listing.names[row] for row in rows),
        sizes=sizes,
        groups=tuple(listing.groups[row] for row in rows) if any(listing.groups) else (),
        unreadable=(
            *listing.refused,
            *(Unreadable(listing.names[row], refused[row]) for row in sorted(refused)),
        ),
    )


def find_listing(source: str | os.PathLike, data_dir: str | os.PathLike | None) -> Listing:
    """Find the pictures of `read_collection`; raises `UserError`."""
    text = os.fspath(source)
    if text in KNOWN or text == eth80.NAME:
        return _list_known(text, data_dir)
    if Path(text).suffix.lower() in TABLE_ENDINGS:
        return list_table(_find_table(text, data_dir))
    folder = Path(text).expanduser()
    if not (text and folder.is_dir()):
        others = [place / text for place in places(data_dir)] if text else []
        folder = next((path for path in others if path.is_dir()), None)
    folder = folder or find_folder(source, data_dir)  # which says what is wrong
    version = prepared.newest_version(folder)
    return _list_prepared(version) if version else list_folder(folder)


def _find_table(text: str, data_dir: str | os.PathLike | None) -> Path:
    chosen = data_directory(data_dir)
    for path in [Path(text).expanduser()] + ([chosen / text] if chosen else []):
        if path.is_file():
            return path
    raise UserError(f"there is no table {text!r}; give the path of a CSV with path and label")


def _list_known(name: str, data_dir: str | os.PathLike | None) -> Listing:
    """List a named set: its training and its test images; of ETH-80 the views of all objects."""
    if name == eth80.NAME:
        return _list_objects(eth80.find(places(data_dir)))
    if name in KNOWN and KNOWN[name].unlabelled:
        raise UserError(f"{name} has no labels; a comparison needs two classes or more")
    parts = {split: load(name, data_dir, split=split) for split in SPLITS}
    return Listing(
        contents=[image for part in parts.values() for image in part.images],
        names=[f"{split}/{row}" for split, part in parts.items() for row in range(len(part))],
        labels=np.concatenate([part.labels for part in parts.values()]),
        splits=np.repeat(np.array(SPLITS, "<U5"), [len(part) for part in parts.values()]),
        class_names=parts["train"].class_names,
    )


def _list_objects(found: eth80.ObjectViews) -> Listing:
    views, objects = found.views, found.objects.tolist()
    groups = [f"{views.class_names[k]} {number}" for k, number in zip(views.labels, objects)]
    return Listing(
        contents=list(views.images),
        names=[f"{group}/{row}" for row, group in enumerate(groups)],
        labels=views.labels,
        splits=np.full(len(views), "", "<U5"),
        class_names=views.class_names,
        groups=groups,
    )


def _list_prepared(folder: Path) -> Listing:
    """List a prepared TFDS directory; of its splits, other names than train, val, test are ""."""
    images, labels, splits, class_names = prepared.read_directory(folder)
    seen: Counter[str] = Counter()
    names = []
    for split in splits:
        names.append(f"{split}/{seen[split]}")
        seen[split] += 1
    known = [PART_OF.get(split.lower(), "") for split in splits]
    return Listing(images, names, labels, np.array(known, "<U5"), class_names)


def _attempt(
    rows: Sequence[int], work: Callable[[int], object], pool: ThreadPoolExecutor, description: str
) -> tuple[dict[int, object], dict[int, str]]:
    """Do `work` for each row, in parallel; return what came of it, and why nothing did, by row."""

    def attempt(chunk: Sequence[int]) -> list[tuple]:
        results = []
        for row in chunk:
            try:
                results.append((row, work(row), None))
            except RefusedError as error:
                results.append((row, None, str(error)))
        return results

    done, refused = {}, {}
    with progress_bar(description=description, total=len(rows), unit="image") as bar:
        for results in pool.map(attempt, in_chunks(rows)):
            done.update((row, result) for row, result, reason in results if reason is None)
            refused.update((row, reason) for row, _, reason in results if reason is not None)
            bar.update(len(results))
    return done, refused


def _check_refused(listing: Listing, refused: dict[int, str], source: str) -> None:
    """Raise `UserError` if too much cannot be read, or all."""
    total = len(listing.contents) + len(listing.refused)
    count = len(refused) + len(listing.refused)
    if not count or (count <= MOST_UNREADABLE * total and count < total):
        return
    found = [(unreadable.name, unreadable.reason) for unreadable in listing.refused]
    found += [(listing.names[row], reason) for row, reason in refused.items()]
    some = ", ".join(f"{name} {reason}" for name, reason in found[:3])
    raise UserError(
        f"of {total} pictures of {source} {count} cannot be read, more than "
        f"{MOST_UNREADABLE:.0%} ({some}{', …' if count > 3 else ''}); replace or remove them"
    )


def _check_classes(listing: Listing, labels: np.ndarray, source: str) -> None:
    """Raise `UserError` for one class only, or a class that none of `labels` is of."""
    if len(listing.class_names) == 1:
        raise UserError(
            f"{source} has only one class ({listing.class_names[0]!r}); a comparison needs two or "
            "more, each in a folder of its own"
        )
    counts = np.bincount(labels, minlength=len(listing.class_names))
    for name, count in zip(listing.class_names, counts.tolist()):
        if not count:
            raise UserError(
                f"the class {name!r} of {source} has no picture that can be read; add some, or "
                "remove the class"
            )
