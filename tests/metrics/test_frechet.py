import subprocess
import sys

import numpy as np
import pytest
from scipy import linalg

from gan_augment.metrics.frechet import FeatureStatistics, frechet_distance

MANY = 1_000_001  # n − 1 a round number


def gaussian(mean, covariance, n=MANY):
    """Statistics that have exactly this mean and covariance."""
    factor = linalg.cholesky(np.asarray(covariance, float)) * np.sqrt(n - 1)
    return FeatureStatistics(n, np.asarray(mean, float), factor)


def random_covariance(rng, d):
    return np.cov(rng.normal(size=(3 * d, d)) @ rng.normal(size=(d, d)), rowvar=False)


def test_diagonal_covariances():
    a = gaussian([0, 1, 2], np.diag([1.0, 4.0, 9.0]))
    b = gaussian([2, 1, 0], np.diag([4.0, 4.0, 1.0]))
    # ‖μ₁ − μ₂‖² + Σ (σ₁ − σ₂)² = 8 + 1 + 0 + 4
    assert frechet_distance(a, b) == pytest.approx(13, rel=1e-12)


def test_full_covariances_in_two_dimensions():
    # tr √M of a 2 × 2 matrix is √(tr M + 2 √det M).
    first, second = np.array([[2.0, 0.6], [0.6, 1.0]]), np.array([[1.0, -0.4], [-0.4, 3.0]])
    product = first @ second
    root = np.sqrt(np.trace(product) + 2 * np.sqrt(np.linalg.det(product)))
    expected = 25 + np.trace(first + second) - 2 * root
    found = frechet_distance(gaussian([3, 0], first), gaussian([0, 4], second))
    assert found == pytest.approx(expected, rel=1e-12)


def test_full_covariances_agree_with_the_matrix_square_root():
    rng = np.random.default_rng(0)
    first, second = random_covariance(rng, 20), random_covariance(rng, 20)
    root = linalg.sqrtm(linalg.sqrtm(first) @ second @ linalg.sqrtm(first))
    expected = np.trace(first) + np.trace(second) - 2 * np.trace(root)
    found = frechet_distance(gaussian(np.zeros(20), first), gaussian(np.zeros(20), second))
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("n", [5, 40, 400])
def test_equal_statistics_are_at_no_distance(n):
    features = np.random.default_rng(n).normal(3, 2, (n, 30))
    statistics = FeatureStatistics.of(features)
    assert frechet_distance(statistics, statistics) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("n", "m"), [(8, 300), (12, 9), (300, 200)])
def test_rotating_and_shifting_both_changes_nothing(n, m):
    rng = np.random.default_rng(0)
    x, y = rng.normal(0, 1, (n, 25)), rng.gamma(2, 1, (m, 25))
    rotation = linalg.qr(rng.normal(size=(25, 25)))[0]
    before = frechet_distance(FeatureStatistics.of(x), FeatureStatistics.of(y))
    x, y = x @ rotation + 7, y @ rotation + 7
    after = frechet_distance(FeatureStatistics.of(x), FeatureStatistics.of(y))
    assert after == pytest.approx(before, rel=1e-10)
    assert before > 1


def test_fewer_images_than_dimensions_is_the_limit_of_regularised_covariances():
    rng = np.random.default_rng(1)
    x, y = rng.normal(0, 1, (12, 30)), rng.normal(0.5, 2, (20, 30))
    found = frechet_distance(FeatureStatistics.of(x), FeatureStatistics.of(y))
    apart = np.square(x.mean(0) - y.mean(0)).sum()
    errors = []
    for ridge in (1e-4, 1e-6, 1e-8):
        first, second = (np.cov(z, rowvar=False) + ridge * np.eye(30) for z in (x, y))
        root = linalg.sqrtm(first @ second).real
        regularised = apart + np.trace(first) + np.trace(second) - 2 * np.trace(root)
        errors.append(abs(regularised - found))
    # In a direction that only one set has, the square root takes √ridge more away.
    assert errors[0] / errors[1] == pytest.approx(10, rel=0.1)
    assert errors[1] / errors[2] == pytest.approx(10, rel=0.1)
    assert errors[2] < 1e-2


def test_orthogonal_subspaces_share_nothing():
    rng = np.random.default_rng(2)
    x, y = np.zeros((6, 20)), np.zeros((7, 20))
    x[:, :10], y[:, 10:] = rng.normal(size=(6, 10)), rng.normal(size=(7, 10))
    expected = np.square(x.mean(0) - y.mean(0)).sum() + x.var(0, ddof=1).sum()
    expected += y.var(0, ddof=1).sum()
    found = frechet_distance(FeatureStatistics.of(x), FeatureStatistics.of(y))
    assert found == pytest.approx(expected, rel=1e-12)


def test_features_that_are_always_zero_do_no_harm():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(200, 10)), rng.normal(1, 2, (300, 10))
    expected = frechet_distance(FeatureStatistics.of(x), FeatureStatistics.of(y))
    wide = [np.insert(each, [0, 4, 4, 10], 0.0, axis=1) for each in (x, y)]
    found = frechet_distance(*map(FeatureStatistics.of, wide))
    assert found == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("sizes", [[100, 0, 1, 399], [500], [7] * 71 + [3], [333, 167]])
def test_batches_give_the_statistics_of_the_whole(sizes):
    features = np.random.default_rng(4).normal(100, 1, (500, 12)).astype(np.float32)
    batches = np.split(features, np.cumsum(sizes)[:-1])
    found = FeatureStatistics.of(iter(batches))
    exact = features.astype(float)
    assert found.n == 500
    assert found.factor.shape[0] <= 12
    np.testing.assert_allclose(found.mean, exact.mean(0), rtol=1e-13)
    np.testing.assert_allclose(found.covariance(), np.cov(exact, rowvar=False), atol=1e-12)


@pytest.mark.parametrize(("n", "m"), [(3, 4), (30, 4), (3, 30), (30, 40), (1, 1)])
def test_merged_is_fitted_to_both(n, m):
    rng = np.random.default_rng(5)
    x, y = rng.normal(0, 1, (n, 6)), rng.normal(5, 2, (m, 6))
    found = FeatureStatistics.of(x).merged(FeatureStatistics.of(y))
    both = np.concatenate([x, y])
    np.testing.assert_allclose(found.mean, both.mean(0))
    np.testing.assert_allclose(found.covariance(), np.cov(both, rowvar=False), atol=1e-12)


def test_a_drift_over_the_batches_costs_no_digits():
    rng = np.random.default_rng(7)
    features = rng.normal(size=(4000, 5)) + np.linspace(1e4, 2e4, 4000)[:, None]
    found = FeatureStatistics.of(np.split(features, 8)).covariance()
    np.testing.assert_allclose(found, np.cov(features, rowvar=False), rtol=1e-11)


def test_saved_statistics_come_back(tmp_path):
    statistics = FeatureStatistics.of(np.random.default_rng(6).normal(size=(50, 4)))
    statistics.save(tmp_path / "new" / "real.npz")
    loaded = FeatureStatistics.load(tmp_path / "new" / "real.npz")
    assert loaded.n == 50
    np.testing.assert_array_equal(loaded.mean, statistics.mean)
    np.testing.assert_array_equal(loaded.factor, statistics.factor)


def test_what_cannot_be_fitted_or_compared_is_refused():
    one, two = np.ones((1, 3)), np.eye(3)
    with pytest.raises(ValueError, match="no features"):
        FeatureStatistics.of(iter([]))
    for wrong in (np.nan, np.inf):
        with pytest.raises(ValueError, match="finite"):
            FeatureStatistics.of(np.array([[1.0, 2.0], [1.0, wrong]]))
    with pytest.raises(ValueError, match=r"\[n, d\]"):
        FeatureStatistics.of(np.ones(3))
    with pytest.raises(ValueError, match="at least two"):
        frechet_distance(FeatureStatistics.of(one), FeatureStatistics.of(two))
    with pytest.raises(ValueError, match="3 and 2 dimensions"):
        frechet_distance(FeatureStatistics.of(two), FeatureStatistics.of(two[:, :2]))


def test_the_mathematics_do_not_import_tensorflow():
    code = "import sys; from gan_augment.metrics import fidelity, frechet, kernel, memorization;"
    code += "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras')))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
