import functools
import math

import numpy as np
import pytest

from gan_augment.classifiers import Members
from gan_augment.classifiers.small_cnn import small_cnn
from gan_augment.common.errors import UserError
from gan_augment.data import LabeledImages


def test_layers_are_those_of_the_report():
    model = small_cnn((64, 64, 3), 2, seed=0)
    assert model.get_layer("conv1").kernel.shape == (5, 5, 3, 16)
    assert model.get_layer("conv2").kernel.shape == (3, 3, 16, 8)
    assert model.get_layer("hidden").kernel.shape == (14 * 14 * 8, 64)
    assert model.output_shape == (None, 2)
    limit = (5 * 5 * 3) ** -0.5
    kernel = model.get_layer("conv1").kernel.numpy()
    assert 0.95 * limit < np.abs(kernel).max() <= limit


def test_weights_follow_from_the_seed():
    first, again, other = (small_cnn((16, 16, 1), 3, seed=s) for s in (1, 1, 2))
    for a, b, c in zip(first.get_weights(), again.get_weights(), other.get_weights()):
        np.testing.assert_array_equal(a, b)
        assert (a != c).any()


def bright_and_dark(n):
    labels = np.arange(n, dtype=np.int32) % 2
    images = np.zeros([n, 12, 12, 1], np.uint8)
    images[labels == 1] = 255
    return LabeledImages(images, labels, ("dark", "bright"))


@pytest.mark.parametrize(("softmax", "floor"), [(True, math.log(1 + math.exp(-1))), (False, 0)])
def test_a_softmax_in_front_of_the_loss_keeps_it_up(softmax, floor):
    build = functools.partial(small_cnn, (12, 12, 1), 2, softmax=softmax)
    train = bright_and_dark(16)
    history = Members(build, lanes=1, batch_size=4).train(
        train, {"test": train}, seeds=[0], epochs=40
    )
    assert history.train_accuracy[0, -1] == 1
    assert history.train_confusion[0, -1].tolist() == [[8, 0], [0, 8]]
    assert floor < history.loss[0, -1] < floor + 0.05
    assert history.losses["test"][0, -1] == pytest.approx(history.loss[0, -1], abs=0.02)


def test_small_images_are_refused():
    with pytest.raises(UserError, match="12 × 12"):
        small_cnn((11, 12, 3), 2, seed=0)
