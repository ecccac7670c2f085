"""Batch normalisation for batches of one image or a few, the same in training and after."""

import keras
import tensorflow as tf
from keras import layers

from gan_augment.training.replicas import mean_over_replicas, replicas_in_sync


@keras.saving.register_keras_serializable(package="gan_augment")
class GroupBatchNormalization(layers.Layer):
    """Batch normalisation over groups of `group` images; there are no moving averages.

    A network that was trained on batches of one has only ever seen each image normalised by its own
    statistics; those of all images, which Keras' layer would use afterwards, are of another
    network. So this layer divides a batch of any size into groups of as many images as it was
    trained on, in training too: two batches put together do not mix. A batch that cannot be so
    divided is one group. Under several replicas `group` is the share of one of them, and
    statistics are those of the whole.
    """

    def __init__(self, group: int, epsilon: float = 1e-5, gamma_initializer="ones", **kwargs):
        super().__init__(**kwargs)
        self.group = group
        self.epsilon = epsilon
        self.gamma_initializer = keras.initializers.get(gamma_initializer)

    def build(self, input_shape):
        """Make scale and shift, one number for each channel (the last axis)."""
        options = {"shape": [input_shape[-1]], "autocast": False}
        self.gamma = self.add_weight(name="gamma", initializer=self.gamma_initializer, **options)
        self.beta = self.add_weight(name="beta", initializer="zeros", **options)

    def call(self, inputs):
        """Normalise inputs [n, h, w, c]; statistics are float32 at least."""
        _, height, width, channels = inputs.shape
        n = tf.shape(inputs)[0]
        groups = tf.where(n % self.group == 0, n // self.group, 1)
        # A channel of each group is a channel of its own.
        x = tf.reshape(inputs, [groups, -1, height * width, channels])
        x = tf.reshape(tf.transpose(x, [1, 2, 0, 3]), [-1, height * width, 1, groups * channels])
        gamma, beta = (
            tf.tile(tf.convert_to_tensor(each), [groups]) for each in (self.gamma, self.beta)
        )
        x = self._normalized(x, gamma, beta)
        x = tf.reshape(x, [-1, height * width, groups, channels])
        return tf.reshape(tf.transpose(x, [2, 0, 1, 3]), [n, height, width, channels])

    def _normalized(self, x, gamma, beta):
        in_replica = tf.distribute.has_strategy() and not tf.distribute.in_cross_replica_context()
        if not in_replica or replicas_in_sync() == 1:
            return tf.compat.v1.nn.fused_batch_norm(x, gamma, beta, epsilon=self.epsilon)[0]
        wide = tf.cast(x, gamma.dtype)
        mean, square = mean_over_replicas(
            [tf.reduce_mean(wide, [0, 1, 2]), tf.reduce_mean(tf.square(wide), [0, 1, 2])]
        )
        scale = gamma * tf.math.rsqrt(square - tf.square(mean) + self.epsilon)
        return tf.cast(wide * scale + (beta - mean * scale), x.dtype)

    def get_config(self):
        """Return the options, for saving and cloning."""
        return {
            **super().get_config(),
            "group": self.group,
            "epsilon": self.epsilon,
            "gamma_initializer": keras.initializers.serialize(self.gamma_initializer),
        }
