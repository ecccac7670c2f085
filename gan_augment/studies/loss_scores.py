"""What the finished trainings of a study of over-fitting say, as tables."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from gan_augment.common.log import MetricsLog

CHOICES = ("last", "best")
MEASURES = ("train_loss", "valid_loss", "valid_accuracy", "test_accuracy")
KEY = ("protocol", "size", "gan_seed", "model", "arm", "generated")


class LossScores:
    """Reads the `log` of `LossCurves`, a record a cell."""

    def __init__(self, log: MetricsLog):
        self.log = log

    def records(self) -> list[dict]:
        """Return the finished cells: of a protocol and size those of the longest trainings."""
        longest: dict[tuple, int] = {}
        for record in self.log.records:
            key = record["protocol"], record["size"]
            longest[key] = max(longest.get(key, 0), record["classifier_epochs"])
        return [
            record
            for record in self.log.records
            if record["classifier_epochs"] == longest[record["protocol"], record["size"]]
        ]

    def scores(self) -> pd.DataFrame:
        """A row for each cell, member and choice ("last", "best") of an epoch.

        Columns: those of `KEY`, train_images, optimizer_steps, member, choice, epoch (from 1) and
        `MEASURES`: mean cross-entropies, accuracies in 0…1. The training loss is taken while
        training.
        """
        rows = []
        for record in self.records():
            cell = {name: record[name] for name in (*KEY, "train_images", "optimizer_steps")}
            for member, row in enumerate(record["members"]):
                for choice in CHOICES:
                    epoch = row["epochs"][choice]
                    told = {"member": member, "choice": choice, "epoch": epoch}
                    rows.append(cell | told | {name: row[name][epoch - 1] for name in MEASURES})
        return pd.DataFrame(rows)

    def curves(self) -> pd.DataFrame:
        """A row for each cell, member and epoch (from 1); columns as in `scores`."""
        frames = [
            pd.DataFrame(
                {name: record[name] for name in KEY}
                | {"member": member, "epoch": np.arange(1, len(row["train_loss"]) + 1)}
                | {name: row[name] for name in MEASURES}
            )
            for record in self.records()
            for member, row in enumerate(record["members"])
        ]
        return pd.concat(frames, ignore_index=True)

    def confusions(self) -> pd.DataFrame:
        """Test images by true and predicted class at the best epoch, summed over members and seeds.

        Columns: protocol, size, model, arm, generated, true, predicted (labels), images.
        """
        keys = [name for name in KEY if name != "gan_seed"]
        sums: dict[tuple, np.ndarray] = {}
        for record in self.records():
            key = tuple(record[name] for name in keys)
            counts = np.sum([row["confusion"] for row in record["members"]], axis=0)
            sums[key] = sums.get(key, 0) + counts
        rows = []
        for key, counts in sums.items():
            k = math.isqrt(len(counts))
            for (true, predicted), images in np.ndenumerate(counts.reshape(k, k)):
                rows.append({**dict(zip(keys, key)), "true": true, "predicted": predicted})
                rows[-1]["images"] = int(images)
        return pd.DataFrame(rows)
