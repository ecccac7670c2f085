import base64
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from gan_augment.data.images import LabeledImages
from gan_augment.reporting.own_images import own_images_text, write_own_images

EVIL = "<script>alert(1)</script>"
VOID = {"meta", "img", "br", "hr", "link", "input"}
HEADINGS = [
    *("What to do", "How sure is that?", "Everything that was tried"),
    *("How many generated images?", "What the images look like", "How good they are"),
    *("What was found in the data", "How it was done", "Do it again"),
]


def found(first, second, mean, half=0.03, p=0.2):
    about = {"first": first, "second": second}
    return about | {"mean": mean, "low": mean - half, "high": mean + half, "p_value": p}


def candidate(method, ratio, transform, validation, test=None, gain=0.0, short=False):
    added = f"{method}, filled up" if ratio is None else f"{method}, R = {ratio:g}"
    name = transform or ("nothing" if short else "equal steps")
    if method:
        name = f"{added}, {transform}" if transform else added
    examined = {"test": None, "test_sd": None, "least_recall": None, "over_nothing": None}
    if test is not None:
        over = found(name, "nothing", gain)
        examined = {
            "test": test,
            "test_sd": 0.013,
            "least_recall": test - 0.2,
            "over_nothing": over,
        }
    about = {"name": name, "method": method, "ratio": ratio, "transform": transform, "short": short}
    return {**about, "validation": validation, **examined, "trainings": 12}


def make_facts(classes=("cow", "horse"), sizes=None, **changes):
    """Facts of a trial in which generated images help; `changes` replace entries."""
    sizes = sizes or [50] * len(classes)
    both = "conditional, R = 1, classical"
    candidates = [
        candidate(None, None, None, 0.701, 0.699, short=True),
        candidate(None, None, None, 0.712, 0.708, 0.009),
        candidate(None, None, "classical", 0.763, 0.757, 0.058),
        candidate(None, None, "randaugment", 0.748, 0.741, 0.042),
        *(candidate("conditional", r, None, 0.70 + r / 50) for r in (0.5, 2.0)),
        candidate("conditional", 1.0, None, 0.736, 0.731, 0.032),
        *(candidate("conditional", r, "classical", 0.78 - r / 80) for r in (0.5, 2.0)),
        candidate("conditional", 1.0, "classical", 0.81, 0.799, 0.100),
        *(candidate("per-class", r, None, 0.69 - r / 60) for r in (0.5, 1.0, 2.0)),
        candidate("per-class", None, None, 0.7, 0.69, -0.05),
    ]
    facts = {
        "title": "photos",
        "complete": True,
        "interrupted": None,
        "verdict": f"Generated images help ({both} against classical, the best without a "
        f"generator: +4.2 points [+1.2, +7.2]); add generated images ({both}).",
        "power": "With 100 test images and these splits, differences below about 3.0 points cannot "
        "be seen.",
        "helps": True,
        "advised": candidates[9],
        "score": "accuracy",
        "question": found(both, "classical", 0.042, p=0.008),
        "steps": [
            found("equal steps", "nothing", 0.009),
            found("classical", "nothing", 0.058, p=0.004),
            found("randaugment", "classical", -0.016),
            found("conditional, R = 1", "classical", -0.026),
            found("per-class, filled up", "classical", -0.063, p=0.0002),
            found(both, "classical", 0.042, p=0.008),
        ],
        "candidates": candidates,
        "splits": {"n": 3, "shared_test": False, "train": 320, "validation": 80, "test": 100},
        "plan": {
            "minutes": 10, "gan_width": 0.5, "gan_steps": 2400, "classifier_steps": 600,
            "sentence": "generators of width 0.5 are trained for 2,400 steps, classifiers for 600",
        },
        "seconds": 588.4,
        "data": {
            "images": sum(sizes),
            "classes": dict(zip(classes, sizes)),
            "image_shape": [16, 16, 3],
            "stored_sizes": "24 × 24 to 640 × 480",
            "findings": [
                {"level": "warning", "text": "3 pictures are in both train and test."},
                {"level": "note", "text": "Classes are of about equal size."},
            ],
            "unreadable": [[f"cow/{i:03}.png", "truncated"] for i in range(23)],
            "hash": "ab" * 32,
        },
        "generators": [
            {"method": "conditional", "steps": 2400, "attempts": [{"failure": None}],
             "failure": None},
            {"method": "per-class", "steps": 300,
             "attempts": {"cow": [{"failure": "collapsed"}] * 3}, "failure": "collapsed",
             "trained_on": 0},
        ],
        "quality": {
            "conditional": {
                "gan_train": 0.62, "gan_test": 0.71, "real_train": 0.7, "features": "cnn_photos",
                "kid": 0.0123, "kid_error": 0.0021, "precision": 0.71, "recall": 0.48,
                "density": 0.93, "coverage": 0.61, "n_real": 320, "n_generated": 500,
                "memorization": {"ratio": 0.93, "nearer": 0.55, "very_near": 0.02},
            },
        },
        "augmented": {"path": "augmented", "real": 500, "generated": 500, "method": "conditional",
                      "note": "Generated images are marked as synthetic."},
        "selection": [{"name": "confidence", "mean": 0.004, "low": -0.01, "high": 0.018}],
        "command": "python -m gan_augment.images photos --minutes 10",
        "again": "python -m gan_augment.images photos --gan-steps 2400 --classifier-steps 600",
        "options": {"data": "photos", "minutes": 10, "ratios": [0.5, 1, 2]},
        "versions": {"python": "3.11.2", "keras": "3.15.0"},
        "seed": 7,
    }  # fmt: skip
    return facts | changes


def make_images(class_names, per_class=9, seed=0, shape=(16, 16, 3)):
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(class_names), dtype=np.int32), per_class)
    images = rng.integers(0, 256, (len(labels), *shape)).astype(np.uint8)
    return LabeledImages(images, labels, tuple(class_names))


def hurts():
    lost = found("conditional, R = 1, classical", "classical", -0.05)
    return make_facts(question=lost, helps=False, verdict="Generated images hurt (it says).")


def nothing_tried():
    controls = [each for each in make_facts()["candidates"] if not each["method"]]
    return make_facts(
        candidates=controls, question=None, quality={}, generators=[], helps=False, selection=None,
        verdict="No generator was tried; of the rest: use classical augmentation.",
        advised=controls[2], augmented=None,
    )  # fmt: skip


def interrupted():
    known = ("title", "data", "splits", "plan", "command", "seed", "versions", "advised")
    facts = {key: value for key, value in make_facts().items() if key in known}
    why = "Stopped by Ctrl-C before the test images were looked at."
    candidates = [candidate("conditional", 1.0, None, np.nan), candidate(None, None, None, 0.7)]
    return facts | {"complete": False, "interrupted": why, "candidates": candidates}


def imbalanced():
    return make_facts(sizes=[90, 10], score="recall", power=None)


def many():
    return make_facts(classes=[f"kind {i}" for i in range(60)])


def evil():
    facts = make_facts(classes=(EVIL, '" onerror="alert(1)', "$\\frac$", "牛", "\udc80\u202egnp"))
    facts["title"] = EVIL
    facts["data"]["findings"][0]["text"] = f"See {EVIL} & <img src=x>."
    facts["data"]["unreadable"] = [[f"{EVIL}/a.png", "</li></ul></main>"]]
    facts["command"] = f"python -m gan_augment.images '{EVIL}' && </pre>"
    facts["options"]["data"] = EVIL
    facts["augmented"]["path"] = EVIL
    facts["candidates"][4]["name"] = EVIL
    return facts


KINDS = [make_facts, hurts, nothing_tried, interrupted, imbalanced, many, evil]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def written(request, tmp_path):
    """Facts and the directory of the report that is made of them."""
    facts = request.param()
    names = list(facts["data"]["classes"])
    real, generated = make_images(names), make_images(names, 7, seed=1)
    near = (generated.images[:11], real.images[:11])
    if request.param in (nothing_tried, interrupted):
        generated = near = None
    paths = write_own_images(tmp_path, facts, real, generated, near)
    assert sorted(paths) == sorted(tmp_path.iterdir())
    return facts, tmp_path


class Page(HTMLParser):
    """A page taken apart; an unclosed or unopened tag is an error."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.heard, self.titles = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        (self.titles if "h2" in self.open else self.heard).append(data)

    @property
    def words(self):
        return " ".join("".join(self.heard).split())


def page_of(directory):
    return Page((directory / "report.html").read_text(encoding="utf-8"))


def test_the_page_is_whole_and_needs_nothing_else(written):
    facts, directory = written
    page = page_of(directory)
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "iframe", "object", "form"})
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        for name in ("src", "href", "data", "action"):
            assert attributes.get(name, "data:").startswith("data:"), (tag, attributes)
    assert not re.search(r"url\(|@import|https?:", (directory / "report.html").read_text("utf-8"))
    if "verdict" in facts:
        assert facts["verdict"] in page.words
    if facts.get("power"):
        assert facts["power"] in page.words
    assert all(attributes.get("scope") for tag, attributes in page.tags if tag == "th")


def test_every_picture_is_in_the_page(written):
    _, directory = written
    images = [attributes for tag, attributes in page_of(directory).tags if tag == "img"]
    files = sorted(path.read_bytes() for path in directory.glob("*.png"))
    embedded = [base64.b64decode(each["src"].partition("base64,")[2]) for each in images]
    assert sorted(embedded) == files
    assert files
    assert all(len(each["alt"]) > 20 for each in images)


def test_the_verdict_is_read_back(written):
    facts, directory = written

    def refuse(constant):
        raise AssertionError(constant)

    text = (directory / "verdict.json").read_text("utf-8")
    back = json.loads(text, parse_constant=refuse)
    assert back.keys() == facts.keys()
    assert back["splits"] == facts["splits"]
    validation = [each["validation"] for each in facts["candidates"]]
    known = [value if value == value else None for value in validation]
    assert [each["validation"] for each in back["candidates"]] == known


def test_sections_are_in_order_and_only_those_that_there_is_something_for(tmp_path):
    expected = {
        make_facts: HEADINGS,
        nothing_tried: [each for each in HEADINGS if each not in HEADINGS[3:6:2]],
        interrupted: [HEADINGS[2], HEADINGS[6], *HEADINGS[7:]],
    }
    for kind, titles in expected.items():
        facts = kind()
        real = None if kind is interrupted else make_images(facts["data"]["classes"])
        write_own_images(tmp_path, facts, real)
        assert page_of(tmp_path).titles == titles, kind


def test_the_page_says_what_is_missing(tmp_path):
    facts = interrupted()
    write_own_images(tmp_path, facts)
    words = page_of(tmp_path).words
    assert "not complete" in words
    assert facts["interrupted"] in words
    assert "Train for" not in words  # nothing is advised without a verdict
    assert "nan" not in words.lower()
    assert "None" not in words


def test_a_page_of_nothing_at_all(tmp_path):
    write_own_images(tmp_path, {})
    assert "There is no verdict yet." in page_of(tmp_path).words


def test_one_split_gives_points_without_intervals(tmp_path):
    facts = make_facts(verdict="x", helps=False)
    for each in (facts["question"], *facts["steps"]):
        each |= dict.fromkeys(("low", "high", "p_value"), np.nan)
    write_own_images(tmp_path, facts, make_images(["cow", "horse"]))
    words = page_of(tmp_path).words
    assert "No sure gain" in words
    assert "+4.2 points" in words
    assert "nan" not in words.lower()


def test_the_fate_of_every_generator_is_told(tmp_path):
    write_own_images(tmp_path, make_facts())
    words = page_of(tmp_path).words
    assert "conditional: healthy after 2,400 steps." in words
    assert "per-class, split 1: collapsed after 300 steps and 2 restarts: all its" in words


def test_long_lists_are_cut_and_counted(tmp_path):
    facts = many()
    facts["data"]["classes"] = dict.fromkeys(map(str, range(203)), 3)
    write_own_images(tmp_path, facts, make_images(facts["data"]["classes"], 2))
    words = page_of(tmp_path).words
    assert "23 files could not be read" in words
    assert words.count("truncated") == 20
    assert "… and 3 more." in words
    assert "The first 12 of 203 classes are shown." in words


def test_what_comes_from_outside_is_shown_as_it_is_called(tmp_path):
    facts = evil()
    write_own_images(tmp_path, facts, make_images(facts["data"]["classes"]))
    page = page_of(tmp_path)
    assert page.words.count(EVIL) >= 6
    assert "</li></ul></main>" in page.words
    assert "\u202e" not in page.words


@pytest.mark.parametrize(
    ("found", "word"),
    [
        ({"ratio": 0.95, "nearer": 0.55, "very_near": 0.02}, "Nothing points to copies"),
        ({"ratio": 0.7, "nearer": 0.8, "very_near": 0.02}, "some may be copies"),
        ({"ratio": 0.0, "nearer": 1.0, "very_near": 0.97}, "as good as copies"),
        ({"ratio": None, "nearer": 0.3, "very_near": 0.1}, "exact twin"),
    ],
)
def test_memorisation_is_said_in_words(tmp_path, found, word):
    facts = make_facts()
    facts["quality"]["conditional"]["memorization"] = found
    write_own_images(tmp_path, facts)
    assert word in page_of(tmp_path).words


def test_pictures_of_an_earlier_state_go(tmp_path):
    names = ("cow", "horse")
    write_own_images(tmp_path, make_facts(), make_images(names), make_images(names))
    assert (tmp_path / "samples.png").exists()
    write_own_images(tmp_path, nothing_tried())
    assert not (tmp_path / "samples.png").exists()
    assert not (tmp_path / "ratios.png").exists()


@pytest.mark.parametrize(("classes", "shape"), [(1, (8, 32, 1)), (2, (64, 16, 3)), (60, (9, 9, 1))])
def test_figures_stay_narrow_and_low(tmp_path, classes, shape):
    names = [f"a class with quite a long name, number {i}" for i in range(classes)]
    images = make_images(names, 12, shape=shape)
    near = (images.images[:5], images.images[:5])
    write_own_images(tmp_path, make_facts(names), images, images, near)
    for path in tmp_path.glob("*.png"):
        header = path.read_bytes()[16:24]
        width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:], "big")
        assert 200 < width < 1000, path
        assert 100 < height < 1300, path


def test_what_the_command_ends_with(tmp_path):
    facts = make_facts()
    text = own_images_text(facts, tmp_path)
    assert facts["verdict"] in " ".join(text.split())
    assert facts["power"] in " ".join(text.split())
    assert str(tmp_path / "report.html") in text
    row = next(line for line in text.splitlines() if line.strip().startswith("classical"))
    assert row.split()[1:] == ["76.3", "75.7", "+5.8", "[+2.8,", "+8.8]"]
    assert facts["candidates"][4]["name"] not in text  # was dropped
    assert interrupted()["interrupted"] in own_images_text(interrupted())


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("kind", [make_facts, many, evil], ids=lambda kind: kind.__name__)
def test_in_a_browser(browser, tmp_path, kind, width):
    facts = kind()
    facts["data"]["unreadable"][0][0] = "a/" + 120 * "long" + ".png"
    names = list(facts["data"]["classes"])
    real, generated = make_images(names), make_images(names, seed=1)
    write_own_images(tmp_path, facts, real, generated, (real.images[:9], real.images[9:18]))
    happened = browser.open(tmp_path / "report.html", width)
    asked = [
        what["request"]["url"] for kind, what in happened if kind == "Network.requestWillBeSent"
    ]
    assert {url.partition(":")[0] for url in asked} == {"file", "data"}
    assert sum(url.startswith("file:") for url in asked) == 1
    said = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
    assert not [what for kind, what in happened if kind in said]
    sizes = browser.value("[...document.images].map(i => [i.naturalWidth, i.width])")
    assert len(sizes) == 4
    assert all(natural > 0 and 0 < shown <= width for natural, shown in sizes)
    assert browser.value("innerWidth") == width
    assert browser.value("document.documentElement.scrollWidth") <= width
