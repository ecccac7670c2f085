import zipfile

import numpy as np
import pytest

from gan_augment.common.errors import UserError
from gan_augment.data import load


def arrays_of(images):
    return {"x_train": images.images[..., 0], "y_train": images.labels}


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, ">i4", np.uint64])
@pytest.mark.parametrize("columns", [(), (1,)])
def test_labels_of_any_integer_type_and_either_shape(make_set, tmp_path, dtype, columns):
    images = make_set(12, shape=(32, 32, 3))
    labels = images.labels.astype(dtype).reshape(-1, *columns)
    np.savez(tmp_path / "cifar10.npz", x_train=images.images, y_train=labels)
    loaded = load("cifar10", tmp_path)
    np.testing.assert_array_equal(loaded.images, images.images)
    np.testing.assert_array_equal(loaded.labels, images.labels)
    assert loaded.class_names[:2] == ("airplane", "automobile")


def test_lzma_members_and_a_channel_axis_that_is_there(make_set, tmp_path):
    images = make_set(12)
    np.savez(tmp_path / "plain.npz", x_train=images.images, y_train=images.labels)
    with (
        zipfile.ZipFile(tmp_path / "plain.npz") as plain,
        zipfile.ZipFile(tmp_path / "mnist.npz", "w", zipfile.ZIP_LZMA) as packed,
    ):
        for member in plain.namelist():
            packed.writestr(member, plain.read(member))
    assert load("mnist", tmp_path).content_hash() == images.content_hash()


@pytest.mark.parametrize("keep", [0, 10, 0.3, 0.9, 0.999])
def test_truncated_file_is_named(make_set, tmp_path, keep):
    path = tmp_path / "mnist.npz"
    np.savez(path, **arrays_of(make_set()))
    data = path.read_bytes()
    path.write_bytes(data[: keep if keep > 1 else int(len(data) * keep)])
    with pytest.raises(UserError, match=r"mnist\.npz cannot be read as an npz file") as raised:
        load("mnist", tmp_path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "compression", [zipfile.ZIP_STORED, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED]
)
def test_changed_bytes_are_noticed(make_set, tmp_path, compression):
    np.savez(tmp_path / "plain.npz", **arrays_of(make_set()))
    path = tmp_path / "mnist.npz"
    with (
        zipfile.ZipFile(tmp_path / "plain.npz") as plain,
        zipfile.ZipFile(path, "w", compression) as packed,
    ):
        for member in plain.namelist():
            packed.writestr(member, plain.read(member))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"mnist\.npz cannot be read as an npz file"):
        load("mnist", tmp_path)


def test_other_files_under_that_name(make_set, tmp_path):
    path = tmp_path / "mnist.npz"
    path.write_text("<html>404</html>")
    with pytest.raises(UserError, match="cannot be read as an npz file"):
        load("mnist", tmp_path)
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(UserError, match="cannot be read as an npz file"):
        load("mnist", tmp_path)


def test_pickles_are_never_loaded(make_set, tmp_path):
    images = make_set()
    objects = np.array([{"a": 1}] * len(images), dtype=object)
    np.savez(tmp_path / "mnist.npz", x_train=images.images, y_train=objects)
    with pytest.raises(UserError, match="allow_pickle=False"):
        load("mnist", tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x_train": None}, r"lacks the array x_train, it holds y_train"),
        ({"y_train": np.zeros(29, int)}, r"should hold 30 integer labels.* holds int64 \(29,\)"),
        ({"y_train": np.zeros(30)}, r"integer labels, one for each image, but holds float64"),
        ({"y_train": np.full(30, 10)}, "labels from 10 to 10, but mnist has 10 classes"),
        ({"y_train": np.full(30, -1)}, "labels from -1 to -1"),
        ({"x_train": np.zeros((30, 28, 28))}, "should hold uint8 images"),
        ({"x_train": np.zeros((30, 32, 32, 3), np.uint8)}, r"but holds uint8 \(30, 32, 32, 3\)"),
        ({"x_train": np.zeros((0, 28, 28), np.uint8), "y_train": np.zeros(0, int)}, "no images"),
    ],
)
def test_arrays_that_are_not_this_set(make_set, tmp_path, changes, message):
    arrays = arrays_of(make_set(30)) | changes
    path = tmp_path / "mnist.npz"
    np.savez(path, **{key: value for key, value in arrays.items() if value is not None})
    with pytest.raises(UserError, match=message) as raised:
        load("mnist", tmp_path)
    assert str(path) in str(raised.value)


def test_a_set_without_labels_is_one_class(make_set, tmp_path):
    images = make_set(5, shape=(64, 64, 1)).images
    np.savez(tmp_path / "faces64.npz", x=images[..., 0], name=np.array(["someone"] * 5))
    faces = load("faces", tmp_path)
    np.testing.assert_array_equal(faces.images, images)
    assert faces.labels.tolist() == [0] * 5
    assert faces.class_names == ("face",)
    np.savez(tmp_path / "faces64.npz", images=images)
    with pytest.raises(UserError, match=r"faces64\.npz lacks the array x, it holds images"):
        load("faces", tmp_path)
    np.savez(tmp_path / "faces64.npz", x=images[:, ::2])
    with pytest.raises(UserError, match=r"should hold uint8 images of \(64, 64, 1\) for faces"):
        load("faces", tmp_path)
