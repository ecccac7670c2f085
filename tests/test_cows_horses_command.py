import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gan_augment import cows_horses, publish, reporting
from gan_augment.augmenters import fitting
from gan_augment.common.errors import UserError
from gan_augment.cows_horses import Config, checked, parsed
from gan_augment.data import eth80
from gan_augment.reporting.cows_horses_files import FILES

SMALL = {
    "epochs": 2,
    "gan_seeds": 1,
    "width": 2,
    "latent_dim": 3,
    "compare": (2,),
    "compare_epochs": 1,
    "added": (4, 6),
    "members": 2,
    "classifier_epochs": 2,
    "added_epochs": 1,
    "fold_steps": 2,
    "fold_epochs": 1,
    "fold_members": 1,
}


@pytest.fixture
def place(tmp_path):
    """ETH-80 in small: three cows and three horses, four views each."""
    rng = np.random.default_rng(0)
    rows = [(c, o) for c in (0, 1) for o in (3, 5, 8) for _ in range(4)]
    category, objects = (np.array(column, np.uint8) for column in zip(*rows))
    x = rng.integers(0, 100, (len(rows), 64, 64, 3)) + 100 * category[:, None, None, None]
    np.savez(tmp_path / eth80.FILE, x=x.astype(np.uint8), category=category, object=objects)
    return tmp_path


@pytest.fixture
def folder(tmp_path):
    """Pictures of one's own, of several sizes."""
    rng = np.random.default_rng(0)
    for split, n in (("train", 3), ("test", 2)):
        for name in ("cat", "dog"):
            path = tmp_path / "mine" / split / name
            path.mkdir(parents=True)
            for k in range(n):
                pixels = rng.integers(0, 256, (40 + k, 50, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(path / f"{k}.png")
    return tmp_path / "mine"


def small(out, **options):
    return Config(**{**SMALL, "out": out, **options})


def test_both_protocols_folds_and_the_page(place, tmp_path, capsys, monkeypatch):
    run = small(
        tmp_path / "run", data_dir=place, train_objects=(3, 5), test_objects=(8, 3), compare=()
    )
    cows_horses.run(run)
    printed = capsys.readouterr().out
    assert "Table I, report's protocol" in printed
    assert "Table I, corrected protocol" in printed
    assert "Each object left out in turn" in printed
    assert all((tmp_path / "run" / name).stat().st_size for name in FILES)
    scores = pd.read_csv(tmp_path / "run" / "scores.csv")
    main = scores[scores["fold"].isna() & (scores["part"] == "test")]
    assert main.groupby("protocol")["situation"].nunique().to_dict() == {
        "corrected": 9, "report": 5,
    }  # fmt: skip
    assert set(scores["fold"].dropna()) == {3, 5, 8}
    assert "Traceback" not in printed

    before = (tmp_path / "run" / "cells.jsonl").read_text()
    monkeypatch.setattr(fitting, "train_watched", None)
    monkeypatch.setattr(reporting, "write_cows_horses", lambda *parts: "the same")
    cows_horses.run(run)  # nothing is done again
    assert (tmp_path / "run" / "cells.jsonl").read_text() == before
    assert "the same" in capsys.readouterr().out

    publish.publish(publish.Config(runs=(tmp_path / "run",), results=tmp_path / "results"))
    page = (tmp_path / "results" / "README.md").read_text()
    assert "## cows_horses: Farhat (ETH-80)" in page
    assert "### Each object left out in turn" in page


def test_pictures_of_ones_own(folder, tmp_path, capsys):
    run = small(tmp_path / "run", data=str(folder), protocol=("corrected",), gan_seeds=2)
    cows_horses.run(run)
    said = capsys.readouterr()
    assert "are resized to 64x64" in said.err
    assert "reported" not in said.out
    assert "left out" not in said.out
    scores = pd.read_csv(tmp_path / "run" / "scores.csv")
    assert {"recall_cat", "recall_dog"} <= set(scores)
    assert set(scores["protocol"]) == {"corrected"}


def test_one_image_of_a_class_is_refused_before_anything_is_trained(folder, tmp_path):
    for k in (1, 2):
        (folder / "train" / "dog" / f"{k}.png").unlink()
    with pytest.raises(UserError, match=r"'dog' has 1 image\(s\) to train on"):
        cows_horses.run(small(tmp_path / "run", data=str(folder)))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"epochs": 0}, "--epochs must be positive"),
        ({"protocol": ()}, "--protocol needs"),
        ({"members": 1, "gan_seeds": 2}, "2 GAN seeds need as many classifiers"),
        ({"added": (5, 5)}, "two different numbers"),
        ({"compare": (3,)}, "divide 64, and 3 does not"),
        ({"train_objects": (9, 5)}, "no cow 9; choose from 3, 5, 8"),
        ({"stabilizers": ("r2",)}, "there is no stabiliser 'r2'"),
        ({"stabilizers": ("r1",), "compare": (4,)}, "needs one without batch normalisation"),
        ({"test_objects": (8, 5)}, "horse 5 is there both to train on and to test on"),
    ],
)
def test_bad_options_are_one_sentence(place, tmp_path, options, sentence):
    with pytest.raises(UserError, match=sentence):
        cows_horses.run(small(tmp_path / "run", data_dir=place, **options))


def test_options_are_put_in_order():
    config = checked(Config(added=(9, 4), protocol=("corrected", "report"), compare=(16, 1, 4)))
    assert config.added == (4, 9)
    assert config.protocol == ("report", "corrected")
    assert config.compare == (4, 16)
    assert checked(Config(epochs=50)).compare_epochs == 50


def test_quick_is_a_default_and_what_is_given_wins():
    config = parsed(["--quick", "--members", "9"])
    assert config.quick
    assert config.members == 9
    assert config.width < Config().width


def test_help_needs_no_tensorflow(help_of):
    assert "Farhat" in help_of("cows_horses")
