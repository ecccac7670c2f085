import functools

import numpy as np
import pytest

from gan_augment.augmenters.dcgan import dcgan
from gan_augment.augmenters.stabilizers import parse
from gan_augment.classifiers import Members, dense_classifier
from gan_augment.data.records import read_records
from gan_augment.studies.collapse import CollapseStudy


def study(directory, **options):
    make = functools.partial(dense_classifier, (28, 28, 1), 3, units=16)
    return CollapseStudy(
        directory,
        functools.partial(Members, make),
        **{"steps": 4, "members": 2, "epochs": 2, "seed": 1, **options},
    )


def variants():
    build = functools.partial(dcgan, alpha=0.05)
    return {"none": build, "r1=1+ema": functools.partial(build, stabilizers=parse(["r1=1", "ema"]))}


def test_a_study_scores_every_variant_and_does_no_cell_twice(tmp_path, blobs):
    real, test = blobs(24), blobs(60, seed=1)
    first = study(tmp_path)
    first.run(variants(), 0, real, test)
    scores = first.scores()
    assert list(scores["variant"].unique()) == ["real", "none", "r1=1+ema"]
    assert len(scores) == 6
    assert set(scores[scores["variant"] != "real"]["classes"]) == {3}
    assert scores["accuracy"].between(0, 1).all()
    images = read_records(first.samples("r1=1+ema") / "collapse")
    assert list(images.counts()) == [8, 8, 8]
    assert not list((tmp_path / "gans").iterdir())  # weights of finished cells are not kept

    def never(*args, **options):
        raise AssertionError("done before")

    again = study(tmp_path)
    again.run(dict.fromkeys(variants(), never), 0, real, test)
    assert again.scores().equals(scores)


def test_divergence_is_a_result_and_no_error(tmp_path, blobs):
    diverging = functools.partial(dcgan, alpha=0.05, learning_rate=1e30)
    found = study(tmp_path, steps=60)
    found.run({"none": diverging}, 0, blobs(12), blobs(30, seed=1))
    row = found.scores().set_index("variant").loc["none"].iloc[0]
    assert row["diverged"] == 3
    assert np.isnan(row["spread"])


def test_costs_are_ratios_to_the_baseline(tmp_path, blobs):
    found = study(tmp_path)
    build = variants()["none"]
    slow = functools.partial(build, stabilizers=parse(["critic-steps=8"]))
    found.measure_costs({"slow": (build, slow)}, blobs(24).images)
    assert found.costs() == {"slow": pytest.approx(found.costs()["slow"])}
    assert found.costs()["slow"] > 1.5
    found.measure_costs({"slow": (None, None)}, blobs(24).images)  # measured before
