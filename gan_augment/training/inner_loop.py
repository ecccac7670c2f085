"""Gradient descent on a sequence of batches, and gradients through it, in bounded memory.

A step with momentum is v ← μ v + ∇L(θ), θ ← θ − η v. The gradient of a loss of the parameters that
come out, by batches, rates η, momenta μ and initial parameters, needs every step's activations in
reverse. Here only the states (θ, v) are kept, and each step is taken again when its turn comes:
memory is that of one step's activations, whatever their number. Everything is made of
`tf.while_loop` and belongs into a `tf.function`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import tensorflow as tf

Loss = Callable[..., tf.Tensor]


class Gradients(NamedTuple):
    """Derivatives of the sum of weighted outer losses."""

    losses: tf.Tensor
    """The outer loss after each step [n], 0 where its weight is 0."""
    parameters: tf.Tensor
    """By the initial parameters."""
    inputs: list[tf.Tensor]
    """By each of the inputs."""
    rates: tf.Tensor
    momenta: tf.Tensor


def descend(
    loss: Loss,
    state: tuple[tf.Tensor, tf.Tensor],
    inputs: Sequence[tf.Tensor],
    rates,
    momenta,
    first=0,
    last=None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Take the steps `first` to before `last` (default: all) from `state`, (θ [p], v [p]).

    Step t descends on `loss(θ, t, *batch)`, the batch being row t of each of `inputs`, [n, …].
    """
    last = tf.shape(rates)[0] if last is None else last

    def body(t, parameters, velocity):
        batch = [part[t] for part in inputs]
        return t + 1, *_step(loss, t, parameters, velocity, batch, rates[t], momenta[t])

    return tf.while_loop(lambda t, *_: t < last, body, (first, *state))[1:]


def at_rest(parameters) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the state in which a descent begins."""
    return parameters, tf.zeros_like(parameters)


def gradients_through(
    loss: Loss,
    outer: Loss,
    parameters,
    inputs: Sequence[tf.Tensor],
    rates,
    momenta,
    weights: Sequence[float],
    *,
    stride: int = 1,
) -> Gradients:
    """Differentiate Σ weights[t] · outer(θ after step t, t, *batch t) through the descent.

    `loss`, `inputs`, `rates` and `momenta` are those of `descend`, the inputs of floating type;
    the last weight must not be 0. States are kept every `stride` steps, and those between are made
    again when needed: √n keeps the fewest, 2 √n, for a quarter more arithmetic.
    """
    n, p = rates.shape[0], parameters.shape[0]
    dtype = parameters.dtype
    weights = tf.constant(weights, dtype)
    kept = _states(loss, at_rest(parameters), inputs, rates, momenta, n, stride)

    def outer_loss(t, after, batch):
        with tf.GradientTape() as tape:
            tape.watch([after, batch])
            value = outer(after, t, *batch)
        by_parameters, by_batch = tape.gradient(value, (after, batch), unconnected_gradients="zero")
        return value, by_parameters, *by_batch

    def no_loss(after, batch):
        return tf.zeros([], dtype), tf.zeros_like(after), *map(tf.zeros_like, batch)

    def backward(t, before, adjoint):
        """From the adjoint of the state after step t to that of the state before it."""
        batch = [part[t] for part in inputs]
        sources = (*before, *batch, rates[t], momenta[t])
        with tf.GradientTape() as tape:
            tape.watch(sources)
            after = _step(loss, t, *before, batch, *sources[-2:])
        value, of_after, *of_batch = tf.cond(
            weights[t] != 0,
            lambda: outer_loss(t, after[0], batch),
            lambda: no_loss(after[0], batch),
        )
        adjoint = (adjoint[0] + weights[t] * of_after, adjoint[1])
        found = list(tape.gradient(after, sources, output_gradients=adjoint))
        for i, direct in enumerate(of_batch, 2):
            found[i] += weights[t] * direct
        return value, found

    def segment(s, adjoint, arrays):
        first = s * stride
        count = tf.minimum(stride, n - first)
        start = tuple(tf.unstack(tf.reshape(kept.read(s), [2, p])))
        states = _states(loss, start, inputs, rates, momenta, first + count, 1, first, stride)

        def body(t, adjoint, arrays):
            before = tuple(tf.unstack(tf.reshape(states.read(t - first), [2, p])))
            value, found = backward(t, before, adjoint)
            arrays = [a.write(t, x) for a, x in zip(arrays, (value, *found[2:]))]
            return t - 1, tuple(found[:2]), arrays

        _, adjoint, arrays = tf.while_loop(
            lambda t, *_: t >= first, body, (first + count - 1, adjoint, arrays)
        )
        return s - 1, adjoint, arrays

    shapes = [[], *(part.shape[1:] for part in inputs), [], []]
    arrays = [tf.TensorArray(dtype, n, element_shape=shape) for shape in shapes]
    _, adjoint, arrays = tf.while_loop(
        lambda s, *_: s >= 0,
        segment,
        (-(-n // stride) - 1, (tf.zeros_like(parameters),) * 2, arrays),
    )
    losses, *by_inputs, by_rates, by_momenta = (array.stack() for array in arrays)
    return Gradients(losses, adjoint[0], by_inputs, by_rates, by_momenta)


def gradients_by_one_tape(
    loss: Loss,
    outer: Loss,
    parameters,
    inputs: Sequence[tf.Tensor],
    rates,
    momenta,
    weights: Sequence[float],
) -> Gradients:
    """Do the same with everything kept: for comparison. Memory grows with the steps."""
    n = rates.shape[0]
    sources = (parameters, list(inputs), rates, momenta)
    with tf.GradientTape() as tape:
        tape.watch(sources)
        state, losses, first = at_rest(parameters), [], 0
        for t in (t for t in range(n) if weights[t] != 0):
            state = descend(loss, state, inputs, rates, momenta, first, t + 1)
            losses.append((t, outer(state[0], t, *(part[t] for part in inputs))))
            first = t + 1
        total = tf.add_n([weights[t] * value for t, value in losses])
    found = tape.gradient(total, sources)
    values = tf.scatter_nd([[t] for t, _ in losses], [value for _, value in losses], [n])
    return Gradients(values, *found)


def _step(loss: Loss, t, parameters, velocity, batch, rate, momentum):
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        value = loss(parameters, t, *batch)
    velocity = momentum * velocity + tape.gradient(value, parameters)
    return parameters - rate * velocity, velocity


def _states(loss, state, inputs, rates, momenta, last, every, first=0, size=None):
    """Return the states before steps first, first + every, … < last, as an array of [2 p]."""
    size = -(-last // every) if size is None else size
    array = tf.TensorArray(state[0].dtype, size, element_shape=[2 * state[0].shape[0]])

    def body(t, state, array):
        array = array.write((t - first) // every, tf.concat(state, 0))
        following = t + every
        stop = tf.where(following < last, following, t)  # after the last one kept: no step
        return following, descend(loss, state, inputs, rates, momenta, t, stop), array

    return tf.while_loop(lambda t, *_: t < last, body, (first, state, array))[2]
