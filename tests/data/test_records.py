import json
import re
import resource
import shutil
import weakref
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

from gan_augment.common.errors import UserError
from gan_augment.common.versions import versions
from gan_augment.data import LabeledImages, concatenate, read_records, write_records
from gan_augment.data.records import iterate_records, read_manifest

DIGITS = tuple("0123456789")


def in_batches(images, size=5):
    return (images.take(np.s_[i : i + size]) for i in range(0, len(images), size))


def write(root, images, name="digits", batches=None, generation=None, **options):
    return write_records(
        root,
        name,
        in_batches(images) if batches is None else batches,
        class_names=images.class_names,
        image_shape=images.image_shape,
        generation=generation or {},
        **options,
    )


def shards_of(folder):
    return sorted(path for path in folder.iterdir() if ".tfrecord-" in path.name)


@pytest.mark.parametrize("encoding", ["png", "raw"])
@pytest.mark.parametrize("shape", [(28, 28, 1), (5, 9, 3)])
def test_round_trip_over_several_shards(make_set, tmp_path, encoding, shape):
    images = make_set(23, shape)
    folder = write(tmp_path, images, encoding=encoding, examples_per_shard=7)
    assert folder == tmp_path / "digits" / "1.0.0"
    assert [path.name for path in shards_of(folder)] == [
        f"digits-train.tfrecord-{i:05d}-of-00004" for i in range(4)
    ]
    assert read_records(folder).content_hash() == images.content_hash()
    assert read_records(tmp_path / "digits").content_hash() == images.content_hash()
    parts = list(iterate_records(folder, 3))
    assert [len(part) for part in parts] == [3, 3, 1] * 3 + [2]
    assert concatenate(parts).content_hash() == images.content_hash()


@pytest.mark.parametrize("encoding", ["png", "raw"])
def test_tensorflow_datasets_reads_it(make_set, tmp_path, encoding):
    images = make_set(11, class_names=("cat", "dog"))
    folder = write(tmp_path, images, encoding=encoding, examples_per_shard=4)
    from_directory = tfds.builder_from_directory(folder)
    assert from_directory.info.features["label"].names == ["cat", "dog"]
    assert from_directory.info.splits["train"].num_examples == 11
    for dataset in (
        from_directory.as_dataset(split="train", as_supervised=True),
        tfds.load("digits:1.0.0", data_dir=tmp_path, split="train", as_supervised=True),
    ):
        pixels, labels = zip(*tfds.as_numpy(dataset))
        read = LabeledImages(np.stack(pixels), np.array(labels, np.int32), images.class_names)
        assert read.content_hash() == images.content_hash()


def test_records_are_those_that_tensorflow_datasets_writes(make_set, tmp_path):
    images = make_set(2)
    folder = write(tmp_path, images, encoding="raw")
    features = tfds.builder_from_directory(folder).info.features
    for record, pixels, label in zip(
        tf.data.TFRecordDataset(list(map(str, shards_of(folder)))), images.images, images.labels
    ):
        theirs = features.serialize_example({"image": pixels, "label": label})
        assert tf.train.Example.FromString(record.numpy()) == tf.train.Example.FromString(theirs)


@pytest.mark.parametrize("encoding", ["png", "raw"])
def test_plain_parser_reads_it(make_set, tmp_path, encoding):
    images = make_set(11)
    folder = write(tmp_path, images, encoding=encoding, examples_per_shard=4)
    decode = {"png": tf.io.decode_png, "raw": lambda data: tf.io.decode_raw(data, tf.uint8)}
    rows = []
    for record in tf.data.TFRecordDataset(list(map(str, shards_of(folder)))):
        fields = {
            "image": tf.io.FixedLenFeature([], tf.string),
            "label": tf.io.FixedLenFeature([], tf.int64),
        }
        example = tf.io.parse_single_example(record, fields)
        pixels = tf.reshape(decode[encoding](example["image"]), (28, 28, 1))
        rows.append((pixels.numpy(), example["label"].numpy()))
    np.testing.assert_array_equal([pixels for pixels, _ in rows], images.images)
    assert [label for _, label in rows] == images.labels.tolist()


def test_generation_json_says_what_is_there(make_set, tmp_path):
    images = make_set(9, class_names=("ä", "b"))
    folder = write(tmp_path, images, generation={"seed": 3, "source": {"n": 500}})
    manifest = json.loads((folder / "generation.json").read_text(encoding="utf-8"))
    assert manifest == read_manifest(tmp_path / "digits")
    shard = shards_of(folder)[0]
    expected = {
        "seed": 3,
        "source": {"n": 500},
        "name": "digits",
        "synthetic": True,
        "encoding": "png",
        "image_shape": [28, 28, 1],
        "class_names": ["ä", "b"],
        "count": 9,
        "counts": dict(zip("äb", images.counts().tolist())),
        "content_hash": images.content_hash(),
    }
    assert {key: manifest[key] for key in expected} == expected
    assert [shard.name, 9, shard.stat().st_size] == [
        manifest["shards"][0][key] for key in ("file", "count", "bytes")
    ]
    assert manifest["versions"] == versions()
    assert manifest["versions"]["tensorflow"] == tf.__version__


@pytest.mark.parametrize("encoding", ["png", "raw"])
def test_bytes_do_not_depend_on_the_run_nor_on_the_batches(make_set, tmp_path, encoding):
    images = make_set(23)
    written = [
        write(tmp_path / str(size), images, batches=in_batches(images, size), encoding=encoding,
              examples_per_shard=7)
        for size in (5, 5, 23)
    ]  # fmt: skip
    contents = [[path.read_bytes() for path in shards_of(folder)] for folder in written]
    assert contents[0] == contents[1] == contents[2]
    manifests = [(folder / "generation.json").read_bytes() for folder in written]
    assert manifests[0] == manifests[2]


def test_memory_holds_no_more_than_a_batch_or_two(make_set, tmp_path):
    alive = []
    most = []

    class Watched(np.ndarray):
        pass

    def batches():
        for seed in range(20):
            pixels = make_set(5, seed=seed).images.view(Watched)
            alive.append(weakref.ref(pixels))
            yield LabeledImages(pixels, np.zeros(5, np.int32), DIGITS)
            del pixels
            most.append(sum(pixels() is not None for pixels in alive))

    write(tmp_path, make_set(1), batches=batches(), examples_per_shard=1000)
    assert len(most) == 20
    assert max(most) <= 2


def test_an_older_set_is_replaced(make_set, tmp_path):
    write(tmp_path, make_set(20), examples_per_shard=3)
    newer = make_set(6, seed=1)
    folder = write(tmp_path, newer)
    assert read_records(folder).content_hash() == newer.content_hash()
    assert len(shards_of(folder)) == 1
    assert [path.name for path in folder.parent.iterdir()] == ["1.0.0"]


@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, tf.errors.OutOfRangeError])
def test_a_generator_that_fails_leaves_what_was_there(make_set, tmp_path, older, error):
    images = make_set(20)
    if older:
        write(tmp_path, images)

    def failing():
        yield from in_batches(make_set(10, seed=1))
        raise error(None, None, "x") if issubclass(error, tf.errors.OpError) else error

    with pytest.raises(error):
        write(tmp_path, images, batches=failing(), examples_per_shard=4)
    left = [path.name for path in (tmp_path / "digits").iterdir()]
    assert left == ["1.0.0"] * older
    if older:
        assert read_records(tmp_path / "digits").content_hash() == images.content_hash()


@pytest.mark.parametrize("encoding", ["png", "raw"])
@pytest.mark.parametrize("limit", [100, 5_000, 30_000])
def test_a_full_disk_is_one_sentence_and_leaves_nothing(make_set, tmp_path, encoding, limit):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(UserError, match=r"digits/1\.0\.0 cannot be written: ") as raised:
            write(tmp_path, make_set(200), encoding=encoding)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "\n" not in str(raised.value)
    assert list((tmp_path / "digits").iterdir()) == []


def test_a_root_that_cannot_be_written(make_set, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        write(tmp_path / "file", make_set(2))


def test_what_a_killed_writer_left_is_no_set_and_is_cleared(make_set, tmp_path):
    images = make_set(8)
    folder = write(tmp_path, images)
    left = folder.with_name("1.0.0.incomplete-01234567")
    folder.rename(left)
    with pytest.raises(UserError, match=r"digits is not a generated set, it has no generation\.j"):
        read_records(tmp_path / "digits")
    with pytest.raises(tfds.core.DatasetNotFoundError):
        tfds.builder("digits", data_dir=tmp_path)
    write(tmp_path, images)
    assert [path.name for path in folder.parent.iterdir()] == ["1.0.0"]


def test_a_writer_killed_while_replacing_loses_nothing(make_set, tmp_path):
    images = make_set(8)
    folder = write(tmp_path, images)
    shutil.copytree(folder, folder.with_name("1.0.0.incomplete-01234567"))
    folder.rename(folder.with_name("1.0.0.incomplete-old"))
    with pytest.raises(ValueError, match="no images"):
        write(tmp_path, images, batches=[])
    assert read_records(folder).content_hash() == images.content_hash()
    assert [path.name for path in folder.parent.iterdir()] == ["1.0.0"]


def test_a_new_set_that_cannot_take_its_place_leaves_the_old_one(make_set, tmp_path, monkeypatch):
    images = make_set(8)
    folder = write(tmp_path, images)
    rename = Path.rename

    def fail_once(self, target):
        if target == folder:
            monkeypatch.undo()
            raise OSError("no")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_once)
    with pytest.raises(UserError, match="cannot be written: no"):
        write(tmp_path, make_set(8, seed=1))
    with pytest.raises(ValueError, match="no images"):  # the next writer finds and mends it
        write(tmp_path, images, batches=[])
    assert read_records(folder).content_hash() == images.content_hash()


def test_of_two_writers_at_once_the_first_fails(make_set, tmp_path):
    first, second = make_set(20), make_set(20, seed=1)

    def interrupted():
        for number, batch in enumerate(in_batches(first)):
            if number == 2:
                write(tmp_path, second)
            yield batch

    with pytest.raises(UserError, match="cannot be written"):
        write(tmp_path, first, batches=interrupted(), examples_per_shard=4)
    assert read_records(tmp_path / "digits").content_hash() == second.content_hash()
    assert [path.name for path in (tmp_path / "digits").iterdir()] == ["1.0.0"]


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (flip, "is damaged, its checksum is wrong"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "bytes long instead of"),
        (lambda path: path.unlink(), "is missing"),
    ],
)
def test_a_damaged_shard_is_named(make_set, tmp_path, damage, message):
    folder = write(tmp_path, make_set(23), examples_per_shard=7)
    path = shards_of(folder)[2]
    damage(path)
    for read in (read_records, lambda folder: list(iterate_records(folder, 10))):
        with pytest.raises(UserError, match=message) as raised:
            read(folder)
        assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[:-30], r"generation\.json is damaged"),
        (lambda text: "[]", r"generation\.json is not what a generated set has"),
        (lambda text: '{"seed": 1}', r"generation\.json is not what a generated set has"),
        (lambda text: text.replace('"0": ', '"0": 1'), r"generation\.json is not what"),
        (
            lambda text: re.sub('"([01])": ', lambda m: f'"{1 - int(m[1])}": ', text),
            r"but generation\.json says",
        ),
        (lambda text: text.replace('"png"', '"gif"'), r"generation\.json is not what"),
        (lambda text: text.replace('"count": 23', '"count": 22'), r"generation\.json is not what"),
    ],
)
def test_a_damaged_manifest_is_named(make_set, tmp_path, change, message):
    folder = write(tmp_path, make_set(23))
    path = folder / "generation.json"
    path.write_text(change(path.read_text()))
    with pytest.raises(UserError, match=message):
        read_records(folder)


def test_of_several_versions_one_must_be_named(make_set, tmp_path):
    images = make_set(4)
    write(tmp_path, make_set(3), version="1.0.0")
    write(tmp_path, images, version="1.1.0")
    with pytest.raises(UserError, match=r"has several versions, name one of .*1\.0\.0, .*1\.1\.0"):
        read_records(tmp_path / "digits")
    read = read_records(tmp_path / "digits" / "1.1.0")
    assert read.content_hash() == images.content_hash()


@pytest.mark.parametrize("path", ["nothing", ""])
def test_no_set_at_all(tmp_path, path):
    with pytest.raises(UserError, match="is not a generated set"):
        read_records(tmp_path / path)


def test_root_with_odd_characters(make_set, tmp_path):
    images = make_set(9)
    root = tmp_path / "läufe [1] 'x' #2 %20 *?"
    folder = write(root, images, examples_per_shard=4)
    assert read_records(folder).content_hash() == images.content_hash()
    dataset = tfds.builder_from_directory(folder).as_dataset(split="train")
    assert sum(1 for _ in dataset) == 9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "a/b"}, "cannot name a set"),
        ({"version": "latest"}, "three numbers such as 1.0.0"),
        ({"generation": {"count": 3}}, r"finds out for itself what \['count'\] are"),
        ({"batches": []}, "no images to write"),
    ],
)
def test_what_makes_no_sense_is_refused(make_set, tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        write(tmp_path, make_set(4), **options)


def test_generation_that_is_not_json_fails_before_the_first_image(make_set, tmp_path):
    def batches():
        pytest.fail("a batch was asked for")
        yield

    with pytest.raises(TypeError, match="not JSON serializable"):
        write(tmp_path, make_set(4), batches=batches(), generation={"loss": np.float32(1)})


def test_batches_of_another_kind_are_refused(make_set, tmp_path):
    other = make_set(4, shape=(14, 14, 1))
    with pytest.raises(ValueError, match=r"a batch of \(14, 14, 1\)"):
        write(tmp_path, make_set(4), batches=[other])
    assert not list((tmp_path / "digits").iterdir())
