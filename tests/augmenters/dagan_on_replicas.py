"""A DAGAN."""

import numpy as np
from two_replicas import compare, values

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
    before = values(gan.weights)
    trainer = ClassmateTrainer(gan, images, labels, batch_size=16, seed=1, strategy=strategy)
    logs = trainer.run(STEPS)
    return before, values(gan.weights), logs


if __name__ == "__main__":
    compare(dagan=trained)
