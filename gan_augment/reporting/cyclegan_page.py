"""What results/README.md says of CycleGAN (Appenzeller & Daaboul, section IV-A)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from gan_augment.common.files import read_json
from gan_augment.reporting import cyclegan
from gan_augment.reporting.cyclegan_files import CROSSED
from gan_augment.reporting.text import markdown

SOURCE = (
    "D. Appenzeller and K. Daaboul, *Generative Adversarial Networks for Data Augmentation*, "
    "Karlsruhe Institute of Technology, section IV-A, Figures 7 and 8 (Zhu et al. 2017; Sandfort "
    "et al. 2019)"
)
SCANS = (
    " Scans are made, not found: other images of the same set, dark ink on light paper, in colours "
    "that are drawn for each image, and blurred."
)


def cyclegan_section(directory: Path) -> Iterator[str]:
    """Yield the page's part about augmentation by translation."""
    options, name = read_json(directory / "runs.json")[0]["options"], directory.name
    claims, table, judged, taken_for = (
        pd.read_csv(directory / f"{file}.csv", dtype={"class": str, "taken_for": str})
        for file in ("claims", "accuracies", "judges", "taken_for")
    )
    first, second = options["data"]["domains"]
    yield f"## {name}: are images of another domain of use, once they are translated?"
    yield SOURCE + "."
    yield _verdict(claims)
    yield (
        "**What the survey says.** Networks that segment CT scans are trained on scans with "
        "contrast agent, of which there are many, and fail on those without. With scans that a "
        "CycleGAN translated they do much better than with standard augmentation, which can be "
        f"added. It gives no numbers; those of its source, reported: {_reported()}."
    )
    yield (
        f"**What ours did.** Plentiful: {options['plentiful']:,} labelled images of {first}. "
        f"Scarce: {second}, of which {_numbers(options['labelled'])} images have a label; the "
        f"CycleGAN sees {options['scarce']:,} images of it, without labels. {_training(options)} "
        f"Classifiers (two convolutions, {options['members']} for each set and GAN seed) take "
        f"{options['classifier_steps']:,} steps on every set and are tested on "
        "real images of the scarce domain; where two domains are trained on together, half of what "
        "they see is scarce images. *Classical*: small affine maps, and changes of colour where "
        "there are colours, anew at every step. *Truly shifted*: what a perfect translation of the "
        "plentiful images would be. Every GAN seed has images of its own."
        + (SCANS if options["domains"][-1] == "scan" else "")
    )
    yield "### Accuracy"
    yield markdown(*cyclegan.accuracy_rows(table), left=(0,))
    yield f"All scores: [scores.csv]({name}/scores.csv), [accuracies.csv]({name}/accuracies.csv)."
    yield f"![accuracies]({name}/accuracies.png)"
    yield "*The same, with 95 % intervals.*"
    yield "### Claims"
    header, rows = cyclegan.claim_rows(claims)
    yield markdown(header, [[*row[:-1], f"**{row[-1]}**"] for row in rows], left=(0, 1, 2))
    yield "### Do images keep their labels?"
    header, rows = cyclegan.agreement_rows(cyclegan.agreements(judged), cyclegan.JUDGED)
    yield markdown(header, rows, left=(0,))
    mistaken = cyclegan.mistaken(taken_for)
    yield (
        f"Judges are classifiers trained on all labels of {second}; what they say of its held-out "
        "images is the most that can be expected. "
        + (f"Translated images are most often taken: {mistaken}. " if mistaken else "")
        + f"All: [taken_for.csv]({name}/taken_for.csv)."
    )
    yield from _pictures(directory, name)


def translation_section(directory: Path) -> Iterator[str]:
    """Yield the page's part about translation of images without labels."""
    options, name = read_json(directory / "runs.json")[0]["options"], directory.name
    judged = pd.read_csv(directory / "judges.csv")
    first, second = options["data"]["domains"]
    yield f"## {name}: {first} and {second}"
    yield SOURCE + "."
    yield (
        f"**What ours did.** {options['plentiful']:,} images of {first} and "
        f"{options['scarce']:,} of {second}, {_size(options)}. {_training(options)}"
    )
    yield "### Do images cross over?"
    header, rows = cyclegan.agreement_rows(cyclegan.agreements(judged, tuple(CROSSED)), CROSSED)
    yield markdown(header, rows, left=(0,))
    yield (
        "Judges are classifiers trained to tell real images of the domains apart; translated "
        "images should be taken for the domain that they went into. Judges can be deceived by "
        "what no eye would be: see the pictures."
    )
    yield from _pictures(directory, name)


def _pictures(directory: Path, name: str) -> Iterator[str]:
    yield "### Pictures"
    ways = pd.read_csv(directory / "ways.csv")
    yield markdown(*cyclegan.way_rows(ways), left=(0,))
    yield "Mean absolute difference to the image, in per cent of the range of pixels."
    for picture, caption in {
        "translations": "Images that were not trained on, the first ones, translated and back.",
        "by_step": "The same training images in the course of the training (GAN seed 0).",
        "training": "Losses, means over both domains, and how much translated images vary, as a "
        "share of real ones; GAN seed 0 in full colour.",
    }.items():
        yield f"![{picture}]({name}/{picture}.png)"
        yield f"*{caption}*"


def _verdict(claims: pd.DataFrame) -> str:
    _, rows = cyclegan.claim_rows(claims)
    lines = [f"- {text} **{outcome}** ({found} points)" for text, _, found, outcome in rows]
    return "**Verdict**, by number of labelled images.\n\n" + "\n".join(lines)


def _training(options: Mapping) -> str:
    return (
        f"{options['gan_seeds']} CycleGAN(s) of {options['steps']:,} steps on "
        f"{options['batch_size']} image(s) of each domain, λ = {options['cycle']:g}, identity "
        f"{options['identity']:g} λ, pool of {options['pool']}, {options['precision']}; depth and "
        "width by image size."
    )


def _size(options: Mapping) -> str:
    height, width, _ = options["data"]["image_shape"]
    return f"{height} × {width}"


def _numbers(numbers) -> str:
    return " or ".join(f"{number:,}" for number in numbers)


def _reported() -> str:
    return (
        "; ".join(
            f"{organ} {before:.2f} with standard augmentation, {after:.2f} with translated scans"
            for organ, (before, after) in cyclegan.CT.items()
        )
        + " (Dice score on scans without contrast agent)"
    )
