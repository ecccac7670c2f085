"""Trains GenClass on one device and on two replicas; prints how far they differ.

Run by test_genclass_on_replicas.py in a process of its own: devices must be set before TensorFlow
starts. No Adam, which would make equal steps of almost equal gradients.
"""

import json

import keras
import numpy as np
import tensorflow as tf

from gan_augment.augmenters.genclass import gen_class
from gan_augment.training.loop import Trainer

ATTRIBUTES = np.array([[0, 0], [0, 1], [1, 0]], np.float32)
STEPS = 6


def trained(strategy):
    rng = np.random.default_rng(0)
    labels = np.arange(24, dtype=np.int32) % 3
    features = (ATTRIBUTES[labels] @ rng.uniform(0.5, 1, (2, 5))).astype(np.float32)
    features += rng.uniform(0, 0.2, features.shape).astype(np.float32)
    with strategy.scope():
        model = gen_class(5, 2, 3, hidden=8, samples=4, critic_steps=2, seed=1)
        model.compile(keras.optimizers.SGD(0.05), keras.optimizers.SGD(0.05))
        model.begin(ATTRIBUTES, seed=3)
        data = tf.Variable(features), tf.Variable(labels)
    before = [variable.numpy() for variable in model.weights]
    logs = Trainer(model, *data, batch_size=8, seed=1, strategy=strategy).run(STEPS)
    return before, [variable.numpy() for variable in model.weights], logs


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
        "logs_apart": max(abs(logs[k] - logs_of_two[k]) for k in logs),
    }
    print("RESULT", json.dumps(outcome))


if __name__ == "__main__":
    main()
