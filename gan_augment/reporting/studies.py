"""Experiments that are published as they are, without merging runs: their files and their words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gan_augment.reporting.stability_page import collapse_section, convergence_section


@dataclass(frozen=True)
class Study:
    """What of a run is published, and what the page says of it."""

    files: tuple[str, ...]
    section: Callable[[Path], Iterator[str]]


STUDIES = {
    "convergence": Study(
        (
            "eigenvalues.csv",
            "ring.csv",
            "ring.png",
            "figure_3.png",
            "figure_3_illustration.png",
            "figure_4_5.png",
            "figure_6.png",
        ),
        convergence_section,
    ),
    "collapse": Study(
        ("scores.csv", "collapse.csv", "costs.json", "collapse.png"), collapse_section
    ),
}
