import numpy as np
import pandas as pd
import pytest

from gan_augment.reporting import cyclegan

MEANS = {
    "scarce": 0.80,
    "classical": 0.85,
    "plentiful alone": 0.15,
    "plentiful": 0.80,
    "plentiful+classical": 0.86,
    "translated alone": 0.88,
    "translated": 0.93,
    "translated+classical": 0.92,
    "shifted": 0.95,
}


@pytest.fixture
def scores():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        [
            {"gan_seed": seed, "labelled": labelled, "set": name, "member": member}
            | {"accuracy": mean + 0.02 * (labelled == 500) + 0.001 * rng.standard_normal()}
            for name, mean in MEANS.items()
            for labelled in (100, 500)
            for seed in range(3)
            for member in range(2)
        ]
    )


def test_claims_are_judged_over_all_numbers_of_labels(scores):
    table = cyclegan.claims_table(scores)
    outcomes = table.drop_duplicates("claim").set_index("claim")["verdict"].to_dict()
    assert list(outcomes.values()) == ["holds"] * 2 + ["does not hold"] + ["holds"] * 5
    few = table[table["labelled"] == 100].set_index("difference")["mean"]
    assert few["(scarce + translated) − scarce"] == pytest.approx(0.13, abs=0.002)
    assert set(table["interval_over"]) == {"gan seeds"}
    # A claim is refuted by one number of labels, and not borne out by one alone.
    worse = scores.copy()
    chosen = (worse["set"] == "translated") & (worse["labelled"] == 500)
    worse.loc[chosen, "accuracy"] -= 0.2
    refuted = cyclegan.claims_table(worse).set_index("claim")["verdict"]
    assert set(refuted["Translated images help more than standard augmentation."]) == {
        "does not hold"
    }
    partly = cyclegan.claims_table(
        scores[~((scores["set"] == "shifted") & (scores["labelled"] == 500))]
    )
    assert partly.iloc[-1]["verdict"] == "undecided"


def test_accuracies_have_a_row_for_each_set_that_was_run(scores):
    table = cyclegan.accuracies(scores)
    assert len(table) == 2 * len(MEANS)
    header, rows = cyclegan.accuracy_rows(table)
    assert header[1:] == ["100 labelled", "500 labelled"]
    assert [row[0] for row in rows] == [cyclegan.SETS[name] for name in MEANS]
    assert rows[0][1].startswith("80.0")


def test_claims_are_spelled_out(scores):
    header, rows = cyclegan.claim_rows(cyclegan.claims_table(scores))
    assert len(header) == 4
    assert [row[0].startswith("ours: ") for row in rows] == [False] * 3 + [True] * 5
    assert rows[0][2].startswith("100: +65.")
    assert rows[1][1] == "(scarce + translated) − (scarce, classical augmentation)"
    told = cyclegan.claims_text(cyclegan.claims_table(scores)).splitlines()
    assert told[0] == f"+ {rows[0][0]} holds"
    assert told[4].startswith("− ")
    assert "; 500: +65." in rows[0][2]


def test_agreements_are_over_gan_seeds_or_judges():
    judged = pd.DataFrame(
        [
            {"set": name, "gan_seed": seed, "member": member}
            | {"agreement": mean + 0.01 * member + 0.002 * seed, "least_agreement": mean - 0.1}
            for name, mean, seeds in (("translated", 0.9, 3), ("held out", 0.97, 1))
            for seed in range(seeds)
            for member in range(2)
        ]
    )
    table = cyclegan.agreements(judged)
    assert table["set"].tolist() == ["held out", "translated"]
    assert table["interval_over"].tolist() == ["members", "gan seeds"]
    assert table["mean"].tolist() == pytest.approx([0.975, 0.907])
    _, rows = cyclegan.agreement_rows(table, cyclegan.JUDGED)
    assert rows[1][0] == "translated"
    assert rows[1][2] == "80.00"


def test_the_commonest_mistakes_are_named():
    taken = pd.DataFrame(
        [
            ("translated", "4", "9", 0.12),
            ("translated", "4", "4", 0.88),
            ("translated", "7", "1", 0.2),
            ("translated", "1", "7", 0.0),
            ("held out", "3", "5", 0.5),
        ],
        columns=["set", "class", "taken_for", "share"],
    )
    assert cyclegan.mistaken(taken) == "7 for 1 (20.0 %), 4 for 9 (12.0 %)"


def test_ways_are_means_over_gan_seeds():
    ways = pd.DataFrame(
        {"into": ["b", "a", "b"], "changed": [0.2, 0.5, 0.4], "returned": [0.1, 0.2, 0.1]}
    )
    _, rows = cyclegan.way_rows(ways)
    assert rows == [["b", "30.0", "10.0"], ["a", "50.0", "20.0"]]
