import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from gan_augment.augmenters import small_convolutions
from gan_augment.augmenters.small_convolutions import (
    SmallConv2D,
    SmallConv2DTranspose,
    convolution,
    transposed_convolution,
)

SHAPES = [(8, 8, 3, 5), (4, 6, 2, 3)]


def normal(*shape, seed):
    return tf.random.stateless_normal(shape, [seed, 0])


@pytest.mark.parametrize(("h", "w", "c", "d"), SHAPES)
def test_value_and_gradients_are_those_of_tensorflows_convolution(h, w, c, d):
    x, kernel = normal(2, h, w, c, seed=0), normal(4, 4, c, d, seed=1)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, kernel])
        ours, theirs = convolution(x, kernel), tf.nn.conv2d(x, kernel, 2, "SAME")
        losses = [tf.reduce_sum(tf.sin(y)) for y in (ours, theirs)]
    np.testing.assert_allclose(ours, theirs, atol=1e-4)
    for a, b in zip(*(tape.gradient(loss, [x, kernel]) for loss in losses)):
        np.testing.assert_allclose(a, b, atol=1e-4)


@pytest.mark.parametrize(("h", "w", "c", "d"), SHAPES)
def test_value_and_gradients_are_those_of_the_transposed_convolution(h, w, c, d):
    x, kernel = normal(2, h // 2, w // 2, d, seed=0), normal(4, 4, c, d, seed=1)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, kernel])
        ours = transposed_convolution(x, kernel)
        theirs = tf.nn.conv2d_transpose(x, kernel, [2, h, w, c], 2, "SAME")
        losses = [tf.reduce_sum(tf.sin(y)) for y in (ours, theirs)]
    np.testing.assert_allclose(ours, theirs, atol=1e-4)
    for a, b in zip(*(tape.gradient(loss, [x, kernel]) for loss in losses)):
        np.testing.assert_allclose(a, b, atol=1e-4)


PAIRS = [(SmallConv2D, layers.Conv2D), (SmallConv2DTranspose, layers.Conv2DTranspose)]
OPTIONS = [
    {},
    {"use_bias": False},
    {"activation": "relu", "bias_initializer": "ones"},
    {"padding": "valid"},
    {"strides": 1},
    {"kernel_size": 3},
]


@pytest.mark.parametrize("kinds", PAIRS)
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("side", [4, 5, 32])
def test_layers_are_keras_whatever_the_options(kinds, options, side):
    options = {"filters": 6, "kernel_size": 4, "strides": 2, "padding": "same"} | options
    small, plain = (
        kind(kernel_initializer=keras.initializers.GlorotUniform(1), **options) for kind in kinds
    )
    x = normal(2, side, side, 8, seed=0)
    np.testing.assert_allclose(small(x), plain(x), atol=1e-4)
    assert tuple(small.compute_output_shape(x.shape)) == tuple(plain(x).shape)


@pytest.mark.parametrize(("kind", "side"), [(SmallConv2D, 8), (SmallConv2DTranspose, 4)])
def test_products_are_used_where_they_are_faster(kind, side, monkeypatch):
    used = []

    def counted(name, real):
        return lambda *arguments: used.append(name) or real(*arguments)

    for name in ("convolution", "transposed_convolution"):
        monkeypatch.setattr(
            small_convolutions, name, counted(name, getattr(small_convolutions, name))
        )
    options = {"kernel_size": 4, "strides": 2, "padding": "same", "use_bias": False}
    kind(6, **options)(normal(1, side, side, 8, seed=0))
    assert len(used) == 1
    kind(6, **options)(normal(1, 2 * side, 2 * side, 8, seed=0))
    assert len(used) == 1


def test_half_precision_is_kept():
    made = SmallConv2D(6, 4, 2, padding="same", use_bias=False, dtype="mixed_bfloat16")
    assert made(normal(1, 8, 8, 8, seed=0)).dtype == tf.bfloat16
