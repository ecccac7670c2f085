"""Leung, Leung & Yu, *Synthetic Data Generation*: its Tables 1 and 2 beside ours.

The numbers called reported are the report's.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from gan_augment.common.files import read_json
from gan_augment.metrics.significance import estimate
from gan_augment.reporting.text import NOTHING, interval, percent

DATA = "cifar10"
HELD_OUT, OVERALL = "held-out real", "overall"
SIZES = ("n_real", "n_generated")
SOURCES = ("scores", "quality", "confusion", "probes", "remedies")
PROTOCOLS = ("report", "corrected", "last")
PROTOCOL_LABELS = {
    "report": "report's protocol: at the tenth epoch, or the last if that is earlier",
    "corrected": "corrected protocol: at the epoch that is best on validation images of the kind "
    "trained on",
    "last": "at the last epoch",
}

FID = {
    **{"airplane": 65.113, "automobile": 38.060, "bird": 73.156, "cat": 52.456, "deer": 48.013},
    **{"dog": 37.978, "frog": 40.173, "horse": 51.377, "ship": 32.909, "truck": 27.774},
}
Cell = tuple[str, str]
"""What a classifier was trained on, and what it is tested on."""

# Training and test accuracy.
TABLE_2: dict[Cell, tuple[float, float]] = {
    ("real", "real"): (0.8573, 0.7166),
    ("real", "synthetic"): (0.8573, 0.5011),
    ("synthetic", "synthetic"): (1.0, 1.0),
    ("synthetic", "real"): (1.0, 0.1359),
    ("mixed", "mixed"): (0.9613, 0.8546),
}
CELLS: dict[Cell, str] = {
    ("real", "real"): "real → real",
    ("real", "synthetic"): "real → synthetic",
    ("synthetic", "synthetic"): "synthetic → synthetic",
    ("synthetic", "real"): "synthetic → real",
    ("mixed", "mixed"): "mixed → mixed",
    ("mixed", "real"): "mixed → its real half",
    ("mixed", "synthetic"): "mixed → its synthetic half",
    ("real-repeat", "real"): "real, equal steps → real",
    ("real+flip-crop", "real"): "real, flip and crop → real",
    ("real-repeat+flip-crop", "real"): "real, equal steps, flip and crop → real",
    ("mixed+flip-crop", "real"): "mixed, flip and crop → real half",
}


def table_2(scores: pd.DataFrame, reported: bool = True) -> pd.DataFrame:
    """Return a row for each cell of CELLS that was run, and protocol; accuracies in 0…1.

    `reported` says whether the report's numbers are of these images.
    """
    parts = dict(list(scores.groupby(["train", "test", "protocol"])))
    rows = []
    for cell in CELLS:
        known = TABLE_2.get(cell) if reported else None
        for protocol in PROTOCOLS:
            part = parts.get((*cell, protocol))
            if part is None:
                continue
            part = part.set_index(["gan_seed", "member"])
            found = estimate(part["accuracy"])
            rows.append(
                {
                    "train": cell[0],
                    "test": cell[1],
                    "protocol": protocol,
                    "reported_train_accuracy": known[0] if known else np.nan,
                    "reported_accuracy": known[1] if known else np.nan,
                    "train_accuracy": part["train_accuracy"].mean(),
                    "accuracy": found.mean,
                    "sd": found.sd,
                    "low": np.clip(found.low, 0, 1),
                    "high": np.clip(found.high, 0, 1),
                    "interval_over": found.interval_over,
                    "epoch": part["epoch"].mean(),
                    **part[["train_images", "optimizer_steps", "test_images"]].iloc[0],
                    "n_gan_seeds": found.n_gan_seeds,
                    "n_members": found.n_members,
                }
            )
    return pd.DataFrame(rows)


def metric_column(quality: pd.DataFrame, metric: str) -> str:
    """Return what `metric` ("frechet", "kid", …) is called: FID of Inception's features alone."""
    features = quality["features"].iloc[0]
    if features == "inception":
        return "fid" if metric == "frechet" else metric
    return f"{metric}_{features}"


def table_1(quality: pd.DataFrame, reported: bool = True) -> pd.DataFrame:
    """Return a row for each class, and the rows "mean" of these and `OVERALL`.

    Columns: class, reported (FID), one for each generator and the held-out real images with their
    Fréchet distance to the real training images, mean over GAN seeds, and numbers of images.
    """
    name = metric_column(quality, "frechet")
    # Sets in the order in which they were measured: the floor first, so it goes to the end.
    order = [*dict.fromkeys(quality["generators"])]
    order = [*(each for each in order if each != HELD_OUT), HELD_OUT]
    classes = [*dict.fromkeys(quality["class"])]
    table = quality.pivot_table(name, "class", "generators", sort=False).reindex(classes)[order]
    table.loc["mean"] = table.drop(OVERALL).mean()
    sizes = quality.groupby("class", sort=False)[["n_real", "n_generated"]].first()
    table = table.join(sizes).reset_index()
    known = {**FID, "mean": np.mean([*FID.values()])} if reported else {}
    table.insert(1, "reported", table["class"].map(known).astype(float))
    return table


TABLE_2_HEADER = ["trained → tested", "reported", "training accuracy", "test accuracy", "epoch"]


def table_2_rows(table: pd.DataFrame, protocol: str) -> list[list[str]]:
    """Spell Table 2 out; accuracies in per cent."""
    rows = []
    for row in table[table["protocol"] == protocol].itertuples():
        spread = "" if np.isnan(row.sd) else f" ± {percent(row.sd)}"
        ends = interval(row.low, row.high, row.interval_over, percent)
        rows.append(
            [
                CELLS[row.train, row.test],
                percent(row.reported_accuracy),
                percent(row.train_accuracy),
                f"{percent(row.accuracy)}{spread} {ends}".rstrip(),
                f"{row.epoch:.1f}".removesuffix(".0"),
            ]
        )
    return rows


def table_1_rows(table: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Spell Table 1 out: header and rows."""
    sets = [name for name in table.columns if name not in ("class", "reported", *SIZES)]
    header = ["class", "reported FID", *sets, "n real, generated"]
    rows = [
        [
            row["class"],
            *(NOTHING if np.isnan(row[k]) else f"{row[k]:.2f}" for k in ("reported", *sets)),
            NOTHING
            if np.isnan(row["n_real"])
            else f"{row['n_real']:,.0f}, {row['n_generated']:,.0f}",
        ]
        for _, row in table.iterrows()
    ]
    return header, rows


def read(directory: Path) -> dict[str, pd.DataFrame]:
    """Read the scores of a run, or of one that is published."""
    return {name: pd.read_csv(Path(directory) / f"{name}.csv") for name in SOURCES}


def is_reported(directory: Path) -> bool:
    """Tell whether a run is of the images that the report's numbers are of."""
    path = Path(directory) / "options.json"
    if path.exists():
        return read_json(path)["data"]["name"] == DATA
    return read_json(path.with_name("runs.json"))[0]["options"]["data"]["name"] == DATA
