import subprocess
import sys

import pytest

from gan_augment.common.errors import UserError
from gan_augment.zoo.__main__ import Config, run
from gan_augment.zoo.known import PRESETS


def test_presets_are_listed_and_cards_printed(capsys):
    run(Config())
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == list(PRESETS)
    run(Config("mnist-dcgan"))
    printed = capsys.readouterr().out
    assert printed.startswith("# mnist-dcgan\n")
    assert PRESETS["mnist-dcgan"]["licence"] in printed


def test_to_add_one_has_to_name_it(tmp_path):
    with pytest.raises(UserError, match="which preset"):
        run(Config(add=tmp_path))


def test_in_front_a_mistake_is_one_line_and_code_2_and_nothing_heavy_is_loaded():
    ended = subprocess.run(
        [sys.executable, "-m", "gan_augment", "zoo", "mnist-dcgam"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 2
    assert (
        ended.stderr.strip()
        == "error: the zoo has no preset 'mnist-dcgam'; did you mean mnist-dcgan?"
    )
    listing = "import sys; from gan_augment import zoo; zoo.presets(); zoo.card('mnist-dcgan')"
    check = f"{listing}; assert 'tensorflow' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", check], timeout=120).returncode == 0
