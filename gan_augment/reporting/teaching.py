"""Tables and pictures of Generative Teaching Networks (Appenzeller & Daaboul, section IV-D)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from gan_augment.common.files import written_whole
from gan_augment.data.images import to_uint8
from gan_augment.metrics.significance import Estimate, estimate
from gan_augment.reporting.figures import STYLE, new_figure, save, shared_legend
from gan_augment.reporting.pictures import image_panels
from gan_augment.reporting.teaching_search import plot_search, search_table, search_words
from gan_augment.reporting.text import NOTHING, aligned, difference, percent

REAL = "real, tuned"  # as the study calls it
LABELS = {
    REAL: "real",
    "real": "real, learned rates",
    "random": "generated, random latents",
    "shuffled": "generated, learned latents, shuffled",
    "learned": "generated, learned curriculum",
}
COLORS = {"real": "#7f7f7f", "random": "#E69F00", "shuffled": "#CC79A7", "learned": "#0072B2"}
LINES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (5, 2, 1, 2)))
SHOWN = 8  # lessons of Figure 13

# Such et al. 2019 as the survey and its source give it: accuracy after so many steps.
REPORTED = {"steps": 32, "images": 128, "accuracy": 0.989}
# Dataset condensation (Zhao et al. 2021): images a class and accuracy of learners that train on
# them for as long as they will.
CONDENSED = {1: 0.917, 10: 0.974, 50: 0.988}


def write_teaching(
    scores: pd.DataFrame,
    curve: pd.DataFrame,
    lessons: Mapping[str, tuple[np.ndarray, np.ndarray]],
    search: pd.DataFrame | None,
    directory: Path,
) -> None:
    """Write scores.csv, curve.csv, curve.png, lessons.png, and search.csv and search.png if any.

    The tables are those of `studies.TeachingStudy` and `studies.ArchitectureSearch`; `lessons` are
    images float [steps, batch, h, w, c] in [−1, 1] and labels [steps, batch] by curriculum.
    """
    directory = Path(directory)
    tables = {"scores": scores, "curve": curve}
    if search is not None:
        tables["search"] = search
        plot_search(search, directory / "search.png")
    for name, table in tables.items():
        with written_whole(directory / f"{name}.csv") as aside:
            table.round(5).to_csv(aside, index=False)
    plot_curve(scores, curve, directory / "curve.png")
    if lessons:
        panels = {LABELS[name]: in_order(*made) for name, made in lessons.items()}
        steps = np.linspace(1, len(next(iter(lessons.values()))[0]), SHOWN).round().astype(int)
        labels = [f"step {step}" for step in steps]
        image_panels(panels, directory / "lessons.png", labels=labels, inches=0.4, across=2)


def in_order(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Figure 13: one image of each class, a row for each of some lessons from first to last."""
    rows = np.linspace(0, len(images) - 1, SHOWN).round().astype(int)
    grid = np.full((SHOWN, labels.max() + 1, *images.shape[2:]), 255, np.uint8)
    for row, t in enumerate(rows):
        for label in range(grid.shape[1]):
            places = np.flatnonzero(labels[t] == label)
            if len(places):
                grid[row, label] = to_uint8(images[t, places[0]])
    return grid


def own_architecture(scores: pd.DataFrame) -> str:
    """Return the architecture that the networks were trained with: the first one examined."""
    return scores["architecture"].iloc[0]


def accuracies(scores: pd.DataFrame, curriculum: str, architecture: str, point: int) -> pd.Series:
    """Accuracies by gan_seed and member."""
    chosen = scores[
        (scores["curriculum"] == curriculum)
        & (scores["architecture"] == architecture)
        & (scores["point"] == point)
    ]
    return chosen.set_index(["gan_seed", "member"])["accuracy"]


def gain(
    scores: pd.DataFrame, curriculum: str, architecture: str, point: int, over: str = REAL
) -> Estimate:
    """Estimate what a curriculum adds to as many steps on real images, learner by learner.

    Or to another curriculum, `over`. Learners of one gan_seed and member begin alike; those of two
    gan_seeds have nothing in common, on either side.
    """
    taught = accuracies(scores, curriculum, architecture, point)
    return estimate(taught - accuracies(scores, over, architecture, point))


def points_of(scores: pd.DataFrame) -> list[int]:
    """Return the steps after which learners were examined."""
    return sorted(scores["point"].unique())


def curricula_of(scores: pd.DataFrame) -> list[str]:
    """Return what was taught with, as `LABELS` orders it."""
    return [name for name in LABELS if name in set(scores["curriculum"])]


def steps_table(
    scores: pd.DataFrame, compared: Sequence[int] = ()
) -> tuple[list[str], list[list[str]]]:
    """Accuracy of the networks' own learners by steps, and what that adds to real images.

    The latter after the steps `compared`, by default all.
    """
    architecture, points = own_architecture(scores), points_of(scores)
    compared = compared or points
    header = ["lessons", *(f"{point} steps" for point in points)]
    header += [f"over real, {point} steps" for point in compared]
    rows = []
    for name in curricula_of(scores):
        found = [estimate(accuracies(scores, name, architecture, point)) for point in points]
        gains = [gain(scores, name, architecture, point) for point in compared]
        rows.append(
            [
                LABELS[name],
                *(f"{percent(f.mean)} ± {percent(f.sd)}" for f in found),
                *(
                    NOTHING if name == REAL else difference(g.mean, g.low, g.high, g.interval_over)
                    for g in gains
                ),
            ]
        )
    return header, rows


def transfer_table(scores: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """The same for every architecture, after the last step."""
    point, names = points_of(scores)[-1], curricula_of(scores)
    header = ["learner", *(LABELS[name] for name in names)]
    header += [f"{LABELS[name]}: over real" for name in names if name != REAL]
    rows = []
    for architecture in scores["architecture"].unique():
        means = [estimate(accuracies(scores, name, architecture, point)).mean for name in names]
        gains = [gain(scores, name, architecture, point) for name in names if name != REAL]
        rows.append(
            [
                architecture,
                *map(percent, means),
                *(difference(g.mean, g.low, g.high, g.interval_over) for g in gains),
            ]
        )
    return header, rows


def plot_curve(scores: pd.DataFrame, curve: pd.DataFrame, path: Path) -> None:
    """Draw accuracy by step of the networks' training; as many real steps as level lines."""
    points, architecture = points_of(scores), own_architecture(scores)
    with matplotlib.rc_context(STYLE):
        figure = new_figure(3.1 * len(points) + 0.7, 3.6)
        axes = None
        for k, point in enumerate(points):
            axes = figure.add_subplot(1, len(points), k + 1, sharey=axes)
            for name in (name for name in LABELS if name in set(curve["curriculum"])):
                part = curve[(curve["curriculum"] == name) & (curve["point"] == point)]
                by_seed = part.pivot(index="meta_step", columns="gan_seed", values="accuracy")
                for i, seed in enumerate(by_seed):
                    label = LABELS[name] if i == 0 else None
                    axes.plot(100 * by_seed[seed], color=COLORS[name], label=label, linewidth=1.2)
            real = estimate(accuracies(scores, REAL, architecture, point))
            axes.axhline(
                100 * real.mean, color="black", linestyle=(0, (4, 2)), label="real, tuned rate"
            )
            if point == REPORTED["steps"]:
                axes.axhline(
                    100 * REPORTED["accuracy"], color="#D55E00", linestyle=":",
                    label="reported for MNIST, 64 and 128 filters",
                )  # fmt: skip
            axes.set_title(f"after {point} steps")
            axes.set_xlabel("steps of the network's training")
            axes.tick_params(labelleft=k == 0)
            if k == 0:
                axes.set_ylabel("accuracy of fresh learners, %")
        shared_legend(figure, figure.axes, 3)
        save(figure, path)


LEGEND = """\
Accuracy in per cent on real test images: mean ± standard deviation over fresh learners. Over real:
difference in points from as many steps on as large batches of real images, whose rate and momentum
were chosen for each number of steps on held-out images, with its 95 % interval over networks, each
with learners of its own; those marked † are over the learners of one network."""


def teaching_text(scores: pd.DataFrame, curve: pd.DataFrame, search: pd.DataFrame | None) -> str:
    """Return all tables for a terminal."""
    parts = [_left(*steps_table(scores, points_of(scores)[-1:]))]
    if scores["architecture"].nunique() > 1:
        last = points_of(scores)[-1]
        table = _left(*transfer_table(scores))
        parts.append(f"Learners of other kinds, after {last} steps:\n{table}")
    if search is not None:
        parts += [_left(*search_table(search)), search_words(search, curve)]
    return "\n\n".join([*parts, LEGEND]) + "\n"


def show_teaching(directory: Path) -> None:
    """Print what the command ends with, from the files of its run."""
    scores, curve = (pd.read_csv(directory / f"{name}.csv") for name in ("scores", "curve"))
    search = directory / "search.csv"
    print("\n" + teaching_text(scores, curve, pd.read_csv(search) if search.exists() else None))


def _left(header: list[str], rows: list[list[str]]) -> str:
    width = max(len(row[0]) for row in [header, *rows])
    return aligned(header, [[row[0].ljust(width), *row[1:]] for row in rows])
