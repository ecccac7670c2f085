import json
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gan_augment import class_conditional, publish
from gan_augment.class_conditional import Config
from gan_augment.common.errors import UserError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Pictures of one's own, in colour, labelled by folder."""
    root = tmp_path_factory.mktemp("data") / "pictures"
    rng = np.random.default_rng(0)
    for split, n in (("train", 60), ("test", 20)):
        for i in range(n):
            name = ("dark", "light")[i % 2]
            path = root / split / name / f"{i}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = rng.integers(0, 120, (16, 16, 3)) + 130 * (i % 2)
            Image.fromarray(pixels.astype(np.uint8)).save(path)
    return root


def small(folder, out, **options):
    defaults = {"generated": (2, 4), "controls": (4,), "width": 0.02, "steps": 3, "members": 2}
    defaults |= {"classifier_epochs": 2, "data": str(folder), "out": out}
    return Config(**{**defaults, **options})


@pytest.fixture(scope="module")
def finished(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "run"
    class_conditional.run(small(folder, out))
    return out


def cells(out):
    scores = pd.read_csv(out / "scores.csv")
    return scores.groupby(["protocol", "model", "arm", "generated"]).size()


def test_a_folder_of_pictures_in_both_protocols(finished):
    scores = pd.read_csv(finished / "scores.csv")
    assert (cells(finished) == 4).all()  # members × choices of the epoch
    assert set(scores["protocol"]) == {"report", "corrected"}
    size = scores.set_index(["protocol", "arm", "generated"])["train_images"].groupby(
        level=[0, 1, 2]
    )
    images = size.first()
    # 30.72 % of 60 images, four fifths of them to train on; nine tenths of all.
    assert images["report", "real", 0] == 14
    assert images["corrected", "real", 0] == 54
    for arm in ("rotation", "gan", "repeat", "affine", "gan+affine"):
        assert images["corrected", arm, 4] == 54 + 2 * 4
    assert images["corrected", "gan", 2] == 54 + 2 * 2
    names = {path.name for path in finished.iterdir()}
    assert {"curves.csv", "losses.csv", "differences.csv", "confusion.csv"} <= names
    assert {"figure_6.png", "generator_losses.png", "figures_7_10.png", "figure_11.png"} <= names


def test_more_models_join_a_run_and_nothing_is_done_twice(folder, finished, monkeypatch, capsys):
    before = pd.read_csv(finished / "scores.csv")
    fits = []
    fit = class_conditional.augmenters.ClassConditional.fit
    monkeypatch.setattr(
        class_conditional.augmenters.ClassConditional,
        "fit",
        lambda self, real: fits.append(len(real)) or fit(self, real),
    )
    others = {"model": ("convolutional", "vae"), "protocol": ("corrected",), "generated": (4,)}
    class_conditional.run(small(folder, finished, **others))
    after = pd.read_csv(finished / "scores.csv")
    assert len(fits) == 2
    assert set(after["model"]) == {"none", "fully-connected", "convolutional", "vae"}
    assert (before.merge(after, how="left", indicator=True)["_merge"] == "both").all()
    added = cells(finished).drop(
        before.groupby(["protocol", "model", "arm", "generated"]).size().index
    )
    assert set(added.index.get_level_values("arm")) == {"gan", "gan+affine"}
    printed = capsys.readouterr().out
    assert "VAE-4 (vae)" in printed
    assert "GAN-4 (convolutional) − equal steps 4" in printed
    assert "reported" not in printed  # these are not the report's images


def test_the_run_is_published(finished, tmp_path):
    publish.publish(publish.Config(runs=(finished,), results=tmp_path / "results"))
    page = (tmp_path / "results" / "README.md").read_text()
    assert "## class_conditional" in page
    assert "GAN-4 − equal steps 4" in page or "GAN-4 (fully-connected) − equal steps 4" in page
    for name in ("figure_6", "figures_7_10", "figure_11", "confusion", "generator_losses"):
        assert f"(class_conditional/{name}.png)" in page
        assert (tmp_path / "results" / "class_conditional" / f"{name}.png").exists()


def test_the_same_seed_gives_the_same_scores_and_numbers_may_count_all(folder, tmp_path):
    options = {"protocol": ("corrected",), "generated": (6,), "arms": ("gan",), "in_all": True}
    for name in ("first", "again"):
        class_conditional.run(small(folder, tmp_path / name, **options))
    first, again = (pd.read_csv(tmp_path / name / "scores.csv") for name in ("first", "again"))
    pd.testing.assert_frame_equal(first, again)
    assert set(first["train_images"]) == {54 + 6}
    generation = next((tmp_path / "first" / "synthetic").glob("*/*/*/generation.json"))
    assert json.loads(generation.read_text())["options"]["model"] == "fully-connected"


def test_other_options_in_the_same_directory_are_refused(folder, finished):
    with pytest.raises(UserError, match="width"):
        class_conditional.run(small(folder, finished, width=0.03))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"steps": 0}, "--steps must be positive"),
        ({"epochs": 2}, "as --steps or as --epochs"),
        ({"arms": ("gans",)}, "no arm 'gans'"),
        ({"generated": ()}, "--generated needs"),
        ({"controls": ()}, "--controls needs"),
        ({"generated": (0,)}, "--generated must be positive"),
        ({"sizes": (61,)}, "choose a smaller size"),
        ({"test_images": 21}, "there are 20 images"),
        ({"stabilizers": ("r3",)}, "no stabiliser"),
        ({"model": ("vae",), "objective": "hinge"}, "plays no game"),
    ],
)
def test_bad_options_are_one_sentence(folder, tmp_path, options, sentence):
    with pytest.raises(UserError, match=sentence):
        class_conditional.run(small(folder, tmp_path / "run", **options))
    assert not (tmp_path / "run").exists()


def test_without_the_data_the_command_says_what_to_run(tmp_path, monkeypatch):
    for name in ("HOME", "TFDS_DATA_DIR", "GAN_AUGMENT_DATA"):
        monkeypatch.setenv(name, str(tmp_path))
    with pytest.raises(UserError, match="prepare cifar10"):
        class_conditional.run(small("cifar10", tmp_path / "run"))


def test_help_comes_at_once():
    start = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-m", "gan_augment.class_conditional", "--help"],
        capture_output=True,
        text=True,
    )
    assert time.perf_counter() - start < 5  # 2 s on a machine that does nothing else
    assert ended.returncode == 0
    assert "--in-all" in ended.stdout


def test_quick_changes_defaults_and_what_is_given_wins():
    quick = class_conditional.parsed(["--quick", "--model", "vae", "--members", "7"])
    assert (quick.model, quick.members) == (("vae",), 7)
    assert quick.sizes == class_conditional.QUICK.sizes
    assert class_conditional.parsed([]) == Config()
