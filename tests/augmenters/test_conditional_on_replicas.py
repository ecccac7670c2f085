"""Conditional models train the same however many replicas there are."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("conditional_on_replicas.py")


@pytest.fixture(scope="module")
def outcomes():
    process = subprocess.run(
        [sys.executable, SCRIPT],
        env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
        text=True,
        capture_output=True,
    )
    lines = [line for line in process.stdout.splitlines() if line.startswith("RESULT ")]
    assert lines, process.stderr[-3000:]
    return json.loads(lines[0].removeprefix("RESULT "))


@pytest.mark.parametrize("model", ["gan", "auto_encoder"])
def test_two_replicas_train_as_one(outcomes, model):
    assert outcomes[model]["moved"] > 1e-3
    assert outcomes[model]["apart"] < 1e-5
    assert outcomes[model]["logs_apart"] < 1e-4
