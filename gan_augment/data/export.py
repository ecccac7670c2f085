"""Labelled images as a folder of PNGs with a CSV, for Keras, PyTorch and Hugging Face.

`<folder>/<class>/<origin>-000000.png`, where the origin is "real" or "synthetic", counted for each
class; `metadata.csv` with a line for each (file_name, label, origin); and `generation.json`: where
the images come from, under which licence, and how many are synthetic. So

    keras.utils.image_dataset_from_directory(folder)
    torchvision.datasets.ImageFolder(folder)
    datasets.load_dataset("imagefolder", data_dir=folder)

load it as it is. Folders are named by `safe_names.folder_names`, the label in the CSV is the name
of the class. A synthetic PNG says so itself, in the text chunk "Source".
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

from gan_augment.common.errors import UserError
from gan_augment.common.files import read_json, write_json, written_whole
from gan_augment.common.progress import progress_bar
from gan_augment.common.versions import versions
from gan_augment.data.folders import DAMAGE
from gan_augment.data.images import ContentHash, LabeledImages
from gan_augment.data.safe_names import folder_names

MANIFEST = "generation.json"
TABLE = "metadata.csv"
COLUMNS = ("file_name", "label", "origin")
ORIGINS = ("real", "synthetic")
FORMAT = "image folder"
LICENCE = (
    "Real images keep the licence they have. Synthetic images were made by a model trained on the "
    "images named in this file; use them no more freely than those."
)
MARK = (
    "Images whose origin is synthetic show nothing that was photographed or drawn: a generative "
    "model made them. Do not pass them on as real."
)
FOUND = {  # the keys of generation.json that are found out here
    *("format", "complete", "image_shape", "folders", "counts", "contains"),
    *("content_hash", "licence", "mark", "versions"),
}


def write_folder(
    folder: str | Path,
    batches: Iterable[tuple[LabeledImages, str]],
    *,
    class_names: Sequence[str],
    image_shape: tuple[int, int, int],
    generation: Mapping,
    licence: str = LICENCE,
    total: int | None = None,
) -> Path:
    """Write `batches` as they come, each with its origin, "real" or "synthetic"; return the folder.

    Memory holds one batch. Every file appears whole or not at all. If writing was interrupted the
    same call continues: images that are there are read and compared, not written again. What is
    complete is left alone. `generation` (provenance, JSON) goes into `generation.json`; `total` is
    for the progress bar. Raises `ValueError` for what does not fit together; `UserError` if the
    folder holds anything else or other images, or the disk does not take them.
    """
    folder, class_names = Path(folder).expanduser(), tuple(map(str, class_names))
    image_shape = tuple(map(int, image_shape))
    if len(image_shape) != 3 or image_shape[-1] not in (1, 3):
        raise ValueError(f"a PNG has one channel or three: {image_shape}")
    if len(set(class_names)) < len(class_names):
        raise ValueError(f"class names are not distinct: {class_names}")
    if taken := FOUND.intersection(generation):
        raise ValueError(f"{MANIFEST} finds out for itself what {sorted(taken)} are")
    folders = folder_names(class_names)
    plan = {
        **json.loads(json.dumps(generation)),  # as it will be read back
        "format": FORMAT,
        "licence": licence,
        "mark": MARK,
        "image_shape": list(image_shape),
        "folders": dict(zip(class_names, folders)),
    }
    if _claim(folder, plan):
        return folder
    counts = {name: dict.fromkeys(ORIGINS, 0) for name in class_names}
    content = ContentHash()
    with (
        written_whole(folder / TABLE) as aside,
        aside.open("w", encoding="utf-8", newline="") as file,
        progress_bar(description=f"writing {folder}", total=total, unit="image") as bar,
    ):
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for batch, origin in batches:
            if (batch.image_shape, batch.class_names) != (image_shape, class_names):
                raise ValueError(
                    f"a batch of {batch.image_shape}, {batch.class_names} cannot be written to a "
                    f"folder of {image_shape}, {class_names}"
                )
            if origin not in ORIGINS:
                raise ValueError(f"images are {' or '.join(ORIGINS)}, not {origin!r}")
            for image, label in zip(batch.images, batch.labels.tolist()):
                name = class_names[label]
                path = f"{folders[label]}/{origin}-{counts[name][origin]:06d}.png"
                _write(folder / path, image, origin)
                rows.writerow((path, name, origin))
                counts[name][origin] += 1
            content.update(batch)
            bar.update(len(batch))
        if not any(sum(each.values()) for each in counts.values()):
            raise ValueError(f"there are no images to write to {folder}")
        _check_numbers(folder, dict(zip(folders, counts.values())))
    contains = {origin: sum(each[origin] for each in counts.values()) for origin in ORIGINS}
    found = {"counts": counts, "contains": contains, "content_hash": content.hexdigest()}
    write_json(folder / MANIFEST, {**plan, "complete": True, **found, "versions": versions()})
    return folder


def _claim(folder: Path, plan: dict) -> bool:
    """Take the folder for what is planned; tell whether it is there already, complete.

    Raises `UserError` if it holds anything else.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file; name a new folder to write images to")
    manifest = folder / MANIFEST
    if not manifest.is_file():
        if folder.is_dir() and any(folder.iterdir()):
            raise UserError(
                f"{folder} is not empty and holds no images written here; name a new folder"
            )
        write_json(manifest, {**plan, "complete": False})
        return False
    known = read_json(manifest)
    if not isinstance(known, dict) or known.get("format") != FORMAT:
        raise UserError(f"{folder} holds something else than an image folder; name a new one")
    for key in sorted(plan.keys() | known.keys() - FOUND):
        if plan.get(key) != known.get(key):
            raise UserError(
                f"{folder} holds images of another {key.replace('_', ' ')}; name a new folder"
            )
    for name in plan["folders"].values():
        inside = folder / name
        if inside.is_symlink():
            raise UserError(f"{inside} is a link; name a new folder to write images to")
        if inside.is_dir():
            for leftover in inside.glob(".*-*.png"):  # of a writer that was killed
                leftover.unlink()
    if known.get("complete") is True and (folder / TABLE).is_file():
        counts = {plan["folders"].get(k): each for k, each in known.get("counts", {}).items()}
        with suppress(UserError):  # files were removed: write them again
            _check_numbers(folder, counts)
            return True
    return False


def _write(path: Path, image: np.ndarray, origin: str) -> None:
    """Write a PNG unless it is there, with these pixels."""
    if path.is_file():
        with suppress(*DAMAGE), Image.open(path, formats=("PNG",)) as old:
            if np.array_equal(np.asarray(old).reshape(old.height, old.width, -1), image):
                return
    marks = PngImagePlugin.PngInfo()
    if origin == "synthetic":
        marks.add_text("Source", "synthetic: made by a generative model (gan_augment)")
    with written_whole(path) as aside:
        picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
        picture.save(aside, "PNG", pnginfo=marks, compress_level=3)


def _check_numbers(folder: Path, counts: Mapping[str, Mapping[str, int]]) -> None:
    """Raise `UserError` unless the folders hold as many files as were written, by class."""
    found = {path.name for path in folder.iterdir() if path.is_dir() and path.name[0] != "."}
    for name in sorted(found | counts.keys()):
        written = sum(counts.get(name, {}).values())
        files = os.listdir(folder / name) if name in found else []
        inside = sum(not file.startswith(".") for file in files)
        if inside != written:
            raise UserError(
                f"{folder / name} holds {inside} files and {written} were written to it; remove "
                "the others, or name a new folder"
            )
