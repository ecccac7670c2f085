import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_augment.training.checkpoint import load_weights, save_weights
from gan_augment.training.momentum import RampedSGD

OPTIONS = {"rise": 0.25, "top": 0.4, "steps_per_epoch": 2}
START = np.linspace(-1, 1, 5)


def trained(optimizer, steps):
    variable = keras.Variable(START.astype(np.float32))
    optimizer.build([variable])

    @tf.function
    def step():
        optimizer.apply_gradients([(tf.sin(3 * variable.value), variable)])

    for _ in range(steps):
        step()
    return variable.numpy()


@pytest.mark.parametrize("dampened", [True, False])
def test_weights_follow_the_sequence_computed_by_hand(dampened):
    weights, moment = START.copy(), np.zeros(5)
    for momentum in [0, 0, 0.25, 0.25, 0.4, 0.4, 0.4]:
        moment = momentum * moment + (1 - momentum * dampened) * np.sin(3 * weights)
        weights -= 0.1 * moment
    ours = trained(RampedSGD(0.1, **OPTIONS, dampened=dampened), steps=7)
    np.testing.assert_allclose(ours, weights, rtol=1e-5, atol=1e-6)


def test_momentum_rises_by_the_epoch_up_to_its_top():
    optimizer = RampedSGD(0.02, rise=0.0008, top=0.7, steps_per_epoch=704)
    epochs = [(0, 0), (703, 0), (704, 0.0008), (704 * 100, 0.08), (704 * 874, 0.6992)]
    for iterations, momentum in [*epochs, (704 * 876, 0.7), (704 * 10_000, 0.7)]:
        assert float(optimizer.momentum_at(iterations)) == pytest.approx(momentum, abs=1e-6)


def test_without_a_ramp_it_is_the_sgd_of_keras():
    class Constant(RampedSGD):
        def momentum_at(self, iterations):
            return tf.constant(0.4)

    ours = trained(Constant(0.1, **OPTIONS, dampened=False), steps=6)
    theirs = trained(keras.optimizers.SGD(0.1, momentum=0.4), steps=6)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_a_restored_optimiser_goes_on_to_the_same_weights(tmp_path):
    def model():
        inputs = keras.Input((3,))
        model = keras.Model(inputs, keras.layers.Dense(2, kernel_initializer="ones")(inputs))
        model.compile(RampedSGD(0.1, **OPTIONS), jit_compile=False)
        model.optimizer.build(model.trainable_variables)
        return model

    def train(model, steps):
        for _ in range(steps):
            pairs = [(tf.cos(v.value), v) for v in model.trainable_variables]
            model.optimizer.apply_gradients(pairs)

    whole, stopped, continued = model(), model(), model()
    train(whole, 7)
    train(stopped, 3)
    save_weights(stopped, tmp_path / "x.weights.h5")
    load_weights(continued, tmp_path / "x.weights.h5")
    train(continued, 4)
    for a, b in zip(whole.weights, continued.weights, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(whole.optimizer.variables, continued.optimizer.variables, strict=True):
        np.testing.assert_array_equal(a, b)


def test_options_survive_serialisation():
    optimizer = RampedSGD(0.1, **OPTIONS, dampened=False)
    again = RampedSGD.from_config(optimizer.get_config())
    assert again.get_config() == optimizer.get_config()


def test_a_top_of_zero_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        RampedSGD(0.1, rise=0.1, top=0, steps_per_epoch=1)
