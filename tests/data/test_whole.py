import numpy as np
import pytest
from PIL import Image

from gan_augment.common.errors import UserError
from gan_augment.data import load, load_whole


def pictures(root, *splits):
    for k, split in enumerate(splits):
        for name in ("cat", "dog"):
            folder = root / split / name
            folder.mkdir(parents=True)
            for i in range(3):
                Image.fromarray(np.full((4, 4, 3), 10 * k + i, np.uint8)).save(folder / f"{i}.png")
    return str(root)


def test_both_splits_of_a_folder_are_joined(tmp_path):
    name = pictures(tmp_path / "pets", "train", "test")
    whole = load_whole(name)
    assert len(whole) == 12
    np.testing.assert_array_equal(whole.images[6:], load(name, split="test").images)


def test_a_folder_without_splits_is_whole(tmp_path):
    name = pictures(tmp_path / "pets", ".")
    assert len(load_whole(name)) == 6


def test_a_named_set_is_joined_and_what_is_missing_is_said(tmp_path, monkeypatch):
    labels = np.arange(10)
    arrays = {f"x_{split}": np.zeros((10, 32, 32, 3), np.uint8) for split in ("train", "test")}
    np.savez(tmp_path / "cifar10.npz", y_train=labels, y_test=labels, **arrays)
    assert load_whole("cifar10", tmp_path).counts().tolist() == [2] * 10
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "home"))
    monkeypatch.delenv("GAN_AUGMENT_DATA", raising=False)
    with pytest.raises(UserError, match="prepare cifar10"):
        load_whole("cifar10")
