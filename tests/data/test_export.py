import csv
import json
import os

import numpy as np
import pytest
from PIL import Image

from gan_augment.common.errors import UserError
from gan_augment.data import export
from gan_augment.data.collection import read_collection
from gan_augment.data.export import write_folder
from gan_augment.data.images import LabeledImages, concatenate

NAMES = ("cat", "a/b", "../x", "<script>", "CON", "test")
SHAPE = (8, 8, 3)


@pytest.fixture
def batches(make_set):
    sets = [make_set(12, SHAPE, NAMES, seed) for seed in range(3)]
    return list(zip(sets, ("real", "synthetic", "synthetic")))


@pytest.fixture
def write(tmp_path):
    def write(batches, folder="out", **options):
        shape, names = batches[0][0].image_shape, batches[0][0].class_names
        options = {"class_names": names, "image_shape": shape, "generation": {}} | options
        return write_folder(tmp_path / folder, iter(batches), **options)

    return write


def read_table(folder):
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_image_is_there_with_label_and_origin(write, batches):
    folder = write(batches, total=36)
    rows = read_table(folder)
    assert list(rows[0]) == ["file_name", "label", "origin"]
    for row, (image, label, origin) in zip(
        rows,
        [(*pair, origin) for batch, origin in batches for pair in zip(batch.images, batch.labels)],
        strict=True,
    ):
        assert (row["label"], row["origin"]) == (NAMES[label], origin)
        with Image.open(folder / row["file_name"]) as picture:
            np.testing.assert_array_equal(np.asarray(picture), image)
            assert ("Source" in picture.info) == (origin == "synthetic")
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {row["file_name"] for row in rows} | {"metadata.csv", "generation.json"}


def test_what_it_says_of_itself(write, batches):
    folder = write(batches, generation={"seed": 3, "source": "mine"}, licence="CC0")
    manifest = json.loads((folder / "generation.json").read_text())
    assert manifest["contains"] == {"real": 12, "synthetic": 24}
    assert (manifest["seed"], manifest["source"], manifest["licence"]) == (3, "mine", "CC0")
    assert manifest["complete"] is True
    assert "generative model made them" in manifest["mark"]
    assert list(manifest["folders"]) == list(NAMES)
    assert sum(sum(each.values()) for each in manifest["counts"].values()) == 36
    everything = concatenate([batch for batch, _ in batches])
    assert manifest["content_hash"] == everything.content_hash()


def test_it_comes_back_as_a_collection(write, batches):
    folder = write(batches)
    images = read_collection(folder / "metadata.csv").images
    everything = concatenate([batch for batch, _ in batches])
    np.testing.assert_array_equal(images.images, everything.images)
    back = [images.class_names[label] for label in images.labels]
    assert back == [NAMES[label] for label in everything.labels]


def test_grey(write, make_set):
    folder = write([(make_set(5, (8, 8, 1)), "real")])
    with Image.open(folder / read_table(folder)[0]["file_name"]) as picture:
        assert picture.mode == "L"


def test_an_interrupted_write_continues(write, batches, tmp_path, monkeypatch):
    def broken():
        yield from batches[:2]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_folder(
            tmp_path / "out", broken(), class_names=NAMES, image_shape=SHAPE, generation={}
        )
    folder = tmp_path / "out"
    assert not (folder / "metadata.csv").exists()
    pictures = sorted(folder.rglob("*.png"))
    assert len(pictures) == 24
    times = {path: path.stat().st_mtime_ns for path in pictures}
    pictures[3].write_bytes(pictures[3].read_bytes()[:-40])  # a damaged one is written anew
    Image.new("RGB", (8, 8)).save(pictures[5])  # so is one with other pixels
    (pictures[0].parent / ".0a1b2c3d-real-000009.png").write_bytes(b"")  # a killed writer's
    write(batches)
    assert len(list(folder.rglob("*.png"))) == 36
    again = {path for path, when in times.items() if path.stat().st_mtime_ns != when}
    assert again == {pictures[3], pictures[5]}
    with Image.open(pictures[5]) as picture:
        assert np.asarray(picture).any()
    assert len(read_table(folder)) == 36


def test_what_is_complete_is_left_alone(write, batches):
    folder = write(batches)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}

    def never():
        raise AssertionError("asked for images")
        yield

    write_folder(folder, never(), class_names=NAMES, image_shape=SHAPE, generation={})
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    missing = folder / read_table(folder)[5]["file_name"]
    missing.unlink()
    write(batches)
    assert missing.is_file()


def test_a_folder_with_something_else_is_refused(write, batches, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("x")
    with pytest.raises(UserError, match="is not empty"):
        write(batches, "full")
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="is a file"):
        write(batches, "file")
    write(batches, generation={"seed": 1})
    with pytest.raises(UserError, match="images of another seed"):
        write(batches, generation={"seed": 2})
    with pytest.raises(UserError, match="images of another seed"):
        write(batches)
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "generation.json").write_text('{"encoding": "png"}')
    with pytest.raises(UserError, match="something else than an image folder"):
        write(batches, "records")


def test_files_that_were_added_are_noticed(write, batches, tmp_path):
    folder = write(batches)
    (folder / "cat" / "mine.png").write_bytes(b"")
    with pytest.raises(UserError, match=r"cat holds \d+ files and \d+ were written"):
        write(batches)


def test_a_class_folder_that_is_a_link_is_refused(write, batches, tmp_path):
    folder = write(batches)
    (folder / "generation.json").write_text(
        (folder / "generation.json").read_text().replace('"complete": true', '"complete": false')
    )
    elsewhere = tmp_path / "elsewhere"
    os.rename(folder / "cat", elsewhere)
    (folder / "cat").symlink_to(elsewhere)
    with pytest.raises(UserError, match="is a link"):
        write(batches)


def test_what_does_not_fit(write, batches, make_set):
    with pytest.raises(ValueError, match="cannot be written to a folder"):
        write([*batches, (make_set(3, (4, 4, 3), NAMES), "real")], "a")
    with pytest.raises(ValueError, match="real or synthetic, not 'fake'"):
        write([(batches[0][0], "fake")], "b")
    with pytest.raises(ValueError, match="finds out for itself"):
        write(batches, "c", generation={"counts": 1})
    with pytest.raises(ValueError, match="one channel or three"):
        write(batches, "d", image_shape=(8, 8, 2))
    with pytest.raises(ValueError, match="not distinct"):
        write(batches, "e", class_names=("a", "a"))
    with pytest.raises(ValueError, match="no images"):
        write([(batches[0][0].take(np.zeros(0, int)), "real")], "f")


def test_a_full_disk_is_one_sentence(write, batches, monkeypatch):
    def full(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export.Image.Image, "save", full)
    with pytest.raises(UserError, match="No space left"):
        write(batches)


def test_memory_holds_one_batch(write, make_set):
    alive = []

    def made():
        for seed in range(4):
            images = make_set(6, SHAPE, NAMES, seed)
            alive.append(images)
            yield images, "synthetic"
            alive.clear()

    first = make_set(1, SHAPE, NAMES)
    assert isinstance(first, LabeledImages)
    folder = write_folder(
        write([(first, "real")], "first").with_name("second"),
        made(),
        class_names=NAMES,
        image_shape=SHAPE,
        generation={},
    )
    assert len(read_table(folder)) == 24
