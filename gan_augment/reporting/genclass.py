"""What the scores of GenClass say: tables and claims (Appenzeller & Daaboul, section IV-C)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gan_augment.metrics.significance import (
    DOES_NOT_HOLD,
    HOLDS,
    UNDECIDED,
    Estimate,
    estimate,
    verdict,
)
from gan_augment.metrics.zero_shot import interval_over_pairs
from gan_augment.reporting.text import aligned, difference, interval, p_value, percent

OURS, SOFTMAX, CHANCE = "genclass", "genclass, softmax", "chance"
BILINEAR = "bilinear"
LABELS = {
    OURS: "GenClass",
    SOFTMAX: "GenClass's features, softmax",
    "wgan-gp": "without classifier loss, nearest mean",
    "wgan-gp, softmax": "without classifier loss, softmax",
    "direct attributes": "direct attribute prediction",
    "nearest attributes": "nearest attributes",
    BILINEAR: "bilinear compatibility",
    "real images": "real images of unseen classes",
}
MEASURES = {
    "zero_shot": "unseen among unseen",
    "seen": "seen among all",
    "unseen": "unseen among all",
    "harmonic": "harmonic mean",
}
LEVEL = 0.05
IMAGES = {"handwritten": "handwritten digits", "display": "digits of a display, the control"}


@dataclass(frozen=True)
class Claim:
    """That methods are better than others: each first of a pair than its second."""

    text: str
    pairs: tuple[tuple[str, str], ...]
    margin: float = 0.0
    """By how much the first may be worse all the same."""


CLAIMS = (
    Claim("GenClass recognises unseen classes better than by chance", ((OURS, CHANCE),)),
    Claim(
        "In many cases GenClass is more accurate than other techniques",
        ((OURS, "direct attributes"), (OURS, "nearest attributes"), (OURS, BILINEAR)),
    ),
    Claim(
        "Training generator and classifier as one helps to generate more relevant features",
        ((OURS, "wgan-gp"), (SOFTMAX, "wgan-gp, softmax")),
    ),
    Claim(
        "Doing without a classifier trained for new classes costs half a point at the most",
        ((OURS, SOFTMAX),),
        margin=0.005,
    ),
)
LEGEND = """\
Mean of the classes' accuracies, in %. Unseen among unseen: test images of unseen classes, which
are all that they may be taken for. Among all: seen classes come into question too; harmonic mean
of these two. GenClass takes the class whose mean of generated features is the most similar;
softmax classifiers are trained on generated features (with seen classes among all: and on the real
ones of these); without classifier loss: the same generator trained by WGAN-GP alone. Direct
attribute prediction (Lampert et al.), nearest attributes (ridge regression) and bilinear
compatibility (Romera-Paredes & Torr) generate nothing, and are of closed form or trained to their
minimum. Real images: softmax trained on half of the unseen classes' real test images, tested on
the other half; not zero-shot, but what the features allow. Intervals are cut off at 0 and 100."""


def parts(scores: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the rows of each kind of images, by what the kind is called."""
    kinds = dict.fromkeys(scores["images"])
    return {IMAGES.get(kind, kind): scores[scores["images"] == kind] for kind in kinds}


def several_cases(scores: pd.DataFrame) -> bool:
    """Tell whether there is more than one split into seen and unseen classes."""
    return scores["case"].nunique() > 1


def over(scores: pd.DataFrame) -> str:
    """Say over what intervals are."""
    if several_cases(scores):
        return "classes, left out in turn with all their pairs"
    return "seeds, for this one split of this one set"


def values(scores: pd.DataFrame, method: str, measure: str) -> pd.Series:
    """Return a method's scores on one kind of images, for `estimated`.

    Units (the level "gan_seed") are cases; of one case alone, its seeds.
    """
    part = scores[scores["method"] == method]
    unit, member = ("case", "gan_seed") if several_cases(scores) else ("gan_seed", "case")
    index = pd.MultiIndex.from_frame(part[[unit, member]], names=["gan_seed", "member"])
    return pd.Series(part[measure].to_numpy(float), index)


def estimated(found: pd.Series) -> Estimate:
    """Estimate the mean of `values`; what pairs have in common is in the interval."""
    whole = estimate(found)
    means = found.dropna().groupby(level="gan_seed").mean()
    if not pd.api.types.is_string_dtype(means.index.dtype):
        return whole
    low, high, p = interval_over_pairs(means, [pair.split(" and ") for pair in means.index])
    uncertain = {"low": low, "high": high, "p_value": p, "p_sign": np.nan}
    return replace(whole, **uncertain, interval_over="classes")


def gain(scores: pd.DataFrame, first: str, second: str, measure: str, more=0.0) -> Estimate:
    """Estimate by how much a method is better, case by case and seed by seed, plus `more`."""
    compared = (first, CHANCE) if second == CHANCE else (second, measure)
    differences = values(scores, first, measure) - values(scores, *compared)
    return estimated(differences.dropna() + more)


def methods_of(scores: pd.DataFrame) -> list[str]:
    """Return the methods that were run, in the order of the table."""
    return [method for method in LABELS if (scores["method"] == method).any()]


def table_text(scores: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Spell the table of one kind of images out: header and rows."""
    rows = []
    for method in methods_of(scores):
        row = [LABELS[method]]
        for measure in MEASURES:
            found = estimated(values(scores, method, measure))
            span = interval(max(found.low, 0.0), min(found.high, 1.0), "", percent, 1)
            row.append(f"{percent(found.mean, 1)} {span}".rstrip())
        seeds = scores[scores["method"] == method].groupby("case")["gan_seed"].nunique()
        least, most = seeds.min(), seeds.max()
        each = f"{most}" if least == most else f"{least} to {most}"
        rows.append([*row, f"{len(seeds)} × {each}"])
    unit = "pairs × seeds" if several_cases(scores) else "splits × seeds"
    return ["", *MEASURES.values(), unit], rows


def claims_text(scores: pd.DataFrame) -> list[tuple[str, list[str], str]]:
    """Hold the survey's claims against one kind of images: claim, differences, verdict.

    A claim is about unseen classes, among themselves and (harmonic mean) among all. Where its
    differences disagree, the verdict counts them.
    """
    told = []
    for claim in CLAIMS:
        lines, outcomes = [], []
        for first, second in claim.pairs:
            for measure in ("zero_shot",) if second == CHANCE else ("zero_shot", "harmonic"):
                found = gain(scores, first, second, measure)
                judged = gain(scores, first, second, measure, claim.margin)
                outcomes.append(verdict(judged, 1, 0 if claim.margin else 0.005))
                shown = difference(found.mean, found.low, found.high, "")
                names = f"{LABELS[first]} − {LABELS.get(second, second)}"
                lines.append(f"{names}, {MEASURES[measure]}: {shown}")
        told.append((claim.text, lines, together(outcomes)))
    return told


def together(outcomes: Sequence[str]) -> str:
    """Return what all say, or how many say what; where none holds, one may refute the claim."""
    counts = Counter(outcomes)
    if len(counts) == 1 or not counts[HOLDS]:
        return DOES_NOT_HOLD if counts[DOES_NOT_HOLD] else outcomes[0]
    order = [each for each in (HOLDS, DOES_NOT_HOLD, UNDECIDED) if counts[each]]
    told = ", ".join(f"{each} in {counts[each]}" for each in order)
    return f"{told} of {len(outcomes)} comparisons"


def informed(scores: pd.DataFrame, wrong: pd.DataFrame) -> str:
    """Say whether descriptions tell anything of one kind of images, by a method without luck.

    `wrong` are accuracies of "bilinear" where classes have each other's descriptions.
    """
    (images,) = scores["images"].unique()
    draws = wrong.loc[wrong["images"] == images, "zero_shot"]
    right = values(scores, BILINEAR, "zero_shot").mean()
    p = (1 + (draws >= right).sum()) / (1 + len(draws))
    return (
        f"Bilinear compatibility, which draws nothing by chance, recognises {percent(right, 1)} % "
        f"of unseen among unseen. Where classes get each other's descriptions, {len(draws)} times "
        f"at random, it is {percent(draws.mean(), 1)} % on average (standard deviation "
        f"{percent(draws.std(), 1)}) and as much as with the right ones, or more, in a share p "
        f"{p_value(p)} of the times: "
        + ("" if p < LEVEL else "it is not shown that ")
        + "the descriptions tell something of these features."
    )


def genclass_text(scores: pd.DataFrame, wrong: pd.DataFrame) -> str:
    """Return tables and claims for a terminal."""
    told = []
    for name, part in parts(scores).items():
        told.append(f"{name[0].upper()}{name[1:]}\n\n{aligned(*table_text(part))}")
        told.append(informed(part, wrong))
        told += [
            f"- {claim}: {outcome}\n" + "\n".join(f"    {line}" for line in lines)
            for claim, lines, outcome in claims_text(part)
        ]
    told.append(
        f"{LEGEND}\nIntervals are 95 % t intervals over {over(scores)}; differences are in points."
    )
    return "\n\n".join(told)
