"""Figures of translation: pictures both ways and back, losses by step, accuracies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import matplotlib
import numpy as np
import pandas as pd

from gan_augment.data.images import LabeledImages
from gan_augment.reporting.cyclegan import SETS
from gan_augment.reporting.figures import STYLE, new_figure, save, shared_legend
from gan_augment.reporting.pictures import image_panels

COLUMNS = 10
INCHES = 0.5
LOSSES = (
    {"d_loss": ("#0072B2", "discriminators"), "g_loss": ("#D55E00", "generators, adversarial")},
    {"cycle_loss": ("#009E73", "way there and back"), "identity_loss": ("#CC79A7", "identity")},
    {"spread": ("#000000", "spread of translated images, of real")},
)
COLORS = {
    "scarce": "#7f7f7f",
    "plentiful": "#E69F00",
    "translated": "#0072B2",
    "shifted": "#009E73",
}


class Tested(Protocol):
    """What figures need of `studies.Directions`."""

    gan_seed: int
    names: tuple[str, str]
    images: tuple[np.ndarray, np.ndarray]
    there: tuple[np.ndarray, np.ndarray]
    back: tuple[np.ndarray, np.ndarray]
    snapshots: Mapping[int, LabeledImages]


def plot_translations(tested: Sequence[Tested], path: Path) -> None:
    """Draw the first test images, translated and translated back; a panel for each direction."""
    panels = {}
    for each in tested:
        for k in (0, 1):
            title = f"{each.names[k]} → {each.names[1 - k]}"
            title += f", GAN seed {each.gan_seed}" if len(tested) > 1 else ""
            rows = [part[k][:COLUMNS] for part in (each.images, each.there, each.back)]
            panels[title] = _of_width(rows)
    labels = ("image", "translated", "and back")
    image_panels(panels, path, labels=labels, inches=INCHES, across=2 if len(tested) > 1 else 1)


def plot_snapshots(tested: Tested, path: Path) -> None:
    """Draw the same training images as they are translated in the course of the training."""
    panels = {}
    for domain in (1, 0):
        rows = [part.of_class(domain).images[:COLUMNS] for part in tested.snapshots.values()]
        panels[f"into {tested.names[domain]}"] = _of_width(rows)
    labels = [f"step {step:,}" for step in tested.snapshots]
    image_panels(panels, path, labels=labels, inches=INCHES, across=1)


def _of_width(rows: Sequence[np.ndarray]) -> np.ndarray:
    """Return rows of images as one array, white ones where there are fewer than COLUMNS."""
    grid = np.full((len(rows), COLUMNS, *rows[0].shape[1:]), 255, np.uint8)
    for line, images in zip(grid, rows):
        line[: len(images)] = images
    return grid


def plot_losses(losses: pd.DataFrame, path: Path) -> None:
    """Draw losses and spread by step, of the last attempt of each GAN seed."""
    with matplotlib.rc_context(STYLE):
        figure = new_figure(10.5, 3.1)
        panels = figure.subplots(1, len(LOSSES))
        for axes, names in zip(panels, LOSSES):
            for gan_seed, part in losses.groupby("gan_seed"):
                last = part[part["attempt"] == part["attempt"].max()].sort_values("step")
                for name, (color, label) in names.items():
                    style = {"color": color, "linewidth": 1, "alpha": 1 if gan_seed == 0 else 0.4}
                    axes.plot(last["step"], last[name], label=label, **style)
            axes.set_xlabel("step")
            axes.set_ylim(bottom=0)
        shared_legend(figure, panels, 5)
        save(figure, path)


def plot_accuracies(table: pd.DataFrame, path: Path) -> None:
    """Draw accuracy by training set with its interval, a panel for each number of labels."""
    sizes = sorted(table["labelled"].unique())
    names = [name for name in SETS if name in set(table["set"])]
    with matplotlib.rc_context(STYLE):
        figure = new_figure(2.9 * len(sizes) + 2.2, 0.28 * len(names) + 0.9)
        panels = figure.subplots(1, len(sizes), squeeze=False, sharey=True)[0]
        for axes, labelled in zip(panels, sizes):
            of_size = table[table["labelled"] == labelled].set_index("set")
            for place, name in enumerate(names):
                if name not in of_size.index:
                    continue
                row = 100 * of_size.loc[name, ["mean", "low", "high"]].astype(float)
                kind = name.partition("+")[0].removesuffix(" alone")
                color = COLORS.get(kind, COLORS["scarce"])
                axes.plot(row["mean"], place, "o", color=color)
                axes.hlines(place, row["low"], row["high"], color=color)
            axes.set_title(f"{labelled:,} labelled scarce images")
            axes.set_xlabel("accuracy on the scarce domain, %")
        panels[0].set_yticks(range(len(names)), [SETS[name] for name in names])
        panels[0].invert_yaxis()
        save(figure, path)
