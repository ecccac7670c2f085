"""The figures of a study: accuracy by sample size and by ratio.

Drawn without pyplot, so nothing global is touched. Colours are Okabe and Ito's, which people with
colour-blindness tell apart; every arm has its own colour, marker and line in all figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from gan_augment.common.files import written_whole
from gan_augment.metrics.significance import Estimate, estimate
from gan_augment.reporting.cells import Accuracies, Cell, Contrast
from gan_augment.reporting.report import ARM_LABELS, Report
from gan_augment.reporting.tables import alphas_of

DPI = 150

STYLE = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.8,
    "axes.edgecolor": "#888888",
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
}


@dataclass(frozen=True)
class Look:
    """How an arm is drawn."""

    color: str
    marker: str
    line: str = "-"


LOOKS = {
    "real": Look("#000000", "s"),
    "gan": Look("#0072B2", "o"),
    "repeat": Look("#7f7f7f", "s", (0, (4, 2))),
    "affine": Look("#E69F00", "^"),
    "gan+affine": Look("#009E73", "D", (0, (6, 1.5))),
    "affine-set": Look("#CC79A7", "v"),
    "synthetic": Look("#D55E00", "o"),
    "synthetic+affine": Look("#56B4E9", "D"),
    "synthetic-repeat": Look("#999999", "s", (0, (4, 2))),
}


def write_figures(
    scores: pd.DataFrame, protocol: str, report: Report, directory: Path
) -> list[Path]:
    """Draw what the scores allow: `figure_2.png` (sizes) and `figure_3.png` (ratios).

    The latter has the number that it has in the report. Those of further alphas than the main one
    are called `figure_2_alpha-1.png` and so on.
    """
    accuracies = Accuracies(scores, protocol)
    written = []
    for i, alpha in enumerate(alphas_of(scores, report)):
        arms = {cell.arm for cell in accuracies.cells() if cell.alpha == alpha}
        suffix = f"_alpha-{alpha:g}" if i else ""
        for name, plot, needed in (
            ("figure_2", plot_sizes, {"real", "synthetic"}),
            (f"figure_{report.ratio_figure}", plot_ratios, {"gan"}),
        ):
            if needed <= arms:
                written.append(Path(directory) / f"{name}{suffix}.png")
                plot(accuracies, report, alpha, written[-1])
    return written


def plot_sizes(accuracies: Accuracies, report: Report, alpha: float, path: Path) -> None:
    """Figure 2: accuracy of real and of generated images alone (R = 1) by number of real images."""
    with matplotlib.rc_context(STYLE):
        figure = new_figure(6.4, 4.4)
        axes = figure.add_subplot()
        sizes = set()
        source = report.short
        source += report.at_alpha if report.alpha not in (None, alpha) else ""
        for arm in ("real", "synthetic", "affine", "synthetic+affine"):
            cell = Cell(arm, 1.0 if arm.startswith("synthetic") else 0.0, None, alpha)
            curve = _curve(accuracies, cell, "size")
            if curve.empty:
                continue
            _line(axes, curve, LOOKS[arm], ARM_LABELS[arm])
            quoted = {
                known.size: value
                for known, value in report.numbers.items()
                if replace(known, size=None) == replace(cell, alpha=report.alpha)
            }
            look = replace(LOOKS[arm], marker="o", line=":")
            _reported(axes, quoted, look, f"{source}: {ARM_LABELS[arm]}")
            sizes |= {*curve.index, *quoted}
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(FixedLocator(sorted(sizes)))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
        axes.set_xlabel("real images that the classifier, or the GANs, learnt from")
        axes.set_ylabel("test accuracy, %")
        axes.set_title(f"Real images against as many generated ones (α = {alpha:g})")
        shared_legend(figure, [axes], 3)
        save(figure, path)


def plot_ratios(accuracies: Accuracies, report: Report, alpha: float, path: Path) -> None:
    """Figure 3: accuracy against R, a panel a size.

    Below each what generated images add to the control without them: GAN − equal steps and
    GAN + classical − classical, in the colours of the former.
    """
    sizes = sorted({c.size for c in accuracies.cells() if c.arm == "gan" and c.alpha == alpha})
    across = min(len(sizes), 3)
    down = -(-len(sizes) // across)
    with matplotlib.rc_context(STYLE):
        figure = new_figure(max(3.1 * across + 0.7, 4.6), 4.6 * down)
        grid = figure.add_gridspec(2 * down, across, height_ratios=[2.2, 1] * down)
        gains, panels = None, []
        for i, size in enumerate(sizes):
            row, column = 2 * (i // across), i % across
            top = figure.add_subplot(grid[row, column])
            gains = figure.add_subplot(grid[row + 1, column], sharex=top, sharey=gains)
            _accuracies_by_ratio(top, accuracies, report, alpha, size)
            _gains_by_ratio(gains, accuracies, alpha, size)
            top.tick_params(labelbottom=False)
            top.set_title(f"{size:,} real images")
            gains.set_xlabel("R, generated : real")
            if column == 0:
                top.set_ylabel("test accuracy, %")
                gains.set_ylabel("GAN adds to\ncontrol, points")
            panels += [top, gains]
        shared_legend(figure, panels, 3 if across == 1 else 5)
        save(figure, path)


def _accuracies_by_ratio(
    axes: Axes, accuracies: Accuracies, report: Report, alpha: float, size: int
) -> None:
    for arm in ("repeat", "gan", "affine", "gan+affine", "affine-set"):
        curve = _curve(accuracies, Cell(arm, None, size, alpha), "ratio")
        if not curve.empty:
            _line(axes, curve, LOOKS[arm], ARM_LABELS[arm])
    quoted = {
        cell.ratio: Cell("gan", cell.ratio, size, report.alpha).reported(report.numbers)
        for cell in report.numbers
        if cell.arm in ("gan", "real")
    }
    if quoted:
        label = report.short + report.at_alpha
        _reported(axes, quoted, Look("#000000", "o", "none"), label)
    _ratio_axis(axes, _ratios_of(accuracies, alpha, size))


def _gains_by_ratio(axes: Axes, accuracies: Accuracies, alpha: float, size: int) -> None:
    axes.axhline(0, color="#444444", linewidth=0.8)
    for arm, control in (("gan", "repeat"), ("gan+affine", "affine")):
        contrast = Contrast.between("", Cell(arm), Cell(control)).at(alpha=alpha, size=size)
        ratios = sorted(
            c.ratio for c in accuracies.cells() if (c.arm, c.size, c.alpha) == (arm, size, alpha)
        )
        rows = {r: estimate(contrast.at(ratio=r).values(accuracies)) for r in ratios}
        curve = _frame({ratio: found for ratio, found in rows.items() if found.n_members})
        if not curve.empty:
            _line(axes, curve, LOOKS[arm], "")
    _ratio_axis(axes, _ratios_of(accuracies, alpha, size))


def _ratios_of(accuracies: Accuracies, alpha: float, size: int) -> list[float]:
    cells = accuracies.cells()
    return sorted({0.0, *(c.ratio for c in cells if (c.size, c.alpha) == (size, alpha))})


def _curve(accuracies: Accuracies, cell: Cell, along: str) -> pd.DataFrame:
    """Estimates of `cell` for every value of what it leaves open, as `_frame` gives them."""
    known = accuracies.cells()
    open_values = {getattr(c, along) for c in known if replace(c, **{along: None}) == cell}
    cells = {value: replace(cell, **{along: value}) for value in open_values | {0.0}}
    found = {value: estimate(c.values(accuracies)) for value, c in cells.items()}
    # R = 0 of an arm without any other ratio is another arm's point, not a curve.
    return _frame({value: e for value, e in found.items() if e.n_members} if open_values else {})


def _frame(estimates: Mapping[float, Estimate]) -> pd.DataFrame:
    """mean, low and high in per cent, indexed by the ascending x of a curve."""
    rows = {x: (e.mean, e.low, e.high) for x, e in sorted(estimates.items())}
    return 100 * pd.DataFrame.from_dict(rows, "index", columns=["mean", "low", "high"], dtype=float)


def _line(axes: Axes, curve: pd.DataFrame, look: Look, label: str) -> None:
    x, mean, low, high = curve.index, curve["mean"], curve["low"], curve["high"]
    style = {"color": look.color, "marker": look.marker, "linestyle": look.line}
    axes.plot(x, mean, label=label, **style)
    if len(curve) > 1:
        axes.fill_between(x, low, high, color=look.color, alpha=0.12, linewidth=0)
    else:  # a band needs two points
        axes.vlines(x, low, high, color=look.color, linewidth=1.2)


def _reported(axes: Axes, quoted: Mapping[float, float], look: Look, label: str) -> None:
    """Draw the report's numbers, hollow."""
    known = {x: 100 * value for x, value in sorted(quoted.items()) if value == value}
    if known:
        style = {"color": look.color, "marker": look.marker, "linestyle": look.line}
        x, y = list(known), list(known.values())
        axes.plot(x, y, **style, markerfacecolor="white", linewidth=1.2, zorder=3, label=label)


def _ratio_axis(axes: Axes, ratios: Sequence[float]) -> None:
    """Spread R out by log(1 + R): equal distances are equal factors in the number of images."""
    axes.set_xscale("function", functions=(np.log1p, np.expm1))
    round_ones = [0, 0.25, 0.5, 1, 2, 4]
    few = max(ratios) < round_ones[2]  # as in a study of a few hundredths
    axes.xaxis.set_major_locator(FixedLocator(ratios if few else round_ones))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))


def new_figure(width: float, height: float) -> Figure:
    """Make a figure of `width` × `height` inches that lays itself out."""
    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    figure.get_layout_engine().set(w_pad=0.06, h_pad=0.06)
    FigureCanvasAgg(figure)
    return figure


def shared_legend(figure: Figure, panels: Sequence[Axes], columns: int) -> None:
    """One legend for all panels, each label once."""
    handles = {}
    for axes in panels:
        for handle, label in zip(*axes.get_legend_handles_labels()):
            handles.setdefault(label, handle)
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=columns)


def save(figure: Figure, path: Path) -> None:
    """Write `figure` as a PNG, whole or not at all."""
    with written_whole(Path(path)) as aside:
        # Without the version of matplotlib in it, equal data make equal files.
        figure.savefig(aside, format="png", metadata={"Software": None})
