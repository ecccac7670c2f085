"""What results/README.md says of the study of Priyaa & Verma."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gan_augment.common.files import read_json
from gan_augment.metrics.significance import HOLDS, NOT_RUN, UNDECIDED, verdict
from gan_augment.reporting import loss_tables
from gan_augment.reporting.loss_tables import PROTOCOLS, Row, Scores, told
from gan_augment.reporting.text import NOTHING, markdown, points

SOURCE = (
    "B. Priyaa and S. Verma, *Using Generative Models for Image Augmentation*, New York University "
    "(DS-GA 1008), section 6."
)
DID = (
    "**What the report did.** A fully connected class-conditional GAN learned CIFAR-10; 500 to "
    "3,000 of its images were added to the training part, and a small convolutional network with "
    "tanh was trained for 100 epochs of plain gradient descent. Its table has one run a row, and "
    "training and validation loss at the last epoch, far beyond the best one. In the authors' "
    "public code the loader reads 3,072 of each 10,000 images, pixels are not normalised, and "
    "images are turned by 7.2 degrees at most instead of 45. *Report's protocol* does the same; "
    "*corrected* does what the text says."
)
DEPARTURES = (
    "GANs are narrower, with a learning rate of 0.02 / width^0.7, and train for fewer epochs than "
    "the report's 400; epochs of the classifier are as stated above.",
    "Training and validation parts are drawn at random by each GAN seed; the GAN learns from the "
    "training part of the protocol alone.",
    "The report says neither whether N counts each class or all, nor how many rotated images there "
    "are; here there are N, as of generated ones.",
    "Test accuracies, the controls (equal steps, classical augmentation), the best epochs and the "
    "other generators are ours.",
)
# Losses that differ by less make no difference.
MARGINS = {"train_loss": 0.02, "valid_loss": 0.02, "valid_accuracy": 0.01, "test_accuracy": 0.005}

Pair = tuple[Row, Row]


def against(first: str, second: str) -> Callable[[Sequence[Row]], list[Pair]]:
    """Return a function that pairs rows of two arms, at equal numbers where the second has some."""

    def pairs(rows: Sequence[Row]) -> list[Pair]:
        return [
            (row, other)
            for row in rows
            for other in rows
            if (row.arm, other.arm) == (first, second)
            and (other.generated in (0, row.generated) or (first, second) == ("gan", "rotation"))
        ]

    return pairs


def but_for(n: int, pairs: Callable[[Sequence[Row]], list[Pair]]) -> Callable:
    """Return `pairs` without those whose first row adds `n` images."""
    return lambda rows: [pair for pair in pairs(rows) if pair[0].generated != n]


def best_of_the_report(rows: Sequence[Row]) -> list[Pair]:
    """Pair GAN-1500 with the other numbers of the report."""
    numbers = {n for arm, n in loss_tables.REPORTED if arm == "gan"}
    gans = {row.generated: row for row in rows if row.arm == "gan" and row.generated in numbers}
    best = gans.pop(1500, None)
    return [(best, other) for other in gans.values()] if best else []


@dataclass(frozen=True)
class Claim:
    """A sentence about differences of one measure: all have the sign `sign` (0: there is none)."""

    text: str
    measure: str
    choice: str
    sign: int
    pairs: Callable[[Sequence[Row]], list[Pair]]
    ours: bool = False
    needed: int = 1
    """Of fewer pairs than these the claim can be refuted, but not borne out."""


CLAIMS = (
    Claim(
        "GAN images lower the training loss below the baseline's (6.5)",
        *("train_loss", "last", -1, against("gan", "real")),
    ),
    Claim(
        "GAN images lower the training loss below that with rotation (6.5)",
        *("train_loss", "last", -1, against("gan", "rotation")),
    ),
    Claim(
        "GAN images change the validation accuracy by less than a point (6.5: not by much)",
        *("valid_accuracy", "last", 0, against("gan", "real")),
    ),
    Claim(
        "GAN images lower the validation loss at the last epoch (table, but for GAN-2000)",
        *("valid_loss", "last", -1, but_for(2000, against("gan", "real"))),
    ),
    Claim(
        "GAN-1500 has the lowest validation loss of all numbers (table)",
        *("valid_loss", "last", -1, best_of_the_report),
        needed=3,
    ),
    Claim(
        "rotation lowers the training loss (table)",
        *("train_loss", "last", -1, against("rotation", "real")),
    ),
    Claim(
        "rotation raises the validation loss (table)",
        *("valid_loss", "last", +1, against("rotation", "real")),
    ),
    Claim(
        "at the best epochs GAN images make no difference to the validation loss (their logs)",
        *("valid_loss", "best", 0, against("gan", "real")),
    ),
    Claim(
        "GAN images lower the validation loss more than equal steps do",
        *("valid_loss", "best", -1, against("gan", "repeat"), True),
    ),
    Claim(
        "GAN images raise the test accuracy over equal steps",
        *("test_accuracy", "best", +1, against("gan", "repeat"), True),
    ),
    Claim(
        "rotated images raise the test accuracy over equal steps",
        *("test_accuracy", "best", +1, against("rotation", "repeat"), True),
    ),
    Claim(
        "classical augmentation raises the test accuracy over equal steps",
        *("test_accuracy", "best", +1, against("affine", "repeat"), True),
    ),
    Claim(
        "GAN images raise the test accuracy on top of classical augmentation",
        *("test_accuracy", "best", +1, against("gan+affine", "affine"), True),
    ),
)


def class_conditional_section(directory: Path) -> Iterator[str]:
    """Yield the parts about class-conditional generators."""
    scores = pd.read_csv(directory / "scores.csv")
    options = read_json(directory / "runs.json")[0]["options"]
    reported = options["data"]["name"] == loss_tables.DATA
    name = directory.name
    yield (
        f"## {name}: do class-conditional generators keep a classifier from over-fitting?"
        + ("" if reported else f" On {options['data']['name']} instead")
    )
    yield SOURCE
    sizes = list(loss_tables.by_size(scores))
    yield _verdict(sizes[0], options)
    yield DID
    generators = "; ".join(_told(model, options) for model in sizes[0].models)
    arithmetic = options.get("classifier_precision", "float32")
    yield f"**Generators.** {generators}. Classifiers are trained in {arithmetic}."
    yield "**Where ours differs.**\n\n" + "\n".join(f"- {text}" for text in DEPARTURES)
    for found in sizes:
        suffix = f", {found.size:,} images" if len(sizes) > 1 else ""
        for model in found.models:
            yield f"### Claims: {model}{suffix}"
            yield claims_table(found, model, reported)
        yield f"### Losses{suffix}"
        for texts in (
            loss_tables.losses_texts(found, reported),
            loss_tables.accuracies_texts(found),
            loss_tables.differences_texts(found),
        ):
            if texts[1]:
                yield markdown(*texts, left=(0,))
        yield from (sentence[0].upper() + sentence[1:] for sentence in found.still_learning())
    yield (
        "Means over all classifiers; *n* is GAN seeds × members. Best epoch: that of the lowest "
        "validation loss, chosen for each classifier. Training losses are over all images trained "
        "on, added ones too. Differences are paired [95 % interval], and hold for these images and "
        "this test set, which all GAN seeds share; no difference is less than "
        f"{MARGINS['valid_loss']:g} nats, or half a point of test accuracy. "
        f"All numbers: [losses.csv]({name}/losses.csv), "
        f"[differences.csv]({name}/differences.csv), [curves.csv]({name}/curves.csv) by epoch, "
        f"[confusion.csv]({name}/confusion.csv)."
    )
    yield "### Figures"
    for file, caption in (
        ("figure_6", "Figure 6: losses and test accuracy of the classifier by epoch, means."),
        ("generator_losses", "Losses of the generators while they trained, first GAN seed."),
        (
            "figures_7_10",
            "Figures 7 to 10: samples from latents that stay the same, while the generators of the "
            "first GAN seed trained (reported: epochs 10, 50, 100 and 400).",
        ),
        ("figure_11", "Figure 11: generated images, not chosen."),
        ("confusion", "Confusion matrices on the test set at the best epochs, % of a class."),
    ):
        yield f"![{file}]({name}/{file}.png)"
        yield f"*{caption}*"


def claims_table(found: Scores, model: str, reported: bool) -> str:
    """Judge every claim about a model under every protocol that was run."""
    header = ["claim", "reported", *(PROTOCOLS[protocol] for protocol in found.protocols)]
    rows = []
    for claim, text, pairs in _claims(found, model, reported):
        cells = [_judged(found, protocol, claim, pairs) for protocol in found.protocols]
        quoted = NOTHING if claim.ours else "<br>".join(_quoted(claim, pairs)) or NOTHING
        rows.append([("*ours:* " if claim.ours else "") + text, quoted, *cells])
    return markdown(header, rows, left=range(len(header)))


def judged(found: Scores, protocol: str, claim: Claim, pairs: Sequence[Pair]) -> str:
    """Return the verdict on a claim: on all of its pairs that were run."""
    gains = [found.difference(protocol, claim.choice, pair, claim.measure) for pair in pairs]
    gains = [gain for gain in gains if gain.n_members]
    outcome = verdict(gains, claim.sign, MARGINS[claim.measure])
    return UNDECIDED if outcome == HOLDS and len(gains) < claim.needed else outcome


def _judged(found: Scores, protocol: str, claim: Claim, pairs: Sequence[Pair]) -> str:
    outcome = judged(found, protocol, claim, pairs)
    if outcome == NOT_RUN:
        return NOT_RUN
    lines = [f"**{outcome}**"]
    for pair in pairs:
        gain = found.difference(protocol, claim.choice, pair, claim.measure)
        if gain.n_members:
            lines.append(f"{_names(pair)}: {told(gain, claim.measure)}")
    return "<br>".join(lines)


def _told(model: str, options: Mapping) -> str:
    """Say how wide a generator is and how long it was trained."""
    steps = options["steps"]
    length = f"{steps[model]:,} steps" if steps else f"{options['epochs']} epochs"
    extras = [options["objective"], *options["stabilizers"]] if model != "vae" else []
    told = [model, f"width {options['width'][model]:g}", length, options["precision"]]
    return ", ".join([*told, *filter(None, extras)])


def _quoted(claim: Claim, pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield the report's differences; it has losses at the last epoch alone."""
    column = {"train_loss": 0, "valid_loss": 1}.get(claim.measure)
    if column is None or claim.choice != "last":
        return
    for pair in pairs:
        first, second = (row.reported[column] for row in pair)
        if not np.isnan(first - second):
            yield f"{_names(pair)}: {points(first - second, 2, 'nats')}"


def _names(pair: Pair) -> str:
    return " − ".join(row.label() for row in pair)


def _verdict(found: Scores, options: Mapping) -> str:
    counted = "in all" if options["in_all"] else "of each class"
    lines = [
        f"**Verdict** ({found.size:,} images of {options['data']['name']}; N counts images "
        f"{counted}; epochs of the classifier: {found.epochs()}; real images that it learned from: "
        f"{found.training_images()}).\n"
    ]
    reported = options["data"]["name"] == loss_tables.DATA
    for model in found.models:
        for claim, text, pairs in _claims(found, model, reported):
            if claim.measure == "test_accuracy" or claim.choice == "best":
                outcomes = (
                    f"{PROTOCOLS[protocol]} **{judged(found, protocol, claim, pairs)}**"
                    for protocol in found.protocols
                )
                lines.append(f"- *{model}*: {text}: {', '.join(outcomes)}.")
    return "\n".join(lines)


def _claims(found: Scores, model: str, reported: bool) -> Iterator[tuple[Claim, str, list[Pair]]]:
    """Yield what to judge about a model: the report's claims about its own, and ours.

    Ours that are about no model are judged with the first.
    """
    rows, first = found.of_model(model), model == found.models[0]
    for claim in CLAIMS:
        pairs = claim.pairs(rows)
        about_a_model = any(row.model == model for pair in pairs for row in pair)
        if (first or about_a_model) if claim.ours else (reported and model == loss_tables.MODEL):
            text = claim.text.replace("GAN", "VAE") if model == "vae" else claim.text
            yield claim, text, pairs
