"""The figures of the cows and horses: pictures, losses by iteration, metrics by epoch (Farhat)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from gan_augment.data.images import LabeledImages
from gan_augment.reporting.cows_horses import PROTOCOLS, Told
from gan_augment.reporting.farhat import METRICS
from gan_augment.reporting.figures import STYLE, new_figure, save, shared_legend
from gan_augment.reporting.pictures import LOSS_COLORS, image_panels

COLUMNS = 8
PARTS = {"train": "#0072B2", "test": "#D55E00"}
TITLES = {"loss": "loss", "accuracy": "accuracy", "precision": "precision", "recall": "recall"}
EQUILIBRIUM = {"d_loss": 2 * math.log(2), "g_loss": math.log(2)}
INCHES = 0.55


def plot_sets(sets: Mapping[str, LabeledImages], path: Path, columns: int = COLUMNS) -> None:
    """Figures 1, 2, 4 and 6: the first images of each class, a panel a set, a row a class."""
    panels = {
        title: np.stack(
            [_first(images.of_class(k).images, columns) for k in range(images.num_classes)]
        )
        for title, images in sets.items()
    }
    labels = next(iter(sets.values())).class_names
    image_panels(panels, path, labels=labels, inches=INCHES, across=2)


def plot_neighbours(
    pairs: Mapping[str, tuple[np.ndarray, np.ndarray]], path: Path, columns: int = COLUMNS
) -> None:
    """Draw generated images above the real views that are nearest to each, a panel a class."""
    panels = {
        name: np.stack([_first(each, columns) for each in both]) for name, both in pairs.items()
    }
    image_panels(panels, path, labels=("generated", "nearest real view"), inches=INCHES, across=1)


def _first(images: np.ndarray, n: int) -> np.ndarray:
    """Return the first `n` images, white ones where there are fewer."""
    rows = np.full((n, *images.shape[1:]), 255, np.uint8)
    rows[: len(images)] = images[:n]
    return rows


def plot_losses(losses: pd.DataFrame, path: Path) -> None:
    """Figure 3: losses by iteration, a panel a class, a line for each GAN seed.

    `losses` has columns class, gan_seed, step, d_loss and g_loss. Dotted: where a discriminator
    that knows nothing would be.
    """
    classes = list(dict.fromkeys(losses["class"]))
    with matplotlib.rc_context(STYLE):
        figure = new_figure(4.2 * len(classes) + 0.4, 3.3)
        axes = None
        for i, name in enumerate(classes):
            axes = figure.add_subplot(1, len(classes), i + 1, sharey=axes)
            for seed, part in losses[losses["class"] == name].groupby("gan_seed"):
                for key, (color, label) in LOSS_COLORS.items():
                    style = {"color": color, "linewidth": 0.9, "alpha": 0.9 if seed == 0 else 0.35}
                    axes.plot(part["step"], part[key], label=label, **style)
            for key, (color, _) in LOSS_COLORS.items():
                axes.axhline(EQUILIBRIUM[key], color=color, linestyle=":", linewidth=1.2)
            axes.set_title(name)
            axes.set_xlabel("iteration")
            axes.tick_params(labelleft=i == 0)
        figure.axes[0].set_ylabel("loss")
        axes.set_ylim(0, None)
        shared_legend(figure, [axes], 2)
        save(figure, path)


def plot_curves(curves: pd.DataFrame, situations: Sequence[str], told: Told, path: Path) -> None:
    """Figures 5, 7 and 8: metrics by epoch, training and test, a row of panels for each cell.

    Bands are ± one standard deviation over classifiers; hollow dots are the report's.
    """
    main = curves[curves["fold"].isna()]
    there = set(main[["protocol", "situation"]].itertuples(index=False, name=None))
    cells = [(p, s) for s in situations for p in PROTOCOLS if (p, s) in there]
    with matplotlib.rc_context(STYLE):
        figure = new_figure(2.1 * len(METRICS) + 0.5, 2.3 * len(cells) + 0.5)
        for row, (protocol, situation) in enumerate(cells):
            of_cell = main[(main["protocol"] == protocol) & (main["situation"] == situation)]
            for column, metric in enumerate(METRICS):
                axes = figure.add_subplot(len(cells), len(METRICS), row * len(METRICS) + column + 1)
                for part, color in PARTS.items():
                    by_epoch = of_cell[of_cell["part"] == part].groupby("epoch")[metric]
                    mean, sd = by_epoch.mean(), by_epoch.std().fillna(0)
                    axes.plot(mean.index, mean, color=color, label=part)
                    axes.fill_between(
                        mean.index, mean - sd, mean + sd, color=color, alpha=0.15, linewidth=0
                    )
                    quoted = told.reported(situation, metric, part)
                    if quoted == quoted:
                        axes.plot(
                            mean.index[-1], quoted, "o", color=color, markerfacecolor="white",
                            label=f"{part}, reported", clip_on=False,
                        )  # fmt: skip
                if metric != "loss":
                    axes.set_ylim(0, 1.02)
                axes.set_title(TITLES.get(metric, "F1"), fontsize=9)
                if column == 0:
                    axes.set_ylabel(f"{told.label(situation)}\n{PROTOCOLS[protocol]}", fontsize=8)
                if row == len(cells) - 1:
                    axes.set_xlabel("epoch")
        shared_legend(figure, figure.axes, 4)
        save(figure, path)
