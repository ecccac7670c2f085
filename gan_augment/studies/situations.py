"""Situations: the training sets that Farhat compares, and the controls that the report lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gan_augment.augmenters.base import generate
from gan_augment.augmenters.controls import Repeat
from gan_augment.common.log import MetricsLog
from gan_augment.common.progress import progress_bar
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages, balanced, concatenate
from gan_augment.metrics.confusion import confusion, summary


@dataclass(frozen=True)
class Situation:
    """What a classifier is trained on: the real images, and perhaps more of something."""

    added: int = 0
    """Number of images beside the real ones, all classes together."""
    source: str | None = None
    """Where they come from: "gan", "pooled" (all GAN seeds in equal parts) or "repeat" (the real
    images again: as many steps, nothing new)."""
    transform: bool = False
    """Whether every step sees all images changed anew."""

    @property
    def generated(self) -> bool:
        """Whether the GANs of one seed have a part in it."""
        return self.source == "gan"


def situations(few: int, many: int, *, controls: bool = True) -> dict[str, Situation]:
    """Return the report's five situations by name, with two numbers of added images; and controls.

    Names hold "few" and "many", whatever the numbers are.
    """
    report = {
        "original": Situation(),
        "transforms": Situation(transform=True),
        "gan-few": Situation(few, "gan"),
        "gan-many": Situation(many, "gan"),
        "gan-many+transforms": Situation(many, "gan", transform=True),
    }
    ours = {
        "repeat-few": Situation(few, "repeat"),
        "repeat-many": Situation(many, "repeat"),
        "transforms-many": Situation(many, "repeat", transform=True),
        "pooled-many": Situation(many, "pooled"),
    }
    return report | ours if controls else report


class SituationStudy:
    """Trains classifiers in every situation and scores them after every epoch.

    Members are shared out among the GAN seeds: member m sees images of GAN seed m modulo their
    number. It has the same seed in all situations, protocols and folds, so that these can be
    compared member by member. `make_members(protocol, transform)` makes a `classifiers.Members`,
    the second argument saying whether batches are transformed. Nothing is chosen by a score: what
    counts is the last epoch. Finished cells are kept in the file `path` and not done again.
    """

    def __init__(self, make_members: Callable, *, seed: int, path: Path):
        self.seed = seed
        self.log = MetricsLog(path)
        self._make_members = make_members
        self._classifiers = {}

    def run(
        self,
        chosen: Mapping[str, Situation],
        real: LabeledImages,
        generated: Sequence[LabeledImages],
        test: LabeledImages,
        *,
        protocol: str,
        members: int,
        epochs: int,
        added_epochs: int,
        fold: int | None = None,
    ) -> None:
        """Do every situation that is not done; `generated` has a set for each GAN seed.

        Situations with added images take `added_epochs`, the others `epochs`. `fold`: the object
        that is left out, if one is.
        """
        done = {_key(record) for record in self.log.records}
        cells = []
        for name, situation in chosen.items():
            for gan_seed in range(len(generated)) if situation.generated else [None]:
                if (fold, protocol, name, gan_seed) not in done:
                    cells.append((name, situation, gan_seed))
        where = protocol if fold is None else f"object {fold} left out"
        for name, situation, gan_seed in progress_bar(cells, description=where, unit="cell"):
            seeds = {m: m % len(generated) for m in range(members)}
            mine = [m for m in seeds if gan_seed in (None, seeds[m])]
            images = self._training_set(situation, real, generated, gan_seed)
            length = added_epochs if situation.added else epochs
            about = {"fold": fold, "protocol": protocol, "situation": name, "gan_seed": gan_seed}
            about |= {"members": mine, "gan_seeds": [seeds[m] for m in mine]}
            self.log.append(about | self._train(images, test, situation, protocol, mine, length))

    def curves(self) -> pd.DataFrame:
        """A row for each finished cell, member, part ("train" or "test") and epoch.

        Columns: fold (NaN where none is left out), protocol, situation, gan_seed (whose images it
        saw, or by which it is paired; with folds the fold), member, part, epoch (from 1), last (is
        it?), train_images, steps, loss, accuracy, precision, recall, f1, least_recall and
        recall_<class>. Those of the training set are taken while training.
        """
        frames = []
        for record in self.log.records:
            for k, member in enumerate(record["members"]):
                fold, gan_seed = record["fold"], record["gan_seeds"][k]
                for part in ("train", "test"):
                    losses = record[f"{part}_loss"][k]
                    found = summary(np.array(record[f"{part}_confusion"][k]))
                    recalls = dict(zip(record["class_names"], found.pop("recalls").T))
                    frames.append(
                        pd.DataFrame(
                            {
                                "fold": np.nan if fold is None else float(fold),
                                "protocol": record["protocol"],
                                "situation": record["situation"],
                                "gan_seed": gan_seed if fold is None else fold,
                                "member": member,
                                "part": part,
                                "epoch": np.arange(1, len(losses) + 1),
                                "last": np.arange(1, len(losses) + 1) == len(losses),
                                "train_images": record["train_images"],
                                "steps": record["steps"],
                                "loss": losses,
                                **found,
                                **{f"recall_{name}": values for name, values in recalls.items()},
                            }
                        )
                    )
        return pd.concat(frames, ignore_index=True)

    def _training_set(self, situation, real, generated, gan_seed) -> LabeledImages:
        if not situation.added:
            return real
        seed = derive_seed(self.seed, "repeat")
        per_class = -(-situation.added // real.num_classes)
        if situation.source == "repeat":
            more = generate(Repeat().fit(real), per_class, seed)
        elif situation.source == "gan":
            more = generated[gan_seed]
        else:
            share = -(-per_class // len(generated))
            more = concatenate([balanced(each, share * real.num_classes) for each in generated])
        return concatenate([real, balanced(more, situation.added)])

    def _train(self, images, test, situation, protocol, members, epochs) -> dict:
        classifiers = self._classifiers_of(protocol, situation.transform)
        history = classifiers.train(
            images,
            {"test": test},
            seeds=[derive_seed(self.seed, "member", m) for m in members],
            epochs=epochs,
        )
        return {
            "class_names": list(images.class_names),
            "train_images": len(images),
            "steps": epochs * -(-len(images) // classifiers.batch_size),
            "train_loss": history.loss.round(5).tolist(),
            "train_confusion": history.train_confusion.tolist(),
            "test_loss": history.losses["test"].round(5).tolist(),
            "test_confusion": confusion(test, history.predictions["test"]).tolist(),
        }

    def _classifiers_of(self, protocol: str, transform: bool):
        if (protocol, transform) not in self._classifiers:  # traced once, used for every cell
            self._classifiers[protocol, transform] = self._make_members(protocol, transform)
        return self._classifiers[protocol, transform]


def _key(record: Mapping) -> tuple:
    return tuple(record[name] for name in ("fold", "protocol", "situation", "gan_seed"))
