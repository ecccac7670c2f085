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
    def make(**options):
        directory = tmp_path / "mnist"
        directory.mkdir()
        (directory / "runs.json").write_text(json.dumps([RUN]))
        report = report_of({"experiment": "mnist"})
        write_results(make_scores(**options), "corrected", report, directory)
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
    for link in re.findall(r"\]\((.*?)\)", text):
        assert (tmp_path / link).exists()


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


def test_further_alphas_have_claims_of_their_own(page):
    text = page(sizes=(500,), alphas=(1.0, 2.0), gan_seeds=2, members=2)
    further = rows_of(text, "### Claims, at α = 1")
    assert further
    assert not any("α = 2 makes" in row["claim"] for row in further)
    assert "not run" not in {row["verdict"].strip("*") for row in further}
