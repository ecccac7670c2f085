import subprocess
import sys

import pytest

from gan_augment.common.locks import HeldError, Lock

HOLD = """
import sys
from gan_augment.common.locks import Lock
lock = Lock(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def another(tmp_path):
    """Another process, which holds the lock until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path / "lock"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_what_another_process_holds_is_refused_until_that_is_killed(tmp_path, another):
    with pytest.raises(HeldError, match=f"process {another.pid}"):
        Lock(tmp_path / "lock")
    another.kill()
    another.wait()
    Lock(tmp_path / "lock")


def test_the_same_process_may_hold_it_again(tmp_path):
    first = Lock(tmp_path / "lock")
    second = Lock(tmp_path / "lock")
    first.release()
    first.release()
    second.release()


def test_without_a_place_for_the_file_nothing_is_held(tmp_path):
    Lock(tmp_path / "nowhere" / "lock").release()
