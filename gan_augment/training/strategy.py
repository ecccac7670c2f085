"""The `tf.distribute` strategy, found and not asked for."""

import os

import tensorflow as tf


def find_strategy() -> tf.distribute.Strategy:
    """Return the strategy that this process should train with.

    With `TF_CONFIG` set, MultiWorkerMirroredStrategy; with several GPUs, MirroredStrategy on all
    of them; else the default one for a single device.
    """
    if os.environ.get("TF_CONFIG"):
        return tf.distribute.MultiWorkerMirroredStrategy()
    if len(tf.config.list_logical_devices("GPU")) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Whether this process is the one that writes files: the chief, worker 0, or the only one."""
    resolver = strategy.cluster_resolver
    if resolver is None or resolver.task_type in (None, "chief"):
        return True
    return resolver.task_id == 0 and "chief" not in resolver.cluster_spec().jobs
