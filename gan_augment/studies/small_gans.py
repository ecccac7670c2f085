"""GANs of tens of images, one a class: by protocol, batch size and seed, and without an object."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import tensorflow as tf

from gan_augment.augmenters.base import generated_set
from gan_augment.augmenters.health import Watch
from gan_augment.augmenters.per_class import PerClass
from gan_augment.common.log import MetricsLog
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages
from gan_augment.training.loop import steps_of_epochs

REPORT_EVERY = 100  # steps


class GanCell(NamedTuple):
    """Which GANs: one of each class."""

    protocol: str
    batch_size: int
    gan_seed: int = 0
    fold: int | None = None
    """The object that they did not see, where one is left out."""

    @property
    def folder(self) -> str:
        """A name for a directory."""
        name = f"{self.protocol}_batch-{self.batch_size}_seed-{self.gan_seed}"
        return name if self.fold is None else f"{name}_without-{self.fold}"


@dataclass(frozen=True)
class GanPlan:
    """Which GANs to train and how long."""

    protocols: tuple[str, ...]
    """The last is the main one: that of the comparison and of left-out objects."""
    gan_seeds: int
    batch_size: int
    """Of the GANs whose images are added."""
    epochs: int
    compare: tuple[int, ...]
    """Other batch sizes, for a comparison of pictures."""
    compare_epochs: int
    fold_steps: int
    """Steps where an object is left out."""

    def cells(self, folds=()) -> dict[GanCell, dict[str, int]]:
        """Return all cells with the length of each."""
        seeds, main = range(self.gan_seeds), self.protocols[-1]
        added = {GanCell(p, self.batch_size, g): self.epochs for g in seeds for p in self.protocols}
        others = {GanCell(main, b, g): self.compare_epochs for g in seeds for b in self.compare}
        return {
            **{cell: {"epochs": epochs} for cell, epochs in (added | others).items()},
            **{
                GanCell(main, self.batch_size, fold=fold): {"steps": self.fold_steps}
                for fold in folds
            },
        }


class Sample(NamedTuple):
    """Images of one class that a GAN made in the course of its training."""

    about: dict
    """when ("epochs", or "steps" if after as many as those of another batch size), protocol,
    batch_size, as_batch (the batch size with as many steps), gan_seed."""
    label: int
    images: LabeledImages


class SmallGans:
    """Trains the GANs of a plan and generates images with them, all under `directory`.

    `build(cell, batch_size)` returns what `PerClass` takes. No training is begun anew, and none
    stopped early unless it diverges: the report does neither.
    """

    def __init__(
        self,
        directory: Path,
        build: Callable,
        plan: GanPlan,
        *,
        seed: int,
        strategy: tf.distribute.Strategy,
    ):
        self.directory = Path(directory)
        self.build = build
        self.plan = plan
        self.seed = seed
        self.strategy = strategy
        self.fitted: dict[GanCell, PerClass] = {}
        self.sets: dict[GanCell, LabeledImages] = {}

    def fit(self, real: LabeledImages, folds: Mapping[int, LabeledImages]) -> None:
        """Train what is not trained yet; `folds`: by left-out object the views of all others."""
        for cell, length in self.plan.cells(folds).items():
            images = real if cell.fold is None else folds[cell.fold]
            batch_size = fitting_batch(cell.batch_size, images)
            self.fitted[cell] = PerClass(
                self.build(cell, batch_size),
                **length,
                batch_size=batch_size,
                seed=derive_seed(self.seed, "gan", cell.gan_seed, cell.fold or 0),
                watch=Watch(every=REPORT_EVERY, grace=1.0, max_restarts=0),
                directory=self.directory / "gans" / cell.folder,
                strategy=self.strategy,
                snapshots=self._compared_steps(real) if cell.fold is None else (),
            ).fit(images)

    def generate(self, per_class: int, generation: Mapping) -> None:
        """Make `sets`: `per_class` images of each class of all GANs but the compared ones."""
        for cell, gans in self.fitted.items():
            if cell.batch_size == self.plan.batch_size:
                self.sets[cell] = generated_set(
                    gans,
                    self.directory / "synthetic" / cell.folder,
                    "dcgan64",
                    per_class=per_class,
                    seed=derive_seed(self.seed, "generated", cell.gan_seed),
                    generation={**generation, "cell": cell._asdict(), "classes": gans.records},
                )

    def of(self, protocol: str, fold: int | None = None) -> list[LabeledImages]:
        """Return the generated sets, one for each GAN seed."""
        seeds = range(self.plan.gan_seeds if fold is None else 1)
        return [self.sets[GanCell(protocol, self.plan.batch_size, g, fold)] for g in seeds]

    def compared(self, real: LabeledImages) -> Iterator[Sample]:
        """Yield samples of all batch sizes after as many epochs, and after as many steps."""
        plan = self.plan
        for cell, gans in self.fitted.items():
            if cell.fold is not None or cell.protocol != plan.protocols[-1]:
                continue
            others = plan.compare if cell.batch_size == plan.batch_size else ()
            for as_batch in (cell.batch_size, *others):
                for label in range(real.num_classes):
                    step = self._steps(real, label, as_batch)
                    kept = gans.kept_samples(label)
                    if step in kept:
                        about = {"when": "epochs" if as_batch == cell.batch_size else "steps"}
                        about |= {**cell._asdict(), "as_batch": as_batch, "step": step}
                        yield Sample(about, label, kept[step].of_class(label))

    def losses(self) -> pd.DataFrame:
        """A row for each report of the GANs whose images are added: cell, class, step, losses."""
        frames = []
        for cell in self.sets:
            if cell.fold is None:
                log = MetricsLog(self.directory / "gans" / cell.folder / "metrics.jsonl")
                frames.append(pd.DataFrame(log.records).assign(**cell._asdict()))
        return pd.concat(frames, ignore_index=True)

    def _compared_steps(self, real: LabeledImages) -> set[int]:
        sizes = (self.plan.batch_size, *self.plan.compare)
        return {self._steps(real, k, size) for k in range(real.num_classes) for size in sizes}

    def _steps(self, real: LabeledImages, label: int, batch_size: int) -> int:
        """Return after how many steps a class's images were seen `compare_epochs` times."""
        size = fitting_batch(batch_size, real)
        return steps_of_epochs(self.plan.compare_epochs, int(real.counts()[label]), size)


def fitting_batch(batch_size: int, images: LabeledImages) -> int:
    """Return the batch size, or half, a quarter, … of it if a class has fewer images.

    So it still divides the number of images that are sampled at a time, and these are normalised
    in groups as large as in training.
    """
    fewest = int(images.counts().min())
    while batch_size > max(fewest, 1):
        batch_size = -(-batch_size // 2)
    return batch_size
