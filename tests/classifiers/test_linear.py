import numpy as np
import pytest
from scipy import special

from gan_augment.classifiers.linear import logistic_regressions, softmax_regression


@pytest.fixture
def noisy():
    rng = np.random.default_rng(0)
    labels = np.arange(300) % 3
    centres = np.array([[0, 0, 0, 1], [1.5, 0, 0, 1], [0, 1.5, 0, 1]])
    return (centres[labels] + rng.normal(0, 1, (300, 4))).astype(np.float32), labels


def test_softmax_regression_is_at_the_minimum(noisy):
    features, labels = noisy
    found = softmax_regression(features, labels, 3, penalty=0.01)
    slope = special.softmax(found.scores(features), axis=1) - np.eye(3)[labels]
    by_weights = features.T @ slope / len(labels) + 0.01 * found.weights
    np.testing.assert_allclose(by_weights, 0, atol=2e-4)
    np.testing.assert_allclose(slope.mean(0), 0, atol=2e-4)
    accuracy = (found.scores(features).argmax(1) == labels).mean()
    assert 0.6 < accuracy < 0.95


def test_logistic_regressions_do_not_see_each_other(noisy):
    features, labels = noisy
    targets = np.stack([labels == 1, labels != 2], 1)
    both = logistic_regressions(features, targets, penalty=0.01)
    alone = logistic_regressions(features, targets[:, 1:], penalty=0.01)
    np.testing.assert_allclose(both.weights[:, 1:], alone.weights, atol=1e-3)
    slope = special.expit(both.scores(features)) - targets
    np.testing.assert_allclose(features.T @ slope / len(labels) + 0.01 * both.weights, 0, atol=2e-4)
