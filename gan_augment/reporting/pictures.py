"""Figures of a run itself: grids of its images and the course of a GAN's training."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages
from gan_augment.reporting.figures import STYLE, new_figure, save, shared_legend

GAP = 2  # white pixels between two images of a grid
PANELS_ACROSS = 5
BESIDE_REAL = (8, 9)  # rows and columns of generated images

LOSS_COLORS = {"d_loss": ("#0072B2", "discriminator loss"), "g_loss": ("#D55E00", "generator loss")}
SPREAD_COLOR = "#009E73"


def sample_grid(panels: Mapping[str, LabeledImages], per_class: int, path: Path) -> None:
    """Figure 1: the first `per_class` images of each class, a row a class, a panel for each title.

    A class with fewer images leaves the rest of its row white.
    """
    if not panels:
        raise UserError("a sample grid needs at least one set of images")
    class_names = next(iter(panels.values())).class_names
    image_panels(
        {title: _rows(images, per_class) for title, images in panels.items()},
        path,
        labels=class_names,
        inches=0.27 if len(class_names) > 2 else 0.5,
    )


def beside_real(
    generated: LabeledImages, real: LabeledImages, name: str, path: Path, *, seed: int = 0
) -> None:
    """Draw images of the class `name` chosen at random, real ones in the right-most column.

    As Figures 4 and 5 of Abadi 2020 do.
    """
    rng = np.random.default_rng(seed)

    def chosen(images: LabeledImages, columns: int) -> np.ndarray:
        own = images.of_class(images.class_names.index(name)).images
        n = BESIDE_REAL[0] * columns
        rows = rng.choice(len(own), n, replace=len(own) < n)
        return own[rows].reshape(-1, columns, *own.shape[1:])

    both = np.concatenate([chosen(generated, BESIDE_REAL[1]), chosen(real, 1)], axis=1)
    image_panels({f"{name}: generated, and real (right)": both}, path, inches=0.35)


def image_panels(
    panels: Mapping[str, np.ndarray],
    path: Path,
    *,
    labels: Sequence[str] = (),
    inches: float = 0.27,
    across: int = PANELS_ACROSS,
) -> None:
    """Draw images uint8 [rows, columns, h, w, c], a panel for each title, equally many in each.

    `labels` stand beside the rows, `inches` is the height of an image, and `across` the most panels
    side by side.
    """
    grids = {title: mosaic(rows) for title, rows in panels.items()}
    height, width = next(iter(grids.values())).shape[:2]
    rows = len(next(iter(panels.values())))
    across = min(len(grids), across)
    down = -(-len(grids) // across)
    tall = rows * inches
    wide = tall * width / height
    with matplotlib.rc_context(STYLE | {"axes.grid": False, "axes.titlelocation": "center"}):
        figure = new_figure(across * (wide + 0.15) + 0.5, down * (tall + 0.35) + 0.25)
        for i, (title, grid) in enumerate(grids.items()):
            axes = figure.add_subplot(down, across, i + 1)
            axes.imshow(grid, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
            axes.set_title(title)
            axes.spines[:].set_visible(False)
            axes.set_xticks([])
            beside = labels if i % across == 0 else []
            axes.set_yticks((np.arange(len(beside)) + 0.5) * height / rows, beside)
            axes.tick_params(length=0)
        save(figure, path)


def _rows(images: LabeledImages, per_class: int) -> np.ndarray:
    """uint8 [classes, per_class, h, w, c]; white where a class has fewer."""
    rows = np.full((images.num_classes, per_class, *images.image_shape), 255, np.uint8)
    for label, row in enumerate(rows):
        own = images.of_class(label).images[:per_class]
        row[: len(own)] = own
    return rows


def mosaic(rows: np.ndarray) -> np.ndarray:
    """Join images uint8 [rows, columns, h, w, c], with white gaps: [rows·(h + 2), …, 3 or none]."""
    half = (GAP // 2, GAP // 2)
    padded = np.pad(rows, ((0, 0), (0, 0), half, half, (0, 0)), constant_values=255)
    n, k, h, w, c = padded.shape
    grid = padded.transpose(0, 2, 1, 3, 4).reshape(n * h, k * w, c)
    return grid[..., 0] if c == 1 else grid


def plot_training(lines: Iterable[Mapping], path: Path) -> None:
    """Draw losses and sample spread by step, a pair of panels a class.

    `lines` are those of metrics.jsonl with "class", "attempt", "step", "d_loss", "g_loss" and
    "spread"; other lines are passed over. Attempts before the last are drawn faint.
    """
    needed = {"class", "attempt", "step", "d_loss", "g_loss", "spread"}
    frame = pd.DataFrame([line for line in lines if needed <= line.keys()])
    if frame.empty:
        raise UserError("there is no line of a GAN's training to draw; train one first")
    classes = list(dict.fromkeys(frame["class"]))
    across = min(len(classes), 5)
    down = -(-len(classes) // across)
    with matplotlib.rc_context(STYLE):
        figure = new_figure(max(2.1 * across + 0.9, 5.7), 2.7 * down + 0.5)
        grid = figure.add_gridspec(2 * down, across, height_ratios=[1.6, 1] * down)
        losses = spread = None
        for i, name in enumerate(classes):
            row, column = 2 * (i // across), i % across
            losses = figure.add_subplot(grid[row, column], sharex=losses, sharey=losses)
            spread = figure.add_subplot(grid[row + 1, column], sharex=losses, sharey=spread)
            of_class = frame[frame["class"] == name]
            for attempt, part in of_class.groupby("attempt"):
                part = part.sort_values("step")
                last = attempt == of_class["attempt"].max()
                faint = {"alpha": 1.0 if last else 0.3, "linewidth": 1.0}
                for key, (color, label) in LOSS_COLORS.items():
                    losses.plot(
                        part["step"], part[key], color=color, label=label if last else None, **faint
                    )
                spread.plot(
                    part["step"], part["spread"], color=SPREAD_COLOR,
                    label="spread of the samples" if last else None, **faint,
                )  # fmt: skip
            attempts = of_class["attempt"].nunique()
            losses.set_title(f"{name}" + (f" ({attempts} attempts)" if attempts > 1 else ""))
            losses.tick_params(labelbottom=False, labelleft=column == 0)
            spread.tick_params(labelbottom=True, labelleft=column == 0)
            if column == 0:
                losses.set_ylabel("loss")
                spread.set_ylabel("spread")
            if i >= len(classes) - across:
                spread.set_xlabel("step")
        # A loss that runs away would flatten all others.
        finite = frame[list(LOSS_COLORS)].astype(float).replace([np.inf, -np.inf], np.nan)
        top = finite.stack().quantile(0.995)
        losses.set_ylim(0, 1.1 * top)
        spread.set_ylim(bottom=0)
        spread.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10], integer=True))
        spread.xaxis.set_major_formatter(FuncFormatter(_thousands))
        shared_legend(figure, [losses, spread], 3)
        save(figure, path)


def _thousands(step: float, _) -> str:
    return f"{step / 1000:g}k" if step >= 1000 else f"{step:g}"
