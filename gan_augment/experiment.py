"""What the commands of all experiments share: their data, their run directory, their options."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import tyro

from gan_augment import data, training
from gan_augment.common.errors import UserError

LOCAL = ("out", "data_dir")  # options that say where things are, not what a run is


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
    return {k: v for k, v in asdict(config).items() if k not in (*LOCAL, "quick")}


def claim(
    path: Path,
    experiment: str,
    options: Mapping,
    *,
    selection: Collection[str],
    command: str | None = None,
    read_only: bool = False,
) -> training.RunDirectory:
    """Return the directory of a run, which records how its `command` was called.

    `command` is the module that was run, by default the experiment's; see `training.RunDirectory`
    for the rest.
    """
    local = [name.replace("_", "-") for name in LOCAL]
    return training.RunDirectory(
        path,
        experiment,
        options,
        selection=selection,
        facts={
            "command": training.command_line(command or experiment, sys.argv[1:], local=local),
            "selection": sorted(selection),
        },
        read_only=read_only,
    )


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
