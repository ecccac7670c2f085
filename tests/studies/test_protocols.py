import functools

import numpy as np
import pytest

from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages
from gan_augment.studies.arms import ARMS
from gan_augment.studies.protocols import ARM_NAMES, GENERATED_ARMS, PROTOCOLS, shown_steps


def test_protocols_take_the_numbers_of_the_report():
    images = LabeledImages(np.zeros([50_000, 1, 1, 1], np.uint8), np.zeros(50_000, np.int32), "x")
    for name, sizes in (("report", (12_288, 3_072)), ("corrected", (45_000, 5_000))):
        parts = PROTOCOLS[name].split(images, 0)
        assert tuple(map(len, parts)) == sizes
    assert PROTOCOLS["report"].degrees == pytest.approx(7.16, abs=0.01)
    with pytest.raises(UserError, match="too few"):
        PROTOCOLS["report"].split(images.take(np.arange(5)), 0)


def test_rotated_images_are_real_ones_turned_as_far_as_the_protocol_says(blobs):
    real = blobs(12)
    distances = {}
    for name, protocol in PROTOCOLS.items():
        images = protocol.arms()["rotation"].training_set(real, None, 0.5, 0)
        np.testing.assert_array_equal(images.images[:12], real.images)
        assert images.counts().tolist() == [6, 6, 6]
        changes = np.abs(images.images[12:, None].astype(int) - real.images)
        distances[name] = changes.mean(axis=(2, 3, 4)).min(axis=1).mean()  # from the nearest
    assert distances["corrected"] > 1.5 * distances["report"] > 0


def test_arms_with_generated_images_are_those_that_need_them():
    arms = PROTOCOLS["report"].arms()
    assert tuple(name for name in ARM_NAMES if arms[name].synthetic) == GENERATED_ARMS
    assert {name for name in ARM_NAMES if arms[name].transform} == {"affine", "gan+affine"}
    assert set(ARM_NAMES) - set(ARMS) == {"rotation"}


def test_pictures_are_of_the_reported_epochs_or_of_their_shares_of_a_shorter_training():
    at = functools.partial(shown_steps, per_epoch=704)
    assert at(400 * 704) == (10 * 704, 50 * 704, 100 * 704, 400 * 704)
    assert at(800 * 704) == (10 * 704, 50 * 704, 100 * 704, 400 * 704)
    assert at(4000) == (100, 500, 1000, 4000)
    assert at(8000) == (200, 1000, 2000, 10 * 704, 8000)
    assert at(1) == (1,)
