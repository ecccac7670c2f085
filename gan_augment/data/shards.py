"""TFRecord shards of labelled images: written as images come, verified before they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

from gan_augment.common.errors import UserError

FRAMING = 16  # bytes TFRecord adds to each record: its length and two checksums
FIELDS = {
    "image": tf.io.FixedLenFeature([], tf.string),
    "label": tf.io.FixedLenFeature([], tf.int64),
}


@dataclass(frozen=True)
class Encoding:
    """How an image becomes the bytes of a record.

    `encode` takes uint8 [n, h, w, c]; `feature` gives the feature by which TensorFlow Datasets
    reads images of a shape; `decode` turns one record's bytes into a tensor of a shape.
    """

    encode: Callable[[np.ndarray], Sequence[bytes]]
    feature: Callable[[tuple], tfds.features.FeatureConnector]
    decode: Callable[[tf.Tensor, tuple], tf.Tensor]


ENCODINGS = {
    "png": Encoding(
        # level 3 is twice as fast as the default and, on digits, no larger
        encode=lambda images: tf.io.encode_png(images, compression=3).numpy(),
        feature=lambda shape: tfds.features.Image(shape=shape, encoding_format="png"),
        decode=lambda data, shape: tf.io.decode_png(data, channels=shape[-1]),
    ),
    "raw": Encoding(
        encode=lambda images: [image.tobytes() for image in images],
        feature=lambda shape: tfds.features.Tensor(shape=shape, dtype=np.uint8, encoding="bytes"),
        decode=lambda data, shape: tf.io.decode_raw(data, tf.uint8),
    ),
}


class ShardWriter:
    """Writes records to `<prefix>-00000`, … in `folder`; `finish` names and describes them.

    The number of shards is known only at the end, and TensorFlow Datasets wants it in each name.
    Raises `OSError` or `tf.errors.OpError` when the disk does not take the bytes.
    """

    def __init__(self, folder: Path, prefix: str, encoding: str, examples_per_shard: int):
        self.folder, self.prefix = folder, prefix
        self.encode = ENCODINGS[encoding].encode
        self.examples_per_shard = examples_per_shard
        self.finished: list[dict] = []
        self.writer, self.count, self.size = None, 0, 0

    def write(self, images: np.ndarray, labels: np.ndarray) -> None:
        """Append uint8 images [n, h, w, c] with labels [n], starting new shards as they fill."""
        start = 0
        while start < len(labels):
            stop = min(len(labels), start + self.examples_per_shard - self.count)
            self.append(self.encode(images[start:stop]), labels[start:stop].tolist())
            if self.count == self.examples_per_shard:
                self.close()
            start = stop

    def append(self, encoded: Sequence[bytes], labels: Sequence[int]) -> None:
        """Append records to the shard now open, opening it if need be."""
        if self.writer is None:
            self.writer = tf.io.TFRecordWriter(str(self.path(len(self.finished))))
        for image, label in zip(encoded, labels):
            record = serialize(image, label)
            self.writer.write(record)
            self.size += len(record) + FRAMING
        self.count += len(labels)

    def close(self) -> None:
        """Close the shard now open, if any, and note what is in it."""
        if self.writer is None:
            return
        self.writer.close()
        path = self.path(len(self.finished))
        if path.stat().st_size != self.size:
            raise OSError(f"{path.name} took {path.stat().st_size} of {self.size} bytes")
        self.finished.append({"count": self.count, "bytes": self.size, "sha256": sha256(path)})
        self.writer, self.count, self.size = None, 0, 0

    def finish(self) -> list[dict]:
        """Give the shards their final names; return file, count, bytes and sha256 of each."""
        self.close()
        total = len(self.finished)
        names = [f"{self.path(index).name}-of-{total:05d}" for index in range(total)]
        for index, name in enumerate(names):
            self.path(index).rename(self.folder / name)
        return [{"file": name, **shard} for name, shard in zip(names, self.finished)]

    def path(self, index: int) -> Path:
        """Return where shard `index` is while it is written."""
        return self.folder / f"{self.prefix}-{index:05d}"


def serialize(image: bytes, label: int) -> bytes:
    """Return the record of one image: the same bytes that TensorFlow Datasets would write.

    Its own `serialize_example` checks every value anew and is ten times slower.
    """
    features = {
        "image": tf.train.Feature(bytes_list=tf.train.BytesList(value=[image])),
        "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[label])),
    }
    example = tf.train.Example(features=tf.train.Features(feature=features))
    return example.SerializeToString(deterministic=True)  # else the order of the keys may vary


def read_shard(
    folder: Path, shard: dict, encoding: str, image_shape: tuple[int, int, int], batch_size: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (images uint8 [≤ batch_size, h, w, c], labels int32) of a shard, after verifying it."""
    verify_size(folder, shard)
    path = folder / shard["file"]
    if sha256(path) != shard["sha256"]:
        raise UserError(f"{path} is damaged, its checksum is wrong; generate the set again")

    def parse(record):
        fields = tf.io.parse_single_example(record, FIELDS)
        image = ENCODINGS[encoding].decode(fields["image"], image_shape)
        return tf.reshape(image, image_shape), tf.cast(fields["label"], tf.int32)

    records = tf.data.TFRecordDataset(str(path))
    yield from records.map(parse, tf.data.AUTOTUNE).batch(batch_size).as_numpy_iterator()


def verify_size(folder: Path, shard: dict) -> None:
    """Raise `UserError` if a shard is missing or not as long as it was written."""
    path = folder / shard["file"]
    if not path.is_file():
        raise UserError(f"{path} is missing; generate the set again")
    if path.stat().st_size != shard["bytes"]:
        raise UserError(
            f"{path} is {path.stat().st_size} bytes long instead of {shard['bytes']}; "
            f"generate the set again"
        )


def sha256(path: Path) -> str:
    """Return the SHA-256 (hex) of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
