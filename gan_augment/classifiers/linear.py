"""Linear classifiers of feature vectors, trained to their one minimum: no seeds, no steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

PENALTY = 1e-3
ITERATIONS = 300


@dataclass(frozen=True)
class Linear:
    """`weights` float64 [d, k] and `bias` [k]."""

    weights: np.ndarray
    bias: np.ndarray

    def scores(self, features: np.ndarray) -> np.ndarray:
        """Return features [n, d] as scores [n, k]."""
        return features @ self.weights + self.bias


def softmax_regression(
    features: np.ndarray, labels: np.ndarray, num_classes: int, *, penalty: float = PENALTY
) -> Linear:
    """Return the linear softmax classifier: scores are logits of classes.

    It minimises the mean cross entropy + penalty/2 · ‖weights‖². `labels` int [n], below
    `num_classes`.
    """

    def loss(scores, targets):
        logs = special.log_softmax(scores, axis=1)
        return -(targets * logs).sum(), np.exp(logs) - targets

    return _fitted(features, np.eye(num_classes)[labels], loss, penalty)


def logistic_regressions(
    features: np.ndarray, targets: np.ndarray, *, penalty: float = PENALTY
) -> Linear:
    """Return k logistic regressions for `targets` of 0 and 1, [n, k]: scores are log-odds.

    Each minimises its mean cross entropy + penalty/2 · ‖weights‖².
    """

    def loss(scores, targets):
        value = (np.logaddexp(0, scores) - targets * scores).sum()
        return value, special.expit(scores) - targets

    return _fitted(features, np.asarray(targets, float), loss, penalty)


def _fitted(features, targets, loss: Callable, penalty: float) -> Linear:
    """Minimise a loss(scores, targets) → (sum, slope by scores [n, k]) by L-BFGS."""
    features = np.asarray(features, float)  # once, and not in every product
    n, d = features.shape
    k = targets.shape[1]

    def objective(flat):
        weights, bias = np.split(flat, [d * k])
        weights = weights.reshape(d, k)
        value, slope = loss(features @ weights + bias, targets)
        by_weights = features.T @ slope / n + penalty * weights
        value = value / n + penalty / 2 * (weights**2).sum()
        return value, np.concatenate([by_weights.ravel(), slope.sum(0) / n])

    found = optimize.minimize(
        objective,
        np.zeros((d + 1) * k),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": ITERATIONS},
    )
    weights, bias = np.split(found.x, [d * k])
    return Linear(weights.reshape(d, k), bias)
