"""The cows and horses (Farhat): tables and verdicts, from scores and measurements of pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gan_augment.metrics.significance import (
    HOLDS,
    UNDECIDED,
    Estimate,
    estimate,
    verdict,
)
from gan_augment.reporting import farhat
from gan_augment.reporting.farhat import LABELS, Claim, Difference

PROTOCOLS = {"report": "report's protocol", "corrected": "corrected protocol"}
ONE_CLASS = 0.1  # a recall below this: hardly any image of that class was recognised
INDEX = ["gan_seed", "member"]


@dataclass(frozen=True)
class Told:
    """What a run's options say that tables need."""

    few: int
    many: int
    as_reported: bool
    """Whether data, objects and numbers of images are the report's."""

    @classmethod
    def by(cls, options: Mapping) -> Told:
        """Read the options of a run."""
        objects = options["train_objects"], options["test_objects"]
        as_reported = (
            options["data"]["name"] == "eth80"
            and tuple(options["added"]) == farhat.ADDED
            and [list(each) for each in objects] == [[3, 5], [8, 3]]
        )
        return cls(*options["added"], as_reported)

    def label(self, situation: str) -> str:
        """Name a situation."""
        return LABELS[situation].format(few=self.few, many=self.many)

    def reported(self, situation: str, metric: str, part: str = "test") -> float:
        """Return the report's number, NaN if it has none of this."""
        return farhat.reported(situation, part, metric) if self.as_reported else np.nan


def of_last_epoch(curves: pd.DataFrame) -> pd.DataFrame:
    """Return the scores that count: a row for each cell, member and part."""
    return curves[curves["last"]].drop(columns="last").reset_index(drop=True)


def values(
    scores: pd.DataFrame, protocol: str, situation: str, metric="accuracy", *, folds=False
) -> pd.Series:
    """Return a metric on the test set, indexed by gan_seed (or fold) and member."""
    rows = scores[
        (scores["protocol"] == protocol)
        & (scores["situation"] == situation)
        & (scores["part"] == "test")
        & (scores["fold"].notna() == folds)
    ]
    return rows.set_index(INDEX)[metric]


def estimated(found: pd.Series, *situations: str, folds: bool = False) -> Estimate:
    """Estimate over folds, over GAN seeds where one has a part, else over members."""
    with_gans = any(name.startswith("gan-") for name in situations)
    return estimate(found if folds or with_gans else over_members(found))


def over_members(found: pd.Series) -> pd.Series:
    """Forget the GAN seeds, so that every member counts for itself."""
    return found.rename(index=lambda _: 0, level="gan_seed")


def compared(scores: pd.DataFrame, protocol: str, wanted: Difference) -> pd.Series:
    """Return a difference of test accuracies, member by member; empty if it was not run."""
    first, second = (
        values(scores, protocol, name, folds=wanted.folds) for name in (wanted.first, wanted.second)
    )
    return (first - second).dropna()


def judge(scores: pd.DataFrame, protocol: str, claim: Claim) -> tuple[list[Estimate], str]:
    """Return an estimate for each difference of a claim, and what they say of it."""
    found, judged = [], []
    for wanted in claim.differences:
        series = compared(scores, protocol, wanted)
        names = (wanted.first, wanted.second)
        found.append(estimated(series, *names, folds=wanted.folds))
        if len(series):
            shifted = series - claim.at_least
            judged.append(estimated(shifted, *names, folds=wanted.folds))
    margin = 0.0 if claim.at_least else farhat.MARGIN
    outcome = verdict(judged, claim.sign, margin)
    if outcome == HOLDS and len(judged) < len(found):
        outcome = UNDECIDED
    return found, outcome


def table_1(scores: pd.DataFrame, told: Told) -> pd.DataFrame:
    """Table I: a row for each protocol and situation; accuracies in 0…1, NaN if not reported."""
    rows = []
    for protocol, situation in _cells(scores[scores["fold"].isna()]):
        part = scores[
            (scores["protocol"] == protocol)
            & (scores["situation"] == situation)
            & scores["fold"].isna()
        ]
        row = {"protocol": protocol, "situation": situation}
        for where in ("train", "test"):
            for metric in farhat.METRICS:
                series = part[part["part"] == where].set_index(INDEX)[metric]
                found = estimated(series, situation)
                row[f"{where} {metric} reported"] = told.reported(situation, metric, where)
                for name in ("mean", "sd", "low", "high"):
                    row[f"{where} {metric} {name}"] = getattr(found, name)
        row |= _recalls(part[part["part"] == "test"])
        row |= {
            "interval_over": found.interval_over,
            "train_images": int(part["train_images"].iloc[0]),
            "steps": int(part["steps"].iloc[0]),
            "n_gan_seeds": part["gan_seed"].nunique() if situation.startswith("gan-") else 0,
            "n_members": part["member"].nunique(),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def _recalls(test: pd.DataFrame) -> dict[str, float]:
    recalls = {name: test[name].mean() for name in test if name.startswith("recall_")}
    return recalls | {
        "least recall mean": test["least_recall"].mean(),
        "least recall lowest": test["least_recall"].min(),
        "calls nearly all one class": (test["least_recall"] < ONE_CLASS).mean(),
    }


def leave_one_out(scores: pd.DataFrame) -> pd.DataFrame:
    """A row for each protocol and situation, over all folds, and one for each fold."""
    rows = []
    folds = scores[scores["fold"].notna() & (scores["part"] == "test")]
    for protocol, situation in _cells(folds):
        part = folds[(folds["protocol"] == protocol) & (folds["situation"] == situation)]
        for fold in ["all", *sorted(part["fold"].unique())]:
            mine = part if fold == "all" else part[part["fold"] == fold]
            found = estimate(mine.set_index(INDEX)["accuracy"])
            rows.append(
                {
                    "protocol": protocol,
                    "situation": situation,
                    "object": fold if fold == "all" else int(fold),
                    **{name: getattr(found, name) for name in ("mean", "sd", "low", "high")},
                    **_recalls(mine),
                    "train_images": int(mine["train_images"].iloc[0]),
                    "steps": int(mine["steps"].iloc[0]),
                    "n_folds": mine["fold"].nunique(),
                    "n_members": len(mine),
                }
            )
    return pd.DataFrame(rows)


def _cells(scores: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield the protocols and situations that were run, in the order of the report."""
    there = set(scores[["protocol", "situation"]].itertuples(index=False, name=None))
    return ((p, s) for p in PROTOCOLS for s in LABELS if (p, s) in there)


def claims_table(scores: pd.DataFrame, pictures: pd.DataFrame, told: Told) -> pd.DataFrame:
    """Every claim with its differences, ours and reported, and a verdict under either protocol."""
    rows = []
    for claim in farhat.CLAIMS:
        for protocol in PROTOCOLS:
            found, outcome = judge(scores, protocol, claim)
            for wanted, ours in zip(claim.differences, found):
                alone = estimate(over_members(compared(scores, protocol, wanted)))
                rows.append(
                    _claim_row(claim.text, protocol, outcome, ours, claim.ours)
                    | {
                        "low_members": alone.low,
                        "high_members": alone.high,
                        "difference": f"{told.label(wanted.first)} − {told.label(wanted.second)}"
                        + (", left-out objects" if wanted.folds else ""),
                        "reported": wanted.reported if told.as_reported else np.nan,
                        "unit": "points",
                    }
                )
    main = [protocol for protocol in PROTOCOLS if (scores["protocol"] == protocol).any()][-1]
    for text, mine, contrasts in picture_claims(pictures):
        outcome = verdict(contrasts.values(), +1, 0.0)
        for label, ours in contrasts.items():
            rows.append(
                _claim_row(text, main, outcome, ours, mine)
                | {"difference": label, "reported": np.nan, "unit": "kernel distance"}
            )
    return pd.DataFrame(rows)


def _claim_row(text: str, protocol: str, outcome: str, ours: Estimate, mine: bool) -> dict:
    told = ("mean", "low", "high", "n_members", "interval_over")
    return {
        "claim": text,
        "ours": mine,
        "protocol": protocol,
        "verdict": outcome,
        **{name: getattr(ours, name) for name in told},
    }


def picture_claims(
    pictures: pd.DataFrame,
) -> Iterator[tuple[str, bool, dict[str, Estimate]]]:
    """Yield a sentence, whether it is ours, and larger less smaller batch in kernel distance.

    First after as many epochs, as the report compares them, then after as many steps.
    """
    for text, mine, when in (
        (
            "batch 1 gives better pictures than larger batches, after as many epochs",
            False,
            "epochs",
        ),
        ("batch 1 gives better pictures than larger batches, after as many steps", True, "steps"),
    ):
        contrasts = {}
        single = pictures[(pictures["batch_size"] == 1) & (pictures["when"] == when)]
        for batch in sorted(set(pictures["batch_size"].dropna().astype(int)) - {1}):
            larger = pictures[(pictures["batch_size"] == batch) & (pictures["when"] == "epochs")]
            alone = single if when == "epochs" else single[single["as_batch"] == batch]
            if len(larger) and len(alone):
                gain = _kids(larger) - _kids(alone)
                contrasts[f"batch {batch} − batch 1"] = estimate(gain)
        if contrasts:
            yield text, mine, contrasts


def _kids(pictures: pd.DataFrame) -> pd.Series:
    """Kernel distances by GAN seed and class, the classes in the place of members."""
    return pictures.rename(columns={"class": "member"}).set_index(INDEX)["kid"]


def belief(losses: pd.DataFrame) -> dict[str, Estimate]:
    """Estimate losses and beliefs over the last fifth of each training of one protocol.

    Also "gap": the discriminator's belief in real images less that in generated ones.
    """
    length = losses.groupby(["gan_seed", "class"])["step"].transform("max")
    last = losses["step"] > 0.8 * length
    means = losses[last].groupby(["gan_seed", "class"])[["d_loss", "g_loss", "d_real", "d_fake"]]
    means = means.mean().assign(gap=lambda table: table["d_real"] - table["d_fake"])
    means.index = means.index.set_names("member", level="class")
    return {name: estimate(means[name]) for name in means}
