"""How good and how varied generated images are, apart, by nearest neighbours of their features.

Improved precision and recall: Kynkäänniemi et al. 2019 (arXiv:1904.06991), section 2. Density and
coverage: Naeem et al. 2020 (arXiv:2002.09797), section 3. A ball reaches from a feature to its k-th
nearest neighbour of its own kind, border included.

- precision: share of generated features inside any real ball;
- recall: share of real features inside any generated ball;
- density: number of real balls that hold a generated feature, on average, over k; may exceed 1, and
  is 1 on average when both sets come from the same distribution. An outlier's large ball, which
  precision falls for, counts little here;
- coverage: share of real balls that hold any generated feature; unlike recall it does not trust
  balls of generated outliers. About 1 − 2⁻ᵏ for two equally large sets from one distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_augment.metrics.neighbours import squared_distances, squared_radii, tiles


@dataclass(frozen=True)
class Fidelity:
    """Precision, recall and coverage in [0, 1]; density ≥ 0."""

    precision: float
    recall: float
    density: float
    coverage: float


def fidelity_and_diversity(
    real: np.ndarray, generated: np.ndarray, *, k_precision: int = 3, k_density: int = 5
) -> Fidelity:
    """Compare features [n, d] of real with features [m, d] of generated images.

    `k_precision` neighbours for precision and recall, `k_density` for density and coverage, as in
    either paper. All four depend on n and m. Memory is bounded, time goes with (n + m)²·d. Raises
    `ValueError` when there are no more features than neighbours.
    """
    radii = squared_radii(real, max(k_precision, k_density))
    real_reach, density_reach = radii[:, k_precision - 1], radii[:, k_density - 1]
    generated_reach = squared_radii(generated, k_precision)[:, -1]
    origin = real.mean(axis=0, dtype=np.float64)

    precise, balls = np.zeros(len(generated), bool), np.zeros(len(generated), int)
    recalled, covered = np.zeros(len(real), bool), np.zeros(len(real), bool)
    for rows in tiles(len(real)):
        for columns in tiles(len(generated)):
            distances = squared_distances(real[rows], generated[columns], origin)
            precise[columns] |= (distances <= real_reach[rows, None]).any(axis=0)
            recalled[rows] |= (distances <= generated_reach[columns]).any(axis=1)
            within = distances <= density_reach[rows, None]
            balls[columns] += within.sum(axis=0)
            covered[rows] |= within.any(axis=1)
    return Fidelity(
        precision=float(precise.mean()),
        recall=float(recalled.mean()),
        density=float(balls.mean() / k_density),
        coverage=float(covered.mean()),
    )


def density_of_each(real: np.ndarray, points: np.ndarray, *, k: int = 5) -> np.ndarray:
    """Return for each of `points` [m, d] the share of k real balls that hold it, float64 [m].

    The mean over generated points is their `density`. Raises `ValueError` as above.
    """
    reach = squared_radii(real, k)[:, -1]
    origin = real.mean(axis=0, dtype=np.float64)
    balls = np.zeros(len(points), int)
    for rows in tiles(len(real)):
        for columns in tiles(len(points)):
            distances = squared_distances(real[rows], points[columns], origin)
            balls[columns] += (distances <= reach[rows, None]).sum(axis=0)
    return balls / k
