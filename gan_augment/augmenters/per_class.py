"""One unconditional GAN a class: how Abadi, Farhat and Leung et al. label what they generate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.health import Watch
from gan_augment.augmenters.watched import train_watched
from gan_augment.common.errors import UserError
from gan_augment.common.files import read_json, write_json
from gan_augment.common.log import MetricsLog
from gan_augment.common.progress import progress_bar, warn
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages, concatenate, interleaved
from gan_augment.training.checkpoint import load_weights, save_weights
from gan_augment.training.loop import steps_of_epochs
from gan_augment.training.strategy import is_chief

BLOCK = 64  # images of a class generated at a time


class PerClass:
    """Trains `build(image_shape, steps=…, seed=…) → GAN` on each class alone.

    Length is `steps` for every class or `epochs` over its images. With a `directory`, finished
    classes and checkpoints are kept there, and the same `fit` again continues where the first was
    stopped, to the same weights. A training that the watch finds failed is begun again with a new
    seed, `watch.max_restarts` times at most. A directory of other images, seed or length is refused
    with `UserError`; that `build` is the same is up to the caller. Unless `strict`, a class that
    diverges is no error: it generates black images where it has none.

    After `fit`, `records[label]` lists every attempt and its fate, and `steps_of_class[label]` is
    the length of one.
    """

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
        self.log = MetricsLog(self._file("metrics.jsonl"), read_only=not is_chief(self.strategy))
        self.generators: dict[int, keras.Model] = {}
        self.records: dict[int, list[dict]] = {}

    def fit(self, real: LabeledImages) -> PerClass:
        """Train a GAN for each class.

        Raises `UserError` if a class has fewer than two images or its training keeps diverging;
        one that keeps collapsing is kept, with a warning and in `records`.
        """
        self.class_names = real.class_names
        lengths = self.steps_of_class = {}
        for label, count in enumerate(real.counts().tolist()):
            if count < 2:
                raise UserError(
                    f"class {real.class_names[label]!r} has {count} image(s) and a GAN needs at "
                    "least 2; take more images or leave the class out"
                )
            lengths[label] = self.steps or steps_of_epochs(
                self.epochs, count, self.batch_size, self.strategy.num_replicas_in_sync
            )
        self._claim_directory(real)
        with progress_bar(
            description="training GANs", total=sum(lengths.values()), unit="step"
        ) as bar:
            for label, steps in lengths.items():
                done = bar.n

                def show(report, label=label, done=done):
                    bar.set_postfix(
                        {"class": real.class_names[label], "spread": f"{report['spread']:.2f}"},
                        refresh=False,
                    )
                    bar.update(done + report["step"] - bar.n)

                self.generators[label] = self._fit_class(label, real.of_class(label), steps, show)
                bar.update(done + steps - bar.n)
        return self

    def batches(self, per_class: int, seed: int) -> Iterator[LabeledImages]:
        """Yield generated images, classes mixed, `per_class` of each in all."""
        samplers = {label: _sampler(generator) for label, generator in self.generators.items()}
        for block, first in enumerate(range(0, per_class, BLOCK)):
            parts = []
            for label, sampler in samplers.items():
                noise_seed = tf.constant([derive_seed(seed, label), block])
                images = sampler(noise_seed).numpy()[: per_class - first]
                if not self.strict:
                    images = np.nan_to_num(images, nan=-1.0)
                parts.append(
                    LabeledImages.from_scaled(images, np.full(len(images), label), self.class_names)
                )
            yield interleaved(concatenate(parts), [seed, block])

    def _fit_class(self, label: int, real: LabeledImages, steps: int, show) -> keras.Model:
        name = real.class_names[label]
        record, weights = self._file(f"class-{label}.json"), self._file(f"class-{label}.weights.h5")
        attempts = self.records[label] = read_json(record) if record and record.exists() else []
        generator = None
        while not attempts or (
            attempts[-1]["failure"] and len(attempts) <= self.watch.max_restarts
        ):
            seed = derive_seed(self.seed, label, len(attempts))
            with self.strategy.scope():
                gan = self.build(real.image_shape, steps=steps, seed=seed)
            checkpoint = self._file(f"class-{label}-attempt-{len(attempts)}.weights.h5")
            last = train_watched(
                gan,
                real.images,
                steps,
                batch_size=self.batch_size,
                seed=derive_seed(seed, "batches"),
                strategy=self.strategy,
                watch=self.watch,
                log=self.log,
                about={"class": name, "attempt": len(attempts)},
                checkpoint=checkpoint,
                on_report=show,
            )
            attempts.append({**last, "seed": seed})
            generator = gan.sampler
            if last["failure"] and self.strict:
                warn(f"class {name!r}, attempt {len(attempts)}: training {last['failure']}")
            if self.directory and is_chief(self.strategy):
                save_weights(generator, weights)
                write_json(record, attempts)
                checkpoint.unlink(missing_ok=True)

        if attempts[-1]["failure"] == "diverged" and self.strict:
            raise UserError(
                f"the GAN of class {name!r} diverged in each of {len(attempts)} attempts; "
                "lower the learning rate or give it more images"
            )
        if attempts[-1]["failure"] and self.strict:
            warn(f"class {name!r}: every attempt failed; its images are those of the last one")
        if generator is None:
            seed = attempts[-1]["seed"]
            generator = self.build(real.image_shape, steps=steps, seed=seed).sampler
            load_weights(generator, weights)
        return generator

    def _claim_directory(self, real: LabeledImages) -> None:
        record = self._file("fit.json")
        if not record:
            return
        about = {
            "images": real.content_hash(),
            "seed": self.seed,
            "batch_size": self.batch_size,
            "steps": {real.class_names[label]: n for label, n in self.steps_of_class.items()},
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

    def _file(self, name: str) -> Path | None:
        return self.directory and self.directory / name


def _sampler(generator: keras.Model) -> Callable[[tf.Tensor], tf.Tensor]:
    """Compile: seed int32 [2] → `BLOCK` images. Layer by layer would take three times as long."""

    def sample(seed):
        latents = tf.random.stateless_normal([BLOCK, generator.input_shape[-1]], seed)
        return generator(latents, training=False)

    return tf.function(sample, jit_compile=False).get_concrete_function(
        tf.TensorSpec([2], tf.int32)
    )
