"""The files of a run of `gan_augment.synthetic`, and what it prints at the end."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from gan_augment.common.files import written_whole
from gan_augment.common.log import MetricsLog
from gan_augment.data.images import LabeledImages
from gan_augment.reporting import fingerprint
from gan_augment.reporting.pictures import plot_training, sample_grid
from gan_augment.reporting.synthetic_claims import apart, claims_of, judge
from gan_augment.reporting.synthetic_figures import plot_confusions, plot_curves
from gan_augment.reporting.synthetic_tables import (
    PROTOCOL_LABELS,
    TABLE_2_HEADER,
    is_reported,
    metric_column,
    read,
    table_1,
    table_1_rows,
    table_2,
    table_2_rows,
)
from gan_augment.reporting.text import aligned

SAMPLES_PER_CLASS = 8
CONFUSED = ("real", "synthetic", "mixed")  # whose confusion matrices are kept


def write_synthetic(
    directory: Path, matrix, quality, fingerprints, samples: Mapping[str, LabeledImages]
) -> None:
    """Write scores, tables and figures; the three studies are those of `gan_augment.studies`.

    `samples` are images by the title of their panel. The GANs' logs are read where they are.
    """
    directory = Path(directory)
    tables = {
        "scores": matrix.scores(),
        "curves": matrix.curves(),
        "confusion": confusion_table(matrix),
        "quality": quality.table(),
        "probes": fingerprints.probes(),
        "remedies": fingerprints.scores(),
    }
    reported = is_reported(directory)
    tables["table_1"] = table_1(tables["quality"], reported)
    tables["table_2"] = table_2(tables["scores"], reported)
    tables["fingerprint"] = fingerprint.fingerprint_table(
        tables["probes"], tables["remedies"], "corrected"
    )
    for name, table in tables.items():
        with written_whole(directory / f"{name}.csv") as aside:
            table.round(5).to_csv(aside, index=False)
    sample_grid(samples, SAMPLES_PER_CLASS, directory / "samples.png")
    plot_training(training_lines(directory / "gans"), directory / "training.png")
    plot_curves(tables["curves"], directory / "curves.png")
    plot_confusions(tables["confusion"], "corrected", directory / "confusion.png")
    fingerprint.plot_fingerprint(tables["fingerprint"], directory / "fingerprint.png", reported)


def confusion_table(matrix) -> pd.DataFrame:
    """Count images by training, test set, protocol, true and predicted class."""
    frames = []
    for train in CONFUSED:
        for test in ("real", "synthetic"):
            for protocol in ("report", "corrected"):
                counts = matrix.confusion(train, test, protocol=protocol)
                long = counts.stack().rename("images").reset_index()
                frames.append(long.assign(train=train, test=test, protocol=protocol))
    return pd.concat(frames, ignore_index=True)


def training_lines(gans: Path) -> list[dict]:
    """Return the logs of the first GAN seed; the conditional GAN is a class by that name."""
    lines = []
    for name in ("per-class", "conditional"):
        for line in MetricsLog(gans / f"{name}_seed-0" / "metrics.jsonl", read_only=True).records:
            lines.append(line if name == "per-class" else {**line, "class": name})
    return lines


def synthetic_text(directory: Path, protocol: str) -> str:
    """All tables of a run, the claims and the verdict on the fingerprint, for a terminal."""
    tables, reported = read(directory), is_reported(directory)
    first = table_1(tables["quality"], reported)
    header, rows = table_1_rows(first)
    parts = [
        f"Table 1. {distance_name(tables['quality'])} to the real training images, class by class",
        _left(header, rows),
        "Table 2. Trained on one set, tested on another; accuracy in %",
        _left(TABLE_2_HEADER, table_2_rows(table_2(tables["scores"], reported), protocol)),
        f"{PROTOCOL_LABELS[protocol].capitalize()}.",
        "Fingerprint",
        fingerprint_text(tables, protocol),
        fingerprint.LEGEND,
        *fingerprint_sentences(tables, protocol, reported),
        *(
            f"{'Ours: ' if claim.ours else 'Claim: '}{claim.text}. {found}: {verdict}."
            for claim in claims_of(reported)
            for found, verdict in [judge(claim, tables["scores"], protocol)]
        ),
        *closeness(tables, reported),
    ]
    return "\n\n".join(part if "\n" in part else textwrap.fill(part, 98) for part in parts) + "\n"


def fingerprint_text(tables: Mapping[str, pd.DataFrame], protocol: str) -> str:
    """The table of remedies for a terminal."""
    table = fingerprint.fingerprint_table(tables["probes"], tables["remedies"], protocol)
    return _left(fingerprint.HEADER, fingerprint.fingerprint_rows(table, intervals=False))


def fingerprint_sentences(
    tables: Mapping[str, pd.DataFrame], protocol: str, reported: bool
) -> list[str]:
    """The verdict on the fingerprint."""
    table = fingerprint.fingerprint_table(tables["probes"], tables["remedies"], protocol)
    classes = tables["confusion"]["true"].nunique()
    return [*fingerprint.fingerprint_verdict(table, classes, reported)]


def distance_name(quality: pd.DataFrame) -> str:
    """Say what Table 1 is of: FID, or a Fréchet distance that cannot be held against it."""
    name = metric_column(quality, "frechet")
    if name == "fid":
        return "FID (Keras' Inception-v3)"
    return f"{name} (a classifier's features; not FID)"


def closeness(tables: Mapping[str, pd.DataFrame], reported: bool) -> list[str]:
    """Hold the claim that the images are close to the real ones against their distances."""
    found = apart(tables["quality"], reported)
    sentences = [
        f"Claim: the generated images are close to the real ones. {found.classes} of {found.of} "
        "classes are farther from the real training images than held-out real images are (kernel "
        f"distance, two standard errors); Fréchet distances are {found.times:.1f} times those of "
        f"held-out images: {found.verdict}."
    ]
    if found.rank == found.rank:
        sentences.append(
            f"The order of the classes agrees with that of the reported FID by {found.rank:.2f} "
            f"(Spearman, p = {found.rank_p:.2f})."
        )
    return sentences


def _left(header: list[str], rows: list[list[str]]) -> str:
    width = max(len(row[0]) for row in [header, *rows])
    first, *others = [[row[0].ljust(width), *row[1:]] for row in [header, *rows]]
    return aligned(first, others)
