import numpy as np
import pandas as pd
import pytest
from scipy import stats

from gan_augment.metrics import Estimate, estimate, verdict


def series(table):
    """Scores of shape [gan seeds, members] as the Series that `estimate` takes."""
    table = np.asarray(table, float)
    index = pd.MultiIndex.from_product(map(range, table.shape), names=["gan_seed", "member"])
    return pd.Series(table.ravel(), index)


def interval(low, high):
    return Estimate((low + high) / 2, 0.1, low, high, 0.5, 0.5, 9, 3, "gan seeds")


def test_one_gan_seed_is_the_t_interval_over_members():
    values = np.array([0.85, 0.87, 0.86, 0.90])
    found = estimate(series([values]))
    expected = stats.ttest_1samp(values, 0)
    assert (found.low, found.high) == pytest.approx(tuple(expected.confidence_interval(0.95)))
    assert found.p_value == pytest.approx(expected.pvalue)
    assert found.mean == pytest.approx(0.87)
    assert found.sd == pytest.approx(values.std(ddof=1))
    assert (found.n_members, found.n_gan_seeds, found.interval_over) == (4, 1, "members")


def test_two_gan_seeds_by_hand():
    # Means 0.1 and 0.3: mean 0.2, standard error 0.1, and t(0.975, 1 degree of freedom) = 12.7062.
    found = estimate(series([[0.0, 0.2], [0.25, 0.35]]))
    assert found.mean == pytest.approx(0.2)
    assert found.low == pytest.approx(0.2 - 1.27062, abs=1e-5)
    assert found.high == pytest.approx(0.2 + 1.27062, abs=1e-5)
    assert (found.n_members, found.n_gan_seeds, found.interval_over) == (4, 2, "gan seeds")


def test_gan_seeds_count_alike_however_many_members_they_have():
    values = pd.concat([series([[1.0] * 9]), series([[9.0], [2.0]]).drop(0, level=0)])
    assert estimate(values).mean == pytest.approx(1.5)


def test_the_sign_test_needs_six_units_that_are_not_zero():
    assert np.isnan(estimate(series([[1, 2, 3, 4, 5, 0]])).p_sign)
    assert estimate(series([[1, 2, 3, 4, 5, 6]])).p_sign == pytest.approx(2 / 2**6)
    # Five of six on one side: (1 + 6) of 2⁶ outcomes are as lopsided, on either side.
    assert estimate(series([[1, 1, 2, 2, 3, -9, 0]])).p_sign == pytest.approx(2 * 7 / 2**6)


@pytest.mark.parametrize("shape", [(1, 1), (0, 0)])
def test_too_few_scores_have_no_interval(shape):
    found = estimate(series(np.full(shape, 0.9)))
    assert np.isnan([found.low, found.high, found.sd, found.p_value, found.p_sign]).all()
    assert found.n_members == shape[0] * shape[1]


@pytest.mark.parametrize(("value", "p"), [(0.1, 0.0), (0.0, 1.0)])
def test_no_spread_has_no_width(value, p):
    found = estimate(series(np.full((3, 7), value)))
    assert found.low == found.high == pytest.approx(value)
    assert found.p_value == p


@pytest.mark.parametrize(("gan_seeds", "between"), [(1, 0.0), (3, 0.02), (5, 0.02)])
def test_intervals_cover_the_truth_as_often_as_they_say(gan_seeds, between):
    rng = np.random.default_rng(gan_seeds)
    runs = 400
    covered = 0
    for _ in range(runs):
        luck = rng.normal(0, between, (gan_seeds, 1))
        found = estimate(series(0.01 + luck + rng.normal(0, 0.01, (gan_seeds, 6))))
        covered += found.low <= 0.01 <= found.high
    assert covered / runs == pytest.approx(0.95, abs=0.035)  # three standard errors


@pytest.mark.parametrize(
    ("low", "high", "sign", "expected"),
    [
        (0.001, 0.02, +1, "holds"),
        (0.001, 0.02, -1, "does not hold"),
        (-0.02, -0.001, -1, "holds"),
        (-0.02, -0.001, +1, "does not hold"),
        (-0.004, 0.004, +1, "does not hold"),  # nothing worth naming
        (-0.004, 0.004, 0, "holds"),
        (-0.001, 0.02, +1, "undecided"),
        (-0.001, 0.02, 0, "undecided"),
        (0.001, 0.02, 0, "undecided"),
        (0.006, 0.02, 0, "does not hold"),
        (np.nan, np.nan, +1, "undecided"),
        (np.nan, np.nan, 0, "undecided"),
    ],
)
def test_verdict_of_one(low, high, sign, expected):
    assert verdict(interval(low, high), sign) == expected


def test_verdict_of_several():
    yes, no, open_ = interval(0.01, 0.02), interval(-0.02, -0.01), interval(-0.1, 0.1)
    assert verdict([yes, yes], +1) == "holds"
    assert verdict([yes, open_], +1) == "undecided"
    assert verdict([yes, open_, no], +1) == "does not hold"
    assert verdict([], +1) == "not run"
