"""The cows and horses in words: what the command ends with, and what the page is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from gan_augment.metrics.significance import DOES_NOT_HOLD, HOLDS, NOT_RUN
from gan_augment.reporting.cows_horses import PROTOCOLS, Told, leave_one_out, table_1
from gan_augment.reporting.text import NOTHING, aligned, difference, interval, percent, points


def table_text(scores: pd.DataFrame, told: Told, protocol: str) -> tuple[list, list[list[str]]]:
    """Spell Table I out for one protocol: header and rows."""
    table = table_1(scores, told)
    table = table[table["protocol"] == protocol]
    header = ["situation", *(["reported"] if told.as_reported else []), "test accuracy", "loss"]
    header += ["precision", "recall", "F1", "least recall", "one class", "training acc."]
    header += ["training loss", "steps", "n"]
    rows = []
    for _, row in table.iterrows():
        mean, sd, low, high = (row[f"test accuracy {n}"] for n in ("mean", "sd", "low", "high"))
        spread = f" ± {percent(sd, 1)}" if sd == sd else ""
        span = interval(low, high, row["interval_over"], percent, 1)
        seeds = f"{row['n_gan_seeds']} × " if row["n_gan_seeds"] else ""
        rows.append(
            [
                told.label(row["situation"]),
                *([percent(row["test accuracy reported"], 0)] if told.as_reported else []),
                f"{percent(mean, 1)}{spread} {span}".rstrip(),
                f"{row['test loss mean']:.2f}",
                *(percent(row[f"test {name} mean"], 1) for name in ("precision", "recall", "f1")),
                percent(row["least recall mean"], 1),
                percent(row["calls nearly all one class"], 0),
                percent(row["train accuracy mean"], 1),
                f"{row['train loss mean']:.2f}",
                f"{row['steps']:,}",
                f"{seeds}{row['n_members'] // max(row['n_gan_seeds'], 1)}",
            ]
        )
    return header, rows


def folds_text(scores: pd.DataFrame, told: Told) -> tuple[list, list[list[str]]]:
    """Spell the leave-one-object-out table out: header and rows."""
    table = leave_one_out(scores)
    rows = []
    for _, row in table[table["object"] == "all"].iterrows() if len(table) else ():
        spread = table[
            (table["protocol"] == row["protocol"])
            & (table["situation"] == row["situation"])
            & (table["object"] != "all")
        ]["mean"]
        rows.append(
            [
                told.label(row["situation"]),
                f"{percent(row['mean'], 1)} {interval(row['low'], row['high'], '', percent, 1)}",
                f"{percent(spread.min(), 1)} to {percent(spread.max(), 1)}",
                percent(row["least recall mean"], 1),
                percent(row["calls nearly all one class"], 0),
                f"{row['train_images']:,}",
                f"{row['steps']:,}",
                f"{row['n_folds']} × {row['n_members'] // row['n_folds']}",
            ]
        )
    header = ["situation", "test accuracy", "by object", "least recall", "one class", "images"]
    return [*header, "steps", "objects × members"], rows


def claims_text(table: pd.DataFrame) -> Iterator[list[str]]:
    """Spell claims out: text, differences, verdict under the report's protocol, verdict."""
    for (text, mine), part in table.groupby(["claim", "ours"], sort=False):
        by_protocol = {p: part[part["protocol"] == p] for p in PROTOCOLS}
        outcomes = {p: rows["verdict"].iloc[0] for p, rows in by_protocol.items() if len(rows)}
        best = by_protocol["corrected"]
        if outcomes.get("corrected", NOT_RUN) == NOT_RUN != outcomes.get("report", NOT_RUN):
            best = by_protocol["report"]
        lines = []
        for _, row in best.iterrows():
            if row["n_members"]:
                lines.append(f"{row['difference']}: {_found(row)}")
        yield [
            ("ours: " if mine else "") + text,
            "; ".join(lines) or NOT_RUN,
            outcomes.get("report", NOTHING),
            outcomes.get("corrected", NOT_RUN),
        ]


def _found(row) -> str:
    if row["unit"] == "points":
        text = difference(row["mean"], row["low"], row["high"], row["interval_over"])
        if row["interval_over"] == "gan seeds" and "left-out" not in row["difference"]:
            text += f" {interval(row['low_members'], row['high_members'], 'members')}"
        reported = row["reported"]
        return text + (f" (reported {points(reported, 0)})" if reported == reported else "")
    span = "" if row["low"] != row["low"] else f" [{row['low']:+.3g}, {row['high']:+.3g}]"
    return f"{row['mean']:+.3g}{span}".replace("-", "−")


def cows_horses_text(
    scores: pd.DataFrame, claims: pd.DataFrame, told: Told, protocols: Sequence[str]
) -> str:
    """What the command ends with: Table I under each protocol, left-out objects, claims."""
    parts = []
    for protocol in protocols:
        header, rows = table_text(scores, told, protocol)
        parts.append(f"Table I, {PROTOCOLS[protocol]}\n{aligned(header, rows)}")
    header, rows = folds_text(scores, told)
    if rows:
        parts.append(f"Each object left out in turn\n{aligned(header, rows)}")
    parts.append(
        "Accuracy, precision, recall and F1 in %, after the last epoch. Intervals: 95 % over GAN "
        "seeds or\nleft-out objects, † over members. Least recall: of the class that fares worst. "
        "One class: share of\nclassifiers that recognise under 10 % of some class."
    )
    for text, found, theirs, ours in claims_text(claims):
        outcome = ours if ours != NOT_RUN else theirs
        mark = {HOLDS: "+", DOES_NOT_HOLD: "−"}.get(outcome, "?")
        parts.append(f"{mark} {text}: {outcome}\n    {found}")
    return "\n\n".join(parts)
