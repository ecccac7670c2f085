"""The files of a trial on one's own images, and what its command ends with."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gan_augment.common.files import write_json, written_whole
from gan_augment.data.images import LabeledImages
from gan_augment.reporting.own_images_figures import (
    plot_amounts,
    plot_intervals,
    plot_neighbours,
    plot_samples,
)
from gan_augment.reporting.own_images_page import page
from gan_augment.reporting.own_images_words import SCORES, difference, number, what_to_do
from gan_augment.reporting.text import aligned, percent

VERDICT, PAGE = "verdict.json", "report.html"
PICTURES = ("intervals.png", "ratios.png", "samples.png", "neighbours.png")
WIDE = 98


def write_own_images(
    directory: Path,
    facts: Mapping,
    real: LabeledImages | None = None,
    generated: LabeledImages | None = None,
    neighbours: tuple[np.ndarray, np.ndarray] | None = None,
) -> list[Path]:
    """Write VERDICT, those of PICTURES that there is something for, and PAGE, which embeds them.

    `facts` are what verdict.json says; NaN becomes null. `real` and `generated` have the same
    classes. `neighbours`: generated images uint8 [n, h, w, c] and the real training image nearest
    to each. Every file is written whole or not at all; pictures of an earlier state are removed.
    """
    directory, facts = Path(directory), plain(facts)
    write_json(directory / VERDICT, facts)
    drawn = _draw(directory, facts, real, generated, neighbours)
    for path in (directory / name for name in PICTURES):
        if path not in drawn:
            path.unlink(missing_ok=True)
    with written_whole(directory / PAGE) as aside:
        pictures = {path.name: path.read_bytes() for path in drawn}
        aside.write_text(page(facts, pictures), encoding="utf-8")
    return [directory / VERDICT, *drawn, directory / PAGE]


def _draw(directory: Path, facts: Mapping, real, generated, neighbours) -> list[Path]:
    intervals, ratios, samples, near = (directory / name for name in PICTURES)
    drawn = [intervals] if plot_intervals(facts, intervals) else []
    drawn += [ratios] if plot_amounts(facts, ratios) else []
    if real is not None and len(real):
        made = generated if generated is not None and len(generated) else None
        plot_samples(real, made, samples)
        drawn.append(samples)
    if neighbours is not None and len(neighbours[0]):
        plot_neighbours(neighbours, near)
        drawn.append(near)
    return drawn


def plain(value):
    """Return `value` as JSON can hold it: null for what is not finite, lists for tuples and arrays.

    Names of files that are no text in UTF-8 are spelt with escapes.
    """
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Path):
        value = str(value)
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    return value


def own_images_text(facts: Mapping, directory: Path | None = None) -> str:
    """Return what the command prints: verdict, power, what to do, a short table, and the page."""
    facts = plain(facts)
    said = [facts.get("verdict"), facts.get("power"), facts.get("interrupted")]
    said.append(" ".join(what_to_do(facts)))
    parts = [textwrap.fill(text, WIDE) for text in said if text]
    examined = [each for each in facts.get("candidates") or [] if each.get("test") is not None]
    if examined:
        score = SCORES[facts.get("score") or "accuracy"]
        rows = [
            [
                each["name"],
                percent(number(each.get("validation")), 1),
                percent(number(each["test"]), 1),
                difference(each.get("over_nothing")),
            ]
            for each in sorted(examined, key=lambda each: -each["test"])
        ]
        header = ["candidate", "validation", "test", "gain over nothing"]
        parts.append(
            f"{score.capitalize()}, %; gains in points [interval]\n{aligned(header, rows)}"
        )
    if directory is not None:
        parts.append(f"The whole report: {Path(directory) / PAGE}")
    return "\n\n".join(parts)
