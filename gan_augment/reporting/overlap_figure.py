"""The survey's example of densities without overlap (Appenzeller & Daaboul, figures 4 and 5)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
from scipy.special import expit, logsumexp

from gan_augment.reporting.convergence import BLUE, GREEN, GREY, VERMILLION
from gan_augment.reporting.figures import STYLE, new_figure, save

SEPARATORS = ((0.05, 6.0), (-0.3, 40.0), (0.35, 14.0))
LINES = (("-", "black"), ((0, (5, 1.5)), GREEN), ((0, (1.5, 1)), "#CC79A7"))


def plot_overlap(file: Path, sigma: float = 0.5) -> None:
    """Figures 4 and 5: two densities without overlap, and the same with noise N(0, σ²) on both.

    Below them discriminators P(data | x), with the share of the mass that each puts on the wrong
    side of ½; last the log-likelihood ratio, log of generated over data (the survey's s).
    """
    x = np.linspace(-3, 3, 1201)
    data, generated = Bump(-1.0, 0.6), Bump(1.0, 0.5)
    noisy = data.noisy_log(x, sigma), generated.noisy_log(x, sigma)
    ratio = noisy[1] - noisy[0]
    # Middle and steepness of sigmoids that change sides in the gap between the two.
    several = [expit(steepness * (middle - x)) for middle, steepness in SEPARATORS]
    columns = [
        ("Figure 4: no overlap, many discriminators", data(x), generated(x), several),
        (f"Figure 5: noise σ = {sigma:g} on both, one optimum", *np.exp(noisy), [expit(-ratio)]),
    ]
    with matplotlib.rc_context(STYLE):
        figure = new_figure(9.6, 6.4)
        grid = figure.subplots(3, 2, sharex=True, sharey="row", height_ratios=[1, 1.1, 1])
        for (top, middle, _), (title, p, q, discriminators) in zip(grid.T, columns):
            top.set_title(title)
            for density, color, label in ((p, BLUE, "data p"), (q, VERMILLION, "generated q")):
                top.plot(x, density, color=color, label=label)
                top.fill_between(x, density, color=color, alpha=0.2, linewidth=0)
            middle.axhline(0.5, color=GREY, linewidth=0.8)
            for values, (line, color) in zip(discriminators, LINES):
                wrong = np.trapezoid(np.where(values < 0.5, p, q), x) / 2
                label = f"wrong on {100 * wrong:.1f} %"
                middle.plot(x, values, color=color, linestyle=line, label=label)
            middle.legend(loc="lower left", fontsize=8)
        for bump, word, color in ((data, "−∞", BLUE), (generated, "+∞", VERMILLION)):
            left, right = bump.center - bump.width, bump.center + bump.width
            grid[2, 0].axvspan(left, right, color=color, alpha=0.12, linewidth=0)
            grid[2, 0].text(bump.center, 0, word, ha="center", va="center", color=color, size=14)
        for middle in (-2.3, 0.05, 2.25):
            grid[2, 0].text(middle, 0, "0/0", ha="center", va="center", color="#666666")
        grid[2, 1].axhline(0, color=GREY, linewidth=0.8)
        grid[2, 1].plot(x, ratio, color="black")
        grid[0, 0].legend(loc="upper right")
        grid[0, 0].set_ylabel("density")
        grid[1, 0].set_ylabel("discriminator,\nP(data | x)")
        grid[2, 0].set_ylabel("log-likelihood\nratio log(q / p)")
        for axes in grid[2]:
            axes.set_xlabel("x")
        save(figure, file)


@dataclass(frozen=True)
class Bump:
    """A raised cosine: a density that is 0 beyond `width` from `center`."""

    center: float
    width: float

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return the density at `x`."""
        away = (x - self.center) / self.width
        return np.where(abs(away) < 1, (1 + np.cos(np.pi * away)) / (2 * self.width), 0)

    def noisy_log(self, x: np.ndarray, sigma: float) -> np.ndarray:
        """Log density at `x` of the sum with N(0, σ²)."""
        y = np.linspace(self.center - self.width, self.center + self.width, 401)
        kernel = -(((x[:, None] - y) / sigma) ** 2) / 2 - np.log(sigma * np.sqrt(2 * np.pi))
        return logsumexp(kernel, b=self(y) * (y[1] - y[0]), axis=1)
