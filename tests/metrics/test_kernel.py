import numpy as np
import pytest

from gan_augment.metrics.kernel import kernel_distance, polynomial_kernel, squared_mmd


def test_the_kernel_by_hand():
    x, y = np.array([[1.0, 3.0]]), np.array([[2.0, 2.0], [-1.0, 0.0]])
    np.testing.assert_allclose(polynomial_kernel(x, y), [[(8 / 2 + 1) ** 3, (-1 / 2 + 1) ** 3]])


def test_squared_mmd_is_the_double_loop():
    rng = np.random.default_rng(0)
    x, y = rng.normal(0, 1, (7, 4)), rng.normal(1, 1, (9, 4))

    def kernel(a, b):
        return (a @ b / 4 + 1) ** 3

    within_x = np.mean([kernel(x[i], x[j]) for i in range(7) for j in range(7) if i != j])
    within_y = np.mean([kernel(y[i], y[j]) for i in range(9) for j in range(9) if i != j])
    between = np.mean([kernel(a, b) for a in x for b in y])
    assert squared_mmd(x, y) == pytest.approx(within_x + within_y - 2 * between, rel=1e-12)


@pytest.mark.parametrize(("n", "m"), [(5, 5), (4, 20)])
def test_squared_mmd_is_unbiased_at_small_n(n, m):
    rng = np.random.default_rng(1)
    draws = 4000
    values = [squared_mmd(rng.normal(size=(n, 3)), rng.normal(size=(m, 3))) for _ in range(draws)]
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(draws)
    assert min(values) < 0


def test_squared_mmd_finds_the_distance_of_two_points():
    # Point masses at a and b: k(a, a) + k(b, b) − 2 k(a, b) = 8 + 27 − 2.
    x, y = np.full((3, 1), 1.0), np.full((4, 1), 0.0)
    assert squared_mmd(x, y) == pytest.approx(8 + 1 - 2)
    assert squared_mmd(2**0.5 * x, y) == pytest.approx(27 + 1 - 2)


def test_blocks_use_every_feature_once():
    rng = np.random.default_rng(2)
    found = kernel_distance(rng.normal(size=(1200, 3)), rng.normal(size=(2500, 3)))
    assert found.blocks == 10
    assert kernel_distance(np.zeros((10_001, 1)), np.zeros((50, 1))).blocks == 11
    assert kernel_distance(np.zeros((7, 1)), np.zeros((50, 1))).blocks == 3
    one = kernel_distance(np.zeros((3, 1)), np.ones((3, 1)))
    assert one.blocks == 1
    assert np.isnan(one.error)


def test_the_error_covers_the_truth():
    rng = np.random.default_rng(3)
    draws = 300
    # In one dimension (xy + 1)³ expands to Σ binomial · xʲ yʲ, so moments give the discrepancy.
    moments = np.array([[1, 0, 1, 0], [1, 0.5, 1.25, 1.625]])  # E xʲ of N(0, 1) and N(0.5, 1)
    truth = ([1, 3, 3, 1] * np.diff(moments, axis=0) ** 2).sum()
    found = [
        kernel_distance(rng.normal(0, 1, (300, 1)), rng.normal(0.5, 1, (300, 1)), seed=i)
        for i in range(draws)
    ]
    inside = [abs(each.mean - truth) < 2.262 * each.error for each in found]  # t, 9 degrees
    assert np.mean(inside) == pytest.approx(0.95, abs=0.05)


def test_single_precision_features_are_enough():
    rng = np.random.default_rng(4)
    x, y = rng.normal(0, 1, (60, 5)), rng.normal(1, 1, (60, 5))
    single = squared_mmd(x.astype(np.float32), y.astype(np.float32))
    assert single == pytest.approx(squared_mmd(x, y), rel=1e-5)


def test_one_feature_is_too_few():
    with pytest.raises(ValueError, match="at least two"):
        kernel_distance(np.zeros((1, 2)), np.zeros((5, 2)))
