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
    project = projection(fill, fill_value)

    def transform(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        height, width = _size(images)
        draws = tf.random.stateless_uniform([5, tf.shape(images)[0]], seed, -1.0, 1.0)
        turn, slant, scale, right, down = tf.unstack(draws)
        scale = 1 + zoom * scale
        slant = tf.tan(math.radians(shear) * slant)
        cos = tf.cos(math.radians(degrees) * turn) / scale
        sin = tf.sin(math.radians(degrees) * turn) / scale
        # The inverse of shear, zoom and rotation about the centre, then shift.
        matrix = [[cos + slant * sin, sin - slant * cos], [-sin, cos]]
        return project(images, matrix, shift * right * width, shift * down * height)

    return transform


def rotation(
    low: float, high: float, *, fill: str = "constant", fill_value: float = -1.0
) -> Transform:
    """Return a transform that turns each image about its centre, counter-clockwise.

    The angle is uniform between `low` and `high` degrees; 0 and 45 are those of Priyaa & Verma,
    section 6.3.1. `fill` is as for `affine`; by default black comes in from outside.
    """
    if not low <= high:
        raise ValueError(f"a rotation is by low ≤ high degrees, not by {low} to {high}")
    project = projection(fill, fill_value)

    def transform(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        draws = tf.random.stateless_uniform([tf.shape(images)[0]], seed)
        angle = math.radians(low) + math.radians(high - low) * draws
        cos, sin = tf.cos(angle), tf.sin(angle)
        still = tf.zeros_like(cos)
        return project(images, [[cos, -sin], [sin, cos]], still, still)

    return transform


def flip_crop(padding: int = 4, *, fill: str = "constant", fill_value: float = -1.0) -> Transform:
    """Return the usual augmentation of CIFAR-10: pad, crop at random, mirror every other image.

    An image is mirrored left to right with probability 1/2 and moved by −`padding` to `padding`
    whole pixels in either direction, all as likely. `fill` is as for `affine`; by default the
    padding is black.
    """
    if padding < 0:
        raise ValueError(f"images are padded by 0 pixels or more, not by {padding}")
    project = projection(fill, fill_value, interpolation="NEAREST")

    def transform(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        draws = tf.random.stateless_uniform([3, tf.shape(images)[0]], seed)
        mirrored = tf.where(draws[0] < 0.5, -1.0, 1.0)
        right, down = tf.unstack(tf.floor(draws[1:] * (2 * padding + 1)) - padding)
        zero, one = tf.zeros_like(mirrored), tf.ones_like(mirrored)
        return project(images, [[mirrored, zero], [zero, one]], right, down)

    return transform


def chain(*transforms: Transform) -> Transform:
    """Return a transform that applies `transforms` one after the other, each with its own seed."""

    def transform(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        for k, change in enumerate(transforms):
            images = change(images, tf.random.experimental.stateless_fold_in(seed, k))
        return images

    return transform


def _size(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    _, height, width, _ = tf.unstack(tf.shape(images))
    return tf.cast(height, tf.float32), tf.cast(width, tf.float32)


def projection(fill: str, fill_value: float, interpolation: str = "BILINEAR") -> Callable:
    """Return a function that moves every image by a linear map of its own and a shift.

    It takes images, the map's 2 × 2 entries for (x, y), each [n], and how far right and down the
    centre goes, each [n] in pixels. The map goes from the result to the image, as the op wants it:
    it says which point of the image each pixel of the result shows.
    """
    if fill not in ("nearest", "reflect", "wrap", "constant"):
        raise ValueError(f"fill is 'nearest', 'reflect', 'wrap' or 'constant', not {fill!r}")

    def project(images, matrix, right, down):
        (xx, xy), (yx, yy) = matrix
        h, w = _size(images)
        centre_x, centre_y = (w - 1) / 2, (h - 1) / 2
        x, y = centre_x + right, centre_y + down
        zero = tf.zeros_like(xx)
        rows = [
            [xx, xy, centre_x - xx * x - xy * y],
            [yx, yy, centre_y - yx * x - yy * y],
            [zero, zero],
        ]
        transforms = tf.stack([entry for row in rows for entry in row], axis=1)
        moved = tf.raw_ops.ImageProjectiveTransformV3(
            images=images,
            transforms=transforms,
            output_shape=tf.shape(images)[1:3],
            fill_value=fill_value,
            interpolation=interpolation,
            fill_mode=fill.upper(),
        )
        return tf.ensure_shape(moved, images.shape)  # the op forgets it

    return project
