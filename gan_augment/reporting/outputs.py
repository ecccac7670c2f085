"""The files of a run: scores, tables and figures, written where the run is or where it goes."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from gan_augment.common.files import read_json, written_whole
from gan_augment.common.log import MetricsLog
from gan_augment.data.images import LabeledImages
from gan_augment.reporting.figures import write_figures
from gan_augment.reporting.pictures import plot_training, sample_grid
from gan_augment.reporting.report import Report, report_of
from gan_augment.reporting.tables import write_tables

SAMPLES_PER_CLASS = 8


def write(
    directory: Path, scores: pd.DataFrame, samples: Mapping[str, LabeledImages] | None = None
) -> list[Path]:
    """Write all files of a run beside its options.json; return their paths.

    `samples` are generated images by the title of their panel in `samples.png`. The training of
    each GAN is drawn from `gans/<cell>/metrics.jsonl` as `training_<cell>.png`.
    """
    directory = Path(directory)
    options = read_json(directory / "options.json")
    written = write_results(scores, options["protocol"], report_of(options), directory)
    if samples:
        written.append(directory / "samples.png")
        sample_grid(samples, SAMPLES_PER_CLASS, written[-1])
    for log in sorted(directory.glob("gans/*/metrics.jsonl")):
        lines = MetricsLog(log).records
        if any("d_loss" in line for line in lines):  # not every augmenter is a game
            written.append(directory / f"training_{log.parent.name}.png")
            plot_training(lines, written[-1])
    return written


def write_results(
    scores: pd.DataFrame, protocol: str, report: Report, directory: Path
) -> list[Path]:
    """Write scores.csv, the tables under both protocols and the figures under `protocol`."""
    path = Path(directory) / "scores.csv"
    with written_whole(path) as aside:
        scores.round(5).to_csv(aside, index=False)
    return [
        path,
        *write_tables(scores, report, directory),
        *write_figures(scores, protocol, report, directory),
    ]
