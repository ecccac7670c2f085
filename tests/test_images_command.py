import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from gan_augment import data, images, publish, studies
from gan_augment.common.errors import UserError
from gan_augment.images import Config

FIXED = {"gan_width": 0.05, "gan_steps": 2, "classifier_steps": 8, "rounds": 1, "splits": 2}


def folder(path, n=14, side=12):
    """Noise, brighter above or below."""
    rng = np.random.default_rng(0)
    for name, half in (("above", slice(0, side // 2)), ("be low", slice(side // 2, side))):
        (path / name).mkdir(parents=True)
        for i in range(n):
            pixels = rng.integers(0, 90, [side, side, 3])
            pixels[half] += 120
            Image.fromarray(pixels.astype(np.uint8)).save(path / name / f"{i:02}.png")
    return path


def config(source, out, **options):
    return Config(**{"source": str(source), "out": out, "ratios": (0.5, 1.0), **FIXED, **options})


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    place = tmp_path_factory.mktemp("own")
    images.run(config(folder(place / "photos"), place / "run"))
    return place / "run"


def test_a_run_leaves_a_verdict_a_report_and_the_augmented_set(finished):
    facts = json.loads((finished / "verdict.json").read_text())
    assert facts["complete"]
    assert facts["verdict"].startswith(("Generated images", "No method"))
    assert f"{facts['splits']['test']} test images" in facts["power"]
    names = {each["name"] for each in facts["candidates"]}
    assert {"nothing", "equal steps", "classical", "randaugment"} < names
    assert {each["method"] for each in facts["candidates"]} == {None, "conditional"}
    assert facts["data"]["classes"] == {"above": 14, "be low": 14}
    assert facts["quality"]["conditional"]["n_real"] == facts["splits"]["train"]
    assert "--gan-width 0.05 --gan-steps 2 --classifier-steps 8" in facts["again"]
    text = (finished / "report.html").read_text()
    assert facts["verdict"].split("(")[0].strip() in text

    whole = data.read_records(finished / "augmented")
    assert len(whole) == 28 + facts["augmented"]["generated"]
    manifest = data.read_manifest(finished / "augmented")
    assert manifest["real_images"] == 28


def test_a_run_is_published_under_its_title(finished, tmp_path):
    publish.publish(publish.Config((finished,), tmp_path / "results"))
    place = tmp_path / "results" / "images" / "photos"
    assert {"verdict.json", "report.html", "samples.png"} <= {each.name for each in place.iterdir()}
    page = (tmp_path / "results" / "README.md").read_text()
    assert "## images: photos" in page
    assert "(images/photos/report.html)" in page
    assert "python -m gan_augment.images" in page
    assert "| equal steps |" in page


def test_the_same_again_trains_nothing(finished, monkeypatch):
    before = json.loads((finished / "verdict.json").read_text())
    from gan_augment.studies.trial import Trial

    monkeypatch.setattr(Trial, "_training_set", None)
    images.run(config(finished.parent / "photos", finished))
    again = json.loads((finished / "verdict.json").read_text())
    assert {**again, "seconds": 0} == {**before, "seconds": 0}


def test_stopped_at_the_end_it_still_reports_and_is_not_finished(finished, tmp_path, monkeypatch):
    place = tmp_path / "run"
    shutil.copytree(finished, place)

    def stopping(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(studies, "write_augmented", stopping)
    images.run(config(finished.parent / "photos", place))
    facts = json.loads((place / "verdict.json").read_text())
    assert facts["interrupted"] == "Stopped by hand while writing the augmented set."
    assert facts["verdict"]
    assert "Stopped by hand" in (place / "report.html").read_text()
    assert not json.loads((place / "options.json").read_text())["complete"]


def test_a_sample_has_a_name_and_a_command_of_its_own():
    few = Config("mnist", sample=500)
    assert images.title(few) == "mnist-500"
    assert "--sample 500" in images.told_command(few)


def test_generators_see_no_validation_and_no_test_image(tmp_path, monkeypatch):
    seen = []
    from gan_augment.augmenters import ClassConditional

    fit = ClassConditional.fit

    def watched(self, real):
        seen.append({image.tobytes() for image in real.images})
        return fit(self, real)

    monkeypatch.setattr(ClassConditional, "fit", watched)
    parts = []
    from gan_augment.studies import own_images

    run = own_images.OwnImages.run

    def remembered(self, *arguments):
        parts.extend(self.parts)
        return run(self, *arguments)

    monkeypatch.setattr(own_images.OwnImages, "run", remembered)
    images.run(config(folder(tmp_path / "photos"), tmp_path / "run"))
    for part, known in zip(parts, seen):
        hidden = [image.tobytes() for each in (part.validation, part.test) for image in each.images]
        assert len(hidden) > 8
        assert not known.intersection(hidden)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"minutes": 0.0}, "--minutes must be positive"),
        ({"ratios": ()}, "--ratios needs"),
        ({"gan_steps": None}, "all together"),
        ({"splits": 0}, "--splits must be positive"),
    ],
)
def test_bad_options_are_one_sentence(tmp_path, options, sentence):
    with pytest.raises(UserError, match=sentence):
        images.run(config(tmp_path, tmp_path / "run", **options))


def test_a_class_of_one_image_is_one_sentence(tmp_path):
    place = folder(tmp_path / "photos")
    for path in sorted((place / "above").iterdir())[1:]:
        path.unlink()
    with pytest.raises(UserError, match="'above' has 1 image to draw parts from and needs 3"):
        images.run(config(place, tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_the_generator_and_png_files_are_handed_over(finished, tmp_path):
    from gan_augment import augmenters

    again = augmenters.load_generator(finished / "generator")
    assert again.class_names == ("above", "be low")
    images.run(config(finished.parent / "photos", tmp_path / "run", png=True, methods=("bagan",)))
    table = (tmp_path / "run" / "augmented_png" / "metadata.csv").read_text()
    facts = json.loads((tmp_path / "run" / "verdict.json").read_text())
    assert table.count(",real") == 28
    assert table.count(",synthetic") == facts["augmented"]["generated"] > 0


def test_the_same_in_python_in_four_lines(tmp_path, monkeypatch):
    from gan_augment import compare, generate, load, write

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("GAN_AUGMENT_DATA", raising=False)
    digits = load("mnist").sample(150, seed=0)
    verdict = compare(digits, minutes=5, out=tmp_path / "run", **FIXED | {"ratios": (1.0,)})
    more = generate(verdict, per_class=3)
    place = write(more, tmp_path / "more")

    assert str(verdict).startswith(("Generated images", "No method"))
    assert more.counts().tolist() == [3] * 10
    assert data.read_records(place).content_hash() == more.content_hash()


def test_without_methods_the_controls_are_compared(tmp_path, capsys):
    images.run(config(folder(tmp_path / "photos"), tmp_path / "run", methods=(), ratios=()))
    assert "No generator was tried" in capsys.readouterr().out
    assert not (tmp_path / "run" / "augmented").exists()


def test_a_folder_without_images_is_one_line_and_code_2(tmp_path):
    (tmp_path / "empty").mkdir()
    ended = subprocess.run(
        [sys.executable, "-m", "gan_augment.images", str(tmp_path / "empty")],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
    )
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert ended.stderr.count("error:") == 1
