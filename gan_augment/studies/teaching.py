"""Do learners learn more from generated lessons than from as many lessons of real images?"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from gan_augment.augmenters.teaching_network import TeachingNetwork
from gan_augment.classifiers.learners import Architecture, Learner
from gan_augment.common.log import MetricsLog
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages
from gan_augment.studies.classroom import Classroom, Course, real_course, tuned_on_real

REAL = "real, tuned"
WATCHED = 3  # learners taught at every report
TUNED_WITH = 3  # learners, for each setting
VALIDATED_WITH = 5000  # images at most
WATCHED_WITH = 2000


class TeachingStudy:
    """Trains teaching networks and teaches fresh learners with what they make.

    `builds` holds the builder of a network by curriculum; its learners are of `architecture`. A
    learner takes one step on each lesson and is examined on the test images after each of the
    steps `points`. Against it stands the same number of steps on as large batches of real images,
    with the rate and momentum, one pair for each point and architecture, that held-out real images
    favour. No seed of an examined learner is one that a network was trained or a rate chosen with.

    Finished cells are kept in `directory`/cells.jsonl and not done again.
    """

    def __init__(
        self,
        directory: Path,
        builds: Mapping[str, Callable],
        architecture: Architecture,
        train: LabeledImages,
        validation: LabeledImages,
        test: LabeledImages,
        *,
        points: Sequence[int],
        batch: int,
        meta_steps: int,
        meta_batch: int,
        every: int,
        members: int,
        seed: int,
    ):
        self.directory = Path(directory)
        self.builds = builds
        self.architecture = architecture
        self.train = train
        self.validation = validation.take(slice(VALIDATED_WITH))
        self.test = test
        self.points = tuple(points)
        self.batch = batch
        self.meta_steps = meta_steps
        self.meta_batch = meta_batch
        self.every = every
        self.members = members
        self.seed = seed
        self.log = MetricsLog(self.directory / "cells.jsonl")
        self._networks: dict[tuple[str, int], TeachingNetwork] = {}

    def run(
        self,
        curricula: Iterable[str],
        gan_seeds: int,
        architectures: Iterable[Architecture] = (),
    ) -> None:
        """Teach learners of the networks' own architecture, and of others that they never saw."""
        for architecture in dict.fromkeys((self.architecture, *architectures)):
            room = self.classroom(architecture, self.test)
            self._cell(lambda room=room: self._on_real(room), REAL, 0, architecture)
            for curriculum, gan_seed in itertools.product(curricula, range(gan_seeds)):
                self._cell(
                    lambda room=room, of=(curriculum, gan_seed): self._taught_by(room, *of),
                    curriculum,
                    gan_seed,
                    architecture,
                )

    def network(self, curriculum: str, gan_seed: int = 0) -> TeachingNetwork:
        """Return the network of a curriculum, trained now unless it was before."""
        key = curriculum, gan_seed
        if key not in self._networks:
            room = self.classroom(self.architecture, self.test.take(slice(WATCHED_WITH)))
            seeds = self.seeds("watched", WATCHED)

            def examine(network, report):
                course = self.course(network)
                found = room.accuracies(course, *network.schedule(), seeds)
                report["accuracy"] = found.mean(axis=0).tolist()

            self._networks[key] = TeachingNetwork(
                self.builds[curriculum],
                steps=self.meta_steps,
                batch_size=self.meta_batch,
                seed=derive_seed(self.seed, "network", curriculum, gan_seed),
                every=self.every,
                directory=self.directory / "networks" / f"{curriculum}_seed-{gan_seed}",
                on_report=examine,
            ).fit(self.train)
        return self._networks[key]

    def course(self, network: TeachingNetwork) -> Course:
        """Return what learners are taught by a network; real images if it generates none."""
        if network.network.generated:
            return network.lessons
        return real_course(self.train, self.points[-1], self.batch)

    def classroom(self, architecture: Architecture, exam: LabeledImages) -> Classroom:
        """Return a classroom for learners of one architecture."""
        shape = self.train.image_shape
        return Classroom(Learner(architecture, shape, self.train.num_classes), self.points, exam)

    def seeds(self, purpose: str, n: int) -> list[int]:
        """Return seeds of learners that serve one purpose and no other."""
        return [derive_seed(self.seed, purpose, k) for k in range(n)]

    def scores(self) -> pd.DataFrame:
        """A row for each learner examined, and each point.

        Columns: curriculum ("real, tuned" without a network), gan_seed, architecture, point,
        member, accuracy on the test images, and rate and momentum where they were tuned.
        """
        rows = []
        for cell in self.log.records:
            about = {name: cell[name] for name in ("curriculum", "gan_seed", "architecture")}
            for k, point in enumerate(cell["points"]):
                chosen = cell.get("chosen", {}).get(str(point), {})
                rows += [
                    about
                    | {"point": point, "member": member, "accuracy": accuracies[k]}
                    | {name: chosen.get(name) for name in ("rate", "momentum")}
                    for member, accuracies in enumerate(cell["accuracy"])
                ]
        return pd.DataFrame(rows)

    def curve(self, curricula: Iterable[str], gan_seeds: int) -> pd.DataFrame:
        """A row for each report of each network, and each point: its learners' mean accuracy.

        Columns: curriculum, gan_seed, meta_step, loss, gradient, seconds (since the report before),
        point, accuracy on some of the test images, which nothing is chosen by.
        """
        return pd.DataFrame(
            {"curriculum": curriculum, "gan_seed": gan_seed, "meta_step": report["step"]}
            | {name: report[name] for name in ("loss", "gradient", "seconds")}
            | {"point": point, "accuracy": accuracy}
            for curriculum, gan_seed in itertools.product(curricula, range(gan_seeds))
            for report in self.network(curriculum, gan_seed).log.records
            for point, accuracy in zip(self.points, report["accuracy"])
        )

    def _cell(self, do: Callable[[], dict], curriculum, gan_seed, architecture) -> None:
        about = {
            "curriculum": curriculum,
            "gan_seed": gan_seed,
            "architecture": architecture.name,
        }
        if not any(about.items() <= record.items() for record in self.log.records):
            self.log.append(about | {"points": list(self.points)} | do())

    def _taught_by(self, room: Classroom, curriculum: str, gan_seed: int) -> dict:
        network = self.network(curriculum, gan_seed)
        found = room.accuracies(
            self.course(network), *network.schedule(), self.seeds("member", self.members)
        )
        return {"accuracy": found.tolist()}

    def _on_real(self, room: Classroom) -> dict:
        course = real_course(self.train, self.points[-1], self.batch)
        practice = self.classroom(room.learner.architecture, self.validation)
        chosen = tuned_on_real(practice, course, self.seeds("tuning", TUNED_WITH))
        seeds = self.seeds("member", self.members)
        found = [
            room.accuracies(course, best["rate"], best["momentum"], seeds)[:, k]
            for k, best in enumerate(chosen)
        ]
        return {
            "accuracy": np.transpose(found).tolist(),
            "chosen": dict(zip(map(str, self.points), chosen)),
        }
