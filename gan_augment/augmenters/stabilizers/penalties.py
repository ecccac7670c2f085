"""Penalties on the slope of the discriminator, and the blunt way to bound it.

Survey of Appenzeller & Daaboul, section III-A (by way of Mescheder et al. 2018) and IV-C.
"""

import math
from dataclasses import dataclass

import keras
import tensorflow as tf

from gan_augment.augmenters.group_norm import GroupBatchNormalization
from gan_augment.augmenters.layers import MeanOnlyBatchNormalization
from gan_augment.augmenters.stabilizers.base import Stabilizer
from gan_augment.common.errors import UserError
from gan_augment.training.noise import uniform_rows


def squared_slopes(discriminate, images) -> tf.Tensor:
    """Return ‖∇D(x)‖², the squared slope at each of `images` [n, …], as float [n].

    Differentiable everywhere, also where the slope is zero.
    """
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = tf.reduce_sum(discriminate(images))
    slopes = tape.gradient(logits, images)
    return tf.reduce_sum(slopes**2, axis=range(1, slopes.shape.rank))


class SlopePenalty(Stabilizer):
    """A penalty on the discriminator's slope at each image."""

    def attach(self, gan):
        """Refuse batch normalisation, where an image has no slope of its own."""
        if any(map(_mixes_images, gan.discriminator.layers)):
            raise UserError(
                "a penalty on the discriminator's slope needs one without batch normalisation, "
                "which makes a logit depend on the other images of the batch; "
                "leave one of the two out"
            )


def _mixes_images(layer: keras.Layer) -> bool:
    if isinstance(layer, GroupBatchNormalization):
        return layer.group > 1
    return isinstance(layer, (keras.layers.BatchNormalization, MeanOnlyBatchNormalization))


@dataclass(frozen=True)
class R1(SlopePenalty):
    """γ/2 · E‖∇D(x)‖² over real images (Mescheder et al. 2018, equation 9).

    The public code of that paper leaves out the ½: its 10 is γ = 20 here.
    """

    gamma: float = 10.0
    """Weight γ > 0."""

    allowed = (1e-12, math.inf)

    def discriminator_penalty(self, discriminate, real, fake, seed):
        """Punish slopes at real images."""
        return self.gamma / 2 * tf.reduce_mean(squared_slopes(discriminate, real))


@dataclass(frozen=True)
class GradientPenalty(SlopePenalty):
    """λ · E(‖∇D(x̂)‖ − 1)² between real and generated images (Gulrajani et al. 2017, WGAN-GP)."""

    weight: float = 10.0
    """Weight λ > 0."""

    objective = "wasserstein"
    allowed = (1e-12, math.inf)

    def discriminator_penalty(self, discriminate, real, fake, seed):
        """Punish slopes other than 1 at points between pairs of a real and a generated image."""
        rows = [tf.shape(real)[0], *[1] * (real.shape.rank - 1)]
        share = tf.cast(uniform_rows(rows, seed), real.dtype)
        squares = squared_slopes(discriminate, real + share * (fake - real))
        # The root has an infinite slope at zero; a floor far below any slope that matters.
        slopes = tf.sqrt(tf.maximum(squares, 1e-16))
        return self.weight * tf.reduce_mean((slopes - 1) ** 2)


@dataclass(frozen=True)
class WeightClipping(Stabilizer):
    """Clip the discriminator's weights to [−c, c] (Arjovsky et al. 2017)."""

    limit: float = 0.01
    """Largest absolute weight c > 0."""

    objective = "wasserstein"
    allowed = (1e-12, math.inf)

    def after_discriminator(self, gan):
        """Clip."""
        for variable in gan.discriminator.trainable_variables:
            variable.assign(tf.clip_by_value(variable.value, -self.limit, self.limit))
