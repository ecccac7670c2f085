import subprocess
import sys


def test_a_command_starts_without_tensorflows_greetings():
    code = "from gan_augment.common.quiet import import_tensorflow as i; i(); i(); print('ready')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert done.stdout == "ready\n"
    assert done.stderr == ""


def test_help_does_not_wait_for_tensorflow():
    code = (
        "import sys, tyro\n"
        "from gan_augment.mnist import Config\n"
        "try: tyro.cli(Config, args=['--help'])\n"
        "except SystemExit: pass\n"
        "sys.exit(int('tensorflow' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert "--gan-seeds" in done.stdout
