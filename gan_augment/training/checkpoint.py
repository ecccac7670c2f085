"""Checkpoints: everything a `train_step` depends on, in one file that is always whole."""

import shutil
import warnings
from pathlib import Path

import keras

from gan_augment.common.errors import UserError
from gan_augment.common.files import written_whole

BYTES_PER_WEIGHT = 3 * 4  # float32, and Adam's two moments


def save_weights(model: keras.Model, path: Path) -> None:
    """Save weights, both optimisers, counters and random state to `path` (*.weights.h5).

    Raises `UserError` if the disk has no room for them (HDF5 itself would not say it clearly).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    needed = BYTES_PER_WEIGHT * model.count_params() + 2**20
    if shutil.disk_usage(path.parent).free < needed:
        raise UserError(
            f"the disk is too full to write {path}; free {needed >> 20} MiB and run the same "
            "command again"
        )
    with written_whole(path) as aside:
        model.save_weights(aside)


def load_weights(model: keras.Model, path: Path) -> None:
    """Load what `save_weights` wrote; all of it must fit, else `UserError`."""
    try:
        with warnings.catch_warnings():
            # Keras skips the state of an optimiser that is not built with a warning only.
            warnings.simplefilter("error", UserWarning)
            model.load_weights(path)
    except (OSError, ValueError, KeyError, UserWarning) as error:
        reason = str(error).split("\n")[0]
        raise UserError(
            f"{path} is damaged or of another model ({reason}); delete it and run the command again"
        ) from error
