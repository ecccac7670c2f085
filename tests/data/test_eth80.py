import zipfile

import numpy as np
import pytest
from PIL import Image

from gan_augment.common.errors import UserError
from gan_augment.data import eth80
from gan_augment.data.sources import load


def arrays(objects=(1, 3, 5, 8), views=2):
    """Cows are dark and horses light; the object's number is in the green channel."""
    rows = [(c, o) for c in (0, 1) for o in objects for _ in range(views)]
    category, objects = (np.array(column, np.uint8) for column in zip(*rows))
    x = np.zeros([len(rows), 64, 64, 3], np.uint8)
    x[..., 0], x[..., 1] = 100 * category[:, None, None], objects[:, None, None]
    return {"x": x, "category": category, "object": objects}


@pytest.fixture
def place(tmp_path):
    np.savez(tmp_path / eth80.FILE, **arrays())
    return tmp_path


@pytest.fixture
def original(tmp_path):
    """The layout of the published folders, with two more classes and maps."""
    for category, value in (("cow", 0), ("horse", 100), ("apple", 200)):
        for number in (3, 5, 8, 10):
            folder = tmp_path / "eth80" / f"{category}{number}"
            (folder / "maps").mkdir(parents=True)
            for view in ("000-000", "066-153"):
                image = Image.new("RGB", (256, 256), (value, number, 0))
                image.save(folder / f"{category}{number}-{view}.png")
                image.save(folder / "maps" / f"{category}{number}-{view}-map.png")
    return tmp_path


def test_npz_has_objects_beside_labels(place):
    found = eth80.find([place])
    assert found.views.class_names == ("cow", "horse")
    assert found.objects_of(0) == found.objects_of(1) == [1, 3, 5, 8]
    chosen = found.of([{3}, {5, 8}])
    assert chosen.counts().tolist() == [2, 4]
    assert sorted({*chosen.of_class(1).images[:, 0, 0, 1].tolist()}) == [5, 8]


def test_original_layout_is_read_without_maps_and_made_smaller(original):
    found = eth80.find([original])
    assert found.views.image_shape == (64, 64, 3)
    assert found.views.counts().tolist() == [8, 8]
    assert found.objects_of(0) == [3, 5, 8, 10]  # ten after eight, not after one
    np.testing.assert_array_equal(found.views.images[:, 0, 0, 1], found.objects)
    everything = eth80.read_original(original / "eth80", classes=None)
    assert everything.views.class_names == ("apple", "cow", "horse")


def test_other_classes_come_from_the_original_even_beside_the_npz(original):
    np.savez(original / eth80.FILE, **arrays())
    found = eth80.find([original], ("apple", "horse"))
    assert found.views.class_names == ("apple", "horse")
    assert set(found.views.of_class(0).images[:, 0, 0, 0]) == {200}


def test_views_by_object_have_a_label_for_each():
    np_arrays = arrays(objects=(1, 10), views=3)
    views = eth80.ObjectViews(
        eth80.LabeledImages(
            np_arrays["x"], np_arrays["category"].astype(np.int32), ("cow", "horse")
        ),
        np_arrays["object"].astype(np.int32),
    ).by_object()
    assert views.class_names == ("cow 1", "cow 10", "horse 1", "horse 10")
    assert views.counts().tolist() == [3, 3, 3, 3]


def test_by_name_it_is_the_objects_of_the_report(place):
    train, test = (load("eth80", place, split=split) for split in ("train", "test"))
    assert train.of_class(0).images[0, 0, 0, 1] == 3
    assert train.of_class(1).images[0, 0, 0, 1] == 5
    assert test.of_class(0).images[0, 0, 0, 1] == 8
    assert test.of_class(1).images[0, 0, 0, 1] == 3


def test_every_object_that_all_classes_have_is_left_out_in_turn(place):
    folds = eth80.find([place]).left_out()
    assert list(folds) == [1, 3, 5, 8]
    others, own = folds[3]
    assert set(others.images[:, 0, 0, 1]) == {1, 5, 8}
    assert set(own.images[:, 0, 0, 1]) == {3}
    assert own.counts().tolist() == [2, 2]
    np.savez(place / eth80.FILE, **arrays(objects=(1, 3)))
    assert not eth80.find([place]).left_out()


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ([{4}, {5}], "there is no cow 4; choose from 1, 3, 5, 8"),
        ([{3}], r"2 classes \(cow, horse\), so give as many objects, not 1"),
    ],
)
def test_objects_that_are_not_there_are_refused(place, chosen, sentence):
    with pytest.raises(UserError, match=sentence):
        eth80.find([place]).of(chosen)


def test_nowhere_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match=f"put {eth80.FILE} there"):
        eth80.find([tmp_path])
    (tmp_path / "eth80" / "pictures").mkdir(parents=True)
    with pytest.raises(UserError, match="no files of cow or horse named as ETH-80's"):
        eth80.find([tmp_path])


@pytest.mark.parametrize("damage", ["category", "object", "x"])
def test_a_wrong_npz_is_refused(tmp_path, damage):
    wrong = arrays()
    wrong[damage] = wrong[damage][:-1] if damage != "x" else wrong["x"][:, :32]
    np.savez(tmp_path / eth80.FILE, **wrong)
    with pytest.raises(UserError, match="should hold x uint8"):
        eth80.find([tmp_path])


def test_lzma_members_are_read(tmp_path):
    np.savez(tmp_path / "plain.npz", **arrays())
    with (
        zipfile.ZipFile(tmp_path / "plain.npz") as plain,
        zipfile.ZipFile(tmp_path / eth80.FILE, "w", zipfile.ZIP_LZMA) as packed,
    ):
        for name in plain.namelist():
            packed.writestr(name, plain.read(name))
    assert len(eth80.find([tmp_path]).views) == 16
