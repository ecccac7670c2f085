import numpy as np
import pytest
from PIL import Image

from gan_augment.common.errors import UserError
from gan_augment.data import load_unlabelled


@pytest.fixture
def save(tmp_path):
    def make(name, colour, size=(20, 10)):
        path = tmp_path / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB" if isinstance(colour, tuple) else "L", size, colour).save(path)
        return tmp_path / "pictures"

    return make


def test_pictures_at_any_depth_are_one_class_of_one_size(save):
    save("b.png", 200)
    save("ann/1.png", 10, size=(8, 8))
    save(".hidden/2.png", 99)
    folder = save("ann/more/c.png", 60)
    (folder / "notes.txt").write_text("no picture")
    images = load_unlabelled(folder, size=16)
    assert images.image_shape == (16, 16, 1)
    assert images.class_names == ("pictures",)
    assert images.labels.tolist() == [0, 0, 0]
    assert images.images[:, 8, 8, 0].tolist() == [10, 60, 200]


def test_of_a_folder_with_splits_the_train_images_count(save):
    save("test/a.png", 1)
    folder = save("train/b.png", 2)
    assert load_unlabelled(folder, size=8).images[:, 0, 0, 0].tolist() == [2]


def test_colours_stay_or_become_grey(save):
    save("a.png", (255, 0, 0))
    folder = save("b.png", 7)
    assert load_unlabelled(folder, size=8).images[:, 0, 0].tolist() == [[255, 0, 0], [7, 7, 7]]
    grey = load_unlabelled(folder, size=8, grey=True)
    assert grey.images[:, 0, 0].tolist() == [[76], [7]]


def test_a_named_set_is_pooled_and_has_the_size_it_has(make_set, tmp_path):
    images = make_set(6, shape=(32, 32, 3))
    np.savez(tmp_path / "cifar10.npz", x_train=images.images, y_train=images.labels)
    pooled = load_unlabelled("cifar10", tmp_path, size=32)
    np.testing.assert_array_equal(pooled.images, images.images)
    assert pooled.class_names == ("cifar10",)
    grey = load_unlabelled("cifar10", tmp_path, size=32, grey=True)
    assert grey.image_shape == (32, 32, 1)
    np.testing.assert_allclose(
        grey.images[..., 0], images.images @ [0.299, 0.587, 0.114], atol=0.51
    )
    with pytest.raises(UserError, match="cifar10 has images of 32x32"):
        load_unlabelled("cifar10", tmp_path, size=64)


def test_a_folder_without_pictures_is_named(tmp_path):
    with pytest.raises(UserError, match=r"has no \.png, \.jpg, \.webp or \.bmp files"):
        load_unlabelled(tmp_path, size=8)
