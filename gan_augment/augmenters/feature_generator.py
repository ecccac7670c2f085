"""Training of generators of features, set after set, and what is made with them.

A zero-shot study trains many small networks on small vectors, and to trace a graph takes longer
than to run it. So the network, its optimisers and the data are variables of one graph: a training
begins by putting fresh weights and another set into them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from gan_augment.augmenters.genclass import GenClass
from gan_augment.augmenters.health import Watch, spread
from gan_augment.common.errors import UserError
from gan_augment.common.log import MetricsLog
from gan_augment.common.progress import progress_bar
from gan_augment.common.seeds import derive_seed
from gan_augment.data.attributes import AttributeSet
from gan_augment.training.checkpoint import load_weights, save_weights
from gan_augment.training.loop import Trainer

CHECKPOINT_SECONDS = 30
WATCHED = 16  # samples of each class
BLOCK = 4096


class FeatureGenerator:
    """Trains `build(features, attributes, classes, steps=…, seed=…) → GenClass`, one set at a time.

    `fit` may be called again and again; sets with as many rows, dimensions and classes share one
    graph, and what a training gives does not depend on the ones before. Reports go to `log`, ten a
    training. One that collapses is kept, and its record says so: class means need no spread.
    """

    def __init__(
        self,
        build: Callable[..., GenClass],
        *,
        steps: int,
        batch_size: int = 64,
        strategy: tf.distribute.Strategy | None = None,
        log: MetricsLog | None = None,
    ):
        self.build = build
        self.steps = steps
        self.batch_size = batch_size
        self.strategy = strategy or tf.distribute.get_strategy()
        self.log = log or MetricsLog()
        self.every = max(1, steps // 10)
        self._shape = None

    def fit(
        self,
        data: AttributeSet,
        *,
        seed: int,
        classifier_weight: float = 1.0,
        about: Mapping = {},
        checkpoint: Path | None = None,
    ) -> dict:
        """Train on the rows `data.train` and nothing else of `data`; return the last report.

        It has the losses, "right", "spread" (of samples within a class, as a share of the real
        ones'), "failure" and "seconds". Reports have the entries of `about`. With a `checkpoint`
        path a training that was stopped goes on, to the same weights; the file goes in the end.
        Raises `UserError` if training diverges.
        """
        labels = np.searchsorted(data.seen, data.labels[data.train]).astype(np.int32)
        features, described = data.features[data.train], data.attributes[data.seen]
        real_spread = spread(features, labels)
        if not real_spread:
            raise UserError("all features of a class are the same; a generator needs several")
        self._prepare((*features.shape, *described.shape[::-1]))
        order = np.random.default_rng(seed).permutation(len(labels))
        self._features.assign(features[order])
        self._labels.assign(labels[order])
        self._begin(described, seed, classifier_weight)
        if checkpoint and checkpoint.exists():
            load_weights(self.network, checkpoint)
        step = int(self.network.step.numpy())
        about = dict(about)

        def mine(record):
            return about and about.items() <= record.items()

        self.log.keep(lambda record: not (mine(record) and record["step"] > step))
        reports = [record for record in self.log.records if mine(record)] if step else []
        watch = Watch(every=self.every, d_loss_below=-math.inf)
        groups = np.repeat(np.arange(len(described)), WATCHED)
        start = saved = time.monotonic()
        earlier = reports[-1]["seconds"] if reports else 0.0
        with progress_bar(description=_title(about), total=self.steps, unit="step") as bar:
            while step < self.steps:
                bar.update(step - bar.n)
                count = min(self.every - step % self.every, self.steps - step)
                losses = self._trainer.run(count)
                step += count
                if not math.isfinite(sum(losses.values())):
                    raise UserError(
                        f"the generator of {_title(about)} diverged before step {step}; choose a "
                        "lower learning rate"
                    )
                report = {**about, "step": step, **losses}
                made = np.concatenate(self.generate(described, WATCHED, seed))
                report["spread"] = spread(made, groups) / real_spread
                report["failure"] = watch.failure([*reports, report], self.steps)
                report["seconds"] = earlier + time.monotonic() - start
                reports.append(report)
                self.log.append(report)
                if checkpoint and time.monotonic() - saved > CHECKPOINT_SECONDS:
                    save_weights(self.network, checkpoint)
                    saved = time.monotonic()
        if checkpoint:
            checkpoint.unlink(missing_ok=True)
        return reports[-1]

    def generate(
        self, attributes: np.ndarray, per_class: int, seed: int, names: Sequence[int] | None = None
    ) -> np.ndarray:
        """Return features of classes with these attributes [c, a], float32 [c, per_class, d].

        The first samples of a class are the same for every `per_class`, and whatever the other
        classes are; `names`, by default 0, 1, …, are the numbers that tell the classes apart.
        """
        names = range(len(attributes)) if names is None else names
        latents = [
            np.random.default_rng(derive_seed(seed, "latents", int(name))).standard_normal(
                [per_class, self.network.latent_dim], np.float32
            )
            for name in names
        ]
        described = np.repeat(np.float32(attributes), per_class, axis=0)
        made = self._blocks(self._make, np.concatenate(latents), described)
        return made.reshape(len(attributes), per_class, -1)

    def similarities(self, features: np.ndarray, means: np.ndarray) -> np.ndarray:
        """Return how similar features [n, d] are to class means [c, d], float32 [n, c]."""
        means = tf.constant(means, tf.float32)
        return self._blocks(lambda part: self._compare(part, means), features)

    def _prepare(self, shape: tuple[int, int, int, int]) -> None:
        """Make network and graph for sets of a shape: rows, dimensions, attributes, classes."""
        if shape == self._shape:
            return
        rows, *sizes = shape
        self._sizes, self._initial = sizes, {}
        with self.strategy.scope():
            self.network = self.build(*sizes, steps=self.steps, seed=0)
            self._features = tf.Variable(tf.zeros([rows, sizes[0]]), trainable=False)
            self._labels = tf.Variable(tf.zeros([rows], tf.int32), trainable=False)
        optimizers = self.network.g_optimizer, self.network.d_optimizer
        self._moments = [variable for each in optimizers for variable in each.variables]
        self._fresh_moments = [variable.numpy() for variable in self._moments]
        self._trainer = Trainer(
            self.network,
            self._features,
            self._labels,
            batch_size=self.batch_size,
            seed=0,  # the order of a set's rows follows from the seed of its training
            strategy=self.strategy,
        )
        wide = tf.TensorSpec([None, sizes[0]], tf.float32)
        self._make = tf.function(
            lambda latents, described: self.network.generator([latents, described], training=False),
            input_signature=[
                tf.TensorSpec([None, self.network.latent_dim], tf.float32),
                tf.TensorSpec([None, sizes[1]], tf.float32),
            ],
            autograph=False,
        )
        self._compare = tf.function(
            lambda features, means: self.network.similarity(features, means),
            input_signature=[wide, wide],
            autograph=False,
        )
        self._shape = shape

    def _begin(self, described: np.ndarray, seed: int, classifier_weight: float) -> None:
        """Put in the weights that a network of its own would begin with, and moments of none."""
        if seed not in self._initial:
            with self.strategy.scope():
                fresh = self.build(*self._sizes, steps=self.steps, seed=seed)
            # Of the last seed alone: studies train twice with one, and networks may be large.
            self._initial = {seed: [variable.numpy() for variable in fresh.variables]}
        variables = [*self.network.variables, *self._moments]
        values = [*self._initial[seed], *self._fresh_moments]
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        noise = derive_seed(seed, "noise")
        self.network.begin(described, seed=noise, classifier_weight=classifier_weight)

    def _blocks(self, graph: Callable, *inputs: np.ndarray) -> np.ndarray:
        parts = [
            graph(*(each[first : first + BLOCK] for each in inputs)).numpy()
            for first in range(0, len(inputs[0]), BLOCK)
        ]
        return np.concatenate(parts)


def _title(about: Mapping) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in about.items()) or "a set"
