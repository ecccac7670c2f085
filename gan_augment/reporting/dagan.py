"""The data augmentation GAN: tables and verdicts, from scores by shots (survey, section IV-B)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gan_augment.metrics.significance import Estimate, estimate, verdict

SOURCE = (
    "M. Appenzeller and N. Daaboul, survey of generative adversarial networks for data "
    "augmentation, section IV-B, Figures 9 and 10, after A. Antoniou, A. Storkey and H. Edwards, "
    "*Data Augmentation Generative Adversarial Networks*, 2018 (arXiv:1711.04340)"
)
SETS = {
    "given": "given images alone",
    "classical": "classical augmentation",
    "dagan": "DAGAN",
    "dagan+classical": "DAGAN + classical",
}
# Accuracy without and with siblings, by shots, on Omniglot.
REPORTED = {
    "paper": {5: (0.69, 0.82)},
    "public run": {
        1: (0.164, 0.192),
        2: (0.290, 0.394),
        3: (0.465, 0.520),
        4: (0.578, 0.653),
        5: (0.671, 0.695),
    },
}
MARGIN = 0.005  # differences within it are none


@dataclass(frozen=True)
class Claim:
    """That one set makes a better classifier than another, whatever the number of shots."""

    text: str
    better: str
    worse: str
    ours: bool = False
    """Whether it is a question of ours."""
    reported: bool = False
    """Whether there are numbers for it in `REPORTED`."""


CLAIMS = (
    Claim(
        "siblings beside the given images make a better classifier",
        *("dagan", "given"),
        reported=True,
    ),
    Claim("a DAGAN improves it more than classical augmentation does", "dagan", "classical"),
    Claim("classical augmentation on top improves it further", "dagan+classical", "dagan"),
    Claim("siblings add to classical augmentation", "dagan+classical", "classical", ours=True),
)


def as_reported(options: Mapping) -> bool:
    """Tell whether a run is on the data of the reported numbers."""
    return options["data"]["name"] == "omniglot"


def accuracies(scores: pd.DataFrame, shots: int, name: str) -> pd.Series:
    """Return the accuracies of a set by gan_seed and member; empty if it was not run."""
    rows = scores[(scores["shots"] == shots) & (scores["set"] == name)]
    return rows.set_index(["gan_seed", "member"])["accuracy"]


def shots_of(scores: pd.DataFrame) -> list[int]:
    """Return the numbers of shots, ascending."""
    return sorted(scores["shots"].unique().tolist())


def compared(scores: pd.DataFrame, claim: Claim) -> dict[int, Estimate]:
    """Estimate by shots what a claim is about, classifier by classifier."""
    return {
        shots: estimate(
            accuracies(scores, shots, claim.better) - accuracies(scores, shots, claim.worse)
        )
        for shots in shots_of(scores)
    }


def gain_reported(shots: int, where: str) -> float:
    """Return what siblings gained, NaN where it is not told."""
    without, with_siblings = REPORTED[where].get(shots, (np.nan, np.nan))
    return with_siblings - without


def shots_table(scores: pd.DataFrame, reported: bool) -> pd.DataFrame:
    """A row for each number of shots and set; accuracies in 0…1.

    Columns: shots, set, mean, sd, low, high, interval_over, siblings (of an image, mean over GAN
    seeds of what was chosen; 0 where the set has none), steps, n_gan_seeds, n_members, and
    "reported (paper)", "reported (public run)", NaN where there is none.
    """
    rows = []
    for shots in shots_of(scores):
        for name in SETS:
            part = scores[(scores["shots"] == shots) & (scores["set"] == name)]
            found = estimate(accuracies(scores, shots, name))
            row = {"shots": shots, "set": name}
            row |= {key: getattr(found, key) for key in ("mean", "sd", "low", "high")}
            row |= {
                "interval_over": found.interval_over,
                "siblings": part["siblings"].mean() if name.startswith("dagan") else 0.0,
                "steps": int(part["steps"].iloc[0]),
                "n_gan_seeds": found.n_gan_seeds,
                "n_members": found.n_members,
            }
            for where, numbers in REPORTED.items():
                pair = numbers.get(shots, ()) if reported else ()
                known = dict(zip(("given", "dagan"), pair))
                row[f"reported ({where})"] = known.get(name, np.nan)
            rows.append(row)
    return pd.DataFrame(rows)


def claims_table(scores: pd.DataFrame, reported: bool) -> pd.DataFrame:
    """A row for each claim and number of shots: the difference, what is reported, two verdicts.

    "verdict" is of this number of shots, "overall" of the claim, which is about all of them.
    """
    rows = []
    for claim in CLAIMS:
        found = compared(scores, claim)
        overall = verdict(found.values(), +1, MARGIN)
        for shots, ours in found.items():
            row = {"claim": claim.text, "ours": claim.ours, "overall": overall, "shots": shots}
            row["difference"] = f"{SETS[claim.better]} − {SETS[claim.worse]}"
            row |= {key: getattr(ours, key) for key in ("mean", "low", "high", "interval_over")}
            row["verdict"] = verdict(ours, +1, MARGIN)
            for where in REPORTED:
                told = reported and claim.reported
                row[f"reported ({where})"] = gain_reported(shots, where) if told else np.nan
            rows.append(row)
    return pd.DataFrame(rows)
