import numpy as np
import pytest

from gan_augment.classifiers import attribute_prediction
from gan_augment.classifiers.attribute_prediction import (
    bilinear_compatibility,
    direct_attribute_prediction,
    nearest_attributes,
)
from gan_augment.classifiers.linear import Linear


@pytest.mark.parametrize(
    "learn", [direct_attribute_prediction, nearest_attributes, bilinear_compatibility]
)
def test_unseen_classes_are_told_where_features_are_linear_in_attributes(described, learn):
    data = described()
    scores = learn(data.features[data.train], data.labels[data.train], data.attributes)
    for rows in (data.test_unseen, data.test_seen):
        assert (scores(data.features[rows]).argmax(1) == data.labels[rows]).mean() > 0.98


def test_direct_prediction_is_lamperts_formula(monkeypatch):
    # The third attribute is shared by the seen classes 0, 1 and 2, and left out.
    attributes = np.array([[1, 0, 1], [1, 1, 1], [0, 1, 1], [0, 0, 0]], np.float32)
    odds = np.array([[np.log(3), np.log(1 / 4)]])  # probabilities 3/4 and 1/5
    seen = {}

    def learned(features, targets):
        seen["targets"] = targets
        return Linear(np.zeros((1, 2)), odds[0])

    monkeypatch.setattr(attribute_prediction, "logistic_regressions", learned)
    scores = direct_attribute_prediction(np.zeros((3, 1)), np.array([0, 1, 2]), attributes)
    # Of the seen classes two thirds have the first attribute, and two thirds the second.
    expected = [
        (3 / 4) / (2 / 3) * (4 / 5) / (1 / 3),
        (3 / 4) / (2 / 3) * (1 / 5) / (2 / 3),
        (1 / 4) / (1 / 3) * (1 / 5) / (2 / 3),
        (1 / 4) / (1 / 3) * (4 / 5) / (1 / 3),
    ]
    np.testing.assert_allclose(np.exp(scores(np.zeros((1, 1))))[0], expected)
    np.testing.assert_array_equal(seen["targets"], [[1, 0], [1, 1], [0, 1]])


def test_nearest_attributes_are_those_of_a_ridge_regression():
    attributes = np.array([[0.0], [1.0], [3.0]])
    features = np.array([[0.0], [0.0], [2.0], [2.0]])
    scores = nearest_attributes(features, np.array([0, 0, 1, 1]), attributes, penalty=1.0)
    # Slope: covariance 1/2 over variance 1 plus penalty 1.
    predicted = 0.5 + (5 - 1) * 0.25
    np.testing.assert_allclose(scores(np.array([[5.0]]))[0], -((predicted - attributes[:, 0]) ** 2))


def test_bilinear_compatibility_is_least_of_the_published_objective():
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(12, 3)), np.arange(12) % 2 + 1  # class 0 is unseen
    attributes = rng.normal(size=(3, 2))
    gamma, lam = 0.3, 0.7
    scores = bilinear_compatibility(x, labels, attributes, penalty=gamma, attribute_penalty=lam)
    assert scores(x).shape == (12, 3)
    moved, s = x - x.mean(0), attributes[1:]
    y = np.where(labels[:, None] == [1, 2], 1.0, -1.0)

    def slope(v):  # of ‖XVSᵀ − Y‖² + γ‖VSᵀ‖² + λ‖XV‖² + γλ‖V‖², all but the second and last by n
        error = moved.T @ (moved @ v @ s.T - y) @ s / 12
        return error + gamma * v @ s.T @ s + lam * moved.T @ moved @ v / 12 + gamma * lam * v

    # Scores are linear, and those of unit vectors show V.
    of_points = scores(x.mean(0) + np.eye(3))
    v = np.linalg.lstsq(attributes, of_points.T, rcond=None)[0].T
    np.testing.assert_allclose(v @ attributes.T, of_points, atol=1e-10)
    np.testing.assert_allclose(slope(v), 0, atol=1e-10)
