import sys
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gan_augment import augmenters, imbalance, publish, studies
from gan_augment.augmenters import conditional_dcgan, fitting
from gan_augment.classifiers import Members
from gan_augment.common.errors import UserError
from gan_augment.common.files import read_json
from gan_augment.data import read_manifest
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

    trained = sorted(path.name for path in (out / "gans").glob("*seed-1"))
    assert trained == ["bagan_share-0.25_seed-1", "conditional_share-0.25_seed-1"]
    told = read_manifest(out / "synthetic" / "share-0.25_seed-1" / "bagan")
    assert told["options"]["bagan_rate"] == read_json(out / "options.json")["bagan_rate"] == 5e-5

    publish.publish(publish.Config(runs=(out,), results=tmp_path / "results"))
    page = (tmp_path / "results" / "README.md").read_text()
    assert "## imbalance: does BAGAN restore balance where classes are rare?" in page

    monkeypatch.setattr(Members, "train", None)  # nothing is trained again
    monkeypatch.setattr(fitting, "train_watched", None)
    imbalance.run(config)
    assert pd.read_csv(out / "scores.csv").equals(scores)
    with pytest.raises(UserError, match="holds a run with width"):
        imbalance.run(small(out, data=folder, width=0.1))


def test_rates_reach_the_networks_and_are_theirs_by_default():
    given = small("run", bagan_rate=1e-5, bagan_discriminator_rate=3e-5, conditional_rate=7e-5)
    for config, rates in ((given, [1e-5, 3e-5, 7e-5, 7e-5]), (small("run"), None)):
        gans = []
        for name, build in (("bagan", augmenters.bagan), ("conditional", conditional_dcgan)):
            gans.append(imbalance.augmenter_of(config, name).build((8, 8, 1), 2))
            if rates is None:
                gans.append(build((8, 8, 1), 2, alpha=0.05))
        found = [
            [float(each.learning_rate) for each in (gan.g_optimizer, gan.d_optimizer)]
            for gan in gans
        ]
        if rates is None:
            assert found[0] == found[1]
            assert found[2] == found[3]
        else:
            np.testing.assert_allclose(np.ravel(found), rates, rtol=1e-6)


def test_stabilizers_reach_the_conditional_gan():
    given = small("run", stabilizers=("r1", "ema"), objective="hinge")
    gan = imbalance.augmenter_of(given, "conditional").build((8, 8, 1), 2)
    assert gan.stabilizers == augmenters.stabilizers.parse(("r1", "ema"))
    assert gan.objective == augmenters.objectives.OBJECTIVES["hinge"]


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
        ({"shares": (float("inf"),)}, "makes no class rare"),
        ({"bagan_rate": 0.0}, "--bagan-rate must be positive"),
        ({"stabilizers": ("r2",)}, "there is no stabiliser 'r2'"),
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


def test_help_needs_no_tensorflow(help_of):
    assert "BAGAN" in help_of("imbalance")
