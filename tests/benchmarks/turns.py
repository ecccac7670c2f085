"""What the benchmarks share: contenders that take turns."""

import os
import time

import tensorflow as tf


def measured(contenders, steps, turns):
    """Return the seconds of a step of each `run(steps)`, the best of its turns, by name.

    They take turns, so that a busy machine slows all of them. The first turn is for tracing and
    warming up; a contender that is None is left out.
    """
    contenders = {name: run for name, run in contenders.items() if run}
    best = dict.fromkeys(contenders, float("inf"))
    for turn in range(turns + 1):
        for name, run in contenders.items():
            start = time.perf_counter()
            run(steps)
            if turn:
                best[name] = min(best[name], (time.perf_counter() - start) / steps)
    return best


def print_load():
    """Print how busy the machine is."""
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def trainer(kind, model, *data, batch_size):
    """Return a function that trains our model on one device for some steps."""
    strategy = tf.distribute.get_strategy()
    return kind(model, *data, batch_size=batch_size, seed=0, strategy=strategy).run


def fitted(model, data):
    """Return a function that fits a compiled model for some steps of an endless data set."""
    return lambda steps: model.fit(data, steps_per_epoch=steps, shuffle=False, verbose=0)
