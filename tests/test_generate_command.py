import functools
import json
import subprocess
import sys

import numpy as np
import pytest

from gan_augment import data
from gan_augment.augmenters import (
    BalancingGAN,
    ClassConditional,
    PerClass,
    Repeat,
    auto_encoder,
    bagan,
    conditional_dcgan,
    dcgan,
    load_generator,
    save_generator,
    stabilizers,
)
from gan_augment.augmenters import generate as in_memory
from gan_augment.common.errors import UserError
from gan_augment.data import LabeledImages
from gan_augment.generate import Config, run

NAMES = ("a", "b/c", "d")


def images():
    rng = np.random.default_rng(0)
    return LabeledImages(
        rng.integers(0, 256, [12, 8, 8, 1], np.uint8), np.arange(12, dtype=np.int32) % 3, NAMES
    )


def fitted(kind, build, *names):
    remedies = stabilizers.parse(names)
    build = functools.partial(build, alpha=0.05, stabilizers=remedies)
    return kind(build, steps=1, batch_size=4).fit(images())


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    place = tmp_path_factory.mktemp("generators")
    augmenters = {
        "conditional": fitted(ClassConditional, conditional_dcgan, "ema"),
        "per-class": fitted(PerClass, dcgan, "weight-norm"),
    }
    encode = functools.partial(auto_encoder, alpha=0.05)
    build = functools.partial(bagan, alpha=0.05)
    augmenters["bagan"] = BalancingGAN(build, encode, steps=1, batch_size=4).fit(images())
    for name, augmenter in augmenters.items():
        save_generator(augmenter, place / name, {"source": "noise"})
    return place, augmenters


@pytest.mark.parametrize("kind", ["conditional", "per-class", "bagan"])
def test_a_saved_generator_makes_the_same_images(saved, kind):
    place, augmenters = saved
    again = load_generator(place / kind)
    assert again.about["source"] == "noise"
    ours, theirs = (in_memory(each, 5, seed=3) for each in (augmenters[kind], again))
    np.testing.assert_array_equal(ours.images, theirs.images)
    np.testing.assert_array_equal(ours.labels, theirs.labels)


def test_the_command_writes_the_classes_wanted_and_marks_them(saved, tmp_path, capsys):
    generator = saved[0] / "conditional"
    run(Config(generator, per_class=70, label=("b/c", "d"), out=tmp_path / "set"))
    whole = data.read_records(tmp_path / "set" / "generated")
    assert whole.counts().tolist() == [0, 70, 70]
    manifest = data.read_manifest(tmp_path / "set" / "generated")
    assert manifest["synthetic"] is True
    assert manifest["generator"]["source"] == "noise"
    assert "140 images" in capsys.readouterr().out

    run(Config(generator, per_class=2, png=True, out=tmp_path / "folder"))
    assert len(list((tmp_path / "folder").glob("*/synthetic-*.png"))) == 6
    about = json.loads((tmp_path / "folder" / "generation.json").read_text())
    assert about["contains"] == {"real": 0, "synthetic": 6}


def test_what_cannot_be_saved_or_read_is_one_sentence(saved, tmp_path):
    with pytest.raises(UserError, match="Repeat cannot be saved"):
        save_generator(Repeat().fit(images()), tmp_path, {})
    with pytest.raises(UserError, match=r"no generator.json"):
        load_generator(tmp_path)
    with pytest.raises(UserError, match="has no class 'x'; it has a, b/c, d"):
        run(Config(saved[0] / "conditional", label=("x",), out=tmp_path))
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "generator.json").write_bytes((saved[0] / "conditional/generator.json").read_bytes())
    (broken / "generator.keras").write_bytes(b"PK not a network")
    with pytest.raises(UserError, match="cannot be read as a Keras network"):
        load_generator(broken)
    (broken / "generator.json").write_text('{"kind": "magic"}')
    with pytest.raises(UserError, match="not as it should be"):
        load_generator(broken)


def test_on_the_command_line_a_mistake_is_one_line_and_code_2(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-m", "gan_augment.generate", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 2
    assert ended.stderr.count("error:") == 1
    assert "Traceback" not in ended.stderr
