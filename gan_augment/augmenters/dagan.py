"""The data augmentation GAN: from an image to other images of its class, whatever its class.

Appenzeller & Daaboul, section IV-B, after Antoniou, Storkey & Edwards 2018 (arXiv:1711.04340). The
survey draws the parts and gives no sizes. From the paper are the U-Net of residual blocks with
noise in the first three stages of the decoder, the critic on pairs, layer normalisation in it,
WGAN-GP with λ = 10, five critic steps, and Adam 1e-4 with β = (0, 0.9). Ours: blocks are plain
residual ones (two 3 × 3 convolutions) where the paper's are dense within; the numbers of filters;
and the penalty takes the norm of the slope at each sample over all of its pixels, where the paper's
code sums over the height alone.
"""

import functools
import itertools
from collections.abc import Callable, Sequence

import keras
import tensorflow as tf
from keras import layers

from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.assembly import assembled
from gan_augment.augmenters.layers import PLAIN, Kinds
from gan_augment.augmenters.stabilizers import Stabilizer
from gan_augment.augmenters.stabilizers.penalties import GradientPenalty
from gan_augment.augmenters.stabilizers.updates import CriticSteps
from gan_augment.common.errors import UserError
from gan_augment.common.seeds import derive_seed
from gan_augment.training.adam import FusedAdam

SLOPE = 0.2
SMALLEST = 8  # pixels: two stages
BOTTOM = 4  # pixels: the side at which the encoder ends
NOISY_STAGES, NOISE_CHANNELS = 3, 8
STABILIZERS = (GradientPenalty(), CriticSteps())


class DAGAN(GAN):
    """A generator that makes siblings of given images, and a critic that sees both.

    `generator`: latents float32 [n, d] and given images [n, h, w, c] → images in [−1, 1];
    `discriminator`: images, and the given ones that they go with → [n, 1]. A batch is (images,
    given), of one class each. The given image stands where a class-conditional GAN has the label:
    the critic compares (another image of the class, given) with (generated, given). So a copy is
    found out, for the given image is never its own sibling. Each update of the critic has pairs of
    its own: with n critic steps it sees every n-th of the batch, and the generator the same pairs
    as the last one.
    """

    def part(self, real, labels, k: int):
        """Return the pairs of the critic's update `k`."""
        return real[k :: self.critic_steps], labels[k :: self.critic_steps]


def sibling_gan(
    image_shape: tuple[int, int, int],
    *,
    width: int = 16,
    latent_dim: int = 100,
    learning_rate: float = 1e-4,
    stabilizers: Sequence[Stabilizer] = STABILIZERS,
    **game,
) -> DAGAN:
    """Return the compiled DAGAN; make it in the scope of the strategy it is to train under.

    `width` ≥ 1 is the number of filters at full size. `game`: `precision`, `objective`, `steps` and
    `seed`, those of `assembled`. Raises `UserError` for images smaller than 8 × 8.
    """
    return assembled(
        functools.partial(generator, image_shape, width=width, latent_dim=latent_dim),
        functools.partial(discriminator, image_shape, width=width),
        tuple(FusedAdam(learning_rate, beta_1=0.0, beta_2=0.9) for _ in range(2)),
        kind=DAGAN,
        stabilizers=stabilizers,
        **game,
    )


def generator(
    image_shape: tuple[int, int, int],
    *,
    width: int = 16,
    latent_dim: int = 100,
    kinds: Kinds = PLAIN,
    dtype: str = "float32",
    seed: int = 0,
) -> keras.Model:
    """Build the U-Net: latents [n, latent_dim], given images [n, h, w, c] → images in [−1, 1].

    A stage halves the image until no side is above 4. On the way back each stage sees what the
    encoder had at its size, and the first three, from the smallest on, noise of 8 channels.
    """
    blocks = _Blocks(_batch_norm(kinds, dtype), kinds, dtype, seed)
    latents, given = layers.Input((latent_dim,)), layers.Input(image_shape)
    filters = _filters(image_shape, width)
    x = blocks.activated(blocks.convolution(given, filters[0]))
    encoded = []
    for stage, number in enumerate(filters):
        x = blocks.residual(x, number, strides=2 if stage else 1)
        encoded.append(x)
    for stage, number in enumerate(reversed(filters)):
        seen = encoded.pop()
        if stage:
            x = layers.Concatenate(dtype=dtype)([_enlarged(x, seen, dtype), seen])
        if stage < NOISY_STAGES:
            x = layers.Concatenate(dtype=dtype)([x, blocks.noise(latents, x.shape[1:3])])
        x = blocks.residual(x, number)
    x = blocks.convolution(x, image_shape[-1], use_bias=True)
    images = layers.Activation("tanh", dtype="float32")(x)
    return keras.Model([latents, given], images, name="generator")


def discriminator(
    image_shape: tuple[int, int, int],
    *,
    width: int = 16,
    kinds: Kinds = PLAIN,
    dtype: str = "float32",
    seed: int = 0,
) -> keras.Model:
    """Build the critic: images, given images [n, h, w, c] → scores [n, 1], large for real pairs.

    Both images are channels of one. The first convolution and each residual block after it halve
    it, until no side is above 4.
    """
    blocks = _Blocks(_layer_norm(dtype), kinds, dtype, seed)
    images, given = layers.Input(image_shape), layers.Input(image_shape)
    first, *others = _filters(image_shape, 2 * width)[:-1]
    x = layers.Concatenate(dtype=dtype)([images, given])
    x = blocks.convolution(x, first, strides=2, use_bias=True)
    x = layers.LeakyReLU(SLOPE, dtype=dtype)(x)
    for number in others:
        x = blocks.residual(x, number, strides=2)
    x = layers.Flatten(dtype=dtype)(x)
    glorot = keras.initializers.GlorotUniform(derive_seed(seed, "scores"))
    scores = kinds.Dense(1, kernel_initializer=glorot, dtype="float32")(x)
    return keras.Model([images, given], scores, name="discriminator")


class _Blocks:
    """What both networks are built of; every layer of weights has a seed of its own."""

    def __init__(self, normalization: Callable[[], layers.Layer], kinds: Kinds, dtype, seed: int):
        self.normalization = normalization
        self.kinds = kinds
        self.dtype = dtype
        self._seeds = (derive_seed(seed, "weights", layer) for layer in itertools.count())

    def convolution(self, x, filters: int, *, size: int = 3, strides: int = 1, use_bias=False):
        return self.kinds.Conv2D(
            filters,
            size,
            strides,
            padding="same",
            use_bias=use_bias,
            kernel_initializer=keras.initializers.GlorotUniform(next(self._seeds)),
            dtype=self.dtype,
        )(x)

    def activated(self, x):
        return layers.LeakyReLU(SLOPE, dtype=self.dtype)(self.normalization()(x))

    def residual(self, x, filters: int, strides: int = 1):
        """Two convolutions and a way round them, 1 × 1 where sizes or filters differ."""
        y = self.activated(self.convolution(x, filters, strides=strides))
        y = self.normalization()(self.convolution(y, filters))
        if strides > 1 or x.shape[-1] != filters:
            x = self.convolution(x, filters, size=1, strides=strides)
        return layers.LeakyReLU(SLOPE, dtype=self.dtype)(layers.Add(dtype=self.dtype)([x, y]))

    def noise(self, latents, sides: tuple[int, int]):
        """Make an image [n, *sides, 8] of latents."""
        size = (*sides, NOISE_CHANNELS)
        glorot = keras.initializers.GlorotUniform(next(self._seeds))
        x = self.kinds.Dense(
            size[0] * size[1] * size[2], kernel_initializer=glorot, dtype=self.dtype
        )(latents)
        return layers.Reshape(size, dtype=self.dtype)(x)


def _batch_norm(kinds: Kinds, dtype) -> Callable[[], layers.Layer]:
    # Statistics of the global batch, so that several replicas train as one.
    synchronized = tf.distribute.get_strategy().num_replicas_in_sync > 1
    return functools.partial(kinds.BatchNormalization, synchronized=synchronized, dtype=dtype)


def _layer_norm(dtype) -> Callable[[], layers.Layer]:
    # Over height, width and channels, with a scale for each channel.
    return functools.partial(layers.GroupNormalization, groups=1, epsilon=1e-5, dtype=dtype)


def _enlarged(x, like, dtype):
    """Double the sides of `x`, less a row or a column where those of `like` are odd."""
    x = layers.UpSampling2D(dtype=dtype)(x)
    extra = [x.shape[axis] - like.shape[axis] for axis in (1, 2)]
    return layers.Cropping2D([(0, n) for n in extra], dtype=dtype)(x) if any(extra) else x


def _filters(image_shape: tuple[int, int, int], width: int) -> list[int]:
    """Return the numbers of filters of all stages, largest images first: w, 2 w, 4 w, 4 w, …"""
    if min(image_shape[:2]) < SMALLEST:
        raise UserError(
            f"a DAGAN takes images of {SMALLEST} × {SMALLEST} pixels or more, not "
            f"{image_shape[0]} × {image_shape[1]}; resize the images"
        )
    halvings = (-(-max(image_shape[:2]) // BOTTOM) - 1).bit_length()
    return [width * min(2**stage, 4) for stage in range(halvings + 1)]
