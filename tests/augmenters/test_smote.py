import sys

import numpy as np
import pytest

from gan_augment.augmenters.base import generate
from gan_augment.augmenters.smote import Smote
from gan_augment.common.errors import UserError
from gan_augment.common.seeds import derive_seed
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


def test_images_are_those_of_the_package_on_all_classes():
    from imblearn.over_sampling import SMOTE

    pixels = np.random.default_rng(0).integers(0, 256, (30, 4, 4, 1), dtype=np.uint8)
    real = LabeledImages(pixels, np.repeat(np.int32([0, 1, 2]), [4, 20, 6]), ("a", "b", "c"))
    made = generate(Smote().fit(real), 64, seed=5)
    for label, neighbours in ((0, 3), (2, 5)):
        few = int(real.counts()[label])
        sampler = SMOTE(
            sampling_strategy={label: few + 64},
            k_neighbors=neighbours,
            random_state=derive_seed(5, label, 0),
        )
        theirs, _ = sampler.fit_resample(real.scaled().reshape(30, -1), real.labels)
        expected = LabeledImages.from_scaled(theirs[30:].reshape(64, 4, 4, 1), [label] * 64, "abc")
        np.testing.assert_array_equal(made.of_class(label).images, expected.images)


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
