"""Generated sets as TFRecord shards in a folder that TensorFlow Datasets reads.

`<root>/<name>/<version>/` holds the shards `<name>-train.tfrecord-00000-of-00003`, …, the files
by which TensorFlow Datasets knows the set (`tfds.load("<name>:<version>", data_dir=root)`,
`tfds.builder_from_directory`) and `generation.json`: where the images come from, and what must
be in the shards. A plain reader parses each record with

    tf.io.parse_single_example(record, {"image": tf.io.FixedLenFeature([], tf.string),
                                        "label": tf.io.FixedLenFeature([], tf.int64)})

and decodes "image" by `tf.io.decode_png`, or by `tf.io.decode_raw(…, tf.uint8)` and a reshape
where `generation.json` says "encoding": "raw".
"""

from __future__ import annotations

import json
import re
import shutil
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

from gan_augment.common.errors import UserError
from gan_augment.common.progress import progress_bar
from gan_augment.common.versions import versions
from gan_augment.data.images import ContentHash, LabeledImages
from gan_augment.data.shards import ENCODINGS, ShardWriter, read_shard, verify_size

SPLIT = "train"  # the only split of a generated set
MANIFEST = "generation.json"
READ_BATCH = 1024
FOUND = {  # the keys of generation.json that are found out here
    *("name", "synthetic", "encoding", "image_shape", "class_names"),
    *("count", "counts", "content_hash", "shards", "versions"),
}


def write_records(
    root: str | Path,
    name: str,
    batches: Iterable[LabeledImages],
    *,
    class_names: Sequence[str],
    image_shape: tuple[int, int, int],
    generation: dict,
    version: str = "1.0.0",
    encoding: str = "png",
    examples_per_shard: int = 20_000,
    total: int | None = None,
) -> Path:
    """Write `batches` as they come to `<root>/<name>/<version>` and return that directory.

    Memory holds one batch. The directory appears whole or not at all and replaces an older one;
    a set may be written by one process at a time. `generation` (provenance, JSON) goes into
    `generation.json`, beside what is found out here: counts, shards with SHA-256, versions, and
    the content hash that `read_records(…).content_hash()` will have. The same batches give the
    same shards, bit for bit. `encoding` is "png", or "raw" for speed; `total` is for the
    progress bar. Raises `ValueError` for what does not fit together, `UserError` when the disk is
    full or not writable.
    """
    class_names, image_shape = tuple(map(str, class_names)), tuple(map(int, image_shape))
    check(name, version, class_names, generation)
    features = tfds.features.FeaturesDict(
        {
            "image": ENCODINGS[encoding].feature(image_shape),
            "label": tfds.features.ClassLabel(names=class_names),
        }
    )
    final = Path(root).expanduser() / name / version
    with whole_or_not_at_all(final) as folder:
        writer = ShardWriter(folder, f"{name}-{SPLIT}.tfrecord", encoding, examples_per_shard)
        content, counts = ContentHash(), np.zeros(len(class_names), int)
        with progress_bar(description=f"writing {name}", total=total, unit="image") as bar:
            for batch in batches:
                if (batch.image_shape, batch.class_names) != (image_shape, class_names):
                    raise ValueError(
                        f"a batch of {batch.image_shape}, {batch.class_names} cannot be "
                        f"written to a set of {image_shape}, {class_names}"
                    )
                with writing(final):
                    writer.write(batch.images, batch.labels)
                content.update(batch)
                counts += batch.counts()
                bar.update(len(batch))
        if not counts.any():
            raise ValueError(f"there are no images to write to {final}")
        with writing(final):
            shards = writer.finish()
            describe(folder, name, version, features, shards)
            found = {
                "name": name,
                "synthetic": True,
                "encoding": encoding,
                "image_shape": image_shape,
                "class_names": class_names,
                "count": int(counts.sum()),
                "counts": dict(zip(class_names, counts.tolist())),
                "content_hash": content.hexdigest(),
                "shards": shards,
                "versions": versions(),
            }
            text = json.dumps({**generation, **found}, indent=2, ensure_ascii=False)
            (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return final


def check(name: str, version: str, class_names: Sequence[str], generation: dict) -> None:
    """Raise now what would otherwise be raised after a million images."""
    if not re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII):
        raise ValueError(f"{name!r} cannot name a set: letters, digits and _ can")
    if not is_version(version):
        raise ValueError(f"a version is three numbers such as 1.0.0, not {version!r}")
    if len(set(class_names)) < len(class_names):
        raise ValueError(f"class names are not distinct: {class_names}")
    if taken := FOUND.intersection(generation):
        raise ValueError(f"{MANIFEST} finds out for itself what {sorted(taken)} are")
    json.dumps(generation)


@contextmanager
def whole_or_not_at_all(final: Path) -> Iterator[Path]:
    """Give a directory to write in that becomes `final` if nothing is raised, else vanishes.

    It stands beside `final` under a name that no reader takes for a version. What a killed writer
    has left is cleared away first; of two writers at once, the first fails with a `UserError`.
    """
    new = final.with_name(f"{final.name}.incomplete-{uuid.uuid4().hex[:8]}")
    old = final.with_name(f"{final.name}.incomplete-old")
    with writing(final):
        if old.exists() and not final.exists():  # killed between the two renames below
            old.rename(final)
        new.mkdir(parents=True)
        for leftover in final.parent.iterdir():
            if leftover.name.startswith(f"{final.name}.incomplete-") and leftover != new:
                shutil.rmtree(leftover)
    try:
        yield new
        with writing(final):
            if final.exists():
                final.rename(old)
            new.rename(final)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(new, ignore_errors=True)


@contextmanager
def writing(final: Path) -> Iterator[None]:
    """Turn what the disk refuses into a `UserError`; nothing but writing belongs inside."""
    try:
        yield
    except (OSError, tf.errors.OpError) as error:
        reason = getattr(error, "message", None) or str(error)
        raise UserError(f"{final} cannot be written: {reason}") from error


def describe(
    folder: Path,
    name: str,
    version: str,
    features: tfds.features.FeaturesDict,
    shards: list[dict],
) -> None:
    """Write the files by which TensorFlow Datasets knows the set."""
    template = tfds.core.ShardedFileTemplate(
        data_dir=folder, dataset_name=name, split=SPLIT, filetype_suffix="tfrecord"
    )
    split = tfds.core.SplitInfo(
        name=SPLIT,
        shard_lengths=[shard["count"] for shard in shards],
        num_bytes=sum(shard["bytes"] for shard in shards),
        filename_template=template,
    )
    tfds.folder_dataset.write_metadata(
        data_dir=folder,
        features=features,
        split_infos=[split],
        version=version,
        supervised_keys=("image", "label"),
        description=f"Synthetic images made by gan_augment; see {MANIFEST}.",
        check_data=False,
    )


def read_records(path: str | Path) -> LabeledImages:
    """Read a generated set: the directory of a version, or the one above if it has one version.

    Raises `UserError`, naming the shard, if one is missing, truncated or damaged.
    """
    folder, manifest = open_set(path)
    images = np.empty((manifest["count"], *manifest["image_shape"]), np.uint8)
    labels = np.empty(manifest["count"], np.int32)
    row = 0
    with progress_bar(description=f"reading {folder}", total=len(labels), unit="image") as bar:
        for part in iterate_records(folder, READ_BATCH):
            images[row : row + len(part)] = part.images
            labels[row : row + len(part)] = part.labels
            row += len(part)
            bar.update(len(part))
    return LabeledImages(images, labels, manifest["class_names"])


def iterate_records(path: str | Path, batch_size: int) -> Iterator[LabeledImages]:
    """Yield a generated set in order, at most `batch_size` images at a time, as `read_records`.

    A batch ends where its shard does. Every shard is verified before its first image is yielded.
    """
    folder, manifest = open_set(path)
    class_names = tuple(manifest["class_names"])
    counts = np.zeros(len(class_names), int)
    for shard in manifest["shards"]:
        verify_size(folder, shard)
    for shard in manifest["shards"]:
        for images, labels in read_shard(
            folder, shard, manifest["encoding"], tuple(manifest["image_shape"]), batch_size
        ):
            batch = LabeledImages(images, labels, class_names)
            counts += batch.counts()
            yield batch
    if dict(zip(class_names, counts.tolist())) != manifest["counts"]:
        raise UserError(
            f"{folder} holds {counts.tolist()} images of its classes, but {MANIFEST} says "
            f"{list(manifest['counts'].values())}; generate the set again"
        )


def read_manifest(path: str | Path) -> dict:
    """Return what `generation.json` says of a generated set; raises `UserError`."""
    return open_set(path)[1]


def open_set(path: str | Path) -> tuple[Path, dict]:
    """Return the directory of a generated set and its manifest; raises `UserError`."""
    path = Path(path).expanduser()
    found = [path] if (path / MANIFEST).is_file() else []
    if not found and path.is_dir():
        found = sorted(p for p in path.iterdir() if is_version(p.name) and (p / MANIFEST).is_file())
    if not found:
        raise UserError(f"{path} is not a generated set, it has no {MANIFEST}")
    if len(found) > 1:
        raise UserError(f"{path} has several versions, name one of {', '.join(map(str, found))}")
    try:
        manifest = json.loads((found[0] / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{found[0] / MANIFEST} is damaged ({error})") from error
    if not is_whole(manifest):
        raise UserError(f"{found[0] / MANIFEST} is not what a generated set has; generate it again")
    return found[0], manifest


def is_whole(manifest: object) -> bool:
    """Tell whether a manifest has what reading needs, and its numbers agree."""
    if not isinstance(manifest, dict) or FOUND - manifest.keys():
        return False
    in_shards = sum(shard["count"] for shard in manifest["shards"])
    in_classes = sum(manifest["counts"].values())
    return manifest["encoding"] in ENCODINGS and manifest["count"] == in_shards == in_classes


def is_version(text: str) -> bool:
    """Tell whether `text` is three numbers with dots between."""
    return bool(re.fullmatch(r"\d+\.\d+\.\d+", text, re.ASCII))
