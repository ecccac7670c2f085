"""The train→test matrix: real, synthetic and mixed images, each learned from and tested on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gan_augment.common.log import MetricsLog
from gan_augment.common.progress import progress_bar
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages, concatenate
from gan_augment.data.transforms import Transform, flip_crop
from gan_augment.studies.matrix_scores import MatrixScores, joined


@dataclass(frozen=True)
class Source:
    """Images of one origin in three parts; a generator may have seen `train` alone."""

    train: LabeledImages
    validation: LabeledImages
    test: LabeledImages

    @classmethod
    def split(
        cls,
        images: LabeledImages,
        seed: int,
        *,
        validation: float = 1 / 10,
        test: LabeledImages | float = 1 / 6,
    ) -> Source:
        """Split class by class: a share `test`, if it is not given, then `validation` of the rest.

        As it stands, 6,000 images of a class become 4,500, 500 and 1,000 (Leung, Leung & Yu).
        """
        if not isinstance(test, LabeledImages):
            images, test = images.split(test, derive_seed(seed, "test"))
        train, held_back = images.split(validation, derive_seed(seed, "validation"))
        return cls(train, held_back, test)


@dataclass(frozen=True)
class Training:
    """A row of the matrix: the set, a source or a mix, that a classifier learns from."""

    on: str
    as_long_as: str | None = None
    """Repeat it to as many images as this set has: the equal-steps control."""
    transform: Transform | None = None
    """Change every batch anew."""


MIXES = {"mixed": ("real", "synthetic")}

# Leung, Leung & Yu, Table 2.
TRAININGS = {name: Training(name) for name in ("real", "synthetic", "mixed")}

FLIP_CROP = flip_crop()  # one for all, so that it is traced once

CONTROLS = {
    "real-repeat": Training("real", as_long_as="mixed"),
    "real+flip-crop": Training("real", transform=FLIP_CROP),
    "real-repeat+flip-crop": Training("real", as_long_as="mixed", transform=FLIP_CROP),
    "mixed+flip-crop": Training("mixed", transform=FLIP_CROP),
}


class TrainTestMatrix(MatrixScores):
    """Trains `members` classifiers on every set and tests each on every source and every mix.

    A mix is the sources it names, joined. It is never tested as a whole: its accuracy is put
    together from those on its parts, which therefore always stand beside it. (The report's mixed
    test set hides that its real half got harder.) Accuracies come by three protocols:

    report
        at `report_epoch`, the same for all (Leung, Leung & Yu took the tenth of 20, for there
        over-fitting began), or the last epoch if it is earlier.
    corrected
        at the epoch, chosen for each member, that is best on validation images of the kind it
        was trained on; of equal ones the latest.
    last
        at the last epoch.

    No set is standardised by statistics of its own, which would let a classifier tell where an
    image is from: all images go through the one map from 0…255 to [−1, 1].

    Members are paired: member m of a GAN seed starts from the same weights in every training.
    `make_members(transform=…)` makes a `classifiers.Members`. Finished trainings are kept in `log`
    and not done again.
    """

    def __init__(
        self,
        make_members: Callable,
        *,
        members: int,
        epochs: int,
        seed: int,
        log: MetricsLog,
        mixes: Mapping[str, tuple[str, ...]] = MIXES,
        report_epoch: int = 10,
    ):
        super().__init__(log, mixes)
        self.members = members
        self.epochs = epochs
        self.seed = seed
        self.report_epoch = report_epoch
        self._make_members = make_members
        self._trained: dict[Transform | None, object] = {}

    def run(
        self,
        sources: Mapping[str, Source],
        trainings: Mapping[str, Training] = TRAININGS,
        *,
        gan_seed: int = 0,
    ) -> None:
        """Do every training that is not done, and test on all `sources`.

        `gan_seed` says which generators made the synthetic ones. A training is done again if it
        was not tested on all of these sources.
        """
        tested = {_key(record): {*record["sources"]} for record in self.log.records}
        todo = [name for name in trainings if not {*sources} <= tested.get((gan_seed, name), set())]
        description = f"classifiers, GAN seed {gan_seed}"
        for name in progress_bar(todo, description=description, unit="training"):
            self._replace(self._train(name, trainings[name], sources, gan_seed))

    def _replace(self, record: Mapping) -> None:
        self.log.keep(lambda other: _key(other) != _key(record))
        self.log.append(record)

    def _train(self, name: str, training: Training, sources: Mapping[str, Source], gan_seed: int):
        kind = {part: sources[part] for part in self._parts(training.on)}
        images = concatenate([source.train for source in kind.values()])
        if training.as_long_as:
            parts = self._parts(training.as_long_as)
            images = self._repeated(images, sum(len(sources[part].train) for part in parts))
        sets = {
            "validation": {origin: source.validation for origin, source in kind.items()},
            "test": {origin: source.test for origin, source in sources.items()},
        }
        classifiers = self._classifiers(training.transform)
        history = classifiers.train(
            images,
            {f"{origin} {part}": of[origin] for part, of in sets.items() for origin in of},
            seeds=[derive_seed(self.seed, "member", gan_seed, m) for m in range(self.members)],
            epochs=self.epochs,
            description=f"trained on {name}",
        )
        record = {
            "gan_seed": gan_seed,
            "train": name,
            "on": training.on,
            "sources": sorted(sources),
            "class_names": list(images.class_names),
            "train_images": len(images),
            "optimizer_steps": self.epochs * -(-len(images) // classifiers.batch_size),
            "validation_images": {origin: len(part) for origin, part in sets["validation"].items()},
            "test_images": {origin: len(part) for origin, part in sets["test"].items()},
            "members": [],
        }
        for member in range(self.members):
            row = {
                "train_accuracy": history.train_accuracy[member].tolist(),
                "train_loss": history.loss[member].tolist(),
            }
            for part, of in sets.items():
                row[part] = {
                    origin: {
                        "accuracy": history.accuracy[f"{origin} {part}"][member].tolist(),
                        "loss": history.losses[f"{origin} {part}"][member].tolist(),
                    }
                    for origin in of
                }
            row["epochs"] = self._epochs(record, row)
            for origin, tested in row["test"].items():
                predictions = history.predictions[f"{origin} test"][member]
                tested["confusion"] = {
                    protocol: _confusion(sets["test"][origin], predictions[epoch - 1]).tolist()
                    for protocol, epoch in row["epochs"].items()
                }
            record["members"].append(row)
        return record

    def _epochs(self, record: Mapping, row: Mapping) -> dict[str, int]:
        """Return by protocol the epoch, from 1, at which a member is scored."""
        sizes, parts = record["validation_images"], self._parts(record["on"])
        validation = joined(sizes, row["validation"], "accuracy", parts)
        return {
            "report": min(self.report_epoch, self.epochs),
            "corrected": self.epochs - int(validation[::-1].argmax()),
            "last": self.epochs,
        }

    def _repeated(self, images: LabeledImages, n: int) -> LabeledImages:
        seed = derive_seed(self.seed, "repeat")
        return images.take(np.resize(np.random.default_rng(seed).permutation(len(images)), n))

    def _classifiers(self, transform: Transform | None):
        if transform not in self._trained:  # traced once, used for every training
            self._trained[transform] = self._make_members(transform=transform)
        return self._trained[transform]


def _key(record: Mapping) -> tuple:
    return record["gan_seed"], record["train"]


def _confusion(images: LabeledImages, predicted: np.ndarray) -> np.ndarray:
    counts = np.zeros([images.num_classes, images.num_classes], int)
    np.add.at(counts, (images.labels, predicted), 1)
    return counts
