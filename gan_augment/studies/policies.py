"""Policies for CartPole: playing many episodes at once, and the gradient of their return."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from gan_augment.common.errors import UserError

TASK, LONGEST = "CartPole-v1", 500  # a reward of 1 for each step that the pole stays up
STATE, ACTIONS = 4, 2
REACH = (2.4, 3.0, 0.21, 3.0)  # of states: the game ends at the first and the third
DISCOUNT = 0.99
FIRST_PREFERENCES = 0.1  # how far a fresh policy's logits differ


class Policy:
    """A network of one hidden layer that looks at states and says how it likes each action.

    Its `size` parameters come as one vector. Fresh ones like both actions nearly as well.
    """

    def __init__(self, units: int = 64):
        self._shapes = [(STATE, units), (units,), (units, ACTIONS), (ACTIONS,)]
        self._sizes = [math.prod(shape) for shape in self._shapes]
        self.size = sum(self._sizes)
        self.act = tf.function(self.logits, autograph=False).get_concrete_function(
            tf.TensorSpec([self.size]), tf.TensorSpec([None, STATE])
        )

    def initial(self, seed) -> tf.Tensor:
        """Return parameters drawn with `seed`, int32 [2]: float32 [size]."""
        scales = (STATE**-0.5, 0.0, FIRST_PREFERENCES * self._shapes[2][0] ** -0.5, 0.0)
        drawn = tf.split(tf.random.stateless_normal([self.size], seed), self._sizes)
        return tf.concat([scale * part for scale, part in zip(scales, drawn)], 0)

    def logits(self, parameters, states) -> tf.Tensor:
        """Return preferences [n, 2] in states, float [n, 4]."""
        parts = tf.split(parameters, self._sizes)
        first, bias, second, last = map(tf.reshape, parts, self._shapes)
        return tf.tanh(states / REACH @ first + bias) @ second + last

    def cross_entropy(self, parameters, states, targets) -> tf.Tensor:
        """Return the mean cross-entropy with targets [n, 2], which sum to 1."""
        logits = self.logits(parameters, states)
        return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, logits))

    def surrogate(self, parameters, states, actions, advantages) -> tf.Tensor:
        """Return what has the negative gradient of the expected return (REINFORCE)."""
        logits = self.logits(parameters, states)
        surprise = tf.nn.sparse_softmax_cross_entropy_with_logits(actions, logits)
        return tf.reduce_mean(surprise * advantages)


class Episodes(NamedTuple):
    """What was seen and done in all steps of some episodes, and how long each of them was."""

    states: np.ndarray
    """float32 [n, 4]."""
    actions: np.ndarray
    """int32 [n]."""
    advantages: np.ndarray
    """float32 [n]: discounted return from there on, less the mean, over the deviation."""
    returns: np.ndarray
    """int [episodes]."""


class Stage:
    """Plays `episodes` at once; raises `UserError` where gymnasium is not installed."""

    def __init__(self, episodes: int):
        try:
            import gymnasium
        except ImportError as error:
            raise UserError(
                "CartPole needs gymnasium, which is not installed; "
                "run pip install gan-augment[cartpole]"
            ) from error
        self.episodes = episodes
        self._envs = gymnasium.make_vec(
            TASK, num_envs=episodes, vectorization_mode="vector_entry_point"
        )

    def play(self, policy: Policy, parameters, seed: int) -> Episodes:
        """Play with actions drawn from the policy, each episode once."""
        rng = np.random.default_rng(seed)
        states, _ = self._envs.reset(seed=seed)
        alive = np.ones(self.episodes, bool)
        seen, done, lives = [], [], []
        while alive.any() and len(seen) < LONGEST:
            logits = policy.act(parameters, tf.constant(states, tf.float32)).numpy()
            actions = np.argmax(logits + rng.gumbel(size=logits.shape), axis=1)
            seen.append(states)
            done.append(actions)
            lives.append(alive)
            states, _, ended, cut_off, _ = self._envs.step(actions)
            alive = alive & ~ended & ~cut_off
        lives = np.array(lives)
        to_go = np.zeros(lives.shape)
        following = np.zeros(self.episodes)
        for t in reversed(range(len(lives))):
            following = to_go[t] = (1 + DISCOUNT * following) * lives[t]
        values = to_go[lives]
        return Episodes(
            np.array(seen, np.float32)[lives],
            np.array(done, np.int32)[lives],
            ((values - values.mean()) / (values.std() + 1e-8)).astype(np.float32),
            lives.sum(axis=0),
        )
