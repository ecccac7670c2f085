"""Pictures and table of the convergence study (Appenzeller & Daaboul, figures 3 and 6)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from gan_augment.common.errors import UserError
from gan_augment.reporting.figures import STYLE, new_figure, save, shared_legend
from gan_augment.reporting.text import NOTHING, aligned

BLUE, VERMILLION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
GREY = "#a8a8a8"
SCHEME_COLORS = {"simultaneous": BLUE, "alternating": VERMILLION}
PLANE = STYLE | {"axes.grid": False, "axes.spines.top": True, "axes.spines.right": True}
SPEEDS = LinearSegmentedColormap.from_list("speeds", ["#c9d7e3", "#56B4E9", "#00375a"])


def plot_illustration(path: np.ndarray, h: float, file: Path) -> None:
    """Figure 3: the discriminator's line and the two point masses at three steps of `path`.

    `path` [steps + 1, 2] is a trajectory of steps h that starts with θ, ψ > 0: drawn are its start,
    the step at which θ changes sign and the one at which ψ does.
    """
    crossing = int(np.argmax(path[:, 0] <= 0))
    turning = int(np.argmax(path[:, 1] <= 0))
    if not 0 < crossing < turning:
        raise UserError("figure 3 needs a path past θ = 0 and then ψ = 0; ask for more steps")
    moments = [
        (0, "pushed to the data"),
        (crossing, "there, and pushed on"),
        (turning, "past it, the slope turns"),
    ]
    steepest, reach = abs(path[: turning + 1, 1]).max(), 1.25 * abs(path[: turning + 1, 0]).max()
    with matplotlib.rc_context(STYLE | {"axes.grid": False}):
        figure = new_figure(9.6, 3.2)
        axes = None
        for i, (step, title) in enumerate(moments):
            axes = figure.add_subplot(1, 3, i + 1, sharey=axes)
            (theta, psi), after = path[step], path[min(step + 1, len(path) - 1), 0]
            line = np.array([-reach, reach])
            axes.axhline(0, color="#888888", linewidth=0.8)
            axes.plot(line, psi * line, color=BLUE, label="discriminator D(x) = ψx")
            axes.plot([theta, theta], [0, psi * theta], color=GREY, linestyle=":", linewidth=1)
            axes.plot(
                theta, 0, "o", color=VERMILLION, markersize=9, label="generated: point mass at θ"
            )
            axes.plot(0, 0, "D", color="black", markersize=5, label="data: point mass at 0")
            velocity = (after - theta) / h
            if abs(velocity) > 0.05 * reach:
                axes.annotate(
                    "", (theta + 2 * velocity, -0.14 * steepest * reach),
                    (theta, -0.14 * steepest * reach),
                    arrowprops={"arrowstyle": "-|>", "color": VERMILLION, "linewidth": 1.6},
                )  # fmt: skip
            axes.set_title(f"step {step}: {title}")
            axes.text(
                0.03, 0.95, f"θ = {theta:.2f}\nψ = {psi:.2f}".replace("-", "−"),
                transform=axes.transAxes, va="top",
            )  # fmt: skip
            axes.set_xlim(-reach, reach)
            axes.set_ylim(-steepest * reach, steepest * reach)
            axes.set_xlabel("x")
            axes.tick_params(labelleft=i == 0)
        figure.axes[0].set_ylabel("D(x), large: held to be generated")
        axes.plot([], [], color=VERMILLION, label="velocity of θ, × 2", marker="<", markevery=[0])
        shared_legend(figure, [axes], 4)
        save(figure, file)


def plot_trajectories(portraits: Sequence, file: Path, shown: int = 400) -> None:
    """Trajectories over the field, a column a game: either scheme, and the distance by step.

    The plane shows the first `shown` steps; arrows have the direction of v, not its length.
    """
    across = len(portraits)
    with matplotlib.rc_context(PLANE):
        figure = new_figure(1.85 * across + 0.6, 5.9)
        grid = figure.add_gridspec(3, across)
        distances = None
        for column, portrait in enumerate(portraits):
            for row, (scheme, path) in enumerate(portrait.paths.items()):
                axes = figure.add_subplot(grid[row, column])
                _trajectory(axes, portrait, path[: shown + 1], SCHEME_COLORS[scheme])
                axes.tick_params(labelleft=column == 0, labelbottom=row == 1)
                if row == 0:
                    axes.set_title(portrait.title.replace(", ", "\n"), fontsize=9)
                else:
                    axes.set_xlabel("θ")
                if column == 0:
                    axes.set_ylabel(f"{scheme}\nψ")
            distances = figure.add_subplot(grid[2, column], sharey=distances)
            for scheme, path in portrait.paths.items():
                distance = np.linalg.norm(path, axis=1)
                line = "-" if scheme == "simultaneous" else (0, (4, 1.5))
                style = {"color": SCHEME_COLORS[scheme], "linestyle": line, "linewidth": 1.3}
                distances.plot(np.maximum(distance, 1e-12), label=f"{scheme} steps", **style)
            distances.set_yscale("log")
            distances.set_ylim(1e-4, 10)
            distances.grid(True)
            distances.set_box_aspect(1)
            distances.set_xticks([0, (len(path) - 1) / 2, len(path) - 1])
            distances.xaxis.set_major_formatter(FuncFormatter(_thousands))
            distances.set_xlabel("step")
            distances.tick_params(labelleft=column == 0)
            if column == 0:
                distances.set_ylabel("distance to (0, 0)")
        handles = [
            *distances.get_lines()[:2],
            Line2D([], [], marker="o", color="none", markeredgecolor="black", label="start"),
            Line2D([], [], marker="o", color="black", linestyle="none", label=f"step {shown}"),
            Line2D([], [], marker="P", color="black", linestyle="none", label="equilibrium (0, 0)"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=5)
        save(figure, file)


def _thousands(step: float, _) -> str:
    return f"{step / 1000:g}k" if step >= 1000 else f"{step:g}"


def _trajectory(axes: Axes, portrait, path: np.ndarray, color: str) -> None:
    speed = np.linalg.norm(portrait.velocity, axis=-1, keepdims=True)
    direction = portrait.velocity / np.where(speed > 1e-12, speed, 1)
    axes.quiver(
        portrait.axis, portrait.axis, direction[..., 0], direction[..., 1],
        color="#c4c4c4", pivot="mid", scale=19, width=0.007, headwidth=3.5,
    )  # fmt: skip
    axes.plot(*path.T, color=color, linewidth=1.1)
    axes.plot(0, 0, "P", color="black", markersize=6, markeredgecolor="white", zorder=4)
    axes.plot(*path[0], "o", color=color, markerfacecolor="white", markersize=5, zorder=5)
    axes.plot(*path[-1], "o", color=color, markeredgecolor="white", markersize=5.5, zorder=5)
    _square(axes, portrait.axis)
    axes.set_xticks([-2, 0, 2])
    axes.set_yticks([-2, 0, 2])


def plot_fields(portraits: Sequence, file: Path) -> None:
    """Figure 6: stream lines of each field, its equilibria marked by what they are.

    Marks follow `growth`, the largest real part of an eigenvalue of the Jacobian.
    """
    marks = {
        -1: ("o", GREEN, GREEN, "attracts"),
        0: ("o", "white", "black", "centre: eigenvalues imaginary"),
        1: ("X", ORANGE, "black", "repels, or a saddle"),
    }
    with matplotlib.rc_context(PLANE):
        figure = new_figure(3.3 * len(portraits) + 0.6, 4.0)
        top = max(np.linalg.norm(p.velocity, axis=-1).max() for p in portraits)
        for i, (portrait, letter) in enumerate(zip(portraits, "abcdefgh")):
            axes = figure.add_subplot(1, len(portraits), i + 1)
            u, v = np.moveaxis(portrait.velocity, -1, 0)
            streams = axes.streamplot(
                portrait.axis, portrait.axis, u, v, density=1.3, linewidth=0.9, arrowsize=0.8,
                color=np.hypot(u, v), cmap=SPEEDS, norm=matplotlib.colors.Normalize(0, top),
            )  # fmt: skip
            for point, growth in zip(portrait.equilibria, portrait.growth):
                kind = 0 if abs(growth) < 1e-9 else int(np.sign(growth))
                marker, face, edge, label = marks[kind]
                style = {"markerfacecolor": face, "markeredgecolor": edge, "label": label}
                axes.plot(*point, marker, markersize=8, linestyle="none", zorder=5, **style)
            axes.set_title(f"({letter})  {portrait.title}")
            _square(axes, portrait.axis)
            quarters = np.arange(-2, 3) * np.pi / 2
            names = ["−π", "−π/2", "0", "π/2", "π"]
            axes.set_xticks(quarters, names)
            axes.set_yticks(quarters, names if i == 0 else [])
            axes.set_xlabel("θ")
            if i == 0:
                axes.set_ylabel("ψ")
        bar = {"aspect": 30, "shrink": 0.85, "pad": 0.01}
        figure.colorbar(streams.lines, ax=figure.axes, label="‖field‖", **bar)
        shared_legend(figure, [a for a in figure.axes if a.get_lines()], 3)
        save(figure, file)


def _square(axes: Axes, axis: np.ndarray) -> None:
    axes.set_xlim(axis[0], axis[-1])
    axes.set_ylim(axis[0], axis[-1])
    axes.set_aspect("equal")


def dirac_text(table: pd.DataFrame) -> str:
    """Spell the table of `studies.dirac.table` out, in three parts for a terminal."""
    names = [
        row["game"] + (f", {row['parameter']} = {row['value']:g}" if row["parameter"] else "")
        for _, row in table.iterrows()
    ]
    names = [name.ljust(max(map(len, names))) for name in names]
    rows = [row for _, row in table.iterrows()]
    spectra = [
        [
            name,
            pair(row["eigenvalue_1"], row["eigenvalue_2"]),
            pair(row["closed_form_1"], row["closed_form_2"]),
            NOTHING if math.isnan(row["difference"]) else _power(row["difference"], ".0e"),
        ]
        for name, row in zip(names, rows)
    ]
    game = "game".ljust(len(names[0]))
    parts = [aligned([game, "eigenvalues of v′(0, 0)", "closed form", "difference"], spectra)]
    for scheme in SCHEME_COLORS:
        radii, distances = table[f"radius_{scheme}"], table[f"distance_{scheme}"]
        cells = zip(
            names,
            [NOTHING if math.isnan(radius) else f"{radius:.4f}" for radius in radii],
            table[f"predicted_{scheme}"],
            table[f"observed_{scheme}"],
            ["< 1e−9" if distance < 1e-9 else _power(distance, ".2g") for distance in distances],
        )
        heading = [scheme.ljust(len(game)), "|λ|", "predicted", "observed", "distance"]
        parts.append(aligned(heading, list(cells)))
    first = rows[0]
    notes = [
        f"Steps of h = {first['h']:g}. |λ|: largest absolute eigenvalue of the step's Jacobian at"
        " (0, 0);",
        "below 1 steps converge from nearby, above 1 they do not, 1 leaves it undecided.",
        f"Observed: one trajectory of {first['steps']:,} steps from"
        f" ({first['start_theta']:g}, {first['start_psi']:g}); distance: its end to (0, 0).",
    ]
    return "\n\n".join([*parts, "\n".join(notes)])


def _power(value: float, spec: str) -> str:
    return format(value, spec).replace("e-", "e−")


def pair(first: complex, second: complex) -> str:
    """Two eigenvalues of a real matrix: "−0.25 ± 0.433i", "−0.134, −1.87"; NaN as a dash."""
    if math.isnan(first.real):
        return NOTHING
    if abs(first.imag) > 1e-6:
        real = f"{first.real:.3g} ± " if abs(first.real) > 1e-12 else "±"
        text = f"{real}{abs(first.imag):.3g}i"
    else:
        text = f"{first.real:.3g}, {second.real:.3g}"
    return text.replace("-", "−")
