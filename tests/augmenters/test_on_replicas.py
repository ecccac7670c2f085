"""Models train the same however many replicas there are."""

import pytest


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
