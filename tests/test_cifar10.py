import pandas as pd
import pytest
from PIL import Image

from gan_augment import cifar10, publish, reporting
from gan_augment.cifar10 import Config
from gan_augment.common.errors import UserError


@pytest.fixture
def folder(tmp_path, blobs):
    """Pictures of one's own, in colour, labelled by folder."""
    for split, n in (("train", 24), ("test", 12)):
        images = blobs(n)
        for i, (image, label) in enumerate(zip(images.images, images.labels)):
            path = tmp_path / "pictures" / split / images.class_names[label] / f"{i}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image[..., 0]).convert("RGB").resize((16, 16)).save(path)
    return tmp_path / "pictures"


def small(out, **options):
    defaults = {"alpha": (0.05,), "ratios": (0.5,), "steps": 2, "members": 2}
    return Config(**{**defaults, "classifier_epochs": 2, "out": out, **options})


def test_a_folder_of_pictures_is_swept(folder, tmp_path, capsys):
    cifar10.run(small(tmp_path / "run", data=str(folder), classifier_precision="bfloat16"))
    scores = pd.read_csv(tmp_path / "run" / "scores.csv")
    assert set(scores["arm"]) == {"real", "gan", "repeat", "affine", "gan+affine"}
    assert set(scores["size"]) == {24}
    printed = capsys.readouterr().out
    assert "Table 5" in printed
    assert "At 24 images, R = 0.5" in printed
    assert (tmp_path / "run" / "samples.png").exists()
    assert (tmp_path / "run" / "table_5.csv").exists()
    assert (tmp_path / "run" / "figure_6.png").exists()
    publish.publish(publish.Config(runs=(tmp_path / "run",), results=tmp_path / "results"))
    page = (tmp_path / "results" / "README.md").read_text()
    assert "## cifar10: Abadi 2020, section 5 (CIFAR-10), on" in page
    assert "### Table 5" in page
    for picture in ("figure_6.png", "samples_", "generated_bottom_", "generated_middle_"):
        assert f"(cifar10/{picture}" in page
    assert len(list((tmp_path / "results" / "cifar10").glob("generated_*.png"))) == 2


def test_the_page_tells_the_learning_rate_of_the_gans():
    rate = cifar10.gans_of(Config(), 1.0).build.keywords["learning_rate"]
    assert f"{rate:g}" in " ".join(reporting.report_of({"experiment": "cifar10"}).departures)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"steps": 0}, "--steps must be positive"),
        ({"ratios": (-0.1,)}, "cannot be -0.1"),
        ({"sizes": (25,)}, "choose a smaller size"),
        ({"stabilizers": ("r3",)}, "no stabiliser"),
        ({"alpha": ()}, "--alpha needs"),
    ],
)
def test_bad_options_are_one_sentence(folder, tmp_path, options, sentence):
    with pytest.raises(UserError, match=sentence):
        cifar10.run(small(tmp_path / "run", data=str(folder), **options))


def test_without_the_data_the_command_says_what_to_run(tmp_path, monkeypatch):
    for name in ("HOME", "TFDS_DATA_DIR", "GAN_AUGMENT_DATA"):
        monkeypatch.setenv(name, str(tmp_path))
    with pytest.raises(UserError, match="prepare cifar10"):
        cifar10.run(small(tmp_path / "run"))
