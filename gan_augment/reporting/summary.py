"""What a command ends with: the tables in plain text and the answer in a sentence."""

import math
import textwrap
from pathlib import Path

import pandas as pd

from gan_augment.common.files import read_json
from gan_augment.metrics.significance import UNDECIDED, Estimate, estimate, verdict
from gan_augment.reporting.cells import Accuracies, Cell, Contrast
from gan_augment.reporting.report import ARM_LABELS, ARM_MEANINGS, Report, report_of
from gan_augment.reporting.tables import build_table, has_scores, main_alpha, read_scores
from gan_augment.reporting.text import (
    aligned,
    columns_shown,
    interval,
    lift_constants,
    points,
    table_texts,
)

PROTOCOL_LABELS = {
    "report": "report's protocol: best epoch on the test set",
    "corrected": "corrected protocol: epoch chosen on held-back real images, tested once",
    "last": "score after the last epoch, nothing chosen",
}

DAGGER = (
    "those marked † are over the members of one GAN seed and hold for its one real sample and its "
    "GANs alone"
)
NO_DIFFERENCE = "no difference of half a point"


def as_text(scores: pd.DataFrame, protocol: str, report: Report) -> str:
    """All tables of `report` that were run, under `protocol`, with legend and answer.

    Accuracies are in per cent, differences in points (hundredths of accuracy).
    """
    parts, arms = [], {}
    for table in report.tables:
        built = build_table(table, scores, protocol, report, not_run=False)
        if not has_scores(table, built):
            continue
        texts, constant = lift_constants(table_texts(table, built, report))
        title = f"Table {table.number}. {table.title}"
        lines = [title, *([constant] if constant else [])]
        parts.append("\n".join([*lines, aligned(list(texts), list(zip(*texts.values())))]))
        arms |= {column.arm: None for column in columns_shown(table, built)}
    sentences = [textwrap.fill(text, 98) for text in answer(scores, protocol, report)]
    marked = any("†" in text for text in [*parts, *sentences])
    notes = [
        f"Accuracy in % (± standard deviation); {PROTOCOL_LABELS[protocol]}.",
        "Differences in points (hundredths of accuracy), with 95 % intervals over GAN seeds"
        + (f"; {DAGGER}." if marked else "."),
        *(f"{ARM_LABELS[arm]}: {ARM_MEANINGS[arm]}." for arm in ARM_MEANINGS if arm in arms),
    ]
    legend = "\n".join(textwrap.fill(note, 98, subsequent_indent="  ") for note in notes)
    return "\n\n".join([*parts, legend, *sentences])


def show(directory: Path) -> None:
    """Print what a command ends with, from scores.csv and options.json in its run directory."""
    options = read_json(Path(directory) / "options.json")
    scores = read_scores(Path(directory) / "scores.csv")
    print(f"\n{as_text(scores, options['protocol'], report_of(options))}\n")


def answer(scores: pd.DataFrame, protocol: str, report: Report) -> list[str]:
    """Say in a sentence a size whether GAN images help, at R = 1 or the ratio nearest to it."""
    accuracies = Accuracies(scores, protocol)
    alpha = main_alpha(scores, report)
    cells = [c for c in accuracies.cells() if c.arm == "gan" and c.alpha == alpha]
    sentences = []
    for size in sorted({cell.size for cell in cells}):
        ratio = min((c.ratio for c in cells if c.size == size), key=lambda r: (abs(r - 1), r))
        sentences.append(_sentence(accuracies, alpha, size, ratio))
    return sentences


def _sentence(accuracies: Accuracies, alpha: float, size: int, ratio: float) -> str:
    def found(first: Cell, second: Cell) -> Estimate:
        contrast = Contrast.between("", first, second)
        return estimate(contrast.at(alpha=alpha, size=size, ratio=ratio).values(accuracies))

    def change(gain: Estimate) -> str:
        verb = "costs" if gain.mean < 0 else "adds"
        span = interval(gain.low, gain.high, gain.interval_over, points, 1)
        return f"{verb} {abs(100 * gain.mean):.1f} points {span}".rstrip()

    gan, steps, classical = Cell("gan"), Cell("repeat"), Cell("affine")
    parts = []
    for text, gain in (
        ("GAN {}", found(gan, Cell("real", 0.0))),
        ("over equal steps it {}: {}", found(gan, steps)),
        ("classical augmentation {} over equal steps", found(classical, steps)),
        ("GAN on top of it {}", found(Cell("gan+affine"), classical)),
    ):
        if gain.n_members:
            parts.append(text.format(change(gain), in_words(gain)))
    return f"At {size:,} images, R = {ratio:g}: {'; '.join(parts)}."


def in_words(gain: Estimate) -> str:
    """What a difference to the control means for someone who wants to use the method."""
    if math.isnan(gain.low):
        return "one score, undecided"
    if verdict(gain, +1) == UNDECIDED:
        return "undecided"
    words = "it helps" if gain.low > 0 else "it hurts" if gain.high < 0 else NO_DIFFERENCE
    return words if gain.interval_over == "gan seeds" else f"{words} (with this one sample)"
