"""What a stabiliser may do: the places of a training step where it is asked."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar

import tensorflow as tf

from gan_augment.augmenters.layers import Kinds

Discriminate = Callable[[tf.Tensor], tf.Tensor]
"""Images [n, …] to logits [n, 1]."""


class Stabilizer:
    """A remedy for the two-player game; each of its hooks does nothing unless it is overridden.

    Stabilisers are frozen dataclasses: their fields are their coefficients, the main one first.
    What they need to remember lives in the GAN that they are attached to. Noise follows from the
    `seed`, int32 [2], that a hook is given, drawn by `training.noise`; per-example terms are means
    over the batch of this replica. So several replicas train as one.
    """

    objective: ClassVar[str | None] = None
    """The objective that it belongs to, unless another one is asked for."""
    generator_layers: ClassVar[Kinds | None] = None
    discriminator_layers: ClassVar[Kinds | None] = None
    """The kinds of layers that the players are built of, if not Keras' own."""
    allowed: ClassVar[tuple[float, float]] = (0, math.inf)
    """The least and the largest main coefficient."""
    play: ClassVar[Callable | None] = None
    """Other rules for a round: `play(gan, real, labels, seed)`, in place of `GAN.play`."""

    def attach(self, gan) -> None:
        """Make what is needed in the GAN, or refuse it with `UserError`; called as it is made."""

    def initialize(self, gan, real: tf.Tensor, labels: tf.Tensor | None) -> None:
        """Act on fresh weights before the first step, given a batch of real images."""

    def view(self, images: tf.Tensor, seed: tf.Tensor, progress: tf.Tensor) -> tf.Tensor:
        """Return what the discriminator is shown of `images`; `progress` runs from 0 to 1."""
        return images

    def discriminator_penalty(
        self, discriminate: Discriminate, real: tf.Tensor, fake: tf.Tensor, seed: tf.Tensor
    ) -> tf.Tensor | float:
        """Return what is added to the discriminator's loss, given the views of both batches."""
        return 0.0

    def generator_penalty(
        self, latents: tf.Tensor, fake: tf.Tensor, real: tf.Tensor, labels: tf.Tensor | None
    ) -> tf.Tensor | float:
        """Return what is added to the generator's loss."""
        return 0.0

    def opponent(self, gan, real, fake, labels, seed) -> Discriminate | None:
        """Return the discriminator that the generator answers, if not the present one."""
        return None

    def gradients(self, gradients: list[tf.Tensor]) -> list[tf.Tensor]:
        """Return what becomes of one player's gradients, which are means over all replicas."""
        return gradients

    def after_discriminator(self, gan) -> None:
        """Act after an update of the discriminator."""

    def after_step(self, gan) -> None:
        """Act after a training step."""
