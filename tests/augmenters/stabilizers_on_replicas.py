"""GANs with the combinations of stabilisers that are the arguments, joined by +."""

import functools
import sys

import keras
import numpy as np
import tensorflow as tf
from two_replicas import compare, values

from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.stabilizers import layers_of, parse
from gan_augment.training.loop import Trainer

LATENTS, UNITS, STEPS = 4, 8, 4


def network(shape, outputs, kinds, seed):
    def dense(units, layer):
        glorot = keras.initializers.GlorotUniform(seed + layer)
        return kinds.Dense(units, kernel_initializer=glorot)

    first = keras.Input(shape)
    x = keras.layers.LeakyReLU(0.2)(dense(UNITS, 0)(keras.layers.Flatten()(first)))
    x = dense(int(np.prod(outputs)), 1)(x)
    return keras.Model(first, keras.layers.Reshape(outputs)(x))


def trained(names, strategy):
    stabilizers = parse(names)
    images = np.random.default_rng(0).integers(0, 256, [16, 8, 8, 1], dtype=np.uint8)
    with strategy.scope():
        of_generator, of_discriminator = layers_of(stabilizers)
        gan = GAN(
            network([LATENTS], [8, 8, 1], of_generator, 1),
            network([8, 8, 1], [1], of_discriminator, 3),
            stabilizers=stabilizers,
            steps=2 * STEPS,
            seed=7,
        )
        gan.compile(keras.optimizers.SGD(0.05), keras.optimizers.SGD(0.05))
        gan.initialize(tf.constant(images[:8] / 127.5 - 1, tf.float32))
    before = values(gan.weights)
    logs = Trainer(gan, images, batch_size=8, seed=1, strategy=strategy).run(STEPS)
    return before, values(gan.weights), logs


if __name__ == "__main__":
    compare(**{each: functools.partial(trained, each.split("+")) for each in sys.argv[1:]})
