import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("GAN_AUGMENT_QUIET", "1")

import json
import socket
import subprocess
import sys

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


@pytest.fixture
def embedded_digits_only(monkeypatch, tmp_path):
    """No data but the digits that a package carries."""
    monkeypatch.delenv("GAN_AUGMENT_DATA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "home"))


@pytest.fixture
def digits(tmp_path):
    """A data directory with eighty different digits to train on, twenty to test on."""
    rng = np.random.default_rng(0)
    arrays = {}
    for split, n in (("train", 80), ("test", 20)):
        arrays[f"x_{split}"] = rng.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        arrays[f"y_{split}"] = (np.arange(n) % 10).astype(np.uint8)
    np.savez(tmp_path / "mnist.npz", **arrays)
    return tmp_path


@pytest.fixture(scope="session")
def help_of():
    """Return what --help of a command prints; it must come without what is slow to import."""

    def printed(command):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", f"gan_augment.{command}", "--help"],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        assert "tensorflow" not in done.stderr
        assert "imblearn" not in done.stderr
        return done.stdout

    return printed


@pytest.fixture(scope="session")
def start_script():
    """Start a script in a process of its own, where devices can be set before TensorFlow starts.

    Return what waits for it, and returns what stands behind "RESULT" in the lines that it printed.
    """

    def start(path, *arguments, **environment):
        process = subprocess.Popen(
            [sys.executable, path, *arguments],
            env={**os.environ, "CUDA_VISIBLE_DEVICES": "", **environment},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

        def results():
            printed, errors = process.communicate(timeout=300)
            lines = [line for line in printed.splitlines() if line.startswith("RESULT ")]
            assert lines, errors[-3000:]
            return [json.loads(line.removeprefix("RESULT ")) for line in lines]

        return results

    return start


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
