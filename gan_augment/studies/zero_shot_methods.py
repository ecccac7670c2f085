"""Ways of telling classes that were never seen, and how each is judged.

A method is a function of rows of an `AttributeSet` and of the classes that come into question:
int [n], ascending [k] → predicted classes [n].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.spatial import distance

from gan_augment.classifiers.attribute_prediction import (
    bilinear_compatibility,
    direct_attribute_prediction,
    evidence_of_seen,
    handed_on,
    nearest_attributes,
)
from gan_augment.classifiers.linear import softmax_regression
from gan_augment.data.attributes import AttributeSet
from gan_augment.metrics.zero_shot import class_accuracies

Predict = Callable[[np.ndarray, np.ndarray], np.ndarray]

NONE, JOINT, ADVERSARIAL = "none", "joint", "adversarial"  # generators: with L_C and without
SHUFFLES = 200


@dataclass(frozen=True)
class Made:
    """Generated features of all classes, float32 [classes, per_class, d]."""

    features: np.ndarray

    @cached_property
    def means(self) -> np.ndarray:
        """Class means, [classes, d]."""
        return self.features.mean(1)


def without_generator(data: AttributeSet) -> dict[str, Predict]:
    """Return the methods that generate nothing."""
    return {
        "direct attributes": by_scores(data, direct_attribute_prediction),
        "nearest attributes": by_scores(data, nearest_attributes),
        "bilinear": by_scores(data, bilinear_compatibility),
        "real images": by_real_images(data),
    }


def with_generator(
    kind: str, data: AttributeSet, made: Made, similarities: Callable
) -> dict[str, Predict]:
    """Return the methods that use what a generator made, trained with L_C ("joint") or without.

    `similarities(features, means)` is GenClass's own classifier.
    """
    if kind == JOINT:
        return {
            "genclass": by_means(data, made, similarities),
            "genclass, softmax": by_softmax(data, made),
        }
    return {
        "wgan-gp": by_means(data, made, lambda *pair: -distance.cdist(*pair)),
        "wgan-gp, softmax": by_softmax(data, made),
    }


def by_means(data: AttributeSet, made: Made, similarities: Callable) -> Predict:
    """The class whose mean of generated features is the most similar."""

    def predict(rows, classes):
        return classes[similarities(data.features[rows], made.means[classes]).argmax(1)]

    return predict


def by_softmax(data: AttributeSet, made: Made) -> Predict:
    """A softmax classifier of the classes in question: real features of seen ones, generated else.

    So the literature uses generated features. Of unseen classes alone, all features are generated.
    """

    def predict(rows, classes):
        new = np.setdiff1d(classes, data.seen)
        generated = made.features[new].reshape(-1, made.features.shape[-1])
        labels = np.repeat(new, made.features.shape[1])
        return _softmax(data, generated, labels, classes)(rows)

    return predict


def by_scores(data: AttributeSet, learn: Callable) -> Predict:
    """A classifier that learns scores of all classes from the training rows and the attributes."""
    scores = learn(data.features[data.train], data.labels[data.train], data.attributes)

    def predict(rows, classes):
        return classes[scores(data.features[rows])[:, classes].argmax(1)]

    return predict


def by_real_images(data: AttributeSet) -> Predict:
    """What the features allow: as `by_softmax`, with real images of unseen classes. Not zero-shot.

    These are half of the test images; each half is told by the classifier that has the other.
    """
    halves = data.test_unseen[::2], data.test_unseen[1::2]

    def predict(rows, classes):
        found = np.empty(len(rows), int)
        for known, others in (halves, halves[::-1]):
            known = known[np.isin(data.labels[known], classes)]
            tell = _softmax(data, data.features[known], data.labels[known], classes)
            asked = np.isin(rows, others) | ~np.isin(rows, data.test_unseen)
            found[asked] = tell(rows[asked])
        return found

    return predict


def with_wrong_descriptions(data: AttributeSet, count: int = SHUFFLES) -> list[float]:
    """Return zero-shot accuracies of "bilinear" where classes have each other's descriptions.

    These are handed out anew `count` times, the k-th time alike for all sets of as many classes. So
    the mean of the k-th over all cases is one draw of what a study finds where descriptions say
    nothing, and luck with them, which all of its cases share, is in the spread of these draws.
    """
    evidence = evidence_of_seen(data.features[data.train], data.labels[data.train])
    rows, unseen = data.test_unseen, data.unseen
    shown, labels = evidence(data.features[rows]), data.labels[rows]
    rng, found = np.random.default_rng(0), []
    for _ in range(count):
        attributes = data.attributes[rng.permutation(data.num_classes)]
        scores = shown @ handed_on(attributes, data.seen)[:, unseen]
        accuracies = class_accuracies(labels, unseen[scores.argmax(1)], unseen)
        found.append(round(float(accuracies.mean()), 5))
    return found


def judged(data: AttributeSet, predict: Predict) -> dict[str, list]:
    """Return accuracies by class: of the unseen among themselves, and of all among all.

    "zero_shot" follows "unseen_classes", "generalised" follows "classes", all there are (None for
    a class without a test image).
    """
    unseen, everyone = data.unseen, np.union1d(data.seen, data.unseen)
    rows, both = data.test_unseen, np.concatenate([data.test_seen, data.test_unseen])
    found = {
        "zero_shot": class_accuracies(data.labels[rows], predict(rows, unseen), unseen),
        "generalised": class_accuracies(data.labels[both], predict(both, everyone), everyone),
    }
    return {
        "unseen_classes": [data.class_names[c] for c in unseen],
        "classes": [data.class_names[c] for c in everyone],
        **{k: [None if np.isnan(v) else float(v) for v in values] for k, values in found.items()},
    }


def _softmax(data: AttributeSet, features, labels, classes) -> Callable[[np.ndarray], np.ndarray]:
    """Train on the training rows of `classes` and on further features; return rows → classes."""
    real = data.train[np.isin(data.labels[data.train], classes)]
    inputs = np.concatenate([data.features[real], features])
    targets = np.searchsorted(classes, np.concatenate([data.labels[real], labels]))
    linear = softmax_regression(inputs, targets, len(classes))
    return lambda rows: classes[linear.scores(data.features[rows]).argmax(1)]
