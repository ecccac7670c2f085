"""The ratio sweep: accuracy against R = synthetic : real, for generated images and for controls."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import pandas as pd

from gan_augment.common.log import MetricsLog
from gan_augment.common.progress import progress_bar
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages
from gan_augment.data.transforms import Transform, affine
from gan_augment.studies.arms import ARMS


class RatioSweep:
    """Trains `members` classifiers on every arm at every ratio and scores each in two protocols.

    accuracy_report
        the best of all epochs on the test set (Abadi 2020, section 4): optimistic.
    accuracy_corrected
        the classifier is trained on the whole sample and scored once, at an epoch that was chosen
        on a fifth of the sample kept from a training of its own. That training sees real images
        alone, repeated to the same ratio, in all arms: the generators know the fifth, so with
        their images it would be no validation. Arms without real images are scored at the last
        epoch.
    accuracy_last
        the last epoch: no choice at all.

    Members are paired: member m of a GAN seed starts from the same weights in every arm and at
    every ratio.
    `make_members(transform=…)` makes a `classifiers.Members`; `transform` is the classical
    augmentation of the arms that have some. Finished cells are kept in `log`, and neither they nor
    the choices of their epochs are done again; an arm without generated images is done once for all
    alphas.
    """

    VALIDATION_SHARE = 0.2

    def __init__(
        self,
        make_members: Callable,
        *,
        members: int,
        epochs: int,
        seed: int,
        log: MetricsLog,
        transform: Transform | None = None,
    ):
        self.members = members
        self.epochs = epochs
        self.seed = seed
        self.log = log
        self.transform = transform or affine()
        self._make_members = make_members
        self._trained: dict[bool, object] = {}
        self._chosen = dict(map(_chosen, filter(_chooses, log.records)))

    def run(
        self,
        arms: Collection[str],
        ratios: Collection[float],
        real: LabeledImages,
        synthetic: LabeledImages,
        test: LabeledImages,
        *,
        alpha: float,
        gan_seed: int,
        gan_steps: int,
    ) -> None:
        """Do every cell of these arms and ratios > 0 on one real sample and its generated set.

        `alpha`, `gan_seed` and `gan_steps` say which generators made `synthetic`.
        """
        generators = {"alpha": alpha, "gan_steps": gan_steps}
        done = [_key(record) for record in self.log.records]
        todo = []
        for arm in arms:
            made_by = generators if ARMS[arm].synthetic else dict.fromkeys(generators)
            for ratio in ARMS[arm].ratios(tuple(ratios)):
                cell = {"size": len(real), "gan_seed": gan_seed, "arm": arm, "ratio": float(ratio)}
                if _key(cell | made_by) not in done:
                    todo.append(cell | made_by)
        name = f"classifiers, {len(real)} images, α {alpha:g}, GAN seed {gan_seed}"
        for cell in progress_bar(todo, description=name, unit="cell"):
            rows = self.cell(cell["arm"], cell["ratio"], real, synthetic, test, gan_seed)
            self.log.append(cell | {"classifier_epochs": self.epochs, "rows": rows})

    def scores(self) -> pd.DataFrame:
        """All finished cells, a row per member; arms without GAN appear beside every alpha."""
        records = pd.DataFrame(self.log.records)
        rows = records.explode("rows", ignore_index=True)
        rows = rows.drop(columns="rows").join(pd.DataFrame(rows["rows"].tolist()))
        generators = ["alpha", "gan_steps"]
        known = rows.dropna(subset="alpha")
        shared = rows[rows["alpha"].isna()].drop(columns=generators)
        keys = ["size", "gan_seed"]
        shared = shared.merge(known[[*keys, *generators]].drop_duplicates(), on=keys)
        scores = pd.concat([known, shared], ignore_index=True)
        return scores.astype({"alpha": float, "ratio": float, "gan_steps": int})

    def cell(
        self,
        arm: str,
        ratio: float,
        real: LabeledImages,
        synthetic: LabeledImages | None,
        test: LabeledImages,
        gan_seed: int = 0,
    ) -> list[dict]:
        """Train and score one arm at one ratio; return a row per member (columns: class docs)."""
        use = ARMS[arm]
        training_set = use.training_set(real, synthetic, ratio, self._seed("additional images"))
        classifiers = self._classifiers(use.transform)
        on_test = classifiers.train(
            training_set, {"test": test}, seeds=self._seeds(gan_seed), epochs=self.epochs
        ).accuracy["test"]
        epoch_report = on_test.argmax(axis=1)
        if use.real:
            epoch_corrected = self._choose_epochs(real, ratio, use.transform, gan_seed)
        else:
            epoch_corrected = [self.epochs - 1] * self.members
        steps = self.epochs * -(-len(training_set) // classifiers.batch_size)
        return [
            {
                "member": member,
                "train_images": len(training_set),
                "optimizer_steps": steps,
                "accuracy_report": float(on_test[member, epoch_report[member]]),
                "accuracy_corrected": float(on_test[member, epoch_corrected[member]]),
                "accuracy_last": float(on_test[member, -1]),
                "epoch_report": int(epoch_report[member]) + 1,
                "epoch_corrected": int(epoch_corrected[member]) + 1,
            }
            for member in range(self.members)
        ]

    def _choose_epochs(
        self, real: LabeledImages, ratio: float, transform: bool, gan_seed: int
    ) -> np.ndarray:
        """Return each member's best epoch, from 0, on a held-back fifth; nothing is generated."""
        key = (len(real), ratio, transform, gan_seed)
        if key not in self._chosen:  # the same for all arms
            rest, validation = real.split(self.VALIDATION_SHARE, self._seed("validation"))
            seed = self._seed("additional images")
            accuracy = (
                self._classifiers(transform)
                .train(
                    ARMS["repeat"].training_set(rest, None, ratio, seed),
                    {"validation": validation},
                    seeds=self._seeds(gan_seed),
                    epochs=self.epochs,
                )
                .accuracy["validation"]
            )
            self._chosen[key] = (
                self.epochs - 1 - accuracy[:, ::-1].argmax(axis=1)
            )  # ties: the later
        return self._chosen[key]

    def _seed(self, *path: str | int) -> int:
        return derive_seed(self.seed, *path)

    def _seeds(self, gan_seed: int) -> list[int]:
        return [self._seed("member", gan_seed, member) for member in range(self.members)]

    def _classifiers(self, transform: bool):
        if transform not in self._trained:  # traced once, used for every cell
            change = self.transform if transform else None
            self._trained[transform] = self._make_members(transform=change)
        return self._trained[transform]


def _chooses(record: dict) -> bool:
    return ARMS[record["arm"]].real


def _chosen(record: dict) -> tuple[tuple, np.ndarray]:
    """Return the epochs that a finished cell was scored at, and which cells have the same."""
    key = (record["size"], record["ratio"], ARMS[record["arm"]].transform, record["gan_seed"])
    return key, np.array([row["epoch_corrected"] - 1 for row in record["rows"]])


def _key(cell: dict) -> tuple:
    return tuple(cell[name] for name in ("alpha", "size", "gan_seed", "arm", "ratio"))
