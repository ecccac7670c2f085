"""A small fully connected GAN for points, to watch what stabilisers do."""

import functools

import keras

from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.assembly import assembled
from gan_augment.augmenters.layers import Kinds
from gan_augment.common.seeds import derive_seed
from gan_augment.training.adam import FusedAdam


def points_gan(
    dimensions: int,
    *,
    units: int = 128,
    latent_dim: int = 16,
    learning_rate: float = 5e-4,
    **game,
) -> GAN:
    """Return a compiled GAN on points float32 [n, dimensions], about within [−1, 1].

    Both players have two hidden layers of `units`; Adam has β₁ = 0.5. `game` is that of `dcgan`.
    """
    return assembled(
        functools.partial(_network, latent_dim, dimensions, units),
        functools.partial(_network, dimensions, 1, units),
        (FusedAdam(learning_rate, beta_1=0.5), FusedAdam(learning_rate, beta_1=0.5)),
        **game,
    )


def _network(inputs: int, outputs: int, units: int, *, kinds: Kinds, dtype: str, seed: int):
    def dense(width: int, layer: int):
        glorot = keras.initializers.GlorotUniform(derive_seed(seed, layer))
        return kinds.Dense(width, kernel_initializer=glorot, dtype=dtype)

    first = x = keras.layers.Input((inputs,))
    for layer in (0, 1):
        x = keras.layers.LeakyReLU(0.2)(dense(units, layer)(x))
    return keras.Model(first, dense(outputs, 2)(x))
