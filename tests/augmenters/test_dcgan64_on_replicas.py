import subprocess
import sys
from pathlib import Path


def test_two_replicas_train_as_one():
    """Batch normalisation is over the global batch, real and fake images apart."""
    script = Path(__file__).with_name("dcgan64_on_replicas.py")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert float(done.stdout.splitlines()[-1]) < 1e-4  # of how far the weights moved
