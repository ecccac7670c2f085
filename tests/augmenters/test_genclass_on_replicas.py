"""GenClass trains the same however many replicas there are."""

import json
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("genclass_on_replicas.py")


def test_two_replicas_train_as_one():
    process = subprocess.run(
        [sys.executable, SCRIPT],
        env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
        text=True,
        capture_output=True,
    )
    lines = [line for line in process.stdout.splitlines() if line.startswith("RESULT ")]
    assert lines, process.stderr[-3000:]
    outcome = json.loads(lines[0].removeprefix("RESULT "))
    assert outcome["moved"] > 1e-3
    assert outcome["apart"] < 1e-5
    assert outcome["logs_apart"] < 1e-4
