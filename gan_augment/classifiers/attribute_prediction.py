"""Classes told by attributes alone: what zero-shot learning did before it generated anything.

All learn from features [n, d] and labels int [n] of seen classes, and return what makes scores
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


def bilinear_compatibility(
    features: np.ndarray,
    labels: np.ndarray,
    attributes: np.ndarray,
    *,
    penalty: float = 1e-2,
    attribute_penalty: float = 1.0,
) -> Scores:
    """Return xᵀ V a_z, V in closed form (Romera-Paredes & Torr 2015, ESZSL).

    V = (XᵀX / n + γI)⁻¹ XᵀYS / n · (SᵀS + λI)⁻¹ on centred features X: Y has 1 for an image's own
    class and −1 for the others, S the attributes of seen classes. `penalty` is γ,
    `attribute_penalty` λ, which keeps descriptions of few classes from being taken too literally.
    """
    seen, evidence = np.unique(labels), evidence_of_seen(features, labels, penalty=penalty)
    weights = handed_on(attributes, seen, penalty=attribute_penalty)
    return lambda features: evidence(features) @ weights


def evidence_of_seen(features: np.ndarray, labels: np.ndarray, *, penalty: float = 1e-2) -> Scores:
    """Return the half of `bilinear_compatibility` that knows no attributes: scores [n, seen]."""
    features = np.asarray(features, float)
    centre = features.mean(0)
    moved = features - centre
    targets = np.where(labels[:, None] == np.unique(labels), 1.0, -1.0)
    square = moved.T @ moved / len(moved) + penalty * np.eye(moved.shape[1])
    weights = np.linalg.solve(square, moved.T @ targets / len(moved))
    return lambda features: (features - centre) @ weights


def handed_on(attributes: np.ndarray, seen: np.ndarray, *, penalty: float = 1.0) -> np.ndarray:
    """Return its other half, [seen, classes]: how much each seen class speaks for any class."""
    known = np.asarray(attributes, float)[seen]
    square = known.T @ known + penalty * np.eye(known.shape[1])
    return known @ np.linalg.solve(square, np.asarray(attributes, float).T)
