import subprocess
import sys
from pathlib import Path

import gan_augment
from gan_augment.__main__ import commands


def front(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "gan_augment", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_all_commands_are_listed_each_with_a_line_that_fits():
    listed = front("--help").stdout
    for name, about in commands().items():
        assert f"  {name} " in listed
        assert about in listed
        assert about.endswith((".", "?"))
        assert len(about) < 97
    package = Path(gan_augment.__file__).parent
    runnable = {
        path.stem
        for path in package.glob("*.py")
        if "run_command(" in path.read_text() and path.stem != "experiment"
    }
    runnable |= {path.parent.name for path in package.glob("*/__main__.py")}
    assert set(commands()) == runnable


def test_a_command_is_run_with_its_options_and_its_exit_code():
    ended = front("mnist", "--ratios", "-2", "--out", "nowhere")
    assert ended.returncode == 2
    assert "the ratio of generated to real images cannot be -2" in ended.stderr
    assert "--alpha" in front("mnist", "--help").stdout


def test_an_unknown_command_says_which_was_meant():
    ended = front("mnits")
    assert ended.returncode == 2
    assert ended.stderr == "error: there is no command 'mnits'; did you mean mnist?\n"
