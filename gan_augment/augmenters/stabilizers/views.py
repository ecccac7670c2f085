"""Stabilisers that change what the discriminator is shown, real and generated images alike."""

from dataclasses import dataclass

import tensorflow as tf

from gan_augment.augmenters.stabilizers.base import Stabilizer
from gan_augment.common.errors import UserError
from gan_augment.training.noise import fold, normal_rows, uniform_rows


@dataclass(frozen=True)
class InstanceNoise(Stabilizer):
    """Add N(0, σ²) to every pixel, σ going to 0 linearly over the training.

    Survey of Appenzeller & Daaboul, section III-A1; Sønderby et al. 2017. It makes the two
    distributions overlap, so that one discriminator is best and its likelihood ratio finite.
    """

    sigma: float = 0.5
    """Standard deviation at the start, where images are in [−1, 1]."""

    def view(self, images, seed, progress):
        """Return noisy images."""
        sigma = tf.cast(self.sigma * (1 - progress), images.dtype)
        return images + sigma * tf.cast(normal_rows(tf.shape(images), seed), images.dtype)


@dataclass(frozen=True)
class DiffAugment(Stabilizer):
    """Differentiable augmentation: colour, translation, cutout (Zhao et al. 2020).

    Every image gets its own random changes each time it is shown, and the generator learns through
    them. Translations repeat the pixels at the edge, where the paper pads with grey.
    """

    strength: float = 1.0
    """1: as in the paper. Brightness ± ½, saturation × [0, 2], contrast × [½, 1½], translation by
    up to ⅛ of a side, a square of half a side cut out; smaller values scale these ranges."""

    allowed = (0, 1)

    def attach(self, gan):
        """Refuse what are not images."""
        if len(gan.discriminator.inputs[0].shape) != 4:
            raise UserError("diff-augment changes images; leave it out for other data")

    def view(self, images, seed, progress):
        """Return randomly changed images."""
        images = color(images, fold(seed, 0), self.strength)
        images = translate(images, fold(seed, 1), self.strength / 8)
        return cut_out(images, fold(seed, 2), self.strength / 2)


def color(images: tf.Tensor, seed, strength: float) -> tf.Tensor:
    """Change brightness, saturation and contrast of each image [n, h, w, c]."""
    draws = uniform_rows([tf.shape(images)[0], 1, 1, 3], seed)
    brightness, saturation, contrast = tf.split(draws, 3, axis=-1)
    images += strength * (brightness - 0.5)
    if images.shape[-1] > 1:
        grey = tf.reduce_mean(images, axis=3, keepdims=True)
        images = grey + (images - grey) * (1 + strength * (2 * saturation - 1))
    mean = tf.reduce_mean(images, axis=[1, 2, 3], keepdims=True)
    return mean + (images - mean) * (1 + strength * (contrast - 0.5))


def translate(images: tf.Tensor, seed, share: float) -> tf.Tensor:
    """Shift each image by up to `share` of its sides, repeating the pixels at the edge."""
    draws = uniform_rows([tf.shape(images)[0], 2], seed)
    for axis in (1, 2):
        size = images.shape[axis]
        reach = int(size * share + 0.5)
        shift = tf.cast(tf.floor(draws[:, axis - 1] * (2 * reach + 1)), tf.int32) - reach
        source = tf.clip_by_value(tf.range(size) + shift[:, None], 0, size - 1)
        # A product with a matrix of zeros and ones: its gradient is a product too, not a scatter.
        move = tf.one_hot(source, size, dtype=images.dtype)
        images = tf.einsum("nij,njwc->niwc" if axis == 1 else "nij,nhjc->nhic", move, images)
    return images


def cut_out(images: tf.Tensor, seed, share: float) -> tf.Tensor:
    """Set a square of each image, `share` of its sides and centred anywhere, to 0 (grey)."""
    draws = uniform_rows([tf.shape(images)[0], 2], seed)
    inside = []
    for axis in (0, 1):
        size = images.shape[axis + 1]
        length = int(size * share + 0.5)
        centres = size + 1 - length % 2  # as many on one side as on the other
        first = tf.cast(tf.floor(draws[:, axis, None] * centres), tf.int32) - length // 2
        pixels = tf.range(size)
        inside.append((pixels >= first) & (pixels < first + length))
    square = inside[0][:, :, None] & inside[1][:, None, :]
    return tf.where(square[..., None], tf.zeros([], images.dtype), images)
