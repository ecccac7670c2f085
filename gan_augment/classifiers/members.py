"""Training of many members, a member being one seed of a classifier, in compiled graphs.

A study trains thousands of small classifiers, and stock `fit` spends nine tenths of such a training
in Python. Here an epoch with its evaluation is one call of one graph. The graph holds a few lanes,
each a model with its optimiser, which run side by side; members take turns in them, a member's
weights being put in before its training and taken out after it. So the graph is traced once,
whatever the number of members and the size of the data, and a member cannot depend on its
neighbours.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from gan_augment.common.errors import UserError
from gan_augment.common.progress import progress_bar
from gan_augment.data.images import LabeledImages, to_float
from gan_augment.data.transforms import Transform
from gan_augment.training.adam import FusedAdam

EVALUATION_BATCH = 2000


@dataclass(frozen=True)
class MembersHistory:
    """What a training of members gave, epoch by epoch; the first axis follows `seeds`.

    `loss` float64 [members, epochs] is the mean over the epoch's batches, as Keras reports it, and
    `train_accuracy` likewise; `train_confusion` int64 [members, epochs, classes, classes] counts
    training images by class and by what each was taken for, also while training. `accuracy[name]`
    and `losses[name]` (mean cross-entropy, without regularisation) float64 [members, epochs] and
    `predictions[name]` int16 [members, epochs, n] belong to the evaluated sets.
    """

    seeds: tuple[int, ...]
    loss: np.ndarray
    train_accuracy: np.ndarray
    train_confusion: np.ndarray
    accuracy: dict[str, np.ndarray]
    losses: dict[str, np.ndarray]
    predictions: dict[str, np.ndarray]


class Members:
    """Trains members of the functional classifier that `build(seed=…)` returns.

    The classifier maps images float32 [n, h, w, c] in [−1, 1] to logits [n, classes]. Training is
    that of `keras.Model.fit`: a new order of the images in every epoch, the last, smaller batch
    kept; regularisation losses count. `optimizer` makes any Keras optimiser of `learning_rate`:
    `keras.optimizers.SGD`, or a partial of it. `transform` changes every training batch anew.
    Orders and transforms follow from a member's seed, so the same seeds give the same history.

    `lanes` members train side by side (default: one a core, four at most).
    """

    def __init__(
        self,
        build: Callable[..., keras.Model],
        *,
        learning_rate: float = 1e-3,
        optimizer: Callable[[float], keras.optimizers.Optimizer] = FusedAdam,
        batch_size: int = 32,
        transform: Transform | None = None,
        lanes: int | None = None,
    ):
        self.build = build
        self.learning_rate = learning_rate
        self.optimizer = optimizer
        self.batch_size = batch_size
        self.transform = transform
        count = lanes or min(os.cpu_count() or 1, 4)
        self._lanes = [_Lane(build(seed=0), self) for _ in range(count)]
        self._run_epoch = self._compile()
        self._initial: dict[int, list[np.ndarray]] = {}
        self._trained: dict[int, list[np.ndarray]] = {}

    def train(
        self,
        train: LabeledImages,
        evaluate: Mapping[str, LabeledImages],
        *,
        seeds: Sequence[int],
        epochs: int,
        description: str = "classifiers",
    ) -> MembersHistory:
        """Train one member for each of `seeds` from its beginning, and score it after each epoch.

        Raises `UserError` if a training diverges or the images do not suit the classifier.
        """
        self._check(train, evaluate)
        seeds = [int(seed) for seed in seeds]
        # One set, so that the graph need not know how many there are.
        images = np.concatenate([train.images[:0], *(s.images for s in evaluate.values())])
        labels = np.concatenate([train.labels[:0], *(s.labels for s in evaluate.values())])
        data = [tf.constant(part) for part in (train.images, train.labels, images, labels)]
        bounds = list(itertools.pairwise(np.cumsum([0, *map(len, evaluate.values())])))
        classes = self._lanes[0].classes
        sums = np.zeros([len(seeds), epochs, 1 + classes**2])
        predicted = np.zeros([len(seeds), epochs, len(labels)], np.int16)
        losses = np.zeros([len(bounds), len(seeds), epochs])
        self._trained = {}
        with progress_bar(description=description, total=len(sums) * epochs, unit="epoch") as bar:
            for first in range(0, len(seeds), len(self._lanes)):
                group = seeds[first : first + len(self._lanes)]
                for lane, seed in zip(self._lanes, group):
                    lane.load(self._initial_values(seed))
                for epoch in range(epochs):
                    outcome = self._run_epoch(*data, self._padded(group), len(group), epoch)
                    for k, (trained, chosen, entropy) in enumerate(outcome[: len(group)], first):
                        sums[k, epoch], predicted[k, epoch] = trained, chosen
                        losses[:, k, epoch] = [
                            entropy[start:end].numpy().mean(dtype=float) for start, end in bounds
                        ]
                        self._check_loss(sums[k, epoch, 0], seeds[k], epoch)
                    bar.update(len(group))
                for lane, seed in zip(self._lanes, group):
                    self._trained[seed] = lane.values()
        predictions = {
            name: predicted[:, :, start:end] for name, (start, end) in zip(evaluate, bounds)
        }
        confusion = np.rint(sums[:, :, 1:]).astype(int).reshape(len(seeds), epochs, classes, -1)
        return MembersHistory(
            seeds=tuple(seeds),
            loss=sums[:, :, 0] / len(train),
            train_accuracy=np.trace(confusion, axis1=2, axis2=3) / len(train),
            train_confusion=confusion,
            accuracy={
                name: (predictions[name] == evaluate[name].labels).mean(axis=2) for name in evaluate
            },
            losses=dict(zip(evaluate, losses)),
            predictions=predictions,
        )

    def trained(self, seed: int) -> keras.Model:
        """Return the member of `seed` as the last `train` left it; `KeyError` if it had none."""
        model = self.build(seed=seed)
        for variable, value in zip(model.variables, self._trained[seed]):
            variable.assign(value)
        return model

    def _compile(self) -> Callable:
        shape = [None, *self._lanes[0].model.input_shape[1:]]
        scalar = tf.TensorSpec([], tf.int32)

        # Loops that share no variable have no order between them: the lanes run in parallel.
        @tf.function(
            autograph=False,
            input_signature=[
                tf.TensorSpec(shape, tf.uint8),
                tf.TensorSpec([None], tf.int32),
                tf.TensorSpec(shape, tf.uint8),
                tf.TensorSpec([None], tf.int32),
                tf.TensorSpec([len(self._lanes)], tf.int32),
                scalar,
                scalar,
            ],
        )
        def run_epoch(images, labels, test_images, test_labels, seeds, occupied, epoch):
            outcome = []
            for k, lane in enumerate(self._lanes):
                # A lane without a member has no images to go through.
                rows = tf.where(k < occupied, [tf.size(labels), tf.size(test_labels)], 0)
                sums = lane.train(images, labels, rows[0], tf.stack([seeds[k], epoch]))
                outcome.append((sums, *lane.predict(test_images, test_labels, rows[1])))
            return outcome

        return run_epoch

    def _padded(self, seeds: Sequence[int]) -> np.ndarray:
        return np.resize(np.asarray(seeds, np.int32), len(self._lanes))

    def _initial_values(self, seed: int) -> list[np.ndarray]:
        # Building a model takes as long as a hundred steps, and studies come back to their seeds.
        if seed not in self._initial:
            self._initial[seed] = [variable.numpy() for variable in self.build(seed=seed).variables]
        return self._initial[seed]

    def _check(self, train: LabeledImages, evaluate: Mapping[str, LabeledImages]) -> None:
        model = self._lanes[0].model
        for name, part in {"training": train, **evaluate}.items():
            if not len(part):
                raise UserError(f"the {name} set has no images; a classifier needs at least one")
            if not tf.TensorShape(model.input_shape[1:]).is_compatible_with(part.image_shape):
                raise UserError(
                    f"the classifier takes images of shape {model.input_shape[1:]}, "
                    f"but those of the {name} set are {part.image_shape}; build it for their shape"
                )
            if part.num_classes > model.output_shape[-1]:
                raise UserError(
                    f"the classifier tells {model.output_shape[-1]} classes apart, "
                    f"but the {name} set has {part.num_classes}; build it for as many"
                )

    def _check_loss(self, loss: float, seed: int, epoch: int) -> None:
        if not np.isfinite(loss):
            raise UserError(
                f"the classifier of seed {seed} diverged in epoch {epoch + 1}; "
                f"choose a learning rate below {float(self._lanes[0].optimizer.learning_rate):g}"
            )


class _Lane:
    """A model and its optimiser; members take turns in it."""

    def __init__(self, model: keras.Model, members: Members):
        self.model = model
        self.classes = model.output_shape[-1]
        self.batch_size = members.batch_size
        self.transform = members.transform
        self.optimizer = members.optimizer(members.learning_rate)
        self.optimizer.build(model.trainable_variables)
        self._fresh_optimizer = [variable.numpy() for variable in self.optimizer.variables]

    def load(self, values: list[np.ndarray]) -> None:
        """Begin a member: its own weights, BatchNorm statistics and seeds; a fresh optimiser."""
        variables = [*self.model.variables, *self.optimizer.variables]
        for variable, value in zip(variables, [*values, *self._fresh_optimizer], strict=True):
            variable.assign(value)

    def values(self) -> list[np.ndarray]:
        """Everything `load` takes."""
        return [variable.numpy() for variable in self.model.variables]

    def train(self, images, labels, rows, seed) -> tf.Tensor:
        """Train on the first `rows` images; return summed loss and confusions, [1 + classes²]."""
        order = tf.random.experimental.stateless_shuffle(tf.range(rows), seed)

        def body(start, sums):
            batch = order[start : start + self.batch_size]
            x = to_float(tf.gather(images, batch))
            if self.transform is not None:
                fresh = tf.random.experimental.stateless_fold_in(seed, start)
                x = tf.ensure_shape(self.transform(x, fresh), x.shape)
            return start + self.batch_size, sums + self.train_step(x, tf.gather(labels, batch))

        nothing = tf.zeros([1 + self.classes**2])
        _, sums = tf.while_loop(lambda start, _: start < rows, body, (0, nothing))
        return sums

    def train_step(self, x, labels) -> tf.Tensor:
        """Take one step; return the batch's summed loss, then its confusions, row by row."""
        with tf.GradientTape() as tape:
            logits = self.model(x, training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.add_n([tf.reduce_mean(losses), *self.model.losses])
        weights = self.model.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        true = tf.one_hot(labels, self.classes)
        predicted = tf.one_hot(tf.argmax(logits, 1), self.classes)
        confusion = tf.matmul(true, predicted, transpose_a=True)
        size = tf.cast(tf.size(labels), tf.float32)
        return tf.concat([[loss * size], tf.reshape(confusion, [-1])], 0)

    def predict(self, images, labels, rows) -> tuple[tf.Tensor, tf.Tensor]:
        """Return predicted labels, int32 [rows], and cross-entropies of the first `rows` images."""

        def body(start, predicted, losses):
            end = tf.minimum(start + EVALUATION_BATCH, rows)
            logits = self.model(to_float(images[start:end]), training=False)
            part = tf.argmax(logits, 1, output_type=tf.int32)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels[start:end], logits)
            return end, tf.concat([predicted, part], 0), tf.concat([losses, loss], 0)

        _, predicted, losses = tf.while_loop(
            lambda start, *_: start < rows,
            body,
            (0, tf.zeros([0], tf.int32), tf.zeros([0])),
            shape_invariants=(tf.TensorShape([]), tf.TensorShape([None]), tf.TensorShape([None])),
        )
        return predicted, losses
