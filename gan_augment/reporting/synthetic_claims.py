"""The claims of Leung, Leung & Yu, *Synthetic Data Generation*, held against our scores."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from gan_augment.metrics.significance import (
    DOES_NOT_HOLD,
    HOLDS,
    NOT_RUN,
    UNDECIDED,
    estimate,
    verdict,
)
from gan_augment.reporting.synthetic_tables import (
    FID,
    HELD_OUT,
    OVERALL,
    TABLE_2,
    Cell,
    metric_column,
)
from gan_augment.reporting.text import difference, points


@dataclass(frozen=True)
class Claim:
    """The accuracy of `cell` lies above (`sign` +1), below (−1) or at (0) another or a number."""

    text: str
    cell: Cell
    sign: int
    against: Cell | float
    reported: float = np.nan
    """The report's difference."""
    ours: bool = False
    """A claim of this project, with a control that the report lacks."""
    margin: float = 0.005
    """What counts as no difference."""

    def values(self, accuracies: Mapping[Cell, pd.Series]) -> pd.Series | None:
        """Return the differences by GAN seed and member; None if a cell was not run."""
        needed = [self.cell, *([] if isinstance(self.against, float) else [self.against])]
        if not all(cell in accuracies for cell in needed):
            return None
        other = self.against if isinstance(self.against, float) else accuracies[self.against]
        return accuracies[self.cell] - other

    def judged(self, values: pd.Series) -> str:
        """Return the verdict."""
        if isinstance(self.against, float) and self.sign:  # as far as the number, less the margin
            return verdict(estimate(values + self.sign * self.margin), self.sign, 0.0)
        return verdict(estimate(values), self.sign, self.margin)


def _reported(cell: Cell, other: Cell) -> float:
    return TABLE_2[cell][1] - TABLE_2[other][1]


REAL, MIXED = ("real", "real"), ("mixed", "mixed")
# The report has no halves; with a synthetic half of 1.0 the real one has what is left.
REAL_HALF = 2 * TABLE_2[MIXED][1] - TABLE_2["synthetic", "synthetic"][1]
FAILED = TABLE_2["synthetic", "real"][1]

CLAIMS = (
    Claim(
        "mixing raises accuracy, each on test images of the kind trained on",
        MIXED,
        +1,
        REAL,
        _reported(MIXED, REAL),
    ),
    Claim(
        "mixing raises accuracy on real images",
        ("mixed", "real"),
        +1,
        REAL,
        REAL_HALF - TABLE_2[REAL][1],
    ),
    Claim("generated images are learnt perfectly", ("synthetic", "synthetic"), 0, 1.0, 0.0),
    Claim(
        "a classifier of generated images knows no more of real ones than 13.59 %",
        ("synthetic", "real"),
        -1,
        FAILED,
        0.0,
    ),
    Claim(
        "a classifier of real images does worse on generated ones",
        ("real", "synthetic"),
        -1,
        REAL,
        _reported(("real", "synthetic"), REAL),
    ),
    Claim(
        "mixing does more for real images than as many training steps on these",
        ("mixed", "real"),
        +1,
        ("real-repeat", "real"),
        ours=True,
    ),
    Claim(
        "it does so on top of flip and crop",
        ("mixed+flip-crop", "real"),
        +1,
        ("real-repeat+flip-crop", "real"),
        ours=True,
    ),
)


def accuracies_of(scores: pd.DataFrame, protocol: str) -> dict[Cell, pd.Series]:
    """Return the accuracies of every cell, indexed by GAN seed and member."""
    rows = scores[scores["protocol"] == protocol].set_index(["gan_seed", "member"])
    return {cell: part["accuracy"] for cell, part in rows.groupby(["train", "test"])}


def claims_of(reported: bool) -> list[Claim]:
    """Return the claims that can be judged; on other data the report's numbers mean nothing."""
    return [claim for claim in CLAIMS if reported or claim.ours]


def evidence(claim: Claim, values: pd.Series | None) -> str:
    """Ours, and the report's difference in brackets."""
    if values is None:
        return NOT_RUN
    found = estimate(values)
    text = difference(found.mean, found.low, found.high, found.interval_over)
    if not np.isnan(claim.reported):
        text += f" ({points(claim.reported)})"
    return text


def judge(claim: Claim, scores: pd.DataFrame, protocol: str) -> tuple[str, str]:
    """Return evidence and verdict of a claim."""
    values = claim.values(accuracies_of(scores, protocol))
    return evidence(claim, values), NOT_RUN if values is None else claim.judged(values)


@dataclass(frozen=True)
class Apart:
    """How many classes of generated images can be told from real ones, and how far they are."""

    classes: int
    of: int
    """Classes with enough images for a standard error."""
    times: float
    """Fréchet distance relative to that of as many held-out real images, mean over classes."""
    rank: float
    """Spearman's correlation with the reported FID, over classes."""
    rank_p: float

    @property
    def verdict(self) -> str:
        """Judge the claim that the generated images are close to the real ones."""
        if not self.of:
            return UNDECIDED
        if self.classes in (0, self.of):
            return DOES_NOT_HOLD if self.classes else HOLDS
        return f"{HOLDS} for {self.of - self.classes} of {self.of} classes"


def apart(quality: pd.DataFrame, reported: bool = True) -> Apart:
    """Compare the kernel distances, which have no bias, of "per-class" and of held-out images.

    A class counts if they differ by more than two standard errors.
    """
    first = quality[(quality["gan_seed"] == 0) & (quality["class"] != OVERALL)]
    sets = {k: part.set_index("class") for k, part in first.groupby("generators")}
    generated, floor = sets["per-class"], sets[HELD_OUT]
    frechet, kid, error = (metric_column(quality, m) for m in ("frechet", "kid", "kid_error"))
    errors = np.hypot(generated[error], floor[error]).dropna()
    beyond = (generated[kid] - floor[kid])[errors.index] > 2 * errors
    rank, p = np.nan, np.nan
    if reported and set(FID) <= set(generated.index):
        rank, p = stats.spearmanr([*FID.values()], generated[frechet].loc[[*FID]])
    times = (generated[frechet] / floor[frechet]).mean()
    return Apart(int(beyond.sum()), len(beyond), float(times), float(rank), float(p))


def called(confusion: pd.DataFrame, names: Collection[str], protocol: str) -> float:
    """Return the share of real images that classifiers of generated ones call by `names`."""
    counts = confusion[
        (confusion["train"] == "synthetic")
        & (confusion["test"] == "real")
        & (confusion["protocol"] == protocol)
    ]
    return counts.loc[counts["predicted"].isin(names), "images"].sum() / counts["images"].sum()
