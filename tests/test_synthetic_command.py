import json
import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest
from PIL import Image

from gan_augment import publish, synthetic
from gan_augment.classifiers import Members
from gan_augment.common.errors import UserError
from gan_augment.synthetic import Config


@pytest.fixture
def folder(tmp_path, blobs):
    """Pictures of one's own, in colour, labelled by folder, with no test folder."""

    def make(size=(8, 8)):
        images = blobs(72)
        for i, (image, label) in enumerate(zip(images.images, images.labels)):
            path = tmp_path / "pictures" / images.class_names[label] / f"{i}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image[..., 0]).convert("RGB").resize(size).save(path)
        return str(tmp_path / "pictures")

    return make


def small(out, **options):
    defaults = {"width": 0.05, "steps": 2, "members": 2, "classifier_epochs": 1}
    defaults |= {"classifier_width": 0.03, "features": "classifier", "out": out}
    return Config(**{**defaults, **options})


def test_a_folder_is_studied_published_and_continued(folder, tmp_path, capsys, monkeypatch):
    out, pictures = tmp_path / "run", folder()
    config = small(out, data=pictures, fingerprint_images=30)
    synthetic.run(config)
    printed = capsys.readouterr().out
    for text in ("Table 1. frechet_cnn_pictures", "mixed → its real half", "as generated"):
        assert text in printed
    assert "reported: " not in printed  # these are other images
    options = json.loads((out / "options.json").read_text())
    assert options["complete"]
    assert (options["data"]["train_images"], options["data"]["test_images"]) == (60, 12)
    scores = pd.read_csv(out / "scores.csv")
    sizes = scores.groupby("train")["train_images"].unique()
    assert sizes["real"] == sizes["synthetic"] == [54]
    assert sizes["mixed"] == sizes["real-repeat"] == [108]
    remedies = pd.read_csv(out / "fingerprint.csv")
    assert set(remedies["remedy"]) >= {"none", "conditional", "class colours", "noise"}
    few = pd.read_csv(out / "remedies.csv")
    assert (set(few["train_images"]), set(few["test_images"])) == ({30}, {7})
    quality = pd.read_csv(out / "quality.csv")
    assert quality.groupby("generators")["n_generated"].max().to_dict() == {
        "held-out real": 12, "per-class": 12, "conditional": 12
    }  # fmt: skip

    publish.publish(publish.Config(runs=(out,), results=tmp_path / "results"))
    page = (tmp_path / "results" / "README.md").read_text()
    assert f"## synthetic: Leung, Leung & Yu, on {pictures} instead" in page
    assert "13.59" not in page
    assert "**Verdict on the fingerprint.**" in page
    for picture in ("samples", "training", "curves", "confusion", "fingerprint"):
        assert f"(synthetic/{picture}.png)" in page

    monkeypatch.setattr(Members, "train", None)  # nothing is trained again
    monkeypatch.setattr("gan_augment.augmenters.fitting.train_watched", None)
    synthetic.run(replace(config, generators=("per-class",), protocol="last"))
    assert pd.read_csv(out / "scores.csv").equals(scores)
    assert pd.read_csv(out / "fingerprint.csv").equals(remedies)
    with pytest.raises(UserError, match=r"width = 0\.05, not 0\.1"):
        synthetic.run(replace(config, width=0.1))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"steps": 0}, "--steps must be positive"),
        ({"fingerprint_images": 0}, "--fingerprint-images must be positive"),
        ({"size": 73}, "there are 72 images"),
        ({"stabilizers": ("r3",)}, "no stabiliser"),
        ({"generators": ("conditional",)}, "--generators needs per-class"),
    ],
)
def test_bad_options_are_one_sentence(folder, tmp_path, options, sentence):
    with pytest.raises(UserError, match=sentence):
        synthetic.run(small(tmp_path / "run", data=folder(), **options))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("size", [(8, 16), (12, 12)])
def test_only_square_images_of_a_power_of_two(folder, tmp_path, size):
    with pytest.raises(UserError, match="resize the images"):
        synthetic.run(small(tmp_path / "run", data=folder(size)))
    assert not (tmp_path / "run").exists()


def test_without_the_data_the_command_says_what_to_run(tmp_path, monkeypatch):
    for name in ("HOME", "TFDS_DATA_DIR", "GAN_AUGMENT_DATA"):
        monkeypatch.setenv(name, str(tmp_path))
    with pytest.raises(UserError, match="prepare cifar10"):
        synthetic.run(small(tmp_path / "run"))


def test_help_comes_at_once():
    process = subprocess.run(
        [sys.executable, "-m", "gan_augment.synthetic", "--help"], capture_output=True, text=True
    )
    assert process.returncode == 0
    assert "--generators" in process.stdout
