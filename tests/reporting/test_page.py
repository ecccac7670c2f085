import json
import re

import pytest

from gan_augment.reporting import write_page
from gan_augment.reporting.outputs import write_results
from gan_augment.reporting.report import report_of

RUN = {
    "run": "0123abcd", "command": "python -m gan_augment.mnist --alpha 2",
    "versions": {"keras": "3.15.1"},
    "options": {"data": {"name": "mnist", "train_images": 60000, "test_images": 10000,
                         "source": "mnist.npz", "content_hash": "f" * 64}},
}  # fmt: skip


@pytest.fixture
def page(make_scores, tmp_path):
    def make(scores=None, run=RUN, **options):
        directory = tmp_path / "mnist"
        directory.mkdir()
        (directory / "runs.json").write_text(json.dumps([run]))
        report = report_of({"experiment": "mnist"})
        scores = make_scores(**options) if scores is None else scores
        write_results(scores, "corrected", report, directory)
        path = write_page(tmp_path)
        assert path == tmp_path / "README.md"
        return path.read_text()

    return make


def rows_of(text, heading):
    lines = text[text.index(heading) :].split("\n### ")[0].splitlines()
    rows = [re.split(r" (?<!\\)\| ", line.strip("| ")) for line in lines if line.startswith("|")]
    return [dict(zip(rows[0], row)) for row in rows[2:]]


def test_the_page_has_reported_and_ours_and_what_is_not_run(page, tmp_path):
    text = page(sizes=(500, 1000), gan_seeds=2, members=2)
    table_4 = rows_of(text, "### Table 4")
    assert len(table_4) == 5 * 7
    by_cell = {(row["images"], row["R"]): row for row in table_4}
    assert by_cell["500", "2"]["reported"] == "86.80"
    assert re.fullmatch(r"\d\d\.\d\d ± \d\.\d\d \[.*, .*\]", by_cell["500", "2"]["GAN"])
    assert by_cell["500", "2"]["n"] == "2 × 2"
    assert re.search(
        r"\[.*, .*\], p (= 0\.\d{3}|< 0\.001)$", by_cell["500", "2"]["GAN − equal steps"]
    )
    assert by_cell["60,000", "2"]["GAN"] == "not run"
    assert "`python -m gan_augment.mnist --alpha 2`" in text
    for link in re.findall(r"\]\(([^#].*?)\)", text):
        assert (tmp_path / link).exists()
    assert text.index("[mnist](#mnist-abadi-2020-section-4-mnist): of") < text.index("## mnist")
    assert re.search(r"^- Epochs of the classifiers: \d+ at 500", text, re.MULTILINE)


def test_every_claim_has_a_verdict_under_both_protocols(page):
    rows = rows_of(page(sizes=(500, 1000), gan_seeds=2, members=2), "### Claims, at α = 2")
    claims = report_of({"experiment": "mnist"}).claims
    assert len(rows) == len(claims)
    verdicts = {"holds", "does not hold", "undecided", "not run"}
    assert {row["verdict, report's protocol"] for row in rows} <= verdicts
    assert {row["verdict"].strip("*") for row in rows} <= verdicts
    gain = next(row for row in rows if "5.88" in row["claim"])
    assert gain["ours (and reported)"].endswith("(+5.88)")


def test_one_gan_seed_is_marked(page):
    text = page(sizes=(500,), gan_seeds=1, members=3)
    gain = next(row for row in rows_of(text, "### Claims") if "5.88" in row["claim"])
    assert "†" in gain["ours (and reported)"]
    assert "Bands are 95 % intervals over members (as those marked †)." in text


def test_every_interval_on_the_page_is_marked_if_it_is_over_members(page, mixed_scores):
    """500 images have several GAN seeds, the other sizes one."""
    text = page(mixed_scores)
    seen = set()
    for number in (1, 2, 3, 4):
        for row in rows_of(text, f"### Table {number}"):
            mark = "" if row["images"] == "500" else "†"
            found = {m for cell in row.values() for m in re.findall(r"\[[^\]]*\](†?)", cell)}
            assert found <= {mark}
            seen |= {(number, m) for m in found}
            assert row["n"] == "–" or row["n"].startswith("1 ×" if mark else "3 ×")
    assert seen == {(1, ""), *((number, mark) for number in (2, 3, 4) for mark in ("", "†"))}
    for row in rows_of(text, "### Claims"):
        for line in row["ours (and reported)"].split("<br>"):
            if "[" in line:
                assert ("]†" in line) != line.startswith("500")
    for size, mark in (("500", ""), ("1,000", "†")):
        (sentence,) = re.findall(rf"^- At {size} images.*", text, re.MULTILINE)
        assert set(re.findall(r"\[[^\]]*\](†?)", sentence)) == {mark}
    for start in ("bands", "Bands"):
        assert re.search(
            rf"{start} are 95 % intervals over GAN seeds, or over members .*1,000", text
        )


def test_arms_with_fewer_gan_seeds_are_counted_and_marked(page, make_scores):
    scores = make_scores(sizes=(500,), gan_seeds=2, members=3)
    text = page(scores[(scores["arm"] != "repeat") | (scores["gan_seed"] == 0)])
    row = next(row for row in rows_of(text, "### Table 4") if row["R"] == "1")
    assert row["n"] == "2 × 3, 1 × 3"
    assert "]†" in row["GAN − equal steps"]
    assert "†" not in row["GAN"] + row["GAN + classical − classical"]


def test_bands_over_gan_seeds_alone_are_called_so(page):
    text = page(sizes=(500, 1000), gan_seeds=2, members=2)
    assert "Bands are 95 % intervals over GAN seeds." in text


def test_all_versions_of_a_run_are_there(page):
    versions = [{"keras": "3.15.1", "numpy": "2.4.6"}, {"keras": "3.15.2", "numpy": "2.4.6"}]
    text = page(run=RUN | {"versions": versions}, sizes=(500,), gan_seeds=1, members=2)
    told = rows_of(text, "### Runs")[0]["versions"]
    assert told == "keras 3.15.1, numpy 2.4.6<br>continued with: keras 3.15.2, numpy 2.4.6"


def test_further_alphas_have_claims_of_their_own(page):
    text = page(sizes=(500,), alphas=(1.0, 2.0), gan_seeds=2, members=2)
    further = rows_of(text, "### Claims, at α = 1")
    assert further
    assert not any("α = 2 makes" in row["claim"] for row in further)
    assert "not run" not in {row["verdict"].strip("*") for row in further}
