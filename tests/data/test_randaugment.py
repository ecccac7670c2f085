import numpy as np
import pytest
import tensorflow as tf

from gan_augment.data.randaugment import CHANGES, randaugment

SEED = tf.constant([3, 4])


def pictures(n, channels=3, seed=0):
    rng = np.random.default_rng(seed)
    smooth = rng.uniform(-0.8, 0.8, [n, 4, 4, channels]).repeat(4, 1).repeat(4, 2)
    return tf.constant(smooth, tf.float32)


@pytest.mark.parametrize("channels", [1, 3])
def test_shape_and_range_stay_and_most_images_change(channels):
    images = pictures(60, channels)
    changed = randaugment(changes=1)(images, SEED)
    assert changed.shape == images.shape
    assert np.abs(changed).max() <= 1
    differs = np.abs(changed - images).max(axis=(1, 2, 3)) > 1e-3
    assert 0.7 < differs.mean() < 1


def test_the_same_seed_gives_the_same_change_and_each_image_its_own():
    images = tf.repeat(pictures(1), 40, axis=0)
    first, again, other = (randaugment()(images, s) for s in (SEED, SEED, SEED + 1))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1
    assert len({image.tobytes() for image in first.numpy().round(3)}) > 10


def test_without_strength_only_autocontrast_changes_anything():
    images = pictures(200, 1)
    changed = randaugment(1, 0.0)(images, SEED).numpy()
    differs = np.abs(changed - images).max(axis=(1, 2, 3)) > 0.01
    assert 0 < differs.mean() < 3 / len(CHANGES)
    np.testing.assert_allclose(changed[differs].min(axis=(1, 2, 3)), -1, atol=1e-5)
    np.testing.assert_allclose(changed[differs].max(axis=(1, 2, 3)), 1, atol=1e-5)


def test_more_strength_changes_more():
    images = pictures(200)
    far = [np.abs(randaugment(2, m)(images, SEED) - images).mean() for m in (0.1, 0.5, 1.0)]
    assert far[0] < far[1] < far[2]


def test_it_works_in_a_graph_with_batches_of_any_size():
    graph = tf.function(
        randaugment(),
        input_signature=[tf.TensorSpec([None, 16, 16, 3]), tf.TensorSpec([2], tf.int32)],
    )
    assert graph(pictures(3), SEED).shape == (3, 16, 16, 3)


@pytest.mark.parametrize("options", [{"changes": 0}, {"magnitude": 1.5}, {"fill": "odd"}])
def test_senseless_options_are_refused(options):
    with pytest.raises(ValueError, match=r"RandAugment|fill"):
        randaugment(**options)
