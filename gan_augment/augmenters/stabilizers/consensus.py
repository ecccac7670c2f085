"""Consensus optimisation: both players move at once, and towards where they would rest."""

from dataclasses import dataclass

import tensorflow as tf

from gan_augment.augmenters.stabilizers.base import Stabilizer
from gan_augment.training.noise import fold
from gan_augment.training.replicas import mean_over_replicas


@dataclass(frozen=True)
class Consensus(Stabilizer):
    """Follow v − γ∇L, L = ½‖v‖², v being both players' gradients (Mescheder et al. 2017).

    Survey of Appenzeller & Daaboul, section III-A2. The updates are simultaneous. ‖v‖ is the norm
    of the gradient of the whole batch, on however many replicas: ∇L = Jᵀv, so each replica needs
    its own Jacobian J and the v of all.
    """

    gamma: float = 10.0
    """Weight γ ≥ 0 of the regulariser."""

    def play(self, gan, real, labels, seed):
        """Improve both players on the same fakes and at the same point; return their losses."""
        latents = gan.latents(real, seed)
        players = gan.generator.trainable_variables, gan.discriminator.trainable_variables
        with tf.GradientTape() as outer:
            with tf.GradientTape(persistent=True) as inner:
                fake = gan.fakes(latents, labels)
                d_loss = gan.discriminator_loss(gan.opponent(labels), real, fake, fold(seed, 0, 1))
                total, g_loss = gan.generator_loss(latents, fake, real, labels, fold(seed, 0, 2))
            field = [
                *inner.gradient(total, players[0]),
                *inner.gradient(d_loss.total, players[1]),
            ]
            everyones = [tf.stop_gradient(v) for v in mean_over_replicas(field)]
            agreement = sum(tf.reduce_sum(v * all_v) for v, all_v in zip(field, everyones))
        pulls = outer.gradient(agreement, [*players[0], *players[1]])
        moves = [v + self.gamma * pull for v, pull in zip(field, pulls)]
        generators = len(players[0])
        gan.update(gan.g_optimizer, players[0], moves[:generators])
        gan.update(gan.d_optimizer, players[1], moves[generators:])
        for stabilizer in gan.stabilizers:
            stabilizer.after_discriminator(gan)
        return d_loss, g_loss
