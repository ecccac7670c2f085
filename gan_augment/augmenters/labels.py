"""Labels as a second input of functional networks."""

import keras
from keras import layers

from gan_augment.augmenters.layers import PLAIN, WEIGHT_NORM, Kinds
from gan_augment.common.seeds import derive_seed

LABEL_DIMENSIONS = 32  # beside the latents


def embedded(labels, num_classes: int, dimensions: int, kinds: Kinds, seed: int):
    """Embed labels by a product with one-hot vectors: its gradient is as dense as all others."""
    normal = keras.initializers.RandomNormal(stddev=0.05, seed=derive_seed(seed, "labels"))
    dense = kinds.Dense(dimensions, use_bias=False, kernel_initializer=normal, dtype="float32")
    return dense(keras.ops.one_hot(labels, num_classes))


def agreement(features, labels, num_classes: int, kinds: Kinds, seed: int):
    """Return how well features [n, d] suit labels, [n, 1] (projection, Miyato & Koyama 2018)."""
    # Data-dependent initialisation would make the sum over all features enormous.
    plain = PLAIN if kinds is WEIGHT_NORM else kinds
    vectors = embedded(labels, num_classes, features.shape[-1], plain, seed)
    return layers.Dot(axes=1, dtype="float32")([features, vectors])
