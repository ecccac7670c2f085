"""Speed of CycleGAN's training step, against the same step in a straightforward Keras `fit`.

    python tests/benchmarks/cyclegan.py [--side 28] [--batch 8] [--steps 30]

Prints steps per second of both and their ratio in one run, since seconds depend on the machine and
what else it does; the contenders take turns, and the best of their turns counts. The rival has the
same networks, losses and pools; it calls a generator for each batch of its own, takes its images
from `tf.data` and uses Keras' Adam. Also prints how much memory the pools have before and after.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from turns import fitted, measured, print_load, trainer

from gan_augment.augmenters.cyclegan import CycleGAN, apart, cycle_gan, fooling
from gan_augment.augmenters.objectives import least_squares
from gan_augment.training.pairs import PairTrainer

IMAGES = 64  # of each domain


class Straightforward(CycleGAN):
    """The step as one would first write it."""

    def train_step(self, batch):
        first, second = batch
        g_variables, d_variables = self.sampler.trainable_variables, self.judging_variables
        with tf.GradientTape(persistent=True) as tape:
            in_second = self.to_second(first, training=True)
            in_first = self.to_first(second, training=True)
            cycle = apart(self.to_first(in_second, training=True), first)
            cycle += apart(self.to_second(in_first, training=True), second)
            identity = apart(self.to_first(first, training=True), first)
            identity += apart(self.to_second(second, training=True), second)
            g_loss = fooling(self.first_discriminator(in_first, training=True))
            g_loss += fooling(self.second_discriminator(in_second, training=True))
            total = g_loss + self.cycle * (cycle + self.identity * identity)
            seed = tf.stack([tf.cast(self.step.value, tf.int32), 0])
            d_loss = least_squares.discriminator(
                self.first_discriminator(first, training=True),
                self.first_discriminator(self.first_pool(in_first, seed), training=True),
            ) + least_squares.discriminator(
                self.second_discriminator(second, training=True),
                self.second_discriminator(self.second_pool(in_second, seed), training=True),
            )
        g_gradients = tape.gradient(total, g_variables)
        d_gradients = tape.gradient(d_loss, d_variables)
        self.g_optimizer.apply_gradients(zip(g_gradients, g_variables))
        self.d_optimizer.apply_gradients(zip(d_gradients, d_variables))
        return {"d_loss": d_loss, "g_loss": g_loss, "cycle_loss": cycle}


def ours(images, labels, batch, precision="float32"):
    """Return a CycleGAN and a function that trains it for some steps."""
    gan = cycle_gan(images.shape[1:], precision=precision)
    return gan, trainer(PairTrainer, gan, images, labels, batch_size=batch)


def rival(images, labels, batch):
    """Return a function that trains the straightforward version with `fit`."""
    built = cycle_gan(images.shape[1:])
    gan = Straightforward(
        built.to_second, built.to_first, built.first_discriminator, built.second_discriminator
    )
    gan.compile(*(keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in range(2)))

    def scaled(part):
        return tf.cast(part, tf.float32) / 127.5 - 1

    parts = [
        tf.data.Dataset.from_tensor_slices(images[labels == k])
        .shuffle(IMAGES)
        .repeat()
        .batch(batch)
        .map(scaled)
        for k in (0, 1)
    ]
    data = tf.data.Dataset.zip(tuple(parts)).prefetch(2)
    return fitted(gan, data)


def pooled(gan):
    """Return the bytes that the pools of a CycleGAN have."""
    pools = (gan.first_pool, gan.second_pool)
    return sum(weight.numpy().nbytes for pool in pools for weight in pool.weights)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--side", type=int, default=28)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--steps", type=int, default=30, help="steps in a turn")
    parser.add_argument("--turns", type=int, default=4)
    options = parser.parse_args()
    print_load()
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, [2 * IMAGES, options.side, options.side, 3], dtype=np.uint8)
    labels = (np.arange(2 * IMAGES) % 2).astype(np.int32)
    gan, run = ours(images, labels, options.batch)
    _, in_half = ours(images, labels, options.batch, "bfloat16")
    fit = rival(images, labels, options.batch)
    contenders = {"ours": run, "ours, bfloat16": in_half, "Keras fit": fit}
    memory = pooled(gan)
    best = measured(contenders, options.steps, options.turns)
    for name, seconds in best.items():
        print(f"{name:16s} {1 / seconds:8.2f} steps per second")
    print(f"steps per second, ours : Keras fit = {best['Keras fit'] / best['ours']:.2f}")
    print(f"pools: {memory / 2**20:.2f} MiB before, {pooled(gan) / 2**20:.2f} MiB after")


if __name__ == "__main__":
    main()
