"""results/README.md: everything published, in words, tables and pictures, none of it by hand."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from gan_augment.common.files import read_json, written_whole
from gan_augment.common.versions import version_sets
from gan_augment.metrics.significance import NOT_RUN
from gan_augment.reporting.cells import KEY
from gan_augment.reporting.claims import IN_THE_PLURAL, Judgement, judge
from gan_augment.reporting.headlines import in_short
from gan_augment.reporting.report import ARM_LABELS, ARM_MEANINGS, Report, Table, report_of
from gan_augment.reporting.studies import study_of
from gan_augment.reporting.summary import answer
from gan_augment.reporting.tables import alphas_of, build_table, has_scores, read_scores
from gan_augment.reporting.text import (
    NOTHING,
    columns_shown,
    difference,
    markdown,
    points,
    table_texts,
)

TITLE = """\
# Results

Written by `python -m gan_augment.publish` from the scores beside this page; do not edit it."""

INTRODUCTION = """\
**Protocols.** *Report's protocol*: what the report did, the best epoch on the test set.
*Corrected*: the epoch is chosen on a part of the real sample that is held back, the classifier is
trained anew on all of it and tested once. Everything below is corrected unless it says otherwise;
the CSV files have both.

**Numbers.** Accuracies in per cent: mean ± standard deviation over all classifiers [95 % interval].
Differences in points, paired by classifier and sample [95 % interval]. *n* is GAN seeds × members
(classifiers); every GAN seed draws its own real sample and trains its own GANs. With two or more
GAN seeds intervals are t intervals over GAN seeds; with one they are over members, are marked †,
and hold for that one sample and its GANs alone. They are not corrected for how many there are.

**Verdicts.** A claim *holds* if the intervals of all its differences lie on the claimed side of 0;
it *does not hold* if one lies on the other side, or within half a point (for R: an eighth) of 0;
else it is *undecided* with so many scores, as is a claim that is only partly run. That there is
*no* difference holds if all intervals lie within half a point of 0, and does not if one lies
wholly beyond. Claims about every size are judged at the ratio R that was best there in the report,
not at the luckiest of ours.

**Arms.**

"""


def write_page(results: Path) -> Path:
    """Write `results`/README.md from every `results`/<experiment>/ with a runs.json."""
    arms = (f"- *{ARM_LABELS[arm]}*: {meaning}" for arm, meaning in ARM_MEANINGS.items())
    parts = []
    for runs in sorted(Path(results).glob("**/runs.json")):
        study = study_of(runs.parent.relative_to(results))
        parts += study.section(runs.parent) if study else _section(runs.parent)
        parts += ["### Runs", _runs(read_json(runs))]
    chapters = "\n\n".join(parts)
    parts = [TITLE, in_short(chapters), INTRODUCTION + "\n".join(arms), chapters]
    path = Path(results) / "README.md"
    with written_whole(path) as aside:
        aside.write_text("\n\n".join(filter(None, parts)) + "\n")
    return path


def _section(directory: Path) -> Iterator[str]:
    runs = read_json(directory / "runs.json")
    report = report_of({"experiment": directory.name, **runs[0]["options"]})
    scores = read_scores(directory / "scores.csv")
    alphas = alphas_of(scores, report)
    yield f"## {directory.name}: {report.name}"
    yield report.source
    yield _verdict(report, scores, alphas[0])
    yield f"**What the report did.** {report.did}"
    departures = (*report.departures, _epochs(scores))
    yield "**Where ours differs.**\n\n" + "\n".join(f"- {text}" for text in departures)
    for i, alpha in enumerate(alphas if report.claims else []):
        yield f"### Claims, at α = {alpha:g}"
        yield _claims(report, scores, alpha, further=i > 0)
    for table in report.tables:
        yield from _table(table, report, scores, directory)
    yield from _figures(directory, _bands_over(scores))


def _verdict(report: Report, scores: pd.DataFrame, alpha: float) -> str:
    judged = judge(report, scores, "corrected", alpha)
    outcomes = Counter(judgement.verdict for judgement in judged if not judgement.claim.ours)
    count = ", ".join(
        f"{outcomes[outcome]} {words[outcomes[outcome] > 1]}"
        for outcome, words in IN_THE_PLURAL.items()
        if outcomes[outcome]
    )
    claims = f"Of the report's {outcomes.total()} claims, {count}." if count else ""
    sentences = [f"- {sentence}" for sentence in answer(scores, "corrected", report)]
    return "\n".join([f"**Verdict** (corrected protocol, α = {alpha:g}). {claims}\n", *sentences])


def _epochs(scores: pd.DataFrame) -> str:
    """Say for how long classifiers were trained."""
    sizes: dict[int, list[str]] = {}
    for size, epochs in scores.groupby("size")["classifier_epochs"].unique().items():
        for each in epochs:
            sizes.setdefault(int(each), []).append(f"{size:,}")
    told = (f"{each} at {', '.join(of)} images" for each, of in sorted(sizes.items()))
    return f"Epochs of the classifiers: {'; '.join(told)}."


def _claims(report: Report, scores: pd.DataFrame, alpha: float, further: bool) -> str:
    """All claims, or at a further alpha those that were run there."""
    by_protocol = [judge(report, scores, protocol, alpha) for protocol in ("report", "corrected")]
    rows = [
        [
            str(ours.claim.table),
            ("*ours:* " if ours.claim.ours else "") + ours.claim.text,
            _evidence(ours),
            theirs.verdict,
            f"**{ours.verdict}**",
        ]
        for theirs, ours in zip(*by_protocol)
        if not further or not (ours.claim.names_alphas or ours.verdict == NOT_RUN)
    ]
    header = ["Table", "claim", "ours (and reported)", "verdict, report's protocol", "verdict"]
    return markdown(header, rows, left=(1, 2))


def _evidence(judgement: Judgement) -> str:
    unit = judgement.claim.unit
    lines, missing = [], []
    for finding in judgement.findings:
        ours = finding.ours
        if not ours.n_members:
            missing.append(finding.label)
            continue
        found = difference(ours.mean, ours.low, ours.high, ours.interval_over, unit)
        text = f"{finding.label}: {found}"
        if finding.reported == finding.reported:
            text += f" ({points(finding.reported, unit=unit)})"
        lines.append(text)
    if missing:
        lines.append(f"not run: {'; '.join(missing)}" if lines else NOT_RUN)
    return "<br>".join(lines)


def _table(table: Table, report: Report, scores: pd.DataFrame, directory: Path) -> Iterator[str]:
    yield f"### Table {table.number}: {table.title[0].lower()}{table.title[1:]}"
    corrected, as_reported = (
        build_table(table, scores, protocol, report) for protocol in ("corrected", "report")
    )
    if table.number in report.remarks:
        yield report.remarks[table.number]
    if not columns_shown(table, corrected):
        yield "Not run."
        return
    texts = table_texts(table, corrected, report, also=as_reported)
    yield markdown(list(texts), list(zip(*texts.values())))
    if has_scores(table, corrected):
        name = f"table_{table.number}.csv"
        yield f"All intervals and p-values, both protocols: [{name}]({directory.name}/{name})."


RATIOS = (
    "Accuracy against R. Below: what generated images add to the control without them, "
    "GAN − equal steps (blue) and GAN + classical − classical (green). Bands are 95 % intervals "
    "{over}."
)
CAPTIONS = {
    "figure_2": "Real images and generated ones alone, by number of real images; bands are 95 % "
    "intervals {over}, hollow dots are the report's.",
    "figure_3": RATIOS,
    "generated": "Generated images of one class, chosen at random; the right-most column is real.",
    "figure_6": RATIOS,
    "samples": "Generated images of all classes, not chosen; columns by number of real images.",
    "training": "Losses and the spread of the samples while each class's GAN trained:",
}


def _bands_over(scores: pd.DataFrame) -> str:
    """Say over what the bands of the figures are: members, wherever there is one GAN seed."""
    gan_seeds = scores.groupby(KEY)["gan_seed"].nunique().reset_index()
    single = gan_seeds["gan_seed"] == 1
    if not single.any():
        return "over GAN seeds"
    if single.all():
        return "over members (as those marked †)"
    sizes = ", ".join(f"{size:,}" for size in sorted(set(gan_seeds.loc[single, "size"])))
    return (
        "over GAN seeds, or over members (as those marked †) where a point has one GAN seed alone, "
        f"as some have at {sizes} images"
    )


def _figures(directory: Path, over: str) -> Iterator[str]:
    yield "### Figures"
    for start, caption in CAPTIONS.items():
        paths = sorted(directory.glob(f"{start}*.png"))
        places = [f"[{path.stem}]({directory.name}/{path.name})" for path in paths]
        if start == "training" and places:  # many, and for those who look for them
            yield f"{caption} {', '.join(places)}."
        elif places:
            yield "\n\n".join(
                [*(f"!{place}" for place in places), f"*{caption.format(over=over)}*"]
            )


def _runs(runs: list[dict]) -> str:
    rows = []
    for run in runs:
        data, sets = run["options"].get("data"), version_sets(run["versions"])
        rows.append(
            [
                run["run"],
                f"`{run['command']}`",
                f"{data['name']}, {data['train_images']:,} to draw from, "
                f"{data['test_images']:,} to test on ({data['content_hash'][:12]})"
                if data
                else NOTHING,
                "<br>continued with: ".join(
                    ", ".join(f"{name} {version}" for name, version in versions.items())
                    for versions in sets
                ),
            ]
        )
    return markdown(["run", "command", "data", "versions"], rows, left=(1, 2, 3))
