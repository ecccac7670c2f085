"""Can a policy be taught in one step? Generated states and actions against policy gradients.

Appenzeller & Daaboul, section IV-D (Such et al. 2019): on CartPole the training of a teaching
network takes about as long as that of one policy, and a policy then takes one step to learn.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import layers

from gan_augment.common.log import MetricsLog
from gan_augment.common.progress import progress_bar
from gan_augment.common.seeds import derive_seed
from gan_augment.studies.policies import ACTIONS, REACH, STATE, Policy, Stage
from gan_augment.training.adam import FusedAdam
from gan_augment.training.inner_loop import at_rest, descend, gradients_through
from gan_augment.training.noise import fold

TAUGHT, PLAIN = "taught", "policy gradient"
EXAMINED = 5  # fresh policies at each report
EPISODES_OF_AN_EXAM = 10
LATENT_DIM = 32


class Teacher:
    """Learns states and actions, and a rate, on which fresh policies take `steps` steps."""

    def __init__(
        self, policy: Policy, *, steps: int, batch: int, rate: float, updates: int, seed: int
    ):
        self.policy = policy
        self.generator = self._build(derive_seed(seed, "generator"))
        normal = keras.initializers.RandomNormal(stddev=1.0, seed=derive_seed(seed, "latents"))
        self.latents = keras.Variable(normal([steps, batch, LATENT_DIM]))
        self.rates = keras.Variable(tf.zeros([steps]))  # logarithms
        self.momenta = tf.zeros([steps])
        self.variables = [*self.generator.trainable_weights, self.latents, self.rates]
        decay = keras.optimizers.schedules.CosineDecay(rate, updates)
        self.optimizer = FusedAdam(decay, global_clipnorm=1.0)
        self.optimizer.build(self.variables)
        seeds = tf.TensorSpec([2], tf.int32)
        self.teach = tf.function(self._teach, autograph=False).get_concrete_function(seeds)
        self.improve = tf.function(self._improve, autograph=False).get_concrete_function(
            seeds,
            tf.TensorSpec([None, STATE]),
            tf.TensorSpec([None], tf.int32),
            tf.TensorSpec([None]),
        )

    def lessons(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Return states [steps, batch, 4] and targets [steps, batch, 2], which sum to 1."""
        latents = tf.convert_to_tensor(self.latents)
        made = self.generator(tf.reshape(latents, [-1, LATENT_DIM]))
        states, targets = made[:, :STATE] * REACH, tf.nn.softmax(made[:, STATE:])
        shape = latents.shape[:2]
        return tf.reshape(states, [*shape, STATE]), tf.reshape(targets, [*shape, ACTIONS])

    def _teach(self, seed):
        """Return the parameters of a fresh policy that was taught."""
        start = at_rest(self.policy.initial(seed))
        rates = tf.exp(tf.convert_to_tensor(self.rates))
        return descend(self._loss, start, self.lessons(), rates, self.momenta)[0]

    def _improve(self, seed, states, actions, advantages):
        """Follow the gradient of the return that the policy of this seed had."""

        def outer(parameters, t, *lesson):
            return self.policy.surrogate(parameters, states, actions, advantages)

        with tf.GradientTape() as tape:
            lessons = self.lessons()
            rates = tf.exp(tf.convert_to_tensor(self.rates))
        last = [0.0] * (rates.shape[0] - 1) + [1.0]
        initial = self.policy.initial(seed)
        found = gradients_through(self._loss, outer, initial, lessons, rates, self.momenta, last)
        gradients = tape.gradient(
            [*lessons, rates], self.variables, output_gradients=[*found.inputs, found.rates]
        )
        self.optimizer.apply_gradients(zip(gradients, self.variables))

    def _loss(self, parameters, t, states, targets):
        return self.policy.cross_entropy(parameters, states, targets)

    @staticmethod
    def _build(seed: int) -> keras.Model:
        glorot = keras.initializers.GlorotUniform
        x = latents = layers.Input([LATENT_DIM])
        for k in range(2):
            x = layers.Dense(64, "tanh", kernel_initializer=glorot(derive_seed(seed, k)))(x)
        x = layers.Dense(STATE + ACTIONS, kernel_initializer=glorot(derive_seed(seed, "out")))(x)
        return keras.Model(latents, x)


class CartPoleStudy:
    """Trains teachers and plain policies for as many updates, each on as many episodes.

    What is reported of a teacher is the mean return of fresh policies after its lessons; of a
    plain policy its own. `seconds` is the time of the training alone. Every `rates` (Adam's) is
    tried for both. Finished trainings are kept in `directory`/cells.jsonl and not done again.
    """

    def __init__(
        self,
        directory: Path,
        *,
        updates: int,
        episodes: int,
        inner_steps: int,
        batch: int,
        rates: Sequence[float],
        every: int,
        seed: int,
    ):
        self.updates = updates
        self.inner_steps = inner_steps
        self.batch = batch
        self.rates = tuple(rates)
        self.every = every
        self.seed = seed
        self.policy = Policy()
        self.stage, self.exam = Stage(episodes), Stage(EPISODES_OF_AN_EXAM)
        self.log = MetricsLog(Path(directory) / "cells.jsonl")

    def run(self, seeds: int) -> None:
        """Train with every method, rate and seed."""
        methods = {TAUGHT: self._taught, PLAIN: self._plain}
        for method, rate, k in itertools.product(methods, self.rates, range(seeds)):
            about = {"method": method, "rate": rate, "gan_seed": k}
            if any(about.items() <= record.items() for record in self.log.records):
                continue
            seed = derive_seed(self.seed, method, rate, k)
            parts = methods[method](rate, seed)
            self.log.append(about | self._train(*parts, seed, f"{method}, {rate:g}, seed {k}"))

    def curves(self) -> pd.DataFrame:
        """A row a report: method, rate, gan_seed, update, seconds, mean return of training, return.

        `return` is the mean of `EXAMINED` fresh policies (of a plain one: its own).
        """
        return pd.DataFrame(
            {name: cell[name] for name in ("method", "rate", "gan_seed")} | report
            for cell in self.log.records
            for report in cell["reports"]
        )

    def lessons(self, rate: float) -> tuple[np.ndarray, np.ndarray]:
        """Return states [n, 4] and targets [n, 2] of the first teacher with this rate."""
        for cell in self.log.records:
            if cell["method"] == TAUGHT and cell["rate"] == rate and not cell["gan_seed"]:
                return np.array(cell["states"]), np.array(cell["targets"])
        raise KeyError(rate)

    def _train(self, parameters_of: Callable, improve: Callable, lessons, seed, description):
        """Alternate playing and improving; return the reports and the lessons at the end."""
        reports, seconds, recent = [], 0.0, []
        for update in progress_bar(range(self.updates + 1), description=description, unit="update"):
            if update % self.every == 0 or update == self.updates:
                found = [
                    self.exam.play(
                        self.policy,
                        parameters_of(fold([seed, 1], k)),
                        derive_seed(seed, "exam", update, k),
                    ).returns.mean()
                    for k in range(EXAMINED)
                ]
                report = {"update": update, "seconds": round(seconds, 3)}
                report |= {"training": float(np.mean(recent or [np.nan]))} if recent else {}
                reports.append(report | {"return": float(np.mean(found))})
                recent = []
            if update == self.updates:
                break
            start = time.perf_counter()
            own = fold([seed, 0], update)
            played = self.stage.play(
                self.policy, parameters_of(own), derive_seed(seed, "played", update)
            )
            improve(own, *map(tf.constant, played[:3]))
            seconds += time.perf_counter() - start
            recent.append(played.returns.mean())
        return {"reports": reports} | lessons()

    def _taught(self, rate: float, seed: int):
        teacher = Teacher(
            self.policy,
            steps=self.inner_steps,
            batch=self.batch,
            rate=rate,
            updates=self.updates,
            seed=seed,
        )

        def lessons():
            states, targets = (part.numpy() for part in teacher.lessons())
            return {
                "states": states.reshape(-1, STATE).round(4).tolist(),
                "targets": targets.reshape(-1, ACTIONS).round(4).tolist(),
            }

        return teacher.teach, teacher.improve, lessons

    def _plain(self, rate: float, seed: int):
        variable = keras.Variable(self.policy.initial(tf.constant([seed, 2])))
        decay = keras.optimizers.schedules.CosineDecay(rate, self.updates)
        optimizer = FusedAdam(decay, global_clipnorm=1.0)
        optimizer.build([variable])

        def improve(seed, states, actions, advantages):
            with tf.GradientTape() as tape:
                loss = self.policy.surrogate(
                    tf.convert_to_tensor(variable), states, actions, advantages
                )
            optimizer.apply_gradients(zip(tape.gradient(loss, [variable]), [variable]))

        graph = tf.function(improve, autograph=False).get_concrete_function(
            tf.TensorSpec([2], tf.int32),
            tf.TensorSpec([None, STATE]),
            tf.TensorSpec([None], tf.int32),
            tf.TensorSpec([None]),
        )
        return lambda _: tf.convert_to_tensor(variable), graph, dict
