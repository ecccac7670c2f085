import numpy as np
import pytest

from gan_augment.data import LabeledImages


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch, tmp_path_factory):
    """No data anywhere but where a test puts it."""
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("GAN_AUGMENT_DATA", raising=False)
    monkeypatch.delenv("TFDS_DATA_DIR", raising=False)


@pytest.fixture
def make_set():
    """Return a maker of random labelled images."""

    def make(n=30, shape=(28, 28, 1), class_names=tuple("0123456789"), seed=0):
        rng = np.random.default_rng(seed)
        images = rng.integers(0, 256, (n, *shape), dtype=np.uint8)
        labels = rng.integers(0, len(class_names), n).astype(np.int32)
        return LabeledImages(images, labels, class_names)

    return make
