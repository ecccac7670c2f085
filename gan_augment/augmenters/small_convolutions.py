"""Convolutions of kernel 4 and stride 2 for batches of one image or a few, as matrix products.

With a handful of positions and a million weights, a convolution is as fast as memory lets it read
its weights, and TensorFlow's kernels for CPUs read and write them several times: to put them into
another order and the gradient back. A product of the matrix of patches with the weights as they
are reads them once. It also suits images of few channels, for which those kernels are not made.
The layers below are Keras' in every other respect; they compute as Keras' do wherever those are as
fast.
"""

import keras
import tensorflow as tf
from keras import layers

from gan_augment.augmenters.layers import Kinds, register

FEW_POSITIONS = 16
FEW_CHANNELS = 4


def patches(images):
    """Return the 4 × 4 patches, at strides of 2, of images [n, h, w, c] with a border of one zero.

    The result is [n · h/2 · w/2, 16 c]; h and w are even and known.
    """
    _, height, width, channels = images.shape
    down, across = height // 2 + 1, width // 2 + 1
    x = tf.pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]])
    x = tf.reshape(x, [-1, down, 2, across, 2 * channels])
    x = tf.concat([x[:, :-1], x[:, 1:]], 2)  # [n, h/2, 4, across, 2 c]
    x = tf.concat([x[:, :, :, :-1], x[:, :, :, 1:]], 4)  # [n, h/2, 4, w/2, 4 c]
    return tf.reshape(tf.transpose(x, [0, 1, 3, 2, 4]), [-1, 16 * channels])


def summed(columns, height: int, width: int, channels: int):
    """Add patches up to images [n, height, width, channels]: the transpose of `patches`."""
    down, across = height // 2, width // 2
    x = tf.reshape(columns, [-1, down, across, 4, 4 * channels])
    x = tf.transpose(x, [0, 1, 3, 2, 4])  # [n, h/2, 4, w/2, 4 c]
    x = _overlapped(x, axis=3, split=4, length=2 * channels)  # [n, h/2, 4, w/2 + 1, 2 c]
    x = _overlapped(x, axis=1, split=2, length=2)  # [n, h/2 + 1, 2, w/2 + 1, 2 c]
    x = tf.reshape(x, [-1, height + 2, width + 2, channels])
    return x[:, 1:-1, 1:-1]


def _overlapped(x, axis: int, split: int, length: int):
    """Cut x in two along `split`; add the second half, moved on by one along `axis`."""
    first, second = tf.split(x, [length, length], split)
    before, after = ([[0, 0] for _ in x.shape] for _ in range(2))
    before[axis][0] = after[axis][1] = 1
    return tf.pad(first, after) + tf.pad(second, before)


@tf.custom_gradient
def convolution(images, kernel):
    """Return the convolution, padding "same", of images [n, h, w, c] by a kernel [4, 4, c, d]."""
    _, height, width, channels = images.shape
    seen, weights = patches(images), tf.reshape(kernel, [16 * channels, -1])

    def gradient(upstream):
        rows = tf.reshape(upstream, [-1, weights.shape[1]])
        # Weights first: that way round they are not copied.
        columns = tf.transpose(tf.matmul(weights, rows, transpose_b=True))
        of_weights = tf.matmul(seen, rows, transpose_a=True)
        return summed(columns, height, width, channels), tf.reshape(of_weights, kernel.shape)

    return tf.reshape(seen @ weights, [-1, height // 2, width // 2, weights.shape[1]]), gradient


@tf.custom_gradient
def transposed_convolution(inputs, kernel):
    """Return the transposed convolution of inputs [n, h, w, d] by a kernel [4, 4, c, d].

    The result is [n, 2 h, 2 w, c]: the gradient of `convolution` by its images.
    """
    _, height, width, depth = inputs.shape
    channels = kernel.shape[2]
    rows, weights = tf.reshape(inputs, [-1, depth]), tf.reshape(kernel, [16 * channels, depth])
    columns = tf.transpose(tf.matmul(weights, rows, transpose_b=True))

    def gradient(upstream):
        seen = patches(upstream)
        of_weights = tf.matmul(seen, rows, transpose_a=True)
        of_inputs = tf.reshape(seen @ weights, [-1, height, width, depth])
        return of_inputs, tf.reshape(of_weights, kernel.shape)

    return summed(columns, 2 * height, 2 * width, channels), gradient


def _suits(layer) -> bool:
    options = layer.kernel_size, layer.strides, layer.padding, layer.dilation_rate
    return options == ((4, 4), (2, 2), "same", (1, 1)) and layer.data_format == "channels_last"


@register
class SmallConv2D(layers.Conv2D):
    """Conv2D, as a product of matrices where that is faster for small batches."""

    def convolution_op(self, inputs, kernel):
        """Convolve inputs [n, h, w, c]."""
        _, height, width, channels = inputs.shape
        few = height * width <= 4 * FEW_POSITIONS or channels <= FEW_CHANNELS
        if few and _suits(self) and not (height % 2 or width % 2):
            return convolution(inputs, tf.convert_to_tensor(kernel))
        return super().convolution_op(inputs, kernel)


@register
class SmallConv2DTranspose(layers.Conv2DTranspose):
    """Conv2DTranspose, as a product of matrices where that is faster for small batches."""

    def call(self, inputs):
        """Convolve inputs [n, h, w, d]; layers with a bias or activation are left to Keras."""
        _, height, width, _ = inputs.shape
        few = height * width <= FEW_POSITIONS or self.filters <= FEW_CHANNELS
        plain = not self.use_bias and self.activation is keras.activations.linear
        if few and plain and _suits(self) and self.output_padding is None:
            return transposed_convolution(inputs, tf.convert_to_tensor(self.kernel))
        return super().call(inputs)


SMALL = Kinds(layers.Dense, SmallConv2D, SmallConv2DTranspose)
