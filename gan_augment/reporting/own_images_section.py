"""What results/README.md says of a trial on one's own images: the report in short."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gan_augment.common.files import read_json
from gan_augment.reporting.own_images import PAGE, PICTURES, VERDICT
from gan_augment.reporting.own_images_words import SCORES, counted, difference, duration, number
from gan_augment.reporting.text import markdown, percent

FILES, PERHAPS = (VERDICT, PAGE), PICTURES
SHOWN = {
    "intervals.png": "Differences on test images, the last one the question: do generated images "
    "help?",
    "ratios.png": "Score on validation images against R.",
    "samples.png": "Real images and generated ones.",
}


def own_images_section(directory: Path) -> Iterator[str]:
    """Yield the parts about one trial, in `results`/images/<title>."""
    facts = read_json(directory / VERDICT)
    name = f"images/{directory.name}"
    splits, data = facts["splits"], facts["data"]
    yield f"## images: {facts['title']}"
    yield f"**Verdict.** {facts['verdict'] or 'None.'} {facts['power'] or ''}".rstrip()
    yield (
        f"{data['images']:,} images of {counted(len(data['classes']), 'class', 'classes')}; "
        f"{counted(splits['n'], 'split')} into {splits['train']:,} to train on, "
        f"{splits['validation']:,} to choose by and {splits['test']:,} to test on; "
        f"{duration(facts['seconds'])}. The whole report: [{PAGE}]({name}/{PAGE})."
    )
    rows = [
        [
            each["name"],
            percent(number(each["validation"]), 1),
            percent(number(each["test"]), 1),
            difference(each["over_nothing"]),
        ]
        for each in facts["candidates"]
        if each["test"] is not None
    ]
    score = SCORES[facts["score"]]
    header = ["candidate", f"validation {score}, %", f"test {score}, %", "over nothing, points"]
    yield markdown(header, rows, left=(0,))
    for picture, caption in SHOWN.items():
        if (directory / picture).is_file():
            yield f"![{picture.partition('.')[0]}]({name}/{picture})"
            yield f"*{caption}*"
