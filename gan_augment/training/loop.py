"""The one training loop: data resident, many steps per call, the same code on every strategy.

Keras' `fit` is not used: it is broken under MultiWorkerMirroredStrategy in Keras 3, fails with
several steps per execution under MirroredStrategy, and costs more than the arithmetic of small
networks. A model's `train_step` works with `fit` all the same.
"""

import numpy as np
import tensorflow as tf

from gan_augment.common.errors import UserError
from gan_augment.data.images import to_float
from gan_augment.training.noise import replica_rows


class Trainer:
    """Runs `model.train_step` on batches of `images`, uint8 [n, h, w, c], or float32 as they are.

    With `labels` int32 [n], a batch is a pair of images and labels. Both may be `tf.Variable`s:
    what is assigned to them between two calls of `run` is what the next one trains on.

    The model offers `train_step(images in [−1, 1]) → {name: scalar mean over the batch}`,
    `log_names`, and `step`, the variable that counts its finished steps. Batches walk through one
    permutation of the images after another, across the borders of epochs, so every batch is full;
    which images a step sees is a function of (seed, step) alone, so a restored model goes on as
    if it had never stopped. Fewer images than `batch_size` make a batch of all of them.
    """

    def __init__(
        self,
        model,
        images: np.ndarray,
        labels: np.ndarray | None = None,
        *,
        batch_size: int,
        seed: int,
        strategy: tf.distribute.Strategy,
    ):
        self.model = model
        self.train_step = tf.autograph.experimental.do_not_convert(model.train_step)
        self.strategy = strategy
        replicas = strategy.num_replicas_in_sync
        self.batch_size = shared_batch_size(batch_size, images.shape[0], replicas)
        self.seed = seed
        self.images = resident(images)
        self.labels = None if labels is None else resident(labels)
        counter = tf.TensorSpec([], tf.int64)
        # XLA is off: it makes these networks slower on a CPU and fails under MirroredStrategy.
        graph = tf.function(self._many_steps, jit_compile=False)
        self._run = graph.get_concrete_function(counter, counter)

    def run(self, steps: int) -> dict[str, float]:
        """Train for `steps` steps and return the mean of each logged value over them."""
        totals = self._run(tf.cast(self.model.step.value, tf.int64), tf.constant(steps, tf.int64))
        return dict(zip(self.model.log_names, (totals.numpy() / steps).tolist()))

    def batch(self, step, rows_of=lambda rows: rows):
        """Return the batch of a step, or the rows of it that `rows_of` picks."""
        rows = rows_of(batch_rows(step, self.batch_size, self.images.shape[0], self.seed))
        batch = tf.gather(self.images, rows)
        batch = to_float(batch) if batch.dtype == tf.uint8 else batch
        return batch if self.labels is None else (batch, tf.gather(self.labels, rows))

    def _many_steps(self, first, steps):
        totals = tf.zeros([len(self.model.log_names)])
        for step in tf.range(first, first + steps):
            logs = self.strategy.run(self._step, (step,))
            totals += self.strategy.reduce("MEAN", logs, axis=None)
        return totals

    def _step(self, step):
        logs = self.train_step(self.batch(step, replica_rows))
        return tf.stack([tf.cast(logs[name], tf.float32) for name in self.model.log_names])


def resident(data):
    """Return data as a tensor of the graph; a `tf.Variable` is one already."""
    return data if isinstance(data, tf.Variable) else tf.constant(data)


def batch_rows(step, batch_size: int, n: int, seed: int) -> tf.Tensor:
    """Return which of `n` ≥ `batch_size` images step `step` trains on, int32 [batch_size].

    Position p of the endless stream of images is row p mod n of the permutation of epoch p // n.
    """
    if batch_size == n:
        return tf.range(n)
    first = tf.cast(step, tf.int64) * batch_size
    epoch = first // n
    # A batch reaches into the next epoch at the most.
    orders = [
        tf.random.experimental.stateless_shuffle(tf.range(n), tf.stack([seed, e]))
        for e in (epoch, epoch + 1)
    ]
    start = tf.cast(first % n, tf.int32)
    return tf.concat(orders, 0)[start : start + batch_size]


def shared_batch_size(batch_size: int, n: int, replicas: int) -> int:
    """Return how many of `n` images a step takes: as many on each replica, `batch_size` at most.

    Raises `UserError` if there is not one for each.
    """
    size = min(batch_size, n) // replicas * replicas
    if not size:
        raise UserError(
            f"a batch of {min(batch_size, n)} images cannot be shared among {replicas} replicas; "
            "give more images or use fewer replicas"
        )
    return size


def steps_of_epochs(epochs: int, n: int, batch_size: int, replicas: int = 1) -> int:
    """Number of steps in which each of `n` images is seen `epochs` times (rounded up)."""
    return -(-epochs * n // shared_batch_size(batch_size, n, replicas))
