import pytest

from gan_augment.reporting import judge, report_of

REPORT = report_of({"experiment": "mnist"})
SIZES = (500, 1000, 2000, 4000, 60000)


def verdicts(scores):
    return {j.claim.text: j.verdict for j in judge(REPORT, scores, "corrected", 2.0)}


def change(scores, arm, by, size=None):
    rows = (scores["arm"] == arm) & ((scores["size"] == size) | (size is None))
    scores.loc[rows, "accuracy_corrected"] += by
    return scores


@pytest.fixture
def full(make_scores):
    return make_scores(sizes=SIZES, alphas=(1.0, 2.0, 4.0))


def test_everything_run_and_clear_is_decided(full):
    full.loc[(full["arm"] == "synthetic") & (full["alpha"] != 2), "accuracy_corrected"] -= 0.1
    found = verdicts(change(change(full, "gan", 0.06), "synthetic", -0.05))
    assert found["adding generated images raises accuracy, at every size"] == "holds"
    assert found["the largest gain, at 500 images, is 5.88 points"] == "holds"
    assert found["real images train better than as many generated ones, at every size"] == "holds"
    assert found["α = 2 makes better training images than α = 1 and α = 4"] == "holds"


def test_one_size_refutes_a_claim_about_all(full):
    found = verdicts(change(change(full, "gan", 0.06), "gan", -0.2, size=2000))
    assert found["adding generated images raises accuracy, at every size"] == "does not hold"


def test_a_size_not_run_leaves_it_open(full):
    found = verdicts(change(full[full["size"] != 4000].copy(), "gan", 0.06))
    text = "adding generated images raises accuracy, at every size"
    assert found[text] == "undecided"
    assert verdicts(full[full["arm"] != "gan"])[text] == "not run"


def test_half_of_the_reported_gain_is_not_the_reported_gain(full):
    gan = change(full, "gan", 0.03)
    found = next(j for j in judge(REPORT, gan, "corrected", 2.0) if j.claim.at_least)
    assert found.verdict == "does not hold"
    assert found.findings[0].reported == pytest.approx(0.0588)
    assert 0.03 < found.findings[0].ours.mean < 0.0538


def test_further_images_that_change_nothing_hold_within_half_a_point(full):
    scores = full.copy()
    text = "more generated images than real ones change nothing"
    columns = ["alpha", "size", "gan_seed", "member"]
    once = scores[(scores["arm"] == "synthetic") & (scores["ratio"] == 1.0)]
    once = once.set_index(columns)["accuracy_corrected"]
    rows = scores["arm"] == "synthetic"
    same = once.loc[[tuple(key) for key in scores.loc[rows, columns].to_numpy()]].to_numpy()
    scores.loc[rows, "accuracy_corrected"] = same
    assert verdicts(scores)[text] == "holds"
    more = rows & (scores["ratio"] > 1)
    scores.loc[more, "accuracy_corrected"] += 0.01
    assert verdicts(scores)[text] == "does not hold"
