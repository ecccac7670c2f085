"""Which network is best? Asked of 36 small ones after few steps, and after many."""

from __future__ import annotations

import itertools
import time

import pandas as pd

from gan_augment.classifiers.learners import Architecture
from gan_augment.common.log import MetricsLog
from gan_augment.common.progress import progress_bar
from gan_augment.studies.classroom import Classroom, real_course, tuned_on_real
from gan_augment.studies.teaching import TeachingStudy

TUNED_WITH = 1  # learner for each setting: the longer a training, the less is left to luck

SPACE = tuple(
    Architecture(filters, dense, side)
    for filters, dense, side in itertools.product(
        ((4,), (16,), (4, 8), (16, 32), (4, 8, 16), (16, 32, 64)), ((), (32,), (128,)), (3, 5)
    )
)


class ArchitectureSearch:
    """Ranks the architectures of `space` by short training, and holds that against full training.

    Short: a step on each lesson of one teaching network ("generated"), or as many on real images
    ("real") with the rate and momentum that the study chose for its own architecture; `learners`
    are examined on held-out real images. Full: `steps` steps on real images, with a rate and a
    momentum that were chosen likewise for so many, examined on the test images.

    Finished cells are kept in the study's directory, search.jsonl.
    """

    def __init__(
        self,
        study: TeachingStudy,
        curriculum: str,
        *,
        steps: int,
        learners: int = 3,
        space: tuple[Architecture, ...] = SPACE,
    ):
        self.study = study
        self.curriculum = curriculum
        self.steps = steps
        self.learners = learners
        self.space = space
        self.log = MetricsLog(study.directory / "search.jsonl")

    def run(self) -> None:
        """Train every architecture in all three ways."""
        study = self.study
        network = study.network(self.curriculum)
        short = self._tuned(study.points[-1])
        long = self._tuned(self.steps)
        n = study.points[-1]
        ways = {
            "generated": (study.course(network), *network.schedule(), n, study.validation),
            "real": (self._real(n), short["rate"], short["momentum"], n, study.validation),
            "full": (
                self._real(self.steps),
                long["rate"],
                long["momentum"],
                self.steps,
                study.test,
            ),
        }
        done = {(record["architecture"], record["way"]) for record in self._finished()}
        todo = [
            (architecture, way)
            for architecture, way in itertools.product(self.space, ways)
            if (architecture.name, way) not in done
        ]
        for architecture, way in progress_bar(todo, description="searching", unit="training"):
            course, rates, momenta, steps, exam = ways[way]
            room = self._room(architecture, steps, exam)
            accuracies, times = [], []
            for seed in study.seeds(f"search, {way}", self.learners):
                start = time.perf_counter()
                accuracies.append(float(room.accuracies(course, rates, momenta, [seed])[0, 0]))
                times.append(time.perf_counter() - start)
            self.log.append(
                {
                    "architecture": architecture.name,
                    "parameters": room.learner.size,
                    "way": way,
                    "accuracy": accuracies,
                    "seconds": min(times),  # the first one's are those of compiling, too
                }
                | ({"curriculum": self.curriculum} if way == "generated" else {})
            )

    def scores(self) -> pd.DataFrame:
        """A row for each architecture, way and learner.

        Columns: architecture, parameters, way ("generated", "real", "full"), seconds (for one
        learner, its exam included), member, accuracy.
        """
        return pd.DataFrame(
            {name: record[name] for name in ("architecture", "parameters", "way", "seconds")}
            | {"member": member, "accuracy": accuracy}
            for record in self._finished()
            for member, accuracy in enumerate(record["accuracy"])
        )

    def _finished(self) -> list[dict]:
        """Return the finished cells, of generated lessons those of this curriculum."""
        own = (None, self.curriculum)
        return [r for r in self.log.records if "way" in r and r.get("curriculum") in own]

    def _real(self, steps: int):
        return real_course(self.study.train, steps, self.study.batch)

    def _room(self, architecture: Architecture, steps: int, exam) -> Classroom:
        return self.study.classroom(architecture, exam, [steps])

    def _tuned(self, steps: int) -> dict:
        """Return rate and momentum for so many steps on real images, with the own architecture."""
        if steps == self.study.points[-1]:
            return self.study.chosen(self.study.architecture)[-1]
        for record in self.log.records:
            if record.get("tuned") == steps:
                return record
        room = self._room(self.study.architecture, steps, self.study.validation)
        seeds = self.study.seeds("tuning the search", TUNED_WITH)
        (chosen,) = tuned_on_real(room, self._real(steps), seeds)
        self.log.append({"tuned": steps, **chosen})
        return chosen
