"""Which images are taken for copies: real sets, and copies made of them in known ways.

    python tests/benchmarks/near_copies.py [--data-dir DIR] [--sets mnist eth80 …] [--images 2000]

For each set: how many groups of several images are found where there should be (almost) none, the
time, and the share of planted copies that are found, each in a set of 300 images and its copies.
"""

import argparse
import io
import time

import numpy as np
from PIL import Image

from gan_augment.data import eth80, near_copies
from gan_augment.data.sources import load, places


def saved(image, form, quality):
    """Return an image saved in a lossy form and read again."""
    file = io.BytesIO()
    image.save(file, form, quality=quality)
    return Image.open(file).convert(image.mode)


def resized(image, factor):
    """Return an image that was of another size in between."""
    size = [round(side * factor) for side in image.size]
    return image.resize(size, Image.Resampling.BICUBIC).resize(image.size, Image.Resampling.BICUBIC)


COPIES = {
    "JPEG 90": lambda image: saved(image, "JPEG", 90),
    "JPEG 75": lambda image: saved(image, "JPEG", 75),
    "JPEG 50": lambda image: saved(image, "JPEG", 50),
    "WebP 75": lambda image: saved(image, "WEBP", 75),
    "twice the size": lambda image: resized(image, 2),
    "3/4 of the size": lambda image: resized(image, 0.75),
    "half the size": lambda image: resized(image, 0.5),
    "10 % brighter": lambda image: image.point(lambda level: min(255, level * 1.1)),
    "25 % brighter": lambda image: image.point(lambda level: min(255, level * 1.25)),
    "20 % darker": lambda image: image.point(lambda level: level * 0.8),
    "JPEG 75, 3/4, brighter": lambda image: saved(
        resized(image, 0.75).point(lambda level: min(255, level * 1.1)), "JPEG", 75
    ),
}


def arrays(name, data_dir):
    """Return the images of a set, uint8 [n, h, w, c]."""
    if name == eth80.NAME:
        return eth80.find(places(data_dir)).views.images
    return load(name, data_dir).images


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir")
    parser.add_argument("--sets", nargs="+", default=["mnist", "eth80", "cifar10"])
    parser.add_argument("--images", type=int, default=2000)
    options = parser.parse_args()
    for name in options.sets:
        images = arrays(name, options.data_dir)[: options.images]
        start = time.perf_counter()
        sizes = np.bincount(near_copies.near_copies(images))
        seconds = time.perf_counter() - start
        print(
            f"{name}: {len(images)} images, {(sizes > 1).sum()} groups of several, "
            f"{sizes[sizes > 1].sum()} images in them, {seconds:.1f} s"
        )
        some = images[np.random.default_rng(0).permutation(len(images))[:300]]
        for kind, copy in COPIES.items():
            made = [
                np.asarray(copy(Image.fromarray(image.squeeze()))).reshape(image.shape)
                for image in some
            ]
            groups = near_copies.near_copies(np.concatenate([some, made]))
            print(f"    {kind}: {np.mean(groups[:300] == groups[300:]):.0%} found")


if __name__ == "__main__":
    main()
