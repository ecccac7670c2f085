"""The fully connected class-conditional GAN of Priyaa & Verma, section 6.3.3.

The report names their script only; the layers, units and optimiser are those of the public code.
Its latents are U(−1, 1); ours are N(0, 1) everywhere, and the generator begins by mapping one to
the other. Its images are standardised pixel by pixel; ours are in [−1, 1] everywhere, and the
discriminator begins by standardising them as the generator ends by undoing it. Weights begin as
Torch7's do, and momentum is dampened as Torch7's is (see `RampedSGD`). The discriminator ends in a
logit instead of a sigmoid. One departure remains: the generator learns from the fakes that the
discriminator has just seen, as many as there are real images, and not from twice as many new ones.
"""

import functools

import keras
import numpy as np
from keras import layers

from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.assembly import assembled
from gan_augment.augmenters.layers import PLAIN, Kinds
from gan_augment.common.errors import UserError
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages, to_float
from gan_augment.training.momentum import RampedSGD
from gan_augment.training.noise import Dropout

STEPS_PER_EPOCH = 704  # 45,000 images, 64 at a time
BLOCK = 1024


def fully_connected_gan(
    image_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1,
    latent_dim: int = 100,
    mean: np.ndarray | float = 0.0,
    std: np.ndarray | float = 1.0,
    learning_rate: float = 0.02,
    steps_per_epoch: int = STEPS_PER_EPOCH,
    dampened: bool = True,
    **game,
) -> GAN:
    """Return the compiled GAN, for `ClassConditional`; make it in the scope of its strategy.

    `width` > 0 scales the numbers of units. `mean` and `std`, numbers or float [h, w, c], are those
    of the pixels of images in [−1, 1]: see `pixel_statistics`. The learning rate is divided by
    1.000004 and the momentum rises by 0.0008, to 0.7 at most, every `steps_per_epoch` steps;
    `dampened` is that of `RampedSGD`. `game` is that of `dcgan`. The generator's
    images are not bounded; they are clipped where they are kept as `LabeledImages`.
    """

    def optimizer(learning_rate):
        decay = keras.optimizers.schedules.ExponentialDecay(
            learning_rate, steps_per_epoch, 1 / 1.000004, staircase=True
        )
        options = {"rise": 0.0008, "top": 0.7, "dampened": dampened}
        return RampedSGD(decay, steps_per_epoch=steps_per_epoch, **options)

    # Their discriminator's loss is the mean over real and generated images together, half of the
    # sum of two means that ours is; to gradient descent, unlike Adam, that matters.
    optimizers = optimizer(learning_rate), optimizer(learning_rate / 2)
    options = {"mean": mean, "std": std, "width": width}
    return assembled(
        functools.partial(generator, image_shape, num_classes, latent_dim=latent_dim, **options),
        functools.partial(discriminator, image_shape, num_classes, **options),
        optimizers,
        **game,
    )


def generator(
    image_shape: tuple[int, int, int],
    num_classes: int,
    *,
    mean: np.ndarray | float = 0.0,
    std: np.ndarray | float = 1.0,
    width: float = 1,
    latent_dim: int = 100,
    kinds: Kinds = PLAIN,
    dtype: str = "float32",
    seed: int = 0,
) -> keras.Model:
    """Build the generator: N(0, 1) latents [n, latent_dim], labels int32 [n] → images [n, h, w, c].

    Images are about within [−1, 1], but not bounded.
    """
    latents, labels = layers.Input((latent_dim,)), layers.Input((), dtype="int32")
    x = layers.Concatenate()([uniform(latents), keras.ops.one_hot(labels, num_classes)])
    for layer in (0, 1):
        x = _dense(kinds, _units(8000, width), x, layer, seed, dtype)
        x = layers.ReLU(dtype=dtype)(x)
    x = _dense(kinds, int(np.prod(image_shape)), x, 2, seed, "float32")
    x = layers.Reshape(image_shape)(x)
    images = _normalization(image_shape, mean, std, invert=True)(x)
    return keras.Model([latents, labels], images, name="generator")


def discriminator(
    image_shape: tuple[int, int, int],
    num_classes: int,
    *,
    mean: np.ndarray | float = 0.0,
    std: np.ndarray | float = 1.0,
    width: float = 1,
    kinds: Kinds = PLAIN,
    dtype: str = "float32",
    seed: int = 0,
) -> keras.Model:
    """Build the discriminator: images [n, h, w, c], labels int32 [n] → logits [n, 1]."""
    images, labels = layers.Input(image_shape), layers.Input((), dtype="int32")
    x = layers.Flatten()(_normalization(image_shape, mean, std)(images))
    x = layers.Concatenate()([x, keras.ops.one_hot(labels, num_classes)])
    for layer in (0, 1):
        x = _dense(kinds, _units(1600, width), x, layer, seed, dtype)
        x = layers.ReLU(dtype=dtype)(x)
        x = Dropout(0.5, seed=derive_seed(seed, "dropout", layer), dtype=dtype)(x)
    logits = _dense(kinds, 1, x, 2, seed, "float32")
    return keras.Model([images, labels], logits, name="discriminator")


def uniform(latents):
    """Map N(0, 1) to U(−1, 1): 2 Φ(z) − 1, number by number."""
    return keras.ops.erf(latents * np.float32(0.5**0.5))


def pixel_statistics(real: LabeledImages) -> dict[str, np.ndarray]:
    """Return `mean` and `std`, float32 [h, w, c], of each pixel of images in [−1, 1].

    A pixel that hardly varies counts as varying by one grey level.
    """
    n, total, squares = len(real), 0.0, 0.0
    for first in range(0, n, BLOCK):
        images = to_float(real.images[first : first + BLOCK].astype(np.float64))
        total, squares = total + images.sum(0), squares + (images**2).sum(0)
    mean = total / n
    std = np.sqrt(np.maximum(squares / n - mean**2, 0))
    return {"mean": np.float32(mean), "std": np.float32(np.maximum(std, 1 / 127.5))}


def _normalization(image_shape, mean, std, *, invert: bool = False):
    mean, std = (np.broadcast_to(np.float32(x), image_shape) for x in (mean, std))
    return layers.Normalization(
        axis=(1, 2, 3), mean=mean, variance=std**2, invert=invert, dtype="float32"
    )


def _dense(kinds: Kinds, units: int, x, layer: int, seed: int, dtype):
    """Apply a dense layer that begins as Torch7's: weights and biases U(±1 / √inputs)."""
    limit = x.shape[-1] ** -0.5
    weights, biases = (
        keras.initializers.RandomUniform(-limit, limit, derive_seed(seed, name, layer))
        for name in ("weights", "biases")
    )
    dense = kinds.Dense(units, kernel_initializer=weights, bias_initializer=biases, dtype=dtype)
    return dense(x)


def _units(number: int, width: float) -> int:
    if width <= 0:
        raise UserError(f"width scales the number of units and must be positive, not {width}")
    return max(1, round(number * width))
