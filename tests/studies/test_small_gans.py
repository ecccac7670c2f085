import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_augment.augmenters import dcgan64, fitting
from gan_augment.data import LabeledImages
from gan_augment.metrics.features import Extractor
from gan_augment.studies.pictures import PictureStudy, beside_nearest, to_show
from gan_augment.studies.small_gans import GanCell, GanPlan, SmallGans, fitting_batch

PLAN = GanPlan(
    protocols=("report", "corrected"),
    gan_seeds=2,
    batch_size=1,
    epochs=3,
    compare=(2,),
    compare_epochs=2,
    fold_steps=2,
)


def views(n, seed=0):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (n, 8, 8, 3)).astype(np.uint8)
    return LabeledImages(images, np.arange(n, dtype=np.int32) % 2, ("cow", "horse"))


def build(cell, batch_size):
    return functools.partial(dcgan64, batch_size=batch_size, width=2, latent_dim=4)


def small(path):
    return SmallGans(path, build, PLAN, seed=0, strategy=tf.distribute.get_strategy())


@pytest.fixture(scope="module")
def gans(tmp_path_factory):
    made = small(tmp_path_factory.mktemp("gans"))
    made.fit(views(8), {3: views(12, seed=1)})
    made.generate(5, {"preset": "test"})
    return made


def extractor():
    images = keras.Input((8, 8, 3))
    return Extractor("pixels", keras.Model(images, keras.layers.Flatten()(images)))


def test_the_plan_has_every_cell_once():
    cells = PLAN.cells(folds=[3, 5])
    assert cells == {
        GanCell("report", 1, 0): {"epochs": 3},
        GanCell("corrected", 1, 0): {"epochs": 3},
        GanCell("report", 1, 1): {"epochs": 3},
        GanCell("corrected", 1, 1): {"epochs": 3},
        GanCell("corrected", 2, 0): {"epochs": 2},
        GanCell("corrected", 2, 1): {"epochs": 2},
        GanCell("corrected", 1, 0, 3): {"steps": 2},
        GanCell("corrected", 1, 0, 5): {"steps": 2},
    }
    assert len({cell.folder for cell in cells}) == len(cells)


def test_a_batch_is_no_larger_than_a_class_and_still_divides_what_is_sampled():
    images = views(20)  # ten of each class
    assert [fitting_batch(size, images) for size in (1, 4, 16, 64)] == [1, 4, 8, 8]
    assert fitting_batch(16, views(6)) == 2


def test_generated_sets_are_those_of_the_plans_batch_size(gans):
    assert {cell.batch_size for cell in gans.sets} == {1}
    assert [len(images) for images in gans.of("corrected")] == [10, 10]
    assert len(gans.of("corrected", 3)) == 1
    hashes = {images.content_hash() for images in gans.sets.values()}
    assert len(hashes) == 3  # one for each seed and for the fold; here protocols do not differ


def test_pictures_are_compared_after_as_many_epochs_and_as_many_steps(gans):
    found = [
        (s.about["when"], s.about["batch_size"], s.about["step"], s.about["gan_seed"], s.label)
        for s in gans.compared(views(8))
    ]
    assert sorted(found) == sorted(
        (when, batch, step, seed, label)
        for when, batch, step in (("epochs", 1, 8), ("epochs", 2, 4), ("steps", 1, 4))
        for seed in (0, 1)
        for label in (0, 1)
    )
    sample = next(gans.compared(views(8)))
    assert set(sample.images.labels) == {sample.label}


def test_losses_are_those_of_the_added_images_gans(gans):
    losses = gans.losses()
    assert set(losses["protocol"]) == {"report", "corrected"}
    assert set(losses["batch_size"]) == {1}
    assert losses.groupby(["protocol", "gan_seed", "class"])["step"].max().eq(12).all()


def test_again_is_nothing_new(gans, monkeypatch):
    monkeypatch.setattr(fitting, "train_watched", None)
    again = small(gans.directory)
    again.fit(views(8), {3: views(12, seed=1)})
    again.generate(5, {"preset": "test"})
    for cell, images in gans.sets.items():
        assert again.sets[cell].content_hash() == images.content_hash()
    assert len(list(again.compared(views(8)))) == 12


def test_measurements_are_kept(gans, tmp_path):
    made = []

    def make():
        made.append(None)
        return extractor()

    study = PictureStudy(make, tmp_path / "pictures.jsonl")
    study.measure_all(gans, views(8), views(6, seed=2))
    table = study.table()
    assert table["when"].value_counts().to_dict() == {
        "epochs": 8, "steps": 4, "set": 8, "other object": 2,
    }  # fmt: skip
    assert np.isfinite(table[["kid", "ratio", "nearer", "ratio_features"]]).all().all()
    PictureStudy(make, tmp_path / "pictures.jsonl").measure_all(gans, views(8), views(6, seed=2))
    assert len(made) == 1


def test_copies_and_strangers_are_told_apart(tmp_path):
    real = views(24).of_class(0)
    study = PictureStudy(extractor, tmp_path / "pictures.jsonl")
    study.measure({"what": "copies"}, real, real)
    study.measure({"what": "half"}, real, real.take(np.arange(6)))
    study.measure({"what": "new"}, real, views(40, seed=9).of_class(0))
    study.measure({"what": "white"}, real, LabeledImages(
        np.full_like(real.images, 255), real.labels, real.class_names
    ))  # fmt: skip
    table = study.table().set_index("what")
    assert table.loc["copies", "ratio"] == 0
    assert table.loc["copies", "nearer"] == 1
    assert table.loc["copies", "covered"] == 1
    assert table.loc["half", "covered"] == 0.5
    assert table.loc["new", "ratio"] == pytest.approx(1, abs=0.1)
    assert 0.2 < table.loc["new", "nearer"] < 0.8
    assert table.loc["white", "kid"] > 10 * abs(table.loc["new", "kid"])


def test_the_view_beside_an_image_is_the_nearest():
    real = views(12).of_class(0)
    rows = np.array([4, 0, 2])
    changed = LabeledImages(real.images[rows] ^ 1, np.zeros(3, np.int32), real.class_names)
    generated, nearest = beside_nearest(real, changed)
    np.testing.assert_array_equal(generated, changed.images)
    np.testing.assert_array_equal(nearest, real.images[rows])


def test_figures_show_the_first_seed_and_one_panel_for_each_seed(gans):
    real, test = views(8), views(4, seed=5)
    shown = to_show(gans, real, test, protocol="corrected", seed=0)
    assert shown["data"] == {"to train on": real, "to test on": test}
    titles = {"batch 1", "batch 1, as few steps as batch 2", "batch 2"}
    assert set(shown["by_batch"]) == titles
    assert list(shown["by_seed"]) == ["GAN seed 0", "GAN seed 1"]
    assert not np.array_equal(shown["transformed"]["transformed"].images, real.images)
    generated, nearest = shown["neighbours"]["horse"]
    assert generated.shape == nearest.shape
    assert {image.tobytes() for image in nearest} <= {
        image.tobytes() for image in real.of_class(1).images
    }
