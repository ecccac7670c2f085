"""Translation between two domains as an augmenter: labelled images as they look in the other."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import keras
import numpy as np
import tensorflow as tf

from gan_augment.augmenters.controls import Repeat
from gan_augment.augmenters.cyclegan import CycleGAN, cycle_gan
from gan_augment.augmenters.fitting import BLOCK, Fitting
from gan_augment.common.errors import UserError
from gan_augment.common.progress import progress_bar
from gan_augment.data.images import LabeledImages, to_float, to_uint8
from gan_augment.data.transforms import Transform
from gan_augment.training.pairs import PairTrainer

WATCHED = 32  # images of each domain


class Translation(Fitting):
    """Trains one `build(image_shape, steps=…, seed=…) → CycleGAN` on two domains.

    Options are those of `Fitting`; an epoch is one over the larger domain. `transform` changes
    every batch anew. Watched, and kept for snapshots, are the first images of either domain,
    translated, with the domain that they are translated into for a label. After `fit`,
    `translated` does it and `records["all"]` lists every attempt and its fate.
    """

    def __init__(
        self,
        build: Callable[..., CycleGAN] = cycle_gan,
        *,
        transform: Transform | None = None,
        **options,
    ):
        super().__init__(build, **options)
        self.trainer = functools.partial(PairTrainer, transform=transform)

    def fit(self, domains: LabeledImages) -> Translation:
        """Train on images with label 0, the first domain, and 1, the second.

        Raises `UserError` if one has no image or training diverges.
        """
        for name, count in zip(domains.class_names, domains.counts().tolist()):
            if not count:
                raise UserError(f"the domain {name!r} has no image; give it some")
        self.class_names = domains.class_names
        steps = self.length(int(domains.counts().max()))
        self.claim_directory(domains, steps)
        build = functools.partial(self.build, domains.image_shape)
        with progress_bar(description="training a CycleGAN", total=steps, unit="step") as bar:

            def show(report):
                bar.set_postfix({"cycle": f"{report['cycle_loss']:.3f}"}, refresh=False)
                bar.update(report["step"] - bar.n)

            self.generators, attempts = self.train_one(
                build,
                "all",
                " and ".join(self.class_names),
                domains.images,
                domains.labels,
                steps,
                show,
            )
        self.records = {"all": attempts}
        self._graphs = [
            _translator(self.generators.get_layer(name)) for name in ("to_first", "to_second")
        ]
        return self

    @staticmethod
    def inputs_to_watch(images: np.ndarray, labels: np.ndarray):
        """Return the first images of both domains and the domains they are translated into."""
        first = [np.resize(np.flatnonzero(labels == domain), WATCHED) for domain in (0, 1)]
        inputs = [tf.constant(to_float(images[rows].astype(np.float32))) for rows in first]
        return inputs, np.repeat(np.array([1, 0], np.int32), WATCHED)

    def translated(self, images: np.ndarray, into: int) -> np.ndarray:
        """Return images uint8 [n, h, w, c] of the other domain as they look in domain `into`."""
        translate = self._graphs[into]
        parts = [
            to_uint8(self.numbers(translate(tf.constant(images[first : first + BLOCK]))))
            for first in range(0, len(images), BLOCK)
        ]
        return np.concatenate([images[:0], *parts])


class Translated(Repeat):
    """An augmenter: labelled images of one domain, translated, with the labels they had.

    Whether they deserve them is a question to measure. Images are those of `Repeat` for the same
    seed, in the same order.
    """

    def __init__(self, translation: Translation, into: int = 1):
        self.translation = translation
        self.into = into

    def batches(self, per_class: int, seed: int) -> Iterator[LabeledImages]:
        """Yield translated images, classes mixed, `per_class` of each in all."""
        for batch in super().batches(per_class, seed):
            images = self.translation.translated(batch.images, self.into)
            yield LabeledImages(images, batch.labels, batch.class_names)


def _translator(generator: keras.Model) -> Callable[[tf.Tensor], tf.Tensor]:
    """Compile: images uint8 [n, h, w, c] → images float32 in [−1, 1]."""

    def translate(images):
        return generator(to_float(images), training=False)

    shape = [None, *generator.input_shape[1:]]
    return tf.function(translate, jit_compile=False).get_concrete_function(
        tf.TensorSpec(shape, tf.uint8)
    )
