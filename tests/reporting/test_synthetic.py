import json

import numpy as np
import pandas as pd
import pytest

from gan_augment.reporting import fingerprint
from gan_augment.reporting.fingerprint import (
    fingerprint_rows,
    fingerprint_table,
    fingerprint_verdict,
    plot_fingerprint,
)
from gan_augment.reporting.synthetic import closeness, distance_name
from gan_augment.reporting.synthetic_claims import CLAIMS, apart, called, claims_of, judge
from gan_augment.reporting.synthetic_figures import plot_confusions, plot_curves
from gan_augment.reporting.synthetic_page import synthetic_section
from gan_augment.reporting.synthetic_tables import (
    CELLS,
    FID,
    table_1,
    table_1_rows,
    table_2,
    table_2_rows,
)

CLASSES = [*FID]
ACCURACIES = {
    ("real", "real"): 0.70,
    ("real", "synthetic"): 0.55,
    ("synthetic", "synthetic"): 0.999,
    ("synthetic", "real"): 0.40,
    ("mixed", "real"): 0.69,
    ("mixed", "synthetic"): 1.0,
    ("mixed", "mixed"): 0.845,
    ("real-repeat", "real"): 0.72,
}


def rows_of(accuracies, *, members=3, **about):
    return pd.DataFrame(
        [
            {"gan_seed": 0, "train": train, "test": test, "member": member, "protocol": protocol}
            | {"epoch": 10, "train_images": 45000, "optimizer_steps": 7040, "train_accuracy": 0.9}
            | {"test_images": 20000 if test == "mixed" else 10000, "accuracy": mean + 5e-4 * member}
            | about
            for (train, test), mean in accuracies.items()
            for member in range(members)
            for protocol in ("report", "corrected", "last")
        ]
    )


@pytest.fixture
def scores():
    return rows_of(ACCURACIES)


def verdict_on(text, scores):
    (claim,) = [claim for claim in CLAIMS if text in claim.text]
    return judge(claim, scores, "corrected")


def test_the_gain_of_mixing_is_judged_on_real_images(scores):
    assert verdict_on("each on test images of the kind", scores) == (
        "+14.50 [+14.50, +14.50]† (+13.80)",
        "holds",
    )
    found, verdict = verdict_on("raises accuracy on real images", scores)
    assert found.startswith("−1.00")
    assert found.endswith("(−0.74)")  # what the report's own numbers leave for the real half
    assert verdict == "does not hold"
    assert verdict_on("as many training steps", scores)[1] == "does not hold"
    assert verdict_on("on top of flip and crop", scores)[1] == "not run"


@pytest.mark.parametrize(
    ("cell", "mean", "text", "verdict"),
    [
        (("synthetic", "synthetic"), 0.999, "learnt perfectly", "holds"),
        (("synthetic", "synthetic"), 0.97, "learnt perfectly", "does not hold"),
        (("synthetic", "real"), 0.137, "no more of real ones", "holds"),
        (("synthetic", "real"), 0.15, "no more of real ones", "does not hold"),
        (("real", "synthetic"), 0.55, "worse on generated", "holds"),
        (("real", "synthetic"), 0.8, "worse on generated", "does not hold"),
    ],
)
def test_claims_about_numbers(cell, mean, text, verdict):
    assert verdict_on(text, rows_of(ACCURACIES | {cell: mean}))[1] == verdict


def test_one_classifier_decides_nothing():
    single = rows_of(ACCURACIES, members=1)
    assert {judge(claim, single, "corrected")[1] for claim in CLAIMS} == {"undecided", "not run"}


def test_table_2_has_the_cells_that_were_run_in_the_order_of_the_report(scores):
    table = table_2(scores)
    assert [*dict.fromkeys(zip(table["train"], table["test"]))] == [
        cell for cell in CELLS if cell in ACCURACIES
    ]
    assert len(table) == 3 * len(ACCURACIES)
    rows = {row[0]: row for row in table_2_rows(table, "corrected")}
    assert rows["mixed → mixed"][1:4] == ["85.46", "90.00", "84.55 ± 0.05 [84.43, 84.67]†"]
    assert rows["mixed → its real half"][1] == "–"
    assert table_2(scores, reported=False)["reported_accuracy"].isna().all()


def quality_of(kids, features="cnn_cifar10"):
    def named(metric):
        if features == "inception":
            return "fid" if metric == "frechet" else metric
        return f"{metric}_{features}"

    return pd.DataFrame(
        [
            {"generators": name, "gan_seed": 0, "class": label, "features": features}
            | {"n_real": 4500, "n_generated": 1000, named("frechet"): 10 * kid + i}
            | {named("kid"): kid, named("kid_error"): 0.1}
            for name, kid in kids.items()
            for i, label in enumerate([*CLASSES, "overall"])
        ]
    )


def test_table_1_is_called_fid_for_inception_alone():
    kids = {"held-out real": 1.0, "per-class": 5.0, "conditional": 4.0}
    ours = quality_of(kids)
    table = table_1(ours).set_index("class")
    assert table.loc["airplane", ["reported", "per-class", "conditional"]].tolist() == [
        65.113, 50, 40
    ]  # fmt: skip
    assert table.loc["mean", "reported"] == pytest.approx(46.70, abs=0.005)
    assert table.loc["mean", "per-class"] == pytest.approx(54.5)
    assert np.isnan(table.loc["overall", "reported"])
    header, rows = table_1_rows(table_1(ours))
    assert header[-2] == "held-out real"
    assert rows[0][-1] == "4,500, 1,000"
    assert "not FID" in distance_name(ours)
    assert distance_name(quality_of(kids, "inception")).startswith("FID")
    assert table_1(ours, reported=False)["reported"].isna().all()


def test_generated_images_are_apart_where_they_are_farther_than_held_out_ones():
    far = apart(quality_of({"held-out real": 1.0, "per-class": 2.0}))
    assert (far.classes, far.of, far.verdict) == (10, 10, "does not hold")
    near = apart(quality_of({"held-out real": 1.0, "per-class": 1.2}))
    assert (near.classes, near.verdict) == (0, "holds")
    some = quality_of({"held-out real": 1.0, "per-class": 1.0})
    some.loc[(some["generators"] == "per-class") & (some["class"] == "cat"), "kid_cnn_cifar10"] = 9
    assert apart(some).verdict == "holds for 9 of 10 classes"
    assert np.isnan(apart(some, reported=False).rank)
    unsure = apart(some.assign(kid_error_cnn_cifar10=np.nan))  # too few images for blocks
    assert (unsure.classes, unsure.of, unsure.verdict) == (0, 0, "undecided")
    assert "1 of 10 classes" in closeness({"quality": some}, True)[0]


def probes_of(accuracies):
    """`accuracies`: of a probe of generated and of real images, by remedy."""
    return pd.DataFrame(
        [
            {"gan_seed": 0, "remedy": remedy, "kind": kind, "fitted_to": fitted}
            | {"tested_on": tested, "test_images": 10000, "accuracy": accuracy}
            for remedy, (generated, real) in accuracies.items()
            for kind in ("colour", "residue", "both")
            for fitted, tested, accuracy in (
                ("synthetic", "synthetic", generated),
                ("real", "real", real),
                ("synthetic", "real", 0.2),
            )
        ]
    )


def remedy_scores(gan_train, real=None):
    frames = []
    for remedy, mean in gan_train.items():
        cells = {("real", "synthetic"): 0.5, ("synthetic", "real"): mean}
        cells["real", "real"] = (real or {}).get(remedy, 0.7)
        frames.append(rows_of(cells | {("synthetic", "synthetic"): 1.0}, remedy=remedy))
    return pd.concat(frames, ignore_index=True)


TRACES = {"none": (0.9, 0.3), "conditional": (0.35, 0.3), "noise": (0.8, 0.3)}


def sentences(traces, gan_train, real=None):
    table = fingerprint_table(probes_of(traces), remedy_scores(gan_train, real), "corrected")
    return " ".join(fingerprint_verdict(table, 10, True))


def test_the_verdict_follows_what_the_remedies_do():
    said = sentences(TRACES, {"none": 0.2, "conditional": 0.6, "noise": 0.2})
    assert "names the generator of 90.0 % of the generated images" in said
    assert "is the generators' own trace" in said
    assert "(reported: 13.59 %)" in said
    assert "It does better with one conditional generator +40.00" in said
    assert "It does no better, or worse, with noise on both sets" in said
    assert "The fewest traces are left with one conditional generator" in said
    assert "account for most of it" in said
    assert "a part of it, 20%" in sentences(TRACES, {"none": 0.2, "conditional": 0.3, "noise": 0.2})
    useless = {"none": 0.2, "conditional": 0.2, "noise": 0.2}
    said = sentences(TRACES, useless)
    assert "not shown to be why; but some are left" in said
    assert "some are left" not in sentences(TRACES | {"conditional": (0.3, 0.3)}, useless)


def test_a_gap_that_closes_because_real_images_teach_less_is_not_explained_by_traces():
    traces = {"none": (0.9, 0.3), "blur": (0.3, 0.3)}
    said = sentences(traces, {"none": 0.2, "blur": 0.2}, real={"blur": 0.4})
    assert "The fewest traces are left with blur on both sets" in said
    assert "smaller by +30.00" in said
    assert "not shown to be why" in said
    half = sentences(traces, {"none": 0.2, "blur": 0.3}, real={"blur": 0.4})
    assert "a part of it, 20%" in half


def test_where_there_is_no_trace_nothing_is_explained_by_it():
    said = sentences({"none": (0.3, 0.3), "noise": (0.3, 0.3)}, {"none": 0.2, "noise": 0.3})
    assert "no trace to speak of" in said
    assert "The fewest traces" not in said


def test_the_table_of_remedies(tmp_path):
    gan_train = {"none": 0.2, "conditional": 0.6, "noise": 0.2}
    table = fingerprint_table(probes_of(TRACES), remedy_scores(gan_train), "corrected")
    row = table.set_index("remedy").loc["conditional"]
    assert row["probe_lead"] == pytest.approx(0.05)
    error = np.sqrt((0.35 * 0.65 + 0.3 * 0.7) / 10000)
    assert row["probe_lead_high"] - row["probe_lead"] == pytest.approx(1.96 * error)
    twice = [probes_of(TRACES).assign(gan_seed=gan_seed) for gan_seed in (0, 1)]
    two_seeds = fingerprint_table(pd.concat(twice), remedy_scores(gan_train), "corrected")
    error = np.sqrt(0.35 * 0.65 / 20000 + 0.3 * 0.7 / 10000)  # the real images are the same
    two_seeds = two_seeds.set_index("remedy").loc["conditional"]
    assert two_seeds["probe_lead_high"] - two_seeds["probe_lead"] == pytest.approx(1.96 * error)
    assert row["gap"] == pytest.approx(0.1)
    assert row["closed"] == pytest.approx(0.4)
    rows = fingerprint_rows(table)
    assert [each[0] for each in rows] == [fingerprint.REMEDIES[name] for name in TRACES]
    assert rows[0][1] == "90.0 / 90.0 / 90.0"
    assert rows[0][-1] == "–"
    plot_fingerprint(table, tmp_path / "fingerprint.png", True)
    assert (tmp_path / "fingerprint.png").read_bytes()[:4] == b"\x89PNG"


@pytest.fixture
def confusion():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        [
            {"train": train, "test": test, "protocol": "corrected", "true": true}
            | {"predicted": predicted, "images": int(rng.integers(1, 100))}
            for train in ("real", "synthetic", "mixed")
            for test in ("real", "synthetic")
            for true in CLASSES
            for predicted in CLASSES
        ]
    )


def test_share_of_images_called_by_some_names(confusion):
    own = (confusion["train"] == "synthetic") & (confusion["test"] == "real")
    confusion.loc[own, "images"] = (confusion.loc[own, "predicted"] == "ship").astype(int)
    assert called(confusion, ("ship", "truck"), "corrected") == 1
    assert called(confusion, ("frog",), "corrected") == 0


def test_figures_are_drawn(confusion, tmp_path):
    plot_confusions(confusion, "corrected", tmp_path / "confusion.png")
    curves = pd.DataFrame(
        [
            {"train": train, "part": part, "set": "real", "epoch": epoch, "accuracy": epoch / 10}
            for train in ("real", "synthetic", "mixed")
            for part in ("train", "validation", "test")
            for epoch in (1, 2, 3)
        ]
    )
    plot_curves(curves, tmp_path / "curves.png")
    for name in ("confusion", "curves"):
        assert (tmp_path / f"{name}.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize("data", ["cifar10", "leaves"])
def test_the_page_quotes_the_report_on_its_own_data_alone(data, scores, confusion, tmp_path):
    options = {"width": 0.5, "steps": 500, "epochs": 100, "precision": "float32"}
    options |= {"classifier_width": 0.5, "classifier_epochs": 10, "data": {"name": data}}
    (tmp_path / "runs.json").write_text(json.dumps([{"options": options}]))
    tables = {
        "scores": scores,
        "quality": quality_of({"held-out real": 1.0, "per-class": 5.0}, f"cnn_{data}"),
        "confusion": confusion,
        "probes": probes_of(TRACES),
        "remedies": remedy_scores({"none": 0.2, "conditional": 0.6, "noise": 0.2}),
    }
    for name, table in tables.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    page = "\n\n".join(synthetic_section(tmp_path))
    own = data == "cifar10"
    for number in ("71.66", "13.59", "65.11", "(+13.80)", "nearly all"):
        assert (number in page) == own, number
    assert "mixed → its real half" in page
    assert f"kid_cnn_{data}" in page
    assert len(claims_of(own)) == (len(CLAIMS) if own else 2)
