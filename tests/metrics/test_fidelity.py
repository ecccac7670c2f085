import numpy as np
import pytest
from scipy.spatial import distance

from gan_augment.metrics import neighbours
from gan_augment.metrics.fidelity import fidelity_and_diversity


def normal(n, seed, mean=0.0, d=3):
    return np.random.default_rng(seed).normal(mean, 1, (n, d))


def test_identical_sets():
    found = fidelity_and_diversity(normal(50, 0), normal(50, 0))
    assert (found.precision, found.recall, found.coverage) == (1, 1, 1)
    assert found.density == pytest.approx(6 / 5)  # a closed ball holds its centre and 5 others


def test_disjoint_sets():
    found = fidelity_and_diversity(normal(50, 0), normal(40, 1, mean=100))
    assert (found.precision, found.recall, found.density, found.coverage) == (0, 0, 0, 0)


def test_a_dropped_mode_costs_recall_and_coverage_alone():
    real = np.concatenate([normal(60, 0), normal(60, 1, mean=100)])
    found = fidelity_and_diversity(real, real[:60])
    assert found.precision == 1
    assert found.recall == 0.5
    assert found.coverage == 0.5
    assert found.density == pytest.approx(6 / 5)


def test_an_invented_mode_costs_precision_and_density_alone():
    real = normal(60, 0)
    found = fidelity_and_diversity(real, np.concatenate([real, normal(60, 1, mean=100)]))
    assert found.precision == 0.5
    assert found.recall == 1
    assert found.coverage == 1
    assert found.density == pytest.approx(6 / 5 / 2)


def test_an_outlier_fools_precision_more_than_density():
    real = np.concatenate([normal(60, 0), [[30.0, 0, 0]]])
    found = fidelity_and_diversity(real, normal(60, 1) + np.array([15, 0, 0]))
    assert found.precision > 0.9
    assert found.density < 0.3


@pytest.mark.parametrize("tile", [7, 1000])
def test_tiles_give_the_definition(tile, monkeypatch):
    monkeypatch.setattr(neighbours, "TILE", tile)
    real, generated = normal(40, 0), normal(30, 1, mean=0.7)

    def reach(points, k):
        return np.sort(distance.cdist(points, points), axis=1)[:, k]

    between = distance.cdist(real, generated)
    within = between <= reach(real, 4)[:, None]
    found = fidelity_and_diversity(real, generated, k_precision=2, k_density=4)
    assert found.precision == (between <= reach(real, 2)[:, None]).any(0).mean()
    assert found.recall == (between <= reach(generated, 2)).any(1).mean()
    assert found.density == pytest.approx(within.sum() / (4 * 30))
    assert found.coverage == within.any(1).mean()
    assert 0 < found.recall < 1


def test_expected_density_and_coverage_of_one_distribution():
    # Naeem et al. 2020, section 3.2: E density = 1, and coverage from ranks alone.
    n, m, k = 40, 30, 5
    found = [
        fidelity_and_diversity(normal(n, 2 * i), normal(m, 2 * i + 1), k_density=k)
        for i in range(300)
    ]
    missed = np.prod([(n - j) / (n + m - j) for j in range(1, k + 1)])
    for values, expected in (
        ([each.density for each in found], 1),
        ([each.coverage for each in found], 1 - missed),
    ):
        assert np.mean(values) == pytest.approx(expected, abs=3 * np.std(values) / 300**0.5)


def test_duplicated_images_are_inside_their_own_balls():
    real = np.repeat(normal(20, 0, mean=500, d=200), 6, axis=0)
    found = fidelity_and_diversity(real, real[::6].repeat(6, axis=0))
    assert (found.precision, found.recall, found.coverage) == (1, 1, 1)
