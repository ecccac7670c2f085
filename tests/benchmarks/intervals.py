"""How often do intervals over random splits hold the true difference, and how wide are they?

    python tests/benchmarks/intervals.py --images 100 400

Draws many small sets of one kind, divides each at random into training and test part several
times, trains ridge regressions on random features with and without vectors drawn from normal
distributions that were fitted to the training part, and takes the intervals of `metrics.resampled`
and those of Nadeau & Bengio (2003). The true difference is that of all sets, on many new vectors.
"""

import argparse

import numpy as np
from scipy import special

from gan_augment.metrics.resampled import over_splits_and_images

DIMENSIONS, FEATURES, RIDGE = 15, 40, 3.0
TEST, TRAIN = 0.25, 0.55  # shares of the images; the others are for validation
NEW = 1500


def drawn(rng, n):
    """Return vectors float [n, d] of two classes, and ±1."""
    labels = np.arange(n) % 2
    vectors = rng.standard_normal((n, DIMENSIONS))
    vectors[:, 0] *= 1 + labels
    signs = 2 * labels - 1
    vectors[:, :4] += 0.55 * signs[:, None]
    return vectors, signs


def generated(rng, vectors, signs):
    """Return as many vectors again, each class from a normal distribution fitted to it."""
    made, kinds = [], []
    for sign in (-1, 1):
        own = vectors[signs == sign]
        made.append(own.mean(0) + own.std(0) * rng.standard_normal(own.shape))
        kinds.append(np.full(len(own), sign))
    return np.concatenate(made), np.concatenate(kinds)


class Ridge:
    """A classifier with random features."""

    def __init__(self, weights, vectors, signs):
        self.weights = weights
        found = self.features(vectors)
        self.solution = np.linalg.solve(
            found.T @ found + RIDGE * np.eye(FEATURES), found.T @ np.asarray(signs, float)
        )

    def features(self, vectors):
        return np.maximum(vectors @ self.weights[:-1] + self.weights[-1], 0)

    def right(self, vectors, signs):
        return ((self.features(vectors) @ self.solution > 0) == (signs > 0)).astype(float)


def one_split(rng, vectors, signs, new, members):
    """Return the numbers of the test images, with − without for each, and for new vectors."""
    n = len(vectors)
    order = rng.permutation(n)
    test, train = order[: round(TEST * n)], order[-round(TRAIN * n) :]
    real = vectors[train], signs[train]
    both = [np.concatenate(pair) for pair in zip(real, generated(rng, *real))]
    on_test, on_new = np.zeros(len(test)), 0.0
    for _ in range(members):
        weights = rng.standard_normal((DIMENSIONS + 1, FEATURES))
        without, with_them = Ridge(weights, *real), Ridge(weights, *both)
        parts = [each.right(vectors[test], signs[test]) for each in (with_them, without)]
        on_test += np.subtract(*parts) / members
        on_new += np.mean(np.subtract(with_them.right(*new), without.right(*new))) / members
    return test, on_test, on_new


def nadeau_bengio(differences):
    """Return mean and half width."""
    means = np.array([part.mean() for part in differences])
    variance = means.var(ddof=1) * (1 / len(means) + TEST / TRAIN)
    return means.mean(), special.stdtrit(len(means) - 1, 0.975) * variance**0.5


def main(options):
    rng = np.random.default_rng(options.seed)
    new = drawn(rng, NEW)
    for n in options.images:
        found, truths = {"ours": [], "Nadeau & Bengio": []}, []
        for _ in range(options.sets):
            vectors, signs = drawn(rng, n)
            parts = [
                one_split(rng, vectors, signs, new, options.members) for _ in range(options.splits)
            ]
            numbers, differences, on_new = zip(*parts)
            truths.append(np.mean(on_new))
            ours = over_splits_and_images(differences, numbers)
            found["ours"].append((ours.mean, (ours.high - ours.low) / 2))
            found["Nadeau & Bengio"].append(nadeau_bengio(differences))
        truth = np.mean(truths)
        print(f"{n} images, {options.sets} sets: true difference {100 * truth:+.2f} points")
        for name, intervals in found.items():
            means, halves = np.array(intervals).T
            held = np.mean(abs(means - truth) <= halves)
            print(f"  {name:16} hold it in {held:.1%}, ± {100 * halves.mean():.2f} points")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, nargs="+", default=[100, 400])
    parser.add_argument("--sets", type=int, default=250)
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--members", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    main(parser.parse_args())
