"""What results/README.md says of the data augmentation GAN (survey, section IV-B)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from gan_augment.common.files import read_json
from gan_augment.reporting.dagan import SOURCE, as_reported
from gan_augment.reporting.dagan_text import (
    DIVERSITY_HEADER,
    DIVERSITY_LEGEND,
    claims_text,
    diversity_rows,
    shots_text,
)
from gan_augment.reporting.text import markdown

DEPARTURES = (
    "A GAN seed is one draw of everything: which classes are source, validation and target, which "
    "images are given, and the GAN. Intervals are over these draws.",
    "All sets take as many optimiser steps, so that what siblings do is not what longer training "
    "does. The paper and its public run do not say that theirs did.",
    "How many siblings a given image gets is chosen on the validation classes, for each GAN seed "
    "and number of shots, without classical augmentation; of this nothing is chosen. The target "
    "classes are scored once.",
    "The test set are the held-back images of the target classes, all real.",
    "Networks are smaller than the paper's, the classifier has two convolutions instead of a "
    "DenseNet, and the gradient penalty takes the norm of each sample's slope over all pixels, "
    "where the public code sums over the height alone.",
)


def dagan_section(directory: Path) -> Iterator[str]:
    """Yield the parts about the data augmentation GAN."""
    options, name = read_json(directory / "runs.json")[0]["options"], directory.name
    shots, claims, diversity = (
        pd.read_csv(directory / f"{file}.csv") for file in ("shots", "claims", "diversity")
    )
    told = list(claims_text(claims))
    yield f"## {name}: siblings of a few images of unseen classes (data augmentation GAN)"
    yield SOURCE + "."
    yield "**Verdict.**\n\n" + "\n".join(f"- {text}: **{outcome}**" for text, _, outcome in told)
    yield (
        "**What the literature did.** A generator learns on many source classes to make of an "
        "image another one of its class; its critic sees the given image beside the real or the "
        "generated one, so that a copy is found out. Then it makes images of classes that it "
        "never saw, of which a classifier has only a few."
    )
    yield "**Where ours differs.**\n\n" + "\n".join(f"- {text}" for text in DEPARTURES)
    yield _setting(options)
    yield "### Claims"
    yield markdown(
        ["claim", "ours, in points (and reported)", "verdict over all shots"],
        [[text, "<br>".join(lines), f"**{outcome}**"] for text, lines, outcome in told],
        left=(0, 1),
    )
    yield "### Accuracy by shots"
    header, rows = shots_text(shots)
    yield markdown(header, rows)
    yield _legend(options, name)
    yield f"![accuracy]({name}/accuracy.png)"
    yield "*Accuracy by given images of a class; bands are 95 % intervals." + (
        " Hollow: reported, without and with siblings (circles: paper; triangles: public run).*"
        if as_reported(options)
        else "*"
    )
    yield "### Are siblings copies, and of their class?"
    yield markdown(DIVERSITY_HEADER, diversity_rows(diversity), left=(0, 1))
    yield f"{DIVERSITY_LEGEND} All numbers: [diversity.csv]({name}/diversity.csv)."
    yield f"![Figure 10]({name}/figure_10.png)"
    yield (
        "*Figure 10: target classes of the first GAN seed, the first ones and their first images. "
        "The left-most image of a row is given; the others are its siblings, and beside them real "
        "images of the same class.*"
    )
    yield f"![training]({name}/training.png)"
    yield (
        "*Training, a line for each GAN seed. Above: how far apart real and generated pairs are as "
        "the critic sees it (its loss without the penalty, sign turned). Below: the spread of "
        "siblings of the same source images, as a share of that of real images of a class.*"
    )


def _setting(options: dict) -> str:
    data = options["data"]
    apart = "groups of classes kept together" if options["by_group"] else "classes apart by chance"
    return (
        f"Data: {data['name']}, {data['train_images']:,} images of {data['classes']:,} classes, "
        f"{options['side']} × {options['side']}, {apart}: {options['source']:,} source classes, "
        f"{options['targets']:,} target classes and as many for validation. GAN: "
        f"{options['steps']:,} steps of {options['critic_steps']} × {options['batch_size']} pairs, "
        f"width {options['width']}, {options['precision']}"
        f"{', moving average' if options['ema'] else ''}."
    )


def _legend(options: dict, name: str) -> str:
    reported = (
        " The reported numbers are of other target classes and another classifier: what compares "
        "is the gain."
        if as_reported(options)
        else ""
    )
    return (
        "In %, mean [95 % interval], after the last step. *Siblings*: of each given image, mean of "
        "what was chosen. *n*: GAN seeds × classifiers."
        f"{reported} All numbers: [shots.csv]({name}/shots.csv), [scores.csv]({name}/scores.csv)."
    )
