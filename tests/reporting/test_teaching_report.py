import numpy as np
import pandas as pd
import pytest

from gan_augment.reporting import cartpole, teaching, teaching_page, teaching_search


@pytest.fixture
def scores():
    rows = []
    for architecture, curriculum, gan_seed, mean in (
        ("own", "real, tuned", 0, 0.9),
        ("own", "real, tuned", 1, 0.91),
        ("own", "learned", 0, 0.95),
        ("own", "learned", 1, 0.96),
        ("other", "real, tuned", 0, 0.92),
        ("other", "real, tuned", 1, 0.92),
        ("other", "learned", 0, 0.91),
        ("other", "learned", 1, 0.93),
    ):
        for point, member in np.ndindex(2, 4):
            noise = 0.003 * member  # shared by the learners of a seed: pairing takes it out
            accuracy = mean + noise - 0.1 * (point == 0)
            cell = {"curriculum": curriculum, "gan_seed": gan_seed, "architecture": architecture}
            cell |= {"point": (8, 16)[point], "member": member, "accuracy": accuracy}
            rows.append(cell | {"rate": 0.1, "momentum": 0.5})
    return pd.DataFrame(rows)


@pytest.fixture
def search():
    rng = np.random.default_rng(0)
    rows = []
    for k in range(12):
        full = 0.9 + 0.005 * k
        for way, luck in (("generated", 0.004), ("real", 0.05), ("full", 0.0005)):
            rows += [
                {"architecture": f"net {k}", "parameters": 10 * k, "way": way, "member": member}
                | {"accuracy": full + rng.normal(0, luck), "seconds": 0.5}
                for member in range(3)
            ]
    return pd.DataFrame(rows)


def test_gains_are_over_the_learner_with_the_same_seed(scores):
    found = teaching.gain(scores, "learned", "own", 16)
    assert found.mean == pytest.approx(0.05)
    assert (found.low, found.high) == pytest.approx((0.05, 0.05))  # each over its own rivals
    assert found.interval_over == "gan seeds"
    one = teaching.gain(scores[scores["gan_seed"] == 0], "learned", "own", 16)
    assert (one.low, one.high) == pytest.approx((0.05, 0.05))
    assert one.interval_over == "members"
    assert teaching.gain(scores, "real, tuned", "own", 16, over="learned").mean < 0
    assert teaching.gain(scores, "learned", "other", 16).low < 0


def test_tables_say_what_was_taught(scores):
    header, rows = teaching.steps_table(scores)
    assert header[1:3] == ["8 steps", "16 steps"]
    assert [row[0] for row in rows] == ["real", "generated, learned curriculum"]
    assert rows[0][3:] == ["–", "–"]
    assert rows[1][4].startswith("+5.00 [")
    _, rows = teaching.transfer_table(scores)
    assert [row[0] for row in rows] == ["own", "other"]


def test_search_is_judged_by_full_training(search):
    _, rows = teaching_search.search_table(search)
    by_generated, by_real, by_full = rows
    assert float(by_generated[1].split()[0]) > 0.9
    assert float(by_real[1].split()[0]) < 0.9
    assert float(by_full[1].split()[0]) > 0.98
    assert by_full[3] == "net 11"
    assert by_full[5] == "1 of 12"
    # One learner is held against the others, not against a mean that it is part of.
    odd = (search["way"] == "full") & (search["member"] == 0)
    search.loc[odd, "accuracy"] *= -1
    assert teaching_search.agreement(search, "full")[0] < -0.98


def test_lessons_are_shown_in_order_a_class_a_column():
    labels = np.tile([1, 0, 2, 0], (20, 1)).astype(np.int32)
    images = np.zeros((20, 4, 2, 2, 1), np.float32)
    images[:] = (np.arange(20)[:, None] / 19 + labels / 10 - 1)[..., None, None, None]
    grid = teaching.in_order(images, labels)
    assert grid.shape == (teaching.SHOWN, 3, 2, 2, 1)
    assert (np.diff(grid[:, 0, 0, 0, 0].astype(int)) > 0).all()
    assert (np.diff(grid[0, :, 0, 0, 0].astype(int)) > 0).all()


@pytest.fixture
def curve():
    return pd.DataFrame(
        [
            {"curriculum": "learned", "gan_seed": seed, "meta_step": step, "point": point}
            | {"loss": 1.0, "gradient": 1.0, "seconds": 80.0, "accuracy": 0.5 + step / 100}
            for seed in (0, 1)
            for step in (10, 20, 30)
            for point in (8, 16)
        ]
    )


def test_a_ranking_comes_with_what_it_costs_and_the_difference(search, curve):
    told = teaching_search.search_words(search, curve)
    assert "less real ones: +0." in told
    assert "trained before for about 240 seconds" in told


def test_the_verdict_says_worse_where_it_is(scores):
    told = teaching_page._verdict(scores, "mnist")
    assert "after 16 steps better (+5.00" in told
    worse = scores.assign(
        accuracy=scores["accuracy"]
        - 0.2 * (scores["curriculum"] == "learned") * scores["point"] / 16
    )
    told = teaching_page._verdict(worse, "mnist")
    assert "after 8 steps worse (−5.00" in told
    assert "after 16 steps worse (−15.00" in told
    assert "reported" not in told  # was for 32 steps
    learned = scores[scores["curriculum"] == "learned"]
    rates = learned.assign(curriculum="real", accuracy=learned["accuracy"] + 0.01)
    late = pd.concat([scores, rates]).assign(point=lambda rows: 2 * rows["point"])
    told = teaching_page._verdict(late, "mnist").splitlines()
    assert told[2].startswith("- *generated, learned curriculum*: after 16 steps better")
    assert "over real images with learned rates" in told[4]
    assert "after 32 steps worse (−1.00" in told[4]
    assert "98.9 % after 32 steps, as reported, is not reached" in told[5]


def test_sizes_and_times_are_told(scores, curve):
    curve.loc[curve["meta_step"] == 20, "seconds"] = 5000.0  # the machine had a pause
    told = teaching_page._sizes(scores, curve)
    assert told.startswith(
        "4 learners a network; networks: generated, learned curriculum 2 (of about 4 "
    )


def test_the_verdict_on_policies_counts_those_who_learned():
    rows = []
    for method, ends in (("taught", (500, 480, 300)), ("policy gradient", (200, 90, 100))):
        for seed, end in enumerate(ends):
            for update, value in enumerate((10, end)):
                rows.append({"method": method, "gan_seed": seed, "update": update, "return": value})
    best = pd.DataFrame(rows).assign(seconds=lambda rows: 30.0 * rows["update"])
    told = cartpole._verdict(best, 1)
    assert "A step is not always enough: the fresh policies of 2 of 3 teaching" in told
    assert "does in 0 of 3 trainings (130 in the mean)" in told
    assert "after 30 s (2 of 3 seeds) in teaching, and never in plain training" in told


def test_files_are_written(scores, curve, search, tmp_path):
    lessons = {"learned": (np.zeros((3, 4, 4, 4, 1)), np.tile([0, 1, 2, 0], (3, 1)))}
    teaching.write_teaching(scores, curve, lessons, search, tmp_path)
    assert len(pd.read_csv(tmp_path / "scores.csv")) == len(scores)
    for name in ("curve", "lessons", "search"):
        assert (tmp_path / f"{name}.png").read_bytes()[:4] == b"\x89PNG"
    assert "net 11" in teaching.teaching_text(scores, curve, search)
