"""The DCGAN of Farhat: batch normalisation is over the global batch, real and fake images apart."""

import keras
import numpy as np
from two_replicas import compare, values

from gan_augment.augmenters.dcgan64 import dcgan64
from gan_augment.training.loop import Trainer


def trained(strategy):
    with strategy.scope():
        gan = dcgan64((8, 8, 3), batch_size=4, width=2, latent_dim=4, seed=1)
        gan.compile(keras.optimizers.SGD(0.5), keras.optimizers.SGD(0.5))
    before = values(gan.trainable_variables)
    images = np.random.default_rng(0).integers(0, 256, [8, 8, 8, 3], dtype=np.uint8)
    logs = Trainer(gan, images, batch_size=4, seed=0, strategy=strategy).run(3)
    return before, values(gan.trainable_variables), logs


if __name__ == "__main__":
    compare(dcgan64=trained)
