"""What a training asks of a model, and what models that lower one loss have in common."""

from __future__ import annotations

import math
from collections.abc import Sequence

import keras
import tensorflow as tf

from gan_augment.training.adam import FusedAdam
from gan_augment.training.replicas import apply_mean


class Trainable(keras.Model):
    """A model of networks that are built already.

    A kind has `log_names`, those of what its `train_step` returns, and a `sampler`, the network to
    sample from. Make and compile it in the scope of the strategy it is to train under.
    """

    lowest_loss = -math.inf  # of a discriminator that has won, for the watch

    def build(self, input_shape=None):
        """Do nothing: all networks are built already."""
        self.built = True

    def initialize(self, batch):
        """Do nothing: fresh weights are as they are to be."""


class OneLoss(Trainable):
    """A model with one optimiser, which lowers one loss; `terms(batch)` is that and its parts."""

    log_names: Sequence[str] = ("loss",)

    def compile(self, optimizer=None):
        """Set and build the optimiser (default: Adam with learning rate 1e-3)."""
        super().compile(optimizer=optimizer or FusedAdam(1e-3))
        self.optimizer.build(self.trainable_variables)
        self.build()

    @property
    def step(self) -> keras.Variable:
        """Number of finished training steps."""
        return self.optimizer.iterations

    def terms(self, batch) -> dict[str, tf.Tensor]:
        """Return "loss" and what else is to be logged, means over this replica's batch."""
        raise NotImplementedError

    def train_step(self, batch):
        """Take a step down the loss; return what `terms` does."""
        variables = self.trainable_variables
        with tf.GradientTape() as tape:
            terms = self.terms(batch)
        apply_mean(self.optimizer, tape.gradient(terms["loss"], variables), variables)
        return terms


class TwoPlayers(Trainable):
    """A model of two sides with an optimiser each: those who generate, those who discriminate."""

    def set_optimizers(self, generating, discriminating) -> None:
        """Set and build both; each is an optimiser and the variables that it moves.

        Unbuilt optimisers would lose their moments in a restore.
        """
        keras.Model.compile(self, optimizer=None)
        self.g_optimizer, g_variables = generating
        self.d_optimizer, d_variables = discriminating
        self.g_optimizer.build(g_variables)
        self.d_optimizer.build(d_variables)
        self.build()

    @property
    def step(self) -> keras.Variable:
        """Number of finished training steps."""
        return self.g_optimizer.iterations
