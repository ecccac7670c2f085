"""RandAugment (Cubuk et al. 2020): a few changes an image, drawn from a list, of one strength."""

from __future__ import annotations

import math

import tensorflow as tf

from gan_augment.data.photometric import LUMA
from gan_augment.data.transforms import Transform, projection

# The paper's, without sharpness and histogram equalisation.
CHANGES = (
    *("nothing", "autocontrast", "rotate", "solarize", "saturation", "posterize"),
    *("contrast", "brightness", "shear_x", "shear_y", "shift_x", "shift_y"),
)
# At full strength: degrees, share of the side, relative change.
DEGREES, SLANT, SHIFT, FACTOR, BITS = 30.0, 0.3, 0.3, 0.9, 4


def randaugment(changes: int = 2, magnitude: float = 0.3, *, fill: str = "nearest") -> Transform:
    """Return a transform that makes so many changes to every image, each drawn anew.

    `magnitude` is the strength, 0…1 for the paper's 0…30; its direction is drawn too. `fill` says
    what comes in from outside, as for `affine`.
    """
    if changes < 1 or not 0 <= magnitude <= 1:
        raise ValueError("RandAugment makes 1 change or more of a magnitude between 0 and 1")
    project = projection(fill, -1.0)

    def once(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        n, height, width, _ = tf.unstack(tf.shape(images))
        draws = tf.random.stateless_uniform([2, n], seed)
        chosen = tf.cast(draws[0] * len(CHANGES), tf.int32)
        strength = tf.where(draws[1] < 0.5, -magnitude, magnitude)

        def of(name: str) -> tf.Tensor:
            return tf.where(chosen == CHANGES.index(name), strength, 0.0)

        # One of these at the most is not 0, so their order does not matter.
        turn = math.radians(DEGREES) * of("rotate")
        cos, sin = tf.cos(turn), tf.sin(turn)
        matrix = [[cos, SLANT * of("shear_x") - sin], [SLANT * of("shear_y") + sin, cos]]
        sides = tf.cast([width, height], tf.float32)
        right, down = SHIFT * sides[0] * of("shift_x"), SHIFT * sides[1] * of("shift_y")
        x = (project(images, matrix, right, down) + 1) / 2

        def factor(name: str) -> tf.Tensor:
            return (1 + FACTOR * of(name))[:, None, None, None]

        def is_chosen(name: str) -> tf.Tensor:
            return (chosen == CHANGES.index(name))[:, None, None, None]

        colour = images.shape[-1] == 3
        grey = tf.tensordot(x, tf.constant(LUMA), 1)[..., None] if colour else x
        mean = tf.reduce_mean(grey, axis=[1, 2, 3], keepdims=True)
        x *= factor("brightness")
        x = mean + factor("contrast") * (x - mean)
        x = grey + factor("saturation") * (x - grey) if colour else x
        steps = 2.0 ** (8 - round(BITS * magnitude))
        x = tf.where(is_chosen("posterize"), tf.floor(x * steps) / steps, x)
        x = tf.where(is_chosen("solarize") & (x > 1 - magnitude), 1 - x, x)
        low, high = (f(x, axis=[1, 2], keepdims=True) for f in (tf.reduce_min, tf.reduce_max))
        stretched = tf.math.divide_no_nan(x - low, high - low)
        x = tf.where(is_chosen("autocontrast") & (high > low), stretched, x)
        return tf.clip_by_value(2 * x - 1, -1.0, 1.0)

    def transform(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        for k in range(changes):
            images = once(images, tf.random.experimental.stateless_fold_in(seed, k))
        return images

    return transform
