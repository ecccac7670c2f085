"""Which GANs collapse: one GAN a class, with one remedy or another, on one small sample."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import tensorflow as tf

from gan_augment.augmenters.base import generated_set
from gan_augment.augmenters.health import Watch
from gan_augment.augmenters.per_class import PerClass
from gan_augment.common.files import read_json, write_json
from gan_augment.common.log import MetricsLog
from gan_augment.common.progress import progress_bar
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages
from gan_augment.training.loop import Trainer

ROUNDS, STEPS_OF_A_ROUND = 7, 5  # of measuring a step's cost


class CollapseStudy:
    """Trains every variant of a GAN on every class of a sample and says what became of it.

    A variant is a `build(image_shape, steps=…, seed=…) → GAN`. A class has *collapsed* if its
    samples' spread ends below `watch.spread_below` of the real images': to one image or nearly so,
    two or three that take turns pass. No training is begun anew, or stopped before its end unless
    it diverges.
    GAN-train accuracy is that of `members` classifiers trained on generated images alone, as many
    as there are real ones, and scored on real test images after the last epoch.

    Finished cells (variant and seed) are kept in `directory`/cells.jsonl and not done again; the
    images that they generate are kept as TFRecords, their weights are not.
    """

    def __init__(
        self,
        directory: Path,
        make_members: Callable,
        *,
        steps: int,
        members: int,
        epochs: int,
        seed: int,
        strategy: tf.distribute.Strategy | None = None,
    ):
        self.directory = Path(directory)
        self.steps = steps
        self.members = members
        self.epochs = epochs
        self.seed = seed
        self.strategy = strategy
        self.watch = Watch(max_restarts=0, grace=1.0)  # nothing is stopped early but NaN
        self.log = MetricsLog(self.directory / "cells.jsonl")
        self._costs = self.directory / "costs.json"
        self._make_members = make_members
        self._classifiers = None

    def run(
        self,
        variants: Mapping[str, Callable],
        gan_seed: int,
        real: LabeledImages,
        test: LabeledImages,
    ) -> None:
        """Do every variant on one real sample, and score the sample itself as variant "real"."""
        done = {(record["variant"], record["gan_seed"]) for record in self.log.records}
        todo = [name for name in ["real", *variants] if (name, gan_seed) not in done]
        for name in progress_bar(todo, description=f"variants, seed {gan_seed}", unit="variant"):
            record = {"variant": name, "gan_seed": gan_seed}
            images = real
            if name != "real":
                images, record["classes"] = self._generate(name, variants[name], gan_seed, real)
            record["accuracy"] = self._score(images, test, gan_seed)
            self.log.append(record)
            shutil.rmtree(self._gans(name, gan_seed), ignore_errors=True)

    def samples(self, variant: str, gan_seed: int = 0) -> Path:
        """Return where the images are that a finished variant generated."""
        return self.directory / "synthetic" / f"{_folder(variant)}_seed-{gan_seed}"

    def scores(self) -> pd.DataFrame:
        """A row for each finished variant, seed and member.

        Columns: variant, gan_seed, classes, collapsed (how many), diverged, spread (mean over
        classes that did not diverge), member, accuracy. Variant "real" has no classes.
        """
        rows = []
        for record in self.log.records:
            classes = pd.DataFrame(record.get("classes", []), columns=["spread", "failure"])
            diverged = (classes["failure"] == "diverged") | classes["spread"].isna()
            alive = classes["spread"][~diverged].astype(float)
            cell = {
                "variant": record["variant"],
                "gan_seed": record["gan_seed"],
                "classes": len(classes),
                "collapsed": int((alive < self.watch.spread_below).sum()),
                "diverged": int(diverged.sum()),
                "spread": float(alive.mean()) if len(alive) else np.nan,
            }
            rows += [
                cell | {"member": member, "accuracy": accuracy}
                for member, accuracy in enumerate(record["accuracy"])
            ]
        return pd.DataFrame(rows)

    def measure_costs(
        self, pairs: Mapping[str, tuple[Callable, Callable]], images: np.ndarray
    ) -> None:
        """Measure how many times as long a variant's step takes as that of its baseline.

        `pairs` holds builds of baseline and variant. The two take turns, and the fastest round of
        each counts, so other load matters little. `images`: uint8 [n, h, w, c], to train on.
        """
        write_json(self._costs, self.costs())
        todo = [name for name in pairs if name not in self.costs()]
        for name in progress_bar(todo, description="cost of a step", unit="variant"):
            pair = [_timed(build, images) for build in pairs[name]]
            times = np.array([[seconds() for seconds in pair] for _ in range(ROUNDS)])
            of_baseline, own = times.min(axis=0)
            write_json(self._costs, self.costs() | {name: own / of_baseline})

    def costs(self) -> dict[str, float]:
        """Return what `measure_costs` found, by variant."""
        return read_json(self._costs) if self._costs.exists() else {}

    def _generate(self, name, build, gan_seed, real):
        gans = PerClass(
            build,
            steps=self.steps,
            seed=derive_seed(self.seed, "gan", gan_seed),
            watch=self.watch,
            directory=self._gans(name, gan_seed),
            strategy=self.strategy,
            strict=False,
        ).fit(real)
        images = generated_set(
            gans,
            self.samples(name, gan_seed),
            "collapse",
            per_class=max(1, len(real) // real.num_classes),
            seed=derive_seed(self.seed, "generated", gan_seed),
            generation={"preset": f"one DCGAN a class, {name}", "classes": gans.records},
        )
        classes = [
            {"class": real.class_names[label], **_fate(attempts[-1])}
            for label, attempts in gans.records.items()
        ]
        return images, classes

    def _score(self, images, test, gan_seed) -> list[float]:
        self._classifiers = self._classifiers or self._make_members()
        history = self._classifiers.train(
            images,
            {"test": test},
            seeds=[derive_seed(self.seed, "member", gan_seed, m) for m in range(self.members)],
            epochs=self.epochs,
        )
        return history.accuracy["test"][:, -1].tolist()

    def _gans(self, name, gan_seed) -> Path:
        return self.directory / "gans" / f"{_folder(name)}_seed-{gan_seed}"


def _timed(build: Callable, images: np.ndarray) -> Callable[[], float]:
    """Return a function that takes a few steps and returns the seconds they took."""
    gan = build(images.shape[1:], steps=None, seed=0)
    trainer = Trainer(gan, images, batch_size=64, seed=0, strategy=tf.distribute.get_strategy())

    def seconds():
        start = time.perf_counter()
        trainer.run(STEPS_OF_A_ROUND)
        return time.perf_counter() - start

    seconds()  # the first time is slower
    return seconds


def _fate(attempt: Mapping) -> dict:
    return {name: attempt[name] for name in ("spread", "failure", "step")}


def _folder(variant: str) -> str:
    return "".join(c if c.isalnum() or c in "-+=." else "_" for c in variant)
