"""The augmenter that teaches: trains a Generative Teaching Network and hands out its lessons."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf

from gan_augment.augmenters.teaching import Teaching, teaching
from gan_augment.common.errors import UserError
from gan_augment.common.files import read_json, write_json
from gan_augment.common.log import MetricsLog
from gan_augment.common.progress import progress_bar
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages, interleaved
from gan_augment.training.checkpoint import load_weights, save_weights
from gan_augment.training.loop import Trainer

CHECKPOINT_SECONDS = 30


class TeachingNetwork:
    """An augmenter: the lessons of a teaching network that was trained on the real images.

    `build(image_shape, num_classes, steps=…, seed=…) → Teaching` is trained for `steps` steps with
    `batch_size` real images to examine each learner. `on_report(self, report)` is called every
    `every` steps and may add to the report. With a `directory` the network, checkpoints and
    metrics.jsonl are kept there, and the same `fit` again continues, to the same weights. After
    `fit`, `records["all"]` says how it ended.
    """

    def __init__(
        self,
        build: Callable[..., Teaching] = teaching,
        *,
        steps: int = 2000,
        batch_size: int = 256,
        seed: int = 0,
        every: int = 50,
        directory: Path | None = None,
        on_report: Callable[[TeachingNetwork, dict], None] = lambda network, report: None,
    ):
        self.build = build
        self.steps = steps
        self.batch_size = batch_size
        self.seed = seed
        self.every = every
        self.directory = directory and Path(directory)
        self.on_report = on_report
        self._make = None
        self.log = MetricsLog(self.directory and self.directory / "metrics.jsonl")

    def fit(self, real: LabeledImages) -> TeachingNetwork:
        """Train.

        Raises `UserError` if it diverges, if the directory is of another training, or if there are
        fewer real images than a step takes as lessons, and some to examine a learner on.
        """
        self.class_names = real.class_names
        self._make = None
        self.network = network = self.build(
            real.image_shape, real.num_classes, steps=self.steps, seed=self.seed
        )
        checkpoint = self.directory and self.directory / "teaching.weights.h5"
        self._claim_directory(real)
        taken = network.curriculum.real_images
        if taken and len(real) < taken + self.batch_size:
            raise UserError(
                f"a step takes {taken} real images as lessons and {self.batch_size} for the exam, "
                f"but there are {len(real)}; take smaller lessons or another curriculum"
            )
        if checkpoint and checkpoint.exists():
            load_weights(network, checkpoint)
        step = int(network.step.numpy())
        self.log.keep(lambda record: record["step"] <= step)
        if step < self.steps:
            self._train(real, step, checkpoint)
        last = self.log.records[-1]
        self.records = {"all": [{"seed": self.seed, "step": self.steps, "loss": last["loss"]}]}
        return self

    def _train(self, real: LabeledImages, step: int, checkpoint: Path | None) -> None:
        """Take the steps that are left after `step`."""
        network = self.network
        trainer = Trainer(
            network,
            real.images,
            real.labels,
            batch_size=self.batch_size + network.curriculum.real_images,
            seed=derive_seed(self.seed, "batches"),
            strategy=tf.distribute.get_strategy(),
        )
        saved = time.monotonic()
        with progress_bar(description="learning to teach", total=self.steps, unit="step") as bar:
            bar.update(step)
            while step < self.steps:
                count = min(self.every - step % self.every, self.steps - step)
                start = time.monotonic()
                report = trainer.run(count)
                step += count
                report = {"step": step, "seconds": time.monotonic() - start, **report}
                if not math.isfinite(report["loss"]):
                    raise UserError(
                        f"the teaching network diverged before step {step}; choose a lower "
                        "learning rate"
                    )
                self.on_report(self, report)
                self.log.append(report)
                bar.set_postfix({"loss": f"{report['loss']:.3f}"}, refresh=False)
                bar.update(count)
                due = time.monotonic() - saved > CHECKPOINT_SECONDS
                if checkpoint and (due or step >= self.steps):
                    save_weights(network, checkpoint)
                    saved = time.monotonic()

    @property
    def longest_training(self) -> int:
        """Steps of the training."""
        return self.steps

    def lessons(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Return a course: images float32 [steps, batch, h, w, c], labels int32 [steps, batch]."""
        if self._make is None:
            graph = tf.function(self.network.lessons, autograph=False)
            self._make = graph.get_concrete_function(tf.TensorSpec([2], tf.int32))
        return tuple(part.numpy() for part in self._make(tf.constant([seed, 0])))

    def schedule(self) -> tuple[np.ndarray, np.ndarray]:
        """Return rate and momentum of every step, float32 [steps]."""
        return tuple(part.numpy() for part in self.network.schedule())

    def batches(self, per_class: int, seed: int) -> Iterator[LabeledImages]:
        """Yield the lessons, the first ones first, and from the beginning again when they end.

        With the curriculum "random" they do not end.
        """
        yielded = np.zeros(len(self.class_names), int)
        course = 0
        while yielded.min() < per_class:
            images, labels = self.lessons(derive_seed(seed, course))
            for part, names in zip(images, labels):
                rank = yielded[names] + _rank_in_class(names)
                chosen = rank < per_class
                if chosen.any():
                    lesson = LabeledImages.from_scaled(
                        part[chosen], names[chosen], self.class_names
                    )
                    yield interleaved(lesson, [seed, course])
                yielded += np.bincount(names, minlength=len(yielded))
            course += 1

    def _claim_directory(self, real: LabeledImages) -> None:
        if not self.directory:
            return
        record = self.directory / "fit.json"
        about = {
            "images": real.content_hash(),
            "seed": self.seed,
            "batch_size": self.batch_size,
            "steps": self.steps,
        }
        if not record.exists():
            write_json(record, about)
        for name, value in read_json(record).items():
            if about[name] != value:
                raise UserError(
                    f"{self.directory} holds a teaching network trained with other {name}; "
                    "choose another place"
                )


def _rank_in_class(labels: np.ndarray) -> np.ndarray:
    """Return how many of the same label stand before each one, int [n]."""
    return np.array([np.sum(labels[:i] == label) for i, label in enumerate(labels)], int)
