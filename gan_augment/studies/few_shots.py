"""Few shots: do siblings of a few given images make a better classifier of classes nobody saw?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gan_augment.augmenters.base import generated_set
from gan_augment.augmenters.siblings import PairTrained
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages, concatenate
from gan_augment.data.many_classes import ClassSplit, Shots
from gan_augment.data.transforms import Transform
from gan_augment.metrics.diversity import diversity
from gan_augment.studies.comparison import Comparison, TrainingSet

PARTS = ("validation", "target")
CHOOSING = "dagan-{}"  # a set of the validation classes, by siblings of each image


@dataclass(frozen=True)
class FewShotsPlan:
    """What is compared, and how long it is trained."""

    shots: tuple[int, ...]
    """Numbers of given images of each class, ascending."""
    siblings: tuple[int, ...]
    """Numbers of siblings of each given image to choose from, ascending."""
    members: int
    """Classifiers trained on each set."""
    steps: int
    """Steps of each."""


class FewShots:
    """Trains a GAN on source classes, and classifiers on the few images of unseen ones.

    A GAN seed is one draw of everything: which classes are source, validation and target, which
    images are given, and the GAN. On the target classes there are four sets for each number of
    shots: the given images; those, changed anew at every step ("classical"); those and their
    siblings ("dagan"); and both together ("dagan+classical"). How many siblings an image gets is
    chosen on the validation classes, for each GAN seed and number of shots. `make_gan(gan_seed,
    directory)` returns a `PairTrained`; `make_members` is that of `Comparison`. All is kept under
    `directory`, and what is finished is not done again.
    """

    def __init__(
        self,
        directory: Path,
        splits: Sequence[ClassSplit],
        make_gan: Callable[[int, Path], PairTrained],
        make_members: Callable[[bool], object],
        plan: FewShotsPlan,
        *,
        seed: int,
    ):
        self.directory = Path(directory)
        self.splits = tuple(splits)
        self.make_gan = make_gan
        self.plan = plan
        self.seed = seed
        self.comparison = Comparison(make_members, seed=seed, path=self.directory / "cells.jsonl")
        self.gans: list[PairTrained] = []
        self.made: dict[tuple[int, str], LabeledImages] = {}

    def fit(self) -> None:
        """Train a GAN on the source classes of each split."""
        for gan_seed, split in enumerate(self.splits):
            place = self.directory / "gans" / f"seed-{gan_seed}"
            self.gans.append(self.make_gan(gan_seed, place).fit(split.source))

    def generate(self, generation: Mapping) -> None:
        """Make siblings of the given images of the unseen classes; `generation`: provenance."""
        for gan_seed, gan in enumerate(self.gans):
            for part in PARTS:
                shots = self._shots(gan_seed, part)
                self.made[gan_seed, part] = generated_set(
                    gan.siblings_of(shots.given),
                    self.directory / "synthetic" / f"seed-{gan_seed}",
                    part,
                    per_class=shots.most * self.plan.siblings[-1],
                    seed=derive_seed(self.seed, "siblings", gan_seed, part),
                    generation={
                        **generation,
                        "gan_seed": gan_seed,
                        "part": part,
                        "given": {"images": shots.most, "hash": shots.given.content_hash()},
                        "gan": gan.records,
                    },
                )

    def compare(self) -> None:
        """Train all classifiers."""
        for gan_seed in range(len(self.splits)):
            for shots in self.plan.shots:
                if len(self.plan.siblings) > 1:
                    self._run(gan_seed, "validation", shots, self._choices(gan_seed, shots))
                self._run(gan_seed, "target", shots, self._sets(gan_seed, shots))

    def chosen(self, gan_seed: int, shots: int) -> int:
        """Return how many siblings each image gets: what was best on the validation classes."""
        few, *more = self.plan.siblings
        if not more:
            return few
        scores = self.comparison.scores([_case(gan_seed, "validation", shots)])
        means = scores.groupby("set")["accuracy"].mean()
        return max(self.plan.siblings, key=lambda each: means[CHOOSING.format(each)])

    def scores(self) -> pd.DataFrame:
        """A row for each GAN seed, number of shots, set and member of the target classes.

        Columns: gan_seed, shots, siblings (of each image, whether or not the set has them), set,
        member, steps, accuracy.
        """
        cases = [
            _case(gan_seed, "target", shots)
            for gan_seed in range(len(self.splits))
            for shots in self.plan.shots
        ]
        scores = self.comparison.scores(cases)
        scores["siblings"] = [
            self.chosen(*key) for key in scores[["gan_seed", "shots"]].itertuples(index=False)
        ]
        return scores[["gan_seed", "shots", "siblings", "set", "member", "steps", "accuracy"]]

    def diversity(self, transform: Transform) -> pd.DataFrame:
        """A row for each GAN seed and part: the fields of `metrics.diversity.Diversity`.

        Column "of": "dagan" or, for comparison, "classical": as many images by `transform`.
        """
        rows = []
        for (gan_seed, part), made in self.made.items():
            shots = self._shots(gan_seed, part)
            seed = derive_seed(self.seed, "transformed", gan_seed, part)
            changed = transformed(shots.given, self.plan.siblings[-1], transform, seed)
            for of, images in (("dagan", made), ("classical", changed)):
                found = asdict(diversity(shots.given, images, shots.test))
                rows.append({"gan_seed": gan_seed, "part": part, "of": of, **found})
        return pd.DataFrame(rows)

    def _choices(self, gan_seed: int, shots: int) -> dict[str, TrainingSet]:
        return {
            CHOOSING.format(each): self._set(gan_seed, "validation", shots, each)
            for each in self.plan.siblings
        }

    def _sets(self, gan_seed: int, shots: int) -> dict[str, TrainingSet]:
        each = self.chosen(gan_seed, shots)
        return {
            "given": self._set(gan_seed, "target", shots),
            "classical": self._set(gan_seed, "target", shots, transform=True),
            "dagan": self._set(gan_seed, "target", shots, each),
            "dagan+classical": self._set(gan_seed, "target", shots, each, transform=True),
        }

    def _set(self, gan_seed, part, shots, each=0, transform=False) -> TrainingSet:
        def images():
            unseen, made = self._shots(gan_seed, part), self.made[gan_seed, part]
            return concatenate([unseen.first(shots), unseen.siblings(made, shots, each)])

        return TrainingSet(images, transform)

    def _run(self, gan_seed: int, part: str, shots: int, sets: Mapping[str, TrainingSet]) -> None:
        self.comparison.run(
            _case(gan_seed, part, shots),
            sets,
            self._shots(gan_seed, part).test,
            members=self.plan.members,
            steps=self.plan.steps,
        )

    def _shots(self, gan_seed: int, part: str) -> Shots:
        return getattr(self.splits[gan_seed], part)


def transformed(given: LabeledImages, each: int, transform: Transform, seed: int) -> LabeledImages:
    """Return `each` random changes of all given images, in rounds of all, as siblings come."""
    rounds = [
        LabeledImages.from_scaled(
            np.asarray(transform(given.scaled(), [seed, k])), given.labels, given.class_names
        )
        for k in range(each)
    ]
    return concatenate(rounds)


def _case(gan_seed: int, part: str, shots: int) -> dict[str, str | int]:
    return {"gan_seed": gan_seed, "part": part, "shots": shots}
