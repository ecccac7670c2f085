"""Trains conditional models on one device and on two replicas; prints how far they differ.

Run by test_conditional_on_replicas.py in a process of its own: devices must be set before
TensorFlow starts. No dropout, whose masks differ between replicas, and no Adam, which would make
equal steps of almost equal gradients.
"""

import json

import numpy as np
import tensorflow as tf

from gan_augment.augmenters.fully_connected import fully_connected_gan
from gan_augment.augmenters.vae import vae
from gan_augment.training.loop import Trainer
from gan_augment.training.momentum import RampedSGD
from gan_augment.training.noise import Dropout

SHAPE, CLASSES, STEPS = (8, 8, 1), 2, 6
RAMP = {"rise": 0.2, "top": 0.5, "steps_per_epoch": 2}


def gan():
    model = fully_connected_gan(SHAPE, CLASSES, width=0.005, latent_dim=4, seed=1)
    for layer in model.discriminator.layers:
        if isinstance(layer, Dropout):
            layer.rate = 0
    model.compile(RampedSGD(0.05, **RAMP), RampedSGD(0.05, **RAMP))
    return model


def auto_encoder():
    model = vae(SHAPE, CLASSES, alpha=0.1, latent_dim=4, seed=1)
    model.compile(RampedSGD(0.001, **RAMP))
    return model


def trained(build, strategy):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, [16, *SHAPE], dtype=np.uint8)
    labels = rng.integers(0, CLASSES, 16, dtype=np.int32)
    with strategy.scope():
        model = build()
    before = [variable.numpy() for variable in model.weights]
    trainer = Trainer(model, images, labels, batch_size=8, seed=1, strategy=strategy)
    logs = trainer.run(STEPS)
    return before, [variable.numpy() for variable in model.weights], logs


def furthest(first, second):
    return max(float(np.abs(a - b).max()) for a, b in zip(first, second))


def main():
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    mirrored = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    outcomes = {}
    for build in (gan, auto_encoder):
        before, one, logs = trained(build, tf.distribute.get_strategy())
        _, two, logs_of_two = trained(build, mirrored)
        outcomes[build.__name__] = {
            "moved": furthest(before, one),
            "apart": furthest(one, two),
            "logs_apart": max(abs(logs[k] / logs_of_two[k] - 1) for k in logs),
        }
    print("RESULT", json.dumps(outcomes))


if __name__ == "__main__":
    main()
