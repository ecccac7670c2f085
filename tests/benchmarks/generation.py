"""Memory while many images are generated and written: it must not grow with their number.

    python tests/benchmarks/generation.py --images 1000000

Prints the resident memory after each tenth of the images; the last line is the growth between the
first and the last tenth. Generators are untrained: that costs the same.
"""

import argparse
import os
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import psutil

from gan_augment.augmenters.dcgan import generator
from gan_augment.augmenters.per_class import PerClass
from gan_augment.data.records import write_records

CLASSES = tuple("0123456789")


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--alpha", type=float, default=1)
    options = parser.parse_args()
    gans = PerClass(None, steps=1)
    gans.class_names = CLASSES
    for label in range(len(CLASSES)):
        gans.generators[label] = generator((28, 28, 1), alpha=options.alpha, seed=label)
    process = psutil.Process()
    readings = []

    def watched():
        made = 0
        for batch in gans.batches(options.images // len(CLASSES), seed=0):
            yield batch
            made += len(batch)
            if made * 10 >= options.images * (len(readings) + 1):
                readings.append(process.memory_info().rss / 2**20)
                speed = made / (time.perf_counter() - start)
                print(
                    f"{made:9,} images  {readings[-1]:7.0f} MiB  {speed:6.0f} images/s", flush=True
                )

    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as root:
        write_records(
            root, "many", watched(), class_names=CLASSES, image_shape=(28, 28, 1), generation={}
        )
    print(f"growth from the first to the last tenth: {readings[-1] - readings[0]:+.0f} MiB")


if __name__ == "__main__":
    main()
