"""A learning rate that stays and then falls."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="gan_augment")
class HeldThenLinear(keras.optimizers.schedules.LearningRateSchedule):
    """`rate` for the first `held` (0…1) of `steps` steps, then along a line to 0 at their end."""

    def __init__(self, rate: float, steps: int, held: float = 0.5):
        if not 0 <= held <= 1:
            raise ValueError(f"the rate is held for a share between 0 and 1, not {held}")
        self.rate = rate
        self.steps = steps
        self.held = held

    def __call__(self, step):
        """Return the rate, float32, of a step, counted from 0."""
        left = 1 - tf.cast(step, tf.float32) / self.steps
        share = left / (1 - self.held) if self.held < 1 else tf.sign(left)
        return self.rate * tf.clip_by_value(share, 0.0, 1.0)

    def get_config(self):
        """Return the options, for saving."""
        return {"rate": self.rate, "steps": self.steps, "held": self.held}
