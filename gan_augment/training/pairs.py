"""Batches of two domains, for models that translate one into the other."""

import numpy as np
import tensorflow as tf

from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import to_float
from gan_augment.training.loop import Trainer, batch_rows
from gan_augment.training.noise import fold


class PairTrainer(Trainer):
    """Trains on two domains of images: those with label 0, and those with label 1.

    A batch is a pair of as many images of either. Each domain walks through permutations of its
    own, so images are paired by chance and never the same way again. `transform` (of
    `data.transforms`) changes every batch anew. Both are functions of (seed, step) alone.
    """

    def __init__(
        self,
        model,
        images: np.ndarray,
        labels: np.ndarray,
        *,
        batch_size: int,
        seed: int,
        strategy: tf.distribute.Strategy,
        transform=None,
    ):
        first, second = (images[labels == domain] for domain in (0, 1))
        self.second = tf.constant(second)
        self.transform = transform
        batch_size = min(batch_size, len(second))
        super().__init__(model, first, batch_size=batch_size, seed=seed, strategy=strategy)

    def batch(self, step, rows_of=lambda rows: rows):
        """Return the pair of batches of a step, or the rows of them that `rows_of` picks."""
        pair = []
        for domain, images in enumerate((self.images, self.second)):
            seed = derive_seed(self.seed, "domain", domain)
            rows = batch_rows(step, self.batch_size, len(images), seed)
            if self.transform is None:
                batch = to_float(tf.gather(images, rows_of(rows)))
            else:  # of the global batch, so that it is the same however many replicas share it
                batch = to_float(tf.gather(images, rows))
                batch = rows_of(self.transform(batch, fold([seed, 1], tf.cast(step, tf.int32))))
            pair.append(batch)
        return tuple(pair)
