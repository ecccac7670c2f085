"""The Markdown of results/README.md as elements of a page that reads well on any screen."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator

from markdown_it import MarkdownIt

from gan_augment.metrics.significance import DOES_NOT_HOLD, HOLDS, NOT_RUN, UNDECIDED
from gan_augment.reporting.html_elements import clean, element
from gan_augment.reporting.text import NOTHING

LONG = 44  # characters; a column with a longer line is prose, and wraps
TONES = {HOLDS: "yes", DOES_NOT_HOLD: "no", UNDECIDED: "open", NOT_RUN: "soft", NOTHING: "soft"}
BREAK = "<br>"


def parsed(text: str) -> list[ET.Element]:
    """Return the blocks of a Markdown text; HTML in it is shown as text, but for line breaks."""
    reader = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True}).enable("table")
    reader.inline.ruler.push("line_break", _line_break)
    return list(ET.fromstring(f"<div>{reader.render(clean(text))}</div>"))


def _line_break(state, silent: bool) -> bool:
    if not state.src.startswith(BREAK, state.pos):
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos += len(BREAK)
    return True


def anchor(heading: str) -> str:
    """Return the name under which GitHub, and the page of ours, link to a Markdown heading."""
    plain = re.sub(r"[*`]|\[([^]]*)\]\([^)]*\)", r"\1", heading).strip()
    return re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")


def words(found: ET.Element) -> str:
    """Return the text of an element, a new line for each line break."""
    text = found.text or ""
    for child in found:
        after = child.tail or ""
        text += f"\n{after.lstrip()}" if child.tag == "br" else words(child) + after
    return text


def boxed(table: ET.Element, label: str) -> ET.Element:
    """Put a table of Markdown into a box of its own that scrolls, with what readers aloud need.

    A table with a column of prose stacks its cells where the screen is narrow.
    """
    head, rows = table.find("thead/tr"), table.findall("tbody/tr")
    stacks = False
    for k, title in enumerate(head):
        column = [row[k] for row in rows]
        long = any(len(line) > LONG for cell in column for line in words(cell).split("\n"))
        left = "left" in title.attrib.pop("style", "")
        stacks |= long
        for cell in column:
            cell.attrib.pop("style", None)
            cell.set("data-label", words(title))
            if k == 0 and left:
                cell.tag = "th"
                cell.set("scope", "row")
            _add(cell, "left" * left, "long" * long, _tone(cell))
        title.set("scope", "col")
        _add(title, "left" * left, "long" * long)
    for code in table.iter("code"):
        _keep_options_whole(code)
    if stacks:
        _name_roles(table)
    kind = "scroll stacks" if stacks else "scroll"
    return element("div", table, class_=kind, role="region", aria_label=label, tabindex="0")


def _add(cell: ET.Element, *kinds: str) -> None:
    if told := " ".join(filter(None, kinds)):
        cell.set("class", told)


def _keep_options_whole(code: ET.Element) -> None:
    """Let lines of code break between words and not behind the hyphens of an option."""
    parts = re.split(r"(?<= )(?=-)|(?<=[^ -])(?= )", code.text or "")
    whole = [element("span", part) if part.startswith("-") else part for part in parts]
    made = element("code", whole)
    code.text = made.text
    code.extend(made)


def _name_roles(table: ET.Element) -> None:
    """Say what parts of a table are: browsers forget it where the style stacks them."""
    roles = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}
    for part in table.iter():
        if part.tag == "th":
            part.set("role", "columnheader" if part.get("scope") == "col" else "rowheader")
        elif part.tag in roles:
            part.set("role", roles[part.tag])


def _tone(cell: ET.Element) -> str:
    """Return what a cell that is, or begins with, a verdict is to look like."""
    first = cell[0] if len(cell) and cell[0].tag == "strong" and not cell.text else cell
    return TONES.get(words(first).strip(), "")


def with_figures(
    blocks: Iterable[ET.Element], show: Callable[[str, str], ET.Element]
) -> Iterator[ET.Element]:
    """Make figures of pictures and of the line in italics below them.

    `show` makes of a picture's address and its alternative text an element. Several pictures in a
    row have one caption.
    """
    waiting = []
    for block in blocks:
        pictures = _pictures(block)
        waiting += pictures
        if pictures:
            continue
        caption = block if waiting and _is_caption(block) else None
        if waiting:
            yield _figure(waiting, caption, show)
            waiting = []
        if caption is None:
            yield block
    if waiting:
        yield _figure(waiting, None, show)


def _pictures(block: ET.Element) -> list[ET.Element]:
    """Return the pictures of a paragraph that has nothing else in it."""
    only = block.tag == "p" and len(block) and all(child.tag == "img" for child in block)
    return list(block) if only and not words(block).strip() else []


def _is_caption(block: ET.Element) -> bool:
    said = (block.text or "") + "".join(child.tail or "" for child in block)
    return block.tag == "p" and not said.strip() and all(child.tag == "em" for child in block)


def _figure(pictures: list[ET.Element], caption: ET.Element | None, show) -> ET.Element:
    told = "" if caption is None else " ".join(words(caption).split())
    if caption is not None:
        caption.tag = "figcaption"
    first, _, _ = told.partition(". ")
    shown = []
    for picture in pictures:
        name = picture.get("alt", "").replace("_", " ")
        shown.append(show(picture.get("src"), f"{name}: {first}" if first else name))
    kind = "several" if len(shown) > 1 else "one"
    return element("figure", element("div", shown, class_=kind), caption)
