"""The DCGAN of Farhat, section III-A, for data sets of tens of images.

The report follows the PyTorch DCGAN tutorial, which fills in what it does not say: transposed
convolutions from one point to 4 × 4 and then to double the sides each time, batch normalisation and
ReLU after all but the last, tanh; the reverse in the discriminator, with LeakyReLU and batch
normalisation after the inner three; kernels 4 × 4, no biases; weights from N(0, 0.02), scales of
batch normalisation from N(1, 0.02); Adam 2e-4 with β₁ = 0.5. The report trains on single images,
where the statistics of a batch are those of one image: see `GroupBatchNormalization`. Its
slope of LeakyReLU, 0.02, is taken to be a mix-up with the deviation of the weights (the tutorial's
slope is 0.2) and is an option. The discriminator ends in a logit instead of a sigmoid.
"""

import functools

import keras
import tensorflow as tf
from keras import layers

from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.assembly import assembled
from gan_augment.augmenters.group_norm import GroupBatchNormalization
from gan_augment.augmenters.layers import PLAIN, Kinds
from gan_augment.augmenters.small_convolutions import SMALL
from gan_augment.common.errors import UserError
from gan_augment.common.seeds import derive_seed
from gan_augment.training.adam import FusedAdam

DEVIATION = 0.02  # of fresh weights
SCALING = {"kernel_size": 4, "strides": 2, "padding": "same", "use_bias": False}
"""Of the convolutions, which double the sides or halve them."""


class OnePassGAN(GAN):
    """A GAN whose discriminator judges real and fake images in one pass.

    Its batch normalisation keeps the two halves apart, so the outcome is that of two passes.
    """

    def judged(self, discriminate, real, fake):
        """Return the logits of either batch."""
        return tf.split(discriminate(tf.concat([real, fake], 0)), 2)


def dcgan64(
    image_shape: tuple[int, int, int],
    *,
    batch_size: int = 1,
    width: int = 64,
    latent_dim: int = 10,
    slope: float = 0.2,
    learning_rate: float = 2e-4,
    beta_1: float = 0.5,
    **game,
) -> GAN:
    """Return the compiled GAN; make it in the scope of the strategy it is to train under.

    `batch_size` is what it will be trained with, on no fewer images; `width` is the number of
    filters next to the images (report: 64); `slope`: of the discriminator's LeakyReLU. `game`:
    `precision`, `objective`, `stabilizers`, `steps` and `seed`, those of `assembled`. Raises
    `UserError` unless images are square, sides 8, 16, 32, 64 and so on.
    """
    group = max(1, batch_size // tf.distribute.get_strategy().num_replicas_in_sync)
    options = {"width": width, "group": group}
    return assembled(
        functools.partial(generator, image_shape, latent_dim=latent_dim, **options),
        functools.partial(discriminator, image_shape, slope=slope, **options),
        (FusedAdam(learning_rate, beta_1), FusedAdam(learning_rate, beta_1)),
        kind=OnePassGAN,
        **game,
    )


def generator(
    image_shape: tuple[int, int, int],
    *,
    group: int,
    width: int = 64,
    latent_dim: int = 10,
    kinds: Kinds = PLAIN,
    dtype: str = "float32",
    seed: int = 0,
) -> keras.Model:
    """Build the generator: latents [n, latent_dim] → images [n, s, s, c] in [−1, 1].

    Batch normalisation is over groups of `group` images, in training and in sampling.
    """
    filters = _filters(image_shape, width)[::-1]
    kinds = SMALL if kinds is PLAIN else kinds

    def activate(x, i):
        x = _normalized(x, group, dtype, seed, i)
        return layers.ReLU(dtype=dtype)(x)

    latents = layers.Input((latent_dim,))
    # A transposed convolution of one point is a dense layer.
    x = kinds.Dense(
        4 * 4 * filters[0], use_bias=False, kernel_initializer=_normal(seed, 0), dtype=dtype
    )(latents)
    x = activate(layers.Reshape((4, 4, filters[0]), dtype=dtype)(x), 0)
    for i, number in enumerate([*filters[1:], image_shape[-1]], 1):
        normal = _normal(seed, i)
        x = kinds.Conv2DTranspose(number, **SCALING, kernel_initializer=normal, dtype=dtype)(x)
        if i < len(filters):
            x = activate(x, i)
    images = layers.Activation("tanh", dtype="float32")(x)
    return keras.Model(latents, images, name="generator")


def discriminator(
    image_shape: tuple[int, int, int],
    *,
    group: int,
    width: int = 64,
    slope: float = 0.2,
    kinds: Kinds = PLAIN,
    dtype: str = "float32",
    seed: int = 0,
) -> keras.Model:
    """Build the discriminator: images [n, s, s, c] in [−1, 1] → logits [n, 1], large for real."""
    filters = _filters(image_shape, width)
    kinds = SMALL if kinds is PLAIN else kinds
    x = images = layers.Input(image_shape)
    for i, number in enumerate(filters):
        normal = _normal(seed, i)
        x = kinds.Conv2D(number, **SCALING, kernel_initializer=normal, dtype=dtype)(x)
        if i:
            x = _normalized(x, group, dtype, seed, i)
        x = layers.LeakyReLU(slope, dtype=dtype)(x)
    # A convolution down to one point is a dense layer.
    logits = kinds.Dense(
        1, use_bias=False, kernel_initializer=_normal(seed, len(filters)), dtype="float32"
    )(layers.Flatten(dtype=dtype)(x))
    return keras.Model(images, logits, name="discriminator")


def _normalized(x, group: int, dtype: str, seed: int, i: int):
    scale = keras.initializers.RandomNormal(1.0, DEVIATION, derive_seed(seed, "scale", i))
    return GroupBatchNormalization(group, gamma_initializer=scale, dtype=dtype)(x)


def _filters(image_shape: tuple[int, int, int], width: int) -> list[int]:
    """Return the discriminator's numbers of filters: `width` and twice as many each time."""
    height, side, _ = image_shape
    if height != side or side < 8 or side & (side - 1):
        raise UserError(
            "this DCGAN makes square images with sides 8, 16, 32, 64 and so on, "
            f"not {height}×{side}; resize the images"
        )
    return [width * 2**stage for stage in range(side.bit_length() - 3)]


def _normal(seed: int, layer: int):
    return keras.initializers.RandomNormal(0.0, DEVIATION, derive_seed(seed, "weights", layer))
