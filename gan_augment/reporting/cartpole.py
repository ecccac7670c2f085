"""Figures and words of CartPole, taught and by policy gradients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from gan_augment.common.files import read_json, written_whole
from gan_augment.reporting.figures import STYLE, new_figure, save, shared_legend
from gan_augment.reporting.text import NOTHING, aligned, markdown

LONGEST = 500
SOLVED = 475  # mean return that gymnasium counts as having learned it
COLORS = {"taught": "#0072B2", "policy gradient": "#D55E00"}
LABELS = {
    "taught": "teaching network: fresh policies after their lessons",
    "policy gradient": "plain policy gradients",
}
SOURCE = (
    "D. Appenzeller and K. Daaboul, *Generative Adversarial Networks for Data Augmentation*, "
    "Karlsruhe Institute of Technology, section IV-D (Such et al. 2019)"
)
HEADER = ["", "learning rate", "return at the end", "worst", "at equal time", "seconds", "half-way"]
LEGEND = f"""\
Return: mean length of episodes, {LONGEST} at the most; of the teaching network that of policies
fresh from their initialisation which took its lessons, of the other that of the one policy trained.
Mean and worst of seeds, at the learning rate that was best for each by these same returns. At equal
time: when the faster one had ended. Half-way: seconds until half the longest episode is first
exceeded, mean of the seeds that do."""


def best_rates(curves: pd.DataFrame) -> dict[str, float]:
    """Return by method the learning rate with the highest return over the last fifth of updates."""
    late = curves[curves["update"] >= 0.8 * curves["update"].max()]
    means = late.groupby(["method", "rate"])["return"].mean()
    return {method: means[method].idxmax() for method in means.index.unique("method")}


def at_best_rates(curves: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of each method's best learning rate."""
    best = best_rates(curves)
    return curves[curves["rate"] == curves["method"].map(best)]


def cartpole_rows(curves: pd.DataFrame) -> list[list[str]]:
    """Spell the comparison out."""
    rows, best = [], at_best_rates(curves)
    shortest = best.groupby(["method", "gan_seed"])["seconds"].max().min()
    for method, part in best.groupby("method", sort=False):
        ends = part[part["update"] == part["update"].max()]
        reached = part[part["return"] > LONGEST / 2].groupby("gan_seed")["seconds"].min()
        seeds = part["gan_seed"].nunique()
        rows.append(
            [
                LABELS[method],
                f"{part['rate'].iloc[0]:g}",
                f"{ends['return'].mean():.0f}",
                f"{ends['return'].min():.0f}",
                f"{return_at(part, shortest):.0f}",
                f"{ends['seconds'].mean():.0f}",
                f"{reached.mean():.0f} ({len(reached)} of {seeds})" if len(reached) else NOTHING,
            ]
        )
    return rows


def return_at(part: pd.DataFrame, seconds: float) -> float:
    """Return the mean return of one method's seeds after so many seconds, between reports."""
    lines = (line for _, line in part.groupby("gan_seed"))
    return float(np.mean([np.interp(seconds, line["seconds"], line["return"]) for line in lines]))


def cartpole_text(curves: pd.DataFrame) -> str:
    """Return the comparison for a terminal."""
    return f"\n{aligned(HEADER, cartpole_rows(curves))}\n\n{LEGEND}\n"


def write_cartpole(
    curves: pd.DataFrame, lessons: tuple[np.ndarray, np.ndarray], directory: Path
) -> None:
    """Write cartpole.csv (all reports), cartpole.png (returns) and lessons.png.

    `curves` are those of `studies.CartPoleStudy`, `lessons` states [n, 4] and targets [n, 2].
    """
    directory = Path(directory)
    with written_whole(directory / "cartpole.csv") as aside:
        curves.round(4).to_csv(aside, index=False)
    plot_returns(curves, directory / "cartpole.png")
    plot_lessons(*lessons, directory / "lessons.png")


def plot_returns(curves: pd.DataFrame, path: Path) -> None:
    """Draw returns by update and by time, a line a seed, at the best learning rates."""
    with matplotlib.rc_context(STYLE):
        figure = new_figure(8, 3.6)
        axes = None
        for k, (column, label) in enumerate(
            (
                ("update", "updates of the teacher, or the policy"),
                ("seconds", "seconds of training"),
            )
        ):
            axes = figure.add_subplot(1, 2, k + 1, sharey=axes)
            for method, part in at_best_rates(curves).groupby("method", sort=False):
                for seed, line in part.groupby("gan_seed"):
                    axes.plot(
                        line[column],
                        line["return"],
                        color=COLORS[method],
                        label=LABELS[method] if seed == part["gan_seed"].min() else None,
                        linewidth=1.2,
                    )
            axes.axhline(LONGEST, color="#444444", linestyle=(0, (4, 2)), linewidth=0.8)
            axes.set_xlabel(label)
            axes.tick_params(labelleft=k == 0)
            if k == 0:
                axes.set_ylabel("return")
        shared_legend(figure, figure.axes, 1)
        save(figure, path)


def plot_lessons(states: np.ndarray, targets: np.ndarray, path: Path) -> None:
    """Draw the generated states, coloured by how much the pole is to be pushed to the right."""
    with matplotlib.rc_context(STYLE):
        figure = new_figure(8, 3.4)
        for k, (i, j, names) in enumerate(
            ((0, 1, ("position", "velocity")), (2, 3, ("angle", "angular velocity")))
        ):
            axes = figure.add_subplot(1, 2, k + 1)
            drawn = axes.scatter(
                states[:, i], states[:, j], c=targets[:, 1], cmap="coolwarm", vmin=0, vmax=1, s=14
            )
            axes.set_xlabel(names[0])
            axes.set_ylabel(names[1])
        figure.colorbar(drawn, label="to the right")
        save(figure, path)


def cartpole_section(directory: Path) -> Iterator[str]:
    """Yield the page's part about CartPole."""
    curves, name = pd.read_csv(directory / "cartpole.csv"), directory.name
    options = read_json(directory / "runs.json")[0]["options"]
    best = at_best_rates(curves)
    yield "## cartpole: can a policy be learned in one step?"
    yield SOURCE + "."
    yield (
        "**What the survey says.** Training the teaching network takes about as long as training "
        "one policy by policy gradients, and then one step of gradient descent teaches a policy to "
        "play as well as can be."
    )
    steps = options["inner_steps"]
    yield (
        f"**What ours did.** {options['updates']:,} updates of each, {options['episodes']} "
        f"episodes an update, {curves['gan_seed'].nunique()} seeds, learning rates "
        f"{', '.join(f'{rate:g}' for rate in sorted(curves['rate'].unique()))}. A fresh policy "
        f"takes {steps} step{'s' if steps > 1 else ''} on {options['inner_batch']} generated "
        "states."
    )
    yield _verdict(best, steps)
    yield markdown(HEADER, cartpole_rows(curves), left=(0,))
    yield f"{LEGEND} All returns: [cartpole.csv]({name}/cartpole.csv)."
    yield f"![returns]({name}/cartpole.png)"
    yield "*Return by update and by time, a line a seed.*"
    yield f"![lessons]({name}/lessons.png)"
    yield "*The states of the first teacher's lessons, and what it says to do there.*"


def _verdict(best: pd.DataFrame, steps: int) -> str:
    """Judge both claims: by one step, and in about the time of one policy."""
    ends = best[best["update"] == best["update"].max()]
    seconds = ends.groupby("method")["seconds"].mean()
    taught, plain = (ends.loc[ends["method"] == method, "return"] for method in LABELS)
    solved = (taught >= SOLVED).mean()
    enough = "enough" if solved == 1 else "not enough" if solved == 0 else "not always enough"
    return (
        f"**Verdict.** {'A step is' if steps == 1 else f'{steps} steps are'} {enough}: the fresh "
        f"policies of {_of_all(taught)} teaching networks reach {SOLVED} of {LONGEST} in the end, "
        f"which counts as solved ({taught.mean():.0f} in the mean). The plain policy does in "
        f"{_of_all(plain)} trainings ({plain.mean():.0f} in the mean). Training took "
        f"{seconds['taught'] / seconds['policy gradient']:.1f} times as long for as many updates; "
        f"{SOLVED} was first seen {_when_solved(best, 'taught')} in teaching, and "
        f"{_when_solved(best, 'policy gradient')} in plain training."
    )


def _of_all(returns: pd.Series) -> str:
    return f"{(returns >= SOLVED).sum()} of {len(returns)}"


def _when_solved(best: pd.DataFrame, method: str) -> str:
    part = best[best["method"] == method]
    first = part[part["return"] >= SOLVED].groupby("gan_seed")["seconds"].min()
    if not len(first):
        return "never"
    return f"after {first.mean():.0f} s ({len(first)} of {part['gan_seed'].nunique()} seeds)"
