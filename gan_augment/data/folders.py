"""Image folders, `DIR/<class>/*.png|jpg|webp|bmp`: how people bring images of their own."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from gan_augment.common.errors import UserError
from gan_augment.common.progress import progress_bar
from gan_augment.data.images import LabeledImages
from gan_augment.data.known import KnownSet

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
FORMATS = ("PNG", "JPEG", "WEBP", "BMP")
ENDINGS_IN_WORDS = ".png, .jpg, .webp or .bmp"
FORMATS_IN_WORDS = "PNG, JPEG, WebP or BMP"
GREY_MODES = {"1", "L", "LA", "La", "I", "I;16", "I;16B", "F"}
DAMAGE = (  # what Pillow raises for files that are not what they should be
    *(OSError, EOFError, SyntaxError, ValueError, TypeError, LookupError, OverflowError),
    *(MemoryError, RuntimeError, struct.error, zlib.error),
    *(Image.DecompressionBombError, Image.DecompressionBombWarning),
)
CHUNK = 64  # files a thread reads at a time


def find(
    place: Path, known: KnownSet, split: str, size: tuple[int, int] | None = None
) -> LabeledImages | None:
    """Read the image folder `place/<name>`; None if there is no subfolder with images in it."""
    folder = place / known.name
    if not folder.is_dir() or not any(map(image_files, subfolders(split_folder(folder, "train")))):
        return None
    return read_folder(folder, split, size)


def read_folder(
    folder: Path, split: str = "train", size: tuple[int, int] | None = None
) -> LabeledImages:
    """Read `folder/<class>/*` or, where there is a `train`, `folder/<split>/<class>/*`.

    Classes are the subfolders' names, sorted; images come class by class, sorted by name. Hidden
    files and files that are not .png, .jpg, .jpeg, .webp or .bmp (in either case) do not count.
    EXIF orientation is honoured, transparency dropped. If every file of both splits is stored as
    grey (WebP never is) there is one channel, else three. With `size` = (height, width) every image
    is resized to it (bicubic, antialiased, not cropped); without, all must have one size. Without a
    `train` folder everything is the train split. Raises `UserError` for unreadable files, fewer
    than two classes, empty classes.
    """
    if size is not None and (len(size) != 2 or min(size) < 1):
        raise UserError(f"size should be two positive numbers (height, width), not {size}")
    root = split_folder(folder, split)
    try:
        class_names = [path.name for path in subfolders(split_folder(folder, "train"))]
        names = [path.name for path in subfolders(root)]
        files = {name: image_files(root / name) for name in names}
        everything = all_files(folder)
    except OSError as error:
        raise UserError(f"the image folder {folder} cannot be read ({error})") from error
    check_classes(root, class_names, files)

    paths = [path for name in names for path in files[name]]
    labels = np.repeat([class_names.index(name) for name in names], [len(files[n]) for n in names])
    with ThreadPoolExecutor(min(32, (os.cpu_count() or 1) + 4)) as pool:
        mode = "L" if all(pool.map(are_stored_grey, in_chunks(everything))) else "RGB"
        images = read_images(paths, mode, size, pool, f"reading {folder.name}")
    return LabeledImages(images, labels.astype(np.int32), tuple(class_names))


def read_images(
    paths: list[Path],
    mode: str,
    size: tuple[int, int] | None,
    pool: ThreadPoolExecutor,
    description: str,
) -> np.ndarray:
    """Read image files in parallel as uint8 [n, h, w, c], c = 1 for `mode` "L" and 3 for "RGB"."""
    first = read_image(paths[0], mode, size)
    images = np.empty((len(paths), *first.shape), np.uint8)

    def fill(numbered: Sequence[tuple[int, Path]]) -> int:
        for row, path in numbered:
            image = read_image(path, mode, size)
            if image.shape != first.shape:
                raise UserError(
                    f"images differ in size: {paths[0]} is {size_of(first)} and {path} is "
                    f"{size_of(image)} (height x width); give one size for all"
                )
            images[row] = image
        return len(numbered)

    with progress_bar(description=description, total=len(paths), unit="image") as bar:
        for count in pool.map(fill, in_chunks(list(enumerate(paths)))):
            bar.update(count)
    return images


def in_chunks(items: list) -> Iterator[list]:
    """Yield `items` in parts that are worth a thread's attention."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def split_folder(folder: Path, split: str) -> Path:
    """Return `folder/<split>` if `folder/train` holds folders, else `folder` itself.

    Raises `UserError` for a test split that is not there.
    """
    if not ((folder / "train").is_dir() and subfolders(folder / "train")):
        if split != "train":
            raise UserError(
                f"the image folder {folder} has no test images: give it the folders train and "
                f"test, or split what it has with LabeledImages.split"
            )
        return folder
    if not (folder / split).is_dir():
        raise UserError(f"the image folder {folder} has no folder {split}")
    return folder / split


def subfolders(folder: Path) -> list[Path]:
    """Return the folders in `folder` that are not hidden, sorted."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != ".")


def image_files(folder: Path) -> list[Path]:
    """Return the image files in `folder` that are not hidden, sorted."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in ENDINGS and path.name[0] != "." and path.is_file()
    )


def all_files(folder: Path) -> list[Path]:
    """Return the image files of both splits."""
    train = split_folder(folder, "train")
    roots = [folder] if train == folder else [train, folder / "test"]
    return [
        path
        for root in roots
        if root.is_dir()
        for inside in subfolders(root)
        for path in image_files(inside)
    ]


def check_classes(root: Path, class_names: list[str], files: dict[str, list[Path]]) -> None:
    """Raise `UserError` unless `files` are images of at least two of the classes, none empty."""
    layout = f"it should hold a folder for each class, with {ENDINGS_IN_WORDS} files in each"
    if not files:
        raise UserError(f"the image folder {root} has no class folders: {layout}")
    if len(files) == 1:
        raise UserError(
            f"the image folder {root} has only one class ({next(iter(files))}): {layout}"
        )
    for name, paths in files.items():
        if name not in class_names:
            raise UserError(f"the class folder {root / name} has no counterpart in train")
        if not paths:
            raise UserError(f"the class folder {root / name} has no {ENDINGS_IN_WORDS} files in it")


def are_stored_grey(paths: list[Path]) -> bool:
    """Tell from their headers whether none of the files has colours."""
    for path in paths:
        with reading(path), Image.open(path, formats=FORMATS) as image:
            if image.mode not in GREY_MODES:
                return False
    return True


def read_image(path: Path, mode: str, size: tuple[int, int] | None) -> np.ndarray:
    """Return the image as uint8 [h, w, 1] (`mode` "L") or [h, w, 3] ("RGB"), upright."""
    with reading(path), Image.open(path, formats=FORMATS) as image:
        image = upright(image, mode)
        if size is not None and image.size != (size[1], size[0]):
            image = image.resize((size[1], size[0]), Image.Resampling.BICUBIC)
        return np.asarray(image).reshape(image.height, image.width, len(mode))


def upright(image: Image.Image, mode: str) -> Image.Image:
    """Return the image in a mode, "L" or "RGB", turned as its EXIF orientation says."""
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16 bits: keep the upper eight, Pillow would clip
        image = Image.fromarray((np.asarray(image) >> 8).clip(0, 255).astype(np.uint8))
    return image.convert(mode)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever Pillow makes of a damaged file into a `UserError` that names it."""
    try:
        yield
    except DAMAGE as error:
        raise UserError(f"{path} {damage(error)}; replace or remove it") from error


def damage(error: Exception) -> str:
    """Say what is wrong with a file for which Pillow raises `error`."""
    if isinstance(error, UnidentifiedImageError):
        return f"is not a {FORMATS_IN_WORDS} image"
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return f"cannot be read as an image ({reason})"


def size_of(image: np.ndarray) -> str:
    """Return height and width for a sentence."""
    return f"{image.shape[0]}x{image.shape[1]}"
