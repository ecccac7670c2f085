import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gan_augment import faces, publish
from gan_augment.augmenters import watched
from gan_augment.common.errors import UserError
from gan_augment.faces import Config


@pytest.fixture
def folder(tmp_path):
    """Pictures without class folders."""
    rng = np.random.default_rng(0)
    for i in range(70):
        path = tmp_path / "people" / f"{i}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (20, 20, 3), np.uint8)).save(path)
    return tmp_path / "people"


def small(out, folder, **options):
    defaults = {"width": 0.02, "size": 16, "epochs": 3, "pictures": (1, 2), "samples": 10}
    return Config(**{**defaults, "data": str(folder), "out": out, **options})


def files(directory):
    return {
        path.name: path.read_bytes()
        for path in directory.iterdir()
        if path.suffix in (".csv", ".png")
    }


def test_a_folder_of_pictures_is_drawn_and_published(folder, tmp_path, capsys):
    out = tmp_path / "run"
    faces.run(small(out, folder))
    assert "very near" in capsys.readouterr().out
    table = pd.read_csv(out / "faces.csv")
    assert table["epoch"].tolist() == [1, 2, 3, 3]
    assert table["step"].tolist() == [1, 2, 3, 3]  # 63 of 70 make one batch
    assert table["samples"].tolist() == [64, 64, 64, 10]
    options = json.loads((out / "options.json").read_text())
    assert options["complete"]
    assert (options["data"]["train_images"], options["data"]["test_images"]) == (63, 7)
    publish.publish(publish.Config(runs=(out,), results=tmp_path / "results"))
    page = (tmp_path / "results" / "README.md").read_text()
    assert "## faces: an unconditional GAN" in page
    assert "63 images of" in page
    for picture in ("samples_by_epoch", "training", "memorization"):
        assert f"(faces/{picture}.png)" in page
        assert (tmp_path / "results" / "faces" / f"{picture}.png").exists()


def test_a_stopped_run_continues_to_the_same_files(folder, tmp_path, monkeypatch):
    faces.run(small(tmp_path / "whole", folder))
    train = watched.Trainer.run

    def interrupted(self, steps):
        if self.model.step.numpy() == 2:
            raise KeyboardInterrupt
        return train(self, steps)

    monkeypatch.setattr(watched, "CHECKPOINT_SECONDS", 0)
    with monkeypatch.context() as patch:
        patch.setattr(watched.Trainer, "run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            faces.run(small(tmp_path / "stopped", folder))
    assert files(tmp_path / "stopped") == {}
    faces.run(small(tmp_path / "stopped", folder))
    assert files(tmp_path / "stopped") == files(tmp_path / "whole")
    with pytest.raises(UserError, match=r"width = 0\.02, not 0.03"):
        faces.run(small(tmp_path / "stopped", folder, width=0.03))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"steps": 0}, "--steps must be positive"),
        ({"pictures": (0,)}, "--pictures must be positive"),
        ({"size": 20}, "square images with sides 4, 8, 16"),
        ({"stabilizers": ("r3",)}, "no stabiliser"),
    ],
)
def test_bad_options_are_one_sentence(folder, tmp_path, options, sentence):
    with pytest.raises(UserError, match=sentence):
        faces.run(small(tmp_path / "run", folder, **options))
    assert not (tmp_path / "run").exists()


def test_without_the_data_the_command_says_what_to_put_where(tmp_path, monkeypatch):
    for name in ("HOME", "TFDS_DATA_DIR", "GAN_AUGMENT_DATA"):
        monkeypatch.setenv(name, str(tmp_path))
    with pytest.raises(UserError, match=r"put faces64\.npz into the data directory"):
        faces.run(Config(out=tmp_path / "run"))


def test_pictures_after_the_end_are_left_out_and_steps_win():
    def milestones(**options):
        return faces.milestones(Config(**options), lambda epochs: 35 * epochs)

    assert milestones(epochs=3) == {35: 1, 105: 3}
    assert milestones(epochs=9) == {35: 1, 140: 4, 280: 8, 315: 9}
    assert milestones(steps=100) == {35: 1, 100: 2.9}


def test_help_comes_at_once():
    process = subprocess.run(
        [sys.executable, "-m", "gan_augment.faces", "--help"], capture_output=True, text=True
    )
    assert process.returncode == 0
    assert "--pictures" in process.stdout
