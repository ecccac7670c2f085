"""Trains GANs with stabilisers on one device and on two replicas; prints how far they differ.

Run by test_stabilizers_on_replicas.py in a process of its own: devices must be set before
TensorFlow starts. Optimisers are plain gradient descent, so that equal gradients, and not only
equal signs of them, make equal weights.
"""

import json
import sys

import keras
import numpy as np
import tensorflow as tf

from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.stabilizers import layers_of, parse
from gan_augment.common.errors import UserError
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
    logs = Trainer(gan, images, batch_size=8, seed=1, strategy=strategy).run(STEPS)
    return [variable.numpy() for variable in gan.weights], logs


def main():
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    mirrored = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    single = tf.distribute.get_strategy()
    for combination in sys.argv[1:]:
        names = combination.split("+")
        outcome = {}
        try:
            (one, logs), (two, logs_of_two) = trained(names, single), trained(names, mirrored)
            outcome["apart"] = max(float(np.abs(a - b).max()) for a, b in zip(one, two))
            outcome["logs_apart"] = max(abs(logs[k] - logs_of_two[k]) for k in logs)
        except UserError as error:
            outcome["refused"] = str(error)
        print("RESULT", json.dumps({combination: outcome}), flush=True)


if __name__ == "__main__":
    main()
