import re

import pytest

from gan_augment.reporting import answer, as_text, report_of
from gan_augment.reporting.text import difference, markdown, p_value, percent, points

REPORT = report_of({"experiment": "mnist"})


def marks(text):
    """What stands behind each interval."""
    return set(re.findall(r"\[[^\]]*\](†?)", text))


def test_numbers_as_people_read_them():
    nan = float("nan")
    assert percent(0.8662) == "86.62"
    assert points(-0.0012) == "−0.12"
    assert points(-0.00001) == "0.00"
    assert points(1.75, unit="R") == "+1.75"
    assert difference(0.0042, -0.002, 0.0104, "gan seeds") == "+0.42 [−0.20, +1.04]"
    assert difference(0.0042, -0.002, 0.0104, "members") == "+0.42 [−0.20, +1.04]†"
    assert difference(0.0042, nan, nan, "members") == "+0.42"
    assert (p_value(0.0321), p_value(0.0001)) == ("= 0.032", "< 0.001")
    assert markdown(["a", "b"], [["1", "x|y"]], left=(1,)).splitlines() == [
        "| a | b |",
        "| ---: | :--- |",
        "| 1 | x\\|y |",
    ]


def test_the_answer_is_the_paired_difference_in_words(make_scores):
    scores = make_scores(sizes=(500,), gan_seeds=3)
    sentence = answer(scores, "corrected", REPORT)[0]
    assert sentence.startswith("At 500 images, R = 1: GAN adds ")
    at_1 = scores[scores["ratio"] == 1].groupby("arm")["accuracy_corrected"].mean()
    gain = 100 * (at_1["gan"] - at_1["repeat"])
    said = re.search(r"over equal steps it (adds|costs) (\d+\.\d) points \[", sentence)
    assert (said[1] == "adds") == (gain > 0)
    assert float(said[2]) == pytest.approx(abs(gain), abs=0.051)
    assert re.search(r"classical augmentation adds \d\.\d points \[.*\] over equal steps", sentence)


@pytest.mark.parametrize(
    ("gain", "words"),
    [(0.03, "it helps"), (-0.03, "it hurts"), (0.0, "no difference of half a point")],
)
def test_the_answer_says_what_it_means(make_scores, gain, words):
    scores = make_scores(sizes=(500,), gan_seeds=4)
    repeat = scores[scores["arm"] == "repeat"].set_index(["gan_seed", "ratio", "member"])
    gan = scores["arm"] == "gan"
    keys = [tuple(key) for key in scores.loc[gan, ["gan_seed", "ratio", "member"]].to_numpy()]
    scores.loc[gan, "accuracy_corrected"] = repeat["accuracy_corrected"].loc[keys].to_numpy() + gain
    assert f": {words};" in answer(scores, "corrected", REPORT)[0]


def test_one_sample_is_no_more_than_one_sample(make_scores):
    scores = make_scores(sizes=(500,), gan_seeds=1)
    scores.loc[scores["arm"] == "gan", "accuracy_corrected"] += 0.05
    text = as_text(scores, "corrected", REPORT)
    assert "it helps (with this one sample)" in text
    assert "hold for its one real sample" in re.sub(r"\s+", " ", text)


def test_every_interval_in_the_terminal_is_marked_if_it_is_over_members(mixed_scores):
    """500 images have several GAN seeds, 1,000 have one."""
    text = as_text(mixed_scores, "corrected", REPORT)
    several, one = answer(mixed_scores, "corrected", REPORT)[:2]
    assert marks(several) == {""}
    assert marks(one) == {"†"}
    rows = text[text.index("Table 4.") :].split("\n\n")[0].splitlines()
    for images, mark in (("500", ""), ("1,000", "†")):
        own = [row for row in rows if re.search(rf"(^|\s){images}\s", row) and "[" in row]
        assert len(own) >= 6
        assert {found for row in own for found in marks(row)} == {mark}
    legend = re.sub(r"\s+", " ", text)
    assert "intervals over GAN seeds; those marked † are over the members" in legend


def test_without_a_mark_none_is_explained(make_scores):
    assert "†" not in as_text(make_scores(gan_seeds=2), "corrected", REPORT)


def test_without_an_interval_nothing_is_decided(make_scores):
    scores = make_scores(sizes=(500,), gan_seeds=1, members=1)
    assert "one score, undecided" in answer(scores, "corrected", REPORT)[0]


def test_tables_stand_aligned_with_what_the_report_has(make_scores):
    text = as_text(make_scores(sizes=(500,)), "corrected", REPORT)
    block = text[text.index("Table 4.") :].split("\n\n")[0].splitlines()
    assert block[1].startswith("α = 2, 500 real images, 2,000 GAN steps a class")
    headings = "R reported GAN equal steps classical GAN + classical GAN − equal steps"
    assert " ".join(block[2].split()) == headings
    assert len(block) == 3 + 7
    assert len({len(line) for line in block[2:]}) == 1
    assert "86.62" in block[7]
    assert "equal steps: the real images again" in text
    assert "not run" not in text


def test_another_alpha_says_whose_numbers_are_reported(make_scores):
    text = as_text(make_scores(sizes=(500,), alphas=(1.0,)), "corrected", REPORT)
    assert "reported (α = 2)" in text


def test_other_data_show_no_reported_number(make_scores):
    report = report_of({"experiment": "mnist", "data": {"name": "fashion_mnist"}})
    assert report.name.endswith("on fashion_mnist instead")
    text = as_text(make_scores(sizes=(500,)), "corrected", report)
    assert "reported" not in text
    assert "86.62" not in text


def test_another_augmenter_shows_no_reported_number(make_scores):
    report = report_of({"experiment": "mnist-vae", "data": {"name": "mnist"}})
    assert report.name.endswith("by a variational auto-encoder instead")
    text = as_text(make_scores(sizes=(500,)), "corrected", report)
    assert "equal steps" in text
    assert "reported" not in text
