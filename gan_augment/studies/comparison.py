"""Training sets side by side: which of them makes the better classifier of the same test images?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gan_augment.common.log import MetricsLog
from gan_augment.common.progress import progress_bar
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages
from gan_augment.metrics.confusion import confusion, summary


@dataclass(frozen=True)
class TrainingSet:
    """What a classifier is trained on."""

    images: Callable[[], LabeledImages]
    """Makes the images; asked only if they are needed."""
    transform: bool | str = False
    """Whether every step sees the images changed anew; or how, by a name of the caller's."""


class Comparison:
    """Trains the same members on several training sets of a case and scores them on its test set.

    A case is what all sets of a comparison have in common: a GAN seed, a number of shots, a share
    of images that was kept. All sets take the same number of optimiser steps, whatever their
    sizes: `steps`, made of epochs over a set that is repeated as often as it takes. A member has
    the same seed in all sets of a case, so they can be compared member by member. Nothing is
    chosen by a score: what counts is the last step. `make_members(transform)` makes a
    `classifiers.Members` for the sets with that `transform`. Finished cells are kept in the file
    `path` and not done again.
    """

    def __init__(self, make_members: Callable[[bool | str], object], *, seed: int, path: Path):
        self.seed = seed
        self.log = MetricsLog(path)
        self._make_members = make_members
        self._classifiers = {}

    def run(
        self,
        case: Mapping[str, str | int | float],
        sets: Mapping[str, TrainingSet],
        test: LabeledImages,
        *,
        members: int,
        steps: int,
    ) -> None:
        """Do every set of a case that is not done; `case` names it, and "gan_seed" must be in it.

        Raises `UserError` if a training diverges or the images do not suit the classifier.
        """
        done = [(record["case"], record["set"]) for record in self.log.records]
        todo = [name for name in sets if (dict(case), name) not in done]
        title = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in case.items())
        for name in progress_bar(todo, description=title, unit="set"):
            predicted = self._train(sets[name], test, case, members, steps)
            self.log.append(
                {
                    "case": dict(case),
                    "set": name,
                    "steps": steps,
                    "class_names": list(test.class_names),
                    "confusion": confusion(test, predicted).tolist(),
                    "right": [packed(row == test.labels) for row in predicted],
                    "images": len(test),
                }
            )

    def scores(self, cases: Sequence[Mapping] | None = None) -> pd.DataFrame:
        """A row for each finished set and member, of all cases or of some.

        Columns: those of the case, set, member, steps, accuracy, recall (the mean over classes:
        balanced accuracy), least_recall and recall_<class>.
        """
        rows = []
        for record in self.log.records:
            if cases is not None and record["case"] not in [dict(case) for case in cases]:
                continue
            found = summary(np.array(record["confusion"]))
            recalls = found.pop("recalls")
            for member in range(len(recalls)):
                rows.append(
                    {
                        **record["case"],
                        "set": record["set"],
                        "member": member,
                        "steps": record["steps"],
                        **{name: found[name][member] for name in SCORES},
                        **dict(zip(_columns(record["class_names"]), recalls[member])),
                    }
                )
        return pd.DataFrame(rows)

    def right(self, case: Mapping, name: str) -> np.ndarray:
        """Return which test images each member of a finished set got right, bool [members, n]."""
        for record in self.log.records:
            if (record["case"], record["set"]) == (dict(case), name):
                return np.stack([unpacked(text, record["images"]) for text in record["right"]])
        raise KeyError(name)

    def _train(self, chosen: TrainingSet, test, case, members: int, steps: int) -> np.ndarray:
        """Return what all members take the test images for in the end, int16 [members, n]."""
        if chosen.transform not in self._classifiers:  # traced once, used for every cell
            self._classifiers[chosen.transform] = self._make_members(chosen.transform)
        classifiers = self._classifiers[chosen.transform]
        history = classifiers.train(
            repeated(chosen.images(), steps * classifiers.batch_size, self.seed),
            {"test": test},
            seeds=[derive_seed(self.seed, "member", *case.values(), m) for m in range(members)],
            epochs=1,
        )
        return history.predictions["test"][:, -1]


SCORES = ("accuracy", "recall", "least_recall")


def repeated(images: LabeledImages, n: int, seed: int) -> LabeledImages:
    """Return `n` images: all of them as often as it takes, the last time only some, by chance."""
    order = np.random.default_rng(seed).permutation(len(images))
    return images.take(order[np.arange(n) % len(images)])


def packed(flags: np.ndarray) -> str:
    """Write bools [n] as a text, a character for four."""
    return np.packbits(flags).tobytes().hex()


def unpacked(text: str, n: int) -> np.ndarray:
    """Read the text of `n` bools."""
    return np.unpackbits(np.frombuffer(bytes.fromhex(text), np.uint8), count=n).astype(bool)


def _columns(class_names: Sequence[str]) -> list[str]:
    return [f"recall_{name}" for name in class_names]
