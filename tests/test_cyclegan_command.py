from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gan_augment import cyclegan, publish
from gan_augment.augmenters import fitting
from gan_augment.common.errors import UserError
from gan_augment.cyclegan import Config, checked, classical, parsed
from gan_augment.data.records import read_manifest
from gan_augment.reporting.cyclegan_files import FILES, PICTURES

SMALL = {
    "plentiful": 30,
    "scarce": 25,
    "labelled": (10, 12),
    "steps": 4,
    "batch_size": 2,
    "gan_seeds": 1,
    "width": 1,
    "blocks": 1,
    "pool": 2,
    "members": 1,
    "classifier_steps": 2,
    "classifier_batch": 4,
    "judges": 1,
    "judge_steps": 2,
}


@pytest.fixture
def pair(tmp_path):
    rng = np.random.default_rng(0)
    for part, n in (("trainA", 6), ("trainB", 5), ("testA", 3), ("testB", 4)):
        path = tmp_path / "cat2dog" / part
        path.mkdir(parents=True)
        for k in range(n):
            pixels = rng.integers(0, 256, (10, 12, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(path / f"{k}.png")
    return tmp_path / "cat2dog"


def small(out, **options):
    return Config(**{**SMALL, "out": out, **options})


def test_domains_that_share_their_classes(digits, tmp_path, capsys, monkeypatch):
    run = small(tmp_path / "run", data_dir=digits)
    cyclegan.run(run)
    printed = capsys.readouterr().out
    assert "Accuracy on real images of the scarce domain" in printed
    assert "Translated images help more than standard augmentation." in printed
    assert all((run.out / name).stat().st_size for name in FILES)
    scores = pd.read_csv(run.out / "scores.csv")
    assert scores.groupby("labelled")["set"].nunique().to_dict() == {10: 10, 12: 10}
    assert set(scores["steps"]) == {2}
    assert set(pd.read_csv(run.out / "judges.csv")["set"]) == {
        "held out", "plentiful", "translated", "shifted",
    }  # fmt: skip
    manifest = read_manifest(run.out / "synthetic" / "seed-0" / "into_second")
    assert manifest["counts"] == dict.fromkeys("0123456789", 3)
    assert manifest["into"] == "scan"

    before = (run.out / "cells.jsonl").read_text()
    monkeypatch.setattr(fitting, "train_watched", None)
    cyclegan.run(run)  # nothing is done again
    assert (run.out / "cells.jsonl").read_text() == before
    assert capsys.readouterr().out == printed
    (shard,) = run.out.glob("synthetic/seed-0/into_second/1.0.0/*.tfrecord*")
    written = shard.stat().st_ino
    cyclegan.run(replace(run, labelled=(12,)))  # neither are images translated again
    assert shard.stat().st_ino == written
    cyclegan.run(run)

    publish.publish(publish.Config(runs=(run.out,), results=tmp_path / "results"))
    page = (tmp_path / "results" / "README.md").read_text()
    assert "## cyclegan: are images of another domain of use" in page
    assert "kidneys 0.09 with standard augmentation" in page
    assert "### Do images keep their labels?" in page
    assert "Scans are made, not found" in page
    with pytest.raises(UserError, match="cycle = 10"):
        cyclegan.run(small(run.out, data_dir=digits, cycle=1.0))


def test_a_pair_of_pictures(pair, tmp_path, capsys):
    run = small(tmp_path / "run", domains=(str(pair),), size=12, mirror=True, gan_seeds=2)
    cyclegan.run(run)
    printed = capsys.readouterr().out
    assert "Judges of the domain" in printed
    assert "Accuracy" not in printed
    assert all((run.out / name).stat().st_size for name in PICTURES)
    assert not (run.out / "scores.csv").exists()
    ways = pd.read_csv(run.out / "ways.csv")
    assert ways[["into", "images"]].values.tolist() == [["dog", 3], ["cat", 4]] * 2
    manifest = read_manifest(run.out / "synthetic" / "seed-1" / "into_first")
    assert manifest["counts"] == {"dog": 5}
    publish.publish(publish.Config(runs=(run.out,), results=tmp_path / "results"))
    page = (tmp_path / "results" / "README.md").read_text()
    assert "## translation: cat and dog" in page
    assert "6 images of cat and 5 of dog, 12 × 12" in page


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"steps": 0}, "--steps must be positive"),
        ({"cycle": -1.0}, "--cycle cannot be negative"),
        ({"pool": 1}, "a pool of 1 images is smaller than a batch of 2"),
        ({"labelled": (26,)}, "26 labelled images were asked for"),
        ({"labelled": ()}, "--labelled needs a number"),
        ({"domains": ("mnist", "digits of mine")}, "no data set and no image folder"),
    ],
)
def test_bad_options_are_one_sentence(digits, tmp_path, options, sentence):
    with pytest.raises(UserError, match=sentence):
        cyclegan.run(small(tmp_path / "run", data_dir=digits, **options))
    assert not (tmp_path / "run").exists()


def test_classical_augmentation_changes_colours_where_there_are_some():
    for channels in (1, 3):
        plain = np.full([4, 8, 8, channels], 0.2, np.float32)  # as it is, under an affine map
        changed = classical(channels)(plain, [1, 2]).numpy()
        assert np.allclose(changed, plain, atol=1e-5) == (channels == 1)


def test_options_are_put_in_order():
    assert checked(Config(labelled=(500, 100, 500))).labelled == (100, 500)


def test_quick_is_a_default_and_what_is_given_wins():
    config = parsed(["--quick", "--members", "9", "--domains", "horse2zebra"])
    assert config.quick
    assert config.members == 9
    assert config.domains == ("horse2zebra",)
    assert config.steps < Config().steps


def test_help_needs_no_tensorflow(help_of):
    assert "Sandfort" in help_of("cyclegan")
