import json

import pytest

from gan_augment.common.errors import UserError
from gan_augment.data import load, write_records
from gan_augment.data.known import KNOWN


@pytest.fixture
def prepare(make_set):
    """Return a maker of directories as TensorFlow Datasets prepares them."""

    def make(root, version="3.0.1", seed=0, name="mnist"):
        known = KNOWN[name]
        images = make_set(12, known.image_shape, known.class_names, seed)
        write_records(
            root, name, [images], class_names=images.class_names, version=version,
            image_shape=images.image_shape, generation={}, examples_per_shard=5,
        )  # fmt: skip
        return images

    return make


@pytest.mark.parametrize("name", KNOWN)
def test_version_directory(prepare, tmp_path, name):
    images = prepare(tmp_path, name=name)
    assert load(name, tmp_path).content_hash() == images.content_hash()


def test_config_and_version_directory(prepare, tmp_path):
    images = prepare(tmp_path)
    folder = tmp_path / "mnist"
    (folder / "plain").mkdir()
    (folder / "3.0.1").rename(folder / "plain" / "3.0.1")
    assert load("mnist", tmp_path).content_hash() == images.content_hash()


def test_newest_version(prepare, tmp_path):
    prepare(tmp_path, "3.0.1")
    images = prepare(tmp_path, "3.0.10", seed=1)
    prepare(tmp_path, "3.0.9", seed=2)
    assert load("mnist", tmp_path).content_hash() == images.content_hash()


def test_default_directory_of_tensorflow_datasets(prepare, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    images = prepare(tmp_path / "tensorflow_datasets")
    assert load("mnist").content_hash() == images.content_hash()
    other = prepare(tmp_path / "elsewhere", seed=1)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "elsewhere"))
    assert load("mnist").content_hash() == other.content_hash()


def test_split_that_is_not_there(prepare, tmp_path):
    prepare(tmp_path)
    with pytest.raises(UserError, match=r"mnist/3\.0\.1 has no test split"):
        load("mnist", tmp_path, split="test")


def test_damaged_directories_are_named(prepare, tmp_path):
    prepare(tmp_path)
    folder = tmp_path / "mnist" / "3.0.1"
    info = json.loads((folder / "dataset_info.json").read_text())
    shard = folder / "mnist-train.tfrecord-00001-of-00003"
    data = shard.read_bytes()
    message = r"mnist/3\.0\.1 cannot be read as a prepared TFDS directory"
    shard.write_bytes(data[:100])
    with pytest.raises(UserError, match=message):
        load("mnist", tmp_path)
    shard.unlink()
    with pytest.raises(UserError, match=message):
        load("mnist", tmp_path)
    shard.write_bytes(data)
    assert len(load("mnist", tmp_path)) == 12
    for text in ("{", json.dumps(info | {"splits": []})):
        (folder / "dataset_info.json").write_text(text)
        with pytest.raises(UserError, match=r"mnist/3\.0\.1") as raised:
            load("mnist", tmp_path)
        assert "\n" not in str(raised.value)
