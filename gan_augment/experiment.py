"""What the commands of all experiments share: their data, their run directory, their options."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import tyro

from gan_augment import data, reporting, training
from gan_augment.common.errors import UserError
from gan_augment.common.progress import warn

LOCAL = ("out", "data_dir")  # options that say where things are, not what a run is


@tyro.conf.configure(tyro.conf.OmitArgPrefixes)
@dataclass(frozen=True)
class Show:
    """What to see of the training of GANs; results stay the same in every bit."""

    film: bool = False
    """Make a film (GIF) of samples in the course of a training: the run's folder film."""
    tensorboard: bool = False
    """Write losses and samples for TensorBoard: the run's folder tensorboard (needs
    pip install 'gan-augment[tensorboard]')."""


UNSEEN = Show()
ONLOOKERS = {"film": "Film", "tensorboard": "EventFiles"}  # of reporting, by option


def load_splits(
    name: str, data_dir: Path | None, sizes: Collection[int] = ()
) -> tuple[data.LabeledImages, data.LabeledImages]:
    """Return the training and test images; raises `UserError` if a sample of `sizes` is too large.

    `name` and `data_dir` are those of `data.load`.
    """
    train, test = (data.load(name, data_dir, split=split) for split in ("train", "test"))
    if max(sizes, default=0) > len(train):
        raise UserError(
            f"a sample of {max(sizes)} was asked for, but {name} has {len(train)} images to draw "
            "from; choose a smaller size or a --data-dir with the whole set"
        )
    return train, test


def options_of(config) -> dict:
    """Return the options of a command's dataclass that say what a run is."""
    return {k: v for k, v in asdict(config).items() if k not in (*LOCAL, "quick", "show")}


def claim(
    path: Path,
    experiment: str,
    options: Mapping,
    *,
    selection: Collection[str],
    command: str | None = None,
    show: Show = UNSEEN,
    read_only: bool = False,
) -> training.RunDirectory:
    """Return the directory of a run, which records how its `command` was called.

    `command` is the module that was run, by default the experiment's; `show` says what to see of
    GANs that are trained in the directory. See `training.RunDirectory` for the rest. A run may be
    continued with another `show`, so neither the options nor the command say it.
    """
    asked = [name for name, wanted in asdict(show).items() if wanted and not read_only]
    onlookers = [getattr(reporting, ONLOOKERS[name])(path) for name in asked]
    begun = (path / "options.json").exists()
    local = [name.replace("_", "-") for name in LOCAL]
    flags = [field.name for field in fields(Show)]
    directory = training.RunDirectory(
        path,
        experiment,
        options,
        selection=selection,
        facts={
            "command": training.command_line(
                command or experiment, sys.argv[1:], local=local, flags=flags
            ),
            "selection": sorted(selection),
        },
        read_only=read_only,
    )
    training.invite(path, [reporting.Frames(), *onlookers] if onlookers else [])
    for name in asked:
        if begun and not (path / name).exists():
            warn(f"{path} was begun without --{name}, which shows only what is trained from now on")
        (path / name).mkdir(exist_ok=True)
    return directory


def parsed(arguments: Sequence[str], *, name: str, default, quick, description: str):
    """Parse the options of `python -m gan_augment.<name>` into a dataclass.

    `default` is the dataclass without options, `quick` with --quick; what is given wins over both.
    """
    return tyro.cli(
        type(default),
        args=arguments,
        default=quick if "--quick" in arguments else default,
        prog=f"python -m gan_augment.{name}",
        description=description,
    )
