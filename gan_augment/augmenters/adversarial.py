"""The two-player game as a `keras.Model`."""

from collections.abc import Sequence
from typing import NamedTuple

import keras
import tensorflow as tf

from gan_augment.augmenters import objectives
from gan_augment.augmenters.stabilizers.base import Discriminate, Stabilizer
from gan_augment.augmenters.trainable import TwoPlayers
from gan_augment.training.adam import FusedAdam
from gan_augment.training.noise import fold, sample_latents, step_seed
from gan_augment.training.replicas import apply_mean, mean_over_replicas


class DiscriminatorLoss(NamedTuple):
    """The discriminator's loss: `total` is minimised, `game` is the part without penalties."""

    total: tf.Tensor
    game: tf.Tensor
    real_logits: tf.Tensor
    fake_logits: tf.Tensor


class GAN(TwoPlayers):
    """A generator and a discriminator that train each other.

    `generator`: latents float32 [n, d] → images in [−1, 1]; `discriminator`: images → logits
    [n, 1], large for real. A conditional GAN's players take labels int32 [n] as a second input,
    and are trained on pairs of images and labels. `stabilizers` are asked in their order; `steps`
    is the planned length of the training, for those that change with time.
    """

    log_names = ("d_loss", "g_loss", "d_real", "d_fake")

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        objective: objectives.Objective = objectives.non_saturating,
        stabilizers: Sequence[Stabilizer] = (),
        steps: int | None = None,
        seed: int = 0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.objective = objective
        self.stabilizers = tuple(stabilizers)
        self.steps = steps
        self.seed = seed
        self.latent_dim = generator.inputs[0].shape[-1]
        self.conditional = len(generator.inputs) > 1
        self.critic_steps = 1
        self.averaged = None
        for stabilizer in self.stabilizers:
            stabilizer.attach(self)

    def compile(self, g_optimizer=None, d_optimizer=None):
        """Set and build both optimisers.

        Default for either: Adam with learning rate 1e-3 (Abadi 2020, section 3.2.1).
        """
        self.set_optimizers(
            (g_optimizer or FusedAdam(1e-3), self.learned),
            (d_optimizer or FusedAdam(1e-3), self.discriminator.trainable_variables),
        )

    def initialize(self, batch):
        """Fit fresh weights to a first batch, where a stabiliser does that."""
        for stabilizer in self.stabilizers:
            stabilizer.initialize(self, *as_pair(batch))

    @property
    def learned(self) -> list[keras.Variable]:
        """What the generator's loss moves."""
        return self.generator.trainable_variables

    @property
    def lowest_loss(self) -> float:
        """The discriminator's loss when it tells everything apart."""
        return self.objective.best

    @property
    def sampler(self) -> keras.Model:
        """The generator to sample from: the average over the training, where there is one."""
        return self.averaged or self.generator

    def call(self, inputs, training=False):
        """Generate images in [−1, 1] from latents [n, d], or from [latents, labels]."""
        return self.sampler(inputs, training=training)

    def train_step(self, batch):
        """Play one round, by the rules of a stabiliser if one has some.

        `batch` is real images in [−1, 1], with their labels in a conditional GAN.

        Returns means over this replica's batch: both losses, without penalties, and D's belief in
        real and in fake images (probabilities).
        """
        seed = step_seed(self.seed, self.step)
        rules = [s.play for s in self.stabilizers if s.play] or [GAN.play]
        d_loss, g_loss = rules[0](self, *as_pair(batch), seed)
        for stabilizer in self.stabilizers:
            stabilizer.after_step(self)
        return {
            "d_loss": d_loss.game,
            "g_loss": g_loss,
            "d_real": tf.reduce_mean(tf.sigmoid(d_loss.real_logits)),
            "d_fake": tf.reduce_mean(tf.sigmoid(d_loss.fake_logits)),
        }

    def play(self, real, labels, seed):
        """Draw fakes, improve D, then G on those fakes; return their losses.

        Fakes have the labels of the real images, if any. With several critic steps, D has been
        improved on other fakes before.
        """
        for k in range(1, self.critic_steps):
            images, own = self.part(real, labels, k)
            fake = self.fakes(self.latents(images, fold(seed, k, 0)), own)
            self.improve_discriminator(images, fake, own, fold(seed, k, 1))

        real, labels = self.part(real, labels, 0)
        latents = self.latents(real, seed)
        with tf.GradientTape() as tape:
            fake = self.fakes(latents, labels)
        d_loss = self.improve_discriminator(real, tf.stop_gradient(fake), labels, fold(seed, 0, 1))
        with tape:
            total, g_loss = self.generator_loss(latents, fake, real, labels, fold(seed, 0, 2))
        self.update(self.g_optimizer, self.learned, tape.gradient(total, self.learned))
        return d_loss, g_loss

    def part(self, real, labels, k: int):
        """Return the images and labels of the discriminator's update `k`: all of the batch."""
        return real, labels

    def latents(self, real, seed):
        """Draw as many latents as there are real images."""
        return sample_latents(tf.shape(real)[0], self.latent_dim, seed)

    def fakes(self, latents, labels):
        """Return images of the generator in training."""
        return self.generator(with_labels(latents, labels), training=True)

    def opponent(self, labels) -> Discriminate:
        """Return the discriminator in training, for images that have these labels, if any."""
        return lambda images: self.discriminator(with_labels(images, labels), training=True)

    def shown(self, images, seed):
        """Return what the discriminator gets to see of images."""
        done = tf.cast(self.step.value, tf.float32)
        progress = tf.minimum(done / self.steps, 1.0) if self.steps else tf.zeros([])
        for i, stabilizer in enumerate(self.stabilizers):
            images = stabilizer.view(images, fold(seed, i), progress)
        return images

    def discriminator_loss(self, discriminate: Discriminate, real, fake, seed) -> DiscriminatorLoss:
        """Return the loss of a discriminator on a batch of real and one of fake images."""
        real, fake = self.shown(real, fold(seed, 0)), self.shown(fake, fold(seed, 1))
        real_logits, fake_logits = self.judged(discriminate, real, fake)
        total = game = self.objective.discriminator(real_logits, fake_logits)
        for i, stabilizer in enumerate(self.stabilizers):
            total += stabilizer.discriminator_penalty(discriminate, real, fake, fold(seed, 2, i))
        return DiscriminatorLoss(total, game, real_logits, fake_logits)

    def judged(self, discriminate: Discriminate, real, fake):
        """Return the logits of a batch of real and one of fake images."""
        return discriminate(real), discriminate(fake)

    def generator_loss(self, latents, fake, real, labels, seed):
        """Return the generator's loss on fakes, with penalties and without."""
        others = (s.opponent(self, real, fake, labels, fold(seed, 0)) for s in self.stabilizers)
        discriminate = next(filter(None, others), None) or self.opponent(labels)
        total = game = self.objective.generator(discriminate(self.shown(fake, fold(seed, 1))))
        for stabilizer in self.stabilizers:
            total += stabilizer.generator_penalty(latents, fake, real, labels)
        return total, game

    def update(self, optimizer, variables, gradients):
        """Apply one player's gradients, which are those of this replica's batch."""
        changing = [s for s in self.stabilizers if type(s).gradients is not Stabilizer.gradients]
        if changing:
            gradients = mean_over_replicas(gradients)
            for stabilizer in changing:
                gradients = stabilizer.gradients(gradients)
        apply_mean(optimizer, gradients, variables)

    def improve_discriminator(self, real, fake, labels, seed) -> DiscriminatorLoss:
        """Take one step of the discriminator; return its loss before."""
        variables = self.discriminator.trainable_variables
        with tf.GradientTape() as tape:
            loss = self.discriminator_loss(self.opponent(labels), real, fake, seed)
        self.update(self.d_optimizer, variables, tape.gradient(loss.total, variables))
        for stabilizer in self.stabilizers:
            stabilizer.after_discriminator(self)
        return loss


def as_pair(batch):
    """Return images and labels of a batch; labels None if it is images alone."""
    return batch if isinstance(batch, (tuple, list)) else (batch, None)


def with_labels(x, labels):
    """Return the input of a player: `x` alone, or with labels."""
    return x if labels is None else [x, labels]
