"""The files of a run about rare classes, beside its options.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from gan_augment.common.files import written_whole
from gan_augment.data.images import LabeledImages
from gan_augment.reporting.imbalance import WAYS, claims_table, recalls_table
from gan_augment.reporting.imbalance_figures import plot_added, plot_recalls
from gan_augment.reporting.imbalance_page import imbalance_text
from gan_augment.reporting.pictures import plot_training

FILES = ("scores.csv", "recalls.csv", "claims.csv", "recalls.png", "added.png")
PERHAPS = ("training.png",)


def write_imbalance(
    directory: Path,
    scores: pd.DataFrame,
    added: Mapping[tuple[float, str], LabeledImages],
    minority: Sequence[int],
    losses: Mapping[str, Sequence[Mapping]],
) -> str:
    """Write FILES, and PERHAPS where a GAN was trained; return what the command ends with.

    `scores` are those of `Rebalancing`; `added` images by share and way, "kept" for the real ones;
    `minority` labels of rare classes; `losses` reports of GANs by way, of the first case.
    """
    for name, table in {
        "scores": scores,
        "recalls": recalls_table(scores),
        "claims": claims_table(scores),
    }.items():
        with written_whole(directory / f"{name}.csv") as aside:
            table.round(6).to_csv(aside, index=False)
    plot_recalls(scores, directory / "recalls.png")
    plot_added(added, minority, directory / "added.png")
    lines = [{**line, "class": WAYS[way]} for way, log in losses.items() for line in log]
    if lines:
        plot_training(lines, directory / "training.png")
    return imbalance_text(scores)
