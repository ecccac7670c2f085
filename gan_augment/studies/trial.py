"""A trial: which way of training does best on images of one's own, within a budget of time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gan_augment.common.files import read_json, write_json
from gan_augment.data.images import LabeledImages
from gan_augment.studies.candidates import CONTROLS, Candidate
from gan_augment.studies.comparison import Comparison, TrainingSet

MEMBERS = 2  # classifiers trained at a time: they run side by side
ROUNDS_OF_CONTROLS = 2


@dataclass(frozen=True)
class Part:
    """One way of dividing the images in three; generators see `train` alone.

    `shown` (int [n]) says what each test image shows: those of one number, in any split, are the
    same image, copies, or views of one object. None: all are different, in all splits.
    """

    train: LabeledImages
    validation: LabeledImages
    test: LabeledImages
    shown: np.ndarray | None = None


class Pace:
    """How long a training takes, by those that were done since this was made."""

    def __init__(self):
        self.seconds, self.trainings = 0.0, 0

    @contextmanager
    def measured(self, count: Callable[[], int]) -> Iterator[None]:
        """Measure what is done within; `count()` then says how many trainings it were."""
        start = time.monotonic()
        yield
        self.seconds += time.monotonic() - start
        self.trainings += count()

    def of(self, trainings: int) -> float:
        """Return how many seconds so many will take; 0 if nothing is known."""
        return trainings * self.seconds / self.trainings if self.trainings else 0.0


Affordable = Callable[[int], bool]
"""Is there time for so many trainings (of `MEMBERS` classifiers each)?"""


class Trial:
    """Chooses candidates on the validation parts and examines the chosen ones on the test parts.

    `generated(method, split, selected)` returns images of a generator that saw the training part of
    that split, enough of each class; `selected` is that of the candidate. All trainings take
    `steps` optimiser steps, or half of them where a candidate is `short`. `score` is "accuracy", or
    "recall" for the mean over classes. Finished trainings and the choice are kept in `directory`:
    test parts are looked at once it is made, and it is not made again.
    """

    def __init__(
        self,
        directory: Path,
        parts: Sequence[Part],
        make_members: Callable,
        generated: Callable[[str, int, str | None], LabeledImages],
        *,
        steps: int,
        seed: int,
        score: str = "accuracy",
    ):
        self.directory = Path(directory)
        self.parts = list(parts)
        self.generated = generated
        self.steps = steps
        self.score = score
        self.pace = Pace()
        self.comparison = Comparison(
            make_members, seed=seed, path=self.directory / "trainings.jsonl"
        )

    def choose(self, candidates: Iterable[Candidate], affordable: Affordable) -> list[Candidate]:
        """Return the best candidate of each family, by successive halving on validation parts.

        A family shares method and transform and differs in the amount of images. In every round
        each candidate that is left is trained anew in all splits, and the better half of each
        family stays, by the mean of all its scores so far; rounds end with one of each, or when no
        further one is affordable.
        """
        file = self.directory / "chosen.json"
        if file.exists():
            return [Candidate(**about) for about in read_json(file)]
        families: dict[tuple, list[Candidate]] = {}
        for candidate in candidates:
            families.setdefault((candidate.method, candidate.transform), []).append(candidate)
        number = 0
        while True:
            controls = CONTROLS if number < ROUNDS_OF_CONTROLS else ()
            left = [*controls, *(each for family in families.values() for each in family)]
            if number and not affordable(len(left) * len(self.parts)):
                break
            self.train("validation", number, left)
            number += 1
            means = self.scores("validation").groupby("set")[self.score].mean()
            for key, family in families.items():
                best_first = sorted(family, key=lambda each: -means[each.name])
                families[key] = best_first[: -(-len(family) // 2)]
            if all(len(family) == 1 for family in families.values()):
                break
        chosen = [family[0] for family in families.values()]
        write_json(file, [asdict(each) for each in chosen])
        return chosen

    def examine(self, chosen: Sequence[Candidate], affordable: Affordable, most: int) -> None:
        """Score the controls and the chosen on the test parts, in `most` rounds or fewer.

        When they end depends on time and never on what they show.
        """
        examined = [*CONTROLS, *chosen]
        for number in range(most):
            if number and not affordable(len(examined) * len(self.parts)):
                return
            self.train("test", number, examined)

    def train(self, part: str, number: int, candidates: Iterable[Candidate]) -> None:
        """Do a round: `MEMBERS` classifiers of every candidate in every split."""
        before = len(self.comparison.log.records)
        with self.pace.measured(lambda: len(self.comparison.log.records) - before):
            self._train(part, number, candidates)

    def _train(self, part: str, number: int, candidates: Iterable[Candidate]) -> None:
        for split, images in enumerate(self.parts):
            for short in (False, True):
                sets = {
                    each.name: TrainingSet(
                        lambda each=each, split=split: self._training_set(each, split),
                        transform=each.transform or False,
                    )
                    for each in candidates
                    if each.short == short
                }
                self.comparison.run(
                    self._case(part, number, split),
                    sets,
                    getattr(images, part),
                    members=MEMBERS,
                    steps=self.steps // 2 if short else self.steps,
                )

    def scores(self, part: str) -> pd.DataFrame:
        """A row for each training and member on "validation" or "test".

        Columns: set (the candidate's name), gan_seed (the split), round, member, accuracy, recall
        and the others of `Comparison.scores`.
        """
        scores = self.comparison.scores()
        return scores[scores["part"] == part] if len(scores) else scores

    def differences(self, first: str, second: str) -> list[np.ndarray]:
        """Return by split first − second in being right, mean over members, of each test image.

        Only rounds that both have finished count.
        """
        found = []
        for split in range(len(self.parts)):
            right = [self._right(split, name) for name in (first, second)]
            shared = sorted(right[0].keys() & right[1].keys())
            one, other = (np.mean([each[number].mean(0) for number in shared], 0) for each in right)
            found.append(one - other)
        return found

    def weights(self) -> list[np.ndarray]:
        """Return by split how much each test image counts, so that weighted means are the score."""
        found = []
        for part in self.parts:
            weights = np.ones(len(part.test))
            if self.score == "recall":
                counts = part.test.counts()
                weights = len(part.test) / (np.count_nonzero(counts) * counts[part.test.labels])
            found.append(weights)
        return found

    def shown(self) -> list[np.ndarray]:
        """Return by split what each test image shows, see `Part`."""
        starts = np.cumsum([0, *(len(part.test) for part in self.parts)])
        return [
            np.arange(start, start + len(part.test)) if part.shown is None else part.shown
            for start, part in zip(starts, self.parts)
        ]

    def _right(self, split: int, name: str) -> dict[int, np.ndarray]:
        """Return by round which test images the members got right."""
        found = {}
        for number in range(len(self.comparison.log.records)):
            try:
                found[number] = self.comparison.right(self._case("test", number, split), name)
            except KeyError:
                break
        return found

    def _case(self, part: str, number: int, split: int) -> dict:
        return {"part": part, "round": number, "gan_seed": split}

    def _training_set(self, candidate: Candidate, split: int) -> LabeledImages:
        method, real = candidate.method, self.parts[split].train
        if method is None:
            return candidate.training_set(real)
        return candidate.training_set(real, self.generated(method, split, candidate.selected))
