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
    favour; each network has learners of its own on either side, so what two networks add to real
    images has no luck in common. No seed of an examined learner is one that a network was trained
    or a rate chosen with.

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
        self.validation = _at_most(VALIDATED_WITH, validation, derive_seed(seed, "validated with"))
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
            for curriculum, gan_seed in itertools.product((REAL, *curricula), range(gan_seeds)):
                if self._found(curriculum, gan_seed, architecture):
                    continue
                if curriculum == REAL:
                    cell = self._on_real(room, gan_seed)
                else:
                    cell = self._taught_by(room, curriculum, gan_seed)
                self.log.append(
                    {"curriculum": curriculum, "gan_seed": gan_seed}
                    | {"architecture": architecture.name, "points": list(self.points)}
                    | cell
                )

    def network(self, curriculum: str, gan_seed: int = 0) -> TeachingNetwork:
        """Return the network of a curriculum, trained now unless it was before."""
        key = curriculum, gan_seed
        if key not in self._networks:
            watched = _at_most(WATCHED_WITH, self.test, derive_seed(self.seed, "watched with"))
            room = self.classroom(self.architecture, watched)
            seeds = self.seeds("watched", WATCHED)

            def examine(network, report):
                report["accuracy"] = self.taught(room, network, seeds).mean(axis=0).tolist()

            self._networks[key] = TeachingNetwork(
                self.builds[curriculum],
                steps=self.meta_steps,
                batch_size=self.meta_batch,
                seed=derive_seed(self.seed, "network", curriculum, gan_seed),
                every=self.every,
                directory=self._place(curriculum, gan_seed),
                on_report=examine,
            ).fit(self.train)
        return self._networks[key]

    def course(self, network: TeachingNetwork) -> Course:
        """Return what learners are taught by a network; real images if it generates none."""
        if network.network.generated:
            return network.lessons
        return real_course(self.train, self.points[-1], self.batch)

    def taught(self, room: Classroom, network: TeachingNetwork, seeds: Sequence[int]) -> np.ndarray:
        """Return accuracies [seeds, points] of learners taught by a network."""
        return room.accuracies(self.course(network), *network.schedule(), seeds)

    def classroom(
        self, architecture: Architecture, exam: LabeledImages, points: Sequence[int] = ()
    ) -> Classroom:
        """Return a classroom for learners of one architecture; `points`, if not the study's."""
        learner = Learner(architecture, self.train.image_shape, self.train.num_classes)
        return Classroom(learner, points or self.points, exam)

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

    def chosen(self, architecture: Architecture) -> list[dict]:
        """Return rate and momentum for real images at each point, chosen now unless they were."""
        first = self._found(REAL, 0, architecture)
        if first:
            return [first["chosen"][str(point)] for point in self.points]
        practice = self.classroom(architecture, self.validation)
        course = real_course(self.train, self.points[-1], self.batch)
        return tuned_on_real(practice, course, self.seeds("tuning", TUNED_WITH))

    def trained(self) -> list[tuple[str, int]]:
        """Return curriculum and seed of every network examined, by this call or an earlier one."""
        cells = ((cell["curriculum"], cell["gan_seed"]) for cell in self.log.records)
        return [cell for cell in dict.fromkeys(cells) if cell[0] != REAL]

    def curve(self) -> pd.DataFrame:
        """A row for each report of each network, and each point: its learners' mean accuracy.

        Columns: curriculum, gan_seed, meta_step, loss, gradient, seconds (since the report before),
        point, accuracy on some of the test images, which nothing is chosen by.
        """
        return pd.DataFrame(
            {"curriculum": curriculum, "gan_seed": gan_seed, "meta_step": report["step"]}
            | {name: report[name] for name in ("loss", "gradient", "seconds")}
            | {"point": point, "accuracy": accuracy}
            for curriculum, gan_seed in self.trained()
            for report in MetricsLog(self._place(curriculum, gan_seed) / "metrics.jsonl").records
            for point, accuracy in zip(self.points, report["accuracy"])
        )

    def _place(self, curriculum: str, gan_seed: int) -> Path:
        return self.directory / "networks" / f"{curriculum}_seed-{gan_seed}"

    def _found(self, curriculum: str, gan_seed: int, architecture: Architecture) -> dict | None:
        """Return a finished cell."""
        wanted = curriculum, gan_seed, architecture.name
        for cell in self.log.records:
            if (cell["curriculum"], cell["gan_seed"], cell["architecture"]) == wanted:
                return cell
        return None

    def _members(self, gan_seed: int) -> list[int]:
        """Return the seeds of the learners that a network is judged by, and of their rivals."""
        return self.seeds(f"member, {gan_seed}", self.members)

    def _taught_by(self, room: Classroom, curriculum: str, gan_seed: int) -> dict:
        network = self.network(curriculum, gan_seed)
        return {"accuracy": self.taught(room, network, self._members(gan_seed)).tolist()}

    def _on_real(self, room: Classroom, gan_seed: int) -> dict:
        course = real_course(self.train, self.points[-1], self.batch)
        chosen = self.chosen(room.learner.architecture)
        settings = [(best["rate"], best["momentum"]) for best in chosen]
        found = {
            setting: room.accuracies(course, *setting, self._members(gan_seed))
            for setting in dict.fromkeys(settings)
        }
        return {
            "accuracy": np.stack([found[of][:, k] for k, of in enumerate(settings)], 1).tolist(),
            "chosen": dict(zip(map(str, self.points), chosen)),
        }


def _at_most(n: int, images: LabeledImages, seed: int) -> LabeledImages:
    """Return all images, or `n` drawn at random with each class's share: order may mean much."""
    return images if len(images) <= n else images.sample(n, seed, stratified=True)
