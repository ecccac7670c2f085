"""A sample with rare classes, filled up in several ways: which makes the better classifier?"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import tensorflow as tf

from gan_augment.augmenters.base import Augmenter, generate, generated_set
from gan_augment.common.log import MetricsLog
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages
from gan_augment.data.imbalance import filled_up, sampled_equally, thinned
from gan_augment.studies.comparison import Comparison, TrainingSet
from gan_augment.training.strategy import is_chief


@dataclass(frozen=True)
class Way:
    """What to do about rare classes."""

    augmenter: str | None = None
    """The name of the augmenter whose images every class is filled up with; None: nothing is."""
    learned: bool = False
    """Whether the augmenter is trained, and its images are kept as a generated set."""
    transform: bool = False
    """Whether the classifier sees all images under a new random affine map at every step."""
    trained_as: str | None = None
    """The way whose augmenter begins with this one. They have one seed and one directory, so what
    is trained for both is trained once."""
    complete: bool = False
    """Whether the sample is not made imbalanced in the first place."""


WAYS = {
    "none": Way(),
    # Random oversampling. On average a step is that of a loss with weights 1 / (size of class).
    "repeat": Way("repeat"),
    "smote": Way("smote"),
    # Only the images that are added are changed, once, as in all other ways.
    "affine": Way("affine"),
    # As people use it: all images, those of large classes too, at every step.
    "repeat+affine": Way("repeat", transform=True),
    "conditional": Way("conditional", learned=True),
    # BAGAN's first phase alone: the very one that BAGAN goes on from.
    "auto-encoder": Way("auto-encoder", learned=True, trained_as="bagan"),
    "bagan": Way("bagan", learned=True),
    # What imbalance costs is measured from here; in earnest nobody has these images.
    "complete": Way(complete=True),
}


class Imbalance(NamedTuple):
    """A case: which share of the images of rare classes is kept, and which draw of a sample."""

    share: float
    gan_seed: int

    @property
    def folder(self) -> str:
        """A name for a directory."""
        return f"share-{self.share:g}_seed-{self.gan_seed}"


class Rebalancing:
    """Draws balanced samples, thins the classes `minority` out, and compares `WAYS` to go on.

    A sample has `per_class` images of each class; every GAN seed draws its own, and chooses which
    images are kept. `make_augmenter(name, seed=…, directory=…, strategy=…)` makes the augmenter
    `name`; a trained one keeps what it learns in its directory. `make_members(transform)` is that
    of `Comparison`, and all training sets of a case take `steps` steps of `members` classifiers.
    Everything is kept under `directory`, and finished parts are not done again. `data` names the
    set that samples are drawn from, and `options` those of trained augmenters: generated sets say
    both.
    """

    def __init__(
        self,
        directory: Path,
        make_augmenter: Callable[..., Augmenter],
        make_members: Callable[[bool], object],
        *,
        minority: Sequence[int],
        per_class: int,
        members: int,
        steps: int,
        seed: int,
        strategy: tf.distribute.Strategy,
        data: str,
        options: Mapping,
    ):
        self.directory = Path(directory)
        self.make_augmenter = make_augmenter
        self.minority = tuple(minority)
        self.per_class = per_class
        self.members = members
        self.steps = steps
        self.seed = seed
        self.strategy = strategy
        self.data = data
        self.options = dict(options)
        self.comparison = Comparison(make_members, seed=seed, path=self.directory / "cells.jsonl")
        self._fitted: dict[tuple[Imbalance, str], Augmenter] = {}

    def run(
        self,
        cases: Collection[Imbalance],
        ways: Collection[str],
        train: LabeledImages,
        test: LabeledImages,
    ) -> None:
        """Do all cases; a worker that is not the chief only helps to train the augmenters."""
        for case in cases:
            _, kept = self.sample(case, train)
            for name in ways:
                if WAYS[name].learned:
                    self._fit(case, name, kept)
        if not is_chief(self.strategy):
            return
        for case in cases:
            complete, kept = self.sample(case, train)
            sets = {
                name: TrainingSet(
                    functools.partial(self._training_set, case, WAYS[name], complete, kept),
                    WAYS[name].transform,
                )
                for name in ways
            }
            self.comparison.run(case._asdict(), sets, test, members=self.members, steps=self.steps)

    def sample(self, case: Imbalance, train: LabeledImages) -> tuple[LabeledImages, LabeledImages]:
        """Return the sample of a case, balanced and imbalanced."""
        complete = sampled_equally(
            train, self.per_class, derive_seed(self.seed, "sample", case.gan_seed)
        )
        seed = derive_seed(self.seed, "kept", case.gan_seed)
        return complete, thinned(complete, self.minority, case.share, seed)

    def added(self, case: Imbalance, name: str, kept: LabeledImages) -> LabeledImages:
        """Return images of every class, enough for all, that the augmenter `name` makes."""
        counts = kept.counts()
        per_class = int(counts.max() - counts.min())
        seed = derive_seed(self.seed, "generated", name, *case)
        augmenter = self._fit(case, name, kept)
        if not WAYS[name].learned:
            return generate(augmenter, per_class, seed)
        return generated_set(
            augmenter,
            self.directory / "synthetic" / case.folder,
            name.replace("-", "_"),
            per_class=per_class,
            seed=seed,
            generation={
                "preset": name,
                "options": self.options,
                "source": {
                    "data": self.data,
                    "share": case.share,
                    "images": len(kept),
                    "hash": kept.content_hash(),
                },
                "classes": augmenter.records,
            },
        )

    def scores(self) -> pd.DataFrame:
        """A row for each finished set and member, as `Comparison.scores`.

        With minority_recall and majority_recall, means over the rare classes and over the others.
        """
        scores = self.comparison.scores()
        recalls = [name for name in scores if name.startswith("recall_")]
        rare = [recalls[label] for label in self.minority]
        others = [name for name in recalls if name not in rare]
        return scores.assign(
            minority_recall=scores[rare].mean(axis=1), majority_recall=scores[others].mean(axis=1)
        )

    def losses(self, case: Imbalance, name: str) -> list[dict]:
        """Return the reports of an augmenter's training; none of one that is part of another's."""
        if WAYS[name].trained_as:
            return []
        return MetricsLog(self._directory(case, name) / "metrics.jsonl", read_only=True).records

    def _training_set(self, case, way: Way, complete, kept) -> LabeledImages:
        if way.augmenter is None:
            return complete if way.complete else kept
        return filled_up(kept, self.added(case, way.augmenter, kept))

    def _fit(self, case: Imbalance, name: str, kept: LabeledImages) -> Augmenter:
        if (case, name) not in self._fitted:
            augmenter = self.make_augmenter(
                name,
                seed=derive_seed(self.seed, "augmenter", WAYS[name].trained_as or name, *case),
                directory=self._directory(case, name),
                strategy=self.strategy,
            )
            self._fitted[case, name] = augmenter.fit(kept)
        return self._fitted[case, name]

    def _directory(self, case: Imbalance, name: str) -> Path:
        return self.directory / "gans" / f"{WAYS[name].trained_as or name}_{case.folder}"
