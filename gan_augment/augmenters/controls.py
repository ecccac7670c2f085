"""The augmenters that a GAN has to beat: the same images again, and classical augmentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf

from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages, balanced, interleaved

BLOCK = 64


class Repeat:
    """The same real images again: the equal-steps control.

    Adding R·n of anything makes an epoch longer. A classifier trained with these is trained for
    as many steps as one with generated images, on nothing new. A class is walked through in a
    random order, again and again.
    """

    def fit(self, real: LabeledImages) -> Repeat:
        """Keep the real images."""
        self.real = real
        return self

    def batches(self, per_class: int, seed: int) -> Iterator[LabeledImages]:
        """Yield real images, classes mixed, `per_class` of each in all."""
        orders = [
            np.random.default_rng([seed, label]).permutation(
                np.flatnonzero(self.real.labels == label)
            )
            for label in np.flatnonzero(self.real.counts())
        ]
        for first in range(0, per_class, BLOCK):
            positions = np.arange(first, min(first + BLOCK, per_class))
            rows = np.concatenate([order[positions % len(order)] for order in orders])
            yield interleaved(self.real.take(rows), [seed, first])


class Affine(Repeat):
    """Classical augmentation as a fixed set: real images under small random affine maps.

    `transform(images, seed)` is one of `gan_augment.data.transforms`, by default `affine()`. As
    people use it, drawn anew at every step, it is part of the classifier's training instead.
    """

    def __init__(self, transform: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None = None):
        if transform is None:
            from gan_augment.data.transforms import affine

            transform = affine()
        self.transform = transform

    def batches(self, per_class: int, seed: int) -> Iterator[LabeledImages]:
        """Yield transformed real images, classes mixed, `per_class` of each in all."""
        whole = -(-per_class // BLOCK) * BLOCK  # what is drawn depends on the size of a batch
        for block, batch in enumerate(super().batches(whole, seed)):
            seeds = tf.constant([derive_seed(seed, "affine"), block], tf.int32)
            images = self.transform(tf.constant(batch.scaled()), seeds).numpy()
            made = LabeledImages.from_scaled(images, batch.labels, batch.class_names)
            wanted = min(BLOCK, per_class - block * BLOCK) * np.count_nonzero(made.counts())
            yield interleaved(balanced(made, wanted), [seed, block])
