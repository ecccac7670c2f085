"""What the finished trainings of a train→test matrix say, as tables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from gan_augment.common.log import MetricsLog

PROTOCOLS = ("report", "corrected", "last")


class MatrixScores:
    """Reads the `log` of a `TrainTestMatrix`; `mixes` are made of the sources that they name."""

    def __init__(self, log: MetricsLog, mixes: Mapping[str, tuple[str, ...]]):
        self.log = log
        self.mixes = dict(mixes)

    def scores(self) -> pd.DataFrame:
        """A row for each training, test set, member and protocol.

        Columns: gan_seed, train, test, member, protocol, epoch (from 1), train_images,
        optimizer_steps, train_accuracy (over that epoch, while training), test_images, accuracy.
        """
        rows = []
        for record in self.log.records:
            cell = {name: record[name] for name in ("gan_seed", "train")}
            size = {name: record[name] for name in ("train_images", "optimizer_steps")}
            for member, row in enumerate(record["members"]):
                for test, parts in self._tests(record).items():
                    accuracy = joined(record["test_images"], row["test"], "accuracy", parts)
                    for protocol in PROTOCOLS:
                        k = row["epochs"][protocol] - 1
                        rows.append(
                            cell
                            | {"test": test, "member": member, "protocol": protocol, "epoch": k + 1}
                            | size
                            | {
                                "train_accuracy": row["train_accuracy"][k],
                                "test_images": sum(record["test_images"][part] for part in parts),
                                "accuracy": accuracy[k],
                            }
                        )
        return pd.DataFrame(rows)

    def curves(self) -> pd.DataFrame:
        """A row for each training, member, set and epoch.

        Columns: gan_seed, train, member, part ("train", "validation" or "test"), set, epoch
        (from 1), accuracy, loss (mean cross-entropy). Those of the training set are taken while
        training; the validation set is of the kind trained on.
        """
        frames = []
        for record in self.log.records:
            for member, row in enumerate(record["members"]):
                on = record["on"]
                sets = {("train", on): (row["train_accuracy"], row["train_loss"])}
                evaluated = [("validation", on, self._parts(on))]
                evaluated += [("test", name, parts) for name, parts in self._tests(record).items()]
                for part, name, parts in evaluated:
                    sizes = record[f"{part}_images"]
                    sets[part, name] = (
                        joined(sizes, row[part], "accuracy", parts),
                        joined(sizes, row[part], "loss", parts),
                    )
                for (part, name), (accuracy, loss) in sets.items():
                    where = {"part": part, "set": name, "epoch": np.arange(1, len(loss) + 1)}
                    frames.append(
                        pd.DataFrame(
                            {"gan_seed": record["gan_seed"], "train": record["train"]}
                            | {"member": member, **where, "accuracy": accuracy, "loss": loss}
                        )
                    )
        return pd.concat(frames, ignore_index=True)

    def confusion(
        self,
        train: str,
        test: str,
        *,
        protocol: str = "corrected",
        gan_seed: int | None = None,
    ) -> pd.DataFrame:
        """Count test images by true class (rows) and predicted class, summed over members.

        Summed over all GAN seeds too, unless one is given. `KeyError` if the cell was not run.
        """
        records = [
            record
            for record in self.log.records
            if record["train"] == train and gan_seed in (None, record["gan_seed"])
        ]
        if not records:
            raise KeyError(train)
        counts = [
            row["test"][part]["confusion"][protocol]
            for record in records
            for part in self._tests(record)[test]
            for row in record["members"]
        ]
        names = records[0]["class_names"]
        true, predicted = pd.Index(names, name="true"), pd.Index(names, name="predicted")
        return pd.DataFrame(np.sum(counts, axis=0), true, predicted)

    def _parts(self, name: str) -> tuple[str, ...]:
        return self.mixes.get(name, (name,))

    def _tests(self, record: Mapping) -> dict[str, tuple[str, ...]]:
        """Sources and mixes that a training was tested on, with the sources in each."""
        sources = record["sources"]
        mixes = {name: mix for name, mix in self.mixes.items() if set(mix) <= set(sources)}
        return {source: (source,) for source in sources} | mixes


def joined(sizes: Mapping[str, int], rows: Mapping, value: str, parts) -> np.ndarray:
    """Return the mean, epoch by epoch, over the images of all `parts`."""
    weights = [sizes[part] for part in parts]
    return np.average([rows[part][value] for part in parts], axis=0, weights=weights)
