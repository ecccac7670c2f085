import numpy as np
import pytest

from gan_augment.data.images import LabeledImages
from gan_augment.metrics.fingerprint import Traces, probe, trace_features

NAMES = ("a", "b", "c")


def noise(n, seed, change=lambda images, labels: images):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, n).astype(np.int32)
    images = change(rng.normal(128, 30, [n, 16, 16, 3]), labels)
    images = np.clip(images, 0, 255).astype(np.uint8)
    return Traces.of(LabeledImages(images, labels, NAMES))


def tinted(images, labels):
    images[..., 0] += 16 * labels[:, None, None]
    return images


def gridded(images, labels):
    for label in (1, 2):
        images[labels == label, ::2, :: 2 * label] += 12
        images[labels == label] -= 12 / (4 * label)  # the colour stays as it is
    return images


def test_images_without_a_trace_are_told_apart_by_chance():
    assert probe(noise(1500, 0), noise(1500, 1)) == pytest.approx(1 / 3, abs=0.05)


@pytest.mark.parametrize(("change", "kind"), [(tinted, "colour"), (gridded, "residue")])
def test_a_trace_is_found_where_it_is(change, kind):
    train, test = noise(900, 0, change), noise(900, 1, change)
    assert probe(train, test) > 0.9
    assert probe(train, test, kind) > 0.9
    other = {"colour": "residue", "residue": "colour"}[kind]
    assert probe(train, test, other) < probe(train, test, kind) - 0.3


def test_features_are_finite_for_flat_and_grey_images():
    flat = np.full([2, 8, 8, 1], 7, np.uint8)
    for features in trace_features(flat).values():
        assert features.shape[0] == 2
        assert np.isfinite(features).all()


def test_traces_are_those_of_each_image(monkeypatch):
    images = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), np.uint8)
    labels = np.arange(5, dtype=np.int32) % 3
    monkeypatch.setattr("gan_augment.metrics.fingerprint.BLOCK", 2)
    found = Traces.of(LabeledImages(images, labels, NAMES))
    for kind, features in trace_features(images).items():
        np.testing.assert_array_equal(found.features[kind], features)
    parts = [found.features[kind].shape[1] for kind in ("colour", "residue", "both")]
    assert parts[0] + parts[1] == parts[2]
