"""The data augmentation GAN in words: what the command ends with, and rows for the page."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from gan_augment.metrics.significance import DOES_NOT_HOLD, HOLDS, estimate
from gan_augment.reporting.dagan import REPORTED, SETS
from gan_augment.reporting.text import NOTHING, aligned, difference, interval, percent, points

OF = {"dagan": "siblings", "classical": "classical augmentation"}
DIVERSITY_HEADER = ["classes", "images", "distance", "spread", "kept", "kept, real"]
DIVERSITY_LEGEND = """\
Distance: from an image to the given one that it was made from, over the distance between real
images of a class: 0 for a copy, about 1 for another drawing. Spread: between images made from the
same one, likewise: 0 if the noise changes nothing. Kept: share of the images whose nearest
held-back image is of their class; the same of real images is as much as can be hoped for."""


def shots_text(table: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Spell the accuracies out, a row for each number of shots: header and rows."""
    told = [where for where in REPORTED if table[f"reported ({where})"].notna().any()]
    header = ["shots", *SETS.values(), *(f"reported, {where}" for where in told)]
    header += ["siblings", "steps", "n"]
    rows = []
    for shots, part in table.groupby("shots"):
        by_set = part.set_index("set")
        last = part.iloc[-1]
        rows.append(
            [
                str(shots),
                *(_accuracy(by_set.loc[name]) for name in SETS),
                *(_reported(by_set[f"reported ({where})"]) for where in told),
                f"{by_set.loc['dagan', 'siblings']:.3g}",
                f"{last['steps']:,}",
                f"{last['n_gan_seeds']} × {last['n_members'] // last['n_gan_seeds']}",
            ]
        )
    return header, rows


def _accuracy(row: pd.Series) -> str:
    span = interval(row["low"], row["high"], row["interval_over"], percent, 1)
    return f"{percent(row['mean'], 1)} {span}".rstrip()


def _reported(numbers: pd.Series) -> str:
    without, with_siblings = numbers["given"], numbers["dagan"]
    if without != without:
        return NOTHING
    return f"{percent(without, 1)} → {percent(with_siblings, 1)}"


def claims_text(table: pd.DataFrame) -> Iterator[tuple[str, list[str], str]]:
    """Spell claims out: text, a line for each number of shots, verdict over all of them."""
    for (text, mine), part in table.groupby(["claim", "ours"], sort=False):
        lines = []
        for _, row in part.iterrows():
            found = difference(row["mean"], row["low"], row["high"], row["interval_over"])
            told = (
                f"{where} {points(row[f'reported ({where})'], 1)}"
                for where in REPORTED
                if row[f"reported ({where})"] == row[f"reported ({where})"]
            )
            reported = ", ".join(told)
            lines.append(
                f"{row['shots']} shot{'s' if row['shots'] > 1 else ''}: {found}"
                + (f" (reported: {reported})" if reported else "")
                + f", {row['verdict']}"
            )
        yield ("ours: " if mine else "") + text, lines, part["overall"].iloc[0]


def diversity_rows(table: pd.DataFrame) -> list[list[str]]:
    """Spell the diversity out, a row for each part and kind, means over GAN seeds."""
    rows = []
    for (part, of), own in table.groupby(["part", "of"], sort=False):
        by_seed = own.set_index(pd.MultiIndex.from_arrays(
            [own["gan_seed"], [0] * len(own)], names=["gan_seed", "member"]
        ))  # fmt: skip
        cells = []
        for name in ("distance", "spread"):
            found = estimate(by_seed[name])
            cells.append(f"{found.mean:.2f}" if found.n_members else NOTHING)
            if found.low == found.low:
                cells[-1] += f" [{found.low:.2f}, {found.high:.2f}]"
        kept = (f"{percent(own[name].mean(), 0)} %" for name in ("kept", "kept_real"))
        rows.append([part, OF[of], *cells, *kept])
    return rows


def dagan_text(shots: pd.DataFrame, claims: pd.DataFrame, diversity: pd.DataFrame) -> str:
    """What the command ends with."""
    header, rows = shots_text(shots)
    parts = [
        f"Accuracy on unseen classes, in %\n{aligned(header, rows)}",
        "Intervals: 95 % over GAN seeds, † over members. Siblings: of each given image, as chosen.",
    ]
    for text, lines, outcome in claims_text(claims):
        mark = {HOLDS: "+", DOES_NOT_HOLD: "−"}.get(outcome, "?")
        parts.append("\n    ".join([f"{mark} {text}: {outcome}", *lines]))
    parts.append(f"Diversity\n{aligned(DIVERSITY_HEADER, diversity_rows(diversity))}")
    parts.append(DIVERSITY_LEGEND)
    return "\n\n".join(parts)
