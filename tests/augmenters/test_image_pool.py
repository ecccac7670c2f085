import numpy as np
import pytest
import tensorflow as tf

from gan_augment.augmenters.image_pool import ImagePool
from gan_augment.training.noise import step_seed


def run(pool, steps, batch=1, seed=0):
    """Give the pool images that are numbered; return what it handed back, [steps, batch]."""
    ask = tf.function(lambda images, step: pool(images, step_seed(seed, step)))
    found = []
    for step in range(steps):
        ids = np.arange(batch * step, batch * (step + 1), dtype=np.float32)
        images = tf.constant(np.tile(ids[:, None, None, None], (1, 2, 2, 1)))
        answer = ask(images, tf.constant(step)).numpy()
        assert (answer == answer[:, :1, :1]).all()  # whole images
        found.append(answer[:, 0, 0, 0])
    return np.array(found).astype(int)


def test_until_it_is_full_images_come_back_as_they_are():
    found = run(ImagePool((2, 2, 1), 6), steps=3, batch=2)
    np.testing.assert_array_equal(found, np.arange(6).reshape(3, 2))


@pytest.mark.parametrize("batch", [1, 7])
def test_once_it_is_full_half_of_the_images_are_old(batch):
    pool, steps = ImagePool((2, 2, 1), 50), 2100 // batch
    found = run(pool, steps, batch)
    fresh = np.arange(found.size).reshape(found.shape)
    full = -(-50 // batch)
    found, fresh = found[full:].ravel(), fresh[full:].ravel()
    old = found != fresh
    assert (found[old] < fresh[old]).all()
    assert abs(old.mean() - 0.5) < 4.5 * np.sqrt(0.25 / len(old))
    # What was handed back is gone: nothing is handed back twice.
    assert len(set(found[old])) == old.sum()
    # A place is taken with probability 1/2 · 1/50, so an image waits for 100 others.
    late = old & (fresh > 1000)
    assert 80 < (fresh[late] - found[late]).mean() < 115


def test_memory_does_not_grow_and_the_pool_holds_what_it_was_given():
    pool = ImagePool((2, 2, 1), 5)
    run(pool, steps=40, batch=3)
    assert [tuple(weight.shape) for weight in pool.weights] == [(5, 2, 2, 1), ()]
    kept = pool.kept.numpy()[:, 0, 0, 0]
    assert len(set(kept)) == 5
    assert set(kept) <= set(range(120))


def test_equal_seeds_are_equal():
    first, again, other = (run(ImagePool((2, 2, 1), 4), 30, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_without_a_pool_every_image_is_new():
    pool = ImagePool((2, 2, 1), 0)
    np.testing.assert_array_equal(run(pool, 4, 2), np.arange(8).reshape(4, 2))
    assert pool.weights == []
