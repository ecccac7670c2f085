"""Speed of the DAGAN's training step: against a straightforward Keras `fit` of the same step.

    python tests/benchmarks/dagan.py [--width 16] [--steps 10] [--turns 4]

Prints steps per second and the ratio of one run, since seconds depend on the machine and what else
it does. The contenders take turns, so a busy machine slows both; the best of their turns counts.
The `fit` version has the same networks and losses (Keras' Adam, layers called one after the other
by Keras' own loop) and draws its pairs in a `tf.data` pipeline.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from turns import fitted, measured, print_load, trainer

from gan_augment.augmenters.dagan import discriminator, generator, sibling_gan
from gan_augment.training.classmates import ClassmateTrainer

SHAPE, CLASSES, EACH, LATENTS, CRITIC_STEPS, PENALTY = (28, 28, 1), 200, 20, 100, 5, 10.0


def data():
    """Return random images of as many classes."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, [CLASSES * EACH, *SHAPE], dtype=np.uint8)
    return images, np.repeat(np.arange(CLASSES, dtype=np.int32), EACH)


def ours(width, batch, precision="float32"):
    """Return a function that trains our GAN for some steps."""
    gan = sibling_gan(SHAPE, width=width, latent_dim=LATENTS, precision=precision)
    return trainer(ClassmateTrainer, gan, *data(), batch_size=CRITIC_STEPS * batch)


class PlainDAGAN(keras.Model):
    """The same step as people write it for `fit`."""

    def __init__(self, width):
        super().__init__()
        self.generator = generator(SHAPE, width=width, latent_dim=LATENTS)
        self.critic = discriminator(SHAPE, width=width)
        self.built = True

    def compile(self):
        super().compile(optimizer=None)
        self.g_optimizer, self.d_optimizer = (
            keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9) for _ in range(2)
        )

    def train_step(self, pairs):
        """Take five steps of the critic and one of the generator on (images, given)."""
        for images, given in zip(*(tf.split(part, CRITIC_STEPS) for part in pairs)):
            n = tf.shape(images)[0]
            with tf.GradientTape() as tape:
                fakes = self.generator([tf.random.normal([n, LATENTS]), given], training=True)
                share = tf.random.uniform([n, 1, 1, 1])
                between = images + share * (fakes - images)
                with tf.GradientTape() as inner:
                    inner.watch(between)
                    scores = self.critic([between, given], training=True)
                slopes = inner.gradient(scores, between)
                norms = tf.sqrt(tf.reduce_sum(slopes**2, axis=[1, 2, 3]) + 1e-12)
                real, fake = (self.critic([x, given], training=True) for x in (images, fakes))
                d_loss = tf.reduce_mean(fake) - tf.reduce_mean(real)
                total = d_loss + PENALTY * tf.reduce_mean((norms - 1) ** 2)
            weights = self.critic.trainable_weights
            self.d_optimizer.apply_gradients(zip(tape.gradient(total, weights), weights))
        with tf.GradientTape() as tape:
            fakes = self.generator([tf.random.normal([n, LATENTS]), given], training=True)
            g_loss = -tf.reduce_mean(self.critic([fakes, given], training=True))
        weights = self.generator.trainable_weights
        self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, weights), weights))
        return {"d_loss": d_loss, "g_loss": g_loss}


def fit(width, batch):
    """Return a function that trains it with `fit` for some steps."""
    images = tf.constant(data()[0])

    def pair(row):
        other = row // EACH * EACH + tf.random.uniform([], 0, EACH, row.dtype)
        return tuple(tf.cast(tf.gather(images, r), tf.float32) / 127.5 - 1 for r in (row, other))

    rows = tf.data.Dataset.range(len(images)).shuffle(len(images)).repeat()
    pairs = rows.map(pair).batch(CRITIC_STEPS * batch, drop_remainder=True).prefetch(2)
    model = PlainDAGAN(width)
    model.compile()
    return fitted(model, pairs)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--batch", type=int, default=32, help="pairs in an update of the critic")
    parser.add_argument("--steps", type=int, default=10, help="steps in a turn")
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--bfloat16", action="store_true", help="ours in half precision too")
    options = parser.parse_args()
    contenders = {"ours": ours(options.width, options.batch)}
    if options.bfloat16:
        contenders["ours, bfloat16"] = ours(options.width, options.batch, "bfloat16")
    contenders["Keras fit"] = fit(options.width, options.batch)
    print_load()
    best = measured(contenders, options.steps, options.turns)
    for name, seconds in best.items():
        print(f"{name:16s} {1 / seconds:7.2f} steps/s  {1000 * seconds:8.1f} ms")
    print(f"steps per second, ours : Keras fit = {best['Keras fit'] / best['ours']:.2f}")


if __name__ == "__main__":
    main()
