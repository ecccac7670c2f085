import functools
import re

import h5py
import numpy as np
import pandas as pd
import pytest

from gan_augment import data, generate, load, zoo
from gan_augment.augmenters import PerClass, dcgan, save_generator
from gan_augment.common.errors import UserError
from gan_augment.common.files import read_json
from gan_augment.data import LabeledImages
from gan_augment.generate import Config, run
from gan_augment.training import RunDirectory, save_weights
from gan_augment.zoo import catalogue
from gan_augment.zoo.adding import difference
from gan_augment.zoo.halves import halved
from gan_augment.zoo.known import PRESETS
from gan_augment.zoo.networks import built, finished

MEGABYTES = 30  # of weights that ship
SHAPE = (8, 8, 1)
TINY = {
    "title": "Noise",
    "about": "For a test.",
    "class_names": ("a", "b"),
    "from": "nowhere",
    "data": "noise",
    "licence": "none",
    "experiment": "mnist",
    "limits": ("It is noise.",),
}
PER_CLASS = TINY | {
    "kind": "per-class",
    "network": "augmenters.dcgan:generator",
    "options": {"image_shape": SHAPE, "alpha": 0.05},
    "trained": "gans/first",
    "scores": {
        "about": "Of a test.",
        "file": "scores.csv",
        "where": {"size": [50]},
        "rows": ["arm", "ratio"],
        "columns": ["accuracy"],
        "compared": {"one": ["gan", 1.0], "others": [["repeat", 1.0]]},
    },
}
SCORES = {
    "size": [50, 50, 50, 50, 100],
    "arm": ["gan", "gan", "repeat", "repeat", "gan"],
    "ratio": 1.0,
    "accuracy": [0.5, 0.6, 0.7, 0.7, 0.9],
}

# What keeps its networks as what: kind, network, options, and the file in the run.
KEPT = {
    "conditional": (
        *("class-conditional", "augmenters.class_conditional:generator"),
        {"image_shape": SHAPE, "num_classes": 2, "alpha": 0.05},
    ),
    "weight norm": (
        *("class-conditional", "augmenters:conditional_dcgan"),
        {"image_shape": SHAPE, "num_classes": 2, "alpha": 0.05, "stabilizers": ["weight-norm"]},
    ),
    "bagan": (
        *("class-conditional", "augmenters:bagan"),
        {"image_shape": SHAPE, "num_classes": 2, "alpha": 0.05, "latent_dim": 4},
    ),
    "batches of one": (
        *("per-class", "augmenters.dcgan64:generator"),
        {"image_shape": SHAPE, "group": 1, "width": 2},
    ),
    "faces": (
        *("per-class", "augmenters.layer_norm_dcgan:generator"),
        {"image_shape": SHAPE, "width": 0.02},
    ),
    "siblings": ("siblings", "augmenters.dagan:generator", {"image_shape": SHAPE, "width": 1}),
    "translation": ("network", "augmenters:cycle_gan", {"image_shape": SHAPE, "width": 2}),
    "classifier": (
        *("network", "classifiers:dense_classifier"),
        {"image_shape": SHAPE, "num_classes": 2, "units": 3},
    ),
    "teaching": (
        *("teaching", "augmenters:teaching"),
        {
            **{"image_shape": SHAPE, "num_classes": 2, "width": 0.02, "latent_dim": 3},
            **{"inner_steps": 2, "inner_batch": 4},
        },
    ),
}


@pytest.fixture
def known(monkeypatch, tmp_path):
    """A zoo without weights, to which a test may add."""
    monkeypatch.setattr(catalogue, "SHIPPED", tmp_path / "shipped")
    return lambda name, preset: monkeypatch.setitem(PRESETS, name, preset)


def finished_run(path, **options):
    directory = RunDirectory(
        path, "mnist", {"seed": 7, **options}, facts={"command": "python -m gan_augment.mnist"}
    )
    directory.finish()
    return path


def noise():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, [8, *SHAPE], np.uint8)
    return LabeledImages(images, np.arange(8, dtype=np.int32) % 2, ("a", "b"))


def test_a_run_becomes_a_preset(known, tmp_path, capsys):
    known("tiny", PER_CLASS)
    place = finished_run(tmp_path / "run")
    pd.DataFrame(SCORES).to_csv(place / "scores.csv", index=False)
    build = functools.partial(dcgan, alpha=0.05)
    gans = PerClass(build, steps=1, batch_size=4, directory=place / "gans" / "first")
    gans.fit(noise())
    assert zoo.presets()["tiny"]["weights"] is None
    assert "untrained network" in zoo.card("tiny")

    added = zoo.add("tiny", place)
    facts = zoo.preset("tiny")["weights"]
    assert facts == read_json(added / "facts.json")
    assert facts["seed"] == 7
    assert facts["files"].keys() == {"class-0.weights.h5", "class-1.weights.h5"}
    assert facts["attempts"]["class-1"][0]["step"] == 1
    assert [row["arm"] for row in facts["scores"]] == ["gan", "repeat"]
    assert facts["scores"][0]["accuracy"] == pytest.approx(
        {"mean": 0.55, "sd": 0.0707, "n": 2}, 1e-3
    )
    assert (added / "samples.png").stat().st_size > 0
    assert not list(added.glob(".*"))

    again = generate("tiny", 5, seed=3)
    apart = generate(gans, 5, seed=3).images.astype(int) - again.images
    assert np.abs(apart).max() <= 1
    assert not np.array_equal(
        generate(zoo.load("tiny", weights=None), 5, seed=3).images, again.images
    )
    run(Config("tiny", per_class=3, label=("b",), out=tmp_path / "set"))
    assert data.read_manifest(tmp_path / "set" / "generated")["generator"]["preset"] == "tiny"

    card = zoo.card("tiny")
    assert "| gan | 1.0 | 55.00 ± 7.07 (n = 2) |" in card
    assert "gan at ratio 1: −15.0 points against repeat at ratio 1" in card
    assert "`python -m gan_augment.mnist`" in card
    assert "It is noise." in card
    assert not re.search(r"[{}]|nan\b", card)

    with h5py.File(added / "class-0.weights.h5", "r+") as file:
        kernel = file["layers/dense/vars/0"]
        assert kernel.dtype == np.float16
        kernel[0] = 1
    with pytest.raises(UserError, match="not what was added"):
        zoo.load("tiny")


@pytest.mark.parametrize("name", KEPT)
def test_every_kind_of_network_is_kept(name, known, tmp_path):
    kind, network, options = KEPT[name]
    place = finished_run(tmp_path / "run")
    preset = TINY | {"kind": kind, "network": network, "options": options, "trained": "gans"}
    other = preset | {"options": options | {"seed": 1}}
    if name == "classifier":
        preset["options"] = options = options | {"seed": 0}
        preset["trained"] = "features.weights.h5"
    known(name, preset)
    trained = built(other)
    for part, each in trained.items():
        file = "features" if name == "classifier" else f"gans/{part}"
        save_weights(each, place / f"{file}.weights.h5")

    added = zoo.add(name, place)
    loaded = zoo.load(name, weights=added)
    again = {part: each for part, each in zip(trained, networks_of(loaded), strict=True)}
    near, far = (difference(preset, trained, each) for each in (again, built(preset)))
    assert near["largest"] <= (1 if near["unit"] == "grey levels" else 0.1)
    assert far["mean"] > 10 * near["mean"]
    assert "## Use" in zoo.card(name)
    if kind in ("siblings", "network"):
        with pytest.raises(UserError, match="makes images of given ones"):
            generate(name)
    else:
        assert generate(name, 2).counts().tolist() == [2, 2]


def networks_of(loaded):
    if hasattr(loaded, "generators"):
        return list(loaded.generators.values())
    return [getattr(loaded, "generator", None) or getattr(loaded, "network", None) or loaded]


def test_a_saved_generator_can_be_added(known, tmp_path):
    known("tiny", {k: v for k, v in PER_CLASS.items() if k != "scores"} | {"trained": "generator"})
    place = finished_run(tmp_path / "run")
    preset = PER_CLASS | {"options": PER_CLASS["options"] | {"seed": 1}}
    augmenter = finished(preset, built(preset), {})
    save_generator(augmenter, place / "generator", {})
    zoo.add("tiny", place, tmp_path / "elsewhere")
    again = zoo.load("tiny", weights=tmp_path / "elsewhere")
    apart = generate(augmenter, 5).images.astype(int) - generate(again, 5).images
    assert np.abs(apart).max() <= 1
    known(
        "tiny",
        PER_CLASS | {"options": {"image_shape": SHAPE, "alpha": 0.1}, "trained": "generator"},
    )
    with pytest.raises(UserError, match="other networks"):
        zoo.add("tiny", place)


def test_mistakes_are_one_sentence(known, tmp_path):
    known("tiny", PER_CLASS | {"experiment": "faces"})
    place = finished_run(tmp_path / "run")
    with pytest.raises(UserError, match="did you mean tiny"):
        zoo.load("tinny")
    with pytest.raises(UserError, match="weights=None"):
        zoo.load("tiny")
    with pytest.raises(UserError, match="a run of mnist, and tiny is made by faces"):
        zoo.add("tiny", place)
    with pytest.raises(UserError, match="not a finished run"):
        zoo.add("tiny", tmp_path)
    known("tiny", PER_CLASS | {"requires": {"seed": 8}})
    with pytest.raises(UserError, match="made with seed = 7, and tiny needs 8"):
        zoo.add("tiny", place)
    known("tiny", PER_CLASS)
    with pytest.raises(UserError, match="class-0"):
        zoo.add("tiny", place)
    with pytest.raises(UserError, match="neither a directory nor a preset"):
        generate("unknown", 1)


def test_what_float16_cannot_hold_stays_as_it_is():
    for kept in ([1e5, 1], [1e-9, 0]):
        values = np.array(kept, np.float32)
        assert halved(values) is values
    assert halved(np.array([0.5, 1e-9], np.float32)).dtype == np.float16
    assert halved(np.zeros(2, np.float32)).dtype == np.float16
    assert halved(np.arange(3)).dtype == np.int64


def test_what_ships_is_small_whole_and_near_the_original():
    total = 0
    for name, preset in zoo.presets().items():
        if facts := preset["weights"]:
            assert facts["difference"]["mean"] < 0.5, name
            files = list((catalogue.SHIPPED / name).iterdir())
            assert {f.name for f in files} - {"facts.json", "samples.png"} == set(facts["files"])
            total += sum(file.stat().st_size for file in files)
    assert 0 < total <= MEGABYTES * 1e6
    assert {place.name for place in catalogue.SHIPPED.iterdir()} <= set(PRESETS)


def test_the_shipped_digits_are_digits(monkeypatch):
    monkeypatch.delenv("GAN_AUGMENT_DATA", raising=False)
    made = generate("mnist-dcgan", 40, seed=1)
    assert made.counts().tolist() == [40] * 3
    assert len(np.unique(made.images, axis=0)) == len(made)
    real = load("mnist")
    means = np.stack([real.of_class(k).scaled().mean(0).ravel() for k in range(3)])
    pixels = made.scaled().reshape(len(made), -1)
    nearest = np.square(pixels[:, None] - means).sum(2).argmin(1)
    assert (nearest == made.labels).mean() > 0.75
