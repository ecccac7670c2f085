"""Trains a DAGAN on one device and on two replicas; prints how far they differ.

Run by test_dagan_on_replicas.py in a process of its own: devices must be set before TensorFlow
starts. No Adam, which would make equal steps of almost equal gradients.
"""

import json

import numpy as np
import tensorflow as tf

from gan_augment.augmenters.dagan import sibling_gan
from gan_augment.augmenters.stabilizers import parse
from gan_augment.training.classmates import ClassmateTrainer
from gan_augment.training.momentum import RampedSGD

SHAPE, CLASSES, STEPS = (8, 8, 1), 4, 4
RAMP = {"rise": 0.2, "top": 0.5, "steps_per_epoch": 2}


def trained(strategy):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, [24, *SHAPE], dtype=np.uint8)
    labels = rng.permutation(np.arange(24, dtype=np.int32) % CLASSES)
    with strategy.scope():
        stabilizers = parse(["wgan-gp", "critic-steps=2"])
        gan = sibling_gan(SHAPE, width=2, latent_dim=4, stabilizers=stabilizers, seed=1)
        gan.compile(RampedSGD(0.01, **RAMP), RampedSGD(0.01, **RAMP))
    before = [variable.numpy() for variable in gan.weights]
    trainer = ClassmateTrainer(gan, images, labels, batch_size=16, seed=1, strategy=strategy)
    logs = trainer.run(STEPS)
    return before, [variable.numpy() for variable in gan.weights], logs


def furthest(first, second):
    return max(float(np.abs(a - b).max()) for a, b in zip(first, second))


def main():
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    before, one, logs = trained(tf.distribute.get_strategy())
    _, two, logs_of_two = trained(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]))
    outcome = {
        "moved": furthest(before, one),
        "apart": furthest(one, two),
        "logs_apart": max(abs(logs[name] - logs_of_two[name]) for name in logs),
    }
    print("RESULT", json.dumps(outcome))


if __name__ == "__main__":
    main()
