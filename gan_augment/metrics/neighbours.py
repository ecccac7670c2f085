"""Distances between many points, tile by tile, so that memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

TILE = 2048  # rows and columns of distances held at once: 32 MB
RESOLUTION = 1e-13  # of the squared lengths: what rounding leaves of a distance that is zero


def tiles(n: int) -> Iterator[slice]:
    """Cut range(n) into slices of at most TILE."""
    return (slice(start, min(start + TILE, n)) for start in range(0, n, TILE))


def squared_distances(x: np.ndarray, y: np.ndarray, origin: np.ndarray | float = 0) -> np.ndarray:
    """Return squared Euclidean distances float64 [n, m] of points [n, d] and [m, d].

    By ‖x‖² + ‖y‖² − 2 x·y, for speed; equal points have distance 0 exactly. An `origin` near the
    points keeps digits.
    """
    x, y = np.asarray(x, np.float64) - origin, np.asarray(y, np.float64) - origin
    lengths = np.square(x).sum(1)[:, None] + np.square(y).sum(1)
    distances = lengths - 2 * (x @ y.T)
    return np.where(distances > RESOLUTION * lengths, distances, 0.0)


def squared_radii(points: np.ndarray, k: int) -> np.ndarray:
    """Return the squared distances of `points` [n, d] to their 1st to k-th neighbours, [n, k].

    A point is not its own neighbour, an equal one is. Raises `ValueError` unless n > k.
    """
    if len(points) <= k:
        raise ValueError(f"{k} neighbours need at least {k + 1} points, not {len(points)}")
    origin = points.mean(axis=0, dtype=np.float64)
    radii = np.empty((len(points), k))
    for rows in tiles(len(points)):
        nearest = np.empty((rows.stop - rows.start, 0))
        for columns in tiles(len(points)):
            distances = squared_distances(points[rows], points[columns], origin)
            if rows == columns:
                np.fill_diagonal(distances, np.inf)
            nearest = np.concatenate([nearest, distances], axis=1)
            nearest = np.partition(nearest, min(k, nearest.shape[1]) - 1, axis=1)[:, :k]
        radii[rows] = np.sort(nearest, axis=1)
    return radii


def nearest_distances(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the distance of each of `points` [n, d] to the nearest of `others` [m, d], [n].

    Either may be of any number type, uint8 images of shape [n, d] too.
    """
    return nearest(points, others)[0]


def nearest(points: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each of `points` [n, d] distance and row of the nearest of `others` [m, d]."""
    if not len(others):
        raise ValueError("there is nothing to be near to")
    origin = others.mean(axis=0, dtype=np.float64)
    squared, found = np.full(len(points), np.inf), np.zeros(len(points), int)
    for rows in tiles(len(points)):
        for columns in tiles(len(others)):
            distances = squared_distances(points[rows], others[columns], origin)
            closest, nearer = distances.argmin(axis=1), distances.min(axis=1) < squared[rows]
            found[rows] = np.where(nearer, columns.start + closest, found[rows])
            squared[rows] = np.minimum(squared[rows], distances.min(axis=1))
    return np.sqrt(squared), found
