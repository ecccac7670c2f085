"""Models train the same however many replicas there are."""

from pathlib import Path

import pytest

COMBINATIONS = [
    "instance-noise+r1+spectral-norm+diversity+ema",
    "diff-augment+wgan-gp+critic-steps=2+gradient-clipping=0.1",
    "consensus=0.5+weight-norm",
    "weight-clipping=0.1",
]


@pytest.fixture(scope="module")
def outcomes(start_script):
    """Outcomes by name of one of the scripts beside this file; each is run once."""
    found = {}

    def outcomes_of(script, *arguments):
        if script not in found:
            path = Path(__file__).with_name(f"{script}_on_replicas.py")
            (found[script],) = start_script(path, *arguments)()
        return found[script]

    return outcomes_of


@pytest.mark.parametrize(
    ("script", "name", "limit"),
    [
        ("conditional", "gan", 1e-5),
        ("conditional", "auto_encoder", 1e-5),
        ("dagan", "dagan", 1e-4),
        ("genclass", "genclass", 1e-5),
    ],
)
def test_two_replicas_train_as_one(outcomes, script, name, limit):
    outcome = outcomes(script)[name]
    assert outcome["moved"] > 1e-3
    assert outcome["apart"] < limit
    assert outcome["logs_apart"] < 1e-4


@pytest.mark.parametrize(
    ("script", "name", "share"),
    [("cyclegan", "cyclegan", 1e-3), ("cyclegan", "pools", 1e-3), ("dcgan64", "dcgan64", 1e-4)],
)
def test_two_replicas_are_apart_by_a_small_share_of_what_moved(outcomes, script, name, share):
    outcome = outcomes(script)[name]
    assert outcome["moved"] > 0
    assert outcome["apart"] < share * outcome["moved"]


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_two_replicas_train_as_one_with_stabilisers(outcomes, combination):
    outcome = outcomes("stabilizers", *COMBINATIONS, "unrolled")[combination]
    assert outcome["moved"] > 1e-3
    assert outcome["apart"] < 1e-5
    assert outcome["logs_apart"] < 1e-5


def test_unrolling_is_refused_on_two(outcomes):
    assert "one device" in outcomes("stabilizers", *COMBINATIONS, "unrolled")["unrolled"]["refused"]
