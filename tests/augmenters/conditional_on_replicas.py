"""Conditional models, without dropout, whose masks differ between replicas."""

import functools

import numpy as np
from two_replicas import compare, values

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
    before = values(model.weights)
    logs = Trainer(model, images, labels, batch_size=8, seed=1, strategy=strategy).run(STEPS)
    return before, values(model.weights), logs


if __name__ == "__main__":
    compare(
        gan=functools.partial(trained, gan),
        auto_encoder=functools.partial(trained, auto_encoder),
    )
