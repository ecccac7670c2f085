"""The two-player game as a `keras.Model`."""

import keras
import tensorflow as tf

from gan_augment.augmenters import objectives
from gan_augment.training.adam import FusedAdam
from gan_augment.training.noise import sample_latents, step_seed


class GAN(keras.Model):
    """A generator and a discriminator that train each other.

    `generator`: latents float32 [n, d] → images in [−1, 1]; `discriminator`: images → logits
    [n, 1], large for real. Make and compile it in the scope of the strategy it is to train under.
    Calling the model generates images from latents.
    """

    log_names = ("d_loss", "g_loss", "d_real", "d_fake")

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        objective: objectives.Objective = objectives.non_saturating,
        seed: int = 0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.objective = objective
        self.seed = seed
        self.latent_dim = generator.input_shape[-1]

    def compile(self, g_optimizer=None, d_optimizer=None):
        """Set and build both optimisers (unbuilt ones would lose their moments in a restore).

        Default for either: Adam with learning rate 1e-3 (Abadi 2020, section 3.2.1).
        """
        super().compile(optimizer=None)
        self.g_optimizer = g_optimizer or FusedAdam(1e-3)
        self.d_optimizer = d_optimizer or FusedAdam(1e-3)
        self.g_optimizer.build(self.generator.trainable_variables)
        self.d_optimizer.build(self.discriminator.trainable_variables)
        self.build((None, self.latent_dim))

    @property
    def step(self) -> keras.Variable:
        """Number of finished training steps."""
        return self.d_optimizer.iterations

    def call(self, latents, training=False):
        """Generate images in [−1, 1] from latents [n, d]."""
        return self.generator(latents, training=training)

    def train_step(self, real):
        """Play one round on real images in [−1, 1]: draw fakes, improve D, then G on those fakes.

        Returns means over this replica's batch: both losses and D's belief in real and in fake
        images (probabilities). Gradients are divided by the number of replicas, since applying
        them sums over replicas.
        """
        latents = sample_latents(
            tf.shape(real)[0], self.latent_dim, step_seed(self.seed, self.step)
        )
        with tf.GradientTape() as g_tape:
            fake = self.generator(latents, training=True)

        with tf.GradientTape() as d_tape:
            real_logits = self.discriminator(real, training=True)
            fake_logits = self.discriminator(tf.stop_gradient(fake), training=True)
            d_loss = self.objective.discriminator(real_logits, fake_logits)
        self._minimize(d_loss, d_tape, self.discriminator, self.d_optimizer)

        with g_tape:
            g_loss = self.objective.generator(self.discriminator(fake, training=True))
        self._minimize(g_loss, g_tape, self.generator, self.g_optimizer)

        return {
            "d_loss": d_loss,
            "g_loss": g_loss,
            "d_real": tf.reduce_mean(tf.sigmoid(real_logits)),
            "d_fake": tf.reduce_mean(tf.sigmoid(fake_logits)),
        }

    @staticmethod
    def _minimize(loss, tape, player, optimizer):
        replicas = tf.distribute.get_replica_context().num_replicas_in_sync
        variables = player.trainable_variables
        gradients = tape.gradient(loss, variables)
        if replicas > 1:
            gradients = [gradient / replicas for gradient in gradients]
        optimizer.apply_gradients(zip(gradients, variables))
