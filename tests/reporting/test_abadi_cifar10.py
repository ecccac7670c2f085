import pytest

from gan_augment.metrics.significance import NOT_RUN
from gan_augment.reporting import judge, report_of, write_figures
from gan_augment.reporting.abadi_cifar10 import TABLE_5
from gan_augment.reporting.cells import Cell

REPORT = report_of({"experiment": "cifar10"})


@pytest.fixture
def scores(make_scores):
    ratios = tuple(ratio for ratio in TABLE_5 if ratio)
    scores = make_scores(sizes=(50_000,), alphas=(1.0,), gan_seeds=1, members=3, ratios=ratios)
    return scores[~scores["arm"].str.startswith("synthetic")]


def test_the_table_is_that_of_the_report():
    found = {ratio: Cell("gan", ratio, 50_000, 1.0).reported(REPORT.numbers) for ratio in TABLE_5}
    assert found == TABLE_5
    assert Cell("real", 0.0, 50_000, 1.0).reported(REPORT.numbers) == 0.7411
    claim = next(claim for claim in REPORT.claims if claim.at_least)
    assert claim.at_least == pytest.approx(0.0081)
    decline = next(claim for claim in REPORT.claims if claim.sign < 0)
    assert [contrast.label for contrast in decline.contrasts] == [
        "R = 0.05",
        "R = 0.075",
        "R = 0.1",
    ]


def test_all_claims_are_judged_on_a_whole_run(scores):
    verdicts = [found.verdict for found in judge(REPORT, scores, "corrected", 1.0)]
    assert len(verdicts) == len(REPORT.claims)
    assert NOT_RUN not in verdicts
    few = scores[scores["ratio"].isin([0, 0.1])]
    assert judge(REPORT, few, "corrected", 1.0)[0].verdict == NOT_RUN


def test_accuracy_against_ratio_is_figure_6(scores, tmp_path):
    (path,) = write_figures(scores, "corrected", REPORT, tmp_path)
    assert path.name == "figure_6.png"


def test_its_numbers_are_of_all_images_of_cifar10():
    assert not report_of({"experiment": "cifar10", "data": {"name": "mine"}}).numbers
    assert report_of({"experiment": "cifar10", "data": {"name": "cifar10"}}).numbers
