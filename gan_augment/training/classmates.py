"""Batches of two images of a class each, for models that make one out of the other."""

import numpy as np
import tensorflow as tf

from gan_augment.common.errors import UserError
from gan_augment.data.images import to_float
from gan_augment.training.loop import Trainer, batch_rows
from gan_augment.training.noise import fold


class ClassmateTrainer(Trainer):
    """Trains on images, and for each of them another one of its class.

    A batch is (images, others), both float32 [n, h, w, c] in [−1, 1]. Images come as those of
    `Trainer` do; who goes with an image is drawn anew at every step from all others of its class,
    each as likely, as a function of (seed, step) alone. Nothing tells the model which class it is.
    Raises `UserError` where a class has one image only.
    """

    def __init__(self, model, images: np.ndarray, labels: np.ndarray, *, seed: int, **options):
        order = np.argsort(labels, kind="stable")  # so that a class is one run of rows
        counts = np.bincount(labels)
        if (counts == 1).any():
            raise UserError(
                "a pair takes two images of a class, and some class has one only; "
                "give it more or leave it out"
            )
        own = labels[order]
        self._first = tf.constant((np.cumsum(counts) - counts)[own], tf.int32)
        self._size = tf.constant(counts[own], tf.int32)
        super().__init__(model, images[order], seed=seed, **options)

    def batch(self, step, rows_of=lambda rows: rows):
        """Return the pairs of a step, or the rows of them that `rows_of` picks."""
        rows = batch_rows(step, self.batch_size, len(self.images), self.seed)
        others = self.classmates(rows, fold([self.seed, 1], tf.cast(step, tf.int32)))
        return tuple(to_float(tf.gather(self.images, rows_of(each))) for each in (rows, others))

    def classmates(self, rows: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Draw for each of `rows`, int32 [n], another row of its class; `seed`: int32 [2]."""
        first, size = tf.gather(self._first, rows), tf.gather(self._size, rows)
        others = size - 1
        share = tf.random.stateless_uniform([tf.shape(rows)[0]], seed)
        ahead = tf.cast(share * tf.cast(others, tf.float32), tf.int32)
        ahead = 1 + tf.minimum(ahead, others - 1)  # a share that rounds to 1 would be oneself
        return first + (rows - first + ahead) % size
