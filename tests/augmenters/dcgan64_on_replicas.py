"""Trains the DCGAN of Farhat on one device and on two replicas; prints how far they differ.

Run by test_dcgan64_on_replicas.py in a process of its own: devices must be set before TensorFlow
starts. Gradient descent and no Adam, which would make equal steps of almost equal gradients.
"""

import keras
import numpy as np
import tensorflow as tf

from gan_augment.augmenters.dcgan64 import dcgan64
from gan_augment.training.loop import Trainer


def trained(strategy):
    with strategy.scope():
        gan = dcgan64((8, 8, 3), batch_size=4, width=2, latent_dim=4, seed=1)
        gan.compile(keras.optimizers.SGD(0.5), keras.optimizers.SGD(0.5))
        before = [v.numpy() for v in gan.trainable_variables]
    images = np.random.default_rng(0).integers(0, 256, [8, 8, 8, 3], dtype=np.uint8)
    Trainer(gan, images, batch_size=4, seed=0, strategy=strategy).run(3)
    after = [v.numpy() for v in gan.trainable_variables]
    return after, max(np.abs(a - b).max() for a, b in zip(after, before))


tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
two, _ = trained(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]))
one, moved = trained(tf.distribute.get_strategy())
print(max(np.abs(a - b).max() for a, b in zip(one, two)) / moved)
