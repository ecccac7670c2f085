"""Pictures of samples in the course of a training, kept beside its checkpoints."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from PIL import Image

from gan_augment.common.files import written_whole
from gan_augment.reporting.pictures import mosaic
from gan_augment.training.onlookers import Scene

FRAMES = 60  # at most, of a training
ROWS, COLUMNS = 4, 8
FEWEST_COLUMNS = 4
NAME = re.compile(r"class-(?P<key>.+)-attempt-(?P<attempt>\d+)-step-(?P<step>\d+)\.png")


class Frames:
    """Keeps a picture at some reports, evenly spaced, and at the end: `FRAMES` in all at most."""

    def see(self, scene: Scene) -> None:
        """Keep the picture if it is time; pictures of an earlier attempt are dropped."""
        if not is_due(scene):
            return
        path = frame_path(scene, scene.step)
        for other in path.parent.glob(f"class-{scene.key}-attempt-*.png"):
            if int(NAME.fullmatch(other.name)["attempt"]) != scene.attempt:
                other.unlink()
        picture = mosaic(arranged(scene.samples, scene.labels, scene.siblings))
        with written_whole(path) as aside:
            Image.fromarray(picture).save(aside)


def is_due(scene: Scene) -> bool:
    """Whether a picture is to be kept."""
    reports = -(-scene.steps // scene.every)
    stride = scene.every * -(-reports // (FRAMES - 1))
    return scene.is_last or scene.step % stride == 0


def frame_path(scene: Scene, step: int) -> Path:
    """Return where the picture of a step of this attempt is, if it was kept."""
    name = f"class-{scene.key}-attempt-{scene.attempt}-step-{step}.png"
    return scene.directory / "frames" / name


def frames_in(directory: Path) -> list[dict[int, Path]]:
    """Return the pictures by step of every network kept in `directory`, by label."""
    found: dict[str, dict[int, Path]] = {}
    for path in (directory / "frames").glob("class-*.png"):
        if name := NAME.fullmatch(path.name):
            found.setdefault(name["key"], {})[int(name["step"])] = path
    in_order = sorted(found, key=lambda key: (len(key), key))  # 10 comes after 9
    return [dict(sorted(found[key].items())) for key in in_order]


def arranged(samples: np.ndarray, labels: np.ndarray | None, siblings: int) -> np.ndarray:
    """Set the first samples, [n, h, w, c], out in rows [rows, columns, h, w, c].

    With labels the same number of rows for each class; without, few if there are siblings, below
    whom their own will stand. Where there are less samples the rest is white.
    """
    if labels is None:
        return _in_rows(samples, max(1, ROWS // siblings), COLUMNS)
    each = [samples[labels == label] for label in np.unique(labels)]
    fewest = min(map(len, each))
    columns = min(COLUMNS, fewest)
    if columns < FEWEST_COLUMNS:  # of so many classes that rows would be mere stubs
        return _in_rows(samples, -(-len(samples) // COLUMNS), COLUMNS)
    rows = min(max(1, ROWS // len(each)), fewest // columns)
    return np.concatenate([_in_rows(own, rows, columns) for own in each])


def _in_rows(samples: np.ndarray, rows: int, columns: int) -> np.ndarray:
    block = np.full((rows * columns, *samples.shape[1:]), 255, np.uint8)
    shown = samples[: len(block)]
    block[: len(shown)] = shown
    return block.reshape(rows, columns, *samples.shape[1:])
