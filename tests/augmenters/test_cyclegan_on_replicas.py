import subprocess
import sys
from pathlib import Path


def test_two_replicas_train_as_one():
    """The pool, of which there is one for all, included."""
    script = Path(__file__).with_name("cyclegan_on_replicas.py")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    apart, pools_apart, spread = map(float, done.stdout.splitlines()[-1].split())
    assert apart < 1e-3  # of how far the weights moved
    assert pools_apart < 1e-3
    assert spread > 0.01
