"""Pictures and files as strangers bring them."""

import struct
import zlib

import numpy as np
from PIL import Image


def scene(height=32, width=32, channels=3, seed=0):
    """Return a smooth random picture, uint8 [h, w, c]: like no other seed's, and easy to save."""
    coarse = np.random.default_rng(seed).integers(20, 200, (4, 4, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image if channels == 3 else image.convert("L")).reshape(height, width, -1)


def save(path, image=None, **options):
    """Save uint8 [h, w, c] at `path`, in the format of its ending or that in `options`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = scene(seed=zlib.crc32(path.name.encode())) if image is None else image
    Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(path, **options)


def fill(root, classes=("cat", "dog"), count=12, start=0, **size):
    """Save `count` pictures of each class under `root`, all different."""
    for number, name in enumerate(classes):
        for index in range(count):
            seed = start + 1000 * number + index
            save(root / name / f"{index:03d}.png", scene(seed=seed, **size))


def huge_png(width, height):
    """Return a PNG of a few bytes that says it has width × height pixels."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(*part) for part in ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    )
