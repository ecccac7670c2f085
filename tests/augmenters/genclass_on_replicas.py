"""GenClass."""

import keras
import numpy as np
import tensorflow as tf
from two_replicas import compare, values

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
    before = values(model.weights)
    logs = Trainer(model, *data, batch_size=8, seed=1, strategy=strategy).run(STEPS)
    return before, values(model.weights), logs


if __name__ == "__main__":
    compare(genclass=trained)
