"""The fingerprint of generators: one table, one figure and a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from gan_augment.metrics.significance import DOES_NOT_HOLD, HOLDS, UNDECIDED, estimate, verdict
from gan_augment.reporting.figures import STYLE, Look, new_figure, save, shared_legend
from gan_augment.reporting.synthetic_tables import TABLE_2
from gan_augment.reporting.text import NOTHING, difference, interval, percent

KINDS = {"colour": "colour", "residue": "fine texture", "both": "both"}
REMEDIES = {
    "none": "as generated",
    "conditional": "one conditional generator",
    "set colours": "each set standardised by itself",
    "class colours": "each class in its real colours",
    "standardised": "every image standardised",
    "noise": "noise on both sets",
    "blur": "blur on both sets",
}
CELLS = {
    "gan_train": ("synthetic", "real"),
    "gan_test": ("real", "synthetic"),
    "real": ("real", "real"),
    "synthetic": ("synthetic", "synthetic"),
}
PROBES = {
    "synthetic": ("synthetic", "synthetic"),
    "real": ("real", "real"),
    "transfer": ("synthetic", "real"),
}
SHOWN = ("gan_train", "gan_test", "real")
TRACES = 0.02  # of accuracy: less than this beyond real images is no trace to speak of


def fingerprint_table(probes: pd.DataFrame, scores: pd.DataFrame, protocol: str) -> pd.DataFrame:
    """Return a row for each remedy that was run; accuracies in 0…1.

    Columns: remedy; probe_<kind>_<PROBES>, mean over GAN seeds, with probe_lead and its ends, how
    much better both kinds together tell generated images than real ones, an interval over test
    images; of each of CELLS the mean and its ends; gain (GAN-train over that of "none") and gap
    (real → real less GAN-train), paired by classifier, with ends.
    """
    found = probes.set_index(["remedy", "kind", "fitted_to", "tested_on"])
    cells = scores[scores["protocol"] == protocol].set_index(["gan_seed", "member"])
    cells = {key: part["accuracy"] for key, part in cells.groupby(["remedy", "train", "test"])}
    rows = []
    for remedy in [name for name in REMEDIES if name in set(probes["remedy"])]:
        row = {"remedy": remedy}
        for kind in KINDS:
            for name, (fitted, tested) in PROBES.items():
                row[f"probe_{kind}_{name}"] = found.loc[
                    (remedy, kind, fitted, tested), "accuracy"
                ].mean()
        images = probes[probes["remedy"] == remedy].groupby(["tested_on", "gan_seed"])
        images = images["test_images"].first()
        # All GAN seeds have the same real images.
        row |= _lead(row, {"synthetic": images["synthetic"].sum(), "real": images["real"].max()})
        accuracies = {name: cells[(remedy, *cell)] for name, cell in CELLS.items()}
        accuracies["gap"] = accuracies["real"] - accuracies["gan_train"]
        if remedy != "none":
            accuracies["gain"] = accuracies["gan_train"] - cells["none", "synthetic", "real"]
            accuracies["closed"] = (
                cells["none", "real", "real"] - cells["none", "synthetic", "real"]
            ) - accuracies["gap"]
        for name, values in accuracies.items():
            of = estimate(values)
            ends = np.clip([of.low, of.high], 0, 1) if name in CELLS else (of.low, of.high)
            row |= {name: of.mean, f"{name}_low": ends[0], f"{name}_high": ends[1]}
            row |= {"interval_over": of.interval_over, f"{name}_n": of.n_members}
            if name == "gain":
                row["gain_verdict"] = verdict(of, +1)
        rows.append(row)
    return pd.DataFrame(rows)


def _lead(row: dict, images: Mapping[str, int]) -> dict[str, float]:
    """How much better a probe tells generated images than real ones, with a 95 % interval.

    `images` were tested on, by kind.
    """
    shares = {name: row[f"probe_both_{name}"] for name in ("synthetic", "real")}
    error = np.sqrt(sum(p * (1 - p) / images[name] for name, p in shares.items()))
    lead = shares["synthetic"] - shares["real"]
    return {
        "probe_lead": lead,
        "probe_lead_low": lead - 1.96 * error,
        "probe_lead_high": lead + 1.96 * error,
    }


HEADER = [
    "images",
    "probe: generated",
    "probe: real",
    "GAN-train",
    "GAN-test",
    "real → real",
    "GAN-train over as generated",
]


def fingerprint_rows(table: pd.DataFrame, intervals: bool = True) -> list[list[str]]:
    """Spell the table out: per cent, and points; means with `intervals`, differences always."""
    rows = []
    for row in table.to_dict("records"):
        over = row["interval_over"]
        probed = [
            " / ".join(percent(row[f"probe_{kind}_{on}"], 1) for kind in KINDS)
            for on in ("synthetic", "real")
        ]
        cells = [percent(row[name]) for name in SHOWN]
        if intervals:
            ends = [interval(*_ends(row, name), over, percent) for name in SHOWN]
            cells = [f"{cell} {of}".rstrip() for cell, of in zip(cells, ends)]
        gain = NOTHING
        if row["remedy"] != "none":
            gain = difference(row["gain"], row["gain_low"], row["gain_high"], over)
        rows.append([REMEDIES[row["remedy"]], *probed, *cells, gain])
    return rows


def fingerprint_verdict(table: pd.DataFrame, classes: int, reported: bool) -> Iterator[str]:
    """Yield the sentences of the verdict."""
    rows = table.set_index("remedy").to_dict("index")
    plain = rows["none"]
    lead = difference(plain["probe_lead"], *_ends(plain, "probe_lead"), "test images")
    traces = plain["probe_lead_low"] > TRACES
    yield (
        "A linear probe that sees no shapes, only colour and fine texture, names the generator of "
        f"{percent(plain['probe_both_synthetic'], 1)} % of the generated images; it names the "
        f"class of {percent(plain['probe_both_real'], 1)} % of the real ones, for classes have "
        f"colours and textures too (by chance: {percent(1 / classes, 1)} %). The difference of "
        f"{lead} points "
        + ("is the generators' own trace." if traces else "is no trace to speak of.")
    )
    yield (
        f"Fitted to generated images, the probe is right for "
        f"{percent(plain['probe_both_transfer'], 1)} % of the real ones."
    )
    known = f" (reported: {percent(TABLE_2[CELLS['gan_train']][1])} %)" if reported else ""
    yield (
        f"A classifier of generated images is right for {percent(plain['gan_train'], 1)} % of the "
        f"real ones{known}, {percent(plain['gap'], 1)} points less than one of real images."
    )
    for outcome, said in (
        (HOLDS, "It does better with"),
        (UNDECIDED, "Undecided with so many classifiers:"),
        (DOES_NOT_HOLD, "It does no better, or worse, with"),
    ):
        told = [
            f"{REMEDIES[name]} "
            + difference(row["gain"], *_ends(row, "gain"), row["interval_over"])
            for name, row in rows.items()
            if name != "none" and row["gain_verdict"] == outcome
        ]
        if told:
            yield f"{said} {'; '.join(told)}."
    if traces and len(rows) > 1:
        yield _explained(rows)


def _explained(rows: dict[str, dict]) -> str:
    """Say how much of the gap goes with the traces, by the remedy that leaves the fewest.

    A gap that is smaller because real images are harder to learn from too explains nothing, so what
    counts is how much better classifiers of generated images become.
    """
    plain = rows["none"]
    name, row = min(
        ((name, row) for name, row in rows.items() if name != "none"),
        key=lambda item: item[1]["probe_lead"],
    )
    share = row["gain"] / plain["gap"] if plain["gap"] > 0 else 0.0
    if row["gain_verdict"] != HOLDS:
        conclusion = "so the traces that the probe sees are not shown to be why"
        if row["probe_lead_low"] > TRACES:
            conclusion += "; but some are left, and what these do remains open"
    elif share > 0.5:
        conclusion = "so the traces account for most of it"
    else:
        conclusion = f"so the traces account for a part of it, {share:.0%}, and not for the rest"
    return (
        f"The fewest traces are left with {REMEDIES[name]}: the probe's lead over real images goes "
        f"from {percent(plain['probe_lead'], 1)} to {percent(row['probe_lead'], 1)} points, and "
        "the gap between learning from generated and from real images from "
        f"{percent(plain['gap'], 1)} to {percent(row['gap'], 1)} points (smaller by "
        f"{difference(row['closed'], *_ends(row, 'closed'), row['interval_over'])}; classifiers "
        "of generated images became better by "
        f"{difference(row['gain'], *_ends(row, 'gain'), row['interval_over'])}), {conclusion}."
    )


def _ends(row: dict, name: str) -> tuple[float, float]:
    return row[f"{name}_low"], row[f"{name}_high"]


LEGEND = (
    "Accuracies in per cent. Probe: a linear classifier of colour / fine texture / both, which "
    "names the generator (of the conditional one the class it was told) of generated images, or "
    "the class of real ones. "
    "GAN-train: trained on generated, tested on real images; GAN-test: the reverse. Differences in "
    "points, paired by classifier."
)


@dataclass(frozen=True)
class Mark:
    """A column of the table as it is drawn."""

    column: str
    label: str
    look: Look
    hollow: bool = False


PROBE_MARKS = (
    Mark("probe_colour_synthetic", "colour, generated", Look("#E69F00", "o")),
    Mark("probe_residue_synthetic", "fine texture, generated", Look("#56B4E9", "o")),
    Mark("probe_both_synthetic", "both, generated", Look("#D55E00", "o")),
    Mark("probe_colour_real", "colour, real", Look("#E69F00", "s"), hollow=True),
    Mark("probe_residue_real", "fine texture, real", Look("#56B4E9", "s"), hollow=True),
    Mark("probe_both_real", "both, real", Look("#D55E00", "s"), hollow=True),
)
CELL_MARKS = (
    Mark("gan_train", "GAN-train: generated → real", Look("#0072B2", "o")),
    Mark("gan_test", "GAN-test: real → generated", Look("#009E73", "D")),
    Mark("real", "real → real", Look("#000000", "s")),
)


def plot_fingerprint(table: pd.DataFrame, path: Path, reported: bool) -> None:
    """Draw probes on the left and classifiers on the right, a line a remedy."""
    height = np.arange(len(table))[::-1]
    with matplotlib.rc_context(STYLE):
        figure = new_figure(9.0, 0.42 * len(table) + 2.0)
        panels = figure.subplots(1, 2, sharey=True)
        for axes, marks, title in (
            (panels[0], PROBE_MARKS, "A probe names the generator, or the class"),
            (panels[1], CELL_MARKS, "What classifiers learn"),
        ):
            for mark in marks:
                axes.plot(
                    100 * table[mark.column],
                    height,
                    color=mark.look.color,
                    marker=mark.look.marker,
                    markerfacecolor="white" if mark.hollow else mark.look.color,
                    linestyle="none",
                    label=mark.label,
                )
                if f"{mark.column}_low" in table:
                    ends = (100 * table[f"{mark.column}_{end}"] for end in ("low", "high"))
                    axes.hlines(height, *ends, color=mark.look.color, linewidth=1)
                if reported and mark.column in CELLS:
                    known = 100 * TABLE_2[CELLS[mark.column]][1]
                    axes.axvline(known, color=mark.look.color, linestyle=":", linewidth=1)
            axes.set_title(title)
            axes.set_xlabel("accuracy, %")
            axes.set_xlim(0, 100)
        if reported:
            panels[1].set_xlabel("accuracy, % (dotted: reported)")
        panels[0].set_yticks(height, [REMEDIES[name] for name in table["remedy"]])
        shared_legend(figure, panels, 3)
        save(figure, path)
