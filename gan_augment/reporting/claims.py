"""Holding the claims of a report against our scores."""

from dataclasses import dataclass

import pandas as pd

from gan_augment.metrics.significance import (
    DOES_NOT_HOLD,
    HOLDS,
    NOT_RUN,
    UNDECIDED,
    Estimate,
    estimate,
    verdict,
)
from gan_augment.reporting.cells import Accuracies
from gan_augment.reporting.report import Claim, Report

IN_THE_PLURAL = {
    HOLDS: ("holds", "hold"),
    DOES_NOT_HOLD: ("does not hold", "do not hold"),
    UNDECIDED: ("is undecided", "are undecided"),
    NOT_RUN: ("was not run", "were not run"),
}


@dataclass(frozen=True)
class Finding:
    """One contrast of a claim: what the report has, what we have, and what follows."""

    label: str
    reported: float
    """NaN where the report has no such number."""
    ours: Estimate
    verdict: str


@dataclass(frozen=True)
class Judgement:
    """A claim with its findings and the verdict that they add up to."""

    claim: Claim
    findings: tuple[Finding, ...]
    verdict: str
    """"holds", "does not hold", "undecided" (also: not all of it was run) or "not run"."""


def judge(report: Report, scores: pd.DataFrame, protocol: str, alpha: float) -> list[Judgement]:
    """Judge every claim of `report` by the scores at `alpha` under `protocol`."""
    accuracies = Accuracies(scores, protocol)
    return [_judge_one(claim, accuracies, report, alpha) for claim in report.claims]


def _judge_one(claim: Claim, accuracies: Accuracies, report: Report, alpha: float) -> Judgement:
    threshold = claim.at_least - claim.margin if claim.at_least else 0.0
    margin = 0.0 if claim.at_least else claim.margin  # the threshold has it already
    findings, compared = [], []
    for contrast in claim.contrasts:
        values = contrast.at(alpha=alpha).values(accuracies)
        judged = [estimate(values - threshold)] if len(values) else []
        compared += judged
        findings.append(
            Finding(
                contrast.label,
                contrast.at(alpha=report.alpha).reported(report.numbers),
                estimate(values),
                verdict(judged, claim.sign, margin),
            )
        )
    overall = verdict(compared, claim.sign, margin)
    # A claim about every size can be refuted before every size was run, but not borne out.
    if overall == HOLDS and len(compared) < len(findings):
        overall = UNDECIDED
    return Judgement(claim, tuple(findings), overall)
