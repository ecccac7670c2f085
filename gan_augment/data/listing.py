"""Which pictures a source has: of a folder or a table, with labels and parts, before any is read.

Nothing outside the folder (of a table: the folder it lies in) is listed, whatever links or paths
say: a set from a stranger must not carry other pictures of this machine into a report.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gan_augment.common.errors import UserError
from gan_augment.data.folders import ENDINGS, ENDINGS_IN_WORDS, FORMATS_IN_WORDS
from gan_augment.data.pictures import Content, Unreadable

PARTS = ("train", "val", "test")
PART_OF = {  # what people call them
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "val"),
    **dict.fromkeys(("test", "testing"), "test"),
    "": "",
}
# Pictures that are not read: who has some should be told.
OTHER_ENDINGS = (".gif", ".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2", ".ppm", ".pgm", ".svg")
HEADINGS = {
    "path": (
        *("path", "file", "file_name", "filename", "file_path", "filepath"),
        *("image", "image_path", "image_name", "image_file", "img", "img_path"),
    ),
    "label": ("label", "labels", "class", "class_name", "category", "target", "y"),
    "split": ("split", "set", "subset", "part", "partition"),
    "group": ("group", "object", "subject", "person", "patient", "patient_id", "scene"),
}
OPTIONAL = ("split", "group")
DELIMITERS = ",;\t|"
LEADS_OUT = "leads out of the folder"


@dataclass(frozen=True)
class Listing:
    """Pictures with their names, labels int32 [n] and parts str [n]; nothing is decoded yet.

    `contents` are files, bytes or arrays. `refused` are those that will not be read. `groups`, if
    there are any, name what an image shows, "" where nothing was said.
    """

    contents: Sequence[Content]
    names: Sequence[str]
    labels: np.ndarray
    splits: np.ndarray
    class_names: tuple[str, ...]
    refused: tuple[Unreadable, ...] = ()
    groups: Sequence[str] = ()


def list_folder(folder: Path) -> Listing:
    """List `folder/<class>/*` or, if a folder `train` holds folders, `folder/<part>/<class>/*`.

    Parts are train, val (also valid, validation, dev) and test; beside them other folders do not
    count. Hidden files do not count, nor those that are no pictures. Raises `UserError` if there
    are no class folders or one cannot be read.
    """
    root = folder.resolve()
    try:
        return _listing(list(_folder_rows(root)), f"the image folder {folder}")
    except OSError as error:
        raise UserError(f"the image folder {folder} cannot be read ({error})") from error


def _folder_rows(root: Path) -> Iterator[tuple]:
    """Yield (class, part, name, file or Unreadable or None); None is for an empty class."""
    parts = {path: PART_OF[path.name.lower()] for path in _visible(root) if _is_part(path)}
    trains = [path for path, part in parts.items() if part == "train"]
    if not any(path.is_dir() for train in trains for path in train.iterdir()):
        parts = {root: ""}  # a class may well be called train
    for top, part in parts.items():
        if not _inside(top, root):
            yield None, part, _relative(top, root), LEADS_OUT
            continue
        for folder in _visible(top):
            if not folder.is_dir():
                continue
            name = text_of(folder.name)
            if not _inside(folder, root):
                yield None, part, _relative(folder, root), LEADS_OUT
                continue
            yield name, part, None, None
            for path in _visible(folder):
                if path.suffix.lower() in (*ENDINGS, *OTHER_ENDINGS) and not path.is_dir():
                    yield name, part, _relative(path, root), _refusal(path, root) or path


def _is_part(path: Path) -> bool:
    return path.is_dir() and path.name.lower() in PART_OF


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name[0] != ".")


def _relative(path: Path, root: Path) -> str:
    return text_of(path.relative_to(root).as_posix())


def _inside(path: Path, root: Path) -> bool:
    return path.resolve().is_relative_to(root)


def _refusal(path: Path, root: Path) -> str | None:
    """Say why a file is not even looked at, if so."""
    try:
        if not _inside(path, root):
            return LEADS_OUT
        if not path.is_file():
            return "is not there" if not path.exists() else "is not a file"
    except (OSError, ValueError, RuntimeError) as error:  # a loop of links, a zero in the name
        return f"cannot be found ({error})"
    if path.suffix.lower() in OTHER_ENDINGS:
        return f"is not a {FORMATS_IN_WORDS} image"
    return None


def text_of(name: str) -> str:
    """Return the name of a file as text that can be written; bytes that are none become \\xff."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def list_table(table: Path) -> Listing:
    """List the pictures of a CSV with a column for the path and one for the label.

    The first line names the columns: path, file_name, image, …; label, class, category, …; and,
    if it likes, split (train, val or test, or nothing) and group (object, patient, scene, …: what
    several pictures show). Columns are separated by commas, semicolons, tabs or bars, text is
    UTF-8. Paths are relative to the CSV and may not lead out of its folder. Rows without label and
    files that are not there are refused. Raises `UserError`.
    """
    root = table.resolve().parent
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            header = file.readline(1 << 16)
            file.seek(0)
            rows = csv.reader(file, delimiter=_delimiter(header), strict=True)
            columns = _columns(table, next(rows, []))
            return _listing(list(_table_rows(table, root, rows, columns)), f"the table {table}")
    except (OSError, csv.Error, UnicodeError) as error:
        raise UserError(
            f"{table} cannot be read as a CSV in UTF-8 ({error}); replace it"
        ) from error


def _delimiter(header: str) -> str:
    return max(DELIMITERS, key=header.count)


def _columns(table: Path, header: Sequence[str]) -> dict[str, int]:
    """Return which column holds what."""
    found = ["_".join(heading.lower().split()).replace("-", "_") for heading in header]
    columns = {}
    for what, known in HEADINGS.items():
        matches = [heading for heading in known if heading in found]
        if matches:
            columns[what] = found.index(matches[0])
        elif what not in OPTIONAL:
            raise UserError(
                f"{table} has no column for the {what}: its first line should name one {known[0]} "
                f"(or {', '.join(known[1:4])}), but says {', '.join(header)[:100] or 'nothing'}"
            )
    return columns


def _table_rows(
    table: Path, root: Path, rows: Iterator[list[str]], columns: Mapping[str, int]
) -> Iterator[tuple]:
    """Yield as `_folder_rows` does."""
    for row in rows:
        if not any(map(str.strip, row)):
            continue
        where = f"row {rows.line_num}"
        cells = {
            what: row[column].strip() if column < len(row) else ""
            for what, column in columns.items()
        }
        part = PART_OF.get(cells.get("split", "").lower())
        if part is None:
            raise UserError(
                f"{table} has the split {cells['split'][:40]!r} in {where}; it should be train, "
                "val or test"
            )
        name = cells["path"] or where
        if not cells["path"]:
            yield None, part, name, "has no path"
        elif not cells["label"]:
            yield None, part, name, "has no label"
        else:
            path = root / cells["path"]
            yield cells["label"], part, name, _refusal(path, root) or path, cells.get("group", "")


def _listing(rows: Sequence[tuple], source: str) -> Listing:
    """Put together what was found; `source` names it in a `UserError`."""
    class_names = tuple(sorted({name for name, *_ in rows if name is not None}))
    numbers = {name: number for number, name in enumerate(class_names)}
    found = [row for row in rows if isinstance(row[3], Path)]
    refused = tuple(Unreadable(row[2], row[3]) for row in rows if isinstance(row[3], str))
    if not class_names:
        raise UserError(
            f"{source} names no classes: a folder should hold a folder for each class, with "
            f"{ENDINGS_IN_WORDS} files in each, and a table a line for each image"
        )
    return Listing(
        contents=[row[3] for row in found],
        names=[row[2] for row in found],
        labels=np.array([numbers[row[0]] for row in found], np.int32),
        splits=np.array([row[1] for row in found], "<U5"),
        class_names=class_names,
        refused=refused,
        groups=["".join(row[4:]) for row in found],
    )
