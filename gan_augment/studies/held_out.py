"""Classes held out two by two: features of a classifier that never saw an image of either."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

import keras
import numpy as np

from gan_augment.classifiers.members import Members
from gan_augment.common.errors import UserError
from gan_augment.common.seeds import derive_seed
from gan_augment.data.attributes import AttributeSet
from gan_augment.data.images import LabeledImages
from gan_augment.metrics.features import classifier_extractor

Pair = tuple[int, int]


class HeldOutPairs:
    """Makes a zero-shot set of images for every pair of their classes.

    `build(num_classes, seed=…)` makes a functional classifier; what its last layer gets are the
    features. It is trained for `epochs` on the training images of all classes but two, so that
    nothing that follows has seen these. One compiled graph serves all pairs. `attributes`: float32
    [classes, a].
    """

    def __init__(
        self,
        train: LabeledImages,
        test: LabeledImages,
        attributes: np.ndarray,
        build: Callable[..., keras.Model],
        *,
        epochs: int,
        seed: int,
    ):
        if len(attributes) != train.num_classes or train.num_classes < 4:
            raise UserError(
                f"{len(attributes)} classes are described and the images have {train.num_classes}; "
                "describe every class, of four at least"
            )
        self.train = train
        self.test = test
        self.attributes = attributes
        self.epochs = epochs
        self.seed = seed
        self._build = build
        self._members = None

    def pairs(self, count: int | None = None) -> list[Pair]:
        """Return `count` pairs (default: all), in an order of chance: more contain fewer."""
        every = list(itertools.combinations(range(self.train.num_classes), 2))
        order = np.random.default_rng(derive_seed(self.seed, "pairs")).permutation(len(every))
        return [every[k] for k in order[:count]]

    def name(self, pair: Pair) -> str:
        """Return what a pair is called: "3 and 8"."""
        return " and ".join(self.train.class_names[label] for label in pair)

    def sets(self, pair: Pair, gan_seeds: Sequence[int]) -> dict[int, AttributeSet]:
        """Train an encoder for each of `gan_seeds` without a pair; return the features by seed."""
        known = without(self.train, pair)
        seeds = {g: derive_seed(self.seed, "encoder", g) for g in gan_seeds}
        if self._members is None:
            classes = known.num_classes
            self._members = Members(lambda seed: self._build(classes, seed=seed))
            self._encoder = self._build(classes, seed=0)
            self._extractor = classifier_extractor(self._encoder, "encoder")
        self._members.train(
            known, {}, seeds=list(seeds.values()), epochs=self.epochs, description=self.name(pair)
        )
        return {g: self._features(pair, seed) for g, seed in seeds.items()}

    def _features(self, pair: Pair, seed: int) -> AttributeSet:
        trained = self._members.trained(seed)
        for variable, value in zip(self._encoder.variables, trained.variables, strict=True):
            variable.assign(value)  # the graph of the extractor is that of one encoder
        seen = self.train.take(~np.isin(self.train.labels, pair))
        parts = [self._extractor.features(images, 500) for images in (seen, self.test)]
        rows = len(seen) + np.arange(len(self.test))
        held_out = np.isin(self.test.labels, pair)
        return AttributeSet(
            np.concatenate(parts),
            np.concatenate([seen.labels, self.test.labels]),
            self.attributes,
            self.train.class_names,
            train=np.arange(len(seen)),
            test_seen=rows[~held_out],
            test_unseen=rows[held_out],
        )


def without(images: LabeledImages, classes: Sequence[int]) -> LabeledImages:
    """Return the images of all other classes, whose labels become 0, 1, …."""
    kept = [label for label in range(images.num_classes) if label not in classes]
    part = images.take(np.isin(images.labels, kept))
    return replace(
        part,
        labels=np.searchsorted(kept, part.labels).astype(np.int32),
        class_names=tuple(images.class_names[label] for label in kept),
    )
