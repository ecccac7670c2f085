import numpy as np
import pandas as pd
import pytest

from gan_augment.common.files import write_json
from gan_augment.reporting.stability import (
    collapse_rows,
    collapse_table,
    collapse_text,
    recommended,
    ring_table,
    ring_text,
    write_collapse,
    write_ring,
)
from gan_augment.reporting.stability_page import collapse_section


@pytest.fixture
def scores():
    rows = []
    accuracy = {"real": 0.86, "none": 0.5, "r1": 0.7, "batch-norm": 0.75, "batch-norm+r1": 0.75}
    for variant, mean in accuracy.items():
        for gan_seed in range(3):
            cell = {"variant": variant, "gan_seed": gan_seed, "classes": 10, "spread": 0.8}
            cell |= {"collapsed": 4 if variant == "none" else 0, "diverged": 0}
            if variant == "real":
                cell |= {"classes": 0, "spread": np.nan}
            for member in range(2):
                noise = 0.001 * gan_seed + 0.002 * member
                rows.append(cell | {"member": member, "accuracy": mean + noise})
    return pd.DataFrame(rows)


def test_gains_are_over_the_game_of_the_same_kind_without_stabilisers(scores):
    table = collapse_table(scores, {"r1": 1.4}).set_index("variant")
    assert table.loc["r1", "gain"] == pytest.approx(0.2)
    assert table.loc["batch-norm+r1", "gain"] == pytest.approx(0)
    assert table.loc[["real", "none", "batch-norm"], "gain"].isna().all()
    assert table.loc["none", "collapsed"] == 12
    assert table.loc["none", "trainings"] == 30
    assert table.loc["r1", "cost"] == 1.4
    assert table.loc["none", "cost"] == 1
    assert table.loc[["real", "batch-norm+r1"], "cost"].isna().all()  # not measured
    assert table.index[0] == "real"  # best first


def test_recommended_is_the_best_that_never_failed_and_is_better_for_sure(scores):
    assert recommended(scores, {}) == "r1"  # batch-norm+r1 is no better than batch-norm
    better = scores.copy()
    better.loc[better["variant"] == "batch-norm+r1", "accuracy"] += 0.05
    assert recommended(better, {}) == "batch-norm+r1"
    better.loc[better["variant"] == "batch-norm+r1", "collapsed"] = 1
    assert recommended(better, {}) == "r1"
    once = better["gan_seed"].eq(0) | better["variant"].ne("r1")
    assert recommended(better[once], {}) is None  # trained with fewer seeds than the others
    assert recommended(scores[scores["variant"] == "none"], {}) is None
    assert recommended(scores, {"r1": 2.5}) is None  # dear


def test_rows_say_what_was_collapsed_and_over_what_intervals_are(scores):
    rows = {row[0]: row for row in collapse_rows(scores, {})}
    assert rows["none"][1] == "12 of 30"
    assert "†" not in rows["r1"][4]
    one = scores[scores["gan_seed"] == 0]
    assert all("†" in row[4] for row in collapse_rows(one, {}))
    assert "12 of 30" in collapse_text(scores, {})


def test_intervals_of_accuracy_end_at_nothing_and_all(scores):
    some = scores["variant"].eq("none") & scores["gan_seed"].eq(0)
    scores.loc[some, "accuracy"] = 0.05
    table = collapse_table(scores, {}).set_index("variant")
    assert (table.loc["none", "accuracy_low"], table.loc["none", "accuracy_high"]) == (0, 1)
    assert table.loc["r1", "gain_high"] > 0.5  # differences of accuracies go on


def test_the_page_says_what_keeps_from_collapsing(scores, blobs, tmp_path):
    write_collapse(scores, {}, {"r1": blobs(24)}, tmp_path)
    write_json(tmp_path / "costs.json", {"r1": 1.2})
    about = {"alpha": 1, "size": 500, "data": {"name": "mnist"}, "steps": 200}
    write_json(tmp_path / "runs.json", [{"options": {**about, "precision": "bfloat16"}}])
    page = "\n".join(collapse_section(tmp_path))
    assert "- Less than half as many collapse as of *none*: r1 0 of 30." in page
    assert "**Recommended: r1**" in page
    assert "With 2 variants" in page


def test_one_variant_alone_has_a_table_too(scores):
    table = collapse_table(scores[scores["variant"] == "r1"], {})
    assert table["gain"].isna().all()
    assert collapse_text(scores[scores["variant"] == "r1"], {}).count("–") == 2  # gain, cost


def test_files_are_written(scores, blobs, tmp_path):
    write_collapse(scores, {"r1": 1.4}, {"none": blobs(24), "r1": blobs(24)}, tmp_path)
    assert len(pd.read_csv(tmp_path / "scores.csv")) == len(scores)
    assert "gain" in pd.read_csv(tmp_path / "collapse.csv")
    assert (tmp_path / "collapse.png").read_bytes()[:4] == b"\x89PNG"


def test_the_ring_is_judged_at_its_end(tmp_path):
    rows = [
        {"variant": variant, "gan_seed": seed, "step": step, "modes": modes - seed}
        | {"high_quality": step / 100, "distance": 2.0}
        for variant, modes in (("none", 4), ("r1", 8))
        for seed in (0, 1)
        for step in (10, 20)
    ]
    scores = pd.DataFrame(rows)
    table = ring_table(scores).set_index("variant")
    assert table.loc["r1", "modes"] == 7.5
    assert table.loc["r1", "fewest"] == 7
    assert table.loc["none", "high_quality"] == pytest.approx(0.2)
    assert "after 20 steps" in ring_text(scores)
    drawn = np.random.default_rng(0).normal(size=[2, 50, 2])
    write_ring(scores, {"none": drawn, "r1": drawn}, np.eye(2), tmp_path)
    assert (tmp_path / "ring.png").read_bytes()[:4] == b"\x89PNG"
    assert len(pd.read_csv(tmp_path / "ring.csv")) == 8
