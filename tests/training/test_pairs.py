import functools

import keras
import numpy as np
import tensorflow as tf

from gan_augment.training.pairs import PairTrainer


class Silent:
    """A model that learns nothing."""

    log_names = ("sum",)

    def __init__(self):
        self.step = keras.Variable(0, dtype="int64")

    def train_step(self, batch):
        self.step.assign_add(1)
        return {"sum": tf.reduce_mean(batch[0]) + tf.reduce_mean(batch[1])}


def trainer(n_first=12, n_second=20, batch_size=4, seed=0, **options):
    """Images that are numbered, those of the second domain from 100 on."""
    numbers = np.concatenate([np.arange(n_first), 100 + np.arange(n_second)])
    images = np.tile(numbers[:, None, None, None], (1, 2, 2, 1)).astype(np.uint8)
    labels = (numbers >= 100).astype(np.int32)
    mixed = np.random.default_rng(0).permutation(len(images))
    return PairTrainer(
        Silent(),
        images[mixed],
        labels[mixed],
        batch_size=batch_size,
        seed=seed,
        strategy=tf.distribute.get_strategy(),
        **options,
    )


def numbers(batch):
    return np.rint((batch.numpy()[:, 0, 0, 0] + 1) * 127.5).astype(int)


def seen(trained, steps):
    pairs = [trained.batch(tf.constant(step, tf.int64)) for step in range(steps)]
    return tuple(np.concatenate([numbers(pair[k]) for pair in pairs]) for k in (0, 1))


def test_each_domain_walks_through_permutations_of_its_own():
    first, second = seen(trainer(), steps=15)
    for epoch in first.reshape(5, 12):
        assert sorted(epoch) == list(range(12))
    for epoch in second.reshape(3, 20):
        assert sorted(epoch) == list(range(100, 120))


def test_images_are_not_paired():
    first, second = seen(trainer(n_first=20), steps=200)
    partners = {}
    for a, b in zip(first, second):
        partners.setdefault(a, set()).add(b)
    assert all(len(others) > 10 for others in partners.values())
    assert (first != second - 100).mean() > 0.85  # the orders of the domains differ


def test_order_follows_from_the_seed_and_the_step():
    for a, b in zip(seen(trainer(seed=1), 4), seen(trainer(seed=1), 4)):
        np.testing.assert_array_equal(a, b)
    assert any((a != b).any() for a, b in zip(seen(trainer(seed=1), 4), seen(trainer(seed=2), 4)))


def test_a_batch_is_as_large_as_the_smaller_domain_allows():
    few = trainer(n_first=12, n_second=3, batch_size=8)
    first, second = few.batch(tf.constant(0, tf.int64))
    assert first.shape == second.shape == (3, 2, 2, 1)
    assert few.run(2)["sum"] < 0


def test_a_transform_changes_both_domains_and_every_step_anew():
    def brighter(images, seed):
        return images + tf.random.stateless_uniform([tf.shape(images)[0], 1, 1, 1], seed)

    plain, changed = trainer(batch_size=3), trainer(batch_size=3, transform=brighter)
    gains = []
    for step in (0, 1):
        step = tf.constant(step, tf.int64)
        pairs = zip(changed.batch(step), plain.batch(step))
        gains += [(a - b).numpy()[:, 0, 0, 0] for a, b in pairs]
    gains = np.concatenate(gains)
    assert len(np.unique(gains.round(6))) == 12
    share = functools.partial(changed.batch, tf.constant(0, tf.int64))
    whole, rows = share(), share(rows_of=lambda batch: batch[1:])
    np.testing.assert_array_equal(whole[1][1:], rows[1])  # a replica's rows of the same changes
