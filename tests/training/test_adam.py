import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_augment.training.adam import FusedAdam


def trained(optimizer):
    variable = keras.Variable(np.linspace(-1, 1, 7, dtype=np.float32))
    optimizer.build([variable])

    @tf.function
    def step(scale):
        optimizer.apply_gradients([(scale * tf.sin(3 * variable.value), variable)])

    for scale in np.linspace(1, -2, 20, dtype=np.float32):
        step(scale)
    return variable.numpy(), [v.numpy() for v in optimizer.variables]


def test_equals_keras_adam_in_weights_and_moments():
    ours, our_state = trained(FusedAdam(0.01, beta_1=0.5, epsilon=1e-4))
    theirs, their_state = trained(keras.optimizers.Adam(0.01, beta_1=0.5, epsilon=1e-4))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    for a, b in zip(our_state, their_state, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_amsgrad_is_refused():
    with pytest.raises(ValueError, match="amsgrad"):
        FusedAdam(amsgrad=True)
