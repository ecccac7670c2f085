import json

import numpy as np
import pytest

from gan_augment.classifiers import dense_classifier
from gan_augment.common.errors import UserError
from gan_augment.metrics.feature_sets import FeatureSet
from gan_augment.metrics.features import Extractor, classifier_extractor
from gan_augment.metrics.frechet import FeatureStatistics, frechet_distance
from gan_augment.metrics.quality import image_quality


def make_extractor(seed=0):
    classifier = dense_classifier((28, 28, 1), 3, seed=seed, units=16)
    return classifier_extractor(classifier, "dense_blobs")


@pytest.fixture(scope="module")
def extractor():
    return make_extractor()


def test_rows_per_class_and_overall(blobs, extractor):
    real, generated = blobs(90), blobs(60, seed=1)
    found = image_quality(real, generated, extractor)
    assert found["features"] == "dense_blobs"
    assert list(found["classes"]) == ["top", "middle", "bottom"]
    assert (found["overall"]["n_real"], found["overall"]["n_generated"]) == (90, 60)
    assert found["classes"]["top"]["n_real"] == 30
    features = [extractor.features(each) for each in (real, generated)]
    expected = frechet_distance(*map(FeatureStatistics.of, features))
    assert found["overall"]["frechet_dense_blobs"] == pytest.approx(expected, rel=1e-4)
    assert "fid" not in found["overall"]
    json.dumps(found)  # numbers of Python's own


def test_a_class_that_is_another_shows_in_its_own_row(blobs, extractor):
    real, generated = blobs(90), blobs(90, seed=1)
    good = image_quality(real, generated, extractor)["classes"]
    wrong = generated.images.copy()
    wrong[generated.labels == 1] = generated.of_class(0).images
    swapped = type(real)(wrong, generated.labels, real.class_names)
    bad = image_quality(real, swapped, extractor)["classes"]
    assert bad["middle"]["frechet_dense_blobs"] > 3 * good["middle"]["frechet_dense_blobs"]
    assert bad["middle"]["kid_dense_blobs"] > 3 * bad["middle"]["kid_error_dense_blobs"]
    assert good["middle"]["kid_dense_blobs"] < 3 * good["middle"]["kid_error_dense_blobs"]
    assert bad["middle"]["coverage_dense_blobs"] < good["middle"]["coverage_dense_blobs"]
    assert bad["top"] == good["top"]


def test_inception_features_alone_are_called_fid(blobs, extractor):
    inception = Extractor("inception", extractor.model)
    found = image_quality(blobs(30), blobs(30, seed=1), inception)["overall"]
    assert {"fid", "kid", "precision", "coverage"} < set(found)


def test_too_few_images_give_nan_and_their_number(blobs, extractor):
    real = blobs(60)
    generated = blobs(30, seed=1)
    generated = generated.take(generated.labels != 2)
    found = image_quality(real, generated, extractor, held_out=blobs(30, seed=2))
    row = found["classes"]["bottom"]
    assert row["n_generated"] == 0
    assert np.isnan([row["frechet_dense_blobs"], row["precision_dense_blobs"]]).all()
    assert np.isnan(row["ratio_pixels"])
    assert np.isfinite(found["overall"]["frechet_dense_blobs"])
    few = image_quality(real, blobs(9, seed=1), extractor)["classes"]["top"]
    assert np.isfinite(few["frechet_dense_blobs"])
    assert np.isnan(few["coverage_dense_blobs"])
    with pytest.raises(UserError, match="no images"):
        image_quality(real, generated.take(np.zeros(0, int)), extractor)


def test_copies_show_beside_held_out_images(blobs, extractor):
    real, held_out = blobs(90), blobs(90, seed=1)
    copied = image_quality(real, real, extractor, held_out=held_out)["overall"]
    new = image_quality(real, blobs(90, seed=2), extractor, held_out=held_out)["overall"]
    assert (copied["ratio_pixels"], copied["nearer_pixels"]) == (0, 1)
    assert copied["n_held_out"] == 90
    assert new["ratio_pixels"] == pytest.approx(1, abs=0.1)


def test_drawn_features_are_limited_and_statistics_are_not(blobs, extractor):
    real = blobs(90)
    few = FeatureSet.measure(real, extractor, drawn=30)
    all_of_them = FeatureSet.measure(real, extractor)
    assert [len(few.drawn[label]) for label in range(3)] == [10, 10, 10]
    assert few.overall()[0].n == 90
    np.testing.assert_allclose(few.overall()[0].mean, all_of_them.overall()[0].mean, atol=1e-6)
    row = image_quality(real, blobs(60, seed=1), extractor, drawn=30)["overall"]
    assert (row["n_real"], row["n_real_drawn"], row["n_generated_drawn"]) == (90, 30, 30)


def test_features_of_the_real_set_are_kept(blobs, tmp_path, monkeypatch):
    real, generated, extractor = blobs(60), blobs(30, seed=1), make_extractor()
    first = image_quality(real, generated, extractor, cache=tmp_path)
    asked = []
    batches = Extractor.batches

    def counting(self, images, batch_size=64):
        asked.append(len(images))
        return batches(self, images, batch_size)

    monkeypatch.setattr(Extractor, "batches", counting)
    assert image_quality(real, generated, extractor, cache=tmp_path) == first
    assert sum(asked) == 30  # the generated images alone
    assert len(list(tmp_path.iterdir())) == 1
    image_quality(real, generated, make_extractor(seed=1), cache=tmp_path)
    image_quality(blobs(60, seed=3), generated, extractor, cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_damaged_file_is_named(blobs, extractor, tmp_path):
    FeatureSet.cached(blobs(30), extractor, tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(UserError, match=path.name):
        FeatureSet.cached(blobs(30), extractor, tmp_path)


def test_other_images_cannot_be_compared(blobs, extractor):
    images = blobs(30)
    other = type(images)(images.images, images.labels, ("a", "b", "c"))
    with pytest.raises(ValueError, match="class names"):
        image_quality(images, other, extractor)
