"""Stabilisers do the same however many replicas train together."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("stabilizers_on_replicas.py")
COMBINATIONS = [
    "instance-noise+r1+spectral-norm+diversity+ema",
    "diff-augment+wgan-gp+critic-steps=2+gradient-clipping=0.1",
    "consensus=0.5+weight-norm",
    "weight-clipping=0.1",
    "unrolled",
]


@pytest.fixture(scope="module")
def outcomes():
    process = subprocess.run(
        [sys.executable, SCRIPT, *COMBINATIONS],
        env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
        text=True,
        capture_output=True,
    )
    found = {}
    for line in process.stdout.splitlines():
        if line.startswith("RESULT "):
            found |= json.loads(line.removeprefix("RESULT "))
    assert len(found) == len(COMBINATIONS), process.stderr[-3000:]
    return found


@pytest.mark.parametrize("combination", COMBINATIONS[:-1])
def test_two_replicas_train_as_one(outcomes, combination):
    assert outcomes[combination]["apart"] < 1e-5
    assert outcomes[combination]["logs_apart"] < 1e-5


def test_unrolling_is_refused_on_two(outcomes):
    assert "one device" in outcomes["unrolled"]["refused"]
