import numpy as np
import pytest
from scipy import stats

from gan_augment.metrics.resampled import over_splits, over_trainings_and_images


def test_without_test_images_in_proportion_it_is_the_t_interval():
    means = np.array([0.01, 0.03, 0.02, 0.05])
    found = over_splits([np.array([m - 0.01, m + 0.01]) for m in means], 0.0)
    low, high = stats.t.interval(0.95, 3, means.mean(), stats.sem(means))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.p_value == pytest.approx(stats.ttest_1samp(means, 0).pvalue)
    assert (found.n_members, found.n_gan_seeds) == (8, 4)


def test_shared_images_widen_it_by_the_factor_of_nadeau_and_bengio():
    parts = [np.array([m]) for m in (0.01, 0.03, 0.02, 0.05)]
    narrow, wide = over_splits(parts, 0.0), over_splits(parts, 0.25)
    widths = [each.high - each.low for each in (narrow, wide)]
    assert widths[1] / widths[0] == pytest.approx(np.sqrt((1 / 4 + 0.25) / (1 / 4)))


def test_corrected_intervals_of_overlapping_splits_cover_and_plain_ones_do_not():
    # The mean of a sample's part, over splits of the sample: truth 0.
    rng = np.random.default_rng(0)
    covered = {0.0: 0, 0.25: 0}
    for _ in range(400):
        sample = rng.standard_normal(50)
        parts = [rng.permutation(sample)[:10].mean(keepdims=True) for _ in range(10)]
        for share in covered:
            found = over_splits(parts, share)
            covered[share] += found.low <= 0 <= found.high
    assert covered[0.0] < 0.85 * 400
    assert covered[0.25] > 0.9 * 400


def test_one_split_gives_no_interval():
    found = over_splits([np.array([0.1, 0.3])], 0.2)
    assert found.mean == pytest.approx(0.2)
    assert np.isnan([found.low, found.high, found.p_value]).all()


def test_a_shared_test_part_counts_its_images_as_chance_too():
    rng = np.random.default_rng(1)
    images = rng.choice([-1.0, 0.0, 1.0], 200, p=[0.1, 0.7, 0.2])
    alike = np.tile(images, (3, 1))  # three trainings that agree in every answer
    found = over_trainings_and_images(alike)
    assert found.mean == pytest.approx(images.mean())
    half = stats.t.ppf(0.975, 2) * images.std(ddof=1) / np.sqrt(200)
    assert (found.high - found.low) / 2 == pytest.approx(half)


def test_one_training_on_a_shared_test_part_is_a_t_test_over_images():
    images = np.random.default_rng(2).choice([-1.0, 0.0, 1.0], 80)
    found = over_trainings_and_images(images[None])
    assert found.p_value == pytest.approx(stats.ttest_1samp(images, 0).pvalue)


def test_no_difference_at_all_is_sure():
    found = over_splits([np.zeros(2), np.zeros(2)], 0.25)
    assert (found.low, found.high, found.p_value) == (0.0, 0.0, 1.0)
