import gzip
import struct

import numpy as np
import pytest

from gan_augment.common.errors import UserError
from gan_augment.data import load
from gan_augment.data.known import KNOWN


def idx_bytes(array):
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + np.ascontiguousarray(array, np.uint8).tobytes()


def save_idx(folder, images, prefix="train", dot="-", gz=False):
    folder.mkdir(parents=True, exist_ok=True)
    parts = {"images-idx3": images.images[..., 0], "labels-idx1": images.labels}
    for kind, array in parts.items():
        data = idx_bytes(array)
        kind = kind.replace("-idx", f"{dot}idx")
        path = folder / f"{prefix}-{kind}-ubyte{'.gz' * gz}"
        path.write_bytes(gzip.compress(data) if gz else data)


@pytest.mark.parametrize("gz", [False, True])
@pytest.mark.parametrize("dot", ["-", "."])
@pytest.mark.parametrize("folder", ["", "mnist"])
def test_every_spelling_in_either_place(make_set, tmp_path, folder, dot, gz):
    train, test = make_set(12), make_set(5, seed=1)
    save_idx(tmp_path / folder, train, "train", dot, gz)
    save_idx(tmp_path / folder, test, "t10k", dot, gz)
    loaded = load("mnist", tmp_path)
    assert loaded.content_hash() == train.content_hash()
    assert loaded.images.flags.writeable
    assert load("mnist", tmp_path, split="test").content_hash() == test.content_hash()


def test_unpacked_file_that_kept_its_gz(make_set, tmp_path):
    images = make_set(4)
    save_idx(tmp_path, images)
    for path in list(tmp_path.iterdir()):
        path.rename(path.with_name(path.name + ".gz"))
    assert load("mnist", tmp_path).content_hash() == images.content_hash()


def test_files_of_the_other_set_are_left_alone(make_set, tmp_path):
    """MNIST and Fashion-MNIST have the same file names; their first labels tell them apart."""
    images = make_set(10)
    digits = KNOWN["mnist"].first_labels["train"]
    images.labels[:] = digits
    save_idx(tmp_path, images)
    assert load("mnist", tmp_path).labels.tolist() == list(digits)
    with pytest.raises(UserError, match="fashion_mnist is not in"):
        load("fashion_mnist", tmp_path)
    own = make_set(10, seed=1)
    save_idx(tmp_path / "fashion_mnist", own)
    np.testing.assert_array_equal(load("fashion_mnist", tmp_path).images, own.images)


def test_colour_sets_do_not_come_as_idx(make_set, tmp_path):
    save_idx(tmp_path, make_set(4))
    with pytest.raises(UserError, match="prepare cifar10"):
        load("cifar10", tmp_path)


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        ("images-idx3", lambda data: data[:-1], "should have 9424 bytes .* but has 9423"),
        ("images-idx3", lambda data: data + b"0", "should have 9424 bytes .* but has 9425"),
        (
            "images-idx3",
            lambda data: b"\0\0\x0d\3" + data[4:],
            "begins with 00000d03, not 00000803",
        ),
        ("images-idx3", lambda data: data[:7], "is not an idx file of 3 axes"),
        ("labels-idx1", lambda data: b"", "begins with nothing"),
        ("labels-idx1", lambda data: idx_bytes(np.zeros(11)), "should hold 12 integer labels"),
        ("labels-idx1", lambda data: gzip.compress(data)[:-9], "cannot be read"),
        ("labels-idx1", lambda data: b"\x1f\x8b" + data, "cannot be read"),
    ],
)
def test_damaged_files_are_named(make_set, tmp_path, file, change, message):
    save_idx(tmp_path, make_set(12))
    path = tmp_path / f"train-{file}-ubyte"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(UserError, match=message) as raised:
        load("mnist", tmp_path)
    assert str(tmp_path / "train-") in str(raised.value)
    assert "\n" not in str(raised.value)


def test_half_a_set_is_not_passed_over(tmp_path):
    (tmp_path / "train-images-idx3-ubyte").write_bytes(b"\x00\x00\x08\x03abc")
    with pytest.raises(UserError, match="not the file of its labels"):
        load("mnist", tmp_path)
