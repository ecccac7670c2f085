"""A small fully connected GAN for points, to watch what stabilisers do."""

from collections.abc import Sequence

import keras

from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.layers import PLAIN, Kinds
from gan_augment.augmenters.stabilizers import Stabilizer, choose_objective, layers_of
from gan_augment.common.seeds import derive_seed
from gan_augment.training.adam import FusedAdam


def points_gan(
    dimensions: int,
    *,
    units: int = 128,
    latent_dim: int = 16,
    learning_rate: float = 5e-4,
    objective: str | None = None,
    stabilizers: Sequence[Stabilizer] = (),
    steps: int | None = None,
    seed: int = 0,
) -> GAN:
    """Return a compiled GAN on points float32 [n, dimensions], about within [−1, 1].

    Both players have two hidden layers of `units`; Adam has β₁ = 0.5.
    """
    generator_kinds, discriminator_kinds = layers_of(stabilizers)
    gan = GAN(
        _network(latent_dim, dimensions, units, generator_kinds, derive_seed(seed, "generator")),
        _network(dimensions, 1, units, discriminator_kinds, derive_seed(seed, "discriminator")),
        objective=choose_objective(objective, stabilizers),
        stabilizers=stabilizers,
        steps=steps,
        seed=derive_seed(seed, "latents"),
    )
    gan.compile(FusedAdam(learning_rate, beta_1=0.5), FusedAdam(learning_rate, beta_1=0.5))
    return gan


def _network(inputs: int, outputs: int, units: int, kinds: Kinds = PLAIN, seed: int = 0):
    def dense(width: int, layer: int):
        glorot = keras.initializers.GlorotUniform(derive_seed(seed, layer))
        return kinds.Dense(width, kernel_initializer=glorot)

    first = x = keras.layers.Input((inputs,))
    for layer in (0, 1):
        x = keras.layers.LeakyReLU(0.2)(dense(units, layer)(x))
    return keras.Model(first, dense(outputs, 2)(x))
