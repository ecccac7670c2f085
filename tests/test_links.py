"""Every relative link and picture of the pages leads somewhere, every command in them exists."""

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from gan_augment.__main__ import commands
from gan_augment.reporting.markdown_html import anchor

ROOT = Path(__file__).parents[1]
TEXTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "results/README.md")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LINK = re.compile(r"\]\(([^()\s]+)\)|(?:src|href)=\"([^\"]+)\"")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"python -m gan_augment\.([a-z]\w*)|^\s*gan-augment ([a-z]\w*)", re.MULTILINE)


def cells(path, kind):
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in found if cell["cell_type"] == kind)


def broken(links, page):
    """Yield the links of `page` that lead nowhere."""
    for link in links:
        if re.match(r"[a-z]+:", link):  # to the world outside, or data
            continue
        place, _, name = unquote(link).partition("#")
        target = (page.parent / place) if place else page
        good = target.exists() and target.resolve().is_relative_to(ROOT)
        if good and name and target.suffix == ".md":
            good = name in anchors(target)
        if not good:
            yield link


def anchors(path):
    """Return the names of headings as GitHub numbers them."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    names, seen = set(), Counter()
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        name = anchor(heading)
        names.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return names


def links_of(text):
    return [a or b for a, b in LINK.findall(FENCE.sub("", text))]


@pytest.mark.parametrize("name", TEXTS)
def test_links_of_texts_lead_somewhere(name):
    path = ROOT / name
    assert not list(broken(links_of(path.read_text(encoding="utf-8")), path))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_links_of_notebooks_lead_somewhere(path):
    assert not list(broken(links_of(cells(path, "markdown")), path))


def test_a_link_that_leads_nowhere_is_found():
    page = ROOT / "README.md"
    wrong = ["gone.md", "README.md#no-such-heading", "../outside", "#nothing"]
    assert list(broken([*wrong, "results/README.md", "https://example.org"], page)) == wrong


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.names, self.links = set(), []

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        self.names.add(told.get("id"))
        self.links += [told[name] for name in ("href", "src") if name in told]


def test_links_of_the_page_for_browsers_lead_somewhere():
    path = ROOT / "results" / "index.html"
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    inner = {link[1:] for link in reader.links if link.startswith("#")}
    assert inner
    assert inner <= reader.names
    assert not list(broken([link for link in reader.links if link[0] != "#"], path))


@pytest.mark.parametrize(
    "path", [*(ROOT / name for name in TEXTS), *NOTEBOOKS], ids=lambda path: path.name
)
def test_commands_that_are_named_exist(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join(cells(path, kind) for kind in ("markdown", "code"))
    named = {a or b for a, b in COMMAND.findall(text)}
    assert named <= commands().keys()
    assert path.name != "README.md" or named
    scripts = re.findall(r"python (tests/\S+\.py)", text)
    assert all((ROOT / script).is_file() for script in scripts)
