"""Training of an augmenter's GANs: how long, where, and what happens when one fails."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.health import Watch
from gan_augment.augmenters.watched import train_watched
from gan_augment.common.errors import UserError
from gan_augment.common.files import read_json, write_json, written_whole
from gan_augment.common.log import MetricsLog
from gan_augment.common.progress import progress_bar, warn
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages, to_uint8
from gan_augment.training.checkpoint import load_weights, save_weights
from gan_augment.training.loop import Trainer, steps_of_epochs
from gan_augment.training.onlookers import Scene, invited
from gan_augment.training.strategy import is_chief

BLOCK = 64  # images generated at a time


class Fitting:
    """What augmenters made of GANs have in common.

    Length is `steps` for every GAN or `epochs` over its images. With a `directory`, finished GANs
    and checkpoints are kept there, and the same `fit` again continues where the first was stopped,
    to the same weights. A training that the watch finds failed is begun again with a new seed,
    `watch.max_restarts` times at most. A directory of other images, seed or length is refused with
    `UserError`; that `build` is the same is up to the caller. After each of the steps `snapshots`
    samples from latents that stay the same are kept, for `kept_samples`. Unless `strict`, a GAN
    that diverges is no error: it generates black images where it has none.
    """

    trainer = Trainer  # makes batches of images and labels; a kind of augmenter may have its own
    inputs_to_watch = None  # of `train_watched`

    def __init__(
        self,
        build: Callable[..., GAN],
        *,
        steps: int | None = None,
        epochs: int | None = None,
        batch_size: int = 64,
        seed: int = 0,
        watch: Watch = Watch(),  # noqa: B008 - immutable
        directory: Path | None = None,
        strategy: tf.distribute.Strategy | None = None,
        strict: bool = True,
        snapshots: Collection[int] = (),
    ):
        if (steps is None) == (epochs is None):
            raise UserError("give the length of the training either as steps or as epochs")
        self.build = build
        self.steps = steps
        self.epochs = epochs
        self.batch_size = batch_size
        self.seed = seed
        self.watch = watch
        self.directory = directory and Path(directory)
        self.strategy = strategy or tf.distribute.get_strategy()
        self.strict = strict
        self.snapshots = tuple(snapshots)
        self._kept: dict[tuple[str | int, int], LabeledImages] = {}
        self.log = MetricsLog(self._file("metrics.jsonl"), read_only=not is_chief(self.strategy))

    def length(self, images: int) -> int:
        """Return the number of steps for a GAN of so many images."""
        return self.steps or steps_of_epochs(
            self.epochs, images, self.batch_size, self.strategy.num_replicas_in_sync
        )

    def claim_directory(self, real: LabeledImages, steps: int | dict[str, int]) -> None:
        """Refuse a directory of another training; `steps` of the only GAN or by class."""
        record = self._file("fit.json")
        if not record:
            return
        about = {
            "images": real.content_hash(),
            "seed": self.seed,
            "batch_size": self.batch_size,
            "steps": steps,
        }
        if not record.exists():
            if is_chief(self.strategy):
                write_json(record, about)
            return
        for name, value in read_json(record).items():
            if about[name] != value:
                raise UserError(
                    f"{self.directory} holds GANs trained with other {name}; choose another place"
                )

    def train_on_all(
        self, build: Callable[..., GAN], real: LabeledImages, steps: int
    ) -> keras.Model:
        """Train the one GAN of all classes; return what to sample from, and keep `records`."""
        with progress_bar(description="training a GAN", total=steps, unit="step") as bar:

            def show(report):
                bar.set_postfix({"spread": f"{report['spread']:.2f}"}, refresh=False)
                bar.update(report["step"] - bar.n)

            sampler, attempts = self.train_one(
                build, "all", "all", real.images, real.labels, steps, show
            )
        self.records = {"all": attempts}
        return sampler

    def train_one(
        self,
        build: Callable[..., GAN],
        key: str | int,
        name: str,
        images: np.ndarray,
        labels: np.ndarray | None,
        steps: int,
        on_report: Callable[[dict], None],
    ) -> tuple[keras.Model, list[dict]]:
        """Train `build(steps=…, seed=…)` until it succeeds or attempts run out.

        Returns what to sample from and a record of every attempt. `key` tells the augmenter's GANs
        apart in seeds and names of files, `name` in logs and messages. Raises `UserError` if the
        last attempt diverged; one that collapsed is kept, with a warning.
        """
        stem = f"class-{key}"
        record, weights = self._file(f"{stem}.json"), self._file(f"{stem}.weights.h5")
        attempts = read_json(record) if record and record.exists() else []
        sampler = None
        while not attempts or (
            attempts[-1]["failure"] and len(attempts) <= self.watch.max_restarts
        ):
            seed = derive_seed(self.seed, key, len(attempts))
            with self.strategy.scope():
                gan = build(steps=steps, seed=seed)
            checkpoint = self._file(f"{stem}-attempt-{len(attempts)}.weights.h5")
            last = train_watched(
                gan,
                images,
                labels,
                steps=steps,
                batch_size=self.batch_size,
                seed=derive_seed(seed, "batches"),
                strategy=self.strategy,
                watch=self.watch,
                log=self.log,
                about={"class": name, "attempt": len(attempts)},
                trainer=self.trainer,
                inputs_to_watch=self.inputs_to_watch,
                checkpoint=checkpoint,
                on_report=on_report,
                snapshots=self.snapshots,
                on_snapshot=functools.partial(self._keep, key),
                on_samples=functools.partial(self._show, key, len(attempts), steps),
            )
            attempts.append({**last, "seed": seed})
            sampler = gan.sampler
            if last["failure"] and self.strict:
                warn(f"class {name!r}, attempt {len(attempts)}: training {last['failure']}")
            if self.directory and is_chief(self.strategy):
                save_weights(sampler, weights)
                write_json(record, attempts)
                checkpoint.unlink(missing_ok=True)

        if attempts[-1]["failure"] == "diverged" and self.strict:
            raise UserError(
                f"the GAN of class {name!r} diverged in each of {len(attempts)} attempts; "
                "lower the learning rate or give it more images"
            )
        if attempts[-1]["failure"] and self.strict:
            warn(f"class {name!r}: every attempt failed; its images are those of the last one")
        if sampler is None:
            sampler = build(steps=steps, seed=attempts[-1]["seed"]).sampler
            load_weights(sampler, weights)
        return sampler, attempts

    def kept_samples(self, key: str | int = "all") -> dict[int, LabeledImages]:
        """Return by step the snapshots of a GAN: `key` is a label, "all" of the one of all classes.

        A training that ended early, or that was finished before they were asked for, has fewer.
        """
        found = {}
        for step in sorted(self.snapshots):
            file = self._file(self._snapshot(key, step))
            if (key, step) in self._kept:
                found[step] = self._kept[key, step]
            elif file and file.exists():
                with np.load(file) as arrays:
                    images, labels = arrays["images"], arrays["labels"]
                found[step] = LabeledImages(images, labels, self.class_names)
        return found

    def _keep(self, key, step: int, samples: np.ndarray, labels: np.ndarray | None) -> None:
        if labels is None:
            labels = np.full(len(samples), key)
        samples = np.nan_to_num(samples, nan=-1.0)
        images = LabeledImages.from_scaled(samples, labels, self.class_names)
        self._kept[key, step] = images
        if self.directory and is_chief(self.strategy):
            path = self._file(self._snapshot(key, step))
            with written_whole(path) as aside, aside.open("wb") as file:
                np.savez_compressed(file, images=images.images, labels=images.labels)

    def _show(self, key, attempt: int, steps: int, reports, samples, labels) -> None:
        """Let those who were invited see a report and its samples."""
        if not self.directory or not is_chief(self.strategy):
            return
        for onlooker in invited(self.directory):
            onlooker.see(
                Scene(
                    directory=self.directory,
                    key=key,
                    siblings=len(self.class_names) if isinstance(key, int) else 1,
                    attempt=attempt,
                    reports=reports,
                    every=self.watch.every,
                    steps=steps,
                    samples=to_uint8(np.nan_to_num(samples, nan=-1.0)),
                    labels=labels,
                )
            )

    def _snapshot(self, key, step: int) -> str:
        return f"class-{key}-step-{step}.npz"

    def numbers(self, images: tf.Tensor) -> np.ndarray:
        """Return generated images as they are to be kept: black where a diverged GAN has none."""
        return images.numpy() if self.strict else np.nan_to_num(images.numpy(), nan=-1.0)

    def _file(self, name: str) -> Path | None:
        return self.directory and self.directory / name
