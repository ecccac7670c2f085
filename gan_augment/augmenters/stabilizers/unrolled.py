"""The unrolled discriminator: the generator answers what its opponent is about to become."""

from dataclasses import dataclass

import keras
import tensorflow as tf

from gan_augment.augmenters.stabilizers.base import Stabilizer
from gan_augment.common.errors import UserError
from gan_augment.training.noise import fold
from gan_augment.training.replicas import replicas_in_sync


@dataclass(frozen=True)
class Unrolled(Stabilizer):
    """The generator's loss is taken after k more updates of the discriminator (Metz et al. 2017).

    They are made on the step's batch, and the generator's gradient flows through them; afterwards
    they are forgotten. With Adam, its second moments count as constants in that gradient: their
    root has no slope at zero.
    """

    steps: int = 5
    """Unrolled updates k ≥ 0."""

    def opponent(self, gan, real, fake, labels, seed):
        """Return the discriminator after k updates, as a function."""
        if replicas_in_sync() > 1:
            raise UserError("unrolled discriminators train on one device; leave out unrolled")
        weights = [tf.identity(v.value) for v in gan.discriminator.trainable_variables]
        state = [tf.identity(v.value) for v in gan.discriminator.non_trainable_variables]
        update = _virtual_optimizer(gan.d_optimizer)
        for k in range(self.steps):
            with tf.GradientTape() as tape:
                tape.watch(weights)
                discriminate = _Virtual(gan.discriminator, weights, state, labels)
                loss = gan.discriminator_loss(discriminate, real, fake, fold(seed, k)).total
            weights = update(weights, tape.gradient(loss, weights))
            state = discriminate.state
        for variable, value in zip(gan.discriminator.non_trainable_variables, state):
            if not value.dtype.is_floating:  # random states: dropout masks are not used again
                variable.assign(value)
        return _Virtual(gan.discriminator, weights, state, labels)


class _Virtual:
    """A discriminator with weights of its own."""

    def __init__(self, discriminator, weights, state, labels):
        self.discriminator, self.weights = discriminator, weights
        self.state, self.labels = state, labels

    def __call__(self, images):
        inputs = images if self.labels is None else [images, self.labels]
        logits, self.state = self.discriminator.stateless_call(
            self.weights, self.state, inputs, training=True
        )
        return logits


def _virtual_optimizer(optimizer):
    """Return update(weights, gradients) → weights, differentiable, going on from `optimizer`."""
    rate = tf.convert_to_tensor(optimizer.learning_rate)
    if type(optimizer) is keras.optimizers.SGD and not optimizer.momentum:
        return lambda weights, gradients: [w - rate * g for w, g in zip(weights, gradients)]
    if not isinstance(optimizer, keras.optimizers.Adam):
        raise UserError("only Adam and plain gradient descent can be unrolled; leave out unrolled")
    first = [tf.identity(m.value) for m in optimizer._momentums]
    second = [tf.identity(v.value) for v in optimizer._velocities]
    beta_1, beta_2 = optimizer.beta_1, optimizer.beta_2
    done = tf.cast(optimizer.iterations.value, tf.float32)

    def update(weights, gradients):
        nonlocal first, second, done
        done += 1
        first = [beta_1 * m + (1 - beta_1) * g for m, g in zip(first, gradients)]
        second = [
            beta_2 * v + (1 - beta_2) * tf.stop_gradient(g) ** 2 for v, g in zip(second, gradients)
        ]
        scale = rate * tf.sqrt(1 - beta_2**done) / (1 - beta_1**done)
        return [
            w - scale * m / (tf.sqrt(v) + optimizer.epsilon)
            for w, m, v in zip(weights, first, second)
        ]

    return update
