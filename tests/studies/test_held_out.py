import functools

import numpy as np
import pytest

from gan_augment.classifiers.small_cnn import small_cnn
from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages
from gan_augment.studies.held_out import HeldOutPairs, without

ATTRIBUTES = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)


def bars(n, seed=0):
    """Four classes of 12 × 12 images: a bar in a place of its own."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n, dtype=np.int32) % 4
    images = rng.integers(0, 60, (n, 12, 12, 1))
    for image, label in zip(images, labels):
        image[3 * label : 3 * label + 2] += 180
    return LabeledImages(images.astype(np.uint8), labels, tuple("wxyz"))


def pairs_of(train, test):
    build = functools.partial(small_cnn, (12, 12, 1), units=8)
    return HeldOutPairs(train, test, ATTRIBUTES, build, epochs=4, seed=0)


def test_encoders_never_see_an_image_of_the_held_out_pair():
    train, test = bars(80), bars(24, seed=1)
    pair = (1, 3)
    sets = pairs_of(train, test).sets(pair, [0, 5])
    found = sets[5]
    assert set(sets) == {0, 5}
    assert (sets[0].features != found.features).any()
    assert found.features.shape == (40 + 24, 8)
    assert found.seen.tolist() == [0, 2]
    assert found.unseen.tolist() == [1, 3]
    assert (found.attributes == ATTRIBUTES).all()
    assert (found.labels[40:] == test.labels).all()
    rows = np.concatenate([found.train, found.test_seen, found.test_unseen])
    assert sorted(rows.tolist()) == list(range(64))

    # Their training images might be anything, even fewer.
    images = train.images.copy()
    images[np.isin(train.labels, pair)] = 255
    other = LabeledImages(images, train.labels, train.class_names)
    other = other.take(np.flatnonzero((train.labels != 3) | (np.arange(80) < 40)))
    held_out = pairs_of(other, test)
    again = held_out.sets(pair, [5])[5]
    np.testing.assert_allclose(again.features, found.features, rtol=1e-4, atol=1e-5)
    # While those of seen classes matter; and one graph serves all pairs.
    assert (held_out.sets((0, 2), [5])[5].features[-24:] != found.features[-24:]).any()


def test_labels_of_what_remains_begin_at_0():
    left = without(bars(8), (0, 2))
    assert left.class_names == ("x", "z")
    assert left.labels.tolist() == [0, 1, 0, 1]
    assert (left.images == bars(8).images[1::2]).all()


def test_more_pairs_contain_fewer():
    pairs = pairs_of(bars(8), bars(8))
    assert len(set(pairs.pairs())) == 6
    assert pairs.pairs(2) == pairs.pairs(5)[:2]
    assert pairs.name((1, 3)) == "x and z"


def test_every_class_must_be_described():
    with pytest.raises(UserError, match="3 classes are described and the images have 4"):
        HeldOutPairs(bars(8), bars(8), ATTRIBUTES[:3], small_cnn, epochs=1, seed=0)
