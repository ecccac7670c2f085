import pytest

from gan_augment.reporting import report_of
from gan_augment.reporting.cells import BestRatio, Cell

REPORT = report_of({"experiment": "mnist"})


def test_cells_that_two_tables_share_have_one_number():
    # Table 1 at α = 2, Table 2 (fake) and Table 3 (R = 1) are the same training.
    assert REPORT.numbers[Cell("synthetic", 1.0, 500, 2.0)] == 0.6801
    # Table 2 (real) is Table 4 at R = 0.
    assert Cell("gan", 0.0, 4000, 2.0).reported(REPORT.numbers) == 0.9421
    assert len(REPORT.numbers) == 2 + 5 * 1 + 3 * 2 + 5 * 7  # Tables 1 | 3, R = 1 | R > 1 | 4


def test_lost_cells_are_left_out():
    for ratio in (2.0, 4.0):
        for size in (1000, 4000):
            assert Cell("synthetic", ratio, size, 2.0) not in REPORT.numbers


def test_the_largest_gain_is_the_one_the_report_names():
    gains = {
        (size, ratio): Cell("gan", ratio, size, 2.0).reported(REPORT.numbers)
        - Cell("real", 0.0, size, 2.0).reported(REPORT.numbers)
        for size in (500, 1000, 2000, 4000, 60000)
        for ratio in (0.25, 0.5, 0.75, 1.0, 2.0, 4.0)
    }
    assert max(gains, key=gains.get) == (500, 2.0)
    assert gains[500, 2.0] == pytest.approx(0.0588)
    claim = next(claim for claim in REPORT.claims if claim.at_least)
    assert claim.at_least == pytest.approx(0.0588)


def test_best_ratios_of_the_report():
    best = [
        BestRatio("gan", n, 2.0).reported(REPORT.numbers) for n in (500, 1000, 2000, 4000, 60000)
    ]
    assert best == [2.0, 1.0, 1.0, 0.5, 0.25]


def test_other_data_are_not_held_against_its_numbers():
    other = report_of({"experiment": "mnist", "data": {"name": "fashion_mnist"}})
    assert not other.numbers
    assert other.claims
    assert all(claim.ours for claim in other.claims)
    assert other.tables == REPORT.tables


def test_an_experiment_without_a_report_has_no_tables():
    assert report_of({"experiment": "something new"}).tables == ()
