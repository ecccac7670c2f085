"""Transforms: functions that change a batch of images at random, in TensorFlow and by seed.

A transform maps images float32 [n, h, w, c] in [−1, 1] and a seed int32 [2] to images of the same
shape and range; every image of the batch is changed in its own way, and the same seed always gives
the same change.
"""

import math
from collections.abc import Callable

import tensorflow as tf

Transform = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def affine(
    degrees: float = 10.0,
    shift: float = 0.08,
    zoom: float = 0.1,
    shear: float = 5.0,
    *,
    fill: str = "nearest",
    fill_value: float = -1.0,
) -> Transform:
    """Return a transform that turns, shears, zooms and shifts each image a little.

    Rotation and horizontal shear are drawn from ±`degrees` and ±`shear` (in degrees), the factor of
    the zoom from 1 ± `zoom`, the shifts from ±`shift` of height and of width, all uniform; the
    centre of the image is the fixed point of the first three. What comes in from outside is, by
    `fill`, the "nearest" pixel of the edge (right for photographs and for digits on a plain
    background alike), a mirror image ("reflect"), the other side ("wrap"), or `fill_value`
    ("constant").
    """
    if min(degrees, shift, zoom, shear) < 0 or zoom >= 1 or shear >= 90:
        raise ValueError("the ranges of an affine transform are ≥ 0, zoom < 1 and shear < 90")
    if fill not in ("nearest", "reflect", "wrap", "constant"):
        raise ValueError(f"fill is 'nearest', 'reflect', 'wrap' or 'constant', not {fill!r}")

    def transform(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        count, height, width, _ = tf.unstack(tf.shape(images))
        draws = tf.random.stateless_uniform([5, count], seed, -1.0, 1.0)
        turn, slant, scale, right, down = tf.unstack(draws)
        scale = 1 + zoom * scale
        slant = tf.tan(math.radians(shear) * slant)
        cos = tf.cos(math.radians(degrees) * turn) / scale
        sin = tf.sin(math.radians(degrees) * turn) / scale
        # The op asks, for each pixel of the result, which one it shows: the inverse of
        # shear, zoom and rotation about the centre, then shift.
        xx, xy, yx, yy = cos + slant * sin, sin - slant * cos, -sin, cos
        h, w = tf.cast(height, tf.float32), tf.cast(width, tf.float32)
        centre_x, centre_y = (w - 1) / 2, (h - 1) / 2
        x, y = centre_x + shift * right * w, centre_y + shift * down * h
        zero = tf.zeros_like(xx)
        rows = [
            [xx, xy, centre_x - xx * x - xy * y],
            [yx, yy, centre_y - yx * x - yy * y],
            [zero, zero],
        ]
        transforms = tf.stack([entry for row in rows for entry in row], axis=1)
        return tf.raw_ops.ImageProjectiveTransformV3(
            images=images,
            transforms=transforms,
            output_shape=[height, width],
            fill_value=fill_value,
            interpolation="BILINEAR",
            fill_mode=fill.upper(),
        )

    return transform
