"""The files of a run of `gan_augment.cyclegan`, and what it ends with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pandas as pd

from gan_augment.common.files import written_whole
from gan_augment.reporting import cyclegan
from gan_augment.reporting.cyclegan_figures import (
    Tested,
    plot_accuracies,
    plot_losses,
    plot_snapshots,
    plot_translations,
)

PICTURES = (
    *("ways.csv", "judges.csv", "taken_for.csv", "losses.csv"),
    *("translations.png", "by_step.png", "training.png"),
)
FILES = (*PICTURES, "scores.csv", "accuracies.csv", "claims.csv", "accuracies.png")
CROSSED = {"held out": "real, held out", "translated": "translated"}


class Judged(Protocol):
    """What is needed of `studies.Judges`."""

    def table(self) -> pd.DataFrame:
        """Return what they said of each set."""
        ...

    def taken_for(self) -> pd.DataFrame:
        """Return what they took classes for."""
        ...


def write_translation(
    directory: Path,
    tested: Sequence[Tested],
    losses: pd.DataFrame,
    judges: Judged,
    scores: pd.DataFrame | None = None,
) -> str:
    """Write PICTURES, with the `scores` of classifiers FILES; return what the command ends with.

    `tested` are `studies.Directions`, `losses` those of `studies.Translations`, `scores` those of
    `studies.Comparison` with the columns gan_seed and labelled.
    """
    directory = Path(directory)
    ways = pd.DataFrame([record for each in tested for record in each.records()])
    judged, taken_for = judges.table(), judges.taken_for()
    _write(directory, {"ways": ways, "judges": judged, "taken_for": taken_for, "losses": losses})
    plot_translations(tested, directory / "translations.png")
    plot_snapshots(tested[0], directory / "by_step.png")
    plot_losses(losses, directory / "training.png")
    parts = []
    labels = CROSSED
    if scores is not None:
        labels = cyclegan.JUDGED
        table, claims = cyclegan.accuracies(scores), cyclegan.claims_table(scores)
        _write(directory, {"scores": scores, "accuracies": table, "claims": claims})
        plot_accuracies(table, directory / "accuracies.png")
        parts += [
            "Accuracy on real images of the scarce domain, %\n"
            + cyclegan.as_text(*cyclegan.accuracy_rows(table)),
            cyclegan.claims_text(claims),
        ]
    agreed = cyclegan.agreements(judged, tuple(labels))
    what = "class (labels kept)" if scores is not None else "domain"
    parts += [
        f"Judges of the {what}, %\n" + cyclegan.as_text(*cyclegan.agreement_rows(agreed, labels)),
        "Mean absolute difference to the image, % of the range of pixels\n"
        + cyclegan.as_text(*cyclegan.way_rows(ways)),
        "Intervals: 95 % over GAN seeds, † over members.",
    ]
    return "\n\n".join(parts)


def _write(directory: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    for name, table in tables.items():
        with written_whole(directory / f"{name}.csv") as aside:
            table.round(6).to_csv(aside, index=False)
