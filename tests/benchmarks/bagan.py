"""Speed of BAGAN's training steps, both phases, against Keras' `fit`.

    python tests/benchmarks/bagan.py [--alpha 1]

Prints milliseconds, steps per second and ratios of one run, since seconds depend on the machine and
what else it does. The contenders take turns, so a busy machine slows all of them; the best of their
turns counts. Keras' version is how one would write it: the same networks, Adam as it is, fakes of
their own for either player, `fit` on a `tf.data` pipeline that shuffles and scales.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from turns import fitted, measured, print_load, trainer

from gan_augment.augmenters.auto_encoder import auto_encoder
from gan_augment.augmenters.bagan import bagan
from gan_augment.data import LabeledImages
from gan_augment.training.loop import Trainer

SHAPE, CLASSES = (28, 28, 1), 10
IMAGES = 2048


class PlainAutoEncoder(keras.Model):
    """The first phase, to be fitted."""

    def __init__(self, whole):
        super().__init__()
        self.whole = whole

    def call(self, images, training=False):
        return self.whole(images, training=training)


class PlainBAGAN(keras.Model):
    """The second phase, to be fitted."""

    def __init__(self, generator, discriminator, means, factors):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.means, self.factors = tf.constant(means), tf.constant(factors)
        self.loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.d_metric, self.g_metric = keras.metrics.Mean("d_loss"), keras.metrics.Mean("g_loss")
        self.built = True

    def compile(self):
        super().compile(optimizer=None)
        self.g_optimizer, self.d_optimizer = (
            keras.optimizers.Adam(rate, beta_1=0.5) for rate in (5e-5, 2e-4)
        )

    @property
    def metrics(self):
        return [self.d_metric, self.g_metric]

    def drawn(self, count):
        labels = tf.random.uniform([count], maxval=CLASSES, dtype=tf.int32)
        noise = tf.random.normal([count, self.means.shape[-1], 1])
        latents = tf.gather(self.means, labels) + (tf.gather(self.factors, labels) @ noise)[..., 0]
        return labels, self.generator(latents, training=True)

    def train_step(self, batch):
        real, labels = batch
        count = tf.shape(real)[0]
        few = -(-count // CLASSES)
        _, fake = self.drawn(few)
        targets = tf.concat([labels, tf.fill([few], CLASSES)], 0)
        with tf.GradientTape() as tape:
            logits = self.discriminator(tf.concat([real, fake], 0), training=True)
            d_loss = self.loss_function(targets, logits)
        variables = self.discriminator.trainable_variables
        self.d_optimizer.apply_gradients(zip(tape.gradient(d_loss, variables), variables))
        with tf.GradientTape() as tape:
            wanted, fake = self.drawn(count + few)
            g_loss = self.loss_function(wanted, self.discriminator(fake, training=True))
        variables = self.generator.trainable_variables
        self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, variables), variables))
        self.d_metric.update_state(d_loss)
        self.g_metric.update_state(g_loss)
        return {metric.name: metric.result() for metric in self.metrics}


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--alpha", type=float, default=1)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=10, help="steps in a turn")
    parser.add_argument("--turns", type=int, default=4)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, [IMAGES, *SHAPE], dtype=np.uint8)
    labels = (np.arange(IMAGES) % CLASSES).astype(np.int32)
    real = LabeledImages(images, labels, tuple(map(str, range(CLASSES))))

    def begun():
        whole = auto_encoder(SHAPE, alpha=options.alpha).whole
        gan = bagan(SHAPE, CLASSES, alpha=options.alpha)
        gan.begin_as(whole.get_layer("encoder"), whole.get_layer("generator"), real)
        return gan

    data = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(IMAGES)
    data = data.batch(options.batch, drop_remainder=True).repeat()
    scaled = data.map(lambda x, y: (tf.cast(x, tf.float32) / 127.5 - 1, y))
    twice = scaled.map(lambda x, y: (x, x))
    plain = PlainAutoEncoder(auto_encoder(SHAPE, alpha=options.alpha).whole)
    plain.compile(keras.optimizers.Adam(1e-3), "mse")
    gan = begun()
    plain_gan = PlainBAGAN(
        gan.generator, gan.discriminator, gan.normals.means.numpy(), gan.normals.roots.numpy()
    )
    plain_gan.compile()
    auto = auto_encoder(SHAPE, alpha=options.alpha)
    batch = {"batch_size": options.batch}
    best = measured(
        {
            "auto-encoder, ours": trainer(Trainer, auto, images, **batch),
            "auto-encoder, fit": fitted(plain, twice.prefetch(2)),
            "GAN, ours": trainer(Trainer, begun(), images, labels, **batch),
            "GAN, fit": fitted(plain_gan, scaled.prefetch(2)),
        },
        options.steps,
        options.turns,
    )
    print_load()
    for name, seconds in best.items():
        print(f"{name:22s} {1000 * seconds:8.1f} ms  {1 / seconds:7.1f} steps/s")
    for phase in ("auto-encoder", "GAN"):
        ratio = best[f"{phase}, fit"] / best[f"{phase}, ours"]
        print(f"{phase}: steps per second, ours : fit = {ratio:.2f}")


if __name__ == "__main__":
    main()
