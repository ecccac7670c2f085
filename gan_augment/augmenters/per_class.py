"""One unconditional GAN a class: how Abadi, Farhat and Leung et al. label what they generate."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import keras
import numpy as np
import tensorflow as tf

from gan_augment.augmenters.fitting import BLOCK, Fitting
from gan_augment.common.errors import UserError
from gan_augment.common.progress import progress_bar
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages, concatenate, interleaved


class PerClass(Fitting):
    """Trains `build(image_shape, steps=…, seed=…) → GAN` on each class alone.

    Options are those of `Fitting`. After `fit`, `records[label]` lists every attempt and its fate,
    and `steps_of_class[label]` is the length of one.
    """

    def fit(self, real: LabeledImages) -> PerClass:
        """Train a GAN for each class.

        Raises `UserError` if a class has fewer than two images or its training keeps diverging;
        one that keeps collapsing is kept, with a warning and in `records`.
        """
        self.class_names = real.class_names
        self.generators: dict[int, keras.Model] = {}
        self.records: dict[int, list[dict]] = {}
        lengths = self.steps_of_class = {}
        for label, count in enumerate(real.counts().tolist()):
            if count < 2:
                raise UserError(
                    f"class {real.class_names[label]!r} has {count} image(s) and a GAN needs at "
                    "least 2; take more images or leave the class out"
                )
            lengths[label] = self.length(count)
        self.claim_directory(real, {real.class_names[k]: steps for k, steps in lengths.items()})
        build = functools.partial(self.build, real.image_shape)
        with progress_bar(
            description="training GANs", total=sum(lengths.values()), unit="step"
        ) as bar:
            for label, steps in lengths.items():
                done, name = bar.n, real.class_names[label]

                def show(report, name=name, done=done):
                    bar.set_postfix(
                        {"class": name, "spread": f"{report['spread']:.2f}"}, refresh=False
                    )
                    bar.update(done + report["step"] - bar.n)

                images = real.of_class(label).images
                self.generators[label], self.records[label] = self.train_one(
                    build, label, name, images, None, steps, show
                )
                bar.update(done + steps - bar.n)
        return self

    @property
    def longest_training(self) -> int:
        """Steps of the class that was trained longest."""
        return max(self.steps_of_class.values())

    def batches(self, per_class: int, seed: int) -> Iterator[LabeledImages]:
        """Yield generated images, classes mixed, `per_class` of each in all."""
        samplers = {label: _sampler(generator) for label, generator in self.generators.items()}
        for block, first in enumerate(range(0, per_class, BLOCK)):
            parts = []
            for label, sampler in samplers.items():
                noise_seed = tf.constant([derive_seed(seed, label), block])
                images = self.numbers(sampler(noise_seed))[: per_class - first]
                parts.append(
                    LabeledImages.from_scaled(images, np.full(len(images), label), self.class_names)
                )
            yield interleaved(concatenate(parts), [seed, block])


def _sampler(generator: keras.Model) -> Callable[[tf.Tensor], tf.Tensor]:
    """Compile: seed int32 [2] → `BLOCK` images. Layer by layer would take three times as long."""

    def sample(seed):
        latents = tf.random.stateless_normal([BLOCK, generator.input_shape[-1]], seed)
        return generator(latents, training=False)

    return tf.function(sample, jit_compile=False).get_concrete_function(
        tf.TensorSpec([2], tf.int32)
    )
