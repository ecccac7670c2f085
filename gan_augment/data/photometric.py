"""Transforms of colour and sharpness, by the rules of `transforms`.

They are those that Farhat, section IV-C names; how strong its were it does not say.
"""

import math

import tensorflow as tf

from gan_augment.data.transforms import Transform, chain, rotation

LUMA = (0.299, 0.587, 0.114)  # of red, green and blue in grey
# Rows: grey, and the two axes of the plane of colours (YIQ, the colours of analogue television).
YIQ = (LUMA, (0.596, -0.274, -0.322), (0.211, -0.523, 0.312))


def colour_jitter(
    brightness: float = 0.5,
    contrast: float = 0.0,
    saturation: float = 0.5,
    hue: float = 0.3,
) -> Transform:
    """Return a transform that changes an image's brightness, contrast and colours.

    Pixels in 0…1 are multiplied by a factor from 1 ± `brightness`, their differences from the
    image's mean grey by one from 1 ± `contrast`, those from each pixel's own grey by one from
    1 ± `saturation`, and colours are turned by ±`hue` of a full circle (in the YIQ plane); all
    uniform, in this order, with one clipping at the end. Grey images have no colours to change.
    """
    if min(brightness, contrast, saturation, hue) < 0:
        raise ValueError("the ranges of a colour jitter are ≥ 0")
    to_yiq = tf.constant(YIQ)
    from_yiq = tf.linalg.inv(to_yiq)

    def transform(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        _, height, width, channels = images.shape
        n = tf.shape(images)[0]
        draws = tf.random.stateless_uniform([4, n, 1, 1], seed, -1.0, 1.0)
        light = 1 + brightness * draws[0]
        x = tf.reshape((images + 1) / 2, [n, height * width, channels]) * light
        if contrast:
            grey = x @ tf.constant(LUMA)[:, None] if channels == 3 else x
            mean = tf.reduce_mean(grey, axis=1, keepdims=True)
            x = mean + (1 + contrast * draws[1]) * (x - mean)
        if channels == 3 and (saturation or hue):
            x = x @ _turned(to_yiq, from_yiq, 1 + saturation * draws[2], hue * draws[3])
        return tf.clip_by_value(2 * tf.reshape(x, tf.shape(images)) - 1, -1.0, 1.0)

    return transform


def _turned(to_yiq, from_yiq, saturation, hue):
    """Return [n, 3, 3] that maps rows of colours to those of other saturation and hue."""
    angle = 2 * math.pi * hue[:, 0, 0]
    cos, sin = saturation[:, 0, 0] * tf.cos(angle), saturation[:, 0, 0] * tf.sin(angle)
    zero, one = tf.zeros_like(cos), tf.ones_like(cos)
    rows = [[one, zero, zero], [zero, cos, -sin], [zero, sin, cos]]
    turn = tf.stack([tf.stack(row, axis=1) for row in rows], axis=1)
    return tf.transpose(from_yiq @ turn @ to_yiq, [0, 2, 1])


def gaussian_blur(low: float = 0.1, high: float = 2.0) -> Transform:
    """Return a transform that blurs each image, with a deviation of `low` to `high` pixels.

    The deviation is uniform; at the edges the weights of what is inside are scaled up to 1.
    """
    if not 0 < low <= high:
        raise ValueError(f"a blur is by 0 < low ≤ high pixels, not by {low} to {high}")

    def transform(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        _, height, width, channels = images.shape
        n = tf.shape(images)[0]
        deviation = tf.random.stateless_uniform([n, 1, 1], seed, low, high)
        x = _blurring(height, deviation) @ tf.reshape(images, [n, height, width * channels])
        x = tf.transpose(tf.reshape(x, [n, height, width, channels]), [0, 2, 1, 3])
        x = _blurring(width, deviation) @ tf.reshape(x, [n, width, height * channels])
        return tf.transpose(tf.reshape(x, [n, width, height, channels]), [0, 2, 1, 3])

    return transform


def _blurring(length: int, deviation):
    """Return [n, length, length]: the weights of all pixels of a line in each blurred one."""
    place = tf.range(length, dtype=tf.float32)
    weights = tf.exp(-tf.square((place[:, None] - place) / deviation) / 2)
    return weights / tf.reduce_sum(weights, axis=-1, keepdims=True)


def photometric(degrees: float = 30.0) -> Transform:
    """Return the transforms of Farhat's second situation: colours, blur, rotation by ±`degrees`.

    What comes in from outside is the nearest pixel of the edge. The fixed map to [−1, 1], which all
    images here go through, is the report's normalisation.
    """
    return chain(colour_jitter(), gaussian_blur(), rotation(-degrees, degrees, fill="nearest"))
