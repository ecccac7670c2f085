"""Learners that are taught with lessons, generated or real, and examined on real images."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from gan_augment.classifiers.learners import Learner
from gan_augment.common.progress import progress_bar
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages, to_float
from gan_augment.training.inner_loop import at_rest, descend

EVALUATION_BATCH = 500
# To choose from for real images, by accuracy on held-out ones.
RATES = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
MOMENTA = (0.0, 0.5, 0.8, 0.9)
# A network sees to it that the means of its last lesson are good ones; those of one lesson of real
# images are what chance made of them, and real learners would lose by that alone.
REAL_LESSONS_OF_MEANS = 16

Course = Callable[[int], tuple[np.ndarray, np.ndarray]]
"""From a learner's seed to its lessons: images [steps, batch, h, w, c], float32 in [−1, 1] or
uint8, and labels int32 [steps, batch]. It may say `lessons_of_means`: of how many of the last
lessons batch normalisation takes the means in exams (else: of the last one)."""


class Classroom:
    """Trains fresh learners of one architecture on courses and examines them on real images.

    A learner is examined after each of the steps `points`, the last of which is where its training
    ends. Batch normalisation takes the means of lessons it saw, so what it says of an image does
    not depend on other images of the exam.
    """

    def __init__(self, learner: Learner, points: Sequence[int], exam: LabeledImages):
        self.learner = learner
        self.points = tuple(points)
        self.images, self.labels = tf.constant(exam.images), tf.constant(exam.labels)
        self._graphs: dict[tuple, Callable] = {}

    def accuracies(self, course: Course, rates, momenta, seeds: Sequence[int]) -> np.ndarray:
        """Teach a learner for each of `seeds`; return accuracies, float64 [seeds, points].

        `rates` and `momenta` are float [steps], or one number for all steps. A learner that
        diverges scores what it scores.
        """
        steps = self.points[-1]
        rates, momenta = (
            tf.constant(np.broadcast_to(np.float32(values), np.shape(values) or [steps])[:steps])
            for values in (rates, momenta)
        )
        right = []
        for seed in seeds:
            images, labels = (part[:steps] for part in course(seed))
            inputs = [tf.constant(part) for part in (images, labels)]
            inputs += [rates, momenta, tf.constant([seed, 0])]
            lessons = getattr(course, "lessons_of_means", 1)
            right.append(self._graph(inputs, lessons)(*inputs).numpy())
        return np.array(right) / len(self.labels)

    def _graph(self, inputs: Sequence[tf.Tensor], lessons_of_means: int) -> Callable:
        kind = (lessons_of_means, *((part.dtype, *part.shape) for part in inputs))
        if kind not in self._graphs:
            teach = functools.partial(self._teach_one, lessons_of_means)
            graph = tf.function(teach, autograph=False)
            self._graphs[kind] = graph.get_concrete_function(*inputs)
        return self._graphs[kind]

    def _teach_one(self, lessons_of_means: int, images, labels, rates, momenta, seed):
        """Return the number of right answers at each point."""

        def loss(parameters, t, lesson):
            return self.learner.loss(parameters, _scaled(lesson), labels[t])

        state, right = at_rest(self.learner.initial(seed)), []
        for first, last in itertools.pairwise((0, *self.points)):
            state = descend(loss, state, [images], rates, momenta, first, last)
            recent = images[max(0, last - lessons_of_means) : last]
            recent = tf.reshape(recent, [-1, *self.learner.image_shape])
            _, means = self.learner(state[0], _scaled(recent))
            right.append(self._right(state[0], means))
        return tf.stack(right)

    def _right(self, parameters, means):
        def body(start, total):
            rows = slice(start, start + EVALUATION_BATCH)
            logits, _ = self.learner(parameters, to_float(self.images[rows]), means)
            right = tf.argmax(logits, 1, output_type=tf.int32) == self.labels[rows]
            return start + EVALUATION_BATCH, total + tf.reduce_sum(tf.cast(right, tf.int32))

        return tf.while_loop(lambda start, _: start < tf.size(self.labels), body, (0, 0))[1]


def real_course(train: LabeledImages, steps: int, batch: int) -> Course:
    """Return a course of real images, drawn for each seed; each once before any comes again."""

    def draw(seed):
        rng = np.random.default_rng([derive_seed(seed, "real course")])
        epochs = -(-steps * batch // len(train))
        rows = np.concatenate([rng.permutation(len(train)) for _ in range(epochs)])
        chosen = train.take(rows[: steps * batch])
        shape = [steps, batch]
        return chosen.images.reshape(*shape, *train.image_shape), chosen.labels.reshape(shape)

    draw.lessons_of_means = REAL_LESSONS_OF_MEANS
    return draw


def _scaled(images):
    return to_float(images) if images.dtype == tf.uint8 else images


def tuned_on_real(
    classroom: Classroom,
    course: Course,
    seeds: Sequence[int],
    *,
    rates: Sequence[float] = RATES,
    momenta: Sequence[float] = MOMENTA,
) -> list[dict]:
    """Choose rate and momentum for each of the classroom's points, by its exam.

    What counts is the mean accuracy of the learners of `seeds`.

    Returns a dict for each point: rate, momentum, accuracy.
    """
    grid = list(itertools.product(rates, momenta))
    means = [
        classroom.accuracies(course, rate, momentum, seeds).mean(axis=0)
        for rate, momentum in progress_bar(grid, description="tuning on real", unit="setting")
    ]
    best = np.argmax(means, axis=0)
    return [
        {"rate": grid[i][0], "momentum": grid[i][1], "accuracy": float(means[i][k])}
        for k, i in enumerate(best)
    ]
