import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_augment.reporting import write_index, write_page
from gan_augment.reporting.html_elements import element
from gan_augment.reporting.index import index_page

RESULTS = Path(__file__).parents[2] / "results"
WIDE = " | ".join(f"column {i}" for i in range(30))
TEXT = f"""\
# Results

How to read it.

## mnist: Abadi

**Verdict.** None.

### Claims

| claim | ours | verdict |
| :--- | :--- | ---: |
| {"a claim of many words " * 6} | 500: +1.0<br>1,000: −2.0 | **does not hold** |

### Claims

| {WIDE} |
|{" ---: |" * 30}
| {WIDE.replace("column ", "1000.")} |

All numbers: [table_1.csv](mnist/table_1.csv), [scores.csv](mnist/scores.csv).

![figure_3](mnist/figure_3.png)

*Accuracy against R. More.*

Losses: [training_1](mnist/training_1.png).

### Runs

| run | command |
| ---: | :--- |
| 1 | `python -m gan_augment.mnist {"--option value " * 20}` |

## faces: <script>alert(1)</script>

![gone](faces/gone.png)
"""


class Reader(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.words = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.words += data

    def of(self, *names):
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.fixture
def results(tmp_path):
    """Results of a made-up run."""
    place = tmp_path / "results" / "mnist"
    place.mkdir(parents=True)
    (place.parent / "README.md").write_text(TEXT, encoding="utf-8")
    (place / "table_1.csv").write_text("a,b\n1,x\n2,<y>\n", encoding="utf-8")
    (place / "scores.csv").write_text("a\n" + "1\n" * 500, encoding="utf-8")
    for name, width in (("figure_3", 1700), ("training_1", 60)):
        pixels = np.random.default_rng(0).integers(0, 256, (30, width), np.uint8)
        Image.fromarray(pixels).save(place / f"{name}.png")
    return place.parent


def read(results):
    return Reader(write_index(results).read_text(encoding="utf-8"))


def test_the_page_carries_everything_and_loads_nothing(results):
    page = read(results)
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "iframe", "form"})
    assert "<script>alert(1)</script>" in page.words
    pictures = page.of("img")
    assert len(pictures) == 2
    for picture in pictures:
        assert picture["src"].startswith("data:image/")
        assert len(picture["alt"]) > 20
        assert int(picture["width"]) <= 1600
    assert "missing or damaged: faces, gone" in page.words
    shutil.rmtree(results / "mnist")
    assert not read(results).of("img")


def test_full_tables_are_folded_up_but_for_long_ones(results):
    page = read(results)
    folded = re.findall(r"All numbers of (\S+) \((\d+) rows, (\d+) columns\)", page.words)
    assert folded == [("table_1.csv", "2", "2")]
    assert "<y>" in page.words
    assert "Losses (1 figure)" in page.words
    assert all(each.get("scope") for each in page.of("th"))


def test_contents_lead_to_every_heading(results):
    page = read(results)
    names = [each["id"] for each in page.of("h2", "h3", "main")]
    assert len(names) == len(set(names))
    linked = [each["href"][1:] for each in page.of("a") if each["href"].startswith("#")]
    assert set(linked) <= set(names)
    assert set(names) - set(linked) <= {"main"}


def test_the_same_results_give_the_same_page(results):
    first = write_index(results).read_bytes()
    assert write_index(results).read_bytes() == first


def test_the_published_pages_are_up_to_date(tmp_path):
    """Both pages are what this version makes of the published scores."""
    if not RESULTS.is_dir():
        pytest.skip("nothing is published here")
    copy = tmp_path / "results"
    shutil.copytree(RESULTS, copy)
    page = write_page(copy).read_text(encoding="utf-8")
    assert page == (RESULTS / "README.md").read_text(encoding="utf-8"), "publish again"
    made = index_page(page, copy, lambda place, alt: element("img", src="", alt=alt))
    there = (RESULTS / "index.html").read_text(encoding="utf-8")
    bare = re.sub(r'src="data:[^"]*"', 'src=""', there)
    bare = re.sub(r' width="\d+" height="\d+"( class="wide")?', "", bare)
    assert bare == made, "publish again"
    assert len(there) < 8_000_000


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_scrolls_sideways_but_tables(browser, results, width):
    happened = browser.open(write_index(results), width)
    asked = [what["request"]["url"] for kind, what in happened if kind.endswith("BeSent")]
    assert sum(not url.startswith("data:") for url in asked) == 1
    assert not [what for kind, what in happened if kind == "Log.entryAdded"]
    assert browser.value("[...document.querySelectorAll('details')].map(e => e.open = true).length")
    assert browser.value("innerWidth") == width
    assert browser.value("document.documentElement.scrollWidth") <= width
    boxes = "[...document.querySelectorAll('.scroll')].map(each => each.scrollWidth)"
    assert max(browser.value(boxes)) > 1280
    beside = "getComputedStyle(document.querySelector('nav')).position"
    assert browser.value(beside) == ("static" if width < 1024 else "sticky")
