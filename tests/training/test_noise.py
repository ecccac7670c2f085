import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_augment.training.noise import Dropout, sample_latents, step_seed


def test_latents_are_standard_normal_and_follow_from_seed_and_step():
    first = sample_latents(4000, 5, step_seed(7, 0)).numpy()
    assert abs(first.mean()) < 0.02
    assert abs(first.std() - 1) < 0.02
    np.testing.assert_array_equal(first, sample_latents(4000, 5, step_seed(7, 0)))
    second = sample_latents(4000, 5, step_seed(7, 1)).numpy()
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.03


def test_dropout_scales_what_it_keeps_and_draws_anew():
    layer = Dropout(0.3, seed=1)
    ones = tf.ones([200, 50])
    first, second = layer(ones, training=True).numpy(), layer(ones, training=True).numpy()
    np.testing.assert_allclose(np.unique(first), [0, 1 / 0.7], rtol=1e-5)
    assert (first == 0).mean() == pytest.approx(0.3, abs=0.02)
    assert (first != second).any()
    np.testing.assert_array_equal(layer(ones, training=False), ones)


def test_dropout_goes_on_after_a_restore(tmp_path):
    def model(seed):
        inputs = keras.Input((20,))
        return keras.Model(inputs, Dropout(0.5, seed=seed)(inputs))

    ones, first, second = tf.ones([1, 20]), model(1), model(2)
    first(ones, training=True)
    first.save_weights(tmp_path / "m.weights.h5")
    expected = first(ones, training=True).numpy()
    second.load_weights(tmp_path / "m.weights.h5")
    np.testing.assert_array_equal(second(ones, training=True), expected)
