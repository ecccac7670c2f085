"""The files of a run of the data augmentation GAN, beside its options.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from gan_augment.common.files import read_json, written_whole
from gan_augment.data.images import LabeledImages
from gan_augment.data.many_classes import Shots
from gan_augment.reporting.dagan import REPORTED, SETS, as_reported, claims_table, shots_table
from gan_augment.reporting.dagan_text import dagan_text
from gan_augment.reporting.figures import STYLE, new_figure, save, shared_legend
from gan_augment.reporting.pictures import SPREAD_COLOR, image_panels

FILES = (
    *("scores.csv", "shots.csv", "claims.csv", "diversity.csv"),
    *("accuracy.png", "figure_10.png", "training.png"),
)
LOOKS = {
    "given": ("#000000", "s", "-"),
    "classical": ("#E69F00", "^", "-"),
    "dagan": ("#0072B2", "o", "-"),
    "dagan+classical": ("#009E73", "D", (0, (6, 1.5))),
}
ROWS, COLUMNS = 8, 11  # of Figure 10; the first column is real
INCHES = 0.33


def write_dagan(
    directory: Path,
    scores: pd.DataFrame,
    diversity: pd.DataFrame,
    logs: Mapping[int, Sequence[Mapping]],
    unseen: Shots,
    siblings: LabeledImages,
) -> str:
    """Write FILES; return what the command ends with.

    `scores` and `diversity` are those of `FewShots`, `logs` lines of training by GAN seed;
    `unseen` and `siblings` are the target classes of one GAN seed and what was made from them.
    """
    directory = Path(directory)
    reported = as_reported(read_json(directory / "options.json"))
    shots, claims = shots_table(scores, reported), claims_table(scores, reported)
    for name, table in {
        "scores": scores,
        "shots": shots,
        "claims": claims,
        "diversity": diversity,
    }.items():
        with written_whole(directory / f"{name}.csv") as aside:
            table.round(6).to_csv(aside, index=False)
    plot_accuracy(shots, directory / "accuracy.png")
    plot_siblings(unseen, siblings, directory / "figure_10.png")
    plot_courses(logs, directory / "training.png")
    return dagan_text(shots, claims, diversity)


def plot_siblings(unseen: Shots, siblings: LabeledImages, path: Path) -> None:
    """Figure 10: rows of a given image and its siblings, and of it and real images of its class.

    Classes are the first ones, images too: nothing is chosen. White where there are no more.
    """
    classes = range(min(ROWS, unseen.given.num_classes))
    made, real = [], []
    for label in classes:
        own = unseen.given.of_class(label).images
        made.append(np.concatenate([own[:1], siblings.of_class(label).images[:: unseen.most]]))
        real.append(np.concatenate([own, unseen.test.of_class(label).images]))
    columns = min(COLUMNS, max(map(len, made)))
    panels = {"given (left), and its siblings": made, "given (left), and real images": real}
    image_panels(
        {title: np.stack([_cut(row, columns) for row in rows]) for title, rows in panels.items()},
        path,
        inches=INCHES,
        across=2,
    )


def _cut(images: np.ndarray, columns: int) -> np.ndarray:
    row = np.full((columns, *images.shape[1:]), 255, np.uint8)
    row[: len(images)] = images[:columns]
    return row


def plot_courses(logs: Mapping[int, Sequence[Mapping]], path: Path) -> None:
    """Draw each GAN's training, its last attempt: what the critic tells apart, and the spread.

    The first is the critic's loss without the penalty, its sign turned: how far apart real and
    generated pairs are in Wasserstein distance, as far as the critic knows.
    """
    panels = {
        "d_loss": ("distance seen by the critic", "#0072B2", -1),
        "spread": ("spread of siblings", SPREAD_COLOR, 1),
    }
    with matplotlib.rc_context(STYLE):
        figure = new_figure(5.4, 4.2)
        for i, (name, (label, color, sign)) in enumerate(panels.items(), 1):
            axes = figure.add_subplot(2, 1, i)
            for gan_seed, log in logs.items():
                lines = pd.DataFrame(log)
                lines = lines[lines["attempt"] == lines["attempt"].max()]
                alpha = 1.0 if gan_seed == 0 else 0.4
                style = {"color": color, "alpha": alpha, "linewidth": 1}
                axes.plot(lines["step"], sign * lines[name], **style)
            axes.set_ylabel(label)
            axes.set_ylim(bottom=0)
            axes.tick_params(labelbottom=i == len(panels))
        axes.set_xlabel("step")
        save(figure, path)


def plot_accuracy(table: pd.DataFrame, path: Path) -> None:
    """Draw accuracy by shots, a line a set with its interval; hollow: what is reported."""
    with matplotlib.rc_context(STYLE):
        figure = new_figure(5.4, 3.9)
        axes = figure.add_subplot()
        for name, part in table.groupby("set", sort=False):
            color, marker, line = LOOKS[name]
            style = {"color": color, "marker": marker, "linestyle": line}
            axes.plot(part["shots"], 100 * part["mean"], label=SETS[name], **style)
            low, high = 100 * part["low"], 100 * part["high"]
            axes.fill_between(part["shots"], low, high, color=color, alpha=0.12, linewidth=0)
            for where in REPORTED:
                quoted = part[part[f"reported ({where})"].notna()]
                axes.plot(
                    quoted["shots"],
                    100 * quoted[f"reported ({where})"],
                    color=color,
                    marker="o" if where == "paper" else "v",
                    markerfacecolor="white",
                    linestyle=":",
                    linewidth=1,
                )
        axes.set_xticks(sorted(table["shots"].unique()))
        axes.set_xlabel("given images of a class")
        axes.set_ylabel("accuracy on unseen classes (%)")
        axes.set_ylim(bottom=0)
        shared_legend(figure, [axes], 2)
        save(figure, path)
