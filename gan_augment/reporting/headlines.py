"""A line of verdict for each experiment, from the text of results/README.md."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gan_augment.reporting.claims import IN_THE_PLURAL
from gan_augment.reporting.markdown_html import anchor
from gan_augment.reporting.text import markdown

NO_RESULTS = "no results yet"
PICTURES = "pictures alone"
IN_PART = "holds in part"


@dataclass(frozen=True)
class Source:
    """A report, and under which names what was run of it is published."""

    name: str
    did: str
    experiments: tuple[str, ...]


REPORTS = (
    Source("Abadi 2020", "a DCGAN for each class of MNIST and CIFAR-10", ("mnist", "cifar10")),
    Source("Farhat", "DCGANs of a toy cow and a toy horse", ("cows_horses",)),
    Source(
        "Priyaa & Verma",
        "a class-conditional GAN on CIFAR-10, a GAN of faces",
        ("class_conditional", "faces"),
    ),
    Source(
        "Appenzeller & Daaboul",
        "a survey: stabilisers, CycleGAN, DAGAN, GenClass, GTN",
        ("convergence", "collapse", "cyclegan", "dagan", "genclass", "gtn", "cartpole"),
    ),
    Source("Leung, Leung & Yu", "a layer-norm DCGAN for each class of CIFAR-10", ("synthetic",)),
)


def reports_table(page: str, link: str) -> str:
    """Return the reports in Markdown; `link` is the address of `page`, the text of the results."""
    told = told_by(page, link, headline)
    rows = []
    for report in REPORTS:
        lines = [told[name] for name in report.experiments if name in told]
        missing = [name for name in report.experiments if name not in told]
        if missing:
            lines.append(f"{', '.join(missing)}: {NO_RESULTS}")
        rows.append([report.name, report.did, "<br>".join(lines)])
    return markdown(["report", "what it tried", "verdict"], rows, left=(0, 1, 2))


def in_short(page: str) -> str:
    """Return all that `page` tells of, a line each; "" if it tells of nothing."""
    lines = "\n".join(f"- {line}" for line in told_by(page, "", outcome).values())
    return lines and f"**In short.**\n\n{lines}"


def told_by(page: str, link: str, say: Callable[[str], str]) -> dict[str, str]:
    """Return by experiment what to `say` of its chapter, with the address on the page at `link`."""
    told = {}
    for chapter in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        title, _, body = chapter.partition("\n")
        name = title.partition(":")[0]
        told.setdefault(name, f"[{name}]({link}#{anchor(title)}): {say(body)}")
    return told


def headline(chapter: str) -> str:
    """Return a chapter's outcome in a line: what became of its claims, else its first finding."""
    told = "; ".join(f"{counted(verdicts)}{where}" for where, verdicts in claims_of(chapter))
    return told or finding(chapter)


def outcome(chapter: str) -> str:
    """Return what became of a chapter's claims, and its first finding."""
    told, found = headline(chapter), finding(chapter)
    return told if found in (told, PICTURES) else f"{told}. {found}"


def claims_of(chapter: str) -> Iterator[tuple[str, list[str]]]:
    """Yield of each table of claims which ones they are and the verdicts on them.

    Claims of ours are counted where a table has no others.
    """
    where = ""
    for block in re.split(r"\n\s*\n", chapter):
        if block.startswith("### "):
            where = block.removeprefix("### ").removeprefix("Claims").lstrip(",: ")
        rows = [_cells(line) for line in block.splitlines() if line.startswith("|")]
        if not rows or "claim" not in rows[0]:
            continue
        at = rows[0].index("claim")
        theirs = [row for row in rows[2:] if not row[at].startswith(("*ours:*", "ours:"))]
        yield f" ({where})" if where else "", [_verdict(row[-1]) for row in theirs or rows[2:]]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def _verdict(cell: str) -> str:
    bold = re.search(r"\*\*(.+?)\*\*", cell)
    found = bold[1] if bold else cell
    return IN_PART if found.startswith("holds in ") else found


def counted(verdicts: list[str]) -> str:
    """Return how many claims had which fate: "of 7 claims 3 do not hold, 2 were not run"."""
    words = {**IN_THE_PLURAL, IN_PART: (IN_PART, "hold in part")}
    numbers = Counter(verdicts)
    parts = [
        f"{numbers[outcome]} {one if numbers[outcome] == 1 else several}"
        for outcome, (one, several) in words.items()
        if numbers[outcome]
    ]
    claims = "claim" if len(verdicts) == 1 else "claims"
    return f"of {len(verdicts)} {claims} {', '.join(parts)}"


def finding(chapter: str) -> str:
    """Return the point of a chapter's verdict that is in bold, else the first."""
    told = re.search(r"^\*\*(?:Verdict|In numbers)\b.*?(?=^\#\#\#|^\||\Z)", chapter, re.M | re.S)
    if not told:
        return PICTURES
    points = re.findall(r"^- (.+)$", told[0], re.MULTILINE)
    if points:
        return next((point for point in points if point.startswith("**")), points[0])
    _, _, rest = told[0].splitlines()[0].partition("** ")
    return rest.split(". ")[0].rstrip(".") + "."
