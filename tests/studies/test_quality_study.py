from functools import partial

import pytest

from gan_augment.classifiers import Members, dense_classifier
from gan_augment.common.errors import UserError
from gan_augment.studies import quality
from gan_augment.studies.matrix import Source
from gan_augment.studies.quality import HELD_OUT, OVERALL, QualityStudy


@pytest.fixture
def real(blobs):
    return Source.split(blobs(240), 0)


@pytest.fixture
def swapped(blobs):
    """Images whose classes are each other's."""
    images = Source.split(blobs(240, seed=1), 0)
    moved = (images.test.labels + 1) % 3
    test = type(images.test)(images.test.images, moved.astype("int32"), images.test.class_names)
    return Source(images.train, images.validation, test)


def study(directory, **options):
    build = partial(dense_classifier, (28, 28, 1), 3, units=8)
    make = partial(Members, build, learning_rate=0.01, batch_size=8)
    defaults = {"epochs": 3, "seed": 0, "data": "my/blobs 2", "features": "classifier"}
    return QualityStudy(directory, make, **defaults | options)


def test_rows_are_compared_at_one_n_and_named_after_the_classifier(real, swapped, tmp_path):
    done = study(tmp_path)
    done.run(real, {"per-class": swapped})
    table = done.table().set_index(["generators", "class"])
    assert set(table["features"]) == {"cnn_blobs_2"}
    assert set(table["n_real"]) == {60, 180}
    assert table.loc["per-class", "n_generated"].tolist() == [13, 13, 13, 39]
    assert table.loc[HELD_OUT, "n_generated"].tolist() == [13, 13, 13, 39]
    distance = table["frechet_cnn_blobs_2"]
    for name in ("top", "middle", "bottom"):
        assert distance["per-class", name] > 3 * distance[HELD_OUT, name]
    assert distance["per-class", OVERALL] < 3 * distance[HELD_OUT, OVERALL]


def test_what_is_measured_is_kept_with_its_classifier(real, swapped, tmp_path, monkeypatch):
    done = study(tmp_path)
    done.run(real, {"per-class": swapped})
    monkeypatch.setattr(Members, "train", None)
    again = study(tmp_path, features="auto")  # goes on with what was begun, without Inception
    again.run(real, {"per-class": swapped})
    assert again.table().equals(done.table())
    again.run(real, {"conditional": swapped}, gan_seed=1)
    table = again.table()
    assert len(table) == 3 * 4
    same = table.drop(columns=["generators", "gan_seed"])
    first, second = (
        same[table["generators"] == name].reset_index(drop=True)
        for name in ("per-class", "conditional")
    )
    assert first.equals(second)  # the weights were found again


def test_without_inception_one_sentence_says_so(real, tmp_path, monkeypatch, capsys):
    def none(channels):
        raise UserError("the Inception-v3 weights cannot be had (no network)")

    monkeypatch.setattr(quality, "inception_extractor", none)
    assert study(tmp_path, features="auto").extractor(real).name == "cnn_blobs_2"
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "cannot be had" in said
    with pytest.raises(UserError, match="cannot be had"):
        study(tmp_path / "other", features="inception").extractor(real)
