import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_augment.common.errors import UserError
from gan_augment.training.classmates import ClassmateTrainer

LABELS = np.array([2, 0, 1, 0, 2, 1, 0, 2, 0, 2, 0], np.int32)  # 5, 2 and 4 images


class Summed:
    log_names = ("sum",)

    def __init__(self):
        self.step = keras.Variable(0, dtype="int64")

    def train_step(self, batch):
        images, others = batch
        self.step.assign_add(1)
        return {"sum": tf.reduce_sum(images * others)}


@pytest.fixture(scope="module")
def trainer():
    images = (
        np.zeros([len(LABELS), 2, 2, 1], np.uint8)
        + np.arange(len(LABELS), dtype="u1")[:, None, None, None]
    )
    strategy = tf.distribute.get_strategy()
    return ClassmateTrainer(Summed(), images, LABELS, batch_size=4, seed=3, strategy=strategy)


def numbers(batch):
    """Say which images a batch is made of."""
    return np.rint((batch.numpy()[:, 0, 0, 0] + 1) * 127.5).astype(int)


def test_a_pair_is_two_images_of_a_class(trainer):
    pairs = [tuple(map(numbers, trainer.batch(step))) for step in range(60)]
    images, others = (np.concatenate(part) for part in zip(*pairs))
    np.testing.assert_array_equal(LABELS[images], LABELS[others])
    assert (images != others).all()
    assert np.ptp(np.bincount(images)) <= 1  # 240 = 21 epochs and nine images more


def test_every_classmate_is_as_likely(trainer):
    rows = tf.fill([40_000], 2)  # the third of the five
    others = trainer.classmates(rows, tf.constant([1, 2])).numpy()
    counts = np.bincount(others, minlength=len(LABELS))
    assert set(np.flatnonzero(counts)) == {0, 1, 3, 4}
    assert np.abs(counts[[0, 1, 3, 4]] / 10_000 - 1).max() < 0.05


def test_pairs_follow_from_seed_and_step(trainer):
    again = [numbers(trainer.batch(tf.constant(5, tf.int64))[1]) for _ in range(2)]
    np.testing.assert_array_equal(*again)
    drawn = {tuple(numbers(trainer.batch(step)[1])) for step in range(10)}
    assert len(drawn) == 10


def test_many_steps_are_one_call(trainer):
    expected = np.mean([np.sum(a.numpy() * b.numpy()) for a, b in map(trainer.batch, range(7))])
    assert trainer.run(7)["sum"] == pytest.approx(expected, rel=1e-5)
    assert trainer.model.step.numpy() == 7


def test_a_class_of_one_image_is_refused():
    images, labels = np.zeros([3, 2, 2, 1], np.uint8), np.array([0, 0, 1], np.int32)
    strategy = tf.distribute.get_strategy()
    with pytest.raises(UserError, match="some class has one only"):
        ClassmateTrainer(Summed(), images, labels, batch_size=2, seed=0, strategy=strategy)
