import subprocess
import sys
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gan_augment import imbalance, publish, studies
from gan_augment.augmenters import fitting
from gan_augment.classifiers import Members
from gan_augment.common.errors import UserError
from gan_augment.imbalance import Config, checked, parsed
from gan_augment.reporting.imbalance_files import FILES, PERHAPS


@pytest.fixture
def folder(tmp_path):
    """Grey 8 × 8 pictures of three classes."""
    rng = np.random.default_rng(0)
    for split, n in (("train", 12), ("test", 4)):
        for k, name in enumerate(("dark", "grey", "light")):
            path = tmp_path / "pictures" / split / name
            path.mkdir(parents=True)
            for i in range(n):
                pixels = rng.integers(0, 60, (8, 8)) + 80 * k
                Image.fromarray(pixels.astype(np.uint8)).save(path / f"{i}.png")
    return str(tmp_path / "pictures")


def small(out, **options):
    defaults = {"minority": ("grey",), "shares": (0.25,), "per_class": 12, "width": 0.05}
    defaults |= {"steps": 2, "gan_seeds": 2, "members": 1, "classifier_steps": 3}
    return Config(**{**defaults, "out": out, **options})


def test_every_way_is_run_published_and_continued(folder, tmp_path, capsys, monkeypatch):
    out = tmp_path / "run"
    config = small(out, data=folder)
    imbalance.run(config)
    printed = capsys.readouterr().out
    assert "BAGAN restores balance better than a plain conditional GAN" in printed
    assert all((out / name).stat().st_size for name in (*FILES, *PERHAPS))
    scores = pd.read_csv(out / "scores.csv")
    assert set(scores["set"]) == set(studies.WAYS)
    assert (scores.groupby("set").size() == 2).all()
    made = sorted(path.name for path in (out / "synthetic" / "share-0.25_seed-1").iterdir())
    assert made == ["auto_encoder", "bagan", "conditional"]

    publish.publish(publish.Config(runs=(out,), results=tmp_path / "results"))
    page = (tmp_path / "results" / "README.md").read_text()
    assert "## imbalance: does BAGAN restore balance where classes are rare?" in page

    monkeypatch.setattr(Members, "train", None)  # nothing is trained again
    monkeypatch.setattr(fitting, "train_watched", None)
    imbalance.run(config)
    assert pd.read_csv(out / "scores.csv").equals(scores)
    with pytest.raises(UserError, match="holds a run with width"):
        imbalance.run(small(out, data=folder, width=0.1))


def test_ways_are_those_of_the_study():
    assert get_args(imbalance.Way) == tuple(studies.WAYS)
    names = {way.augmenter for way in studies.WAYS.values()} - {None}
    assert names == set(imbalance.AUGMENTERS)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"minority": ("blue",)}, "no class 'blue'; choose from dark, grey, light"),
        ({"minority": ("grey", "dark", "light")}, "names all classes"),
        ({"per_class": 13}, "has 12 images and 13 of each class"),
        ({"shares": (0.1,)}, "of 12 images a share of 0.1 is 1"),
        ({"shares": (1.0,)}, "makes no class rare"),
        ({"augmenter": ()}, "--augmenter needs"),
        ({"members": 0}, "--members must be positive"),
    ],
)
def test_bad_options_are_one_sentence(folder, tmp_path, options, sentence):
    with pytest.raises(UserError, match=sentence):
        imbalance.run(small(tmp_path / "run", data=folder, **options))


def test_smote_without_its_package_is_refused_at_once(monkeypatch):
    monkeypatch.setitem(sys.modules, "imblearn.over_sampling", None)
    with pytest.raises(UserError, match="imbalanced-learn"):
        checked(Config())
    checked(Config(augmenter=("none", "bagan")))


def test_options_are_put_in_order():
    config = checked(
        Config(shares=(0.2, 0.05, 0.2), augmenter=("bagan", "none"), minority=("8", "4", "8"))
    )
    assert config.shares == (0.05, 0.2)
    assert config.augmenter == ("none", "bagan")
    assert config.minority == ("8", "4")


def test_quick_is_a_default_and_what_is_given_wins():
    config = parsed(["--quick", "--augmenter", "bagan", "repeat+affine"])
    assert config.quick
    assert config.augmenter == ("bagan", "repeat+affine")
    assert config.steps < Config().steps


def test_help_needs_no_tensorflow():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "gan_augment.imbalance", "--help"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert "BAGAN" in done.stdout
    assert "tensorflow" not in done.stderr
    assert "imblearn" not in done.stderr
