"""The files of a run of GenClass: scores and figures."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from gan_augment.common.files import written_whole
from gan_augment.reporting.figures import STYLE, new_figure, save, shared_legend
from gan_augment.reporting.genclass import (
    IMAGES,
    LABELS,
    MEASURES,
    OURS,
    SOFTMAX,
    estimated,
    genclass_text,
    methods_of,
    parts,
    several_cases,
    values,
)

FILES = ("scores.csv", "classes.csv", "wrong_descriptions.csv", "methods.png", "features.png")
PERHAPS = ("pairs.png",)

COLORS = {"zero_shot": "#0072B2", "seen": "#7f7f7f", "unseen": "#D55E00", "harmonic": "#009E73"}
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
OF_PAIRS = (OURS, SOFTMAX, "direct attributes")


def write_genclass(
    scores: pd.DataFrame,
    classes: pd.DataFrame,
    wrong: pd.DataFrame,
    points: pd.DataFrame,
    directory: Path,
) -> str:
    """Write the files of a run; return its words for a terminal.

    The tables are those of `studies.ZeroShotStudy`.
    """
    directory = Path(directory)
    tables = {"scores": scores, "classes": classes, "wrong_descriptions": wrong}
    for name, table in tables.items():
        with written_whole(directory / f"{name}.csv") as aside:
            table.round(5).to_csv(aside, index=False)
    plot_methods(scores, directory / "methods.png")
    in_order = [points[points["images"] == images] for images in dict.fromkeys(scores["images"])]
    plot_features(pd.concat(in_order), directory / "features.png")
    if several_cases(scores):
        plot_pairs(scores, directory / "pairs.png")
    return genclass_text(scores, wrong)


def plot_methods(scores: pd.DataFrame, path: Path) -> None:
    """Draw all measures of all methods with their intervals, a panel for each kind of images."""
    methods = methods_of(scores)
    with matplotlib.rc_context(STYLE):
        figure = new_figure(4.3 * len(parts(scores)) + 2, 0.5 * len(methods) + 1.3)
        axes = None
        for k, (title, part) in enumerate(parts(scores).items()):
            axes = figure.add_subplot(1, len(parts(scores)), k + 1, sharex=axes, sharey=axes)
            for i, (measure, label) in enumerate(MEASURES.items()):
                for row, method in enumerate(methods):
                    found, y = estimated(values(part, method, measure)), row + 0.17 * (i - 1.5)
                    color = {"color": COLORS[measure]}
                    axes.plot(100 * found.mean, y, "o", label=None if row else label, **color)
                    if found.low == found.low:
                        axes.hlines(y, 100 * found.low, 100 * found.high, **color)
            axes.set_yticks(range(len(methods)), [LABELS[method] for method in methods])
            axes.tick_params(labelleft=k == 0)
            axes.set_xlim(0, 100)
            axes.set_xlabel("mean of class accuracies, %")
            axes.set_title(title)
        axes.invert_yaxis()
        shared_legend(figure, [axes], 4)
        save(figure, path)


def plot_pairs(scores: pd.DataFrame, path: Path) -> None:
    """Draw the accuracy of every held-out pair, unseen among unseen, for a few methods."""
    with matplotlib.rc_context(STYLE | {"axes.grid": False, "axes.titlesize": 8.5}):
        figure = new_figure(8.6, 2.9 * len(parts(scores)) + 0.2)
        panels = []
        for title, part in parts(scores).items():
            for method in OF_PAIRS:
                grid = pair_grid(part, method)
                panels.append(
                    figure.add_subplot(len(parts(scores)), len(OF_PAIRS), len(panels) + 1)
                )
                shown = panels[-1].imshow(grid, vmin=0, vmax=100, cmap="coolwarm_r")
                ticks = range(len(grid))
                panels[-1].set_xticks(ticks, grid.columns)
                panels[-1].set_yticks(ticks, grid.index)
                panels[-1].set_title(LABELS[method])
            panels[-len(OF_PAIRS)].set_ylabel(title)
        figure.colorbar(shown, ax=panels, label="unseen among unseen, %; chance is 50")
        save(figure, path)


def pair_grid(scores: pd.DataFrame, method: str) -> pd.DataFrame:
    """Return a method's accuracies in %, means over seeds, by both classes of a pair; symmetric."""
    part = scores[scores["method"] == method]
    means = part.groupby("case")["zero_shot"].mean()
    pairs = [case.split(" and ") for case in means.index]
    names = sorted({name for pair in pairs for name in pair})
    grid = pd.DataFrame(np.nan, names, names)
    for (first, second), mean in zip(pairs, means):
        grid.loc[first, second] = grid.loc[second, first] = 100 * mean
    return grid


def plot_features(points: pd.DataFrame, path: Path) -> None:
    """Draw real and generated features of unseen classes in one plane, real seen ones in grey."""
    kinds = list(dict.fromkeys(points["images"]))
    with matplotlib.rc_context(STYLE):
        figure = new_figure(8, 3.4 * len(kinds) + 0.5)
        for k, images in enumerate(kinds):
            own, axes = points[points["images"] == images], None
            unseen = list(dict.fromkeys(own.loc[own["kind"] == "real", "class"]))[: len(PALETTE)]
            seen = own[own["kind"] == "seen"]
            for i, kind in enumerate(("real", "generated")):
                axes = figure.add_subplot(len(kinds), 2, 2 * k + i + 1, sharex=axes, sharey=axes)
                axes.scatter(seen["x"], seen["y"], s=6, color="#cccccc", label="seen, real")
                for name, color in zip(unseen, PALETTE):
                    part = own[(own["kind"] == kind) & (own["class"] == name)]
                    axes.scatter(part["x"], part["y"], s=9, color=color, label=f"unseen: {name}")
                axes.set_title(f"{IMAGES.get(images, images)}: {kind}")
        shared_legend(figure, figure.axes, 5)
        save(figure, path)
