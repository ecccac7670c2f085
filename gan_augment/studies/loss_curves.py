"""Do generated images keep a classifier from over-fitting? Its losses, epoch by epoch.

The question of Priyaa & Verma, section 6.4, with the controls that they lacked.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from gan_augment.augmenters.base import Augmenter, generated_set
from gan_augment.common.files import written_whole
from gan_augment.common.log import MetricsLog
from gan_augment.common.progress import progress_bar
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages
from gan_augment.data.transforms import Transform
from gan_augment.studies.loss_scores import KEY, LossScores
from gan_augment.studies.protocols import GENERATED_ARMS, PROTOCOLS, Draw
from gan_augment.training.strategy import is_chief

NONE = "none"  # the model of an arm without generated images
SHOWN = 10  # images of each class that are kept for pictures


class LossCurves(LossScores):
    """Trains `members` classifiers on each arm and keeps their losses and accuracies by epoch.

    Generators are trained on the training part of a draw. `make_augmenter(model, real, seed=…,
    directory=…, strategy=…)` makes one, which says by its `snapshots` when its samples are kept.
    Members are paired: member m of a GAN seed starts from the same weights in every arm and
    protocol. Every training is read twice: at its last epoch, as the report's table, and at the
    epoch of its lowest validation loss, chosen for each member (of equal ones the earliest).

    `make_members(protocol, transform=…)` makes a `classifiers.Members`; `transform` is classical
    augmentation. A number N of added images counts each class, or all with `in_all`. Everything is
    kept under `directory`, and finished parts are not done again; arms without generated images
    are done once for all models.
    """

    def __init__(
        self,
        directory: Path,
        make_augmenter: Callable,
        make_members: Callable,
        *,
        transform: Transform,
        members: int,
        epochs: int,
        in_all: bool,
        seed: int,
        strategy: tf.distribute.Strategy,
        name: str,
        options: Mapping,
    ):
        self.directory = Path(directory)
        self.make_augmenter = make_augmenter
        self.make_members = make_members
        self.transform = transform
        self.members = members
        self.epochs = epochs
        self.in_all = in_all
        self.seed = seed
        self.strategy = strategy
        self.name = name
        self.options = dict(options)
        read_only = not is_chief(strategy)
        super().__init__(MetricsLog(self.directory / "cells.jsonl", read_only=read_only))
        self.generators = MetricsLog(self.directory / "generators.jsonl", read_only=read_only)
        self._classifiers: dict[tuple[str, bool], object] = {}

    def run(
        self,
        draws: Iterable[Draw],
        models: Collection[str],
        names: Collection[str],
        generated: Sequence[int],
        controls: Sequence[int],
        train: LabeledImages,
        test: LabeledImages,
        data: str,
    ) -> None:
        """Do all cells of the arms `names`.

        "gan" adds each of the numbers `generated`, all other arms but "real" those of `controls`.
        `data` names the set that `train` and `test` are of. A worker that is not the chief only
        helps to train the generators.
        """
        draws = list(draws)
        counts = {name: generated if name == "gan" else controls for name in names}
        counts |= {"real": (0,)} if "real" in names else {}
        of_models = [name for name in names if name in GENERATED_ARMS]
        fitted = {}
        for draw, model in itertools.product(draws, models if of_models else ()):
            real, _ = self.split(draw, train)
            fitted[draw, model] = self._fit(draw, model, real)
        if not is_chief(self.strategy):
            return
        most = max((n for name in of_models for n in counts[name]), default=0)
        for draw in draws:
            sets = (*self.split(draw, train), test)
            for name in names:
                if name not in of_models:
                    self._cells(draw, NONE, name, counts[name], sets, None)
            for model in models if of_models else ():
                synthetic = self._generate(draw, model, sets[0], fitted[draw, model], most, data)
                for name in of_models:
                    self._cells(draw, model, name, counts[name], sets, synthetic)

    def split(self, draw: Draw, train: LabeledImages) -> tuple[LabeledImages, LabeledImages]:
        """Return the training and the validation part of a draw."""
        sample = train.sample(draw.size, self._seed("sample", draw.gan_seed))
        return PROTOCOLS[draw.protocol].split(sample, self._seed("split", draw.gan_seed))

    def total(self, n: int, num_classes: int) -> int:
        """Return how many images all classes together get for a number N."""
        return n if self.in_all else n * num_classes

    def _fit(self, draw: Draw, model: str, real: LabeledImages) -> Augmenter:
        augmenter = self.make_augmenter(
            model,
            real,
            seed=self._seed("gan", draw.gan_seed),
            directory=self.directory / "gans" / draw.folder(model),
            strategy=self.strategy,
        )
        return augmenter.fit(real)

    def _generate(self, draw, model, real, augmenter, most: int, data: str) -> LabeledImages:
        per_class = max(math.ceil(self.total(most, real.num_classes) / real.num_classes), SHOWN)
        synthetic = generated_set(
            augmenter,
            self.directory / "synthetic" / draw.folder(model),
            self.name,
            per_class=per_class,
            seed=self._seed("generated", draw.gan_seed),
            generation={
                "preset": f"{model}, one for all classes (Priyaa & Verma)",
                "options": {"model": model, **self.options},
                "source": {"data": data, "images": len(real), "hash": real.content_hash()},
                "classes": augmenter.records,
            },
        )
        about = {**vars(draw), "model": model, "folder": draw.folder(model)}
        if not any(record["folder"] == about["folder"] for record in self.generators.records):
            self._keep_pictures(about["folder"], synthetic, augmenter.kept_samples())
            about |= {"steps": augmenter.steps_of_all, "images": len(real)}
            about |= {"batch_size": augmenter.batch_size, "class_names": list(real.class_names)}
            self.generators.append(about)
        return synthetic

    def _keep_pictures(self, folder: str, synthetic: LabeledImages, snapshots: Mapping) -> None:
        """Write what `shown` reads: the same few images in the end, and samples by step."""
        arrays = {f"step-{step}": images for step, images in snapshots.items()} | {"end": synthetic}
        with written_whole(self._pictures(folder)) as aside, aside.open("wb") as file:
            rows = {name: by_class(images, SHOWN) for name, images in arrays.items()}
            np.savez_compressed(file, **rows)

    def shown(self) -> list[dict]:
        """Return the generators of the first GAN seed and the largest size, each with its pictures.

        Entries: protocol, size, gan_seed, model, steps, images (it was trained on), batch_size,
        class_names; images "end" and "snapshots" by step (of latents that stay the same), uint8
        [classes, n, h, w, c]; "losses", the reports of its training.
        """
        records = [record for record in self.generators.records if not record["gan_seed"]]
        largest = max((record["size"] for record in records), default=0)
        found = []
        for record in (record for record in records if record["size"] == largest):
            folder = record["folder"]
            with np.load(self._pictures(folder)) as arrays:
                end = arrays["end"]
                snapshots = {int(name[5:]): arrays[name] for name in arrays if name != "end"}
            losses = MetricsLog(self.directory / "gans" / folder / "metrics.jsonl").records
            found.append({**record, "end": end, "snapshots": snapshots, "losses": losses})
        return found

    def _pictures(self, folder: str) -> Path:
        return self.directory / "pictures" / f"{folder}.npz"

    def _cells(self, draw, model: str, arm: str, counts, sets, synthetic) -> None:
        done = {
            tuple(record[name] for name in KEY)
            for record in self.log.records
            if record["classifier_epochs"] == self.epochs
        }
        cells = [{**vars(draw), "model": model, "arm": arm, "generated": n} for n in counts]
        todo = [cell for cell in cells if tuple(cell[name] for name in KEY) not in done]
        description = f"{arm}, {draw.protocol} protocol, GAN seed {draw.gan_seed}"
        for cell in progress_bar(todo, description=description, unit="cell"):
            self.log.append(cell | self._train(draw, arm, cell["generated"], sets, synthetic))

    def _train(self, draw: Draw, arm: str, n: int, sets, synthetic) -> dict:
        real, validation, test = sets
        use = PROTOCOLS[draw.protocol].arms()[arm]
        ratio = self.total(n, real.num_classes) / len(real)
        images = use.training_set(real, synthetic, ratio, self._seed("additional images"))
        classifiers = self._members(draw.protocol, use.transform)
        history = classifiers.train(
            images,
            {"valid": validation, "test": test},
            seeds=[self._seed("member", draw.gan_seed, m) for m in range(self.members)],
            epochs=self.epochs,
        )
        rows = []
        for member in range(self.members):
            curves = {
                "train_loss": history.loss[member],
                "valid_loss": history.losses["valid"][member],
                "valid_accuracy": history.accuracy["valid"][member],
                "test_accuracy": history.accuracy["test"][member],
            }
            epochs = {"last": self.epochs, "best": int(curves["valid_loss"].argmin()) + 1}
            predictions = history.predictions["test"][member]
            pairs = test.labels * test.num_classes + predictions[epochs["best"] - 1]
            counts = np.bincount(pairs, minlength=test.num_classes**2)
            rows.append(
                {name: np.round(curve, 6).tolist() for name, curve in curves.items()}
                | {"epochs": epochs, "confusion": counts.tolist()}
            )
        steps = self.epochs * math.ceil(len(images) / classifiers.batch_size)
        return {
            "classifier_epochs": self.epochs,
            "train_images": len(images),
            "optimizer_steps": steps,
            "members": rows,
        }

    def _members(self, protocol: str, transform: bool):
        if (protocol, transform) not in self._classifiers:  # traced once, used for every cell
            self._classifiers[protocol, transform] = self.make_members(
                protocol, transform=self.transform if transform else None
            )
        return self._classifiers[protocol, transform]

    def _seed(self, *path: str | int) -> int:
        return derive_seed(self.seed, *path)


def by_class(images: LabeledImages, n: int) -> np.ndarray:
    """Return the first n images of every class, or as many as the rarest has, in rows."""
    n = min(n, int(images.counts().min()))
    return np.stack([images.of_class(k).images[:n] for k in range(images.num_classes)])
