"""What results/README.md says of Leung, Leung & Yu, *Synthetic Data Generation*."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from gan_augment.common.files import read_json
from gan_augment.metrics.significance import DOES_NOT_HOLD, HOLDS, NOT_RUN, UNDECIDED
from gan_augment.reporting import fingerprint
from gan_augment.reporting.synthetic import closeness, distance_name
from gan_augment.reporting.synthetic_claims import apart, called, claims_of, judge
from gan_augment.reporting.synthetic_tables import (
    CELLS,
    DATA,
    HELD_OUT,
    PROTOCOL_LABELS,
    TABLE_2_HEADER,
    metric_column,
    read,
    table_1,
    table_1_rows,
    table_2,
    table_2_rows,
)
from gan_augment.reporting.text import markdown, percent

SOURCE = (
    "Y. S. Leung, H. H. B. Leung and C. H. Yu, *Synthetic Data Generation*, Hong Kong University "
    "of Science and Technology"
)
SAID = ("airplane", "automobile", "ship", "truck")
"""What the report's classifier of generated images called nearly all real ones."""


def synthetic_section(directory: Path) -> Iterator[str]:
    """Yield the parts about the train→test matrix, the distances and the fingerprint."""
    options = read_json(directory / "runs.json")[0]["options"]
    tables, name = read(directory), directory.name
    data = options["data"]["name"]
    reported = data == DATA
    yield f"## {name}: Leung, Leung & Yu" + ("" if reported else f", on {data} instead")
    yield SOURCE
    yield _did(options, tables, reported)
    yield _verdict(tables, reported)
    yield "### Claims"
    yield _claims(tables, reported)
    yield (
        "Differences in points of accuracy. The report has no halves of the mixed test set: with "
        "generated images learnt perfectly, its 85.46 % leave 70.92 % for the real half."
        if reported
        else "Differences in points of accuracy."
    )
    yield from _table_1(tables, reported, name)
    yield from _table_2(tables, reported, name)
    yield "### The fingerprint"
    table = fingerprint.fingerprint_table(tables["probes"], tables["remedies"], "corrected")
    yield markdown(fingerprint.HEADER, fingerprint.fingerprint_rows(table), left=(0,))
    images = tables["remedies"]["train_images"].max()
    yield (
        f"{fingerprint.LEGEND} Classifiers of this table learned from {images:,} images each. "
        f"All numbers: [fingerprint.csv]({name}/fingerprint.csv)."
    )
    yield REMEDIES
    yield f"![fingerprint]({name}/fingerprint.png)"
    yield "*Left: what a probe without shapes finds. Right: what classifiers learn.*"
    classes = tables["confusion"]["true"].nunique()
    yield "**Verdict on the fingerprint.** " + " ".join(
        fingerprint.fingerprint_verdict(table, classes, reported)
    )
    yield "### Figures"
    yield f"![samples]({name}/samples.png)"
    yield "*Figures 1 and 2: real and generated images, not chosen.*"
    yield f"![curves]({name}/curves.png)"
    yield "*Figures 3 and 5: accuracy by epoch; bands are the range of all members.*"
    yield f"![confusion]({name}/confusion.png)"
    yield (
        "*Figures 4, 6, 7 and 8: share of each true class, in per cent, corrected protocol, all "
        f"members together.*{_called(tables, reported)}"
    )
    yield f"Losses and the spread of the samples: [training]({name}/training.png)."


REMEDIES = """\
- *one conditional generator*: the same layers for all classes, told which to make; as many steps as
  the ten together
- *each set standardised by itself*: the channels of all generated images brought to mean and
  standard deviation of the real ones, which up to one map for both is to standardise each set by
  statistics of its own; in all other rows both sets go through one and the same map
- *each class in its real colours*: each image's mean and deviation of every channel brought, class
  by class, to where they lie in real images, by a map for each generator that is found on the
  training parts
- *every image standardised*: each channel of each image to the same mean and standard deviation,
  in both sets
- *noise*, *blur*: Gaussian, 8 of 255 levels and one pixel, in both sets, training and test"""


def _did(options: Mapping, tables: Mapping[str, pd.DataFrame], reported: bool) -> str:
    scores = tables["scores"]
    length = f"{options['epochs']} epochs"
    if options["steps"]:
        length = f"{options['steps']:,} steps"
        length += " (the report's 100 epochs would be 7,032 of our batches of 64)" * reported
    theirs = (
        "The report trains one DCGAN with layer normalisation a class for 100 epochs on 4,500 "
        "images of each class of CIFAR-10, generates 6,000 of each, splits both into 4,500, 500 "
        "and 1,000, and trains a CNN of nine layers on either and on both. "
        if reported
        else ""
    )
    return (
        f"{theirs}Ours: GANs of width {options['width']:g} for {length} a class in "
        f"{options['precision']}; {scores['gan_seed'].nunique()} GAN seed(s) × "
        f"{scores['member'].nunique()} classifiers of width {options['classifier_width']:g}, "
        f"{options['classifier_epochs']} epochs, on {scores['train_images'].min():,} training "
        "images. All images are split once, so intervals hold for this split."
    )


def _verdict(tables: Mapping[str, pd.DataFrame], reported: bool) -> str:
    judged = {claim: judge(claim, tables["scores"], "corrected") for claim in claims_of(reported)}
    outcomes = Counter(verdict for claim, (_, verdict) in judged.items() if not claim.ours)
    count = ", ".join(
        f"{each}: {outcomes[each]}"
        for each in (HOLDS, DOES_NOT_HOLD, UNDECIDED, NOT_RUN)
        if outcomes[each]
    )
    lines = [
        "**Verdict** (corrected protocol)." + (f" Claims on accuracy: {count}." if count else "")
    ]
    lines += [
        f"- {'*ours:* ' if claim.ours else ''}{claim.text}: {found}, **{verdict}**."
        for claim, (found, verdict) in judged.items()
        if claim.cell == ("mixed", "real") or claim.ours
    ]
    lines += [f"- {sentence}" for sentence in closeness(tables, reported)]
    return "\n".join([lines[0], "", *lines[1:]])


def _claims(tables: Mapping[str, pd.DataFrame], reported: bool) -> str:
    rows = []
    for claim in claims_of(reported):
        found, verdict = judge(claim, tables["scores"], "corrected")
        theirs = judge(claim, tables["scores"], "report")[1]
        text = ("*ours:* " if claim.ours else "") + claim.text
        against = claim.against if isinstance(claim.against, tuple) else None
        cells = CELLS[claim.cell] + (f" − {CELLS[against]}" if against else "")
        cells += "" if against else f" − {percent(claim.against)} %"
        rows.append([text, cells, found, theirs, f"**{verdict}**"])
    found = apart(tables["quality"], reported)
    distance = f"{found.classes} of {found.of} classes are farther than held-out real images"
    rows.append(
        [
            "generated images are close to the real ones (Table 1)",
            metric_column(tables["quality"], "kid"),
            distance,
            "",
            f"**{found.verdict}**",
        ]
    )
    header = ["claim", "difference", "ours (and reported)", "verdict, report's protocol", "verdict"]
    return markdown(header, rows, left=(0, 1, 2))


def _table_1(tables: Mapping[str, pd.DataFrame], reported: bool, name: str) -> Iterator[str]:
    quality = tables["quality"]
    yield "### Table 1: distance of generated from real images"
    header, rows = table_1_rows(table_1(quality, reported))
    yield markdown(header, rows, left=(0,))
    metric = distance_name(quality)
    own = (
        ""
        if metric_column(quality, "frechet") == "fid"
        else " These features are those of a classifier of ours, which learned from these training "
        "images, so only columns of ours compare."
    )
    yield (
        f"{metric}: of the real training images and of the test part of each set, with n as said; "
        f"the fewer images, the larger it comes out. *{HELD_OUT}* is what as many real images come "
        f"to, the floor. The report does not say its n.{own} With KID, precision, recall, density, "
        f"coverage and nearest neighbours: [quality.csv]({name}/quality.csv)."
    )


def _table_2(tables: Mapping[str, pd.DataFrame], reported: bool, name: str) -> Iterator[str]:
    yield "### Table 2: trained on one set, tested on another"
    table = table_2(tables["scores"], reported)
    theirs, ours = (table_2_rows(table, protocol) for protocol in ("report", "corrected"))
    header = [*TABLE_2_HEADER[:2], "report's protocol: training", "test"]
    header += ["corrected: training", "test", "epoch"]
    rows = [[*a[:4], *b[2:]] for a, b in zip(theirs, ours)]
    yield markdown(header, rows, left=(0,))
    scores = tables["scores"]
    yield (
        "Accuracy in per cent, mean ± standard deviation [95 % interval]; "
        f"n = {scores['gan_seed'].nunique()} × {scores['member'].nunique()}. "
        f"{PROTOCOL_LABELS['report'].capitalize()}. {PROTOCOL_LABELS['corrected'].capitalize()}. "
        "Equal steps: the real images twice, as many training steps as the mixed set has. Flip "
        f"and crop: at every step. All three protocols: [table_2.csv]({name}/table_2.csv)."
    )


def _called(tables: Mapping[str, pd.DataFrame], reported: bool) -> str:
    if not reported:
        return ""
    share = called(tables["confusion"], SAID, "corrected")
    return (
        f" *Figure 8: {percent(share, 0)} % of the real images are called "
        f"{', '.join(SAID[:-1])} or {SAID[-1]}; 40 % are one. (Reported: nearly all.)*"
    )
