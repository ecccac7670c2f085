import numpy as np
import pandas as pd
import pytest
from scipy import stats

from gan_augment.common.errors import UserError
from gan_augment.reporting import build_table, read_scores, report_of, write_tables
from gan_augment.reporting.tables import alphas_of

REPORT = report_of({"experiment": "mnist"})
TABLES = {table.number: table for table in REPORT.tables}


def row_of(built, **key):
    found = built[np.logical_and.reduce([built[name] == value for name, value in key.items()])]
    assert len(found) == 1
    return found.iloc[0]


def test_table_4_has_each_arm_beside_the_paired_difference(make_scores):
    scores = make_scores(sizes=(500,), gan_seeds=3)
    built = build_table(TABLES[4], scores, "corrected", REPORT)
    row = row_of(built, alpha=2.0, size=500, ratio=1.0)

    def by_gan_seed(arm):
        cell = scores[(scores["arm"] == arm) & (scores["ratio"] == 1.0)]
        return cell.groupby("gan_seed")["accuracy_corrected"].mean()

    expected = stats.ttest_rel(by_gan_seed("gan"), by_gan_seed("repeat"))
    assert row["gan reported"] == 0.8662
    assert row["gan mean"] == pytest.approx(by_gan_seed("gan").mean())
    assert row["gan - repeat p"] == pytest.approx(expected.pvalue)
    assert row["gan - repeat low"] == pytest.approx(expected.confidence_interval().low)
    assert (row["gan n_members"], row["gan n_gan_seeds"], row["gan_steps"]) == (12, 3, 2000)
    assert row["gan - repeat interval_over"] == "gan seeds"


def test_ratio_0_is_the_real_images_and_compares_nothing(make_scores):
    built = build_table(TABLES[4], make_scores(sizes=(500,)), "corrected", REPORT)
    row = row_of(built, alpha=2.0, size=500, ratio=0.0)
    assert row["gan mean"] == row["repeat mean"]
    assert row["gan+affine mean"] == row["affine mean"] > row["gan mean"]
    assert np.isnan(row["gan - repeat mean"])
    assert row["affine - repeat mean"] == pytest.approx(row["affine mean"] - row["gan mean"])


def test_cells_that_only_the_report_has_are_rows_without_ours(make_scores):
    scores = make_scores(sizes=(500,))
    row = row_of(build_table(TABLES[2], scores, "report", REPORT), size=60000)
    assert (row["real reported"], row["synthetic reported"]) == (0.9723, 0.9512)
    assert row["real n_members"] == 0
    assert np.isnan(row["real mean"])
    only_run = build_table(TABLES[2], scores, "report", REPORT, not_run=False)
    assert list(only_run["size"]) == [500]


def test_protocols_differ_as_the_scores_do(make_scores):
    scores = make_scores(sizes=(500,))
    report, corrected = (
        build_table(TABLES[4], scores, protocol, REPORT, not_run=False)
        for protocol in ("report", "corrected")
    )
    assert np.allclose(report["gan mean"] - corrected["gan mean"], 0.004)


def test_table_1_is_about_the_smallest_size_and_quotes_every_alpha(make_scores):
    scores = make_scores(sizes=(500, 1000), alphas=(1.0, 2.0))
    built = build_table(TABLES[1], scores, "corrected", REPORT)
    assert list(zip(built["alpha"], built["size"])) == [(1, 500), (2, 500), (4, 500)]
    assert list(built["synthetic reported"]) == [0.6489, 0.6801, 0.6753]


def test_table_3_holds_further_images_against_equal_steps(make_scores):
    built = build_table(TABLES[3], make_scores(sizes=(500,)), "corrected", REPORT, not_run=False)
    assert list(built["ratio"]) == [1, 2, 4]
    assert np.isnan(built["synthetic - synthetic-repeat mean"].iloc[0])
    assert built["synthetic - synthetic-repeat mean"].iloc[2] > 0


def test_files_are_read_back_as_they_were_built(make_scores, tmp_path):
    written = write_tables(make_scores(sizes=(500,), gan_seeds=1), REPORT, tmp_path)
    assert [path.name for path in written] == [f"table_{n}.csv" for n in (1, 2, 3, 4)]
    table_4 = pd.read_csv(tmp_path / "table_4.csv")
    assert set(table_4["protocol"]) == {"report", "corrected"}
    assert not table_4.duplicated(["protocol", "alpha", "size", "ratio"]).any()
    assert row_of(table_4, protocol="report", size=500, ratio=2.0)["gan interval_over"] == "members"


def test_a_table_without_a_score_is_not_written(make_scores, tmp_path):
    scores = make_scores(sizes=(500,))
    scores = scores[scores["arm"].isin(["real", "gan", "repeat"])]
    assert [path.name for path in write_tables(scores, REPORT, tmp_path)] == ["table_4.csv"]


def test_the_report_s_alpha_comes_first(make_scores):
    assert alphas_of(make_scores(sizes=(500,), alphas=(1.0, 2.0, 4.0)), REPORT) == [2, 1, 4]
    assert alphas_of(make_scores(sizes=(500,), alphas=(0.5,)), REPORT) == [0.5]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("alpha,size\n1,500\n", "lacks arm"),
        ("", "cannot be read"),
        ("alpha,size,arm,ratio,gan_seed,member,gan_steps,optimizer_steps,accuracy_report,"
         "accuracy_corrected\n", "has no rows"),
    ],
)  # fmt: skip
def test_what_are_not_scores_is_said_in_a_sentence(tmp_path, text, match):
    path = tmp_path / "scores.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=match):
        read_scores(path)
