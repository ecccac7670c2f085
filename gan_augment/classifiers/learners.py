"""Small networks as functions of one vector of parameters: what a generator learns to teach.

A training that is itself differentiated cannot keep its weights in variables. Convolutions and
dense layers have weight normalisation with mean-only batch normalisation (Salimans & Kingma 2016)
and LeakyReLU of slope 0.1, as the learners of Such et al. 2019 (Appenzeller & Daaboul, section
IV-D) do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import tensorflow as tf

from gan_augment.training.noise import fold

SLOPE = 0.1
GAIN = math.sqrt(2 / (1 + SLOPE**2))  # keeps the size of activations from layer to layer
SMALLEST = 1e-12  # squared norm of a direction


@dataclass(frozen=True)
class Architecture:
    """Convolutions that halve the image, then dense layers, then logits.

    They halve it by a stride of 2, or with `pooling` by 2 × 2 averages after the activation, which
    takes twice as long: not the arithmetic but large activations are what costs time.
    """

    filters: tuple[int, ...] = (16, 32)
    dense: tuple[int, ...] = (64,)
    kernel_size: int = 5
    pooling: bool = False

    @property
    def name(self) -> str:
        """As in tables: "conv5 16-32, dense 64"."""
        convolution = f"conv{self.kernel_size}{'p' if self.pooling else ''}"
        parts = ((convolution, self.filters), ("dense", self.dense))
        return ", ".join(f"{kind} {'-'.join(map(str, units))}" for kind, units in parts if units)


class Learner:
    """A classifier whose `size` parameters come as one vector.

    Images are float [n, h, w, c] in [−1, 1]. Nothing is kept between calls: batch normalisation
    takes the means of the batch, or those given to it.
    """

    def __init__(
        self, architecture: Architecture, image_shape: tuple[int, int, int], num_classes: int
    ):
        self.architecture = architecture
        self.image_shape = tuple(image_shape)
        self.num_classes = num_classes
        self.kernels = _kernels(architecture, image_shape, num_classes)
        self._shapes = [part for kernel in self.kernels for part in (kernel, *2 * [kernel[-1:]])]
        self._sizes = [math.prod(shape) for shape in self._shapes]
        self.size = sum(self._sizes)

    def initial(self, seed, dtype=tf.float32) -> tf.Tensor:
        """Return parameters drawn with `seed`, int32 [2]: float [size]."""
        parts = []
        for i, kernel in enumerate(self.kernels):
            fan_in = math.prod(kernel[:-1])
            drawn = tf.random.stateless_normal(kernel, fold(seed, i), dtype=dtype)
            scale = GAIN if i < len(self.kernels) - 1 else 1.0
            parts += [
                tf.reshape(drawn * math.sqrt(2 / fan_in), [-1]),
                tf.fill(kernel[-1:], tf.constant(scale, dtype)),
                tf.zeros(kernel[-1:], dtype),
            ]
        return tf.concat(parts, 0)

    def __call__(
        self, parameters, images, means: Sequence[tf.Tensor] | None = None
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Return logits [n, classes] and the mean of every hidden channel before it is subtracted.

        Give `means` of another batch to have those subtracted.
        """
        parts = [
            tf.reshape(part, shape)
            for part, shape in zip(tf.split(parameters, self._sizes), self._shapes)
        ]
        layers = list(zip(parts[::3], parts[1::3], parts[2::3]))
        x, found, pooling = images, [], self.architecture.pooling
        for i, (direction, length, bias) in enumerate(layers):
            norm = tf.reduce_sum(direction**2, range(len(direction.shape) - 1))
            kernel = direction * (length * tf.math.rsqrt(tf.maximum(norm, SMALLEST)))
            convolutional = len(kernel.shape) == 4
            if convolutional:
                x = tf.nn.conv2d(x, kernel, 1 if pooling else 2, "SAME")
            else:
                x = tf.matmul(tf.reshape(x, [-1, kernel.shape[0]]), kernel)
            if i < len(layers) - 1:
                mean = tf.reduce_mean(x, range(len(x.shape) - 1)) if means is None else means[i]
                found.append(mean)
                x = tf.nn.leaky_relu(x + (bias - mean), SLOPE)
            else:
                x += bias
            if convolutional and pooling:
                x = tf.nn.avg_pool2d(x, 2, 2, "SAME")
        return x, found

    def loss(self, parameters, images, labels, means=None) -> tf.Tensor:
        """Return the mean cross-entropy."""
        logits, _ = self(parameters, images, means)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        return tf.reduce_mean(losses)


def _kernels(architecture: Architecture, image_shape, num_classes: int) -> list[tuple[int, ...]]:
    height, width, channels = image_shape
    side = architecture.kernel_size
    kernels = []
    for filters in architecture.filters:
        kernels.append((side, side, channels, filters))
        height, width, channels = -(-height // 2), -(-width // 2), filters
    units = height * width * channels
    for wide in (*architecture.dense, num_classes):
        kernels.append((units, wide))
        units = wide
    return kernels
