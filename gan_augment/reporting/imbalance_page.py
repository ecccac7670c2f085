"""Rare classes filled up, in words: what the command ends with, and its part of the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from gan_augment.common.files import read_json
from gan_augment.metrics.significance import DOES_NOT_HOLD, HOLDS, NOT_RUN
from gan_augment.reporting.imbalance import MEASURES, WAYS, claims_table, recalls_table
from gan_augment.reporting.text import aligned, difference, interval, markdown, percent

SOURCE = (
    "G. Mariani, F. Scheidegger, R. Istrate, C. Bekas and C. Malossi, *BAGAN: Data Augmentation "
    "with Balancing GAN*, 2018, which Abadi and the survey of Appenzeller & Daaboul name for "
    "imbalanced data."
)
EXPECTED = (
    "**What the literature expects.** BAGAN learns from all classes, starts from an auto-encoder "
    "and draws latents by class, and so makes images of classes that are too rare for a GAN of "
    "their own; its authors report better images, and better classifiers on rare classes, than "
    "with other GANs. The reports here quote no number of theirs, so only the signs are judged."
)
# What BAGAN's rates were chosen on, and the rates: see gan_augment/augmenters/bagan.py.
TRIED_ON, TRIED = "mnist", {"bagan_rate": 5e-5, "bagan_discriminator_rate": 2e-4}
DEPARTURES = (
    "All GANs have the networks of the α-DCGAN of the same width and take the same number of "
    "steps; BAGAN's auto-encoder comes on top. Unlike its authors' code BAGAN has batch "
    "normalisation in the generator, as the plain conditional GAN has, and two learning rates.",
    "*Auto-encoder alone* is ours: images decoded from the distributions of latents with which "
    "BAGAN begins, without a game, by the same trained auto-encoder.",
    "Several classes are rare at once, by default 4, 5 and 8: each has a look-alike among the "
    "others (9, 3 and 3), for which a classifier that has seen few of it decides.",
    "Every GAN seed draws its own balanced sample and chooses anew which images are kept; those of "
    "a smaller share are among those of a larger one.",
    "All training sets take the same number of optimiser steps, whatever their sizes. Loss weights "
    "by class are left out: on average a step on repeated images is a step with such weights.",
)
HEADER = ["kept", "filled up with", *MEASURES.values(), "n"]
LEGEND = (
    "Test set, in %, after the last step: mean ± standard deviation [95 % interval]. *Minority "
    "recall*, *majority recall*: means over the rare classes and over the others; *balanced "
    "accuracy*: over all; *least recall*: of the class that fares worst. *n*: GAN seeds × "
    "classifiers. *Complete sample*: what is trained on before images are taken away."
)


def recalls_rows(scores: pd.DataFrame) -> Iterator[list[str]]:
    """Spell the table of recalls out."""
    for _, row in recalls_table(scores).iterrows():
        cells = []
        for measure in MEASURES:
            mean, sd, low, high = (row[f"{measure} {n}"] for n in ("mean", "sd", "low", "high"))
            text = percent(mean, 1) + (f" ± {percent(sd, 1)}" if sd == sd else "")
            if measure != "least_recall":
                text += f" {interval(low, high, row['interval_over'], percent, 1)}"
            cells.append(text.rstrip())
        each = row["n_members"] / row["n_gan_seeds"]
        yield [
            f"{100 * row['share']:g} %",
            WAYS[row["way"]],
            *cells,
            f"{row['n_gan_seeds']} × {each:g}",
        ]


def claims_text(scores: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Spell claims out: text, differences in points by share, verdict."""
    for (text, mine), part in claims_table(scores).groupby(["claim", "ours"], sort=False):
        lines = [
            f"{100 * row['share']:g} % kept: "
            f"{difference(row['mean'], row['low'], row['high'], row['interval_over'])}"
            for _, row in part.iterrows()
            if row["n_members"]
        ]
        found = f"{part['difference'].iloc[0]}: {'; '.join(lines)}" if lines else NOT_RUN
        yield ("ours: " if mine else "") + text, found, part["verdict"].iloc[0]


def imbalance_text(scores: pd.DataFrame) -> str:
    """What the command ends with."""
    parts = [aligned(HEADER, list(recalls_rows(scores))), LEGEND.replace("*", "")]
    for text, found, outcome in claims_text(scores):
        mark = {HOLDS: "+", DOES_NOT_HOLD: "−"}.get(outcome, "?")
        parts.append(f"{mark} {text}: {outcome}\n    {found}")
    return "\n\n".join(parts)


def imbalance_section(directory: Path) -> Iterator[str]:
    """Yield the page's parts about rare classes."""
    scores, name = pd.read_csv(directory / "scores.csv"), directory.name
    options = read_json(directory / "runs.json")[0]["options"]
    claims = list(claims_text(scores))
    yield f"## {name}: does BAGAN restore balance where classes are rare?"
    yield SOURCE
    yield "**Verdict.**\n\n" + "\n".join(f"- {text}: **{outcome}**" for text, _, outcome in claims)
    yield EXPECTED
    yield _told(options)
    yield _rates(options)
    yield "**Where ours differs.**\n\n" + "\n".join(f"- {text}" for text in DEPARTURES)
    yield "### Claims"
    yield markdown(
        ["claim", "ours", "verdict"],
        [[text, _in_lines(found), f"**{outcome}**"] for text, found, outcome in claims],
        left=(0, 1),
    )
    yield (
        "Differences in points, paired by classifier [95 % interval]; those marked † are over "
        "classifiers of one GAN seed and hold for it alone."
    )
    yield "### Recalls"
    yield markdown(HEADER, list(recalls_rows(scores)), left=(0, 1))
    yield (
        f"{LEGEND} All numbers: [recalls.csv]({name}/recalls.csv), "
        f"[scores.csv]({name}/scores.csv), [claims.csv]({name}/claims.csv)."
    )
    for figure, caption in (
        ("recalls", "Recalls by share of the images that was kept; bars are 95 % intervals."),
        (
            "added",
            "Images of the rare classes, first GAN seed, not chosen: some that were kept, and "
            "those that were added.",
        ),
        (
            "training",
            "Losses and the spread of the samples while the GANs of the first case trained.",
        ),
    ):
        if (directory / f"{figure}.png").exists():
            yield f"![{figure}]({name}/{figure}.png)"
            yield f"*{caption}*"


def _told(options: Mapping) -> str:
    pretraining = options["pretraining_steps"] or options["steps"]
    return (
        f"**What was run.** {options['per_class']:,} images of each class of "
        f"{options['data']['name']}, of which classes {', '.join(options['minority'])} keep a "
        f"share. GANs: width {options['width']:g}, {options['steps']:,} steps of "
        f"{options['batch_size']} images in {options['precision']}; BAGAN's auto-encoder "
        f"{pretraining:,} steps before. Classifier: {options['classifier']}, "
        f"{options['classifier_steps']:,} steps."
    )


def _rates(options: Mapping) -> str:
    """Say which learning rates there are, and whose were chosen on what."""
    told = (
        f"**Learning rates.** Adam (β₁ = 0.5): {options['bagan_rate']:g} for BAGAN's generator and "
        f"{options['bagan_discriminator_rate']:g} for its discriminator, "
        f"{options['conditional_rate']:g} for both players of the conditional GAN. "
    )
    if any(options[name] != rate for name, rate in TRIED.items()):
        return told + "BAGAN's are not those that its defaults were chosen to be."
    told += (
        "BAGAN's were chosen by trial: at equal rates its generator learned patterns that please "
        "a new last layer, and no digits. The trials were on training images of MNIST, short, of "
        "narrow networks and of one seed, and looked at how well a classifier of real digits "
        "recognises what was made of rare ones. For the conditional GAN there were no such trials, "
        "so what is between the two may in part be the trials."
    )
    if options["data"]["name"] == TRIED_ON:
        told += " The images here are drawn from the same ones; test images were in no trial."
    return told


def _in_lines(found: str) -> str:
    return found.replace("; ", "<br>").replace(": ", ":<br>", 1)
