"""Siblings of given images: a GAN that learns from classes with images to spare serves others."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import keras
import numpy as np
import tensorflow as tf

from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.fitting import BLOCK, Fitting
from gan_augment.common.errors import UserError
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages, concatenate, interleaved, to_float
from gan_augment.training.classmates import ClassmateTrainer

WATCHED = 8  # given images, and as many siblings of each


class PairTrained(Fitting):
    """Trains one `build(image_shape, latent_dim=…, steps=…, seed=…) → GAN` on pairs of classmates.

    Options are those of `Fitting`; `batch_size` counts the pairs of a step, all updates of the
    critic together. The watch sees siblings of a few given images: if they are all one, whatever
    the latents, their spread is 0. After `fit`, `siblings_of` makes an augmenter for images of
    other classes, and `records["all"]` lists every attempt and its fate.
    """

    trainer = ClassmateTrainer

    def __init__(self, build: Callable[..., GAN], *, latent_dim: int = 100, **options):
        super().__init__(build, **options)
        self.latent_dim = latent_dim

    def fit(self, real: LabeledImages) -> PairTrained:
        """Train on the source classes; raises `UserError` if one has fewer than two images."""
        for name, count in zip(real.class_names, real.counts().tolist()):
            if count < 2:
                raise UserError(
                    f"class {name!r} has {count} image(s), and a pair takes two; give it more or "
                    "leave it out"
                )
        self.class_names = real.class_names
        steps = self.longest_training = self.length(len(real))
        self.claim_directory(real, steps)
        build = functools.partial(self.build, real.image_shape, latent_dim=self.latent_dim)
        self.generator = self.train_on_all(build, real, steps)
        return self

    def inputs_to_watch(self, images: np.ndarray, labels: np.ndarray):
        """Return latents and given images, and which given image each is of."""
        rng = np.random.default_rng(derive_seed(self.seed, "watched"))
        rows = rng.choice(len(images), WATCHED, replace=len(images) < WATCHED)
        latents = rng.standard_normal([WATCHED**2, self.latent_dim]).astype(np.float32)
        given = to_float(tf.constant(np.repeat(images[rows], WATCHED, axis=0)))
        return [tf.constant(latents), given], np.repeat(np.arange(WATCHED), WATCHED)

    def siblings_of(self, given: LabeledImages) -> Siblings:
        """Return what makes more images of the classes of `given`."""
        return Siblings(self.generator).fit(given)


class Siblings:
    """Makes images of a class from those that are given, in turn.

    `generator`: latents [n, d], given images [n, h, w, c] in [−1, 1] → images. Image p of a class
    is a sibling of its given image p modulo their number.
    """

    def __init__(self, generator: keras.Model):
        self.generator = generator

    def fit(self, real: LabeledImages) -> Siblings:
        """Take these images as the given ones; nothing is trained."""
        self.given = real
        return self

    def batches(self, per_class: int, seed: int) -> Iterator[LabeledImages]:
        """Yield siblings, classes mixed, `per_class` of each in all."""
        sample = _sampler(self.generator)
        names = self.given.class_names
        own = {k: self.given.of_class(k).images for k in np.flatnonzero(self.given.counts())}
        for block, first in enumerate(range(0, per_class, BLOCK)):
            parts = []
            for label, images in own.items():
                rows = np.arange(first, first + BLOCK) % len(images)
                noise_seed = tf.constant([derive_seed(seed, int(label)), block])
                made = sample(noise_seed, tf.constant(images[rows])).numpy()[: per_class - first]
                parts.append(LabeledImages.from_scaled(made, np.full(len(made), label), names))
            yield interleaved(concatenate(parts), [seed, block])


def _sampler(generator: keras.Model) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """Compile: seed int32 [2] and given images uint8 [BLOCK, h, w, c] → as many siblings."""
    latents, given = (each.shape[1:] for each in generator.inputs)

    def sample(seed, images):
        noise = tf.random.stateless_normal([BLOCK, *latents], seed)
        return generator([noise, to_float(images)], training=False)

    return tf.function(sample, jit_compile=False).get_concrete_function(
        tf.TensorSpec([2], tf.int32), tf.TensorSpec([BLOCK, *given], tf.uint8)
    )
