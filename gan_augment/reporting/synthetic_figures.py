"""Figures 3 to 8 of Leung, Leung & Yu: accuracy by epoch and confusion matrices."""

from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from gan_augment.reporting.figures import STYLE, new_figure, save, shared_legend

CURVES = {"Figure 3: real": "real", "Figure 5: synthetic": "synthetic", "mixed": "mixed"}
PARTS = {
    "train": ("#0072B2", "-", "training"),
    "validation": ("#D55E00", "-", "validation, of the kind trained on"),
    "test": ("#000000", (0, (4, 2)), "test, real images"),
}
CONFUSIONS = {
    "Figure 4: real → real": ("real", ("real",)),
    "Figure 6: mixed → mixed": ("mixed", ("real", "synthetic")),
    "its real half": ("mixed", ("real",)),
    "Figure 7: real → synthetic": ("real", ("synthetic",)),
    "Figure 8: synthetic → real": ("synthetic", ("real",)),
    "synthetic → synthetic": ("synthetic", ("synthetic",)),
}
LEGIBLE = 12  # classes up to which cells have room for a number


def plot_curves(curves: pd.DataFrame, path: Path) -> None:
    """Figures 3 and 5: mean accuracy by epoch, with the range over members; and the mixed set."""
    with matplotlib.rc_context(STYLE):
        figure = new_figure(9.0, 3.4)
        panels = figure.subplots(1, len(CURVES), sharey=True)
        for axes, (title, train) in zip(panels, CURVES.items()):
            rows = curves[curves["train"] == train]
            for part, (color, line, label) in PARTS.items():
                of = rows[(rows["part"] == part) & ((part != "test") | (rows["set"] == "real"))]
                by_epoch = 100 * of.groupby("epoch")["accuracy"].agg(["mean", "min", "max"])
                axes.plot(
                    by_epoch.index, by_epoch["mean"], color=color, linestyle=line, label=label
                )
                axes.fill_between(
                    by_epoch.index, by_epoch["min"], by_epoch["max"], color=color, alpha=0.15, lw=0
                )
            axes.set_title(title)
            axes.set_xlabel("epoch")
            axes.xaxis.get_major_locator().set_params(integer=True)
        panels[0].set_ylabel("accuracy, %")
        panels[0].set_ylim(0, 101)
        shared_legend(figure, panels, 3)
        save(figure, path)


def plot_confusions(confusion: pd.DataFrame, protocol: str, path: Path) -> None:
    """Figures 4, 6, 7 and 8, with the real half of 6: shares of each true class, in per cent."""
    confusion = confusion[confusion["protocol"] == protocol]
    style = STYLE | {"axes.grid": False, "axes.spines.top": True, "axes.spines.right": True}
    with matplotlib.rc_context(style | {"font.size": 7}):
        figure = new_figure(11.0, 7.6)
        panels = figure.subplots(2, 3, sharex=True, sharey=True)
        for axes, (title, (train, tests)) in zip(panels.flat, CONFUSIONS.items()):
            rows = confusion[(confusion["train"] == train) & confusion["test"].isin(tests)]
            names = [*dict.fromkeys(rows["true"])]
            counts = rows.pivot_table("images", "true", "predicted", aggfunc="sum")
            counts = counts.loc[names, names].to_numpy(float)
            shares = 100 * counts / np.maximum(counts.sum(1, keepdims=True), 1)
            axes.imshow(shares, cmap="Blues", vmin=0, vmax=100)
            for (y, x), share in np.ndenumerate(shares if len(names) <= LEGIBLE else []):
                color = "white" if share > 60 else "#222222"
                axes.text(x, y, f"{share:.0f}", ha="center", va="center", color=color, fontsize=6)
            axes.set_title(title)
            axes.set_xticks(range(len(names)), names, rotation=90)
            axes.set_yticks(range(len(names)), names)
            axes.tick_params(length=0)
        for axes in panels[:, 0]:
            axes.set_ylabel("true class")
        for axes in panels[-1]:
            axes.set_xlabel("predicted class")
        save(figure, path)
