"""The figures of a trial on one's own images; narrow, so that a phone shows their text."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib import font_manager

from gan_augment.data.images import LabeledImages
from gan_augment.reporting.figures import LOOKS as ARMS
from gan_augment.reporting.figures import STYLE, Look, new_figure, save, shared_legend
from gan_augment.reporting.own_images_words import SCORES, difference, number, sign
from gan_augment.reporting.pictures import image_panels

# What others call a class is not to be read as a formula.
PLAIN = STYLE | {"text.parse_math": False}
SIGNS = {1: ARMS["gan+affine"].color, 0: "#666666", -1: ARMS["synthetic"].color}
CONTROLS = {
    "nothing": ARMS["real"],
    "equal steps": ARMS["repeat"],
    "classical": ARMS["affine"],
    "randaugment": ARMS["affine-set"],
}
METHODS = [ARMS[arm] for arm in ("gan", "synthetic", "gan+affine", "synthetic+affine")]
WIDTH = 4.2  # inches
MOST_CLASSES, MOST_LETTERS = 12, 10
COLUMNS, ROWS = 5, 6  # images of a class side by side; rows of all classes, if these are few
PAIRS_ACROSS, PAIRS_DOWN = 8, 3


def plot_intervals(facts: Mapping, path: Path) -> bool:
    """Draw the comparisons on the way to the advice, and below them the question.

    Returns whether there was any.
    """
    rows = [(found, False) for found in facts.get("steps") or []]
    rows += [(facts["question"], True)] if facts.get("question") else []
    if not rows:
        return False
    with matplotlib.rc_context(PLAIN | {"axes.grid.axis": "x", "axes.spines.left": False}):
        figure = new_figure(WIDTH, 0.7 + 0.56 * len(rows))
        axes = figure.add_subplot()
        axes.axvline(0, color="#444444", linewidth=0.9)
        for y, (found, asked) in enumerate(rows):
            color = SIGNS[sign(found)]
            mean, low, high = (100 * number(found[key]) for key in ("mean", "low", "high"))
            axes.plot([low, high], [y, y], color=color, linewidth=5 if asked else 3)
            axes.plot(mean, y, "o", color=color, markersize=9 if asked else 6.5,
                      markeredgecolor="white")  # fmt: skip
            place = {"transform": axes.get_yaxis_transform(), "fontsize": 8.5}
            place |= {"weight": "bold"} if asked else {}
            name = f"{found['first']}  −  {found['second']}"
            ground = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
            short = textwrap.shorten(name, 64, placeholder=" …")
            axes.text(0, y - 0.33, short, va="bottom", bbox=ground, **place)
            axes.text(1.02, y, difference(found), va="center", color=color, **place)
        axes.set_ylim(len(rows) - 0.5, -0.8)
        axes.set_yticks([])
        axes.margins(x=0.08)
        axes.set_xlabel("difference on test images, points")
        save(figure, path)
    return True


def plot_amounts(facts: Mapping, path: Path) -> bool:
    """Draw scores on validation parts against R, a line a method; hollow: dropped there.

    Lines across are the candidates without generated images. Returns whether any had them.
    """
    known = [each for each in facts.get("candidates") or [] if each.get("validation") is not None]
    added = [each for each in known if each.get("method")]
    if not added:
        return False
    ratios = sorted({each["ratio"] for each in added if each["ratio"] is not None})
    places = [*ratios, *([None] if any(each["ratio"] is None for each in added) else [])]
    methods = list(dict.fromkeys(each["method"] for each in added))
    with matplotlib.rc_context(PLAIN):
        figure = new_figure(WIDTH, 3.9)
        axes = figure.add_subplot()
        for each in known:
            if not each.get("method"):
                look = CONTROLS.get(each["name"], Look("#999999", "s"))
                axes.axhline(100 * each["validation"], color=look.color, linewidth=1.1,
                             linestyle=(0, (2, 1.5)), label=each["name"])  # fmt: skip
        for key in dict.fromkeys((each["method"], each.get("transform")) for each in added):
            method, transform = key
            look = METHODS[methods.index(method) % len(METHODS)]
            family = [each for each in added if (each["method"], each.get("transform")) == key]
            family.sort(key=lambda each: places.index(each["ratio"]))
            x = np.array([places.index(each["ratio"]) for each in family])
            y = np.array([100 * each["validation"] for each in family])
            is_ratio = np.array([each["ratio"] is not None for each in family])
            style = {"color": look.color, "linestyle": "--" if transform else "-"}
            marker = "D" if transform else look.marker
            axes.plot(x[is_ratio], y[is_ratio], **style)
            label = f"{method}, {transform}" if transform else method
            axes.plot([], [], marker=marker, label=label, **style)
            for at, height, each in zip(x, y, family):
                inside = look.color if each.get("test") is not None else "white"
                axes.plot(at, height, marker, color=look.color, markerfacecolor=inside, zorder=3)
        texts = ["filled up" if place is None else f"{place:g}" for place in places]
        axes.set_xticks(range(len(places)), texts)
        axes.margins(x=0.12)
        axes.set_xlabel("R, generated : real")
        axes.set_ylabel(f"{SCORES[facts.get('score') or 'accuracy']}, validation, %")
        shared_legend(figure, [axes], 2)
        save(figure, path)
    return True


def plot_samples(real: LabeledImages, generated: LabeledImages | None, path: Path) -> None:
    """Draw real images, taken evenly from each class, beside the first generated ones."""
    shown = min(real.num_classes, MOST_CLASSES)
    down = max(1, ROWS // shown)
    panels = {"real": _rows(real, shown, down, spread=True)}
    if generated is not None:
        panels["generated"] = _rows(generated, shown, down)
    labels = []
    for label in range(shown):
        labels += [label_of(real.class_names, label), *[""] * (down - 1)]
    _panels(panels, path, labels)


def plot_neighbours(neighbours: tuple[np.ndarray, np.ndarray], path: Path) -> None:
    """Draw generated images, each above the real training image nearest to it."""
    pairs = np.stack([each[: PAIRS_ACROSS * PAIRS_DOWN] for each in neighbours])
    _, n, height, width, channels = pairs.shape
    across = min(PAIRS_ACROSS, n)
    down = -(-n // across)
    gap = height // 3  # below a pair, so that the eye keeps it together
    cells = np.full((down * across, 2 * height + 1 + gap, width, channels), 255, np.uint8)
    cells[:n, :height] = pairs[0]
    cells[:n, height + 1 : 2 * height + 1] = pairs[1]
    _panels(
        {"generated, and the nearest real": cells.reshape(down, across, *cells.shape[1:])}, path
    )


def _panels(panels: Mapping[str, np.ndarray], path: Path, labels: Sequence[str] = ()) -> None:
    """Draw panels that are about as wide as the other figures, whatever the shape of the images."""
    columns, height, width = next(iter(panels.values())).shape[1:4]
    each = (WIDTH - 0.5) / len(panels) / columns
    inches = float(np.clip(each * height / width, 0.1, 1.2))
    with matplotlib.rc_context(PLAIN):
        image_panels(panels, path, labels=labels, inches=inches)


def _rows(images: LabeledImages, classes: int, down: int, spread: bool = False) -> np.ndarray:
    """Return uint8 [classes · down, COLUMNS, h, w, c]; white where a class has fewer."""
    n = down * COLUMNS
    rows = np.full((classes, n, *images.image_shape), 255, np.uint8)
    for label, row in enumerate(rows):
        own = images.images[images.labels == label]
        # Neighbours in a folder are often of one scene.
        own = own[np.linspace(0, len(own) - 1, n).astype(int)] if spread and len(own) > n else own
        row[: len(own)] = own[:n]
    return rows.reshape(-1, COLUMNS, *images.image_shape)


def label_of(class_names: Sequence[str], label: int) -> str:
    """Return the name of a class as a figure can show it: short, or its number."""
    name = class_names[label]
    font = font_manager.get_font(font_manager.findfont("DejaVu Sans"))
    if not name.isprintable() or not all(font.get_char_index(ord(letter)) for letter in name):
        return f"class {label + 1}"
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"
