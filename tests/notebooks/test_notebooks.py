import importlib
import importlib.util
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import make
import matplotlib
import pytest

NAMES = make.names()
RUNNERS = ("nbclient", "nbformat", "ipykernel")
MISSING = [name for name in RUNNERS if importlib.util.find_spec(name) is None]
SWITCH = re.compile(r'^SIZE = "quick"', re.M)


def sources(name):
    return ["".join(cell["source"]) for cell in make.code(make.read(name))]


def test_every_text_has_a_notebook_and_every_notebook_a_text():
    assert len(NAMES) == 14
    assert sorted(path.stem for path in make.NOTEBOOKS.glob("*.ipynb")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_it_is_what_its_text_makes(name):
    made = make.built(name, make.repository())
    assert make.without_outputs(make.read(name)) == made, "run tests/notebooks/make.py"


@pytest.mark.skipif("nbformat" in MISSING, reason="nbformat is not installed")
@pytest.mark.parametrize("name", NAMES)
def test_it_is_valid(name):
    import nbformat

    nbformat.validate(nbformat.read(make.NOTEBOOKS / f"{name}.ipynb", as_version=4))


@pytest.mark.parametrize("name", NAMES)
def test_it_installs_first_and_has_one_switch_that_is_on_quick(name):
    first, *others = sources(name)
    assert "importlib.util.find_spec" in first
    assert not any("pip" in source for source in others)
    (switch,) = [source for source in others if SWITCH.search(source)]
    assert {'"quick"', '"full"'} <= set(re.findall(r'"\w+"', switch))


@pytest.mark.parametrize("name", NAMES)
def test_it_shows_no_path_of_a_machine_and_is_small(name):
    assert make.machine_paths(make.read(name)) == []
    assert (make.NOTEBOOKS / f"{name}.ipynb").stat().st_size < 1_500_000


@pytest.mark.parametrize("name", NAMES)
def test_its_links_lead_to_files_of_the_repository(name):
    cells = make.read(name)["cells"]
    text = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    links = re.findall(r"\]\(\s*([^)\s]+)\s*\)", text)
    assert any(link.startswith("../results/README.md") for link in links)
    for link in links:
        if "://" not in link:
            assert (make.NOTEBOOKS / link.partition("#")[0]).exists(), link


@pytest.mark.parametrize("size", ["quick", "full"])
@pytest.mark.parametrize("name", NAMES)
def test_the_options_of_either_size_are_those_of_the_command(name, size):
    (switch,) = [source for source in sources(name) if SWITCH.search(source)]
    told = {"Path": Path}
    exec(switch.replace('SIZE = "quick"', f'SIZE = "{size}"'), told)
    code = "\n".join(sources(name))
    command = re.search(r"(\w+)\.Config\([^\n]*\*\*OPTIONS\)", code)
    module = command[1] if command else "images" if "compare(SOURCE" in code else None
    if module:
        config = importlib.import_module(f"gan_augment.{module}").Config
        assert set(told["OPTIONS"]) <= {field.name for field in fields(config)}
    else:  # options of its own cells: all of them are there in both sizes, and used
        used = set(re.findall(r'OPTIONS\["(\w+)"\]', code))
        assert set(told["OPTIONS"]) == used


@pytest.mark.skipif(importlib.util.find_spec("IPython") is None, reason="IPython is not installed")
@pytest.mark.parametrize("name", NAMES)
def test_published_numbers_are_drawn(name, monkeypatch):
    drawn, shown, there = [], [], False
    monkeypatch.chdir(make.NOTEBOOKS)
    monkeypatch.setattr("gan_augment.common.quiet.import_tensorflow", lambda: None)
    monkeypatch.setattr(sys, "argv", ["kernel", "-f", "connection.json"])
    with matplotlib.rc_context():
        matplotlib.use("Agg")
        import matplotlib.pyplot as plt

        monkeypatch.setattr(plt, "show", lambda: drawn.append(plt.gcf()) or plt.close("all"))
        known = {}
        for source in sources(name):
            if SWITCH.search(source):
                break
            exec(source, known)
            known["display"] = shown.append
            there = there or bool(known.get("folder"))
    assert sys.argv == ["kernel"]
    if "published(" in "\n".join(sources(name)[2:]):
        said = [each.data for each in shown if isinstance(getattr(each, "data", None), str)]
        assert any("../results/README.md#" in sentence for sentence in said) == there
        assert there or any("No results of" in sentence for sentence in said)
    if there:
        # The survey's section III has a table before the switch and figures after it.
        pictures = [each for each in shown if type(each).__name__ == "Image"]
        assert drawn or pictures or name == "survey_3"
        assert shown


def test_a_public_address_makes_the_badge_and_is_cloned_from():
    address = "https://github.com/someone/something"
    assert make.badge("leung", None) == make.badge("leung", "https://example.org/x") == ""
    assert "/github/someone/something/blob/main/notebooks/leung.ipynb" in make.badge(
        "leung", f"{address}.git"
    )
    title, install, *_ = make.built("leung", address)["cells"]
    assert "colab-badge.svg" in "".join(title["source"])
    assert f'"{address}", "copy"' in "".join(install["source"])
    assert "RuntimeError" not in "".join(install["source"])
    title, install, *_ = make.built("leung", None)["cells"]
    assert "colab" not in "".join(title["source"])
    assert make.MISSING in "".join(install["source"])


def test_the_first_cell_finds_an_uploaded_copy_and_installs_nothing_that_is_there(
    tmp_path, monkeypatch
):
    copy = tmp_path / "uploaded" / "gan_augment"
    copy.mkdir(parents=True)
    (copy / "__init__.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(subprocess, "run", None)  # nothing is installed
    known = {}
    exec(sources("leung")[0], known)
    assert known["ROOT"] == copy.parent


def test_outputs_are_kept_as_long_as_the_code_is_the_same():
    before = make.built("leung", None)
    make.code(before)[0] |= {"execution_count": 1, "outputs": [{"output_type": "stream"}]}
    kept = make.with_known_outputs(make.built("leung", None), before)
    assert kept == before
    assert make.without_outputs(kept) == make.built("leung", None)
    make.code(before)[1]["source"] = ["other code"]
    assert make.with_known_outputs(make.built("leung", None), before) == make.built("leung", None)


def test_paths_of_machines_are_found_in_sources_and_outputs():
    cells = [
        make.cell("markdown", "see /home/somebody/x and ../results/README.md", "a"),
        make.cell("code", "Path('runs/mine')", "b") | {
            "outputs": [
                {"text": ["fine: runs/mine\n", "warning: /tmp/abc/x.py:3\n"]},
                {"data": {"image/png": "/usr/AAAA", "text/plain": ["https://x.org/usr/y"]}},
            ]
        },
    ]  # fmt: skip
    assert make.machine_paths({"cells": cells}) == [
        "see /home/somebody/x and ../results/README.md",
        "warning: /tmp/abc/x.py:3",
    ]


@pytest.mark.skipif(
    not os.environ.get("GAN_AUGMENT_NOTEBOOKS"),
    reason="takes four minutes; set GAN_AUGMENT_NOTEBOOKS=1 to run it",
)
@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
@pytest.mark.parametrize("name", NAMES)
def test_it_runs_from_top_to_bottom(name, tmp_path):
    command = [sys.executable, make.__file__, "--execute", name, "--into", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    (notebook,) = (tmp_path / f"{name}.ipynb",)
    executed = make.json.loads(notebook.read_text(encoding="utf-8"))
    assert all(cell["execution_count"] for cell in make.code(executed))
    outputs = [output for cell in make.code(executed) for output in cell["outputs"]]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert notebook.stat().st_size < 1_500_000
