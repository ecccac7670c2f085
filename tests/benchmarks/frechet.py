"""How long a Fréchet distance takes, from features to the number.

    python tests/benchmarks/frechet.py [--images 50000] [--dimensions 2048]

Features are random, float32, of two sets. Seconds depend on the machine; beside them stands what
the same formula takes as it is usually written: two covariances by NumPy and the square root of
their product by SciPy.
"""

import argparse
import time

import numpy as np
import scipy.linalg

from gan_augment.metrics.frechet import FeatureStatistics, frechet_distance


def ours(first, second):
    """Return the distance by this package."""
    return frechet_distance(*map(FeatureStatistics.of, (first, second)))


def usual(first, second):
    """Return the distance by the formula as it stands."""
    means = [features.mean(axis=0, dtype=np.float64) for features in (first, second)]
    covariances = [np.cov(features, rowvar=False) for features in (first, second)]
    root = scipy.linalg.sqrtm(covariances[0] @ covariances[1])
    traces = sum(map(np.trace, covariances)) - 2 * np.trace(root).real
    return np.square(means[0] - means[1]).sum() + traces


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--images", type=int, default=50_000)
    parser.add_argument("--dimensions", type=int, default=2048)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    scales = np.geomspace(1, 1e-3, options.dimensions, dtype=np.float32)
    first, second = (
        scales * rng.standard_normal((options.images, options.dimensions), np.float32) + shift
        for shift in (0, 0.01)
    )
    found = {}
    for name, measure in (("ours", ours), ("usual", usual)):
        start = time.perf_counter()
        distance = measure(first, second)
        found[name] = time.perf_counter() - start
        print(f"{name}: {distance:.6f} in {found[name]:.1f} s", flush=True)
    print(f"ratio {found['ours'] / found['usual']:.2f}")


if __name__ == "__main__":
    main()
