"""Rare classes filled up in several ways: tables and verdicts, from scores."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from gan_augment.metrics.significance import HOLDS, UNDECIDED, Estimate, estimate, verdict

WAYS = {
    "none": "nothing",
    "repeat": "repeat",
    "smote": "SMOTE",
    "affine": "affine copies",
    "repeat+affine": "repeat, affine at every step",
    "conditional": "conditional GAN",
    "auto-encoder": "auto-encoder alone",
    "bagan": "BAGAN",
    "complete": "complete sample",
}
MEASURES = {
    "minority_recall": "minority recall",
    "recall": "balanced accuracy",
    "majority_recall": "majority recall",
    "least_recall": "least recall",
}
MARGIN = 0.005  # within half a point of 0 there is no difference
INDEX = ["gan_seed", "member"]


@dataclass(frozen=True)
class Claim:
    """That a weighted sum of ways has a sign in a measure at every share (0: it is about 0)."""

    text: str
    measure: str
    sign: int
    terms: tuple[tuple[float, str], ...]
    ours: bool = False
    """Whether it is a question of ours and not of the literature."""

    @property
    def label(self) -> str:
        """Name the difference: "BAGAN − repeat"."""
        (_, first), *rest = self.terms
        others = [f"− {'' if weight == -1 else f'{-weight:g} '}{WAYS[way]}" for weight, way in rest]
        return " ".join([WAYS[first], *others])


def against(first: str, second: str) -> tuple[tuple[float, str], ...]:
    """Return the terms of a difference."""
    return ((1.0, first), (-1.0, second))


HALF_WAY = ((1.0, "bagan"), (-0.5, "none"), (-0.5, "complete"))

CLAIMS = (
    Claim(
        "filling rare classes up with BAGAN images raises their recall",
        *("minority_recall", +1, against("bagan", "none")),
    ),
    Claim(
        "it raises the balanced accuracy",
        *("recall", +1, against("bagan", "none")),
    ),
    Claim(
        "BAGAN restores balance better than a plain conditional GAN: minority recall",
        *("minority_recall", +1, against("bagan", "conditional")),
    ),
    Claim(
        "BAGAN restores balance better than a plain conditional GAN: balanced accuracy",
        *("recall", +1, against("bagan", "conditional")),
    ),
    Claim(
        "BAGAN restores balance better than oversampling: minority recall",
        *("minority_recall", +1, against("bagan", "repeat")),
    ),
    Claim(
        "BAGAN restores balance better than oversampling: balanced accuracy",
        *("recall", +1, against("bagan", "repeat")),
    ),
    Claim(
        "BAGAN does better than SMOTE in balanced accuracy",
        *("recall", +1, against("bagan", "smote"), True),
    ),
    Claim(
        "BAGAN does better than affine copies in balanced accuracy",
        *("recall", +1, against("bagan", "affine"), True),
    ),
    Claim(
        "BAGAN does better than repeating with affine maps at every step in balanced accuracy",
        *("recall", +1, against("bagan", "repeat+affine"), True),
    ),
    Claim(
        "BAGAN does better than its auto-encoder alone in balanced accuracy",
        *("recall", +1, against("bagan", "auto-encoder"), True),
    ),
    Claim(
        "BAGAN images win back half or more of the minority recall that imbalance costs",
        *("minority_recall", +1, HALF_WAY, True),
    ),
    Claim(
        "BAGAN images cost the other classes no recall",
        *("majority_recall", 0, against("bagan", "none"), True),
    ),
)


def values(scores: pd.DataFrame, share: float, way: str, measure: str) -> pd.Series:
    """Return a measure by gan_seed and member; empty if it was not run."""
    rows = scores[(scores["share"] == share) & (scores["set"] == way)]
    return rows.set_index(INDEX)[measure]


def contrast(scores: pd.DataFrame, share: float, claim: Claim) -> pd.Series:
    """Return the weighted sum of a claim at a share, member by member; empty if it was not run."""
    parts = [weight * values(scores, share, way, claim.measure) for weight, way in claim.terms]
    return pd.concat(parts, axis=1, join="inner").sum(axis=1)


def judge(scores: pd.DataFrame, claim: Claim) -> tuple[dict[float, Estimate], str]:
    """Return an estimate of a claim's sum for each share, and what they say of it."""
    shares = sorted(scores["share"].unique())
    found = {share: estimate(contrast(scores, share, claim)) for share in shares}
    there = [each for each in found.values() if each.n_members]
    outcome = verdict(there, claim.sign, MARGIN)
    # A claim about every share can be refuted before every share was run, but not borne out.
    if outcome == HOLDS and len(there) < len(found):
        outcome = UNDECIDED
    return found, outcome


def claims_table(scores: pd.DataFrame) -> pd.DataFrame:
    """A row for each claim and share: text, difference, mean, low, high, verdict on the claim."""
    rows = []
    for claim in CLAIMS:
        found, outcome = judge(scores, claim)
        for share, ours in found.items():
            rows.append(
                {
                    "claim": claim.text,
                    "ours": claim.ours,
                    "measure": claim.measure,
                    "difference": claim.label,
                    "share": share,
                    **{name: getattr(ours, name) for name in ("mean", "low", "high")},
                    "n_gan_seeds": ours.n_gan_seeds,
                    "n_members": ours.n_members,
                    "interval_over": ours.interval_over,
                    "verdict": outcome,
                }
            )
    return pd.DataFrame(rows)


def recalls_table(scores: pd.DataFrame) -> pd.DataFrame:
    """A row for each share and way: estimates of all MEASURES, in 0…1, and the steps."""
    rows = []
    for share in sorted(scores["share"].unique()):
        for way in WAYS:
            part = scores[(scores["share"] == share) & (scores["set"] == way)]
            if part.empty:
                continue
            row = {"share": share, "way": way}
            for measure in MEASURES:
                found = estimate(part.set_index(INDEX)[measure])
                for name in ("mean", "sd", "low", "high"):
                    row[f"{measure} {name}"] = getattr(found, name)
            row |= {
                "interval_over": found.interval_over,
                "n_gan_seeds": found.n_gan_seeds,
                "n_members": found.n_members,
                "steps": int(part["steps"].iloc[0]),
            }
            rows.append(row)
    return pd.DataFrame(rows)
