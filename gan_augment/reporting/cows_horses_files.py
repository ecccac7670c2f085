"""The files of a run of the cows and horses, beside its options.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gan_augment.common.files import read_json, written_whole
from gan_augment.data.images import LabeledImages
from gan_augment.reporting.cows_horses import (
    Told,
    claims_table,
    leave_one_out,
    of_last_epoch,
    table_1,
)
from gan_augment.reporting.cows_horses_figures import (
    plot_curves,
    plot_losses,
    plot_neighbours,
    plot_sets,
)
from gan_augment.reporting.cows_horses_text import cows_horses_text

CURVES = {
    "figure_5": ("original",),
    "figure_7": ("gan-few",),
    "figure_8": ("gan-many",),
    "curves_transforms": ("transforms", "gan-many+transforms"),
    "curves_controls": ("repeat-few", "repeat-many", "transforms-many", "pooled-many"),
}
FILES = (
    *("scores.csv", "table_1.csv", "leave_one_object_out.csv", "claims.csv", "pictures.csv"),
    *("losses.csv", "figure_1.png", "figure_2.png", "figure_3.png", "figure_4.png"),
    *("figure_6.png", "neighbours.png", *(f"{name}.png" for name in CURVES)),
)


@dataclass(frozen=True)
class Shown:
    """The images that figures show, by the titles of their panels."""

    data: Mapping[str, LabeledImages]
    """Figure 1."""
    by_batch: Mapping[str, LabeledImages]
    """Figure 2."""
    by_seed: Mapping[str, LabeledImages]
    """Figure 4."""
    transformed: Mapping[str, LabeledImages]
    """Figure 6."""
    neighbours: Mapping[str, tuple[np.ndarray, np.ndarray]]
    """Generated images of a class and the real view nearest to each."""


def write_cows_horses(
    directory: Path,
    curves: pd.DataFrame,
    pictures: pd.DataFrame,
    losses: pd.DataFrame,
    shown: Shown,
) -> str:
    """Write FILES; return what the command ends with.

    `curves`: `SituationStudy.curves`; `pictures`: `PictureStudy.table`; `losses`:
    `SmallGans.losses` of the GANs whose images are added. Figure 3 has the last protocol's.
    """
    options = read_json(directory / "options.json")
    told, scores = Told.by(options), of_last_epoch(curves)
    # A run may have begun with another protocol, and have compared pictures under that.
    of_other = pictures["when"].isin(["epochs", "steps"]) & (
        pictures["protocol"] != options["protocol"][-1]
    )
    pictures = pictures[~of_other]
    claims = claims_table(scores, pictures, told)
    for name, table in {
        "scores": scores,
        "table_1": table_1(scores, told),
        "leave_one_object_out": leave_one_out(scores),
        "claims": claims,
        "pictures": pictures,
        "losses": losses,
    }.items():
        with written_whole(directory / f"{name}.csv") as aside:
            table.round(6).to_csv(aside, index=False)
    plot_sets(shown.data, directory / "figure_1.png", columns=4)
    plot_sets(shown.by_batch, directory / "figure_2.png")
    plot_losses(
        losses[losses["protocol"] == losses["protocol"].iloc[-1]], directory / "figure_3.png"
    )
    plot_sets(shown.by_seed, directory / "figure_4.png")
    plot_sets(shown.transformed, directory / "figure_6.png")
    plot_neighbours(shown.neighbours, directory / "neighbours.png")
    for name, situations in CURVES.items():
        plot_curves(curves, situations, told, directory / f"{name}.png")
    return cows_horses_text(scores, claims, told, options["protocol"])
