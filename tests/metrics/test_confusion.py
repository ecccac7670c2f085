import numpy as np
import pytest

from gan_augment.data.images import LabeledImages
from gan_augment.metrics.confusion import confusion, summary


def test_counts_by_class_and_guess():
    labels = np.array([0, 0, 1, 2, 2, 2], np.int32)
    images = LabeledImages(np.zeros([6, 2, 2, 1], np.uint8), labels, ("a", "b", "c"))
    guesses = np.array([[0, 1, 1, 2, 0, 2], [0, 0, 1, 2, 2, 2]], np.int16)
    found = confusion(images, guesses)
    assert found[0].tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 2]]
    assert found[1].tolist() == [[2, 0, 0], [0, 1, 0], [0, 0, 3]]


def test_metrics_are_means_over_classes():
    found = summary(np.array([[3, 1], [2, 4]]))
    assert found["accuracy"] == pytest.approx(0.7)
    assert found["precision"] == pytest.approx((3 / 5 + 4 / 5) / 2)
    assert found["recall"] == pytest.approx((3 / 4 + 4 / 6) / 2)
    assert found["f1"] == pytest.approx((6 / 9 + 8 / 11) / 2)
    assert found["least_recall"] == pytest.approx(4 / 6)
    np.testing.assert_allclose(found["recalls"], [3 / 4, 4 / 6])


def test_everything_called_a_cow_shows_at_once():
    found = summary(np.array([[[41, 0], [41, 0]], [[41, 0], [0, 41]]]))
    assert found["accuracy"].tolist() == [0.5, 1]
    assert found["least_recall"].tolist() == [0, 1]
    assert found["precision"].tolist() == [0.25, 1]


def test_a_class_without_images_does_not_count():
    found = summary(np.array([[2, 0, 1], [0, 3, 0], [0, 0, 0]]))
    assert found["recall"] == pytest.approx((2 / 3 + 1) / 2)
    assert found["least_recall"] == pytest.approx(2 / 3)
