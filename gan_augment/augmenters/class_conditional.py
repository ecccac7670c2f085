"""One GAN for all classes, told which class to make: the class-conditional GAN.

The convolutional one is the α-DCGAN with a label for a second input: the generator reads it as an
embedding beside the latents, and the discriminator adds the inner product of its features with an
embedding of the label to its logit (projection discriminator, Miyato & Koyama 2018).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.assembly import assembled
from gan_augment.augmenters.dcgan import drawn, seen
from gan_augment.augmenters.fitting import BLOCK, Fitting
from gan_augment.augmenters.labels import LABEL_DIMENSIONS, agreement, embedded
from gan_augment.augmenters.layers import PLAIN, Kinds
from gan_augment.common.errors import UserError
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages, concatenate, interleaved
from gan_augment.training.adam import FusedAdam


class ClassConditional(Fitting):
    """Trains one `build(image_shape, num_classes, steps=…, seed=…) → GAN` on all classes.

    Options are those of `Fitting`; the GAN's players take labels. After `fit`, `records["all"]`
    lists every attempt and its fate.
    """

    def fit(self, real: LabeledImages) -> ClassConditional:
        """Train the GAN; raises `UserError` if a class has no image or training diverges."""
        for name, count in zip(real.class_names, real.counts().tolist()):
            if not count:
                raise UserError(f"class {name!r} has no image; give it some or leave it out")
        self.class_names = real.class_names
        steps = self.steps_of_all = self.length(len(real))
        self.claim_directory(real, steps)
        build = functools.partial(self.build, real.image_shape, real.num_classes)
        self.generator = self.train_on_all(build, real, steps)
        return self

    @property
    def longest_training(self) -> int:
        """Steps of the training."""
        return self.steps_of_all

    def batches(self, per_class: int, seed: int) -> Iterator[LabeledImages]:
        """Yield generated images, classes mixed, `per_class` of each in all."""
        sample = _sampler(self.generator)
        for block, first in enumerate(range(0, per_class, BLOCK)):
            parts = []
            for label in range(len(self.class_names)):
                noise_seed = tf.constant([derive_seed(seed, label), block])
                images = self.numbers(sample(noise_seed, tf.constant(label)))[: per_class - first]
                parts.append(
                    LabeledImages.from_scaled(images, np.full(len(images), label), self.class_names)
                )
            yield interleaved(concatenate(parts), [seed, block])


def conditional_dcgan(
    image_shape: tuple[int, int, int],
    num_classes: int,
    *,
    alpha: float = 1,
    latent_dim: int = 100,
    batch_norm: bool = True,
    learning_rate: float = 2e-4,
    **game,
) -> GAN:
    """Return the compiled GAN; options are those of `dcgan`. Adam has β₁ = 0.5."""
    widths = {"alpha": alpha, "latent_dim": latent_dim, "batch_norm": batch_norm}
    return assembled(
        functools.partial(generator, image_shape, num_classes, **widths),
        functools.partial(discriminator, image_shape, num_classes, alpha=alpha),
        (FusedAdam(learning_rate, beta_1=0.5), FusedAdam(learning_rate, beta_1=0.5)),
        **game,
    )


def generator(
    image_shape: tuple[int, int, int],
    num_classes: int,
    *,
    alpha: float = 1,
    latent_dim: int = 100,
    batch_norm: bool = True,
    kinds: Kinds = PLAIN,
    dtype: str = "float32",
    seed: int = 0,
) -> keras.Model:
    """Build the generator: latents [n, latent_dim], labels int32 [n] → images [n, h, w, c]."""
    latents, labels = layers.Input((latent_dim,)), layers.Input((), dtype="int32")
    label = embedded(labels, num_classes, LABEL_DIMENSIONS, kinds, seed)
    images = drawn(
        layers.Concatenate()([latents, label]),
        image_shape,
        alpha=alpha,
        batch_norm=batch_norm,
        kinds=kinds,
        dtype=dtype,
        seed=seed,
    )
    return keras.Model([latents, labels], images, name="generator")


def discriminator(
    image_shape: tuple[int, int, int],
    num_classes: int,
    *,
    alpha: float = 1,
    kinds: Kinds = PLAIN,
    dtype: str = "float32",
    seed: int = 0,
) -> keras.Model:
    """Build the discriminator: images [n, h, w, c], labels int32 [n] → logits [n, 1]."""
    images, labels = layers.Input(image_shape), layers.Input((), dtype="int32")
    features = seen(images, alpha=alpha, kinds=kinds, dtype=dtype, seed=seed)
    glorot = keras.initializers.GlorotUniform(derive_seed(seed, "weights", 2))
    unconditional = kinds.Dense(1, kernel_initializer=glorot, dtype="float32")(features)
    conditional = agreement(features, labels, num_classes, kinds, seed)
    logits = layers.Add(dtype="float32")([unconditional, conditional])
    return keras.Model([images, labels], logits, name="discriminator")


def _sampler(generator: keras.Model) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """Compile: seed int32 [2] and a label → `BLOCK` images."""
    dimensions = generator.inputs[0].shape[-1]

    def sample(seed, label):
        latents = tf.random.stateless_normal([BLOCK, dimensions], seed)
        return generator([latents, tf.fill([BLOCK], label)], training=False)

    return tf.function(sample, jit_compile=False).get_concrete_function(
        tf.TensorSpec([2], tf.int32), tf.TensorSpec([], tf.int32)
    )
