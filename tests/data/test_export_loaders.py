import numpy as np
import pytest

from gan_augment.data.export import write_folder
from gan_augment.data.safe_names import class_name

NAMES = ("dog", "a/b", "CON", "test")


@pytest.fixture
def folder(tmp_path, make_set):
    images = make_set(30, (8, 8, 3), NAMES)
    return write_folder(
        tmp_path / "out",
        [(images, "real"), (images, "synthetic")],
        class_names=NAMES,
        image_shape=(8, 8, 3),
        generation={},
    )


def test_keras_loads_it(folder, make_set):
    import keras

    images = make_set(30, (8, 8, 3), NAMES)
    loaded = keras.utils.image_dataset_from_directory(
        folder, image_size=(8, 8), batch_size=None, shuffle=False, verbose=False
    )
    names = [class_name(name) for name in loaded.class_names]
    assert sorted(names) == sorted(NAMES)
    found = {name: [] for name in names}
    for image, label in loaded.as_numpy_iterator():
        found[names[label]].append(image.astype(np.uint8))
    for label, name in enumerate(NAMES):
        expected = images.of_class(label).images  # real ones come first, in order
        np.testing.assert_array_equal(found[name], np.concatenate([expected, expected]))


def test_torch_loads_it(folder):
    datasets = pytest.importorskip("torchvision.datasets")
    loaded = datasets.ImageFolder(folder)
    assert {class_name(name) for name in loaded.classes} == set(NAMES)
    assert len(loaded) == 60


def test_hugging_face_loads_it(folder, tmp_path):
    datasets = pytest.importorskip("datasets")
    loaded = datasets.load_dataset(
        "imagefolder", data_dir=str(folder), cache_dir=str(tmp_path / "cache")
    )
    assert list(loaded) == ["train"]
    assert set(loaded["train"]["label"]) == set(NAMES)
    assert set(loaded["train"]["origin"]) == {"real", "synthetic"}
