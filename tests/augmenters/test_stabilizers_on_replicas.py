"""Stabilised games train the same however many replicas there are."""

import pytest

COMBINATIONS = [
    "instance-noise+r1+spectral-norm+diversity+ema",
    "diff-augment+wgan-gp+critic-steps=2+gradient-clipping=0.1",
    "consensus=0.5+weight-norm",
    "weight-clipping=0.1",
]


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_two_replicas_train_as_one_with_stabilisers(outcomes, combination):
    outcome = outcomes("stabilizers", *COMBINATIONS, "unrolled")[combination]
    assert outcome["moved"] > 1e-3
    assert outcome["apart"] < 1e-5
    assert outcome["logs_apart"] < 1e-5


def test_unrolling_is_refused_on_two(outcomes):
    assert "one device" in outcomes("stabilizers", *COMBINATIONS, "unrolled")["unrolled"]["refused"]
