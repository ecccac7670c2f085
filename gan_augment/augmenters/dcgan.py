"""The α-DCGAN of Abadi 2020, sections 3.2.2 and 3.2.3.

The report is silent on kernel sizes, padding, the discriminator's strides and batch normalisation;
there we follow the TensorFlow DCGAN tutorial on which it is built: 5 × 5, `same`, stride 2, and
batch normalisation after all but the last layer of the generator. Switched off, some classes
collapse to a single image. The discriminator ends in a logit instead of a sigmoid: the same
mathematics, but stable.
"""

import functools

import keras
import tensorflow as tf
from keras import layers

from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.assembly import assembled
from gan_augment.augmenters.layers import PLAIN, Kinds
from gan_augment.common.errors import UserError
from gan_augment.common.seeds import derive_seed
from gan_augment.training.adam import FusedAdam
from gan_augment.training.noise import Dropout


def dcgan(
    image_shape: tuple[int, int, int],
    *,
    alpha: float = 2,
    latent_dim: int = 100,
    batch_norm: bool = True,
    learning_rate: float = 1e-3,
    **game,
) -> GAN:
    """Return the compiled GAN; make it in the scope of the strategy it is to train under.

    `alpha` > 0 scales the numbers of filters. `game`: `precision`, `objective`, `stabilizers`,
    `steps` and `seed`, those of `assembled`.
    """
    widths = {"alpha": alpha, "latent_dim": latent_dim, "batch_norm": batch_norm}
    return assembled(
        functools.partial(generator, image_shape, **widths),
        functools.partial(discriminator, image_shape, alpha=alpha),
        (FusedAdam(learning_rate), FusedAdam(learning_rate)),
        **game,
    )


def generator(
    image_shape: tuple[int, int, int],
    *,
    alpha: float = 2,
    latent_dim: int = 100,
    batch_norm: bool = True,
    kinds: Kinds = PLAIN,
    dtype: str = "float32",
    seed: int = 0,
) -> keras.Model:
    """Build the generator: latents [n, latent_dim] → images [n, h, w, c] in [−1, 1].

    Height and width are multiples of 4 (28 for MNIST, 32 for CIFAR-10), else `UserError`.
    """
    latents = layers.Input((latent_dim,))
    options = {"alpha": alpha, "batch_norm": batch_norm, "kinds": kinds, "dtype": dtype}
    return keras.Model(latents, drawn(latents, image_shape, seed=seed, **options), name="generator")


def drawn(
    x,
    image_shape: tuple[int, int, int],
    *,
    alpha: float,
    batch_norm: bool,
    kinds: Kinds,
    dtype,
    seed,
):
    """Build the generator's layers on `x` [n, d]; return images [n, h, w, c] in [−1, 1]."""
    height, width, channels = image_shape
    if height % 4 or width % 4:
        raise UserError(
            f"this DCGAN makes images with sides that are multiples of 4, not {height}×{width}; "
            "resize the images"
        )
    wide, narrow = _filters(128, alpha), _filters(64, alpha)
    options = {"use_bias": not batch_norm, "dtype": dtype}
    deconvolution = functools.partial(kinds.Conv2DTranspose, kernel_size=5, padding="same")

    def activate(x):
        if batch_norm:
            # Statistics of the global batch, so that several replicas train as one.
            synchronized = tf.distribute.get_strategy().num_replicas_in_sync > 1
            x = kinds.BatchNormalization(synchronized=synchronized, dtype=dtype)(x)
        return layers.LeakyReLU(0.3, dtype=dtype)(x)

    size = height // 4, width // 4, wide
    x = kinds.Dense(size[0] * size[1] * size[2], kernel_initializer=_glorot(seed, 0), **options)(x)
    x = layers.Reshape(size, dtype=dtype)(activate(x))
    x = deconvolution(wide, kernel_initializer=_glorot(seed, 1), **options)(x)
    x = activate(x)
    x = deconvolution(narrow, strides=2, kernel_initializer=_glorot(seed, 2), **options)(x)
    x = activate(x)
    x = deconvolution(channels, strides=2, kernel_initializer=_glorot(seed, 3), dtype=dtype)(x)
    return layers.Activation("tanh", dtype="float32")(x)


def discriminator(
    image_shape: tuple[int, int, int],
    *,
    alpha: float = 2,
    kinds: Kinds = PLAIN,
    dtype: str = "float32",
    seed: int = 0,
) -> keras.Model:
    """Build the discriminator: images [n, h, w, c] in [−1, 1] → logits [n, 1], large for real."""
    images = layers.Input(image_shape)
    x = seen(images, alpha=alpha, kinds=kinds, dtype=dtype, seed=seed)
    logits = kinds.Dense(1, kernel_initializer=_glorot(seed, 2), dtype="float32")(x)
    return keras.Model(images, logits, name="discriminator")


def seen(x, *, alpha: float, kinds: Kinds, dtype, seed):
    """Build the discriminator's layers on images; return features [n, d]."""
    for i, filters in enumerate((32, 64)):
        x = kinds.Conv2D(
            _filters(filters, alpha),
            kernel_size=5,
            strides=2,
            padding="same",
            kernel_initializer=_glorot(seed, i),
            dtype=dtype,
        )(x)
        x = layers.LeakyReLU(0.3, dtype=dtype)(x)
        x = Dropout(0.3, seed=derive_seed(seed, "dropout", i), dtype=dtype)(x)
    return layers.Flatten(dtype=dtype)(x)


def _filters(number: int, alpha: float) -> int:
    if alpha <= 0:
        raise UserError(f"alpha scales the number of filters and must be positive, not {alpha}")
    return max(1, round(number * alpha))


def _glorot(seed: int, layer: int):
    return keras.initializers.GlorotUniform(derive_seed(seed, "weights", layer))
