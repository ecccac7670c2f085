"""Does a GAN that was trained on a sample help a classifier that is trained on the same sample?"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

import tensorflow as tf

from gan_augment.augmenters.base import Augmenter, generated_set
from gan_augment.common.log import MetricsLog
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages
from gan_augment.data.transforms import Transform
from gan_augment.studies.ratio import RatioSweep
from gan_augment.training.strategy import is_chief

Cell = tuple[int, int, float]
"""GAN seed, number of real images, alpha."""


class AugmentationStudy:
    """Draws a sample, fits an augmenter to it, and sweeps the ratio of generated to real images.

    `make_augmenter(alpha, seed=…, directory=…, strategy=…)` makes the augmenter of a cell, which
    keeps what it learns in its directory; `make_members(transform=…)` a `classifiers.Members`, and
    `transform` is classical augmentation. Generated sets are called `name` and say how they came
    about: `preset`, `options` and the source. Everything is kept under `directory`, and finished
    parts are not done again.
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
        seed: int,
        strategy: tf.distribute.Strategy,
        name: str,
        preset: str,
        options: Mapping,
    ):
        self.directory = Path(directory)
        self.make_augmenter = make_augmenter
        self.seed = seed
        self.strategy = strategy
        self.name = name
        self.generation = {"preset": preset, "options": dict(options)}
        self.sweep = RatioSweep(
            make_members,
            transform=transform,
            members=members,
            epochs=epochs,
            seed=seed,
            log=MetricsLog(self.directory / "cells.jsonl", read_only=not is_chief(strategy)),
        )

    def run(
        self,
        cells: Iterable[Cell],
        arms: Collection[str],
        ratios: Collection[float],
        train: LabeledImages,
        test: LabeledImages,
        data: str,
    ) -> dict[str, LabeledImages]:
        """Do all cells; return their generated images by title.

        `data` names the set that `train` and `test` are of. A worker that is not the chief only
        helps to fit, and returns nothing.
        """
        cells = list(cells)
        fitted = [self._fit(cell, train) for cell in cells]
        if not is_chief(self.strategy):
            return {}
        samples = {}
        for (gan_seed, size, alpha), (real, augmenter) in zip(cells, fitted):
            images = self._generate((gan_seed, size, alpha), real, augmenter, ratios, data)
            samples.setdefault(f"{size:,} images, α = {alpha:g}", images)
            self.sweep.run(
                arms,
                ratios,
                real,
                images,
                test,
                alpha=alpha,
                gan_seed=gan_seed,
                gan_steps=augmenter.longest_training,
            )
        return samples

    def scores(self):
        """Return all finished cells as `RatioSweep.scores`."""
        return self.sweep.scores()

    def _fit(self, cell: Cell, train: LabeledImages) -> tuple[LabeledImages, Augmenter]:
        gan_seed, size, alpha = cell
        real = train.sample(size, derive_seed(self.seed, "sample", gan_seed))
        augmenter = self.make_augmenter(
            alpha,
            seed=derive_seed(self.seed, "gan", gan_seed),
            directory=self.directory / "gans" / _folder(cell),
            strategy=self.strategy,
        )
        return real, augmenter.fit(real)

    def _generate(self, cell: Cell, real, augmenter, ratios, data: str) -> LabeledImages:
        gan_seed, size, alpha = cell
        return generated_set(
            augmenter,
            self.directory / "synthetic" / _folder(cell),
            self.name,
            per_class=math.ceil(max((1, *ratios)) * size / real.num_classes),
            seed=derive_seed(self.seed, "generated", gan_seed),
            generation={
                **self.generation,
                "options": {"alpha": alpha, **self.generation["options"]},
                "source": {"data": data, "images": size, "hash": real.content_hash()},
                "classes": augmenter.records,
            },
        )


def _folder(cell: Cell) -> str:
    gan_seed, size, alpha = cell
    return f"alpha-{alpha:g}_size-{size}_seed-{gan_seed}"
