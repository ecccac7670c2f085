"""Layers that Keras lacks: weight and spectral normalisation, mean-only batch normalisation.

A normalised layer stores a raw kernel, which the optimiser moves, and computes with a kernel made
of it. Options and initial values are those of the plain Keras layer, without its LoRA and
quantisation; `kernel_regularizer` and `kernel_constraint` act on the raw kernel. Functional models
are written once for all kinds of layers by building with the members of a `Kinds`.
"""

from typing import NamedTuple

import keras
import tensorflow as tf
from keras import layers

register = keras.saving.register_keras_serializable(package="gan_augment")


class _Normalized:
    """Mixin in front of a Keras layer: computes with `normalize(raw kernel)`."""

    output_axis = -1  # of the kernel

    def normalize(self, raw):
        """Return the kernel to compute with, of the same shape and type as the raw one."""
        raise NotImplementedError

    @property
    def raw_kernel(self):
        """The trainable variable behind the kernel."""
        return self._kernel

    @property
    def kernel(self):
        return tf.cast(self.normalize(tf.convert_to_tensor(self._kernel)), self.compute_dtype)

    @kernel.setter
    def kernel(self, variable):
        self._kernel = variable  # how Conv2DTranspose stores it; Dense and Conv2D do just this

    def add_weight(self, *args, name=None, **kwargs):
        # In half precision the kernel is normalised in its own precision and cast afterwards.
        return super().add_weight(*args, name=name, autocast=name == "bias", **kwargs)

    # Dense and Conv2D would save the kernel they compute with.
    save_own_variables = layers.Layer.save_own_variables
    load_own_variables = layers.Layer.load_own_variables


class _WeightNorm(_Normalized):
    """w = g · v / ‖v‖, one g and one norm for each output channel (Salimans & Kingma 2016).

    Starts with g = ‖v‖, hence with the kernel of a plain layer; see `initialize_from_data`.
    """

    def build(self, input_shape):
        super().build(input_shape)
        shape = [1] * len(self._kernel.shape)
        shape[self.output_axis] = self._kernel.shape[self.output_axis]

        def norm(shape, dtype=None):
            return tf.sqrt(self._squared_norm(tf.convert_to_tensor(self._kernel)))

        self.g = self.add_weight(name="g", shape=shape, initializer=norm)

    def normalize(self, raw):
        return raw * (self.g * tf.math.rsqrt(tf.maximum(self._squared_norm(raw), 1e-12)))

    def _squared_norm(self, raw):
        return tf.reduce_sum(tf.square(raw), _all_but(self.output_axis, raw), keepdims=True)

    def fit_to(self, inputs):
        """Scale and shift so that each output channel has mean 0 and deviation 1 on `inputs`.

        That is before the activation. Channels that are constant there are only shifted.
        """
        activation, self.activation = self.activation, keras.activations.linear
        try:
            outputs = tf.cast(self(inputs), self.variable_dtype)
        finally:
            self.activation = activation
        mean, variance = tf.nn.moments(outputs, _all_but(-1, outputs))
        constant = variance < 1e-10 * (1 + tf.square(mean))
        scale = tf.where(constant, tf.ones_like(variance), tf.math.rsqrt(variance))
        self.g.assign(self.g * tf.reshape(scale, self.g.shape))
        if self.use_bias:
            self.bias.assign((self.bias - mean) * scale)


@register
class WeightNormDense(_WeightNorm, layers.Dense):
    """Dense with weight normalisation."""


@register
class WeightNormConv2D(_WeightNorm, layers.Conv2D):
    """Conv2D with weight normalisation."""


@register
class WeightNormConv2DTranspose(_WeightNorm, layers.Conv2DTranspose):
    """Conv2DTranspose with weight normalisation."""

    output_axis = -2


def initialize_from_data(model: keras.Model, batch) -> None:
    """Initialise a functional model's weight-normalised layers from data (Salimans & Kingma 2016).

    Layer by layer from the inputs on, sets g and bias so that the outputs before the activation
    have mean 0 and standard deviation 1 in every channel on this batch (without a bias, only the
    deviation), and the moving mean of mean-only batch normalisation to the batch mean. The model
    runs as in inference: dropout off, other batch normalisation with its moving statistics, so
    the result depends on weights and batch alone. Does nothing without such layers. Call it
    outside of `tf.function`; under a strategy in its scope, with the same batch in every process.
    """
    for layer in model.layers:
        if isinstance(layer, (_WeightNorm, MeanOnlyBatchNormalization)):
            layer.fit_to(keras.Model(model.input, layer.input)(batch, training=False))


class _SpectralNorm(_Normalized):
    """w = W / σ(W), σ the largest singular value of W as [out, rest] (Miyato et al. 2018).

    σ = uᵀWv with u, v constant in differentiation, so that gradients flow through W in σ. Calls
    leave u as it is, and all calls of a training step see the same function; `power_iteration`
    lets u follow W, once a step. Keras' SpectralNormalization does neither: it overwrites the
    kernel at every call in training and does not differentiate through σ.
    """

    first_iterations = 50

    def build(self, input_shape):
        super().build(input_shape)

        def first_u(shape, dtype=None):
            start = tf.random.stateless_normal(shape, seed=[0, 0], dtype=dtype)
            return self._iterate(start, self.first_iterations)

        outputs = self._kernel.shape[self.output_axis]
        self.u = self.add_weight(
            name="u",
            shape=[outputs],
            initializer=first_u,
            trainable=False,
            aggregation="mean",  # replicas assign equal values; this makes it legal
        )

    def normalize(self, raw):
        backward = self._transposed_times(raw, tf.stop_gradient(tf.convert_to_tensor(self.u)))
        v = tf.stop_gradient(tf.math.l2_normalize(backward))
        return raw / tf.reduce_sum(backward * v)

    def update_spectral_norm(self, iterations=1):
        """Let u follow the kernel by some power iterations; in replica context or outside."""
        self.u.assign(self._iterate(tf.convert_to_tensor(self.u), iterations))

    def _iterate(self, u, iterations):
        raw = tf.convert_to_tensor(self._kernel)
        for _ in range(iterations):
            v = tf.math.l2_normalize(self._transposed_times(raw, u))
            u = tf.math.l2_normalize(self._times(raw, v))
        return u

    def _transposed_times(self, raw, u):
        """Wᵀu, in the kernel's shape without its output axis."""
        return tf.tensordot(raw, u, [[self.output_axis], [0]])

    def _times(self, raw, v):
        """Wv, [out]."""
        return tf.tensordot(v, raw, [list(range(len(v.shape))), _all_but(self.output_axis, raw)])


@register
class SpectralNormDense(_SpectralNorm, layers.Dense):
    """Dense with spectral normalisation."""


@register
class SpectralNormConv2D(_SpectralNorm, layers.Conv2D):
    """Conv2D with spectral normalisation."""


@register
class SpectralNormConv2DTranspose(_SpectralNorm, layers.Conv2DTranspose):
    """Conv2DTranspose with spectral normalisation."""

    output_axis = -2


def power_iteration(model: keras.Model, iterations: int = 1) -> None:
    """Update σ of all spectrally normalised layers; once per training step, inside the graph.

    Not inside `tf.cond` or `tf.while_loop` under a strategy. Give more iterations after setting
    kernels by hand. Does nothing without such layers.
    """
    for layer in model.layers:
        if isinstance(layer, _SpectralNorm):
            layer.update_spectral_norm(iterations)


@register
class MeanOnlyBatchNormalization(layers.Layer):
    """Subtract each channel's batch mean and add a bias (Salimans & Kingma 2016, section 2.3).

    In inference a moving mean takes the batch mean's place. `synchronized`: under several
    replicas, the mean of the global batch (of which each has an equal share); otherwise each
    subtracts its own. The moving mean is the average over replicas in both cases. The layer in
    front needs no bias.
    """

    def __init__(self, momentum=0.99, synchronized=False, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum
        self.synchronized = synchronized

    def build(self, input_shape):
        """Make the bias and the moving mean, one number for each channel (the last axis)."""
        options = {"shape": [input_shape[-1]], "initializer": "zeros", "autocast": False}
        self.beta = self.add_weight(name="beta", **options)
        self.moving_mean = self.add_weight(
            name="moving_mean", trainable=False, aggregation="mean", **options
        )

    def call(self, inputs, training=False):
        """Shift the inputs, [n, …, channels]; the arithmetic is at least float32."""
        x = tf.cast(inputs, keras.backend.result_type(inputs.dtype, "float32"))
        mean = tf.convert_to_tensor(self.moving_mean)
        if training:
            mean = self._mean(x)
            context = tf.distribute.get_replica_context()
            if self.synchronized and context is not None:
                mean = context.all_reduce(tf.distribute.ReduceOp.MEAN, mean)
            rest = 1 - self.momentum
            self.moving_mean.assign(self.momentum * self.moving_mean + rest * mean)
        return tf.cast(x + (self.beta - mean), self.compute_dtype)

    def fit_to(self, inputs):
        """Take the moving mean from `inputs`."""
        self.moving_mean.assign(self._mean(tf.cast(inputs, self.variable_dtype)))

    @staticmethod
    def _mean(x):
        return tf.reduce_mean(x, _all_but(-1, x))

    def get_config(self):
        """Return the options, for saving and cloning."""
        return {
            **super().get_config(),
            "momentum": self.momentum,
            "synchronized": self.synchronized,
        }


class Kinds(NamedTuple):
    """The layers to build a model from: `kinds.Conv2D(64, 5)`."""

    Dense: type[layers.Dense]
    Conv2D: type[layers.Conv2D]
    Conv2DTranspose: type[layers.Conv2DTranspose]
    BatchNormalization: type[layers.Layer] = layers.BatchNormalization


PLAIN = Kinds(layers.Dense, layers.Conv2D, layers.Conv2DTranspose)
WEIGHT_NORM = Kinds(
    WeightNormDense, WeightNormConv2D, WeightNormConv2DTranspose, MeanOnlyBatchNormalization
)
SPECTRAL_NORM = Kinds(SpectralNormDense, SpectralNormConv2D, SpectralNormConv2DTranspose)


def _all_but(axis, tensor):
    axes = list(range(len(tensor.shape)))
    del axes[axis]
    return axes
