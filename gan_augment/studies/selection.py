"""Generated images to keep: the best of more than are needed, by one judgement or another.

A judge is `judge(build, real, generated, steps=…, seed=…)` → a score for each generated image, more
for better. It sees the training part alone, like the generator.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from gan_augment.classifiers.members import Members
from gan_augment.data.images import LabeledImages, balanced, concatenate
from gan_augment.metrics.features import classifier_extractor
from gan_augment.metrics.fidelity import density_of_each
from gan_augment.studies.own_quality import balanced_size
from gan_augment.studies.plan import CLASSIFIER_BATCH

OVERSUPPLY = 3  # times as many images are generated as are kept
BLOCK = 256
NEIGHBOURS = 5


def by_confidence(build, real: LabeledImages, generated: LabeledImages, *, steps: int, seed: int):
    """Score images by how sure a classifier of the real ones is of their label."""
    classifier = trained(build, real, steps, seed)
    rows = np.arange(len(generated))
    return probabilities(classifier, generated)[rows, generated.labels]


def by_discriminator(
    build, real: LabeledImages, generated: LabeledImages, *, steps: int, seed: int
):
    """Score images by how real they look to a network that learned to tell them from real ones.

    A new one: the generator has learned to deceive its own.
    """
    made = balanced(generated, min(len(real), balanced_size(generated)))
    pair = concatenate([as_class(0, made), as_class(1, real)])
    return probabilities(trained(build, pair, steps, seed), generated)[:, 1]


def by_density(build, real: LabeledImages, generated: LabeledImages, *, steps: int, seed: int):
    """Score images by how many real ones of their class are near, in features of a classifier.

    See `metrics.fidelity.density_of_each`. A class with few images takes fewer neighbours.
    """
    extractor = classifier_extractor(trained(build, real, steps, seed), "own")
    points = [extractor.features(each) for each in (real, generated)]
    scores = np.zeros(len(generated))
    for label in np.flatnonzero(real.counts() > 1):
        own = points[0][real.labels == label]
        rows = generated.labels == label
        scores[rows] = density_of_each(own, points[1][rows], k=min(NEIGHBOURS, len(own) - 1))
    return scores


JUDGES: dict[str, Callable] = {
    "confidence": by_confidence,
    "discriminator": by_discriminator,
    "density": by_density,
}


def best(generated: LabeledImages, scores: np.ndarray) -> LabeledImages:
    """Return the best of every OVERSUPPLY images of a class, in their order."""
    kept = []
    for label in range(generated.num_classes):
        rows = np.flatnonzero(generated.labels == label)
        few = len(rows) // OVERSUPPLY
        kept.append(rows[np.sort(np.argsort(-scores[rows], kind="stable")[:few])])
    return generated.take(np.concatenate(kept))


def trained(build: Callable, images: LabeledImages, steps: int, seed: int) -> keras.Model:
    """Return a classifier of the images."""
    members = Members(build, batch_size=CLASSIFIER_BATCH, lanes=1)
    epochs = max(1, round(steps * CLASSIFIER_BATCH / len(images)))
    members.train(images, {}, seeds=[seed], epochs=epochs, description="judge")
    return members.trained(seed)


def probabilities(classifier: keras.Model, images: LabeledImages) -> np.ndarray:
    """Return what the classifier believes of every image, float32 [n, classes]."""
    scaled = images.scaled()
    blocks = (scaled[start : start + BLOCK] for start in range(0, len(scaled), BLOCK))
    return np.concatenate([tf.nn.softmax(classifier(x, training=False)).numpy() for x in blocks])


def as_class(label: int, images: LabeledImages) -> LabeledImages:
    """Return the images with one label for all; class names stay, for as many networks outputs."""
    return LabeledImages(images.images, np.full(len(images), label, np.int32), images.class_names)
