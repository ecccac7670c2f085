import functools

import numpy as np
import pytest

from gan_augment.augmenters.points import points_gan
from gan_augment.studies.ring import CENTRES, DEVIATION, Ring, quality, ring


def test_real_points_are_judged_as_such():
    judged = quality(ring(5000, seed=1))
    assert judged.modes == 8
    # Of a Gaussian in the plane, exp(-9/2) lies beyond three standard deviations.
    assert judged.high_quality == pytest.approx(1 - np.exp(-4.5), abs=0.005)
    assert judged.distance == pytest.approx(np.sqrt(2 * np.log(2)), abs=0.05)


def test_one_mode_the_centre_and_no_number_are_judged_too():
    one = CENTRES[2] + DEVIATION * np.random.default_rng(0).standard_normal((500, 2))
    assert quality(one).modes == 1
    assert quality(np.zeros([100, 2])).high_quality == 0
    assert quality(np.full([100, 2], np.nan)).modes == 0


def test_a_ring_is_done_once_and_equal_seeds_give_equal_samples(tmp_path):
    builds = {"none": functools.partial(points_gan, 2, units=8)}
    first = Ring(tmp_path / "a", steps=7, seed=3)
    first.run(builds, gan_seed=0)
    scores = first.scores()
    assert list(scores["step"]) == [1, 2, 4, 5, 7]
    assert first.samples()["none"].shape == (5, 2500, 2)

    def never(**options):
        raise AssertionError("done before")

    again = Ring(tmp_path / "a", steps=7, seed=3)
    again.run({"none": never}, gan_seed=0)
    other = Ring(tmp_path / "b", steps=7, seed=3)
    other.run(builds, gan_seed=0)
    np.testing.assert_array_equal(again.samples()["none"], other.samples()["none"])
    assert again.scores().equals(other.scores())
