"""What TensorBoard shows of a training: losses, spread, and samples of the same latents."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from gan_augment.common.errors import UserError
from gan_augment.reporting.film import name_in
from gan_augment.reporting.frames import frame_path
from gan_augment.training.onlookers import Scene


class EventFiles:
    """Writes event files to the folder "tensorboard" of the directory `run`.

    Each attempt of each network is a run of TensorBoard's. It has the pictures that `Frames` keeps,
    which must have seen a scene before. Where a training goes on, its file is begun anew with all
    earlier reports, so that no step is there twice. Raises `UserError` without tensorboard.
    """

    def __init__(self, run: Path):
        if importlib.util.find_spec("tensorboard") is None:
            raise UserError(
                "--tensorboard needs a package that is missing; "
                "run pip install 'gan-augment[tensorboard]'"
            )
        self.run = Path(run)
        self._writers: dict[Path, tf.summary.SummaryWriter] = {}

    def see(self, scene: Scene) -> None:
        """Write the newest report, and all before it if they are not in this call's file."""
        name = f"class-{scene.key}" + (f"-attempt-{scene.attempt}" if scene.attempt else "")
        place = self.run / "tensorboard" / name_in(self.run, scene.directory) / name
        new = scene.reports[-1:]
        if place not in self._writers:
            for old in place.glob("events.out.tfevents.*"):
                old.unlink()
            self._writers[place] = tf.summary.create_file_writer(str(place))
            new = scene.reports
        writer = self._writers[place]
        with writer.as_default():
            for report in new:
                _write(report, frame_path(scene, report["step"]))
        writer.flush()
        if scene.is_last:
            self._writers.pop(place).close()


def _write(report: dict, picture: Path) -> None:
    """Write a report's numbers, and its picture if it was kept, to the default writer."""
    step = report["step"]
    for name, value in report.items():
        if isinstance(value, float):
            tf.summary.scalar(name, value, step)
    if picture.exists():
        with Image.open(picture) as opened:
            pixels = np.asarray(opened)
        tf.summary.image("samples", pixels.reshape(1, *pixels.shape[:2], -1), step)
