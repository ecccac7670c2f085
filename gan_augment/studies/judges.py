"""What classifiers that know the real images take generated ones for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from gan_augment.common.log import MetricsLog
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages
from gan_augment.metrics.confusion import confusion, summary
from gan_augment.studies.comparison import repeated


class Judges:
    """Classifiers that learned from many labelled images, asked what they take others for.

    `members` of `make_members(False)`, a `classifiers.Members`, take `steps` steps. What they said
    is kept in the file `path` and not asked again.
    """

    def __init__(
        self,
        make_members: Callable[[bool], object],
        *,
        members: int,
        steps: int,
        seed: int,
        path: Path,
    ):
        self.members = members
        self.steps = steps
        self.seed = seed
        self.log = MetricsLog(path)
        self._make_members = make_members

    def ask(
        self, train: LabeledImages, sets: Mapping[tuple[str, int], Callable[[], LabeledImages]]
    ) -> None:
        """Have judges of `train` look at images, which are made if needed, by (name, GAN seed)."""
        done = {(record["set"], record["gan_seed"]) for record in self.log.records}
        todo: dict[Hashable, LabeledImages] = {
            key: make() for key, make in sets.items() if key not in done
        }
        if not todo:
            return
        classifiers = self._make_members(False)
        history = classifiers.train(
            repeated(train, self.steps * classifiers.batch_size, self.seed),
            todo,
            seeds=[derive_seed(self.seed, "judge", m) for m in range(self.members)],
            epochs=1,
            description="judges",
        )
        for (name, gan_seed), images in todo.items():
            counts = confusion(images, history.predictions[name, gan_seed])[:, -1]
            self.log.append(
                {
                    "set": name,
                    "gan_seed": gan_seed,
                    "class_names": list(images.class_names),
                    "confusion": counts.tolist(),
                }
            )

    def table(self) -> pd.DataFrame:
        """A row for each set, GAN seed and judge.

        Columns: set, gan_seed, member, agreement (share of images taken for what their label says),
        least_agreement (of the class that fares worst) and agreement_<class>.
        """
        rows = []
        for record in self.log.records:
            found = summary(np.array(record["confusion"]))
            for member, recalls in enumerate(found["recalls"]):
                rows.append(
                    {
                        "set": record["set"],
                        "gan_seed": record["gan_seed"],
                        "member": member,
                        "agreement": found["accuracy"][member],
                        "least_agreement": found["least_recall"][member],
                        **{f"agreement_{k}": r for k, r in zip(record["class_names"], recalls)},
                    }
                )
        return pd.DataFrame(rows)

    def taken_for(self) -> pd.DataFrame:
        """A row for each set and pair of classes: the share of a class that is taken for another.

        Columns: set, class, taken_for, share (mean over judges and GAN seeds).
        """
        rows = []
        for name in dict.fromkeys(record["set"] for record in self.log.records):
            records = [record for record in self.log.records if record["set"] == name]
            names = records[0]["class_names"]
            counts = np.sum([np.sum(record["confusion"], axis=0) for record in records], axis=0)
            shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
            for (true, taken), share in np.ndenumerate(shares):
                rows.append(
                    {"set": name, "class": names[true], "taken_for": names[taken], "share": share}
                )
        return pd.DataFrame(rows)
