"""One picture of a stranger: looked at before it is decoded, then brought to the working size."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from gan_augment.data.folders import DAMAGE, FORMATS, GREY_MODES, damage, upright

Content = Path | bytes | np.ndarray  # a file, what is in one, or uint8 [h, w, c]

# A picture above any of these is not decoded. The number of pixels is below that at which Pillow
# warns; a file of 80 million takes 240 MB for a moment.
MOST_PIXELS = 80_000_000
LONGEST_SIDE = 30_000
MOST_BYTES = 256 << 20
ROTATED = {5, 6, 7, 8}  # EXIF orientations that swap height and width
ORIENTATION = 0x0112


@dataclass(frozen=True)
class Unreadable:
    """A picture that was left out, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Header:
    """What can be known without decoding: height and width as shown, and if stored as grey."""

    height: int
    width: int
    grey: bool


class RefusedError(Exception):
    """A picture is not read; the message is the reason."""


def _crop(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return ImageOps.fit(image, size, Image.Resampling.BICUBIC)


def _pad(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return ImageOps.pad(image, size, Image.Resampling.BICUBIC, color=0)


def _stretch(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image.resize(size, Image.Resampling.BICUBIC)


FITS = {"crop": _crop, "pad": _pad, "stretch": _stretch}


def read_header(content: Content) -> Header:
    """Look at a picture without decoding it; raises `RefusedError`."""
    if isinstance(content, np.ndarray):
        return Header(*content.shape[:2], content.shape[-1] == 1)
    try:
        with _opened(content) as image:
            width, height = image.size
            # to find EXIF data behind the pixels of a PNG, `getexif` would decode them
            has_exif = image.format != "PNG" or "exif" in image.info
            if has_exif and image.getexif().get(ORIENTATION) in ROTATED:
                width, height = height, width
            return Header(height, width, image.mode in GREY_MODES)
    except DAMAGE as error:
        raise RefusedError(damage(error)) from error


def read_picture(content: Content, mode: str, shape: tuple[int, int], fit: str) -> np.ndarray:
    """Return a picture as uint8 [height, width, c] with `shape` = (height, width), upright.

    `mode` is "L" (c = 1) or "RGB" (c = 3). A picture of another shape is resized (bicubic,
    antialiased) and `fit`: "crop" cuts what is too long from both ends, "pad" adds black, "stretch"
    distorts. Raises `RefusedError`.
    """
    size = (shape[1], shape[0])
    if isinstance(content, np.ndarray):
        if content.shape == (*shape, len(mode)):
            return content
        image = Image.fromarray(content[..., 0] if content.shape[-1] == 1 else content)
        return _array(image.convert(mode), size, fit)
    try:
        with _opened(content) as image:
            image.draft(None, (2 * size[0], 2 * size[1]))  # JPEG is decoded at a fraction, faster
            return _array(upright(image, mode), size, fit)
    except DAMAGE as error:
        raise RefusedError(damage(error)) from error


def _opened(content: Path | bytes) -> Image.Image:
    """Open a picture; nothing is decoded. Raises `RefusedError` for absurd dimensions."""
    length = len(content) if isinstance(content, bytes) else content.stat().st_size
    if length > MOST_BYTES:
        raise RefusedError(f"is {length >> 20} MB long, more than {MOST_BYTES >> 20} MB")
    image = Image.open(io.BytesIO(content) if isinstance(content, bytes) else content, "r", FORMATS)
    width, height = image.size
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        image.close()
        raise RefusedError(
            f"has {height}×{width} pixels; more than {MOST_PIXELS // 10**6} million, or a side "
            f"above {LONGEST_SIDE:,}, are not decoded"
        )
    return image


def _array(image: Image.Image, size: tuple[int, int], fit: str) -> np.ndarray:
    if image.size != size:
        image = FITS[fit](image, size)
    return np.asarray(image).reshape(size[1], size[0], -1)
