import os
import sys

import numpy as np
import pytest
from PIL import Image
from strangers import fill, huge_png, save, scene

from gan_augment.common.errors import UserError
from gan_augment.data.collection import Collection, read_collection
from gan_augment.data.inspection import inspect
from gan_augment.data.splits import stratified_splits
from gan_augment.data.working_size import working_shape


def reasons(collection):
    return {each.name: each.reason for each in collection.unreadable}


def test_a_folder_of_classes(tmp_path):
    fill(tmp_path, count=3)
    found = read_collection(tmp_path)
    assert found.images.class_names == ("cat", "dog")
    assert found.images.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert found.names == tuple(f"{name}/{k:03d}.png" for name in ("cat", "dog") for k in range(3))
    assert found.splits.tolist() == [""] * 6
    assert found.sizes.tolist() == [[32, 32]] * 6
    assert found.unreadable == ()
    np.testing.assert_array_equal(found.images.images[4], scene(seed=1001))


def test_it_needs_no_tensorflow(tmp_path):
    fill(tmp_path, count=1)
    code = (
        "import sys; from gan_augment import data; "
        f"c = data.read_collection({str(tmp_path)!r}); data.inspect(c); "
        "data.write_folder, data.stratified_splits; sys.exit('tensorflow' in sys.modules)"
    )
    assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", code]) == 0


def test_parts_as_people_name_them(tmp_path):
    for part in ("train", "validation", "Test", "docs"):
        fill(tmp_path / part, count=2, start=len(part))
    save(tmp_path / "test2" / "x" / "1.png")
    found = read_collection(tmp_path)
    assert found.images.class_names == ("cat", "dog")
    parts, counts = np.unique(found.splits, return_counts=True)
    assert dict(zip(parts.tolist(), counts.tolist())) == {"test": 4, "train": 4, "val": 4}
    assert "validation/dog/001.png" in found.names


def test_classes_may_be_called_train_and_test(tmp_path):
    fill(tmp_path, ("train", "test"), count=2)
    found = read_collection(tmp_path)
    assert found.images.class_names == ("test", "train")
    assert set(found.splits.tolist()) == {""}


def test_all_formats_and_sizes_at_one_size(tmp_path):
    for index, (ending, options) in enumerate(
        {".png": {}, ".JPG": {}, ".jpeg": {}, ".webp": {"lossless": True}, ".bmp": {}}.items()
    ):
        for name in ("cat", "dog"):
            save(tmp_path / name / f"1{ending}", scene(30 + 20 * index, 100, seed=index), **options)
    found = read_collection(tmp_path)
    assert len(found.images) == 10
    assert found.images.image_shape == (64, 64, 3)
    assert found.sizes[:5, 0].tolist() == [50, 110, 70, 30, 90]  # .JPG, .bmp, .jpeg, …
    assert read_collection(tmp_path, side=16).images.image_shape == (16, 16, 3)


@pytest.mark.parametrize(
    ("fit", "left", "middle"),
    [("crop", 255, 255), ("pad", 0, 255), ("stretch", 0, 255)],
)
def test_fits(tmp_path, fit, left, middle):
    image = np.zeros((32, 64, 1), np.uint8)
    image[:, 16:48] = 255  # the centre is white, a quarter at either side black
    high = image.transpose(1, 0, 2)
    for name in ("a", "b"):
        save(tmp_path / name / "1.png", image)
        save(tmp_path / name / "2.png", high)
    images = read_collection(tmp_path, side=32, fit=fit).images.images[..., 0]
    assert abs(int(images[0][16, 2]) - left) < 30
    assert images[0][16, 16] == middle
    np.testing.assert_array_equal(images[1], images[0].T)
    if fit == "pad":
        assert images[0][2, 16] == 0  # above


def test_unknown_fit_and_side(tmp_path):
    fill(tmp_path, count=1)
    with pytest.raises(UserError, match="crop, pad, stretch"):
        read_collection(tmp_path, fit="squeeze")
    with pytest.raises(UserError, match=r"not 30; 32 would do"):
        read_collection(tmp_path, side=30)


@pytest.mark.parametrize(
    ("sizes", "shape"),
    [
        ([(28, 28)] * 3, (28, 28)),
        ([(32, 24)] * 3, (32, 24)),
        ([(30, 30)] * 3, (28, 28)),
        ([(300, 400)] * 3, (64, 64)),
        ([(40, 90), (50, 45), (61, 300)], (44, 44)),
        ([(5, 5)] * 3, (16, 16)),
    ],
)
def test_chosen_size(sizes, shape):
    assert working_shape(np.array(sizes)) == shape


def test_grey_however_it_is_stored(tmp_path):
    grey = scene(channels=1)
    save(tmp_path / "a" / "1.png", grey)
    save(tmp_path / "b" / "1.png", np.repeat(grey, 3, axis=-1))
    save(tmp_path / "b" / "2.webp", np.repeat(grey, 3, axis=-1), lossless=True)
    images = read_collection(tmp_path).images
    assert images.image_shape == (32, 32, 1)
    np.testing.assert_array_equal(images.images, [grey] * 3)
    save(tmp_path / "b" / "3.png", scene(seed=1))
    assert read_collection(tmp_path).images.image_shape == (32, 32, 3)


def test_turned_pictures_are_upright(tmp_path):
    upright = scene(32, 24)
    exif = Image.Exif()
    exif[0x0112] = 6
    for name in ("a", "b"):
        save(tmp_path / name / "1.png", upright)
        save(tmp_path / name / "2.jpg", np.rot90(upright), exif=exif, quality=100, subsampling=0)
        save(tmp_path / name / "3.png", np.rot90(upright), exif=exif)
    found = read_collection(tmp_path)
    assert found.images.image_shape == (32, 24, 3)
    assert found.sizes.tolist() == [[32, 24]] * 6
    np.testing.assert_allclose(found.images.images[1].astype(int), upright, atol=24)
    np.testing.assert_array_equal(found.images.images[2], upright)


def hostile(folder, outside):
    """Put nine files into a folder that are not what they seem."""
    save(folder / "cut.jpg", scene(200, 200))
    data = (folder / "cut.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(data[: len(data) // 2])
    (folder / "bomb.png").write_bytes(huge_png(60_000, 60_000))
    (folder / "large.png").write_bytes(huge_png(9_000, 9_000))
    (folder / "long.png").write_bytes(huge_png(1, 40_000))
    save(folder / "moving.png", scene(), format="GIF")
    save(folder / "other.gif", scene())
    save(outside / "secret.png")
    (folder / "out.png").symlink_to(outside / "secret.png")
    (folder / "nowhere.png").symlink_to(folder / "nothing.png")
    (folder / "loop.png").symlink_to(folder / "loop.png")
    (folder / "empty.png").write_bytes(b"")
    (folder / "notes.txt").write_text("not a picture")


def test_hostile_files_are_listed_and_left_out(tmp_path):
    fill(tmp_path / "set", count=120)
    hostile(tmp_path / "set" / "cat", tmp_path / "outside")
    found = read_collection(tmp_path / "set")
    assert len(found.images) == len(found.names) == len(found.sizes) == 240
    why = reasons(found)
    for name, reason in {
        "cut.jpg": "truncated",
        "bomb.png": "3600000000 pixels",
        "large.png": "has 9000×9000 pixels; more than 80 million",
        "long.png": "a side above 30,000",
        "moving.png": "is not a PNG, JPEG, WebP or BMP image",
        "other.gif": "is not a PNG, JPEG, WebP or BMP image",
        "out.png": "leads out of the folder",
        "nowhere.png": "is not there",
        "empty.png": "is not a PNG, JPEG, WebP or BMP image",
    }.items():
        assert reason in why.pop(f"cat/{name}"), name
    assert list(why) == ["cat/loop.png"]


def test_more_than_one_in_twenty_stops(tmp_path):
    fill(tmp_path, count=19)
    (tmp_path / "cat" / "x.png").write_bytes(b"")
    assert len(read_collection(tmp_path).unreadable) == 1
    (tmp_path / "cat" / "y.png").write_bytes(b"")
    assert len(read_collection(tmp_path).unreadable) == 2  # of 40
    (tmp_path / "cat" / "z.png").write_bytes(b"")
    with pytest.raises(
        UserError, match=r"of 41 .* 3 cannot be read, more than 5% \(cat/x\.png is "
    ):
        read_collection(tmp_path)


def test_a_folder_that_leads_out_is_not_followed(tmp_path):
    fill(tmp_path / "set", count=20)
    fill(tmp_path / "outside", ("bird",), count=1)
    (tmp_path / "set" / "bird").symlink_to(tmp_path / "outside" / "bird")
    found = read_collection(tmp_path / "set")
    assert found.images.class_names == ("cat", "dog")
    assert reasons(found) == {"bird": "leads out of the folder"}
    (tmp_path / "link").symlink_to(tmp_path / "set")  # the folder itself may be one
    assert len(read_collection(tmp_path / "link").images) == 40


def test_what_is_no_set_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="no data set and no image folder"):
        read_collection(tmp_path / "missing")
    with pytest.raises(UserError, match="names no classes"):
        read_collection(tmp_path)
    fill(tmp_path, ("cat",), count=1)
    with pytest.raises(UserError, match=r"has only one class \('cat'\)"):
        read_collection(tmp_path)
    (tmp_path / "dog").mkdir()
    with pytest.raises(UserError, match=r"the class 'dog' of .* has no picture that can be read"):
        read_collection(tmp_path)
    (tmp_path / "dog" / "1.png").write_bytes(b"")
    with pytest.raises(UserError, match="1 cannot be read"):
        read_collection(tmp_path)


def test_a_class_without_readable_pictures(tmp_path):
    fill(tmp_path, count=20)
    (tmp_path / "bird").mkdir()
    (tmp_path / "bird" / "1.png").write_bytes(b"")
    with pytest.raises(UserError, match=r"the class 'bird' of .* has no picture that can be read"):
        read_collection(tmp_path)


def test_names_that_are_no_text(tmp_path):
    fill(tmp_path, ("🐈", "<script>alert(1)</script".replace("/", "∕"), "CON"), count=1)
    folder = os.fsencode(tmp_path) + b"/\xff\xfe"
    os.mkdir(folder)
    with open(folder + b"/\xfd.png", "wb") as file:
        Image.fromarray(scene()).save(file, "PNG")
    found = read_collection(tmp_path)
    assert set(found.images.class_names) == {
        "🐈",
        "<script>alert(1)<∕script",
        "CON",
        "\\xff\\xfe",
    }
    "".join(found.names).encode()  # can be written


def test_a_damaged_file_that_only_decoding_shows(tmp_path):
    fill(tmp_path, count=20)
    path = tmp_path / "dog" / "003.png"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(data)
    found = read_collection(tmp_path)
    assert list(reasons(found)) == ["dog/003.png"]
    rest = np.delete(np.arange(40), 23)
    np.testing.assert_array_equal(
        found.images.images, [scene(seed=1000 * (k // 20) + k % 20) for k in rest]
    )


def test_named_sets_keep_their_splits(tmp_path, make_set):
    train, test = make_set(40), make_set(20, seed=1)
    every = np.arange(10)  # each class is there
    arrays = {"x_train": train.images[..., 0], "y_train": np.tile(every, 4)}
    arrays |= {"x_test": test.images[..., 0], "y_test": np.tile(every, 2)}
    np.savez(tmp_path / "mnist.npz", **arrays)
    found = read_collection("mnist", tmp_path)
    assert found.splits.tolist() == ["train"] * 40 + ["test"] * 20
    assert found.names[0] == "train/0"
    assert found.names[-1] == "test/19"
    np.testing.assert_array_equal(found.images.images[40:], test.images)
    assert read_collection("mnist", tmp_path, side=16).images.image_shape == (16, 16, 1)
    with pytest.raises(UserError, match="faces has no labels"):
        read_collection("faces", tmp_path)


def test_a_folder_in_the_data_directory(tmp_path, monkeypatch):
    fill(tmp_path / "mine", count=2)
    assert len(read_collection("mine", tmp_path).images) == 4
    monkeypatch.setenv("GAN_AUGMENT_DATA", str(tmp_path))
    assert len(read_collection("mine").images) == 4


def test_sets_too_large_for_memory_are_refused(tmp_path, monkeypatch):
    fill(tmp_path, count=2)
    monkeypatch.setattr("gan_augment.data.working_size.MOST_BYTES", 4 * 32 * 32 * 3 - 1)
    with pytest.raises(UserError, match="smaller working size"):
        read_collection(tmp_path)


def test_parts_that_do_not_fit(make_set):
    images = make_set(4)
    with pytest.raises(ValueError, match="4 images have 4 splits, 3 names"):
        Collection(images, np.full(4, ""), ("a", "b", "c"), np.ones((4, 2), int))


def test_a_sample_has_of_each_class_its_share_and_nothing_that_was_given_to_test_on(make_set):
    images = make_set(100)
    splits = np.array(["train"] * 80 + ["test"] * 20)
    names = tuple(map(str, range(100)))
    whole = Collection(images, splits, names, np.ones((100, 2), int), groups=names)
    some = whole.sampled(20, seed=0)
    rows = np.array(some.names, int)
    assert len(set(rows)) == 20
    assert rows.max() < 80
    assert (some.images.images == images.images[rows]).all()
    assert some.groups == some.names
    assert set(some.splits) == {""}
    shares = images.take(slice(80)).counts() / 4
    assert np.abs(some.images.counts() - shares).max() <= 1
    assert whole.sampled(20, seed=1).names != some.names
    with pytest.raises(UserError, match="81 was asked for, but there are 80"):
        whole.sampled(81, seed=0)


def test_views_of_one_object_are_a_group(tmp_path):
    category, numbers = np.repeat([0, 1], 12).astype("u1"), np.tile(np.repeat([1, 2, 3], 4), 2)
    x = np.random.default_rng(0).integers(0, 256, (24, 64, 64, 3)).astype("u1")
    arrays = {"x": x, "category": category, "object": numbers.astype("u1")}
    np.savez(tmp_path / "eth80_cow_horse.npz", **arrays)
    found = read_collection("eth80", tmp_path)
    assert found.groups[::4] == ("cow 1", "cow 2", "cow 3", "horse 1", "horse 2", "horse 3")
    look = inspect(found)
    assert look.copies.tolist() == list(range(24))
    assert look.groups.tolist() == np.repeat(range(6), 4).tolist()
    assert "6 different things" in look.findings[-1].text
    for parts in stratified_splits(found.images, look.groups, 3, seed=0):
        assert not set(look.groups[parts.train]) & set(look.groups[parts.test])


def test_a_table_can_say_what_images_show(tmp_path):
    fill(tmp_path, count=2)
    paths = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.*"))
    rows = [f"{path},{path.parent},{'tom' if path.stem.endswith('0') else ''}" for path in paths]
    (tmp_path / "table.csv").write_text("\n".join(["path,label,patient", *rows]))
    found = read_collection(tmp_path / "table.csv")
    assert sorted(found.groups) == ["", "", "tom", "tom"]
    assert len(np.unique(inspect(found).groups)) == 3
