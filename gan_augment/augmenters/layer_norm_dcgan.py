"""The DCGAN with layer normalisation of Leung, Leung & Yu, sections 4.2.1 to 4.2.5.

The report gives the kinds and numbers of layers (five up-sampling convolutions and four layer
normalisations in the generator; four stride-2 convolutions and a dense layer in the discriminator),
LeakyReLU 0.2 and the learning rates. Ours are the rest: the first convolution makes 4 × 4 of one
point, the next double the sides, and the last keeps them; filters 512, 256, 128, 64 and the reverse
in the discriminator; kernels 4 × 4, and 3 × 3 in the last layer; Adam with β₁ = 0.5 as in the
original DCGAN (Radford et al. 2016). The discriminator ends in a logit instead of a sigmoid, and
the generator learns from the fakes that it has just seen, where algorithm 1 draws new noise.
Layer normalisation is over channels, height and width, as in equations 4 and 5; Keras' default
would be over channels at each place. With classes (ours), one GAN makes them all: the label goes
through a dense layer to the generator and as a projection (Miyato & Koyama 2018) to the
discriminator.
"""

import functools
from collections.abc import Sequence

import keras
from keras import layers

from gan_augment.augmenters.adversarial import GAN, with_labels
from gan_augment.augmenters.assembly import assembled
from gan_augment.augmenters.labels import LABEL_DIMENSIONS, agreement, embedded
from gan_augment.augmenters.layers import PLAIN, Kinds
from gan_augment.common.errors import UserError
from gan_augment.common.seeds import derive_seed
from gan_augment.training.adam import FusedAdam


def layer_norm_dcgan(
    image_shape: tuple[int, int, int],
    num_classes: int | None = None,
    *,
    width: float = 1,
    latent_dim: int = 100,
    axis: int | Sequence[int] = (1, 2, 3),
    g_learning_rate: float = 1e-3,
    d_learning_rate: float = 2e-4,
    beta_1: float = 0.5,
    **game,
) -> GAN:
    """Return the compiled GAN; make it in the scope of the strategy it is to train under.

    Without `num_classes` it is for `PerClass`, with them for `ClassConditional`. `width` > 0 scales
    the numbers of filters; `axis`: what layer normalisation is over (−1: Keras' default).
    `game` is that of `dcgan`. Raises `UserError` unless images are square, sides 4, 8, 16, 32, …
    """
    shapes = image_shape, num_classes
    return assembled(
        functools.partial(generator, *shapes, width=width, latent_dim=latent_dim, axis=axis),
        functools.partial(discriminator, *shapes, width=width),
        (FusedAdam(g_learning_rate, beta_1), FusedAdam(d_learning_rate, beta_1)),
        **game,
    )


def generator(
    image_shape: tuple[int, int, int],
    num_classes: int | None = None,
    *,
    width: float = 1,
    latent_dim: int = 100,
    axis: int | Sequence[int] = (1, 2, 3),
    kinds: Kinds = PLAIN,
    dtype: str = "float32",
    seed: int = 0,
) -> keras.Model:
    """Build the generator: latents [n, latent_dim] → images [n, s, s, c] in [−1, 1].

    With classes, labels int32 [n] are a second input.
    """
    latents, labels = layers.Input((latent_dim,)), _labels_input(num_classes)
    x = latents
    if num_classes:
        label = embedded(labels, num_classes, LABEL_DIMENSIONS, kinds, seed)
        x = layers.Concatenate()([latents, label])
    x = layers.Reshape((1, 1, x.shape[-1]), dtype=dtype)(x)
    filters = _filters(image_shape, width)
    for i, number in enumerate(reversed(filters)):
        x = kinds.Conv2DTranspose(
            number,
            kernel_size=4,
            strides=2 if i else 1,
            padding="same" if i else "valid",  # the first: 1 × 1 to 4 × 4
            kernel_initializer=_glorot(seed, i),
            dtype=dtype,
        )(x)
        x = layers.LayerNormalization(axis=axis, dtype=dtype)(x)
        x = layers.LeakyReLU(0.2, dtype=dtype)(x)
    x = kinds.Conv2DTranspose(
        image_shape[-1],
        kernel_size=3,
        padding="same",
        kernel_initializer=_glorot(seed, len(filters)),
        dtype=dtype,
    )(x)
    images = layers.Activation("tanh", dtype="float32")(x)
    return keras.Model(with_labels(latents, labels), images, name="generator")


def discriminator(
    image_shape: tuple[int, int, int],
    num_classes: int | None = None,
    *,
    width: float = 1,
    kinds: Kinds = PLAIN,
    dtype: str = "float32",
    seed: int = 0,
) -> keras.Model:
    """Build the discriminator: images [n, s, s, c] → logits [n, 1], large for real.

    With classes, labels int32 [n] are a second input.
    """
    images, labels = layers.Input(image_shape), _labels_input(num_classes)
    x, filters = images, _filters(image_shape, width)
    for i, number in enumerate(filters):
        x = kinds.Conv2D(
            number,
            kernel_size=4,
            strides=2,
            padding="same",
            kernel_initializer=_glorot(seed, i),
            dtype=dtype,
        )(x)
        x = layers.LeakyReLU(0.2, dtype=dtype)(x)
    features = layers.Flatten(dtype=dtype)(x)
    glorot = _glorot(seed, len(filters))
    logits = kinds.Dense(1, kernel_initializer=glorot, dtype="float32")(features)
    if num_classes:
        conditional = agreement(features, labels, num_classes, kinds, seed)
        logits = layers.Add(dtype="float32")([logits, conditional])
    return keras.Model(with_labels(images, labels), logits, name="discriminator")


def _filters(image_shape: tuple[int, int, int], width: float) -> list[int]:
    """Return the discriminator's numbers of filters: 64, 128, … and never more than 512."""
    height, side, _ = image_shape
    if height != side or side < 4 or side & (side - 1):
        raise UserError(
            "this DCGAN makes square images with sides 4, 8, 16, 32, 64 and so on, "
            f"not {height}×{side}; resize the images"
        )
    if width <= 0:
        raise UserError(f"width scales the number of filters and must be positive, not {width}")
    stages = side.bit_length() - 2
    return [max(1, round(min(64 * 2**stage, 512) * width)) for stage in range(stages)]


def _labels_input(num_classes: int | None):
    return layers.Input((), dtype="int32") if num_classes else None


def _glorot(seed: int, layer: int):
    return keras.initializers.GlorotUniform(derive_seed(seed, "weights", layer))
