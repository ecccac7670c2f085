"""Also a script, for a process with two devices: they must be set before TensorFlow starts."""

import functools
import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from two_replicas import one_and_two

from gan_augment.augmenters.layers import (
    PLAIN,
    SPECTRAL_NORM,
    WEIGHT_NORM,
    MeanOnlyBatchNormalization,
    SpectralNormConv2D,
    SpectralNormConv2DTranspose,
    SpectralNormDense,
    WeightNormConv2D,
    WeightNormConv2DTranspose,
    WeightNormDense,
    initialize_from_data,
    power_iteration,
)
from gan_augment.training.noise import Dropout

KINDS = {"plain": PLAIN, "weight norm": WEIGHT_NORM, "spectral norm": SPECTRAL_NORM}
NORMALIZED = ["weight norm", "spectral norm"]

# Makes a layer of each normalised kind, the axis of its kernel's outputs, and shape of its inputs.
MAKERS = {
    "Dense": (lambda kinds, **options: kinds.Dense(4, **options), -1, (3, 6)),
    "Conv2D": (lambda kinds, **options: kinds.Conv2D(4, 3, **options), -1, (3, 5, 5, 2)),
    "Conv2DTranspose": (
        lambda kinds, **options: kinds.Conv2DTranspose(4, 3, strides=2, **options),
        -2,
        (3, 5, 5, 2),
    ),
}
every_layer = pytest.mark.parametrize(("make", "axis", "shape"), MAKERS.values(), ids=MAKERS)
every_norm = pytest.mark.parametrize("kinds", [KINDS[kind] for kind in NORMALIZED], ids=NORMALIZED)


def normal(shape, seed=0, dtype="float32"):
    return tf.constant(np.random.default_rng(seed).normal(size=shape).astype(dtype))


def glorot(seed=5):
    return keras.initializers.GlorotUniform(seed)


@pytest.fixture(autouse=True)
def equal_weights():
    """Weights of layers without a seeded initialiser are the same in every run."""
    keras.utils.set_random_seed(0)


def built(layer, shape):
    layer.build((None, *shape[1:]))
    return layer


def discriminator(kinds, activation=None, dropout=0, synchronized=False):
    inputs = x = layers.Input((8, 8, 2))
    for i, filters in enumerate((4, 6)):
        x = kinds.Conv2D(
            filters,
            3,
            strides=2,
            padding="same",
            activation=activation,
            kernel_initializer=glorot(i),
        )(x)
        x = MeanOnlyBatchNormalization(momentum=0.5, synchronized=synchronized)(x)
        x = Dropout(dropout)(layers.LeakyReLU(0.3)(x)) if dropout else layers.LeakyReLU(0.3)(x)
    x = layers.Flatten()(x)
    return keras.Model(inputs, kinds.Dense(1, kernel_initializer=glorot(2))(x))


def generator(kinds, activation=None):
    inputs = layers.Input((5,))
    x = kinds.Dense(2 * 2 * 6, activation=activation, kernel_initializer=glorot(0))(inputs)
    x = layers.Reshape((2, 2, 6))(layers.LeakyReLU(0.3)(x))
    for i, filters in enumerate((4, 3)):
        x = kinds.Conv2DTranspose(
            filters, 5, strides=2, padding="same", kernel_initializer=glorot(i + 1)
        )(x)
    return keras.Model(inputs, layers.Activation("tanh")(x))


def matrix(kernel, axis):
    kernel = np.moveaxis(np.asarray(kernel), axis, 0)
    return kernel.reshape(len(kernel), -1)


def spectral_norm(kernel, axis):
    return np.linalg.svd(matrix(kernel, axis), compute_uv=False)[0]


# Both reparametrisations


@every_layer
@every_norm
def test_initial_kernels_are_those_of_the_plain_layer(kinds, make, axis, shape):
    plain = built(make(PLAIN, kernel_initializer=glorot()), shape)
    layer = built(make(kinds, kernel_initializer=glorot()), shape)
    np.testing.assert_array_equal(layer.raw_kernel, plain.kernel)
    if kinds is WEIGHT_NORM:
        x = normal(shape)
        np.testing.assert_allclose(layer.kernel, plain.kernel, rtol=1e-6)
        np.testing.assert_allclose(layer(x), plain(x), rtol=1e-5, atol=1e-6)


@every_layer
@every_norm
def test_half_precision_normalizes_in_float32(kinds, make, axis, shape):
    exact = built(make(kinds, kernel_initializer=glorot()), shape)
    half = built(make(kinds, kernel_initializer=glorot(), dtype="mixed_bfloat16"), shape)
    assert {weight.dtype for weight in half.weights} == {"float32"}

    class Probe(type(half)):
        def normalize(self, raw):
            kernel = super().normalize(raw)
            assert raw.dtype == kernel.dtype == tf.float32
            return kernel

    half.__class__ = Probe
    outputs = half(normal(shape))
    assert outputs.dtype == tf.bfloat16
    np.testing.assert_allclose(
        tf.cast(outputs, tf.float32), exact(normal(shape)), rtol=0.05, atol=0.05
    )


@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
@pytest.mark.parametrize("build", [discriminator, generator])
@every_norm
def test_saving_restores_everything(kinds, build, ending, tmp_path):
    model = build(kinds)
    x = normal((7, *model.input_shape[1:]))
    for i, weight in enumerate(model.weights):
        if weight.dtype == "float32":
            weight.assign(weight + normal(weight.shape, i))
    path = tmp_path / f"model{ending}"
    if ending == ".keras":
        model.save(path)
        restored = keras.models.load_model(path)
    else:
        model.save_weights(path)
        restored = keras.models.clone_model(model)
        assert np.abs(restored(x) - model(x)).max() > 0.01
        restored.load_weights(path)
    assert [type(a) for a in restored.layers] == [type(a) for a in model.layers]
    for a, b in zip(restored.weights, model.weights, strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(restored(x), model(x))


@every_norm
def test_stateless_call_uses_the_weights_it_is_given(kinds):
    model, other = discriminator(kinds), discriminator(kinds)
    for i, weight in enumerate(other.trainable_variables):
        weight.assign(weight + 0.1 * normal(weight.shape, i))
    before = [weight.numpy() for weight in model.weights]
    x = normal((7, 8, 8, 2))
    fixed = [weight.value for weight in other.non_trainable_variables]

    def loss(values):
        outputs, state = model.stateless_call(values, fixed, x, training=True)
        return tf.reduce_sum(outputs**2), state

    values = [tf.convert_to_tensor(weight) for weight in other.trainable_variables]
    with tf.GradientTape() as tape:
        tape.watch(values)
        stateless, state = loss(values)
    gradients = tape.gradient(stateless, values)
    for weight, value in zip(model.weights, before):
        np.testing.assert_array_equal(weight, value)  # the moving means too

    with tf.GradientTape() as tape:
        expected = tf.reduce_sum(other(x, training=True) ** 2)
    assert float(stateless) == pytest.approx(float(expected), rel=1e-5)
    for a, b in zip(gradients, tape.gradient(expected, other.trainable_variables), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)
    for a, b in zip(state, other.non_trainable_variables, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@every_norm
def test_gradient_penalties_differentiate_twice(kinds):
    """Penalty of a linear discriminator w·x: ‖w‖², whose gradient is that of the kernel's norm."""
    layer = built(kinds.Dense(1, kernel_initializer=glorot(), dtype="float64"), (None, 6))
    x = normal((4, 6), dtype="float64")
    variables = [layer.raw_kernel, layer.g] if kinds is WEIGHT_NORM else [layer.raw_kernel]
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(x)
            logits = layer(x)
        penalty = tf.reduce_mean(tf.reduce_sum(inner.gradient(logits, x) ** 2, 1))
    gradients = outer.gradient(penalty, variables)
    if kinds is WEIGHT_NORM:  # penalty g²
        np.testing.assert_allclose(penalty, layer.g.numpy().item() ** 2, rtol=1e-12)
        np.testing.assert_allclose(gradients[1], 2 * layer.g.numpy(), rtol=1e-12)
    else:  # a single row has norm σ: penalty 1
        np.testing.assert_allclose(penalty, 1, rtol=1e-12)
    np.testing.assert_allclose(gradients[0], np.zeros((6, 1)), atol=1e-12)


def finite_differences(function, variable, epsilon=1e-6):
    start, slopes = variable.numpy(), np.zeros(variable.shape)
    for i in np.ndindex(*start.shape):
        ends = []
        for sign in (1, -1):
            moved = start.copy()
            moved[i] += sign * epsilon
            variable.assign(moved)
            ends.append(float(function()))
        slopes[i] = (ends[0] - ends[1]) / (2 * epsilon)
    variable.assign(start)
    return slopes


# Weight normalisation


@every_layer
def test_weight_norm_is_the_formula(make, axis, shape):
    layer = built(make(WEIGHT_NORM), shape)
    g, v = normal(4, 1).numpy(), normal(layer.raw_kernel.shape, 2).numpy()
    layer.g.assign(tf.reshape(g, layer.g.shape))
    layer.raw_kernel.assign(v)
    rows = matrix(v, axis)
    expected = g[:, None] * rows / np.linalg.norm(rows, axis=1, keepdims=True)
    np.testing.assert_allclose(matrix(layer.kernel, axis), expected, rtol=1e-5)
    assert len(layer.trainable_variables) == 3


@every_layer
def test_weight_norm_gradients_of_first_and_second_order(make, axis, shape):
    layer = built(make(WEIGHT_NORM, dtype="float64"), shape)
    layer.g.assign(layer.g + 0.3)
    weights = normal(layer.raw_kernel.shape, 3, "float64")
    variables = [layer.raw_kernel, layer.g]

    def value():
        return tf.reduce_sum(weights * layer.kernel**2)

    def squared_gradient():
        with tf.GradientTape() as tape:
            loss = value()
        return sum(tf.reduce_sum(g**2) for g in tape.gradient(loss, variables))

    for function in (value, squared_gradient):
        with tf.GradientTape() as tape:
            loss = function()
        for gradient, variable in zip(tape.gradient(loss, variables), variables, strict=True):
            np.testing.assert_allclose(
                gradient, finite_differences(function, variable), rtol=1e-5, atol=1e-6
            )


def preactivations(model, batch):
    """Outputs of the weight-normalised layers with their activation taken out."""
    kinds = (WeightNormDense, WeightNormConv2D, WeightNormConv2DTranspose)
    for layer in model.layers:
        if isinstance(layer, kinds):
            inputs = keras.Model(model.input, layer.input)(batch, training=False)
            bare = type(layer).from_config({**layer.get_config(), "activation": None})
            bare.build(inputs.shape)
            bare.set_weights(layer.get_weights())
            yield bare(inputs).numpy()


@pytest.mark.parametrize("activation", [None, "relu"])
@pytest.mark.parametrize("build", [functools.partial(discriminator, dropout=0.5), generator])
def test_data_dependent_initialisation_standardizes_every_layer(build, activation):
    model = build(WEIGHT_NORM, activation)
    batch = 3 * normal((64, *model.input_shape[1:])) + 2
    fresh = [
        np.abs(x.std(axis=(*range(x.ndim - 1),)) - 1).max() for x in preactivations(model, batch)
    ]
    assert max(fresh) > 0.1
    initialize_from_data(model, batch)
    outputs = list(preactivations(model, batch))
    assert len(outputs) == 3
    for x in outputs:
        axes = tuple(range(x.ndim - 1))
        np.testing.assert_allclose(x.mean(axes), 0, atol=1e-4)
        np.testing.assert_allclose(x.std(axes), 1, atol=1e-3)
    again = build(WEIGHT_NORM, activation)
    initialize_from_data(again, batch)
    for a, b in zip(model.weights, again.weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_data_dependent_initialisation_leaves_constant_channels_finite():
    inputs = layers.Input((4,))
    model = keras.Model(inputs, WeightNormDense(3)(inputs))
    g = model.layers[1].g.numpy()
    initialize_from_data(model, tf.ones([8, 4]))
    np.testing.assert_array_equal(model.layers[1].g, g)
    np.testing.assert_allclose(model(tf.ones([8, 4])), 0, atol=1e-6)


def test_mean_only_batch_norm_takes_the_place_of_the_bias_in_initialisation():
    inputs = layers.Input((4,))
    x = layers.ReLU()(MeanOnlyBatchNormalization()(WeightNormDense(3, use_bias=False)(inputs)))
    model = keras.Model(inputs, MeanOnlyBatchNormalization()(WeightNormDense(2)(x)))
    batch = normal((50, 4)) + 1
    initialize_from_data(model, batch)
    for training in (False, True):  # both see what the initialisation saw
        outputs = model(batch, training=training).numpy()
        np.testing.assert_allclose(outputs.mean(0), 0, atol=1e-5)
        np.testing.assert_allclose(outputs.std(0), 1, rtol=1e-5)


def test_models_of_other_layers_are_left_alone():
    model = generator(PLAIN)
    before = model.get_weights()
    initialize_from_data(model, normal((8, 5)))
    power_iteration(model)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


# Spectral normalisation


@every_layer
def test_sigma_is_the_largest_singular_value(make, axis, shape):
    layer = built(make(SPECTRAL_NORM, dtype="float64"), shape)
    assert spectral_norm(layer.kernel, axis) == pytest.approx(1, abs=1e-3)  # from the beginning
    layer.raw_kernel.assign(normal(layer.raw_kernel.shape, 4, "float64"))
    assert spectral_norm(layer.kernel, axis) != pytest.approx(1, abs=1e-3)
    layer.update_spectral_norm(500)
    assert spectral_norm(layer.kernel, axis) == pytest.approx(1, abs=1e-6)
    sigma = spectral_norm(layer.raw_kernel, axis)
    np.testing.assert_allclose(layer.kernel * sigma, layer.raw_kernel, rtol=1e-6)


@every_layer
def test_gradient_flows_through_sigma(make, axis, shape):
    layer = built(make(SPECTRAL_NORM, dtype="float64"), shape)
    layer.update_spectral_norm(500)
    weights = normal(layer.raw_kernel.shape, 3, "float64")

    def exact():
        raw = layer.raw_kernel.numpy()
        return np.sum(weights * raw / spectral_norm(raw, axis))

    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(weights * layer.kernel)
    gradient = tape.gradient(loss, layer.raw_kernel)
    expected = finite_differences(exact, layer.raw_kernel)
    np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-6)
    through_a_constant = weights / spectral_norm(layer.raw_kernel, axis)
    assert np.abs(expected - through_a_constant).max() > 0.01


def test_calls_change_nothing_and_power_iterations_change_u_alone():
    model = discriminator(SPECTRAL_NORM)
    x = normal((4, 8, 8, 2))
    for layer in model.layers:
        if isinstance(layer, (SpectralNormDense, SpectralNormConv2D)):
            layer.raw_kernel.assign(layer.raw_kernel + 0.1 * normal(layer.raw_kernel.shape))
    before = model.get_weights()
    outputs = [model(x, training=False).numpy() for _ in range(3)]
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(x, training=False))
    tape.gradient(loss, model.trainable_variables)
    np.testing.assert_array_equal(outputs[0], outputs[2])
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    tf.function(lambda: power_iteration(model))()
    for value, weight in zip(before, model.weights, strict=True):
        # The last layer has one output, so its u stays at ±1.
        changed = weight.name == "u" and weight.shape != (1,)
        assert (np.abs(value - weight.numpy()).max() > 1e-4) == changed


def test_one_iteration_a_step_follows_the_training():
    glorot = keras.initializers.GlorotUniform(1)
    layer = built(SpectralNormConv2DTranspose(16, 3, kernel_initializer=glorot), (None, 8, 8, 8))
    for i in range(30):
        layer.raw_kernel.assign(layer.raw_kernel + 0.01 * normal(layer.raw_kernel.shape, i))
        layer.update_spectral_norm()
    assert spectral_norm(layer.kernel, -2) == pytest.approx(1, abs=0.05)


# Mean-only batch normalisation


def test_batch_mean_in_training_and_moving_mean_in_inference():
    layer = MeanOnlyBatchNormalization(momentum=0.75)
    x = normal((6, 4, 4, 3)) + 5
    layer.build(x.shape)
    layer.beta.assign([1.0, 2, 3])
    mean = x.numpy().mean((0, 1, 2))
    np.testing.assert_allclose(layer(x, training=True), x - mean + [1, 2, 3], atol=1e-5)
    np.testing.assert_allclose(layer.moving_mean, mean / 4, rtol=1e-5)
    np.testing.assert_allclose(layer(x), x - mean / 4 + [1, 2, 3], atol=1e-5)
    half = MeanOnlyBatchNormalization(dtype="mixed_bfloat16")
    assert half(x, training=True).dtype == tf.bfloat16
    assert half.moving_mean.dtype == "float32"


# Two replicas


def train(kind, strategy, steps=4):
    """Train a discriminator's logits to be small; return what several replicas must keep."""
    batch = normal((8, 8, 8, 2)) + 1
    with strategy.scope():
        model = discriminator(KINDS[kind], synchronized=True)
        initialize_from_data(model, batch)
        optimizer = keras.optimizers.SGD(0.05)
        optimizer.build(model.trainable_variables)

    def step():
        context = tf.distribute.get_replica_context()
        share = 8 // context.num_replicas_in_sync
        x = batch[share * context.replica_id_in_sync_group :][:share]
        power_iteration(model)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x, training=True) - 1) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        gradients = [gradient / context.num_replicas_in_sync for gradient in gradients]
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    run = tf.function(lambda: strategy.run(step))
    for _ in range(steps):
        run()
    return [
        [copy.numpy().tolist() for copy in strategy.experimental_local_results(weight.value)]
        for weight in model.weights
    ]


def test_two_replicas_train_as_one(start_script):
    (mirrored,) = start_script(__file__)()
    for kind in KINDS:
        one = train(kind, tf.distribute.get_strategy())
        start = train(kind, tf.distribute.get_strategy(), steps=0)
        moved = [np.abs(np.subtract(a, b)).max() for a, b in zip(one, start)]
        assert sorted(moved)[len(moved) // 2] > 0.01
        for (expected,), copies in zip(one, mirrored[kind], strict=True):
            assert len(copies) == 2
            assert copies[0] == copies[1]
            np.testing.assert_allclose(copies[0], expected, rtol=1e-3, atol=1e-4)


if __name__ == "__main__":
    _, two = one_and_two()
    print("RESULT", json.dumps({kind: train(kind, two) for kind in KINDS}))
