import numpy as np
import pytest
from PIL import Image

from gan_augment.common.errors import UserError
from gan_augment.data import load


def picture(height=8, width=6, channels=3, seed=0):
    shape = (height, width) if channels == 1 else (height, width, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def save(path, array=None, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture() if array is None else array).save(path, **options)


def test_classes_and_images_come_sorted_whatever_the_ending(tmp_path):
    arrays = [picture(seed=seed) for seed in range(4)]
    save(tmp_path / "zebra" / "2.PNG", arrays[3])
    save(tmp_path / "zebra" / "1.png", arrays[2])
    save(tmp_path / "cow" / "b.png", arrays[1])
    save(tmp_path / "cow" / "a.Png", arrays[0])
    images = load(tmp_path)
    assert images.class_names == ("cow", "zebra")
    assert images.labels.tolist() == [0, 0, 1, 1]
    np.testing.assert_array_equal(images.images, arrays)
    assert load(str(tmp_path)).content_hash() == images.content_hash()


def test_more_images_than_one_thread_takes_at_a_time(tmp_path):
    arrays = np.stack([picture(4, 4, 1, seed) for seed in range(150)])
    for index, array in enumerate(arrays):
        save(tmp_path / "ab"[index // 75] / f"{index:03d}.png", array)
    images = load(tmp_path)
    np.testing.assert_array_equal(images.images[..., 0], arrays)
    assert images.counts().tolist() == [75, 75]


def test_hidden_and_other_files_do_not_count(tmp_path):
    for name in "ab":
        save(tmp_path / name / "1.png")
        (tmp_path / name / ".2.png").write_bytes(b"")
        (tmp_path / name / "notes.txt").write_text("x")
        (tmp_path / name / "deeper.png").mkdir()
    save(tmp_path / ".cache" / "1.png")
    (tmp_path / "readme.png").write_bytes(b"")
    assert load(tmp_path).counts().tolist() == [1, 1]


def test_names_with_odd_characters(tmp_path):
    folder = tmp_path / "bilder [1] ä 'q' %20*?"
    for name in ("[a-z]", "ü #2\n"):
        save(folder / name / "x [0].png")
    assert load(folder).class_names == ("[a-z]", "ü #2\n")


def test_split_folders(tmp_path):
    for split, count in (("train", 3), ("test", 2)):
        for name in "ab":
            for index in range(count):
                save(tmp_path / split / name / f"{index}.jpg", picture(seed=index))
    assert len(load(tmp_path)) == 6
    assert len(load(tmp_path, split="test")) == 4


def test_test_labels_are_those_of_train(tmp_path):
    for path in ("train/a", "train/b", "train/c", "test/b", "test/c"):
        save(tmp_path / path / "1.png")
    test = load(tmp_path, split="test")
    assert test.class_names == ("a", "b", "c")
    assert test.labels.tolist() == [1, 2]
    save(tmp_path / "test" / "d" / "1.png")
    with pytest.raises(UserError, match=r"test/d has no counterpart in train"):
        load(tmp_path, split="test")


def test_no_test_images(tmp_path):
    for name in ("train", "plane"):  # a class may well be called train
        save(tmp_path / name / "1.png")
    assert load(tmp_path).class_names == ("plane", "train")
    with pytest.raises(UserError, match="has no test images"):
        load(tmp_path, split="test")


def test_in_the_data_directory_by_name(tmp_path):
    for name in "ab":
        save(tmp_path / "mine" / name / "1.png")
    assert load("mine", tmp_path).class_names == ("a", "b")
    for digit in "0123456789":
        save(tmp_path / "mnist" / "train" / digit / "1.png", picture(28, 28, 1, int(digit)))
    assert load("mnist", tmp_path).image_shape == (28, 28, 1)


def test_grey_if_all_are_grey_else_colour(tmp_path):
    grey = picture(channels=1)
    save(tmp_path / "a" / "1.png", grey)
    save(tmp_path / "b" / "1.png", grey)
    np.testing.assert_array_equal(load(tmp_path).images[..., 0], [grey, grey])
    save(tmp_path / "b" / "2.png", picture(channels=3))
    images = load(tmp_path)
    assert images.image_shape == (8, 6, 3)
    np.testing.assert_array_equal(images.images[0], np.repeat(grey[..., None], 3, -1))


def test_grey_training_images_have_the_colours_of_the_test_images(tmp_path):
    for name in "ab":
        save(tmp_path / "train" / name / "1.png", picture(channels=1))
        save(tmp_path / "test" / name / "1.png", picture(channels=3))
    assert load(tmp_path).image_shape == load(tmp_path, split="test").image_shape == (8, 6, 3)


def test_sixteen_bits_keep_the_upper_eight(tmp_path):
    deep = (picture(channels=1).astype(np.uint16) << 8) + 77
    save(tmp_path / "a" / "1.png", deep)
    save(tmp_path / "b" / "1.png", deep)
    np.testing.assert_array_equal(load(tmp_path).images[..., 0], [deep >> 8] * 2)


def test_palette_transparency_and_one_bit(tmp_path):
    colour = Image.fromarray(picture())
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    colour.convert("P").save(tmp_path / "a" / "1.png")
    colour.convert("RGBA").save(tmp_path / "a" / "2.png")
    colour.convert("1").save(tmp_path / "b" / "1.png")
    images = load(tmp_path)
    np.testing.assert_array_equal(images.images[1], picture())
    assert {*images.images[2].ravel().tolist()} == {0, 255}


def test_exif_orientation_is_honoured(tmp_path):
    upright = np.zeros((8, 6, 3), np.uint8)
    upright[:4, :3] = 255  # the upper left quarter is white
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise when shown
    for name in "ab":
        save(tmp_path / name / "1.png", np.rot90(upright), exif=exif)
        save(tmp_path / name / "2.jpg", np.rot90(upright), exif=exif, quality=100)
        save(tmp_path / name / "3.png", upright)
    images = load(tmp_path).images
    np.testing.assert_array_equal(images[0], upright)
    np.testing.assert_allclose(images[1], upright, atol=8)


def test_sizes_that_differ_need_one_size(tmp_path):
    save(tmp_path / "a" / "1.png", picture(8, 6))
    save(tmp_path / "b" / "1.png", picture(6, 8))
    with pytest.raises(UserError, match=r"differ in size: .*a/1.png is 8x6 and .*b/1.png is 6x8"):
        load(tmp_path)
    assert load(tmp_path, size=(5, 7)).image_shape == (5, 7, 3)


def test_resizing_averages_what_it_shrinks(tmp_path):
    stripes = np.zeros((64, 64), np.uint8)
    stripes[:, ::2] = 255
    save(tmp_path / "a" / "1.png", stripes)
    save(tmp_path / "b" / "1.png", stripes)
    images = load(tmp_path, size=(8, 8)).images
    assert np.abs(images.astype(int) - 127).max() <= 16


@pytest.mark.parametrize("size", [(0, 4), (4, -1), (4,)])
def test_impossible_size(tmp_path, size):
    save(tmp_path / "a" / "1.png")
    save(tmp_path / "b" / "1.png")
    with pytest.raises(UserError, match="two positive numbers"):
        load(tmp_path, size=size)


def first_half(data):
    return data[: len(data) // 2]


def changed_half(data):
    return first_half(data) + bytes(255 - byte for byte in data[len(data) // 2 :])


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("2.png", lambda data: b"", "is not a PNG, JPEG, WebP or BMP image"),
        ("2.jpg", lambda data: b"GIF89a", "is not a PNG, JPEG, WebP or BMP image"),
        ("2.png", first_half, "cannot be read as an image"),
        ("2.jpg", first_half, "cannot be read as an image"),
        ("2.png", changed_half, "cannot be read as an image"),  # JPEG has no checksum
    ],
)
def test_damaged_image_is_named(tmp_path, name, damage, message):
    for folder in "ab":
        save(tmp_path / folder / "1.png", picture(32, 32))
    path = tmp_path / "b" / name
    save(path, picture(32, 32))
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UserError, match=message) as raised:
        load(tmp_path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_empty_folder_one_class_and_empty_class(tmp_path):
    with pytest.raises(UserError, match="has no class folders"):
        load(tmp_path)
    save(tmp_path / "a" / "1.png")
    with pytest.raises(UserError, match=r"has only one class \(a\)"):
        load(tmp_path)
    (tmp_path / "b").mkdir()
    with pytest.raises(UserError, match=r"the class folder .*b has no \.png, \.jpg, \.webp or"):
        load(tmp_path)


def test_a_file_is_not_a_folder(tmp_path):
    save(tmp_path / "1.png")
    with pytest.raises(UserError, match="no data set and no image folder"):
        load(tmp_path / "1.png")
