"""Tables, pictures and text of the stability studies: the ring of Gaussians and collapse."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from gan_augment.common.files import written_whole
from gan_augment.data.images import LabeledImages
from gan_augment.metrics.significance import estimate
from gan_augment.reporting import convergence
from gan_augment.reporting.figures import STYLE, new_figure, save
from gan_augment.reporting.overlap_figure import plot_overlap
from gan_augment.reporting.pictures import sample_grid
from gan_augment.reporting.text import NOTHING, aligned, difference, interval, percent

RING_COLOR, CENTRE_COLOR = "#0072B2", "#D55E00"
SAMPLES_PER_CLASS = 8
PLAIN = ("none", "batch-norm")
PANELS = 5


def baseline(variant: str) -> str:
    """Return the variant without stabilisers that another one is compared with."""
    return "batch-norm" if "batch-norm" in variant.split("+") else "none"


def write_dirac(
    table: pd.DataFrame, path: np.ndarray, games: list, toys: list, directory: Path
) -> None:
    """Write eigenvalues.csv and Figures 3 to 6 of the survey; the arguments are `studies.dirac`'s.

    `path` is `illustration()`, `games` and `toys` are portraits.
    """
    with written_whole(directory / "eigenvalues.csv") as aside:
        table.to_csv(aside, index=False)
    convergence.plot_illustration(path, 0.05, directory / "figure_3_illustration.png")
    convergence.plot_trajectories(games, directory / "figure_3.png")
    plot_overlap(directory / "figure_4_5.png")
    convergence.plot_fields(toys, directory / "figure_6.png")


def write_ring(
    scores: pd.DataFrame, samples: Mapping[str, np.ndarray], centres: np.ndarray, directory: Path
) -> None:
    """Write ring.csv and ring.png; the arguments are those of `studies.Ring`."""
    with written_whole(directory / "ring.csv") as aside:
        scores.round(5).to_csv(aside, index=False)
    plot_ring(scores, samples, centres, directory / "ring.png")


def plot_ring(
    scores: pd.DataFrame, samples: Mapping[str, np.ndarray], centres: np.ndarray, path: Path
) -> None:
    """Draw the samples of every variant at the end of the first seed's training."""
    first = scores[scores["gan_seed"] == 0]
    across = min(len(samples), PANELS)
    down = -(-len(samples) // across)
    style = STYLE | {"axes.grid": False, "axes.spines.top": True, "axes.spines.right": True}
    with matplotlib.rc_context(style):
        figure = new_figure(1.95 * across, 2.35 * down + 0.3)
        for i, (name, drawn) in enumerate(samples.items()):
            axes = figure.add_subplot(down, across, i + 1)
            axes.scatter(*centres.T, s=70, facecolors="none", edgecolors=CENTRE_COLOR, linewidths=1)
            axes.scatter(*drawn[-1].T, s=1, color=RING_COLOR, alpha=0.25, linewidths=0)
            last = first[first["variant"] == name].iloc[-1]
            axes.set_title(name, fontsize=9)
            axes.set_xlabel(
                f"{last['modes']:.0f} of {len(centres)} modes, {last['high_quality']:.0%} on them",
                fontsize=8,
            )
            axes.set_xlim(-1.5, 1.5)
            axes.set_ylim(-1.5, 1.5)
            axes.set_aspect("equal")
            axes.set_xticks([])
            axes.set_yticks([])
        figure.suptitle(
            f"Samples (blue) after {scores['step'].max():,} steps; circles: the eight modes",
            fontsize=9,
        )
        save(figure, path)


def ring_table(scores: pd.DataFrame) -> pd.DataFrame:
    """Mean and worst over seeds at the end: a row a variant, most modes first, then quality."""
    last = scores[scores["step"] == scores.groupby("variant")["step"].transform("max")]
    table = last.groupby("variant", sort=False).agg(
        seeds=("gan_seed", "nunique"),
        modes=("modes", "mean"),
        fewest=("modes", "min"),
        high_quality=("high_quality", "mean"),
        lowest=("high_quality", "min"),
        distance=("distance", "mean"),
    )
    return table.sort_values(["modes", "high_quality"], ascending=False).reset_index()


RING_HEADER = ["variant", "modes of 8", "fewest", "on modes", "lowest", "median distance / σ"]


def ring_rows(scores: pd.DataFrame) -> list[list[str]]:
    """Spell the ring's table out."""
    return [
        [
            row.variant,
            f"{row.modes:.1f}",
            f"{row.fewest:.0f}",
            f"{row.high_quality:.0%}",
            f"{row.lowest:.0%}",
            f"{row.distance:.1f}",
        ]
        for row in ring_table(scores).itertuples()
    ]


def ring_text(scores: pd.DataFrame) -> str:
    """The ring's table for a terminal."""
    return (
        aligned(RING_HEADER, _first_left(RING_HEADER, ring_rows(scores)))
        + f"\n\nRing of Gaussians after {scores['step'].max():,} steps, mean and worst of "
        f"{scores['gan_seed'].nunique()} seed(s); on modes: share of samples within 3 σ of one.\n"
    )


def write_collapse(
    scores: pd.DataFrame,
    costs: Mapping[str, float],
    samples: Mapping[str, LabeledImages],
    directory: Path,
) -> None:
    """Write scores.csv (a row a variant and seed), collapse.csv (a row a variant), collapse.png.

    `samples` are generated images of the first seed by variant.
    """
    with written_whole(directory / "scores.csv") as aside:
        scores.round(5).to_csv(aside, index=False)
    with written_whole(directory / "collapse.csv") as aside:
        collapse_table(scores, costs).round(5).to_csv(aside, index=False)
    sample_grid(samples, SAMPLES_PER_CLASS, directory / "collapse.png")


def collapse_table(scores: pd.DataFrame, costs: Mapping[str, float]) -> pd.DataFrame:
    """A row a variant: collapsed trainings, spread, GAN-train accuracy, gain, cost of a step.

    `gain` is the difference in accuracy from the variant of its kind without stabilisers, paired
    by seed and member. Intervals (95 %) are over seeds, or over members where there is one seed.
    """
    accuracies = scores.set_index(["variant", "gan_seed", "member"])["accuracy"]
    rows = []
    for variant, part in scores.groupby("variant", sort=False):
        cells = part.drop_duplicates("gan_seed")
        accuracy = estimate(accuracies[variant])
        row = {
            "variant": variant,
            "seeds": len(cells),
            "trainings": cells["classes"].sum(),
            "collapsed": cells["collapsed"].sum(),
            "diverged": cells["diverged"].sum(),
            "spread": cells["spread"].mean(),
            "accuracy": accuracy.mean,
            "accuracy_low": np.clip(accuracy.low, 0, 1),  # of few seeds t intervals reach beyond
            "accuracy_high": np.clip(accuracy.high, 0, 1),
            "interval_over": accuracy.interval_over,
            "cost": 1.0 if variant in PLAIN else costs.get(variant, np.nan),
        }
        plain = baseline(variant)
        if variant not in ("real", plain) and plain in accuracies.index:
            gain = estimate(accuracies[variant] - accuracies[plain])
            row |= {"gain": gain.mean, "gain_low": gain.low, "gain_high": gain.high}
        rows.append(row)
    columns = ["gain", "gain_low", "gain_high"]
    table = pd.DataFrame(rows).reindex(columns=[*rows[0], *columns])
    return table.sort_values("accuracy", ascending=False, ignore_index=True)


COLLAPSE_HEADER = [
    "variant",
    "collapsed",
    "diverged",
    "spread",
    "GAN-train accuracy",
    "over no stabiliser",
    "cost",
]


def collapse_rows(scores: pd.DataFrame, costs: Mapping[str, float]) -> list[list[str]]:
    """Spell the collapse study's table out."""
    rows = []
    for row in collapse_table(scores, costs).itertuples():
        real = row.variant == "real"
        over = row.interval_over
        ends = interval(row.accuracy_low, row.accuracy_high, over, percent)
        gain = "" if np.isnan(row.gain) else difference(row.gain, row.gain_low, row.gain_high, over)
        rows.append(
            [
                row.variant,
                NOTHING if real else f"{row.collapsed} of {row.trainings}",
                NOTHING if real else f"{row.diverged}",
                NOTHING if np.isnan(row.spread) else f"{row.spread:.2f}",
                f"{percent(row.accuracy)} {ends}".rstrip(),
                gain or NOTHING,
                NOTHING if np.isnan(row.cost) else f"{row.cost:.2f}",
            ]
        )
    return rows


COLLAPSE_LEGEND = """\
Collapsed: trainings, one a class and seed, whose samples vary less than a fifth of what real images
do (all nearly one image; two or three that take turns pass). Accuracy, in per cent: classifiers
trained on generated images alone (real: on the real sample, as many) and scored on real test images
after the last epoch. Intervals (95 %) are over seeds; those marked † over the classifiers of one.
Cost: time of a step, relative to the same game without stabilisers. Coefficients are the defaults,
not tuned; a pair of stabilisers is the two that were best alone, by these same scores."""


def collapse_text(scores: pd.DataFrame, costs: Mapping[str, float]) -> str:
    """The collapse study's table for a terminal."""
    rows = _first_left(COLLAPSE_HEADER, collapse_rows(scores, costs))
    return f"{aligned(COLLAPSE_HEADER, rows)}\n\n{COLLAPSE_LEGEND}\n"


MOST_COST = 2.0  # of a step; trainings are equally many steps, and dearer ones had more time


def recommended(scores: pd.DataFrame, costs: Mapping[str, float]) -> str | None:
    """Return the stabilised variant to take: the best images of those that never collapsed.

    Only variants count that every seed has been trained with, as often as any other, that are
    better than the game of their kind without stabilisers by an interval that excludes 0, and whose
    steps take at most `MOST_COST` times as long.
    """
    generated = scores[scores["variant"] != "real"]
    seeds = generated.groupby("variant")["gan_seed"].nunique()
    failed = generated.groupby("variant")[["collapsed", "diverged"]].sum().sum(axis=1)
    accuracies = generated.set_index(["variant", "gan_seed", "member"])["accuracy"]
    able = {}
    for variant in seeds.index[(seeds == seeds.max()) & (failed == 0)]:
        plain = baseline(variant)
        if variant != plain and plain in seeds.index and costs.get(variant, 0) <= MOST_COST:
            gain = estimate(accuracies[variant] - accuracies[plain])
            if gain.low > 0:
                able[variant] = estimate(accuracies[variant]).mean
    return max(able, key=able.get) if able else None


def _first_left(header: list[str], rows: list[list[str]]) -> list[list[str]]:
    width = max(len(header[0]), *(len(row[0]) for row in rows))
    return [[row[0].ljust(width), *row[1:]] for row in rows]
