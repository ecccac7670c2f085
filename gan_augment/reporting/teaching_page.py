"""What results/README.md says of Generative Teaching Networks."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from gan_augment.common.files import read_json
from gan_augment.metrics.significance import UNDECIDED, Estimate, estimate, verdict
from gan_augment.reporting import teaching
from gan_augment.reporting.teaching import CONDENSED, LABELS, REAL, REPORTED
from gan_augment.reporting.teaching_search import (
    search_table,
    search_words,
    training_seconds,
)
from gan_augment.reporting.text import difference, markdown, percent

SOURCE = (
    "D. Appenzeller and K. Daaboul, *Generative Adversarial Networks for Data Augmentation*, "
    "Karlsruhe Institute of Technology, section IV-D, Figures 12 and 13 (Such et al. 2019)"
)


def teaching_section(directory: Path) -> Iterator[str]:
    """Yield the page's part about teaching networks."""
    scores = pd.read_csv(directory / "scores.csv")
    options, name = read_json(directory / "runs.json")[0]["options"], directory.name
    yield "## gtn: can a generator learn to teach?"
    yield SOURCE + "."
    yield (
        "**What the survey says.** Learners trained on generated images are slightly worse in the "
        "end than on real ones and much faster there; their images are recognisable and not very "
        "distinct. It gives no numbers; its source has "
        f"{percent(REPORTED['accuracy'], 1)} % of MNIST after {REPORTED['steps']} steps on "
        f"{REPORTED['images']} images each, with learners of 64 and 128 filters and 256 units."
    )
    data = options["data"]
    yield (
        f"**What ours did.** {options['meta_steps']:,} steps, each with a fresh learner "
        f"({teaching.own_architecture(scores)}) that takes {options['inner_steps']} steps on "
        f"{options['inner_batch']} images of a generator of width {options['width']:g} and is then "
        f"examined on {options['meta_batch']} of {data['train_images']:,} training images of "
        f"{data['name']} (a tenth of them held out for choices)."
    )
    curve = pd.read_csv(directory / "curve.csv")
    yield _verdict(scores, data["name"])
    yield markdown(*teaching.steps_table(scores), left=(0,))
    yield f"{teaching.LEGEND} {_sizes(scores, curve)} All scores: [scores.csv]({name}/scores.csv)."
    yield _rates(scores)
    yield f"![by meta-step]({name}/curve.png)"
    yield (
        "*Accuracy of three fresh learners on up to 2,000 of the test images by step of the "
        "network's training, a line a network; level: as many steps on real images.*"
    )
    if (directory / "lessons.png").exists():
        yield f"![lessons]({name}/lessons.png)"
        yield "*Figure 13: generated images in the order in which they are taught, not chosen.*"
    if data["name"] == "mnist":
        yield "### Beside distilled sets"
        yield _condensed(scores, options["inner_batch"] / 10)
    if scores["architecture"].nunique() > 1:
        yield "### Learners that the networks never saw"
        yield markdown(*teaching.transfer_table(scores), left=(0,))
        yield f"After {teaching.points_of(scores)[-1]} steps; the first row is the networks' own."
    if (directory / "search.csv").exists():
        search = pd.read_csv(directory / "search.csv")
        yield "### Architecture search"
        yield markdown(*search_table(search), left=(0, 3))
        yield (
            f"{search['architecture'].nunique()} networks, {search['member'].nunique()} learners "
            "of each in every way; short trainings are examined on held-out images, full ones on "
            "the test images. Spearman's correlation with the mean accuracy after full training "
            f"({options['search_steps']:,} steps on real images), 95 % bootstrap interval over "
            f"networks. {search_words(search, curve)} "
            f"All scores: [search.csv]({name}/search.csv)."
        )
        yield f"![search]({name}/search.png)"


def _verdict(scores: pd.DataFrame, data: str) -> str:
    own, sentences = teaching.own_architecture(scores), []
    names = [name for name in reversed(teaching.curricula_of(scores)) if name != REAL]
    last = teaching.points_of(scores)[-1]
    for curriculum in names:
        parts = [
            f"after {point} steps {_judged(teaching.gain(scores, curriculum, own, point))}"
            for point in teaching.points_of(scores)
        ]
        sentences.append(f"- *{LABELS[curriculum]}*: {', '.join(parts)}.")
    for curriculum in names if "real" in names else ():
        if curriculum != "real":
            found = teaching.gain(scores, curriculum, own, last, over="real")
            sentences.append(
                f"- *{LABELS[curriculum]}*, over real images with learned rates, which is what the "
                f"images alone do: after {last} steps {_judged(found)}."
            )
    if data == "mnist" and last == REPORTED["steps"] and names[0] != "real":
        reached = estimate(teaching.accuracies(scores, names[0], own, last))
        sentences.append(
            f"- {percent(REPORTED['accuracy'], 1)} % after {last} steps, as reported, is "
            f"{'' if reached.mean >= REPORTED['accuracy'] else 'not '}reached with these learners: "
            f"{percent(reached.mean)} %, {LABELS[names[0]]}."
        )
    return "**Verdict**, over as many steps on real images.\n\n" + "\n".join(sentences)


def _judged(found: Estimate) -> str:
    judged = verdict(found, 1)
    if judged == UNDECIDED:
        words = "undecided"
    elif found.low > 0:
        words = "better"
    else:
        words = "worse" if found.high < 0 else "as good"
    shown = difference(found.mean, found.low, found.high, found.interval_over)
    return f"{words} ({shown})"


def _sizes(scores: pd.DataFrame, curve: pd.DataFrame) -> str:
    """Say how many networks and learners the numbers are of, and what the networks cost."""
    networks = curve.groupby("curriculum")["gan_seed"].nunique()
    own = scores[scores["architecture"] == teaching.own_architecture(scores)]
    learners = own["member"].nunique()
    minutes = training_seconds(curve).groupby("curriculum").mean() / 60
    told = ", ".join(
        f"{LABELS[name]} {networks[name]} (of about {minutes[name]:.0f} minutes of training each)"
        for name in teaching.LABELS
        if name in networks
    )
    return f"{learners} learners a network; networks: {told}."


def _rates(scores: pd.DataFrame) -> str:
    chosen = scores[scores["curriculum"] == REAL].drop_duplicates(["architecture", "point"])
    own = chosen[chosen["architecture"] == teaching.own_architecture(scores)]
    told = (f"{row.point} steps {row.rate:g} and {row.momentum:g}" for row in own.itertuples())
    return f"Rate and momentum chosen for real images: {', '.join(told)}."


def _condensed(scores: pd.DataFrame, images_a_step: float) -> str:
    """Compare by images a class, the measure of those who distil data sets."""
    own = teaching.own_architecture(scores)
    rows = [
        ["dataset condensation, reported", f"{images}", percent(accuracy, 1), "as many as it takes"]
        for images, accuracy in CONDENSED.items()
    ]
    for curriculum in ("learned", REAL):
        for point in teaching.points_of(scores):
            found = estimate(teaching.accuracies(scores, curriculum, own, point))
            if found.n_members:
                images = f"{images_a_step * point:.0f}"
                rows.append([LABELS[curriculum], images, percent(found.mean, 1), f"{point}"])
    rows.append(
        [
            "GTN, reported",
            f"{REPORTED['images'] * REPORTED['steps'] / 10:.0f}",
            percent(REPORTED["accuracy"], 1),
            f"{REPORTED['steps']}",
        ]
    )
    table = markdown(["images", "a class", "accuracy", "steps of training"], rows, left=(0,))
    return (
        f"{table}\n\nCondensed sets are small, and learners train on them again and again; a "
        "course is taught once, in order. The learners differ, too."
    )
