"""The page of a trial on one's own images: one file that needs nothing else, not even a network."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from gan_augment.reporting.html_elements import code, document, element, picture, section, table
from gan_augment.reporting.own_images_details import data, images, method, quality, repeat
from gan_augment.reporting.own_images_style import STYLE
from gan_augment.reporting.own_images_words import (
    MEANINGS,
    SCORES,
    answer,
    counted,
    difference,
    duration,
    number,
    sign,
    unbroken,
    what_to_do,
)
from gan_augment.reporting.text import NOTHING, percent

IN_KERAS = {
    "classical": """\
change = keras.Sequential([
    keras.layers.RandomTranslation(0.08, 0.08, fill_mode="nearest"),
    keras.layers.RandomRotation(10 / 360, fill_mode="nearest"),
    keras.layers.RandomZoom(0.1, fill_mode="nearest"),
    keras.layers.RandomBrightness(0.1),
    keras.layers.RandomContrast(0.2),
])  # and RandomFlip("horizontal") where left and right mean nothing
images = change(images, training=True)""",
    "randaugment": """\
change = keras.layers.RandAugment(value_range=(0, 255), num_ops=2, factor=0.3)
images = change(images, training=True)""",
}

Pictures = Mapping[str, bytes]


def page(facts: Mapping, pictures: Pictures) -> str:
    """Return the page as HTML, from the content of verdict.json and PNG files by name.

    What `facts` lack is left out. Nothing in them can become markup.
    """
    title = facts.get("title") or "these images"
    return document(
        f"{title}: do generated images help?",
        STYLE,
        _head(facts, title),
        element("main", [each(facts, pictures) for each in SECTIONS]),
        element("footer", "Written by gan_augment. All numbers are in verdict.json beside this."),
    )


def _head(facts: Mapping, title: str) -> Element:
    kind, words = answer(facts)
    notice = None
    if facts.get("interrupted") or facts.get("complete") is False:
        why = facts.get("interrupted") or "It did not come to its end."
        about = element("strong", "This trial is not complete. ")
        notice = element("p", about, why, class_="notice", role="note")
    verdict = _asides(facts.get("verdict") or "There is no verdict yet.")
    return element(
        "header",
        element("h1", "Do generated images help a classifier of ", element("bdi", title), "?"),
        element("p", words, class_=f"answer {kind}"),
        element("p", verdict, class_="verdict"),
        element("p", facts["power"], class_="power") if facts.get("power") else None,
        notice,
        _tiles(facts),
    )


def _asides(sentence: str) -> Iterator[Element | str]:
    """Yield a sentence, what is in brackets less loudly."""
    for part in re.split(r"(\([^()]*\)[.;]?)", unbroken(sentence)):
        yield element("span", part, class_="aside") if part.startswith("(") else part


def _tiles(facts: Mapping) -> Element | None:
    about, splits, question = (facts.get(key) or {} for key in ("data", "splits", "question"))
    tiles = []
    if question:
        found, _, span = difference(question).partition(" ")
        tiles.append(
            ("generated images add", f"{found} points", f"{span} (95\u00a0%)" if span else None)
        )
    if about.get("images"):
        classes = counted(len(about.get("classes") or {}), "class", "classes")
        tiles.append(("images", f"{about['images']:,}", f"in {classes}"))
    if splits:
        within = f"in each of {splits['n']} splits" if splits["n"] > 1 else "in one split"
        tiles.append(("test images", f"{splits['test']:,}", within))
    if facts.get("seconds") is not None:
        trainings = sum(each.get("trainings") or 0 for each in facts.get("candidates") or [])
        done = f"{counted(trainings, 'classifier')} trained" if trainings else None
        tiles.append(("time", duration(facts["seconds"]), done))
    shown = [
        element("div", element("dt", name), element("dd", big, small and element("small", small)))
        for name, big, small in tiles
    ]
    return element("dl", shown, class_="tiles") if tiles else None


def _advice(facts: Mapping, pictures: Pictures) -> Element | None:
    sentences = what_to_do(facts)
    if not sentences:
        return None
    advised, made, blocks = facts["advised"], facts.get("augmented") or {}, []
    if path := made.get("path"):
        sizes = f", {made.get('real') or 0:,} real and {made.get('generated') or 0:,} generated"
        said = f"{sizes} images. TensorFlow Datasets reads it, and so does this:"
        reading = f"from gan_augment.data import read_records\n\nimages = read_records({path!r})"
        blocks += [
            element(
                "p",
                "The set with generated images is beside this page: ",
                element("code", path),
                said,
            ),
            code(reading),
        ]
        blocks += [element("p", made["note"])] if made.get("note") else []
    if change := IN_KERAS.get(advised.get("transform")):
        blocks += [
            element("p", "In Keras, changes of about this kind and strength:"),
            code(f"import keras\n\n{change}"),
        ]
    return section("What to do", element("p", " ".join(sentences)), blocks)


def _intervals(facts: Mapping, pictures: Pictures) -> Element | None:
    if "intervals.png" not in pictures:
        return None
    steps, question = facts.get("steps") or [], facts.get("question")
    found = [*steps, *([question] if question else [])]
    said = "; ".join(f"{each['first']} − {each['second']}: {difference(each)}" for each in found)
    caption = [
        element("p", "Differences on test images, in points (hundredths). A bar wholly right of 0: "
                "the first is better. Wholly left: it is worse. Across 0: it may be chance."),
        element("p", "From the top: the comparisons that lead to the advice, each with an "
                "interval of 95 %.") if steps else None,
        element("p", "In bold: the best with generated images against the best without, both "
                "chosen on validation images (95 % interval).") if question else None,
    ]  # fmt: skip
    alt = f"Differences with their intervals. {said}"
    return section("How sure is that?", picture(pictures["intervals.png"], alt, caption))


def _candidates(facts: Mapping, pictures: Pictures) -> Element | None:
    known = [*(facts.get("candidates") or [])]
    if not known:
        return None
    known.sort(key=lambda each: -(each.get("validation") or 0))
    examined = [each for each in known if each.get("test") is not None]
    dropped = [each for each in known if each.get("test") is None]
    caption = f"{SCORES[facts.get('score') or 'accuracy'].capitalize()} in per cent, best on "
    caption += "validation images first. "
    if examined:
        caption += "±: standard deviation over trainings. Gains are in points [interval]. "
    if dropped and examined:
        caption += "Those without a test score were dropped on validation images: test images are "
        caption += "looked at for the candidates that are left, once these are chosen."
    elif dropped:
        caption += "Test images were not looked at."
    header = ["candidate", "validation", "test", "gain over nothing", "weakest class", "trainings"]
    advised = (facts.get("advised") or {}).get("name")
    groups = [[_row(each, advised) for each in part] for part in (examined, dropped)]
    parts = {part for each in known for part in (each.get("method") or each["name"],)}
    parts |= {each.get("transform") for each in known}
    words = [(name, text) for name, text in MEANINGS.items() if name in parts]
    meanings = [[element("dt", name), element("dd", text)] for name, text in words]
    return section(
        "Everything that was tried",
        table(caption, header, groups),
        element("dl", meanings, class_="pairs") if meanings else None,
    )


def _row(each: Mapping, advised: str | None) -> list:
    over = each.get("over_nothing")
    mark = element("span", "advised", class_="mark") if each["name"] == advised else None
    tone = {1: {"class_": "up"}, -1: {"class_": "down"}}.get(sign(over), {})
    test, spread = (percent(number(each.get(key)), 1) for key in ("test", "test_sd"))
    return [
        [unbroken(each["name"]), mark],
        percent(number(each.get("validation")), 1),
        test if spread == NOTHING else f"{test} ± {spread}",
        element("span", difference(over), **tone),
        percent(number(each.get("least_recall")), 1),
        f"{each['trainings']:,}" if each.get("trainings") else NOTHING,
    ]


def _amounts(facts: Mapping, pictures: Pictures) -> Element | None:
    if "ratios.png" not in pictures:
        return None
    shown = [each for each in facts["candidates"] if each.get("validation") is not None]
    said = "; ".join(f"{each['name']}: {percent(each['validation'], 1)} %" for each in shown)
    caption = "Scores on validation images by R, the number of generated images for each real one. "
    caption += "Lines across: without generated images. Filled marks went on to the test images, "
    caption += "hollow ones did not."
    if any(each.get("method") and each.get("ratio") is None for each in shown):
        caption += " “Filled up”: so many that every class has as many images as the largest."
    figure = picture(pictures["ratios.png"], f"Validation scores. {said}", caption)
    return section("How many generated images?", figure)


SECTIONS = (
    *(_advice, _intervals, _candidates, _amounts),
    *(images, quality, data, method, repeat),
)
