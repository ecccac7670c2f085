"""What results/README.md says of the cows and horses (Farhat)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from gan_augment.common.files import read_json
from gan_augment.metrics.significance import DOES_NOT_HOLD, HOLDS, NOT_RUN, UNDECIDED, verdict
from gan_augment.reporting import farhat
from gan_augment.reporting.cows_horses import PROTOCOLS, Told, belief
from gan_augment.reporting.cows_horses_text import claims_text, folds_text, table_text
from gan_augment.reporting.text import NOTHING, markdown, percent

SAME_BELIEF = 0.05  # of probability
DEPARTURES = (
    "*Report's protocol*: the discriminator's LeakyReLU has slope 0.02, the deviation of fresh "
    "weights in the tutorial that the report follows, whose slope is 0.2; and the classifier ends "
    "in a softmax in front of a loss that has one of its own. That is why its training loss "
    "stands at 0.34 where every image is right: it cannot fall below 0.3133. *Corrected*: neither. "
    "Nothing is chosen by a score under either; what counts is the last epoch.",
    "Where images are added an epoch has 13 or 25 times as many steps; such trainings have fewer "
    "epochs (all lengths are in the tables). *Equal steps* is as many steps on the same 82 images.",
    "Images that are added come from the GANs of one seed, and classifiers are shared out among "
    "the seeds, so that the spread of GANs is in the intervals. The report mixes several runs: *of "
    "all GAN seeds*.",
    "At batch 1 batch normalisation normalises each image by itself, and so it does in sampling.",
    "Ours: transforms (colours ±0.3 of a circle and ±50 % of saturation, brightness ±50 %, blur of "
    "0.1 to 2 pixels, rotation by ±30°), Adam 1e-3 and 64 hidden units in the classifier.",
    "82 test images are 82 views of two toys. Even a perfect estimate of the accuracy on them says "
    "little about cows and horses; therefore the second table, where each of the ten objects of "
    "either class is left out in turn.",
)
FIGURES = {
    "figure_1": "Figure 1: the views to train and to test on.",
    "figure_2": "Figure 2: generated images by batch size, after as many epochs, and those of "
    "batch 1 after as few steps as the others had; not chosen.",
    "figure_3": "Figure 3: losses by iteration, means over 100; a line for each GAN seed. Dotted: "
    "a discriminator that knows nothing.",
    "figure_4": "Figure 4: generated images of each GAN seed, not chosen.",
    "neighbours": "Generated images, not chosen, and below each the view that is nearest to it.",
    "figure_6": "Figure 6: transforms.",
    "figure_5": "Figure 5: training on the original images; bands are ± one standard deviation "
    "over classifiers, hollow dots the report's Table I.",
    "figure_7": "Figure 7: with {few:,} GAN images.",
    "figure_8": "Figure 8: with {many:,} GAN images.",
}
FURTHER = ("curves_transforms", "curves_controls")


def cows_horses_section(directory: Path) -> Iterator[str]:
    """Yield the parts about the cows and horses."""
    options = read_json(directory / "runs.json")[0]["options"]
    told, name = Told.by(options), directory.name
    scores, claims, pictures, losses = (
        pd.read_csv(directory / f"{file}.csv")
        for file in ("scores", "claims", "pictures", "losses")
    )
    yield f"## {name}: Farhat (ETH-80)"
    yield farhat.SOURCE
    yield _verdict(claims)
    yield (
        "**What the report did.** It trains one 64×64 DCGAN a class on 41 views of a toy cow and "
        "41 of a toy horse, for 1,000 epochs at batch size 1, adds 1,000 or 2,000 generated images "
        "to the views, and tests a small convolutional network on 41 views each of another cow and "
        "horse. Each number is of one training."
    )
    yield "**Where ours differs.**\n\n" + "\n".join(f"- {text}" for text in DEPARTURES)
    yield _lengths(options, told, scores)
    yield "### Claims"
    header = ["claim", "ours (and reported)", "verdict, report's protocol", "verdict"]
    yield markdown(
        header,
        [
            [text, found.replace("; ", "<br>"), theirs, f"**{ours}**"]
            for text, found, theirs, ours in claims_text(claims)
        ],
        left=(0, 1),
    )
    yield (
        "Intervals: 95 %, over GAN seeds or left-out objects. Those marked † are over classifiers: "
        "where GANs have a part they are beside the point, for they hold for these GANs alone, and "
        "verdicts do without them. A positive difference of kernel distances speaks for batch 1."
    )
    for protocol in [p for p in PROTOCOLS if (scores["protocol"] == p).any()]:
        yield f"### Table I, {PROTOCOLS[protocol]}"
        header, rows = table_text(scores, told, protocol)
        yield markdown(header, rows, left=(0,))
    yield (
        "Test set, in % but for losses, after the last epoch: mean ± standard deviation [95 % "
        "interval]; training accuracy and loss are means over the last epoch, while it lasted. "
        "*Least recall*: of the class that fares worst. *One class*: share of "
        "classifiers that recognise under a tenth of some class. *n*: GAN seeds × classifiers. "
        f"All numbers: [table_1.csv]({name}/table_1.csv), [scores.csv]({name}/scores.csv)."
    )
    if told.as_reported:
        yield _implied()
    header, rows = folds_text(scores, told)
    if rows:
        yield "### Each object left out in turn"
        yield markdown(header, rows, left=(0,))
        yield (
            "Trained on all other objects of each class, GANs too, and tested on the one left out; "
            "intervals over objects. They take the trainings for independent, though any two "
            "share most of their objects, so they may be too short. By object: "
            f"[leave_one_object_out.csv]({name}/leave_one_object_out.csv)."
        )
    yield "### Pictures, by batch size"
    yield _pictures_table(pictures)
    yield (
        f"After {options['compare_epochs']:,} epochs"
        + (f" (report: {farhat.COMPARED_AFTER})" if told.as_reported else "")
        + ", batch 1 also after as few steps as these were for the others. "
        "Kernel distance to the real views (unbiased, 64 samples; features of a small CNN that "
        "tells all objects apart, so the numbers compare with each other only), mean over GAN "
        f"seeds and classes. All: [pictures.csv]({name}/pictures.csv)."
    )
    yield "### Are they copies?"
    yield _memory_table(pictures)
    yield (
        "Distance to the nearest real view, median, of generated images over that of each view to "
        "the others: 1 if samples are as new as a view would be, 0 for copies. *Nearer*: chance "
        "that a sample is nearer than a view is (0.5 if nothing was copied). *Very near*: share of "
        "samples nearer than the nearest pair of views. *Views covered*: share of the views that "
        "are nearest to some sample. The last row is the other object, for comparison."
    )
    yield "### Losses"
    yield _belief(losses)
    for figure, caption in FIGURES.items():
        yield f"![{figure}]({name}/{figure}.png)"
        yield f"*{caption.format(few=told.few, many=told.many)}*"
    further = ", ".join(f"[{figure}]({name}/{figure}.png)" for figure in FURTHER)
    yield f"Curves of all other situations: {further}."


def _verdict(claims: pd.DataFrame) -> str:
    rows = list(claims_text(claims))
    outcomes = Counter(ours if ours != NOT_RUN else theirs for _, _, theirs, ours in rows)
    count = ", ".join(
        f"{outcomes[outcome]} {outcome}"
        for outcome in (HOLDS, DOES_NOT_HOLD, UNDECIDED, NOT_RUN)
        if outcomes[outcome]
    )
    lines = [
        f"- {text}: **{ours if ours != NOT_RUN else theirs}**" for text, _, theirs, ours in rows
    ]
    return f"**Verdict** (corrected protocol; of {len(rows)} claims: {count}).\n\n" + "\n".join(
        lines
    )


def _lengths(options: Mapping, told: Told, scores: pd.DataFrame) -> str:
    """Say how long GANs were trained, and how often those of left-out objects saw a view."""
    report = f" (report: {farhat.EPOCHS:,})" if told.as_reported else ""
    text = (
        f"GANs: {options['epochs']:,} epochs{report}, {options['gan_seeds']} seeds, "
        f"{options['precision']}"
    )
    folds = scores[scores["fold"].notna() & (scores["situation"] == "original")]
    if folds.empty:
        return f"{text}."
    views = folds["train_images"].iloc[0] / len([n for n in scores if n.startswith("recall_")])
    often = options["fold_steps"] * options["batch_size"] / views
    return (
        f"{text}; {options['fold_steps']:,} steps, one seed, where an object is left out: there a "
        f"GAN sees each view about {often:.0f} times, so what its images do is what images of "
        "such short trainings do."
    )


def _implied() -> str:
    """Say which recalls the report's own numbers imply."""
    parts = []
    for situation in farhat.TABLE_1:
        found = farhat.implied_recalls(situation)
        label = farhat.LABELS[situation].format(few=farhat.ADDED[0], many=farhat.ADDED[1])
        parts.append(
            f"{label}: {' and '.join(f'{percent(recall, 0)} %' for recall in found)}"
            if found
            else f"{label}: no recalls give these numbers"
        )
    return (
        "The report's precision, recall and F1 on 41 + 41 test images imply what it recognised of "
        f"either class. {'; '.join(parts)}."
    )


def _pictures_table(pictures: pd.DataFrame) -> str:
    rows = []
    compared = pictures[pictures["when"].isin(["epochs", "steps"])]
    for (when, batch, as_batch), part in compared.groupby(["when", "batch_size", "as_batch"]):
        label = f"batch {batch:.0f}"
        if when == "steps":
            label += f", as few steps as batch {as_batch:.0f}"
        rows.append(
            [
                label,
                ", ".join(f"{step:,.0f}" for step in sorted(part["step"].unique())),
                f"{part['kid'].mean():.3g}",
                *(
                    f"{part[part['class'] == name]['kid'].mean():.3g}"
                    for name in _classes(pictures)
                ),
                str(len(part)),
            ]
        )
    other = pictures[pictures["when"] == "other object"]
    kids = (f"{other[other['class'] == name]['kid'].mean():.3g}" for name in _classes(pictures))
    rows.append(
        ["the other object's real views", NOTHING, f"{other['kid'].mean():.3g}", *kids, NOTHING]
    )
    header = ["pictures", "steps", "kernel distance", *_classes(pictures), "GANs"]
    return markdown(header, rows, left=(0,))


def _memory_table(pictures: pd.DataFrame) -> str:
    def row(label, part):
        numbers = ("ratio", "nearer", "very_near", "ratio_features", "nearer_features")
        means = [f"{part[name].mean():.2f}" for name in numbers]
        return [*label, *means, f"{percent(part['covered'].mean(), 0)} %", str(len(part))]

    sets = pictures[pictures["when"] == "set"]
    rows = [
        row([PROTOCOLS[protocol], name], part)
        for (protocol, name), part in sets.groupby(["protocol", "class"])
    ]
    for name, part in pictures[pictures["when"] == "other object"].groupby("class"):
        rows.append(row(["other object", name], part))
    header = ["of", "class", "distance, pixels", "nearer", "very near"]
    header += ["distance, features", "nearer", "views covered", "sets"]
    return markdown(header, rows, left=(0, 1))


def _classes(pictures: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(pictures["class"]))


def _belief(losses: pd.DataFrame) -> str:
    """Hold the report's reading of Figure 3 against what the discriminators believe."""
    rows = []
    for protocol, part in losses.groupby("protocol", sort=False):
        found = belief(part)
        outcome = verdict(found["gap"], 0, SAME_BELIEF)
        means = [f"{found[name].mean:.2f}" for name in ("d_loss", "g_loss", "d_real", "d_fake")]
        gap = found["gap"]
        span = "" if gap.low != gap.low else f" [{gap.low:+.2f}, {gap.high:+.2f}]"
        rows.append([PROTOCOLS[protocol], *means, f"{gap.mean:+.2f}{span}", f"**{outcome}**"])
    header = ["", "discriminator loss", "generator loss", "belief in real", "in generated"]
    header += ["difference", "“can no longer tell real from generated”"]
    return markdown(header, rows, left=(0,)) + (
        "\n\nMeans over the last fifth of the training. The report reads a loss of about 5 that "
        "stagnates as a discriminator that is fooled; one that is would have losses 1.39 and 0.69 "
        "and believe in either with 0.5."
    )
