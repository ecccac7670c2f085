"""Random numbers of a training step: functions of (seed, step), the same however many replicas.

Noise is drawn for the whole global batch and each replica takes its own rows. So replicas never
share noise, a resumed run draws what the uninterrupted one would have drawn, and training on
several replicas is training on one.
"""

import keras
import tensorflow as tf


def replica_rows(global_rows: tf.Tensor) -> tf.Tensor:
    """Return this replica's share of rows drawn for the global batch: [n·R, …] → [n, …]."""
    context = tf.distribute.get_replica_context()
    rows = tf.shape(global_rows)[0] // context.num_replicas_in_sync
    first = tf.cast(context.replica_id_in_sync_group, rows.dtype) * rows
    return global_rows[first : first + rows]


def sample_latents(batch_size, latent_dim: int, seed) -> tf.Tensor:
    """Draw N(0, 1) latents, float32 [batch_size, latent_dim], for this replica.

    `seed`: int32 [2], made by `step_seed`; `batch_size` counts this replica's rows.
    """
    return normal_rows([batch_size, latent_dim], seed)


def normal_rows(shape, seed) -> tf.Tensor:
    """Draw N(0, 1), float32 of this replica's `shape`, whose first axis is the batch."""
    return _rows(tf.random.stateless_normal, shape, seed)


def uniform_rows(shape, seed) -> tf.Tensor:
    """Draw U[0, 1), float32 of this replica's `shape`, whose first axis is the batch."""
    return _rows(tf.random.stateless_uniform, shape, seed)


def step_seed(seed: int, step) -> tf.Tensor:
    """Return the seed, int32 [2], of training step `step`."""
    return fold([seed, 0], tf.cast(step, tf.int32))


def fold(seed, *numbers) -> tf.Tensor:
    """Return the seed, int32 [2], that follows from `seed` and whole numbers."""
    for number in numbers:
        seed = tf.random.experimental.stateless_fold_in(seed, number)
    return seed


def _rows(draw, shape, seed):
    rows, *rest = tf.unstack(shape) if tf.is_tensor(shape) else shape
    replicas = tf.distribute.get_replica_context().num_replicas_in_sync
    return replica_rows(draw([rows * replicas, *rest], seed))


@keras.saving.register_keras_serializable(package="gan_augment")
class Dropout(keras.layers.Dropout):
    """Keras' Dropout with masks that differ between replicas and go on after a restore.

    Keras draws R copies of one mask, and leaves the state of its random numbers out of the weights.
    In bfloat16 the draws have eight bits: a rate of 0.3 drops 0.305.
    """

    def call(self, inputs, training=False):
        """Drop a share `rate` of the inputs in training and scale up the rest."""
        if not training or self.rate == 0:
            return inputs
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        seed = fold(tf.cast(self.seed_generator.next(), tf.int32), replica)
        return tf.nn.experimental.stateless_dropout(inputs, self.rate, seed)

    def save_own_variables(self, store):
        """Save the random state."""
        if hasattr(self, "seed_generator"):  # Keras makes none for a rate of 0
            store["seed"] = self.seed_generator.state.numpy()

    def load_own_variables(self, store):
        """Load the random state."""
        if hasattr(self, "seed_generator"):
            self.seed_generator.state.assign(store["seed"])
