"""What results/README.md says of GenClass (survey, section IV-C)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from gan_augment.common.files import read_json
from gan_augment.reporting.genclass import (
    IMAGES,
    LABELS,
    LEGEND,
    OURS,
    claims_text,
    informed,
    methods_of,
    over,
    parts,
    several_cases,
    table_text,
)
from gan_augment.reporting.text import markdown, percent

SOURCE = (
    "D. Appenzeller and K. Daaboul, *Generative Adversarial Networks for Data Augmentation*, "
    "Karlsruhe Institute of Technology, section IV-C, Figure 11 (Pambala, Dutta & Biswas 2019)"
)
READING = (
    "There is no public code of GenClass, and the survey has one equation, L = L_WGAN + L_C, and "
    "neither layers nor numbers. What was built is our reading of it, and what is judged is that.",
    "*Generator and critic* are told a class's attributes and have one hidden layer each; WGAN-GP.",
    "*The classifier* compares features with the mean of each class's generated samples; L_C is "
    "the cross entropy of a softmax over the similarities of real features to all seen classes' "
    "means, so that it teaches the generator through the means.",
    "*A new class* is the mean of samples made from its attributes. Nothing is trained for it.",
    "Unlike the literature, the critic's five steps of a round share a batch of real features, and "
    "features are divided by one number, their mean range in training, where the field scales each "
    "by a range of its own.",
)
CAUTION = (
    " Pairs share digits and are not independent of each other, so it is digits that are left out. "
    "The one table of descriptions all pairs share whatever is left out, and luck with it is not "
    "in these intervals: how large that is, descriptions given at random show, above."
)


def genclass_section(directory: Path) -> Iterator[str]:
    """Yield the page's part about GenClass."""
    options, name = read_json(directory / "runs.json")[0]["options"], directory.name
    scores = pd.read_csv(directory / "scores.csv", dtype={"case": str})
    classes = pd.read_csv(directory / "classes.csv", dtype={"case": str, "class": str})
    wrong = pd.read_csv(directory / "wrong_descriptions.csv")
    told = {images: claims_text(part) for images, part in parts(scores).items()}
    yield f"## {name}: are classes recognised that were never seen? (GenClass)"
    yield SOURCE + "."
    yield "**Verdict.**\n\n" + "\n".join(
        f"- {claim}: **{outcome}**" + (f" ({images})" if len(told) > 1 else "")
        for images, claims in told.items()
        for claim, _, outcome in claims
    )
    yield (
        "**What the survey says.** A generator makes features of a class from its attributes, and "
        "a classifier compares an image with the mean of what was generated of each class; they "
        "are trained as one, which makes features more relevant, and accuracy on unseen classes "
        "is in many cases higher than that of other techniques. No numbers are reported."
    )
    yield "**Our reading.**\n\n" + "\n".join(f"- {text}" for text in READING)
    yield _setting(options, scores)
    for images, part in parts(scores).items():
        yield f"### {images[0].upper()}{images[1:]}"
        header, rows = table_text(part)
        yield markdown(header, rows, left=(0,))
        yield f"**Do the descriptions tell anything?** {informed(part, wrong)}"
        yield markdown(
            ["claim", "ours, in points", "verdict"],
            [[claim, "<br>".join(lines), f"**{end}**"] for claim, lines, end in told[images]],
            left=(0, 1),
        )
        yield _generators(part)
    yield (
        f"{LEGEND} Intervals: 95 %, over {over(scores)}.{CAUTION if several_cases(scores) else ''} "
        f"All scores: [scores.csv]({name}/scores.csv), by class: "
        f"[classes.csv]({name}/classes.csv)."
    )
    yield f"![methods]({name}/methods.png)"
    yield "*All measures with their intervals.*"
    if several_cases(scores):
        yield "### By class"
        for images, part in parts(classes).items():
            yield f"{images[0].upper()}{images[1:]}:"
            yield by_class(part)
        yield (
            "A class where it is unseen: told from the other unseen one, and (in brackets) from "
            "all ten, in %, mean over pairs and seeds."
        )
        yield f"![pairs]({name}/pairs.png)"
        yield "*Accuracy by held-out pair, mean over seeds; white pairs were not run.*"
    yield f"![features]({name}/features.png)"
    yield (
        "*Features of unseen classes of the first case, real and generated, in the plane in which "
        "the real ones vary most; none is chosen.*"
    )


def by_class(classes: pd.DataFrame) -> str:
    """Return a table of accuracies of each class where it is unseen, by method."""
    unseen = classes[~classes["seen"]]
    means = unseen.groupby(["method", "class"])[["zero_shot", "generalised"]].mean()
    names = sorted(unseen["class"].unique())
    rows = [
        [
            LABELS[method],
            *(
                f"{percent(means.zero_shot[method, name], 0)} "
                f"({percent(means.generalised[method, name], 0)})"
                for name in names
            ),
        ]
        for method in methods_of(classes)
    ]
    return markdown(["", *names], rows, left=(0,))


def _setting(options: dict, scores: pd.DataFrame) -> str:
    data = options["data"]
    sizes = (
        f"Generator and critic have {options['hidden']:,} hidden units and take "
        f"{options['steps']:,} steps on {options['batch_size']} images, with {options['samples']} "
        f"samples of each seen class and similarity by {options['similarity']}; "
        f"{options['per_class']} generated features of each class decide. Adam's rate is "
        f"{options['learning_rate']:g}, the penalty's weight {options['penalty']:g}, that of L_C "
        f"{options['classifier_weight']:g}, with {options['critic_steps']} critic steps; all of "
        "this is ours, and nothing in a run is chosen by a score of test images."
    )
    if not several_cases(scores) and "features" in data:
        return (
            f"**What ours did.** Features of {data['name']}: {data['features'][0]:,} images of "
            f"{data['seen']} seen and {data['unseen']} unseen classes, {data['features'][1]:,} "
            f"numbers each, {data['attributes']} attributes, the proposed split. {sizes}"
        )
    described = "seven segments of a display" + (" and four strokes" if options["strokes"] else "")
    numbers = 12 if options["strokes"] else 8
    freedom = (
        f" Eight seen digits are few: a linear map of {numbers - 1} attributes and a constant has "
        f"{numbers} numbers for each feature and can meet almost any eight class means, whatever "
        "the attributes say, so how well seen classes are generated tells little of unseen ones."
    )
    control = (
        " Handwriting does not show these segments, so the same is done with digits that are drawn "
        "as a display shows them (place, size, stroke, brightness and noise vary)."
        if IMAGES["display"] in parts(scores)
        else ""
    )
    return (
        f"**What ours did.** {scores['case'].nunique()} of the 45 pairs of digits are held out in "
        f"turn. Digits are described by the {described}. Features are the {options['features']} "
        "numbers before the last layer of a small convolutional classifier that is trained on the "
        f"other eight digits alone, {options['images']:,} training images of all ten being drawn "
        f"and {options['encoder_epochs']} epochs; {data['test_images']:,} test images.{control} "
        f"{sizes}{freedom}"
    )


def _generators(scores: pd.DataFrame) -> str:
    told = []
    for method in (OURS, "wgan-gp"):
        part = scores[scores["method"] == method]
        if len(part):
            failed = int((part["failure"] == "collapsed").sum())
            told.append(
                f"{LABELS[method]}: samples vary {part['spread'].mean():.2f} times as much within "
                f"a class as real features, the nearest generated mean is right for "
                f"{percent(part['right'].mean(), 1)} % of training images, {failed} of "
                f"{len(part)} trainings collapsed"
            )
    return "**The generators.** " + "; ".join(told) + "."
