"""The whole of a trial on one's own images: from divided images and a budget to an outcome."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from gan_augment.augmenters.base import Augmenter
from gan_augment.classifiers.cnn import two_layer_cnn
from gan_augment.classifiers.members import Members
from gan_augment.common.clock import Clock
from gan_augment.common.errors import UserError
from gan_augment.common.files import read_json, write_json
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages
from gan_augment.data.photometric import colour_jitter
from gan_augment.data.randaugment import randaugment
from gan_augment.data.transforms import Transform, affine, chain, flip_crop
from gan_augment.studies.candidates import (
    CONTROLS,
    Candidate,
    generated_candidates,
    is_imbalanced,
)
from gan_augment.studies.own_speed import classifier_speed, generator_speed
from gan_augment.studies.part_generators import PartGenerators, images_per_class
from gan_augment.studies.plan import (
    CLASSIFIER_BATCH,
    Costs,
    Plan,
    plan_for,
)
from gan_augment.studies.selection import JUDGES, OVERSUPPLY, best
from gan_augment.studies.trial import Affordable, Part, Trial
from gan_augment.studies.verdict import Verdict, in_one_sentence, judge

REPORT_SECONDS = 20.0  # kept back for what comes after
MOST_ROUNDS = 20
ROUNDS_TO_KEEP = 4  # of tests, before a further round of choosing: more shorten intervals less

Maker = Callable[..., Augmenter]
"""(width, steps, seed=…, directory=…) → an untrained augmenter"""


@dataclass
class Outcome:
    """What became of a trial."""

    plan: Plan | None = None
    flip: bool = False
    chosen: list[Candidate] = field(default_factory=list)
    verdict: Verdict | None = None
    interrupted: str | None = None
    """What was not done, if it was stopped early."""


class OwnImages:
    """Runs a trial on `parts` within a budget, in `directory`; what is finished is kept there.

    `makers` are the methods to try, by name. Lengths that are given in `fixed` (a `Plan`, or None)
    are not made to fit the time. `flip`: whether a mirrored image keeps its label, "auto" if a
    classifier recognises mirrored images about as well. `networks` says how many a method trains,
    if not one.
    """

    def __init__(
        self,
        directory: Path,
        parts: Sequence[Part],
        makers: Mapping[str, Maker],
        *,
        ratios: Sequence[float],
        generation: Mapping,
        seed: int,
        select: Sequence[str] = (),
        flip: str = "auto",
        fixed: Plan | None = None,
        shared_test: bool = False,
        networks: Mapping[str, int] = MappingProxyType({}),
    ):
        self.directory = Path(directory)
        self.parts = list(parts)
        self.makers = dict(makers)
        self.ratios = tuple(ratios)
        self.generation = dict(generation)
        self.seed = seed
        self.select = tuple(select)
        self.flip = flip
        self.fixed = fixed
        self.shared_test = shared_test
        self.networks = [networks.get(name, 1) for name in self.makers]
        real = parts[0].train
        self.score = "recall" if is_imbalanced(real.counts()) else "accuracy"
        # A tenth of the arithmetic of Abadi's: a hundred are trained within minutes.
        self.build = functools.partial(
            two_layer_cnn, real.image_shape, real.num_classes, filters=(16, 32), kernel_size=3
        )
        self.outcome = Outcome()
        self.seconds_of_a_generator = 0.0
        self._selected: dict[tuple, LabeledImages] = {}
        self.generators: PartGenerators | None = None
        self.trial: Trial | None = None

    def run(self, clock: Clock, rounds: int | None = None) -> Outcome:
        """Do everything there is time for; Ctrl-C ends it early, with an outcome that says so."""
        outcome = self.outcome
        doing = "measuring the speed of this machine"
        try:
            outcome.plan, outcome.flip = self._planned(clock)
            doing = "training generators"
            began = clock.spent()
            methods = self._fit_generators(outcome.plan)
            self.seconds_of_a_generator = (clock.spent() - began) / max(
                1, len(self.generators.fitted)
            )
            candidates = self.candidates(methods)
            self.trial = self._make_trial(outcome.plan, outcome.flip)
            doing = "choosing the amount of images"
            finalists = 2 * len(methods) * (1 + len(self.select)) + len(CONTROLS)
            last = finalists * len(self.parts) * min(rounds or ROUNDS_TO_KEEP, ROUNDS_TO_KEEP)
            outcome.chosen = self.trial.choose(
                candidates, self._affordable(clock, reserve=lambda: self.trial.pace.of(last))
            )
            doing = "examining what was chosen"
            self._examine(clock, rounds)
        except KeyboardInterrupt:
            outcome.interrupted = stopped(doing)
        if self.trial is not None:
            outcome.verdict = judge_finished(self.trial, outcome.chosen)
        return outcome

    def unless_stopped(self, doing: str, work: Callable):
        """Return what `work()` does; after Ctrl-C None, and the outcome says so."""
        try:
            return work()
        except KeyboardInterrupt:
            self.outcome.interrupted = self.outcome.interrupted or stopped(doing)
            return None

    def _examine(self, clock: Clock, rounds: int | None) -> None:
        """Examine what was chosen and the selections of it.

        A trial that came to its end is lengthened only if more time or more rounds are asked for:
        to look again until the result pleases would be to choose it.
        """
        file = self.directory / "examined.json"
        before = read_json(file) if file.exists() else {"seconds": 0.0, "rounds": 0}
        most = rounds or (MOST_ROUNDS if clock.seconds > before["seconds"] else before["rounds"])
        self.trial.examine(
            [*self.outcome.chosen, *self.selections()],
            self._affordable(clock, reserve=lambda: self.seconds_of_a_generator),
            most,
        )
        done = int(self.trial.scores("test")["round"].max()) + 1
        write_json(file, {"seconds": max(clock.seconds, before["seconds"]), "rounds": done})

    def __str__(self) -> str:
        """The verdict in a sentence."""
        verdict = self.outcome.verdict
        return in_one_sentence(verdict) if verdict else "There is no verdict yet."

    @property
    def augmenter(self) -> Augmenter:
        """The generator that the verdict is about; raises `UserError` if there is none."""
        best = self.best()
        if best is None:
            raise UserError("no generator was examined; give it more time, or --methods")
        everything = self.generators.fitted.get((best.method, "all"))
        return everything or self.generators.fitted[best.method, 0]

    def selections(self) -> list[Candidate]:
        """Return what was chosen again, with the best of more images instead of any."""
        return [replace(each, selected=by) for each in self.outcome.chosen for by in self.select]

    def _images(self, method: str, split: int, selected: str | None) -> LabeledImages:
        generated = self.generators.images(method, split)
        if selected is None:
            return generated
        if (method, split, selected) not in self._selected:
            scores = JUDGES[selected](
                self.build,
                self.parts[split].train,
                generated,
                steps=self.outcome.plan.classifier_steps,
                seed=derive_seed(self.seed, "judge", selected, split),
            )
            self._selected[method, split, selected] = best(generated, scores)
        return self._selected[method, split, selected]

    def best(self) -> Candidate | None:
        """Return the candidate with generated images that the verdict is about."""
        verdict = self.outcome.verdict
        if verdict is None or verdict.question is None:
            return None
        return next(each for each in self.outcome.chosen if each.name == verdict.question.first)

    def _planned(self, clock: Clock) -> tuple[Plan, bool]:
        """Return the plan, from the disk if there is one, and whether images may be mirrored."""
        file = self.directory / "plan.json"
        if file.exists():
            found = read_json(file)
            flip = found.pop("flip")
            return Plan(**found), flip
        step, harmless = 0.0, False
        if self.fixed is None or self.flip == "auto":
            step, harmless = classifier_speed(self.build, self.parts[0], seed=self.seed)
        flip = harmless if self.flip == "auto" else self.flip == "yes"
        plan = self.fixed or plan_for(
            clock.left() - REPORT_SECONDS,
            Costs(*generator_speed(self.parts[0].train), step),
            images=len(self.parts[0].train),
            generators=sum(self.networks) * len(self.parts) + max(self.networks, default=1),
            trainings=self._fewest_trainings(),
        )
        write_json(file, {**asdict(plan), "flip": flip})
        return plan, flip

    def _fewest_trainings(self) -> int:
        """Return how many trainings a trial takes at least: one round of choice, one of tests."""
        candidates = len(self.candidates(self.makers))
        examined = len(CONTROLS) + 2 * len(self.makers) * (1 + len(self.select))
        return (candidates + len(CONTROLS) + examined) * len(self.parts)

    def _fit_generators(self, plan: Plan) -> list[str]:
        """Train the generators of all splits; return the methods that could be."""
        makers = {
            name: functools.partial(make, plan.gan_width, plan.gan_steps)
            for name, make in self.makers.items()
        }
        training = [part.train for part in self.parts]
        self.generators = PartGenerators(
            self.directory,
            makers,
            per_class=images_per_class(self.candidates(makers), training)
            * (OVERSUPPLY if self.select else 1),
            generation=self.generation,
            seed=self.seed,
        )
        return self.generators.fit(training)

    def candidates(self, methods: Iterable[str]) -> list[Candidate]:
        """Return all ways of adding the images of some methods."""
        return generated_candidates(list(methods), self.ratios, self.parts[0].train.counts())

    def _make_trial(self, plan: Plan, flip: bool) -> Trial:
        def make_members(transform: bool | str) -> Members:
            channels = self.parts[0].train.image_shape[-1]
            change = transforms(channels, flip)[transform] if transform else None
            return Members(self.build, batch_size=CLASSIFIER_BATCH, transform=change)

        return Trial(
            self.directory,
            self.parts,
            make_members,
            self._images,
            steps=plan.classifier_steps,
            seed=self.seed,
            score=self.score,
        )

    def _affordable(self, clock: Clock, reserve: Callable[[], float] = lambda: 0.0) -> Affordable:
        """Return whether trainings fit into what is left, less a reserve and that for the end."""
        return lambda n: self.trial.pace.of(n) + reserve() + REPORT_SECONDS < clock.left()


def transforms(channels: int, flip: bool) -> dict[str, Transform]:
    """Return what "classical" and "randaugment" do: to grey images nothing with colours."""
    mirrored = [flip_crop(padding=0)] if flip else []
    light = colour_jitter(brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02)
    return {
        "classical": chain(affine(), *mirrored, light),
        "randaugment": chain(*mirrored, randaugment()),
    }


def stopped(doing: str) -> str:
    """Say that a trial was stopped."""
    return f"Stopped by hand while {doing}."


def judge_finished(trial: Trial, chosen: Sequence[Candidate]) -> Verdict | None:
    """Judge what was examined in every split at least once; None if the controls were not."""
    if not all(is_done(trial, each) for each in CONTROLS):
        return None
    return judge(trial, [each for each in chosen if is_done(trial, each)])


def is_done(trial: Trial, candidate: Candidate) -> bool:
    """Tell whether a candidate was examined in every split at least once."""
    found = [
        record["case"]["gan_seed"]
        for record in trial.comparison.log.records
        if (record["case"]["part"], record["set"]) == ("test", candidate.name)
    ]
    return len(set(found)) == len(trial.parts)
