"""Files and words of the study of Priyaa & Verma, section 6.4."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from gan_augment.common.files import written_whole
from gan_augment.reporting import loss_figures, loss_tables
from gan_augment.reporting.text import aligned

DAGGER = "those marked † are over the members of one GAN seed and hold for its parts alone"


def write_loss_curves(
    scores: pd.DataFrame,
    curves: pd.DataFrame,
    confusions: pd.DataFrame,
    shown: Sequence[Mapping],
    directory: Path,
) -> None:
    """Write tables and figures of a run; the arguments are those of `studies.LossCurves`.

    Figures are those of the largest sample; without generators there is no picture of their images.
    """
    directory = Path(directory)
    tables = {
        "scores": scores.round(5),
        "curves": curves.round(4),
        "confusion": confusions,
        "losses": loss_tables.losses_table(scores).round(5),
        "differences": loss_tables.differences_table(scores).round(5),
    }
    for name, table in tables.items():
        with written_whole(directory / f"{name}.csv") as aside:
            table.to_csv(aside, index=False)
    found = next(loss_tables.by_size(scores))
    loss_figures.plot_curves(curves, found, directory / "figure_6.png")
    if shown:
        names = shown[0]["class_names"]
        loss_figures.plot_confusions(confusions, found, names, directory / "confusion.png")
        loss_figures.plot_generator_losses(shown, directory / "generator_losses.png")
        loss_figures.plot_snapshots(shown, directory / "figures_7_10.png")
        loss_figures.plot_samples(shown, directory / "figure_11.png")


def loss_curves_text(scores: pd.DataFrame, about: Mapping) -> str:
    """The tables for a terminal; `about` is what options.json says of the run."""
    reported = about["data"]["name"] == loss_tables.DATA
    parts = []
    for size, protocol in _blocks(scores):
        of = (scores["size"] == size) & (scores["protocol"] == protocol)
        found = loss_tables.Scores(scores[of])
        title = loss_tables.PROTOCOLS[protocol].capitalize()
        parts.append(
            f"{title}: {size:,} real images before it splits them, {found.epochs()} epochs"
        )
        header, rows = loss_tables.losses_texts(found, reported)
        further, accuracies = loss_tables.accuracies_texts(found)
        header = [*header, *(f"test %, {name}" for name in further[1:])]
        rows = [[*row, *accuracy[1:]] for row, accuracy in zip(rows, accuracies)]
        for table in ((header, rows), loss_tables.differences_texts(found)):
            if table[1]:
                width = max(len(row[0]) for row in [table[0], *table[1]])
                lines = [[row[0].ljust(width), *row[1:]] for row in [table[0], *table[1]]]
                parts.append(aligned(lines[0], lines[1:]))
        parts += [textwrap.fill(sentence, 98) for sentence in found.still_learning()]
    over = "95 % intervals over GAN seeds"
    over += f"; {DAGGER}" if any("†" in part for part in parts) else ""
    counted = "in all" if about["in_all"] else "of each class"
    notes = (
        f"Means over GAN seeds × members (n); differences are paired, with {over}.",
        f"Numbers of added images are those {counted}. Best epoch: lowest validation loss, chosen "
        "for each classifier.",
        "Losses are training / validation. Report's protocol: that of the public code (few images, "
        "raw pixels, small rotations).",
        "Equal steps: real images again. Classical: equal steps, mirrored and shifted anew at "
        "every step.",
    )
    legend = "\n".join(textwrap.fill(note, 98, subsequent_indent="  ") for note in notes)
    return "\n" + "\n\n".join([*parts, legend]) + "\n"


def _blocks(scores: pd.DataFrame) -> list[tuple[int, str]]:
    """Return the sizes, the largest first, each with its protocols."""
    return [(found.size, p) for found in loss_tables.by_size(scores) for p in found.protocols]
