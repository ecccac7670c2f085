import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_augment.training.adam import FusedAdam
from gan_augment.training.decay import HeldThenLinear


def test_the_rate_stays_and_then_falls_to_nothing():
    rate = HeldThenLinear(2.0, steps=10)
    found = [float(rate(step)) for step in range(12)]
    np.testing.assert_allclose(found, [2] * 6 + [1.6, 1.2, 0.8, 0.4, 0, 0], atol=1e-6)


def test_it_may_fall_at_once_or_never():
    falling, held = HeldThenLinear(1.0, 4, held=0), HeldThenLinear(1.0, 4, held=1)
    np.testing.assert_allclose([float(falling(k)) for k in range(5)], [1, 0.75, 0.5, 0.25, 0])
    assert [float(held(k)) for k in range(4)] == [1, 1, 1, 1]
    with pytest.raises(ValueError, match="between 0 and 1"):
        HeldThenLinear(1.0, 4, held=2)


def test_an_optimizer_follows_it():
    optimizer = FusedAdam(HeldThenLinear(0.5, 4))
    variable = keras.Variable(0.0)
    moves, before = [], 0.0
    for _ in range(5):
        optimizer.apply([tf.constant(1.0)], [variable])
        moves.append(before - float(variable.numpy()))
        before = float(variable.numpy())
    np.testing.assert_allclose(moves, [0.5, 0.5, 0.5, 0.25, 0], atol=1e-5)


def test_options_are_kept():
    rate = HeldThenLinear(0.3, 7, held=0.2)
    assert HeldThenLinear.from_config(rate.get_config()).get_config() == rate.get_config()
