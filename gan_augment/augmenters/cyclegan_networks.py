"""The networks of CycleGAN: ResNet generators and PatchGAN discriminators (Zhu et al. 2017).

Depth and width follow the image size, so that a patch is about a quarter of the side:

    side   width  residual blocks  halvings in a discriminator, and its patch
  up to 45   16        3              1   16 × 16
    46–90    32        3              1   16 × 16
    91–181   64        6              2   34 × 34
  from 182   64        9              3   70 × 70

Published: 64, 6 blocks for sides of 128 and 9 from 256 on, 3 halvings. Each halving doubles the
filters of a discriminator, which has as many as a generator next to the images.
"""

import math
from typing import NamedTuple

import keras
from keras import layers

from gan_augment.augmenters.reflection import ReflectionPadding
from gan_augment.common.errors import UserError
from gan_augment.common.seeds import derive_seed

DEVIATION = 0.02  # of fresh weights
SMALLEST = 8  # pixels


class Scale(NamedTuple):
    """Depth and width of the networks."""

    width: int
    """Filters next to the images, in both networks."""
    blocks: int
    """Residual blocks of a generator."""
    halvings: int
    """Convolutions of stride 2 in a discriminator."""


def scale_of(image_shape: tuple[int, int, int]) -> Scale:
    """Return depth and width for images of this size; see the table above.

    Raises `UserError` unless both sides are multiples of 4 from 8 on.
    """
    height, width, _ = image_shape
    if min(height, width) < SMALLEST or height % 4 or width % 4:
        raise UserError(
            f"a CycleGAN takes images whose sides are multiples of 4, from {SMALLEST} on, not "
            f"{height}×{width}; resize the images"
        )
    doublings = min(max(round(math.log2(min(height, width) / 32)), 0), 3)
    return Scale(min(16 * 2**doublings, 64), max(3 * doublings, 3), max(doublings, 1))


def generator(
    image_shape: tuple[int, int, int],
    *,
    width: int,
    blocks: int,
    dtype: str = "float32",
    seed: int = 0,
    name: str = "generator",
) -> keras.Model:
    """Build a generator, images [n, h, w, c] in [−1, 1] → images: down twice, blocks, up twice."""

    def normal(layer):
        return keras.initializers.RandomNormal(0.0, DEVIATION, derive_seed(seed, layer))

    def padded(x, filters, size, layer):
        x = ReflectionPadding(size // 2, dtype=dtype)(x)
        return layers.Conv2D(
            filters, size, use_bias=False, kernel_initializer=normal(layer), dtype=dtype
        )(x)

    def activated(x):
        return layers.ReLU(dtype=dtype)(_instance_norm(x, dtype))

    strided = {"kernel_size": 3, "strides": 2, "padding": "same", "use_bias": False, "dtype": dtype}
    images = layers.Input(image_shape)
    x = activated(padded(images, width, 7, "first"))
    for k in (2, 4):
        conv = layers.Conv2D(k * width, kernel_initializer=normal(f"down {k}"), **strided)
        x = activated(conv(x))
    for i in range(blocks):
        y = activated(padded(x, 4 * width, 3, f"block {i}, 1"))
        y = _instance_norm(padded(y, 4 * width, 3, f"block {i}, 2"), dtype)
        x = layers.Add(dtype=dtype)([x, y])
    for k in (2, 1):
        conv = layers.Conv2DTranspose(k * width, kernel_initializer=normal(f"up {k}"), **strided)
        x = activated(conv(x))
    x = ReflectionPadding(3, dtype=dtype)(x)
    x = layers.Conv2D(image_shape[-1], 7, kernel_initializer=normal("last"), dtype=dtype)(x)
    return keras.Model(images, layers.Activation("tanh", dtype="float32")(x), name=name)


def discriminator(
    image_shape: tuple[int, int, int],
    *,
    width: int,
    halvings: int,
    dtype: str = "float32",
    seed: int = 0,
    name: str = "discriminator",
) -> keras.Model:
    """Build a PatchGAN, images [n, h, w, c] in [−1, 1] → logits [n, …, 1], one for each patch."""
    x = images = layers.Input(image_shape)
    for i in range(halvings + 1):
        normal = keras.initializers.RandomNormal(0.0, DEVIATION, derive_seed(seed, i))
        x = layers.Conv2D(
            width * 2**i,
            kernel_size=4,
            strides=2 if i < halvings else 1,
            padding="same",
            use_bias=i == 0,
            kernel_initializer=normal,
            dtype=dtype,
        )(x)
        x = _instance_norm(x, dtype) if i else x
        x = layers.LeakyReLU(0.2, dtype=dtype)(x)
    normal = keras.initializers.RandomNormal(0.0, DEVIATION, derive_seed(seed, "last"))
    logits = layers.Conv2D(1, 4, padding="same", kernel_initializer=normal, dtype="float32")(x)
    return keras.Model(images, logits, name=name)


def _instance_norm(x, dtype: str):
    return layers.GroupNormalization(groups=-1, epsilon=1e-5, dtype=dtype)(x)
