import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_augment.common.errors import UserError
from gan_augment.training.loop import Trainer, batch_rows, steps_of_epochs


class Recorder:
    """A model whose training step only tells what it saw."""

    log_names = ("mean", "step")

    def __init__(self):
        self.step = keras.Variable(0, dtype="int64")

    def train_step(self, batch):
        step = tf.identity(self.step.value)
        self.step.assign_add(1)
        return {"mean": tf.reduce_mean(batch), "step": step}


def rows(n, batch_size, steps, seed=0):
    compiled = tf.function(lambda step: batch_rows(step, batch_size, n, seed))
    return np.concatenate([compiled(tf.constant(s, tf.int64)).numpy() for s in range(steps)])


def test_every_epoch_is_a_permutation_whatever_the_batch_size():
    seen = rows(n=50, batch_size=16, steps=25)  # 8 epochs, borders inside batches
    epochs = seen.reshape(8, 50)
    assert all(sorted(epoch) == list(range(50)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 8


def test_order_follows_from_the_seed():
    assert (rows(50, 16, 3, seed=1) == rows(50, 16, 3, seed=1)).all()
    assert (rows(50, 16, 3, seed=1) != rows(50, 16, 3, seed=2)).any()


def test_orders_look_random():
    orders = rows(n=10, batch_size=5, steps=4000).reshape(2000, 10)
    for counts in (np.bincount(orders[:, 0]), np.bincount((orders[:, 0] - orders[:, 1]) % 10)[1:]):
        assert abs(counts - counts.mean()).max() < 4.5 * np.sqrt(counts.mean())
    assert (orders[1:, 0] == orders[:-1, 0]).mean() == pytest.approx(0.1, abs=0.03)


def test_logs_are_means_over_the_steps_of_a_call():
    images = np.full([8, 2, 2, 1], 255, np.uint8)
    trainer = Trainer(
        Recorder(), images, batch_size=4, seed=0, strategy=tf.distribute.get_strategy()
    )
    assert trainer.run(3) == {"mean": 1.0, "step": 1.0}
    assert trainer.run(2) == {"mean": 1.0, "step": 3.5}


def test_fewer_images_than_a_batch_make_a_batch_of_all():
    images = np.zeros([5, 2, 2, 1], np.uint8)
    trainer = Trainer(
        Recorder(), images, batch_size=64, seed=0, strategy=tf.distribute.get_strategy()
    )
    assert trainer.batch_size == 5


def test_no_image_for_a_replica_is_refused():
    with pytest.raises(UserError, match="replicas"):
        Trainer(
            Recorder(),
            np.zeros([0, 2, 2, 1], np.uint8),
            batch_size=64,
            seed=0,
            strategy=tf.distribute.get_strategy(),
        )


@pytest.mark.parametrize(("n", "steps"), [(50, 2000), (64, 2000), (65, 2032), (100, 3125)])
def test_an_epoch_counts_images_seen(n, steps):
    assert steps_of_epochs(2000, n, 64) == steps


@pytest.mark.parametrize(("n", "replicas"), [(50, 3), (7, 2), (100, 5), (64, 4)])
def test_an_epoch_counts_images_seen_on_replicas_too(n, replicas):
    images = np.zeros([n, 2, 2, 1], np.uint8)
    strategy = types.SimpleNamespace(
        num_replicas_in_sync=replicas,
        run=lambda step, arguments: step(*arguments),
        reduce=lambda how, value, axis: value,
    )
    each = Trainer(Recorder(), images, batch_size=64, seed=0, strategy=strategy).batch_size
    steps = steps_of_epochs(10, n, 64, replicas)
    assert (steps - 1) * each < 10 * n <= steps * each


def test_epochs_of_fewer_images_than_replicas_are_refused():
    with pytest.raises(UserError, match="replicas"):
        steps_of_epochs(10, 2, 64, 3)
