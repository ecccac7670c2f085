import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from gan_augment.augmenters.dcgan import dcgan
from gan_augment.common.errors import UserError
from gan_augment.training.checkpoint import load_weights, save_weights


def trained(steps, seed=0):
    gan = dcgan((8, 8, 1), alpha=0.1, seed=seed)
    for step in range(steps):
        gan.train_step(tf.fill([4, 8, 8, 1], step / 10))
    return gan


def state(gan):
    parts = [*gan.weights, *gan.g_optimizer.variables, *gan.d_optimizer.variables]
    return [variable.numpy() for variable in parts]


def test_everything_comes_back(tmp_path):
    first, second = trained(3), trained(0, seed=1)
    save_weights(first, tmp_path / "gan.weights.h5")
    load_weights(second, tmp_path / "gan.weights.h5")
    for a, b in zip(state(first), state(second), strict=True):
        np.testing.assert_array_equal(a, b)
    assert int(second.step.numpy()) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["gan.weights.h5"]


def test_an_optimiser_that_would_be_left_out_is_an_error(tmp_path):
    save_weights(trained(1), tmp_path / "gan.weights.h5")
    unbuilt = dcgan((8, 8, 1), alpha=0.1)
    unbuilt.g_optimizer = type(unbuilt.g_optimizer)(1e-3)
    with pytest.raises(UserError, match="damaged or of another model"):
        load_weights(unbuilt, tmp_path / "gan.weights.h5")


def test_weights_of_another_network_are_refused(tmp_path):
    save_weights(trained(0), tmp_path / "gan.weights.h5")
    with pytest.raises(UserError, match="damaged or of another model"):
        load_weights(dcgan((8, 8, 1), alpha=0.2), tmp_path / "gan.weights.h5")


def test_a_full_disk_is_one_sentence_and_keeps_what_was_there(tmp_path, monkeypatch):
    gan, path = trained(0), tmp_path / "gan.weights.h5"
    save_weights(gan, path)
    before = path.read_bytes()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(UserError, match="the disk is too full"):
        save_weights(gan, path)
    assert path.read_bytes() == before
