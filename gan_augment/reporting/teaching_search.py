"""Table and picture of a search among networks that are taught (see `teaching`)."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import pandas as pd

from gan_augment.metrics.ranking import rank_correlation, rank_difference
from gan_augment.reporting.figures import STYLE, new_figure, save
from gan_augment.reporting.text import percent

SHORT, FULL = ("generated", "real"), "full"  # as the study calls them
COLORS = {"generated": "#0072B2", "real": "#7f7f7f"}


def search_table(search: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """How well each short way ranks, how long it takes, and what its first choice is worth."""
    means = _means_by_way(search)
    seconds = search.groupby("way")["seconds"].mean()
    header = ["ranked by", "rank correlation with full training", "seconds a learner, with exam"]
    header += ["first choice", "its full accuracy", "its rank"]
    ranks = means[FULL].rank(ascending=False)
    rows = []
    for way in (*SHORT, FULL):
        best = means[way].idxmax()
        found = agreement(search, way)
        rows.append(
            [
                {"generated": "generated lessons", "real": "as many real ones"}.get(
                    way, "full training (one learner, against the others)"
                ),
                f"{found[0]:.2f} [{found[1]:.2f}, {found[2]:.2f}]",
                f"{seconds[way]:.2f}",
                best,
                percent(means.loc[best, FULL]),
                f"{ranks[best]:.0f} of {len(means)}",
            ]
        )
    return header, rows


def agreement(search: pd.DataFrame, way: str) -> tuple[float, float, float]:
    """Return the rank correlation of a way with full training, and its interval.

    Of full training itself: one learner's with the mean of the other ones, which is what luck
    leaves of agreement. A ranking without luck of its own could agree a little better.
    """
    if way == FULL:
        full = search[search["way"] == FULL].pivot(
            index="architecture", columns="member", values="accuracy"
        )
        return rank_correlation(full[0], full.drop(columns=0).mean(axis=1))
    means = _means_by_way(search)
    return rank_correlation(means[way], means[FULL])


def search_words(search: pd.DataFrame, curve: pd.DataFrame) -> str:
    """Say what the table does not: whether one short way ranks better, and what it cost before."""
    means = _means_by_way(search)
    found = rank_difference(*(means[way] for way in (*SHORT, FULL)))
    cost = training_seconds(curve).drop("real", level="curriculum", errors="ignore").mean()
    return (
        "Generated lessons less real ones: "
        f"{found[0]:+.2f} [{found[1]:+.2f}, {found[2]:+.2f}] of correlation. The lessons are those "
        f"of one network, trained before for about {cost:,.0f} seconds, which the table leaves "
        "out. Full training's first choice is the best by the very scores that it is given here."
    ).replace("-", "−")


def training_seconds(curve: pd.DataFrame) -> pd.Series:
    """Return by curriculum and gan_seed how long a network was trained.

    From the median report, so that a pause of the machine does not count.
    """
    reports = curve.drop_duplicates(["curriculum", "gan_seed", "meta_step"])
    return reports.groupby(["curriculum", "gan_seed"])["seconds"].agg(
        lambda seconds: seconds.median() * len(seconds)
    )


def _means_by_way(search: pd.DataFrame) -> pd.DataFrame:
    """[architectures, ways]"""
    return search.groupby(["architecture", "way"])["accuracy"].mean().unstack()


def plot_search(search: pd.DataFrame, path: Path) -> None:
    """Draw full against short training, a point an architecture."""
    means = 100 * _means_by_way(search)
    with matplotlib.rc_context(STYLE):
        figure = new_figure(3.3 * len(SHORT) + 0.6, 3.4)
        axes = None
        for k, way in enumerate(SHORT):
            axes = figure.add_subplot(1, len(SHORT), k + 1, sharey=axes)
            axes.plot(means[way], means[FULL], "o", color=COLORS[way])
            axes.set_xlabel("accuracy after short training, %")
            value, low, high = agreement(search, way)
            title = {"generated": "generated lessons", "real": "real images"}[way]
            axes.set_title(f"{title}: ρ = {value:.2f} [{low:.2f}, {high:.2f}]")
            if k == 0:
                axes.set_ylabel("accuracy after full training, %")
        save(figure, path)
