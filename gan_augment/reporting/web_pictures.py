"""Pictures small enough to be carried inside a page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

WIDTHS = (1600, 1200, 900, 640)  # in pixels; tried in this order
MOST = 5_200_000  # bytes of all pictures of a page; base64 makes them a third larger
QUALITY = 82  # of lossy WebP, 0…100


@dataclass(frozen=True)
class Carried:
    """A picture as a page carries it."""

    kind: str
    """"png" or "webp"."""
    data: bytes
    width: int
    """In pixels."""
    height: int

    @property
    def address(self) -> str:
        """The picture as a data: address."""
        return f"data:image/{self.kind};base64,{base64.b64encode(self.data).decode()}"


def carried(paths: Iterable[Path], most: int = MOST) -> dict[Path, Carried]:
    """Return each picture that can be read, all of them as wide as `most` bytes in all allow.

    At the smallest of `WIDTHS` they are returned however many bytes they are.
    """
    paths, found = list(paths), {}
    for width in WIDTHS:
        reductions = {path: reduced(path, width) for path in paths}
        found = {path: each for path, each in reductions.items() if each}
        if sum(len(each.data) for each in found.values()) <= most:
            break
    return found


def reduced(path: Path, width: int) -> Carried | None:
    """Return a PNG file at most `width` pixels wide: as it is, or as WebP if that is smaller.

    None if it is no picture, or a damaged one.
    """
    try:
        with Image.open(path) as image:
            solid = image.convert("RGBA")
    except (OSError, SyntaxError):  # what Pillow raises for a damaged PNG
        return None
    fits = solid.width <= width
    if not fits:
        height = max(1, round(solid.height * width / solid.width))
        solid = solid.resize((width, height), Image.Resampling.LANCZOS)
    ground = Image.new("RGBA", solid.size, "white")
    packed = io.BytesIO()
    Image.alpha_composite(ground, solid).convert("RGB").save(packed, "WEBP", quality=QUALITY)
    original = path.read_bytes()
    if fits and len(original) <= packed.tell():
        return Carried("png", original, *solid.size)
    return Carried("webp", packed.getvalue(), *solid.size)
