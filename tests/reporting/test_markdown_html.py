import xml.etree.ElementTree as ET

import pytest

from gan_augment.reporting.html_elements import element
from gan_augment.reporting.markdown_html import anchor, boxed, parsed, with_figures, words

TABLE = """\
| claim | ours | verdict |
| :--- | ---: | ---: |
| a \\| b | 500: +1.0<br>not run: 1,000 | **does not hold** |
| c | – | **holds**<br>real − GAN: +0.3 |
"""


def table(text=TABLE):
    (found,) = parsed(text)
    return boxed(found, "Claims")


def shown(place, alt):
    return element("img", src=place, alt=alt)


def test_html_is_text_but_for_line_breaks():
    (paragraph,) = parsed("a<br>b <script>x</script> `c<br>`")
    assert [child.tag for child in paragraph] == ["br", "code"]
    assert words(paragraph) == "a\nb <script>x</script> c<br>"


def test_words_keep_their_spaces():
    (paragraph,) = parsed("*one*\ntwo **three** four")
    assert words(paragraph).split() == ["one", "two", "three", "four"]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("mnist: Abadi 2020, section 4 (MNIST)", "mnist-abadi-2020-section-4-mnist"),
        ("synthetic: Leung, Leung & Yu", "synthetic-leung-leung--yu"),
        ("Claims, at α = 2", "claims-at-α--2"),
        ("`--out` and [a link](there)", "--out-and-a-link"),
    ],
)
def test_anchors_are_those_of_github(heading, name):
    assert anchor(heading) == name


def test_tables_scroll_by_themselves_and_have_headers():
    box = table()
    assert (box.tag, box.get("class"), box.get("aria-label")) == ("div", "scroll", "Claims")
    assert box.get("tabindex") == "0"
    assert [cell.get("scope") for cell in box.findall(".//thead//th")] == ["col"] * 3
    first = [row[0] for row in box.findall(".//tbody/tr")]
    assert [(cell.tag, cell.get("scope"), words(cell)) for cell in first] == [
        ("th", "row", "a | b"),
        ("th", "row", "c"),
    ]
    assert not [each for each in box.iter() if "style" in each.attrib]


def test_numbers_in_front_are_no_row_headers():
    box = table("| α | R |\n| ---: | ---: |\n| 1 | 2 |\n")
    assert {row[0].tag for row in box.findall(".//tbody/tr")} == {"td"}


def test_verdicts_are_marked():
    cells = [[cell.get("class") for cell in row] for row in table().findall(".//tbody/tr")]
    assert [row[2] for row in cells] == ["no", "yes"]
    assert cells[1][1] == "soft"
    assert cells[0][1] is None  # its first line is short, and it is no verdict


def test_columns_of_prose_wrap():
    text = f"| a | b |\n| :--- | ---: |\n| {'x ' * 40} | 1 |\n"
    row = table(text).find(".//tbody/tr")
    assert row[0].get("class") == "left long"
    assert row[1].get("class") is None

    box = table(text)
    assert box.get("class") == "scroll stacks"
    assert [cell.get("data-label") for cell in box.find(".//tbody/tr")] == ["a", "b"]
    assert [cell.get("role") for cell in box.find(".//tbody/tr")] == ["rowheader", "cell"]


def test_options_in_code_stay_whole():
    box = table("| run |\n| ---: |\n| `x --a-b 1 --c-d -e` |\n")
    code = box.find(".//code")
    assert [span.text for span in code] == ["--a-b", "--c-d", "-e"]
    assert words(code) == "x --a-b 1 --c-d -e"


def test_pictures_in_a_row_share_the_caption_below():
    text = "![one_a](a.png)\n\n![two](b.png)\n\n*First. Second.*\n\nAfter."
    figure, after = with_figures(parsed(text), shown)
    assert figure.tag == "figure"
    assert figure[0].get("class") == "several"
    images = [(image.get("src"), image.get("alt")) for image in figure.iter("img")]
    assert images == [("a.png", "one a: First"), ("b.png", "two: First")]
    assert words(figure.find("figcaption")) == "First. Second."
    assert words(after) == "After."


def test_a_picture_may_have_no_caption():
    figure, after = with_figures(parsed("![a](a.png)\n\nNo *caption*."), shown)
    assert figure.find("figcaption") is None
    assert after.tag == "p"
    (alone,) = with_figures(parsed("![a](a.png)"), shown)
    assert alone.tag == "figure"


def test_italics_without_a_picture_stay_a_paragraph():
    (found,) = with_figures(parsed("*By itself.*"), shown)
    assert ET.tostring(found, "unicode").startswith("<p>")
