import sys

import numpy as np
import pytest

from gan_augment.augmenters.base import generate
from gan_augment.augmenters.smote import Smote
from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages


def pictures(*counts):
    """Images of class k between 80 k and 80 k + 40, each all of one value."""
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.int32)
    place = np.concatenate([np.linspace(0, 40, n) for n in counts if n])
    values = np.rint(80 * labels + place).astype(np.uint8)
    pixels = np.broadcast_to(values[:, None, None, None], (len(labels), 4, 4, 1)).copy()
    return LabeledImages(pixels, labels, tuple(f"{k}" for k in range(len(counts))))


def test_new_images_lie_between_two_of_their_class():
    made = generate(Smote().fit(pictures(2, 9)), 30, seed=0)
    assert made.counts().tolist() == [30, 30]
    for label in (0, 1):
        values = made.of_class(label).images
        assert (values == values[:, :1, :1]).all()  # a mixture of two is of one value, too
        assert 80 * label <= values.min() < values.max() <= 80 * label + 40
        assert len(np.unique(values)) > 5


def test_only_the_nearest_neighbours_are_mixed():
    pixels = np.repeat(np.uint8([0, 10, 200, 210]), 16).reshape(4, 4, 4, 1)
    real = LabeledImages(pixels, np.zeros(4, np.int32), ("a",))
    values = generate(Smote(neighbours=1).fit(real), 40, seed=0).images
    assert not ((values > 10) & (values < 200)).any()


def test_equal_seeds_are_equal_and_more_begin_with_fewer():
    augmenter = Smote().fit(pictures(5, 7, 0))
    many = generate(augmenter, 70, seed=1)
    assert many.counts().tolist() == [70, 70, 0]
    assert many.content_hash() == generate(augmenter, 70, seed=1).content_hash()
    assert many.content_hash() != generate(augmenter, 70, seed=2).content_hash()
    few = generate(augmenter, 3, seed=1)
    for label in (0, 1):
        np.testing.assert_array_equal(few.of_class(label).images, many.of_class(label).images[:3])


def test_a_single_image_is_refused():
    with pytest.raises(UserError, match="class '1' has 1 image and SMOTE needs 2"):
        Smote().fit(pictures(3, 1))


def test_without_its_package_one_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "imblearn.over_sampling", None)
    with pytest.raises(UserError, match=r"pip install 'gan-augment\[imbalance\]'"):
        Smote()
