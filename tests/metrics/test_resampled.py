import numpy as np
import pytest
from scipy import stats

from gan_augment.metrics.resampled import over_splits_and_images


def width(found):
    return found.high - found.low


def test_trainings_that_agree_leave_the_chance_in_images():
    rng = np.random.default_rng(1)
    images = rng.choice([-1.0, 0.0, 1.0], 200, p=[0.1, 0.7, 0.2])
    found = over_splits_and_images([images] * 3, [np.arange(200)] * 3)
    assert found.mean == pytest.approx(images.mean())
    assert found.p_value == pytest.approx(stats.ttest_1samp(images, 0).pvalue)
    assert width(found) / 2 == pytest.approx(stats.t.ppf(0.975, 199) * stats.sem(images))


def test_images_that_agree_leave_the_chance_in_trainings():
    means = np.array([0.01, 0.03, 0.02, 0.05])
    # the same for all images of a split: so the share of images is 0 only for splits in common
    found = over_splits_and_images([np.full(500, m) for m in means], [np.arange(500)] * 4)
    low, high = stats.t.interval(0.95, 3, means.mean(), stats.sem(means))
    assert (found.low, found.high) == pytest.approx((low, high))


def test_copies_and_views_of_one_object_count_once():
    images = np.random.default_rng(2).choice([-1.0, 0.0, 1.0], 40)
    alone = over_splits_and_images([images] * 2, [np.arange(40)] * 2)
    views = np.repeat(images, 10)
    taken_for_more = over_splits_and_images([views] * 2, [np.arange(400)] * 2)
    together = over_splits_and_images([views] * 2, [np.arange(40).repeat(10)] * 2)
    assert width(together) == pytest.approx(width(alone))
    assert width(taken_for_more) < width(alone) / 2


def test_weights_make_a_mean_of_recalls():
    differences = np.array([0.5, 0.5, 0.0, 0.0, 0.0, 1.0])
    weights = np.array([1.5, 1.5, 0.75, 0.75, 0.75, 0.75])  # classes of two and of four
    found = over_splits_and_images([differences] * 2, [np.arange(6)] * 2, [weights] * 2)
    assert found.mean == pytest.approx((0.5 + 0.25) / 2)


def test_intervals_cover_the_truth_over_splits_of_one_set_and_are_not_absurd():
    # Half of what decides an answer is the image, the rest the split's training. Truth: 0.
    rng = np.random.default_rng(0)
    covered, widths, errors = 0, [], []
    for _ in range(400):
        images = rng.standard_normal(100)
        parts = [rng.permutation(100)[:25] for _ in range(5)]
        found = over_splits_and_images(
            [images[rows] + 0.1 * rng.standard_normal() for rows in parts], parts
        )
        covered += found.low <= 0 <= found.high
        widths.append(width(found) / 2)
        errors.append(found.mean)
    assert covered > 0.94 * 400
    assert np.mean(widths) < 4 * np.std(errors)


def test_one_split_gives_no_interval():
    found = over_splits_and_images([np.array([0.1, 0.3])], [np.arange(2)])
    assert found.mean == pytest.approx(0.2)
    assert np.isnan([found.low, found.high, found.p_value]).all()


def test_no_difference_at_all_is_sure():
    found = over_splits_and_images([np.zeros(9)] * 2, [np.arange(9)] * 2)
    assert (found.low, found.high, found.p_value) == (0.0, 0.0, 1.0)
