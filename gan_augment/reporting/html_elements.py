"""HTML as a tree, so that text is escaped and every tag closed whatever the text is."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence

# What a page may do is shown, and nothing else: no script, no network, no form.
POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'"
)
# Characters that mean nothing in a page, and those that turn the direction of the text after them.
ODD = dict.fromkeys(
    (
        *(*range(9), 11, 12, *range(14, 32), *range(127, 160)),
        *(*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)),
    ),
    "\N{REPLACEMENT CHARACTER}",
)

Child = ET.Element | str | None


def element(name: str, /, *children: Child | Iterable[Child], **attributes: str) -> ET.Element:
    """Make an element; `class_="big"` is the attribute class, children that are None are left out.

    Children are elements, texts, or lists of these.
    """
    names = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    made = ET.Element(name, {key: clean(value) for key, value in names.items()})
    _fill(made, children)
    return made


def _fill(made: ET.Element, children: Iterable) -> None:
    for child in children:
        if isinstance(child, ET.Element):
            made.append(child)
        elif isinstance(child, str):
            if len(made):
                made[-1].tail = (made[-1].tail or "") + clean(child)
            else:
                made.text = (made.text or "") + clean(child)
        elif child is not None:
            _fill(made, child)


def clean(text: str) -> str:
    """Replace characters that are invisible or no characters at all."""
    return text.translate(ODD)


def document(title: str, style: str, *body: Child) -> str:
    """Return a page in English with `body`, which may not load anything from anywhere."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        ET.Element("meta", {"http-equiv": "Content-Security-Policy", "content": POLICY}),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", style),
    )
    tree = element("html", head, element("body", *body), lang="en")
    return f"<!doctype html>\n{ET.tostring(tree, encoding='unicode', method='html')}\n"


def section(title: str, *children: Child | Iterable[Child]) -> ET.Element:
    """Return a part of the page under a heading."""
    return element("section", element("h2", title), *children)


def code(text: str, **attributes: str) -> ET.Element:
    """Return lines of code, in a box that scrolls if they are long."""
    return element("pre", element("code", text), tabindex="0", **attributes)


def picture(png: bytes, alt: str, caption: Child | Iterable[Child] = None) -> ET.Element:
    """Return a figure that carries its picture in it; `alt` says what is to be seen."""
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    image = element(
        "img",
        src=f"data:image/png;base64,{base64.b64encode(png).decode()}",
        alt=alt,
        width=str(width),
        height=str(height),
    )
    return element("figure", image, caption and element("figcaption", caption))


def table(
    caption: str, header: Sequence[Child], groups: Sequence[Sequence[Sequence[Child]]]
) -> ET.Element:
    """Return a table in a box of its own that scrolls if it is wide.

    `groups` of rows are set apart; the first cell of a row is its header.
    """
    bodies = [
        element("tbody", [element("tr", _cells(row)) for row in rows]) for rows in groups if rows
    ]
    head = element("thead", element("tr", [element("th", title, scope="col") for title in header]))
    whole = element("table", element("caption", element("span", caption)), head, bodies)
    return element("div", whole, class_="scroll", role="region", aria_label=caption, tabindex="0")


def _cells(row: Sequence[Child | Iterable[Child]]) -> list[ET.Element]:
    return [
        element("th", row[0], scope="row"),
        *(element("td", content) for content in row[1:]),
    ]
