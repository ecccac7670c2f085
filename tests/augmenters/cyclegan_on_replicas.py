"""A CycleGAN and its pools.

Few and small steps, since rounding errors grow a hundredfold with each large one in networks of two
filters. The pool is full after the first.
"""

import functools

import keras
import numpy as np
from two_replicas import compare, values

from gan_augment.augmenters.cyclegan import cycle_gan
from gan_augment.training.pairs import PairTrainer

RATE = 1e-4


@functools.cache
def trained(strategy):
    with strategy.scope():
        gan = cycle_gan((8, 8, 1), width=2, blocks=1, pool=4, seed=1)
        gan.compile(keras.optimizers.SGD(RATE), keras.optimizers.SGD(RATE))
    pools = gan.first_pool.kept, gan.second_pool.kept
    before = values(gan.trainable_variables), values(pools)
    images = np.random.default_rng(0).integers(0, 256, [20, 8, 8, 1], dtype=np.uint8)
    labels = (np.arange(20) % 2).astype(np.int32)
    logs = PairTrainer(gan, images, labels, batch_size=4, seed=0, strategy=strategy).run(3)
    return before, (values(gan.trainable_variables), values(pools)), logs


def networks(strategy):
    before, after, logs = trained(strategy)
    return before[0], after[0], logs


def pools(strategy):
    before, after, logs = trained(strategy)
    return before[1], after[1], logs


if __name__ == "__main__":
    compare(cyclegan=networks, pools=pools)
