"""BAGAN: a GAN for rare classes that first learns what all classes have in common.

Mariani, Scheidegger, Istrate, Bekas & Malossi 2018, *BAGAN: Data Augmentation with Balancing GAN*.
An auto-encoder learns all images, whatever their class. Its decoder has the layers of the
generator, its encoder those of the discriminator but for the last. The codes of the images of a
class give that class a normal distribution of latents. Then the GAN begins as the two halves: the
generator as the decoder, its latents drawn from the distribution of a class; the discriminator as
the encoder, with a last layer of n + 1 outputs, for the n classes of real images and for generated
ones. The generator wants its images taken for the class whose latents it was given, and all classes
are drawn equally often.

As in the authors' public code, generated images are one in n + 1 of those that the discriminator
sees, real batches are as imbalanced as the images, and the generator's learning rate is 5e-5. Ours:

- The networks of the α-DCGAN, so that a comparison with the class-conditional one is of methods and
  not of networks. With batch normalisation in the generator: without, the decoder of digits makes
  all of them black at our rate of 1e-3.
- The discriminator learns four times as fast. Its last layer is new, and at equal rates, theirs or
  higher, the generator of digits learned patterns that please it before it knew the classes: after
  1,000 steps at α = 0.25 (one seed) a classifier of real digits recognised 22 % of its rare ones;
  with these rates 99 %, with the auto-encoder alone 92 %.
- It learns from some of the images that the generator then learns from.

These trials, and with them the rates, are of training images of MNIST.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import keras
import tensorflow as tf
from keras import layers

from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.assembly import assembled
from gan_augment.augmenters.auto_encoder import (
    AutoEncoder,
    Pretraining,
    auto_encoder,
    encoded,
    looking,
)
from gan_augment.augmenters.class_conditional import ClassConditional
from gan_augment.augmenters.class_normals import ClassNormals
from gan_augment.augmenters.dcgan import generator
from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages
from gan_augment.training.adam import FusedAdam
from gan_augment.training.noise import fold, sample_latents, step_seed, uniform_rows

GENERATOR_RATE, DISCRIMINATOR_RATE = 5e-5, 2e-4


class BAGAN(GAN):
    """The game for n classes: the discriminator has logits [n, classes + 1], the last "generated".

    `normals` turn N(0, 1) into latents of a class; `begin_as` sets them, and the first weights.
    """

    def __init__(self, generator: keras.Model, discriminator: keras.Model, **options):
        super().__init__(generator, discriminator, **options)
        self.num_classes = discriminator.output_shape[-1] - 1
        self.normals = ClassNormals(self.num_classes, self.latent_dim)
        noise, labels = layers.Input([self.latent_dim]), layers.Input((), dtype="int32")
        images = generator(self.normals([noise, labels]))
        self.conditioned = keras.Model([noise, labels], images, name="conditioned")

    @property
    def sampler(self) -> keras.Model:
        """The generator behind the normals: noise [n, d], labels int32 [n] → images."""
        return self.conditioned

    def begin_as(self, encoder: keras.Model, decoder: keras.Model, real: LabeledImages) -> None:
        """Take the weights of an auto-encoder's halves, and the normals of its codes.

        The encoder's last layer makes codes, and stays behind. Every class needs two images.
        """
        self.generator.set_weights(decoder.get_weights())
        for ours, theirs in zip(self.discriminator.layers[:-1], encoder.layers[:-1], strict=True):
            ours.set_weights(theirs.get_weights())
        self.normals.fit(encoded(encoder, real.images), real.labels)

    def train_step(self, batch):
        """Improve D on a batch of real images with labels and on a few fakes, then G on all fakes.

        Returns what `GAN.train_step` does; D's belief is that in any of the classes.
        """
        real, labels = batch
        count = tf.shape(real)[0]
        few = -(-count // self.num_classes)
        with tf.GradientTape() as tape:
            wanted, fake = self.drawn(count + few, step_seed(self.seed, self.step))

        shown = tf.concat([real, tf.stop_gradient(fake[:few])], 0)
        variables = self.discriminator.trainable_variables
        with tf.GradientTape() as own_tape:
            logits = self.discriminator(shown, training=True)
            real_logits, fake_logits = logits[:count], logits[count:]
            d_loss = recognition_loss(real_logits, labels, fake_logits)
        self.update(self.d_optimizer, variables, own_tape.gradient(d_loss, variables))

        variables = self.generator.trainable_variables
        with tape:
            g_loss = imitation_loss(self.discriminator(fake, training=True), wanted)
        self.update(self.g_optimizer, variables, tape.gradient(g_loss, variables))
        return {
            "d_loss": d_loss,
            "g_loss": g_loss,
            "d_real": belief(real_logits),
            "d_fake": belief(fake_logits),
        }

    def drawn(self, count, seed):
        """Draw classes, all as likely, and an image of each by the generator in training."""
        chance = uniform_rows([count], fold(seed, 0))
        labels = tf.cast(chance * self.num_classes, tf.int32)
        noise = sample_latents(count, self.latent_dim, fold(seed, 1))
        return labels, self.generator(self.normals([noise, labels]), training=True)


def recognition_loss(real_logits, labels, fake_logits) -> tf.Tensor:
    """Return D's mean loss over real and fake images: −log of the probability of what each is.

    Logits are [n, classes + 1] and [m, classes + 1], `labels` int32 [n].
    """
    logits = tf.concat([real_logits, fake_logits], 0)
    generated = tf.fill([tf.shape(fake_logits)[0]], logits.shape[-1] - 1)
    return imitation_loss(logits, tf.concat([labels, generated], 0))


def imitation_loss(logits, labels) -> tf.Tensor:
    """Return the mean of −log of the probability, by logits [n, classes + 1], of `labels`."""
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))


def belief(logits) -> tf.Tensor:
    """Return the mean probability that images are of any class and not generated."""
    return tf.reduce_mean(1 - tf.nn.softmax(logits)[:, -1])


def bagan(
    image_shape: tuple[int, int, int],
    num_classes: int,
    *,
    alpha: float = 1,
    latent_dim: int = 100,
    batch_norm: bool = True,
    learning_rate: float = GENERATOR_RATE,
    discriminator_rate: float = DISCRIMINATOR_RATE,
    precision: str = "float32",
    steps: int | None = None,
    seed: int = 0,
) -> BAGAN:
    """Return the compiled GAN, not yet begun; options are those of `dcgan`. Adam has β₁ = 0.5.

    `learning_rate` is the generator's, `discriminator_rate` the discriminator's.
    """
    widths = {"alpha": alpha, "latent_dim": latent_dim, "batch_norm": batch_norm}
    return assembled(
        functools.partial(generator, image_shape, **widths),
        functools.partial(looking, image_shape, num_classes + 1, alpha=alpha),
        (FusedAdam(learning_rate, beta_1=0.5), FusedAdam(discriminator_rate, beta_1=0.5)),
        kind=BAGAN,
        precision=precision,
        steps=steps,
        seed=seed,
    )


class BalancingGAN(ClassConditional):
    """Trains an auto-encoder, then a BAGAN that begins as its halves, both on all classes.

    `build(image_shape, num_classes, steps=…, seed=…) → BAGAN` and
    `encode(image_shape, steps=…, seed=…) → AutoEncoder` make networks of the same widths. The first
    phase has `pretraining_steps`, or as many as the second; options are those of `Fitting`, for
    both. After `fit`, `records` lists every attempt of either phase.
    """

    def __init__(
        self,
        build: Callable[..., BAGAN] = bagan,
        encode: Callable[..., AutoEncoder] = auto_encoder,
        *,
        pretraining_steps: int | None = None,
        **options,
    ):
        super().__init__(build, **options)
        self.pretraining = Pretraining(
            encode,
            steps=pretraining_steps or self.steps,
            epochs=None if pretraining_steps else self.epochs,
            batch_size=self.batch_size,
            seed=self.seed,
            watch=self.watch,
            directory=self.directory and self.directory / "auto-encoder",
            strategy=self.strategy,
        )

    def fit(self, real: LabeledImages) -> BalancingGAN:
        """Train both phases; raises `UserError` if a class has fewer than two images."""
        self.pretrain(real)
        super().fit(real)
        self.records = {"auto-encoder": self.pretraining.records, **self.records}
        return self

    def pretrain(self, real: LabeledImages) -> None:
        """Train the first phase."""
        for name, count in zip(real.class_names, real.counts().tolist()):
            if count < 2:
                raise UserError(
                    f"class {name!r} has {count} image(s) and the distribution of its codes needs "
                    "at least 2; take more images or leave the class out"
                )
        self.real = real
        self.encoder, self.decoder = self.pretraining.fit(real)

    def begun(self, build: Callable[..., BAGAN], **options) -> BAGAN:
        """Build a GAN that begins as the auto-encoder."""
        gan = build(**options)
        gan.begin_as(self.encoder, self.decoder, self.real)
        return gan

    def train_one(self, build: Callable[..., BAGAN], *rest):
        """Train as `Fitting.train_one`; every attempt begins as the auto-encoder."""
        return super().train_one(functools.partial(self.begun, build), *rest)


class DecodedNormals(BalancingGAN):
    """The first phase alone: images decoded from the distributions of codes, without a game.

    The control that says what the second phase is worth.
    """

    def fit(self, real: LabeledImages) -> DecodedNormals:
        """Train the auto-encoder; raises `UserError` if a class has fewer than two images."""
        self.pretrain(real)
        self.class_names = real.class_names
        gan = self.begun(functools.partial(self.build, real.image_shape, real.num_classes))
        self.generator = gan.sampler
        self.records = {"auto-encoder": self.pretraining.records}
        return self
