"""Generative Teaching Networks (Such et al. 2019; Appenzeller & Daaboul, section IV-D).

A generator makes a course of lessons; a freshly initialised learner takes a step of gradient
descent on each; its loss on real images is differentiated through its whole training, by the
weights of the generator, the latents of every lesson, and the rate and momentum of every step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import keras
import tensorflow as tf

from gan_augment.augmenters.curriculum import (
    CURRICULA,
    Learned,
    generator,
    lessons_of,
    pulled_back,
)
from gan_augment.classifiers.learners import Architecture, Learner
from gan_augment.common.errors import UserError
from gan_augment.common.seeds import derive_seed
from gan_augment.training.adam import FusedAdam
from gan_augment.training.inner_loop import gradients_through
from gan_augment.training.noise import fold, step_seed

CLIP = 1.0  # largest norm of a step's gradient


class Teaching(keras.Model):
    """A generator, a curriculum and a schedule that learn to teach `learner`.

    `points` are the steps of a training after which the learner's loss on real images counts
    (default: the last); states of a training are kept every `stride` steps. Without a generator
    the curriculum's latents are images.
    """

    log_names = ("loss", "gradient")

    def __init__(
        self,
        generator: keras.Model | None,
        curriculum: Learned,
        learner: Learner,
        *,
        rate: float = 0.1,
        momentum: float = 0.5,
        points: Sequence[int] = (),
        stride: int = 1,
        seed: int = 0,
    ):
        super().__init__()
        self.generator = generator
        self.curriculum = curriculum
        self.learner = learner
        self.generated = curriculum.generated
        self.stride = stride
        self.seed = seed
        steps = curriculum.shape[0]
        points = points or (steps,)
        self.importance = [(t in points) / len(points) for t in range(1, steps + 1)]
        for name, value in (("rates", rate), ("momenta", momentum / (1 - momentum))):
            # Of what is positive the logarithm moves, of what lies between 0 and 1 the logit.
            constant = keras.initializers.Constant(math.log(value))
            setattr(self, name, self.add_weight(shape=[steps], initializer=constant, name=name))

    def compile(self, optimizer=None):
        """Set and build the optimiser."""
        super().compile(optimizer=optimizer or FusedAdam(1e-2))
        self.optimizer.build(self._learned())
        self.built = True

    @property
    def step(self) -> keras.Variable:
        """Number of finished training steps."""
        return self.optimizer.iterations

    def schedule(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the rate, above 0, and the momentum, between 0 and 1, of every step."""
        return tf.exp(tf.convert_to_tensor(self.rates)), tf.sigmoid(
            tf.convert_to_tensor(self.momenta)
        )

    def lessons(self, seed) -> tuple[tf.Tensor, tf.Tensor]:
        """Return generated images [steps, batch, h, w, c] in [−1, 1] and their labels."""
        latents, labels = self.curriculum.draw(seed)
        return lessons_of(self.generator, latents, labels), labels

    def train_step(self, batch):
        """Teach one fresh learner, examine it on real images, and improve the teaching.

        The first images of the batch are those that the curriculum takes.
        """
        images, labels = batch
        taken = self.curriculum.real_images
        seed = step_seed(self.seed, self.step)
        with tf.GradientTape() as tape:
            latents, names = self.curriculum.draw(fold(seed, 0), images[:taken], labels[:taken])
            rates, momenta = self.schedule()
        lessons = lessons_of(self.generator, latents, names) if self.generator else latents

        def taught(parameters, t, lesson):
            return self.learner.loss(parameters, lesson, names[t])

        def examined(parameters, t, lesson):
            _, means = self.learner(parameters, lesson)
            return self.learner.loss(parameters, images[taken:], labels[taken:], means)

        found = gradients_through(
            taught,
            examined,
            self.learner.initial(fold(seed, 1)),
            [lessons],
            rates,
            momenta,
            self.importance,
            stride=self.stride,
        )
        by_latents, by_weights = found.inputs[0], []
        if self.generator:
            by_latents, by_weights = pulled_back(self.generator, latents, names, by_latents)
        by_own = tape.gradient(
            [latents, rates, momenta],
            self._own(),
            output_gradients=[by_latents, found.rates, found.momenta],
        )
        gradients = [*by_weights, *by_own]
        self.optimizer.apply_gradients(zip(gradients, self._learned()))
        loss = tf.reduce_sum(found.losses * self.importance)
        return {"loss": loss, "gradient": tf.linalg.global_norm(gradients)}

    def _own(self) -> list[keras.Variable]:
        return [*self.curriculum.trainable_weights, self.rates, self.momenta]

    def _learned(self) -> list[keras.Variable]:
        return [*(self.generator.trainable_weights if self.generator else []), *self._own()]


def teaching(
    image_shape: tuple[int, int, int],
    num_classes: int,
    *,
    architecture: Architecture = Architecture(),  # noqa: B008 - immutable
    inner_steps: int = 32,
    inner_batch: int = 64,
    width: float = 0.25,
    latent_dim: int = 128,
    curriculum: str = "learned",
    points: Sequence[int] = (),
    stride: int = 1,
    learning_rate: float = 0.01,
    steps: int | None = None,
    seed: int = 0,
) -> Teaching:
    """Return the compiled network; `steps`, if known, are those of the cosine decay to 0.

    `width` is that of the generator. `curriculum`: "learned"; "shuffled", learned latents in
    random order; "random", new latents every time; or "real", which has no generator and learns
    rates and momenta for batches of real images. Published: width 1, 64 steps of 128 images,
    learners of 64 and 128 filters and 256 units, 2,000 steps.
    """
    if inner_steps * inner_batch < num_classes:
        raise UserError(
            f"{inner_steps} steps of {inner_batch} images cannot show {num_classes} classes; take "
            "more of either"
        )
    kind = CURRICULA[curriculum]
    model = Teaching(
        generator(
            image_shape,
            num_classes,
            width=width,
            latent_dim=latent_dim,
            seed=derive_seed(seed, "generator"),
        )
        if kind.generated
        else None,
        kind(inner_steps, inner_batch, num_classes, latent_dim, derive_seed(seed, "latents")),
        Learner(architecture, image_shape, num_classes),
        points=points,
        stride=stride,
        seed=derive_seed(seed, "learners"),
    )
    decay = keras.optimizers.schedules.CosineDecay(learning_rate, steps) if steps else learning_rate
    model.compile(FusedAdam(decay, global_clipnorm=CLIP))
    return model
