import numpy as np
import pytest
from scipy.spatial import distance

from gan_augment.metrics import neighbours


@pytest.fixture(params=[3, 1000])
def tile(request, monkeypatch):
    monkeypatch.setattr(neighbours, "TILE", request.param)


@pytest.mark.usefixtures("tile")
def test_radii_and_nearest_are_those_of_all_distances():
    rng = np.random.default_rng(0)
    x, y = rng.normal(50, 1, (17, 4)), rng.normal(50, 1, (11, 4))
    within = np.sort(distance.cdist(x, x), axis=1)[:, 1:6]
    np.testing.assert_allclose(np.sqrt(neighbours.squared_radii(x, 5)), within, rtol=1e-9)
    nearest = distance.cdist(x, y).min(axis=1)
    np.testing.assert_allclose(neighbours.nearest_distances(x, y), nearest, rtol=1e-9)


def test_pixels_do_not_overflow():
    dark, bright = np.zeros((2, 9), np.uint8), np.full((3, 9), 255, np.uint8)
    np.testing.assert_allclose(neighbours.nearest_distances(dark, bright), 3 * 255)


def test_equal_points_are_at_no_distance_and_near_ones_are():
    points = np.random.default_rng(1).normal(1000, 1, (50, 300))
    assert (neighbours.nearest_distances(points, points) == 0).all()
    assert (neighbours.squared_radii(np.repeat(points, 2, axis=0), 1) == 0).all()
    moved = points + 1e-4
    np.testing.assert_allclose(
        neighbours.nearest_distances(moved, points), 1e-4 * np.sqrt(300), rtol=1e-3
    )


def test_as_many_neighbours_as_points_are_too_many():
    with pytest.raises(ValueError, match="at least 4 points"):
        neighbours.squared_radii(np.eye(3), 3)
