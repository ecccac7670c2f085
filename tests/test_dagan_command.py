import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gan_augment import dagan, publish
from gan_augment.augmenters import fitting
from gan_augment.common.errors import UserError
from gan_augment.dagan import Config, checked, parsed
from gan_augment.reporting.dagan_files import FILES

SMALL = {
    "source": 5,
    "targets": 2,
    "shots": (2, 1),
    "siblings": (2, 1),
    "gan_seeds": 2,
    "steps": 4,
    "batch_size": 2,
    "critic_steps": 2,
    "width": 2,
    "latent_dim": 3,
    "members": 2,
    "classifier_steps": 3,
    "classifier_filters": (2, 2),
    "side": 8,
}


@pytest.fixture
def folder(tmp_path):
    """Two alphabets of five characters, drawn four times."""
    rng = np.random.default_rng(0)
    for k in range(10):
        path = tmp_path / "mine" / f"alphabet{k % 2}" / f"character{k}"
        path.mkdir(parents=True)
        shape = rng.integers(0, 200, (8, 8))
        for n in range(4):
            pixels = shape + rng.integers(0, 50, (8, 8))
            Image.fromarray(pixels.astype(np.uint8)).save(path / f"{n}.png")
    return tmp_path / "mine"


def small(out, folder, **options):
    return Config(**{**SMALL, "data": str(folder), "out": out, **options})


def test_a_run_is_whole_is_not_done_again_and_is_published(folder, tmp_path, capsys, monkeypatch):
    out = tmp_path / "run"
    dagan.run(small(out, folder, gan_seeds=1))
    first = (out / "cells.jsonl").read_text()
    capsys.readouterr()
    dagan.run(small(out, folder))  # a seed may join
    assert (out / "cells.jsonl").read_text().startswith(first)
    printed = capsys.readouterr().out
    assert "Accuracy on unseen classes" in printed
    assert "reported" not in printed
    assert all((out / name).stat().st_size for name in FILES)
    scores = pd.read_csv(out / "scores.csv")
    assert scores.groupby(["gan_seed", "shots", "set"]).size().eq(2).all()
    assert len(scores) == 2 * 2 * 4 * 2
    assert set(scores["steps"]) == {3}
    options = json.loads((out / "options.json").read_text())
    assert options["complete"]
    assert options["data"]["classes"] == 10
    manifest = out / "synthetic" / "seed-1" / "target" / "1.0.0" / "generation.json"
    generation = json.loads(manifest.read_text())
    assert generation["count"] == 2 * 2 * 2  # classes, given images, siblings of each
    assert generation["gan"]["all"][0]["step"] == 4

    cells = (out / "cells.jsonl").read_text()
    before = {name: (out / name).read_bytes() for name in FILES}
    monkeypatch.setattr(fitting, "train_watched", None)
    dagan.run(small(out, folder))  # nothing is done again
    assert (out / "cells.jsonl").read_text() == cells
    assert {name: (out / name).read_bytes() for name in FILES} == before
    with pytest.raises(UserError, match="width = 2, not 3"):
        dagan.run(small(out, folder, width=3))

    publish.publish(publish.Config(runs=(out,), results=tmp_path / "results"))
    page = (tmp_path / "results" / "README.md").read_text()
    assert "## dagan: siblings of a few images" in page
    assert "5 source classes, 2 target classes" in page
    for picture in ("accuracy", "figure_10", "training"):
        assert f"(dagan/{picture}.png)" in page
        assert (tmp_path / "results" / "dagan" / f"{picture}.png").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"steps": 0}, "--steps must be positive"),
        ({"shots": ()}, "--shots and --siblings need"),
        ({"targets": 1}, "--targets needs two classes"),
        ({"critic_steps": 101}, "critic-steps"),
        ({"source": 9}, "choose fewer source classes, targets or shots"),
        ({"shots": (4,)}, "have 5"),
        ({"data": "nowhere"}, "no data set and no image folder"),
    ],
)
def test_bad_options_are_one_sentence(folder, tmp_path, options, sentence):
    with pytest.raises(UserError, match=sentence):
        dagan.run(small(tmp_path / "run", folder, **options))
    assert not (tmp_path / "run").exists()


def test_options_are_put_in_order():
    config = checked(Config(shots=(5, 1, 5), siblings=(9, 3)))
    assert config.shots == (1, 5)
    assert config.siblings == (3, 9)


def test_quick_is_a_default_and_what_is_given_wins():
    config = parsed(["--quick", "--members", "9"])
    assert config.quick
    assert config.members == 9
    assert config.width < Config().width


def test_help_needs_no_tensorflow(help_of):
    assert "--shots" in help_of("dagan")
