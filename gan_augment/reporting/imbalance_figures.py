"""The figures of rare classes filled up: recalls by share, and what they were filled up with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from gan_augment.data.images import LabeledImages
from gan_augment.reporting.figures import STYLE, Look, new_figure, save, shared_legend
from gan_augment.reporting.imbalance import MEASURES, WAYS, recalls_table
from gan_augment.reporting.pictures import image_panels

LOOKS = {
    "none": Look("#7f7f7f", "s"),
    "repeat": Look("#56B4E9", "o"),
    "smote": Look("#CC79A7", "v"),
    "affine": Look("#E69F00", "^"),
    "repeat+affine": Look("#F0E442", "^"),
    "conditional": Look("#D55E00", "D"),
    "auto-encoder": Look("#009E73", "D"),
    "bagan": Look("#0072B2", "o"),
    "complete": Look("#000000", "s"),
}
SHOWN = ("minority_recall", "recall", "majority_recall")
COLUMNS = 8  # images of a class in a panel
WIDTH = 0.8  # of the points of a share, which stand side by side


def plot_recalls(scores: pd.DataFrame, path: Path) -> None:
    """Draw three measures by share, a panel each; bars are 95 % intervals."""
    table = recalls_table(scores)
    shares = sorted(table["share"].unique())
    ways = [way for way in WAYS if way in set(table["way"])]
    with matplotlib.rc_context(STYLE):
        figure = new_figure(3.2 * len(SHOWN) + 0.4, 3.6)
        panels = figure.subplots(1, len(SHOWN))
        for axes, measure in zip(panels, SHOWN):
            for i, way in enumerate(ways):
                rows = table[table["way"] == way]
                shift = WIDTH * ((i + 0.5) / len(ways) - 0.5)
                x = np.array([shares.index(share) for share in rows["share"]]) + shift
                mean, low, high = (100 * rows[f"{measure} {n}"] for n in ("mean", "low", "high"))
                look = LOOKS[way]
                axes.plot(x, mean, look.marker, color=look.color, label=WAYS[way])
                axes.vlines(x, low, high, color=look.color, linewidth=1.2)
            axes.set_title(MEASURES[measure])
            axes.set_xticks(range(len(shares)), [f"{100 * share:g} %" for share in shares])
            axes.set_xlabel("images of the rare classes that were kept")
        panels[0].set_ylabel("test set, %")
        shared_legend(figure, panels, 4)
        save(figure, path)


def plot_added(
    images: Mapping[tuple[float, str], LabeledImages], minority: Sequence[int], path: Path
) -> None:
    """Draw the first images of the rare classes, a row a class, a panel for each share and way."""
    names = next(iter(images.values())).class_names
    image_panels(
        {
            f"{100 * share:g} %: {WAYS.get(way, way)}": _rows(chosen, minority)
            for (share, way), chosen in images.items()
        },
        path,
        labels=[names[label] for label in minority],
        inches=0.34,
        across=len({way for _, way in images}),
    )


def _rows(images: LabeledImages, minority: Sequence[int]) -> np.ndarray:
    """Return uint8 [classes, COLUMNS, h, w, c]; white where a class has fewer."""
    rows = np.full((len(minority), COLUMNS, *images.image_shape), 255, np.uint8)
    for row, label in zip(rows, minority):
        own = images.of_class(label).images[:COLUMNS]
        row[: len(own)] = own
    return rows
