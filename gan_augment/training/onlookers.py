"""Who looks on while GANs train: they see samples at every report, and change nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np


class Scene(NamedTuple):
    """A training at its newest report."""

    directory: Path
    """Where its network and checkpoints are kept."""
    key: str | int
    """Which of the networks there: a label, or "all" of the one of all classes."""
    siblings: int
    """How many networks there are, of a class each; 1: this is the only one."""
    attempt: int
    reports: Sequence[dict]
    """All reports of the attempt, the newest last (see `augmenters.health.Watch`)."""
    every: int
    """Steps between reports."""
    steps: int
    """The planned length of the training."""
    samples: np.ndarray
    """Of latents that stay the same, uint8 [n, h, w, c]."""
    labels: np.ndarray | None
    """Their labels, int32 [n]; None if the network knows no classes."""

    @property
    def step(self) -> int:
        """Number of finished steps."""
        return self.reports[-1]["step"]

    @property
    def is_last(self) -> bool:
        """Whether the attempt ends here."""
        return self.step >= self.steps or bool(self.reports[-1]["failure"])


class Onlooker(Protocol):
    """Looks at trainings. What it writes must be whole when it returns.

    A training that was killed goes on from its checkpoint and shows the reports after it again,
    with the same samples.
    """

    def see(self, scene: Scene) -> None:
        """Look at a training, before its checkpoint is written."""
        ...


_invited: dict[Path, tuple[Onlooker, ...]] = {}


def invite(run: Path, onlookers: Sequence[Onlooker]) -> None:
    """Let these, and nobody else, look at the trainings kept under the directory `run`.

    So studies and augmenters need not hand them on from the command to the loop.
    """
    _invited[Path(run).resolve()] = tuple(onlookers)


def invited(directory: Path) -> tuple[Onlooker, ...]:
    """Return who looks at the trainings kept in `directory`, in the order of their invitation."""
    place = Path(directory).resolve()
    return tuple(
        each
        for run, onlookers in _invited.items()
        if place.is_relative_to(run)
        for each in onlookers
    )
