"""results/index.html: results/README.md as one page that carries its figures and full tables.

Nothing in it is loaded from anywhere, so it can be sent by mail; only links to CSV files lead to
the files beside it.
"""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gan_augment.common.files import written_whole
from gan_augment.reporting.headlines import reports_table
from gan_augment.reporting.html_elements import document, element, table
from gan_augment.reporting.index_style import STYLE
from gan_augment.reporting.markdown_html import anchor, boxed, parsed, with_figures, words
from gan_augment.reporting.web_pictures import Carried, carried

PAGE = "index.html"
MOST_ROWS = 200  # of a CSV file that is put into the page
WIDE = 1000  # pixels; wider pictures do not stand side by side
TITLE = "Do GAN images make a better classifier?"
LEAD = (
    "Five reports on augmentation by generated images, run again with the controls that they "
    "lacked: each of their tables, reported and ours, and a verdict on each claim."
)
Picture = Callable[[str, str], ET.Element]


@dataclass
class Chapter:
    """A part of the page under one heading, with the places in it that can be linked to."""

    title: str
    blocks: list[ET.Element]
    places: list[tuple[str, str]] = field(default_factory=list)
    """(name, heading) of each third-level heading."""

    @property
    def name(self) -> str:
        """What links to it are called."""
        return anchor(self.title)


def write_index(results: Path) -> Path:
    """Write `results`/index.html from `results`/README.md and the files that it links to."""
    results = Path(results)
    text = (results / "README.md").read_text(encoding="utf-8")
    places = dict.fromkeys(re.findall(r"\]\(([^)]+\.png)\)", text))
    found = carried(results / place for place in places if (results / place).is_file())
    page = index_page(text, results, lambda place, alt: _image(found.get(results / place), alt))
    path = results / PAGE
    with written_whole(path) as aside:
        aside.write_text(page, encoding="utf-8")
    return path


def _image(picture: Carried | None, alt: str) -> ET.Element:
    if picture is None:
        return element("p", f"(This picture is missing or damaged: {alt}.)", class_="soft")
    told = {"width": str(picture.width), "height": str(picture.height)}
    told |= {"class": "wide"} if picture.width > WIDE else {}
    return element("img", src=picture.address, alt=alt, **told)


def index_page(text: str, results: Path, show: Picture) -> str:
    """Return the page as HTML; `show` makes of a picture's address and description an element."""
    introduction, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    _, _, introduction = introduction.partition("\n")  # the title is this page's own
    summary = Chapter("The five reports", [_summary(text)])
    guide = Chapter("How to read this page", parsed(introduction))
    chapters = [summary, guide, *(_chapter(part, results, show) for part in parts)]
    return document(
        f"gan_augment: {TITLE}",
        STYLE,
        element("a", "Skip to the results", class_="skip", href="#main"),
        element("header", element("h1", TITLE), element("p", LEAD)),
        _contents(chapters),
        element("main", [_section(chapter) for chapter in chapters], id="main"),
        element("footer", "Written by gan_augment.publish from the files beside this page."),
    )


def _summary(text: str) -> ET.Element:
    (found,) = parsed(reports_table(text, ""))
    return boxed(found, "The five reports")


def _chapter(part: str, results: Path, show: Picture) -> Chapter:
    title, _, body = part.partition("\n")
    chapter = Chapter(title, [])
    kind, heading = title.partition(":")[0], title
    seen: set[str] = set()

    def described(place: str, alt: str) -> ET.Element:
        return show(place, f"{kind}, {alt}")

    for block in with_figures(parsed(body), described):
        if block.tag == "h3":
            heading = words(block)
            name = f"{chapter.name}-{anchor(heading)}"
            name += f"-{len(chapter.places)}" if name in dict(chapter.places) else ""
            block.set("id", name)
            chapter.places.append((name, heading))
        chapter.blocks.append(boxed(block, heading) if block.tag == "table" else block)
        chapter.blocks += _attached(block, results, described, seen)
    return chapter


def _attached(
    block: ET.Element, results: Path, show: Picture, seen: set[str]
) -> Iterator[ET.Element]:
    """Yield what a block links to and the reader may want to see here, folded up."""
    said = (block.text or "").strip().rstrip(":.")
    pictures = []
    for link in block.iter("a"):
        place = link.get("href", "")
        if place in seen or not (results / place).is_file():
            continue
        seen.add(place)
        if place.endswith(".png"):
            name = words(link).replace("_", " ")
            caption = element("figcaption", name)
            pictures.append(element("figure", show(place, f"{said}: {name}"), caption))
        elif place.endswith(".csv"):
            yield from _rows_of(results / place)
    if pictures:
        number = f"{len(pictures)} figure" + "s" * (len(pictures) > 1)
        yield _folded(f"{said or 'More'} ({number})", *pictures)


def _rows_of(path: Path) -> Iterator[ET.Element]:
    """Yield a CSV file as a table, folded up, if it is not too long for a page."""
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file)) or [[]]
    if 0 < len(rows) <= MOST_ROWS:
        label = f"All numbers of {path.name}"
        whole = table(label, header, [rows])
        yield _folded(f"{label} ({len(rows)} rows, {len(header)} columns)", whole)


def _folded(summary: str, *children: ET.Element) -> ET.Element:
    return element("details", element("summary", summary), children)


def _contents(chapters: list[Chapter]) -> ET.Element:
    def link(name: str, text: str) -> ET.Element:
        return element("a", text, href=f"#{name}")

    items = [
        element(
            "li",
            link(chapter.name, chapter.title),
            element("ul", [element("li", link(*place)) for place in chapter.places])
            if chapter.places
            else None,
        )
        for chapter in chapters
    ]
    title = element("h2", "Contents", id="contents")
    return element("nav", title, element("ul", items), aria_labelledby="contents")


def _section(chapter: Chapter) -> ET.Element:
    return element(
        "section",
        element("h2", chapter.title, id=chapter.name),
        chapter.blocks,
        element("p", element("a", "Contents", href="#contents"), class_="up"),
        aria_labelledby=chapter.name,
    )
