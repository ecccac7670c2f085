"""Digits as a seven-segment display shows them: images in which the described segments are there.

A control for zero-shot learning by `attributes.SEGMENTS`, which handwriting does not show.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from gan_augment.data.attributes import SEGMENTS
from gan_augment.data.images import LabeledImages
from gan_augment.data.known import DIGITS

SIDE = 28
NOISE = 60  # of 255


class Place(NamedTuple):
    """Where on an image the display is: the upper left corner and sizes, in pixels."""

    top: int
    left: int
    height: int
    width: int
    stroke: int


def display_digits(per_class: int, seed: int) -> LabeledImages:
    """Draw `per_class` images of each digit, 28 × 28 and grey, classes mixed.

    Each has a place, size, stroke (2 or 3 pixels) and brightness (100 to 195) of its own, and
    uniform noise of 0 to 60 on every pixel.
    """
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(len(DIGITS), dtype=np.int32), per_class))
    images = rng.integers(0, NOISE + 1, (len(labels), SIDE, SIDE))
    for image, label in zip(images, labels):
        height, width, stroke = rng.integers((14, 8, 2), (19, 12, 4))
        top, left = rng.integers(1, (SIDE - height - stroke, SIDE - width - stroke))
        lit = [name for name, digits in SEGMENTS.items() if DIGITS[label] in digits]
        shape = drawn(lit, Place(top, left, height, width, stroke))
        image += shape * rng.integers(100, 196)
    return LabeledImages(images[..., None].astype(np.uint8), labels, DIGITS)


def drawn(lit: Collection[str], place: Place) -> np.ndarray:
    """Return which pixels the segments `lit` cover, bool [28, 28]."""
    top, left, height, width, stroke = place
    middle, bottom, right = top + height // 2, top + height, left + width
    lines = {  # from row, to row, from column, to column
        "top": (top, top, left, right),
        "middle": (middle, middle, left, right),
        "bottom": (bottom, bottom, left, right),
        "upper left": (top, middle, left, left),
        "upper right": (top, middle, right, right),
        "lower left": (middle, bottom, left, left),
        "lower right": (middle, bottom, right, right),
    }
    image = np.zeros((SIDE, SIDE), bool)
    for name in lit:
        first, last, start, end = lines[name]
        image[first : last + stroke, start : end + stroke] = True
    return image
