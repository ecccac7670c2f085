import json

import numpy as np
import pandas as pd
import pytest
import scipy.io

from gan_augment import publish, studies
from gan_augment.common.errors import UserError
from gan_augment.genclass import Config, checked, parsed, run
from gan_augment.reporting.genclass_files import FILES, PERHAPS

SMALL = {"images": 200, "features": 6, "encoder_epochs": 1, "steps": 4, "batch_size": 16}
SMALL |= {"hidden": 8, "samples": 2, "critic_steps": 1, "per_class": 4}


pytestmark = pytest.mark.usefixtures("embedded_digits_only")


def small(out, **options):
    return Config(out=out, **{**SMALL, "pairs": 2, "gan_seeds": 1, **options})


def test_a_run_grows_and_is_published(tmp_path, capsys, monkeypatch):
    out = tmp_path / "run"
    run(small(out, control=False))
    assert "direct attribute prediction" in capsys.readouterr().out
    cells = (out / "cells.jsonl").read_text()
    with monkeypatch.context() as patch:
        patch.setattr(studies.ZeroShotStudy, "_generated", None)
        run(small(out, control=False))  # nothing is done again
    run(small(out, gan_seeds=2, control=True))
    assert (out / "cells.jsonl").read_text().startswith(cells)
    scores = pd.read_csv(out / "scores.csv")
    assert len(scores) == 2 * 2 * 2 * 8
    assert len(pd.read_csv(out / "wrong_descriptions.csv")) == 2 * 200
    assert set(scores["images"]) == {"handwritten", "display"}
    assert scores["case"].nunique() == 2
    assert scores[["zero_shot", "seen", "unseen", "harmonic"]].notna().all(axis=None)
    told = json.loads((out / "options.json").read_text())
    assert told["learning_rate"] == 1e-3
    assert told["data"]["test_images"] == 1000
    assert len(list((out / "synthetic").glob("*/generation.json"))) == 2 * 2 * 2 * 2
    assert not list(out.glob("*.h5"))
    publish.publish(publish.Config(runs=(out,), results=tmp_path / "results"))
    page = (tmp_path / "results" / "README.md").read_text()
    assert "## genclass: are classes recognised that were never seen? (GenClass)" in page
    for name in (*FILES, *PERHAPS):
        assert (tmp_path / "results" / "genclass" / name).exists()
    with pytest.raises(UserError, match="a run with steps = 4, not 5"):
        run(small(out, steps=5))


def test_a_standard_folder(described, tmp_path, capsys):
    data = described()
    folder = tmp_path / "AWA2"
    folder.mkdir()
    labels = data.labels[:, None] + 1.0
    scipy.io.savemat(folder / "res101.mat", {"features": data.features.T, "labels": labels})
    splits = {
        f"{name}_loc": getattr(data, split) + 1
        for name, split in (
            ("trainval", "train"), ("test_seen", "test_seen"), ("test_unseen", "test_unseen")
        )
    }  # fmt: skip
    names = np.array([[np.array([name])] for name in data.class_names], object)
    splits |= {"att": data.attributes.T, "allclasses_names": names}
    scipy.io.savemat(folder / "att_splits.mat", splits)
    out = tmp_path / "run"
    run(small(out, data=str(folder), gan_seeds=2))
    assert "95 % t intervals over seeds" in capsys.readouterr().out
    scores = pd.read_csv(out / "scores.csv")
    assert set(scores["images"]) == {"AWA2"}
    assert len(scores) == 2 * 8
    told = json.loads((out / "options.json").read_text())
    assert (told["data"]["seen"], told["data"]["unseen"]) == (4, 2)
    assert told["learning_rate"] == 1e-4
    (folder / "res101.mat").write_bytes(b"damaged")
    with pytest.raises(UserError, match=r"res101.mat cannot be read"):
        run(small(tmp_path / "other", data=str(folder)))
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"pairs": 46}, "ten digits have 45 pairs"),
        ({"samples": 0}, "--samples must be positive"),
        ({"images": 9}, "two images of each digit; give --images 20 or more"),
        ({"data": "cifar10"}, "no folder 'cifar10'; zero-shot sets are mnist, or folders with"),
        ({"images": 5000}, "a sample of 5000 was asked for, but mnist has 4000"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path, options, sentence):
    with pytest.raises(UserError, match=sentence):
        run(small(tmp_path / "run", **options))
    assert not (tmp_path / "run").exists()


def test_sizes_suit_the_data_and_what_is_given_wins(monkeypatch):
    assert checked(Config()).hidden == 128
    assert checked(Config(data="AWA2")).hidden == 4096
    assert checked(Config(data="AWA2", hidden=9)).hidden == 9
    config = parsed(["--quick", "--pairs", "9"])
    assert (config.quick, config.pairs) == (True, 9)
    assert config.steps < checked(Config()).steps
    monkeypatch.setenv("TF_CONFIG", "{}")
    with pytest.raises(UserError, match="unset TF_CONFIG"):
        checked(Config())


def test_help_needs_no_tensorflow(help_of):
    assert "--similarity" in help_of("genclass")
