"""What a trial says in the end: which way of training to take, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gan_augment.metrics.resampled import over_splits_and_images
from gan_augment.metrics.significance import Estimate
from gan_augment.studies.candidates import CONTROLS, Candidate
from gan_augment.studies.trial import Trial

NOTHING = CONTROLS[0]


@dataclass(frozen=True)
class Finding:
    """A difference in score between two candidates on test images."""

    first: str
    second: str
    estimate: Estimate

    @property
    def sign(self) -> int:
        """+1 or −1 if the interval excludes 0, else 0; without an interval 0."""
        return int(self.estimate.low > 0) - int(self.estimate.high < 0)

    def told(self) -> dict:
        """Return it as plain data."""
        ends = {name: getattr(self.estimate, name) for name in ("mean", "low", "high", "p_value")}
        return {"first": self.first, "second": self.second, **ends}


@dataclass(frozen=True)
class Verdict:
    """The answer to "do synthetic images help?", and what to do."""

    advised: Candidate
    """What to take: generated images if they help, else the least effort that no other control
    beats for sure."""
    question: Finding | None
    """The best candidate with generated images, chosen on validation parts, less the best control,
    chosen likewise; None if no generator was tried."""
    steps: tuple[Finding, ...]
    """Every comparison on the way to the advice, from nothing at all upwards."""
    smallest_visible: float
    """Differences smaller than this, in score, would mostly have been missed: half the width of the
    widest interval above."""

    @property
    def helps(self) -> bool:
        """Whether generated images are better than what to take without them, for sure."""
        return self.advised.method is not None


def compare(trial: Trial, first: str, second: str) -> Finding:
    """Compare two candidates that were examined, with an interval of 95 %."""
    differences = trial.differences(first, second)
    return Finding(
        first, second, over_splits_and_images(differences, trial.shown(), trial.weights())
    )


def judge(trial: Trial, chosen: Sequence[Candidate]) -> Verdict:
    """Judge a trial whose controls and `chosen` candidates were examined.

    The advice begins with "nothing" and goes on, in order of effort, to whatever control is better
    than the advice so far by an interval of 95 % that excludes 0: one that is taken in error does
    no harm. Of the candidates with generated images, the one that was best on validation parts is
    advised if it is better than that control and than the control that was best there, both by
    such an interval. As both must hold, 5 % of error need not be shared among them.
    """
    means = trial.scores("validation").groupby("set")[trial.score].mean()

    def best(candidates: Sequence[Candidate]) -> Candidate:
        return max(candidates, key=lambda each: means[each.name])

    advised, steps = NOTHING, []
    for candidate in CONTROLS[1:]:
        steps.append(compare(trial, candidate.name, advised.name))
        if steps[-1].sign > 0:
            advised = candidate
    question = None
    if chosen:
        generated = best(chosen)
        question = compare(trial, generated.name, best(CONTROLS).name)
        beats = [question]
        if question.second != advised.name:
            beats.append(compare(trial, generated.name, advised.name))
            steps.append(beats[-1])
        if all(each.sign > 0 for each in beats):
            advised = generated
    widths = [each.estimate.high - each.estimate.low for each in (question, *steps) if each]
    visible = float(np.nanmax(widths)) / 2 if np.isfinite(widths).any() else np.nan
    return Verdict(advised, question, tuple(steps), visible)


def in_one_sentence(verdict: Verdict) -> str:
    """Say the verdict in one sentence, in points (hundredths of the score)."""
    question, advised = verdict.question, verdict.advised
    do = {
        "nothing": "train on the real images alone",
        "equal steps": "train longer; that is all",
        "classical": "use classical augmentation",
        "randaugment": "use RandAugment",
    }.get(advised.name, f"add generated images ({advised.name})")
    if question is None:
        return f"No generator was tried; of the rest: {do}."
    found = question.estimate
    span = f"{_points(found.mean)} points [{_points(found.low)}, {_points(found.high)}]"
    about = f"{question.first} against {question.second}, the best without a generator: {span}"
    if verdict.helps:
        return f"Generated images help ({about}); {do}."
    if question.sign > 0:
        return f"Generated images are better ({about}), but not than {advised.name} for sure; {do}."
    if question.sign < 0:
        return f"Generated images fall short ({about}); {do}."
    return f"No method with generated images is better for sure ({about}); {do}."


def power_sentence(verdict: Verdict, test_images: int) -> str:
    """Say what this trial could not have seen."""
    if not np.isfinite(verdict.smallest_visible):
        return "One split gives no interval: nothing here can be told from chance."
    return (
        f"With {test_images:,} test images in each split, differences below about "
        f"{100 * verdict.smallest_visible:.1f} points are mostly missed."
    )


def _points(score: float) -> str:
    return f"{100 * score:+.1f}".replace("-", "−")
