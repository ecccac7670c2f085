"""Files appear whole or not at all: written aside, then renamed."""

import contextlib
import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from gan_augment.common.errors import UserError


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to; on success it becomes `path`, else it is removed.

    The temporary name keeps all suffixes. A full or read-only disk raises `UserError`.
    """
    path = Path(path)
    aside = path.with_name(f".{uuid.uuid4().hex[:8]}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield aside
        os.replace(aside, path)
    except OSError as error:
        raise UserError(
            f"cannot write {path}: {error.strerror or error}; free or choose another place"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink()


def write_json(path: Path, value) -> None:
    """Write `value` as readable JSON, whole or not at all."""
    with written_whole(path) as aside:
        aside.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path):
    """Read a JSON file of ours; a damaged one raises `UserError` that names it."""
    try:
        return json.loads(Path(path).read_text())
    except ValueError as error:
        raise UserError(
            f"{path} is damaged ({error}); delete it and run the command again"
        ) from error
