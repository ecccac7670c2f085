"""What several replicas must keep: they train as one, and share no noise."""

from pathlib import Path

import numpy as np
import pytest

from gan_augment.augmenters.dcgan import dcgan
from gan_augment.training.checkpoint import load_weights

SCRIPT = Path(__file__).with_name("replicas.py")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("replicas")


@pytest.fixture(scope="module")
def single(folder, start_script):
    return start_script(SCRIPT, "single", folder)()[0]


@pytest.fixture(scope="module")
def mirrored(folder, start_script):
    return start_script(SCRIPT, "mirrored", folder)()[0]


@pytest.fixture(scope="module")
def workers(folder, tf_configs, start_script):
    started = [start_script(SCRIPT, "workers", folder, TF_CONFIG=each) for each in tf_configs(2)]
    return [results()[0] for results in started]


def test_strategies_are_found(single, mirrored, workers):
    assert single["replicas"] == 1
    assert (mirrored["strategy"], mirrored["replicas"]) == ("MirroredStrategy", 2)
    for worker in workers:
        assert worker["strategy"] == "CollectiveAllReduceStrategy"
        assert worker["replicas"] == 2


def test_two_replicas_train_as_one(single, mirrored):
    """Split batch, half gradients, synchronised statistics: the same weights after five steps."""
    assert_trained_alike(single, mirrored)


def test_two_processes_train_as_one(single, workers):
    for worker in workers:
        assert_trained_alike(single, worker)
    assert workers[0]["weights"] == workers[1]["weights"]


def assert_trained_alike(one, other):
    # Adam's weights do not tell whether gradients were summed or averaged; its moments do.
    for a, b in zip(one["moments"], other["moments"], strict=True):
        np.testing.assert_allclose(a, b, rtol=0.02, atol=2e-5)
    for name, value in one["first_logs"].items():
        assert other["first_logs"][name] == pytest.approx(value, abs=1e-5)
    for name, value in one["logs"].items():
        assert other["logs"][name] == pytest.approx(value, abs=1e-3)
    for a, b in zip(one["weights"], other["weights"], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-2, atol=2e-4)


def test_replicas_share_no_noise_and_together_draw_what_one_draws(single, mirrored, workers):
    for latents in (mirrored["latents"], [worker["latents"][0] for worker in workers]):
        first, second = np.array(latents)
        assert np.abs(first - second).min() > 1e-3
        np.testing.assert_array_equal(first, single["latents"][0])
    assert mirrored["masks"][0] != mirrored["masks"][1]
    assert workers[0]["masks"][0] != workers[1]["masks"][0]


def test_weights_trained_on_replicas_load_on_one_device(folder, mirrored):
    gan = dcgan((8, 8, 1), alpha=0.1, seed=99)
    load_weights(gan, folder / "mirrored.weights.h5")
    assert int(gan.step.numpy()) == 5
    for variable, values in zip(gan.weights, mirrored["weights"], strict=True):
        np.testing.assert_array_equal(
            variable.numpy().ravel()[:50], np.asarray(values, variable.dtype)
        )
