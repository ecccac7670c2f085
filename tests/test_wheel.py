"""The wheel, built and installed alone, away from the checkout: GAN_AUGMENT_TEST_WHEEL=1 pytest.

The fresh environment sees the dependencies of the one that runs the tests, and nothing else of it.
"""

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not os.environ.get("GAN_AUGMENT_TEST_WHEEL"),
    reason="builds a wheel, for which pip may need a network: set GAN_AUGMENT_TEST_WHEEL=1",
)
CHECKOUT = Path(__file__).parents[1]
MOST_BYTES = 35e6


def called(*command, cwd):
    """Run a command where nothing of the checkout or of prepared data is near."""
    hidden = ("PYTHONPATH", "GAN_AUGMENT_DATA", "GAN_AUGMENT_TEST_WHEEL", "VIRTUAL_ENV")
    environment = {k: v for k, v in os.environ.items() if k not in hidden}
    environment["TFDS_DATA_DIR"] = str(cwd)
    ended = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    place = tmp_path_factory.mktemp("wheel")
    source = place / "source"  # a build leaves files in its source
    caches = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "gan_augment", source / "gan_augment", ignore=caches)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / name, source)
    major = int(importlib.metadata.version("setuptools").split(".")[0])
    isolation = ["--no-build-isolation"] if major >= 77 else []  # else pip fetches a newer one
    pip = (sys.executable, "-m", "pip", "wheel", "--no-deps", *isolation)
    called(*pip, "--wheel-dir", place, source, cwd=place)
    (built,) = place.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel):
    """The directory of commands of an environment with the wheel; beside it, one to be in."""
    environment, elsewhere = wheel.parent / "environment", wheel.parent / "elsewhere"
    elsewhere.mkdir()
    called(sys.executable, "-m", "venv", "--without-pip", environment, cwd=elsewhere)
    python = environment / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index")
    called(*pip, wheel, cwd=elsewhere)
    where = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    own = Path(called(python, "-c", where, cwd=elsewhere).strip())
    theirs = {sysconfig.get_paths()[kind] for kind in ("purelib", "platlib")}
    (own / "dependencies.pth").write_text("".join(f"{path}\n" for path in theirs))
    file = called(python, "-c", "import gan_augment; print(gan_augment.__file__)", cwd=elsewhere)
    assert Path(file.strip()).parent == own / "gan_augment"
    return environment / "bin", elsewhere


def test_the_wheel_has_the_weights_and_nothing_that_is_not_of_the_package(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"gan_augment"}
    shipped = {
        str(path.relative_to(CHECKOUT))
        for path in (CHECKOUT / "gan_augment" / "zoo" / "shipped").rglob("*")
        if path.is_file()
    }
    assert len(shipped) >= 5
    assert shipped <= set(names)
    assert wheel.stat().st_size < MOST_BYTES


def test_presets_make_images_with_nothing_else_there(installed):
    commands, elsewhere = installed
    gan_augment = commands / "gan-augment"
    assert "mnist-dcgan" in called(gan_augment, "zoo", cwd=elsewhere)
    assert called(gan_augment, "zoo", "mnist-dcgan", cwd=elsewhere).startswith("# mnist-dcgan")
    options = ("--per-class", "2", "--png", "--out", "images")
    called(gan_augment, "generate", "mnist-dcgan", *options, cwd=elsewhere)
    assert len(list((elsewhere / "images").glob("[0-2]/*.png"))) == 6


def test_the_first_experiment_runs_on_the_digits_that_a_dependency_brings(installed):
    commands, elsewhere = installed
    assert "--alpha" in called(commands / "gan-augment", "mnist", "--help", cwd=elsewhere)
    short = ("--steps", "2", "--members", "1", "--classifier-epochs", "1", "--alpha", "0.1")
    few = ("--arms", "real", "gan", "--ratios", "1", "--sizes", "100")
    called(commands / "gan-augment", "mnist", "--quick", *short, *few, cwd=elsewhere)
    options = json.loads((elsewhere / "runs" / "mnist" / "options.json").read_text())
    assert options["complete"]
    assert options["data"]["train_images"] == 4000
