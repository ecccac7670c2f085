"""Classes told by predicted attributes: what zero-shot learning did before it generated anything.

Both learn from features [n, d] and labels int [n] of seen classes, and return what makes scores
[n, classes] of features: the larger, the likelier, for every class that `attributes`, float
[classes, a], describes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.spatial import distance

from gan_augment.classifiers.linear import logistic_regressions

Scores = Callable[[np.ndarray], np.ndarray]


def direct_attribute_prediction(
    features: np.ndarray, labels: np.ndarray, attributes: np.ndarray
) -> Scores:
    """Return log-probabilities of classes up to a constant (Lampert, Nickisch & Harmeling 2014).

    A logistic regression for each attribute; p(z | x) ∝ ∏ p(a = a_z | x) / p(a = a_z), the latter
    being shares of the seen classes. An attribute counts as there if it is above its mean over
    all classes. Ours: attributes that all seen classes share say nothing and are left out.
    """
    there = attributes > attributes.mean(0)
    shares = there[np.unique(labels)].mean(0)
    telling = (shares > 0) & (shares < 1)
    there, shares = there[:, telling], shares[telling]
    linear = logistic_regressions(features, there[labels])
    prior = np.where(there, np.log(shares), np.log1p(-shares)).sum(1)

    def scores(features):
        odds = linear.scores(features)
        yes, no = -np.logaddexp(0, -odds), -np.logaddexp(0, odds)
        return yes @ there.T + no @ ~there.T - prior

    return scores


def nearest_attributes(
    features: np.ndarray, labels: np.ndarray, attributes: np.ndarray, *, penalty: float = 1e-2
) -> Scores:
    """Return −‖â(x) − a_z‖², where the attributes â(x) of an image come from a ridge regression.

    `penalty` is that of the squared weights beside the mean squared error.
    """
    features, targets = np.asarray(features, float), np.asarray(attributes, float)[labels]
    centre, mean = features.mean(0), targets.mean(0)
    moved = features - centre
    square = moved.T @ moved / len(moved) + penalty * np.eye(moved.shape[1])
    weights = np.linalg.solve(square, moved.T @ (targets - mean) / len(moved))

    def scores(features):
        predicted = (features - centre) @ weights + mean
        return -distance.cdist(predicted, attributes, "sqeuclidean")

    return scores
