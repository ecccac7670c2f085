import numpy as np
import pytest
from PIL import Image

from gan_augment.common.errors import UserError
from gan_augment.data.objects import TEST, TRAIN, load_objects


def write(folder, sizes, mode="RGB"):
    folder.mkdir(parents=True)
    for k, size in enumerate(sizes):
        Image.new(mode, size, k * 10).save(folder / f"{k}.png")


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "train" / "cat", [(64, 64), (80, 64)])
    write(tmp_path / "train" / "dog", [(64, 64)] * 3)
    write(tmp_path / "test" / "cat", [(64, 64)])
    write(tmp_path / "test" / "dog", [(30, 40)])
    return tmp_path


def test_splits_of_a_folder_are_its_objects_and_sizes_are_made_one(folder, capsys):
    found = load_objects(folder)
    assert found.views.image_shape == (64, 64, 3)
    assert found.of([{TRAIN}, {TRAIN}]).counts().tolist() == [2, 3]
    assert found.of([{TEST}, {TEST}]).counts().tolist() == [1, 1]
    said = capsys.readouterr().err
    assert "images of 3 sizes, from 30x40 on, are resized to 64x64" in said


def test_images_of_the_right_size_are_nothing_to_speak_of(tmp_path, capsys):
    for split in ("train", "test"):
        for name in ("cat", "dog"):
            write(tmp_path / split / name, [(16, 16)] * 2)
    assert load_objects(tmp_path, side=16).views.image_shape == (16, 16, 3)
    assert capsys.readouterr().err == ""


def test_a_folder_of_eth80s_layout_has_its_objects(tmp_path):
    for name in ("pear1", "pear2", "car7"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (64, 64)).save(tmp_path / name / f"{name}-000-000.png")
    found = load_objects(tmp_path)
    assert found.views.class_names == ("car", "pear")
    assert found.objects_of(1) == [1, 2]


def test_one_class_no_test_and_damaged_files_are_one_sentence(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    write(other / "train" / "cat", [(64, 64)] * 2)
    write(other / "test" / "cat", [(64, 64)])
    with pytest.raises(UserError, match="has only one class"):
        load_objects(other)
    write(other / "train" / "dog", [(64, 64)] * 2)
    write(other / "test" / "dog", [(64, 64)])
    (other / "train" / "dog" / "0.png").write_bytes(b"nothing")
    with pytest.raises(UserError, match=r"0\.png is not a PNG, JPEG"):
        load_objects(other)
    alone = tmp_path_factory.mktemp("alone")
    for name in ("cat", "dog"):
        write(alone / name, [(64, 64)] * 2)
    with pytest.raises(UserError, match="no test images"):
        load_objects(alone)


def test_objects_are_numbered_from_one(folder):
    assert np.unique(load_objects(folder).objects).tolist() == [1, 2]
