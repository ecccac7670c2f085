import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_augment.augmenters.group_norm import GroupBatchNormalization


def layer(group, channels=3):
    made = GroupBatchNormalization(group, gamma_initializer="ones")
    made.build((None, 4, 2, channels))
    made.gamma.assign([1.0, 2.0, 3.0])
    made.beta.assign([0.0, 1.0, -1.0])
    return made


def images(n):
    return 5 * tf.random.stateless_normal([n, 4, 2, 3], [1, 2]) + 3


def by_hand(x):
    """Batch normalisation of one group."""
    mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
    return (x - mean) / np.sqrt(variance + 1e-5) * [1, 2, 3] + [0, 1, -1]


@pytest.mark.parametrize("group", [1, 2, 6])
def test_each_group_is_normalised_by_itself(group):
    x = images(6)
    expected = [by_hand(part) for part in np.split(x.numpy(), 6 // group)]
    np.testing.assert_allclose(layer(group)(x), np.concatenate(expected), atol=1e-4)


def test_what_cannot_be_divided_is_one_group():
    x = images(5)
    np.testing.assert_allclose(layer(2)(x), by_hand(x.numpy()), atol=1e-4)


def test_an_image_is_the_same_in_any_company_if_groups_are_of_one():
    x = images(4)
    np.testing.assert_allclose(layer(1)(x)[2:3], layer(1)(x[2:3]), atol=1e-5)
    assert np.abs(layer(2)(x)[2:3] - layer(2)(x[2:3])).max() > 0.1


def test_gradients_are_those_of_the_formula():
    x, made = images(4), layer(2)
    weights = tf.random.stateless_normal([4, 4, 2, 3], [3, 4])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        ours = tf.reduce_sum(weights * made(x))
        parts = tf.reshape(x, [2, 2, 4, 2, 3])
        mean, variance = tf.nn.moments(parts, [1, 2, 3], keepdims=True)
        plain = (parts - mean) * tf.math.rsqrt(variance + 1e-5)
        plain = tf.reshape(plain, x.shape) * made.gamma.value + made.beta.value
        theirs = tf.reduce_sum(weights * plain)
    sources = [x, made.gamma.value, made.beta.value]
    for a, b in zip(tape.gradient(ours, sources), tape.gradient(theirs, sources)):
        np.testing.assert_allclose(a, b, atol=2e-4)


def test_half_precision_keeps_statistics_in_full():
    made = GroupBatchNormalization(1, dtype="mixed_bfloat16")
    out = made(tf.cast(images(2) + 100, tf.bfloat16))
    assert out.dtype == tf.bfloat16
    np.testing.assert_allclose(tf.reduce_mean(tf.cast(out, tf.float32), [1, 2]), 0, atol=0.05)


def test_survives_saving():
    config = layer(4).get_config()
    again = GroupBatchNormalization.from_config(config)
    assert again.group == 4
    assert isinstance(again.gamma_initializer, keras.initializers.Ones)
