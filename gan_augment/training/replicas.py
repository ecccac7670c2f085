"""Sums and means over the replicas of a strategy, from inside one of them."""

from collections.abc import Sequence

import keras
import tensorflow as tf


def replicas_in_sync() -> int:
    """Return how many replicas train together; 1 outside of a strategy."""
    return tf.distribute.get_replica_context().num_replicas_in_sync


def mean_over_replicas(tensors: Sequence[tf.Tensor]) -> list[tf.Tensor]:
    """Return each tensor's mean over the replicas, the same on all of them."""
    if replicas_in_sync() == 1:
        return list(tensors)
    context = tf.distribute.get_replica_context()
    return context.all_reduce(tf.distribute.ReduceOp.MEAN, list(tensors))


def apply_mean(
    optimizer: keras.optimizers.Optimizer,
    gradients: Sequence[tf.Tensor],
    variables: Sequence[keras.Variable],
) -> None:
    """Apply the mean of all replicas' gradients; each gives those of the mean over its part."""
    replicas = replicas_in_sync()
    if replicas > 1:  # applying gradients sums over replicas
        gradients = [gradient / replicas for gradient in gradients]
    optimizer.apply_gradients(zip(gradients, variables))


def all_rows(tensor: tf.Tensor) -> tf.Tensor:
    """Return the rows of all replicas, [n, …] → [n·R, …]; `noise.replica_rows` takes ours again."""
    if replicas_in_sync() == 1:
        return tensor
    return tf.distribute.get_replica_context().all_gather(tensor, axis=0)
