"""From two functional networks to a compiled GAN."""

from collections.abc import Callable, Sequence

import keras

from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.stabilizers import Stabilizer, choose_objective, layers_of
from gan_augment.common.seeds import derive_seed

DTYPES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


def assembled(
    generator: Callable[..., keras.Model],
    discriminator: Callable[..., keras.Model],
    optimizers: tuple[keras.optimizers.Optimizer, keras.optimizers.Optimizer],
    *,
    kind: type[GAN] = GAN,
    precision: str = "float32",
    objective: str | None = None,
    stabilizers: Sequence[Stabilizer] = (),
    steps: int | None = None,
    seed: int = 0,
) -> GAN:
    """Return the compiled GAN of two networks; call it in the scope of the strategy to train under.

    `generator` and `discriminator` are builders that take `kinds`, `dtype` and `seed`; `optimizers`
    are theirs, in this order; `kind` is the class of the GAN. `precision`: "float32", or "bfloat16"
    for half-precision arithmetic on float32 weights. `objective` by name (default: that of the
    stabilisers, else the non-saturating one). `steps`: the planned length of the training.
    """
    networks = [
        build(kinds=kinds, dtype=DTYPES[precision], seed=derive_seed(seed, player))
        for build, kinds, player in zip(
            (generator, discriminator), layers_of(stabilizers), ("generator", "discriminator")
        )
    ]
    gan = kind(
        *networks,
        objective=choose_objective(objective, stabilizers),
        stabilizers=stabilizers,
        steps=steps,
        seed=derive_seed(seed, "latents"),
    )
    gan.compile(*optimizers)
    return gan
