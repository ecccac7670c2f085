"""Augmentation by translation (Appenzeller & Daaboul, section IV-A): tables and verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from gan_augment.metrics.significance import (
    DOES_NOT_HOLD,
    HOLDS,
    UNDECIDED,
    Estimate,
    estimate,
    verdict,
)
from gan_augment.reporting.text import NOTHING, aligned, difference, interval, percent

INDEX = ["gan_seed", "member"]

SETS = {
    "scarce": "scarce",
    "classical": "scarce, classical augmentation",
    "plentiful alone": "plentiful alone",
    "plentiful": "scarce + plentiful",
    "plentiful+classical": "scarce + plentiful, classical",
    "translated alone": "translated alone",
    "translated": "scarce + translated",
    "translated+classical": "scarce + translated, classical",
    "shifted": "scarce + truly shifted",
    "shifted+classical": "scarce + truly shifted, classical",
}
JUDGED = {
    "held out": "real images of the domain",
    "shifted": "plentiful, truly shifted",
    "translated": "translated",
    "plentiful": "plentiful as they are",
}

# Sandfort et al. 2019, abstract: Dice score of organs in CT scans of the domain without labels,
# with standard augmentation and with translated images.
CT = {"kidneys": (0.09, 0.66), "liver": (0.86, 0.89), "spleen": (0.65, 0.69)}


@dataclass(frozen=True)
class Claim:
    """A sentence that holds if training on `first` is better than on `second`."""

    text: str
    first: str
    second: str
    ours: bool = False


CLAIMS = (
    Claim("Trained on the other domain alone, a network does very poorly.", "scarce",
          "plentiful alone"),
    Claim("Translated images help more than standard augmentation.", "translated", "classical"),
    Claim("Standard augmentation adds to translated images.", "translated+classical", "translated"),
    Claim("Translated images help over as many steps on the scarce ones.", "translated", "scarce",
          True),
    Claim("It is the translation that helps, and not the other domain.", "translated", "plentiful",
          True),
    Claim("Translated images add to standard augmentation.", "translated+classical", "classical",
          True),
    Claim("So they do over images that are not translated.", "translated+classical",
          "plentiful+classical", True),
    Claim("A perfect translation would be better still.", "shifted", "translated", True),
)  # fmt: skip


def values(scores: pd.DataFrame, name: str, labelled: int) -> pd.Series:
    """Return the accuracies on one training set, indexed by gan_seed and member."""
    rows = scores[(scores["set"] == name) & (scores["labelled"] == labelled)]
    return rows.set_index(INDEX)["accuracy"]


def sizes_of(scores: pd.DataFrame) -> list[int]:
    """Return the numbers of labelled scarce images, ascending."""
    return sorted(scores["labelled"].unique().tolist())


def accuracies(scores: pd.DataFrame) -> pd.DataFrame:
    """A row for each training set and number of labelled images, accuracies in 0…1."""
    rows = []
    for name in SETS:
        for labelled in sizes_of(scores):
            found = estimate(values(scores, name, labelled))
            if found.n_members:
                rows.append({"set": name, "labelled": labelled, **_told(found)})
    return pd.DataFrame(rows)


def claims_table(scores: pd.DataFrame) -> pd.DataFrame:
    """A row for each claim and number of labelled images; the verdict is over all numbers."""
    rows = []
    for claim in CLAIMS:
        found = {}
        for labelled in sizes_of(scores):
            first, second = (values(scores, name, labelled) for name in (claim.first, claim.second))
            found[labelled] = estimate((first - second).dropna())
        judged = [each for each in found.values() if each.n_members]
        outcome = verdict(judged, +1)
        if outcome == HOLDS and len(judged) < len(found):
            outcome = UNDECIDED
        for labelled, each in found.items():
            rows.append(
                {
                    "claim": claim.text,
                    "ours": claim.ours,
                    "difference": f"{_term(claim.first)} − {_term(claim.second)}",
                    "labelled": labelled,
                    **_told(each),
                    "verdict": outcome,
                }
            )
    return pd.DataFrame(rows)


def _term(name: str) -> str:
    label = SETS[name]
    return f"({label})" if {"+", ","} & set(label) else label


def agreements(judged: pd.DataFrame, names: Sequence[str] = tuple(JUDGED)) -> pd.DataFrame:
    """A row for each judged set: how often judges agree with the labels, 0…1."""
    rows = []
    for name in names:
        part = judged[judged["set"] == name].set_index(INDEX)
        if len(part):
            least = part["least_agreement"].mean()
            rows.append({"set": name, **_told(estimate(part["agreement"])), "least": least})
    return pd.DataFrame(rows)


def _told(found: Estimate) -> dict:
    names = ("mean", "sd", "low", "high", "interval_over", "n_gan_seeds", "n_members")
    return {name: getattr(found, name) for name in names}


def accuracy_rows(table: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Spell `accuracies` out: a row for each set, a column for each number of labelled images."""
    sizes = sorted(table["labelled"].unique())
    rows = []
    for name, label in SETS.items():
        of_set = table[table["set"] == name].set_index("labelled")
        if len(of_set):
            rows.append([label, *(_mean(of_set, labelled) for labelled in sizes)])
    return ["trained on", *(f"{labelled:,} labelled" for labelled in sizes)], rows


def _mean(of_set: pd.DataFrame, labelled: int) -> str:
    if labelled not in of_set.index:
        return NOTHING
    return spelled(of_set.loc[labelled])


def spelled(row) -> str:
    """Return mean ± standard deviation [interval] in per cent."""
    spread = f" ± {percent(row['sd'])}" if row["sd"] == row["sd"] else ""
    span = interval(row["low"], row["high"], row["interval_over"], percent)
    return f"{percent(row['mean'])}{spread} {span}".rstrip()


def claim_rows(table: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Spell `claims_table` out."""
    rows = []
    for text, part in table.groupby("claim", sort=False):
        found = [
            f"{row['labelled']:,}: "
            + difference(row["mean"], row["low"], row["high"], row["interval_over"])
            for _, row in part.iterrows()
            if row["n_members"]
        ]
        first = part.iloc[0]
        rows.append(
            [
                ("ours: " if first["ours"] else "") + text,
                first["difference"],
                "; ".join(found) or NOTHING,
                first["verdict"],
            ]
        )
    return ["claim", "difference", "points, by number of labelled images", "verdict"], rows


def claims_text(table: pd.DataFrame) -> str:
    """Return `claims_table` for a terminal."""
    _, rows = claim_rows(table)
    marks = {HOLDS: "+", DOES_NOT_HOLD: "−"}
    return "\n".join(
        f"{marks.get(outcome, '?')} {text} {outcome}\n    {compared}, points: {found}"
        for text, compared, found, outcome in rows
    )


def agreement_rows(
    table: pd.DataFrame, labels: dict[str, str]
) -> tuple[list[str], list[list[str]]]:
    """Spell `agreements` out."""
    rows = [
        [labels[row["set"]], spelled(row), percent(row["least"]), f"{row['n_members']}"]
        for _, row in table.iterrows()
    ]
    return ["images", "taken for what they should be", "worst class", "n"], rows


def way_rows(ways: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Spell out how far images are changed by translation and by the way back."""
    rows = [
        [into, percent(part["changed"].mean(), 1), percent(part["returned"].mean(), 1)]
        for into, part in ways.groupby("into", sort=False)
    ]
    return ["into", "changed", "after the way back"], rows


def mistaken(taken_for: pd.DataFrame, name: str = "translated", most: int = 3) -> str:
    """Return the commonest ways in which images of a set are taken for another class."""
    part = taken_for[(taken_for["set"] == name) & (taken_for["class"] != taken_for["taken_for"])]
    part = part.sort_values("share", ascending=False, kind="stable").head(most)
    told = (
        f"{row['class']} for {row['taken_for']} ({percent(row['share'], 1)} %)"
        for _, row in part[part["share"] > 0].iterrows()
    )
    return ", ".join(told)


def as_text(header: list[str], rows: list[list[str]]) -> str:
    """Return a table for a terminal, its first column flush left."""
    width = max(len(row[0]) for row in [header, *rows])
    return aligned(header, [[row[0].ljust(width), *row[1:]] for row in rows])
