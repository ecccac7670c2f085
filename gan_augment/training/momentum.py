"""Gradient descent whose momentum grows with the epochs."""

import keras
import tensorflow as tf


class RampedSGD(keras.optimizers.SGD):
    """SGD with momentum `rise` · e, at most `top`, in epoch e (from 0) of `steps_per_epoch` steps.

    `dampened`, as in Torch7 (`optim.sgd`, unless told otherwise): a gradient g enters with weight
    1 − μ, so that m ← μ m + (1 − μ) g is an average and momentum does not lengthen the steps.
    Without, m ← μ m + g as in Keras. μ is a function of `iterations` alone, so a restored optimiser
    goes on as if it had never stopped. The update is one fused kernel.
    """

    def __init__(
        self,
        learning_rate,
        *,
        rise: float,
        top: float,
        steps_per_epoch: int,
        dampened: bool = True,
        **kwargs,
    ):
        if not 0 < top < 1:
            raise ValueError(f"the momentum at the top must be between 0 and 1, not {top}")
        super().__init__(learning_rate, momentum=float(top), **kwargs)
        self.rise = rise
        self.steps_per_epoch = steps_per_epoch
        self.dampened = dampened

    def momentum_at(self, iterations) -> tf.Tensor:
        """Return the momentum, float32, of a step after so many."""
        epoch = tf.cast(iterations, tf.int64) // self.steps_per_epoch
        return tf.minimum(self.rise * tf.cast(epoch, tf.float32), self.momentum)

    def update_step(self, gradient, variable, learning_rate):
        """Update `variable` and its moment −η m in place."""
        dtype = variable.dtype
        momentum = tf.cast(self.momentum_at(self.iterations.value), dtype)
        learning_rate = tf.cast(learning_rate, dtype)
        tf.raw_ops.ResourceApplyKerasMomentum(
            var=variable.handle,
            accum=self.momentums[self._get_variable_index(variable)].value.handle,
            lr=(1 - momentum) * learning_rate if self.dampened else learning_rate,
            grad=tf.cast(gradient, dtype),
            momentum=momentum,
            use_locking=True,
            use_nesterov=self.nesterov,
        )

    def get_config(self):
        """Return the options, for saving."""
        config = super().get_config()
        config["top"] = config.pop("momentum")
        return {
            **config,
            "rise": self.rise,
            "steps_per_epoch": self.steps_per_epoch,
            "dampened": self.dampened,
        }
