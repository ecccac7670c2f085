import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import tensorflow_datasets as tfds

from gan_augment import mnist
from gan_augment.common.errors import UserError
from gan_augment.mnist import Config

pytestmark = pytest.mark.usefixtures("embedded_digits_only")


def small(out, **options):
    return Config(
        **{
            "alpha": (0.05,),
            "sizes": (100,),
            "ratios": (1.0,),
            "steps": 2,
            "members": 2,
            "classifier_epochs": 2,
            "out": out,
            **options,
        }
    )


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "gan_augment.mnist", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "small"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("GAN_AUGMENT_DATA", raising=False)
        mnist.run(small(out))
    return out


def test_a_run_leaves_scores_tables_figures_and_the_generated_set(finished):
    names = {path.name for path in finished.iterdir()}
    assert {"options.json", "scores.csv", "cells.jsonl", "samples.png"} <= names
    assert {"table_1.csv", "table_2.csv", "table_3.csv", "table_4.csv"} <= names
    scores = pd.read_csv(finished / "scores.csv")
    cells = scores.groupby(["arm", "ratio"]).size()
    assert (cells == 2).all()
    assert {arm for arm, _ in cells.index} == set(Config().arms) - {"synthetic-repeat"}
    options = json.loads((finished / "options.json").read_text())
    assert options["complete"] is True
    assert options["data"]["train_images"] == 4000

    (cell,) = (finished / "synthetic").iterdir()
    images, labels = tfds.load("mnist_dcgan", data_dir=cell, split="train", batch_size=-1,
                               as_supervised=True)  # fmt: skip
    assert images.shape == (100, 28, 28, 1)
    assert np.bincount(labels).tolist() == [10] * 10
    generation = json.loads(next(cell.glob("*/*/generation.json")).read_text())
    assert generation["synthetic"] is True
    assert generation["options"]["alpha"] == 0.05
    assert len(generation["source"]["hash"]) == 64


def test_the_same_again_does_nothing_twice_and_more_ratios_continue(finished, monkeypatch, capsys):
    before = pd.read_csv(finished / "scores.csv")
    mnist.run(small(finished, ratios=(0.5, 1.0), protocol="report"))
    after = pd.read_csv(finished / "scores.csv")
    assert len(after) > len(before)
    merged = before.merge(after, how="left", indicator=True)
    assert (merged["_merge"] == "both").all()
    assert "equal steps" in capsys.readouterr().out


@pytest.mark.parametrize("augmenter", ["conditional", "vae", "teaching"])
def test_other_augmenters_take_the_place_of_the_gans(tmp_path, augmenter, capsys):
    ratios = {"arms": ("real", "gan", "repeat")}
    mnist.run(small(tmp_path / "run", augmenter=augmenter, **ratios))
    scores = pd.read_csv(tmp_path / "run" / "scores.csv")
    assert set(scores["arm"]) == {"real", "gan", "repeat"}
    assert set(scores["gan_steps"]) == {2}
    options = json.loads((tmp_path / "run" / "options.json").read_text())
    assert options["experiment"] == f"mnist-{augmenter}"
    assert "equal steps" in capsys.readouterr().out
    with pytest.raises(UserError, match="experiment"):
        mnist.run(small(tmp_path / "run", **ratios))


def test_the_same_seed_gives_the_same_table(finished, tmp_path):
    mnist.run(small(tmp_path / "again"))
    first = pd.read_csv(finished / "scores.csv").query("ratio != 0.5")
    again = pd.read_csv(tmp_path / "again" / "scores.csv")
    order = ["arm", "ratio", "member"]
    pd.testing.assert_frame_equal(
        first.sort_values(order, ignore_index=True), again.sort_values(order, ignore_index=True)
    )


def test_other_options_in_the_same_directory_are_refused(finished):
    with pytest.raises(UserError, match="steps = 2, not 3"):
        mnist.run(small(finished, steps=3))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"sizes": (5000,)}, "mnist has 4000 images"),
        ({"ratios": (-1.0,)}, "ratio"),
        ({"alpha": (0.0,)}, "--alpha must be positive"),
        ({"alpha": ()}, "--alpha needs at least one value"),
        ({"members": 0}, "--members must be positive"),
        ({"steps": 0}, "--steps must be positive"),
        ({"arms": ("gans",)}, "there is no arm 'gans'"),
        ({"arms": ("real", "repeat")}, "nothing with generated images"),
        ({"arms": ("synthetic",), "ratios": (0.5,)}, "nothing with generated images"),
        ({"ratios": (0.0,), "arms": ("gan",)}, "nothing with generated images"),
        ({"data": "mnits"}, "mnist"),
        ({"sizes": (3,)}, "a GAN needs at least 2"),
        ({"augmenter": "vae", "stabilizers": ("ema",)}, "vae plays no game"),
        ({"augmenter": "teaching", "steps": None}, "teaching needs --steps"),
        ({"augmenter": "teaching", "precision": "bfloat16"}, "computes in float32"),
    ],
)
def test_bad_options_are_one_sentence(tmp_path, options, sentence):
    with pytest.raises(UserError, match=sentence):
        mnist.run(small(tmp_path / "run", **options))


def test_on_the_command_line_a_mistake_is_one_line_and_code_2(tmp_path):
    ended = command("--ratios", "-2", "--out", str(tmp_path / "run"))
    assert ended.returncode == 2
    assert [line for line in ended.stderr.splitlines() if "error" in line] == [
        "error: the ratio of generated to real images cannot be -2; give R ≥ 0"
    ]
    assert "Traceback" not in ended.stderr
    assert command("--no-such-option").returncode == 2


def test_quick_changes_defaults_and_what_is_given_wins():
    quick = mnist.parsed(["--quick", "--alpha", "2", "--members", "7"])
    assert (quick.alpha, quick.members) == ((2.0,), 7)
    assert (quick.steps, quick.ratios) == (mnist.QUICK.steps, mnist.QUICK.ratios)
    assert mnist.parsed([]) == Config()
