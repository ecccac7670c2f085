"""Stabilisers that change the players' updates, or what becomes of them."""

import math
from dataclasses import dataclass

import keras
import tensorflow as tf

from gan_augment.augmenters import layers
from gan_augment.augmenters.stabilizers.base import Stabilizer


@dataclass(frozen=True)
class GradientClipping(Stabilizer):
    """Scale each player's gradient down to a norm of at most `norm` (Pascanu et al. 2013)."""

    norm: float = 1.0
    """Largest norm > 0 of all gradients of a player together."""

    allowed = (1e-12, math.inf)

    def gradients(self, gradients):
        """Clip by the global norm."""
        return tf.clip_by_global_norm(gradients, self.norm)[0]


@dataclass(frozen=True)
class CriticSteps(Stabilizer):
    """Several updates of the discriminator for one of the generator (Arjovsky et al. 2017).

    Each is made with new latents on the real images of the step.
    """

    steps: int = 5
    """Updates of the discriminator in a step."""

    allowed = (1, 100)

    def attach(self, gan):
        """Tell the GAN."""
        gan.critic_steps = self.steps


@dataclass(frozen=True)
class MovingAverage(Stabilizer):
    """Sample from an exponential moving average of the generator's weights (Yazıcı et al. 2019).

    Moving statistics of batch normalisation are averaged like weights.
    """

    decay: float = 0.999
    """Share in [0, 1) of the average that is kept at a step. At step t at most (1 + t) / (10 + t),
    so that the average forgets where it began: 0.97 after 300 steps, 0.996 after 2,000."""

    allowed = (0, 0.999999)

    def attach(self, gan):
        """Make the average: a second generator, which training never touches."""
        gan.averaged = keras.models.clone_model(gan.generator)
        gan.averaged.trainable = False
        self.initialize(gan, None, None)

    def initialize(self, gan, real, labels):
        """Begin at the generator's weights."""
        gan.averaged.set_weights(gan.generator.get_weights())

    def after_step(self, gan):
        """Move the average towards the weights."""
        step = tf.cast(gan.step.value, tf.float32)
        keep = tf.minimum(self.decay, (1 + step) / (10 + step))
        for average, weight in zip(gan.averaged.weights, gan.generator.weights):
            average.assign(keep * average.value + (1 - keep) * weight.value)


@dataclass(frozen=True)
class Diversity(Stabilizer):
    """Reward images that differ where latents differ (Yang et al. 2019, Mao et al. 2019).

    Adds −λ · E min(d(G(z₁), G(z₂)), d(x₁, x₂)) / d(z₁, z₂), d being the mean absolute difference,
    over neighbours in the batch, those of one class in a conditional GAN: a pair is not rewarded
    for being further apart than a pair of real images, so there is no bound to choose. (With an
    odd number of images on each of several replicas other pairs are neighbours than on one.)
    """

    weight: float = 1.0
    """Weight λ ≥ 0."""

    def generator_penalty(self, latents, fake, real, labels):
        """Return −λ times the mean ratio of distances."""
        images = tf.minimum(neighbour_distances(fake), neighbour_distances(real))
        ratios = images / (neighbour_distances(latents) + 1e-8)
        if labels is not None:
            pairs = 2 * tf.shape(ratios)[0]
            same = labels[:pairs:2] == labels[1:pairs:2]
            ratios = tf.where(same, ratios, tf.zeros_like(ratios))
        return -self.weight * tf.reduce_mean(ratios)


def neighbour_distances(x: tf.Tensor) -> tf.Tensor:
    """Return the mean absolute differences of rows 0 and 1, 2 and 3, …, float [n // 2]."""
    pairs = tf.shape(x)[0] // 2
    first, second = x[: 2 * pairs : 2], x[1 : 2 * pairs : 2]
    return tf.reduce_mean(tf.abs(first - second), axis=range(1, x.shape.rank))


@dataclass(frozen=True)
class WeightNorm(Stabilizer):
    """Weights w = g · v / ‖v‖ in both players (Salimans & Kingma 2016; survey, section III-B1).

    Initialised from the first batch; batch normalisation, where there is any, becomes mean-only.
    """

    generator_layers = discriminator_layers = layers.WEIGHT_NORM

    def initialize(self, gan, real, labels):
        """Give every layer's outputs on this batch mean 0 and standard deviation 1."""
        latents = tf.random.stateless_normal([len(real), gan.latent_dim], [gan.seed, 0])
        for player, x in ((gan.generator, latents), (gan.discriminator, real)):
            layers.initialize_from_data(player, x if labels is None else [x, labels])


@dataclass(frozen=True)
class SpectralNorm(Stabilizer):
    """Divide the weights of the discriminator by their spectral norm (Miyato et al. 2018)."""

    iterations: int = 1
    """Power iterations ≥ 1 after each update."""

    allowed = (1, 100)
    discriminator_layers = layers.SPECTRAL_NORM

    def after_discriminator(self, gan):
        """Follow the weights; all calls between two updates see the same discriminator."""
        layers.power_iteration(gan.discriminator, self.iterations)
