import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("GAN_AUGMENT_QUIET", "1")

import json
import socket

import numpy as np
import pytest

from gan_augment.data.attributes import AttributeSet
from gan_augment.data.images import LabeledImages


@pytest.fixture
def blobs():
    """Three classes of 28 × 28 images that a classifier tells apart: bars at different heights."""

    def make(n, seed=0):
        rng = np.random.default_rng(seed)
        labels = np.arange(n, dtype=np.int32) % 3
        images = rng.integers(0, 60, (n, 28, 28, 1))
        for image, label, shift in zip(images, labels, rng.integers(-2, 3, n)):
            image[4 + 8 * label + shift : 8 + 8 * label + shift, 6:22] += 180
        return LabeledImages(images.astype(np.uint8), labels, ("top", "middle", "bottom"))

    return make


@pytest.fixture
def described():
    """Six classes of features that are linear in three attributes; the last two are unseen."""

    def make(per_class=30, noise=0.1, seed=0):
        rng = np.random.default_rng(seed)
        table = [[0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 1, 1], [1, 1, 0], [1, 0, 1]]
        attributes = np.array(table, np.float32)
        labels = np.repeat(np.arange(6, dtype=np.int32), per_class)
        weights = np.random.default_rng(0).uniform(0.5, 2, (3, 8))  # the same for every seed
        features = attributes[labels] @ weights + rng.uniform(0, noise, (len(labels), 8))
        rows = np.arange(len(labels))
        training = rows % per_class < per_class // 2
        return AttributeSet(
            features.astype(np.float32),
            labels,
            attributes,
            tuple("abcdef"),
            train=rows[(labels < 4) & training],
            test_seen=rows[(labels < 4) & ~training],
            test_unseen=rows[labels > 3],
        )

    return make


@pytest.fixture(scope="session")
def tf_configs():
    """Make TF_CONFIG for each of n workers on this machine."""

    def make(n):
        sockets = [socket.socket() for _ in range(n)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        cluster = {"worker": [f"127.0.0.1:{s.getsockname()[1]}" for s in sockets]}
        for s in sockets:
            s.close()
        tasks = ({"type": "worker", "index": index} for index in range(n))
        return [json.dumps({"cluster": cluster, "task": task}) for task in tasks]

    return make
