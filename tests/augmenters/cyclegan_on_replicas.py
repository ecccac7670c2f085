"""Trains a CycleGAN on one device and on two replicas; prints how far they differ.

Run by test_cyclegan_on_replicas.py in a process of its own: devices must be set before TensorFlow
starts. Gradient descent and no Adam, which would make equal steps of almost equal gradients; few
and small steps, since rounding errors grow a hundredfold with each large one in networks of two
filters. The pool is full after the first.
"""

import keras
import numpy as np
import tensorflow as tf

from gan_augment.augmenters.cyclegan import cycle_gan
from gan_augment.training.pairs import PairTrainer

RATE = 1e-4


def trained(strategy):
    with strategy.scope():
        gan = cycle_gan((8, 8, 1), width=2, blocks=1, pool=4, seed=1)
        gan.compile(keras.optimizers.SGD(RATE), keras.optimizers.SGD(RATE))
        before = [v.numpy() for v in gan.trainable_variables]
    images = np.random.default_rng(0).integers(0, 256, [20, 8, 8, 1], dtype=np.uint8)
    labels = (np.arange(20) % 2).astype(np.int32)
    PairTrainer(gan, images, labels, batch_size=4, seed=0, strategy=strategy).run(3)
    after = [v.numpy() for v in gan.trainable_variables]
    return after, gan.second_pool.kept.numpy(), before


def furthest(first, second):
    return max(float(np.abs(a - b).max()) for a, b in zip(first, second))


tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
two, pool_of_two, _ = trained(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]))
one, pool, before = trained(tf.distribute.get_strategy())
print(furthest(one, two) / furthest(one, before), np.abs(pool - pool_of_two).max(), pool.std())
