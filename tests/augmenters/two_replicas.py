"""What the scripts *_on_replicas.py share: trainings on one device and on two, held together.

They are run by test_*on_replicas.py in processes of their own, for devices must be set before
TensorFlow starts. Their optimisers are forms of gradient descent and not Adam, which would make
equal steps of almost equal gradients.
"""

import json

import numpy as np
import tensorflow as tf

from gan_augment.common.errors import UserError


def one_and_two():
    """Return the strategy of one device and that of two replicas."""
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    return tf.distribute.get_strategy(), tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def values(variables):
    return [variable.numpy() for variable in variables]


def compare(**cases):
    """Print of each `trained(strategy) → arrays before, arrays after, logs` how it fared, as JSON.

    "moved": the largest change of a number by training; "apart": the largest difference between
    one device and two; "logs_apart": that of the logs, of those above 1 as a share. Or "refused",
    a `UserError`.
    """
    strategies, outcomes = one_and_two(), {}
    for name, trained in cases.items():
        try:
            (before, one, logs), (_, two, logs_of_two) = map(trained, strategies)
        except UserError as error:
            outcomes[name] = {"refused": str(error)}
            continue
        shares = (abs(logs[k] - logs_of_two[k]) / max(1, abs(logs[k])) for k in logs)
        outcomes[name] = {
            "moved": furthest(before, one),
            "apart": furthest(one, two),
            "logs_apart": max(shares),
        }
    print("RESULT", json.dumps(outcomes))


def furthest(first, second):
    return max(float(np.abs(a - b).max()) for a, b in zip(first, second, strict=True))
