"""Trained generators by name: list them, read their cards, add one from a finished run.

    python -m gan_augment.zoo                                    what there is
    python -m gan_augment.zoo mnist-dcgan                        its card, in Markdown
    python -m gan_augment.generate mnist-dcgan --per-class 100   images of it
    python -m gan_augment.zoo mnist-dcgan --add runs/mnist-alpha-1

A new preset is a dictionary in gan_augment/zoo/known.py and the last command.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from gan_augment import zoo
from gan_augment.common.errors import UserError, run_command
from gan_augment.common.quiet import import_tensorflow


@dataclass(frozen=True)
class Config:
    """Options of the command."""

    name: Annotated[str, tyro.conf.Positional] = ""
    """A preset (default: list them all)."""
    add: Path | None = None
    """Directory of a finished run whose networks become the preset's weights."""
    into: Path | None = None
    """Where to put the weights (default: into the package, to ship with it)."""


def run(config: Config) -> None:
    """List presets, print a card, or add weights; raises `UserError`."""
    if config.add:
        if not config.name:
            raise UserError("say which preset to add: python -m gan_augment.zoo NAME --add RUN")
        import_tensorflow()
        print(zoo.add(config.name, config.add, config.into))
    elif config.name:
        print(zoo.card(config.name), end="")
    else:
        for name, preset in zoo.presets().items():
            facts = preset["weights"]
            size = f"{facts['bytes'] / 1e6:.1f} MB" if facts else "untrained"
            print(f"{name:24} {size:>10}  {preset['title']}")


def parsed(arguments: list[str]) -> Config:
    """Parse the command line."""
    return tyro.cli(Config, args=arguments, prog="python -m gan_augment.zoo", description=__doc__)


if __name__ == "__main__":
    run_command(lambda: run(parsed(sys.argv[1:])))
