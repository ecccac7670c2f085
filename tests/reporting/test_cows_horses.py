import numpy as np
import pandas as pd
import pytest

from gan_augment.metrics.significance import DOES_NOT_HOLD, HOLDS, NOT_RUN, UNDECIDED
from gan_augment.reporting import farhat
from gan_augment.reporting.cows_horses import (
    Told,
    belief,
    claims_table,
    judge,
    leave_one_out,
    of_last_epoch,
    picture_claims,
    table_1,
)
from gan_augment.reporting.cows_horses_figures import plot_curves, plot_losses, plot_neighbours
from gan_augment.reporting.cows_horses_page import cows_horses_section
from gan_augment.reporting.cows_horses_text import claims_text, cows_horses_text

TOLD = Told(1000, 2000, True)


def rows(situation, accuracy, protocol="corrected", fold=np.nan, members=6, spread=0.01):
    """Two epochs of `members` classifiers of three GAN seeds, `accuracy` at the last."""
    made = []
    for member in range(members):
        for epoch in (1, 2):
            for part, value in (("train", 0.99), ("test", accuracy)):
                value = value + spread * (member % 2) - 0.1 * (epoch == 1)
                made.append(
                    {
                        "fold": fold,
                        "protocol": protocol,
                        "situation": situation,
                        "gan_seed": member % 3 if np.isnan(fold) else fold,
                        "member": member,
                        "part": part,
                        "epoch": epoch,
                        "last": epoch == 2,
                        "train_images": 82,
                        "steps": 42,
                        "loss": 1 - value,
                        **dict.fromkeys(("accuracy", "precision", "recall", "f1"), value),
                        "least_recall": 2 * value - 1,
                        "recall_cow": 1.0,
                        "recall_horse": 2 * value - 1,
                    }
                )
    return pd.DataFrame(made)


def all_rows(**accuracies):
    named = {"original": 0.5, "gan-few": 0.6, "gan-many": 0.65, "gan-many+transforms": 0.56}
    named |= {"repeat-few": 0.5, "repeat-many": 0.66, "transforms": 0.52, "transforms-many": 0.5}
    named = named | {name.replace("_", "-"): value for name, value in accuracies.items()}
    folds = [
        rows(name, value + 0.02 * fold, fold=float(fold), members=2)
        for name, value in (("original", 0.8), ("gan-many", 0.85), ("repeat-many", 0.8))
        for fold in (1, 2, 3)
    ]
    return pd.concat([*(rows(*item) for item in named.items()), *folds], ignore_index=True)


def pictures(kid_of_batch=None):
    kids = kid_of_batch or {1: 1.0, 4: 2.0, 16: 3.0}
    made = []
    for seed in range(3):
        for name in ("cow", "horse"):
            for batch, kid in kids.items():
                for as_batch in (batch, *((4, 16) if batch == 1 else ())):
                    when = "epochs" if as_batch == batch else "steps"
                    about = {"when": when, "batch_size": batch, "as_batch": as_batch, "step": 9}
                    # After as few steps batch 1 is no better than the others.
                    value = (kids[as_batch] if when == "steps" else kid) + 0.01 * seed
                    made.append({**about, "gan_seed": seed, "class": name, "kid": value})
            made.append({"when": "set", "gan_seed": seed, "class": name, "kid": 1.0})
            made[-1]["protocol"] = "corrected"
    for name in ("cow", "horse"):
        made.append({"when": "other object", "class": name, "kid": 9.0})
    table = pd.DataFrame(made)
    for name in ("ratio", "nearer", "very_near", "ratio_features", "nearer_features", "covered"):
        table[name] = 0.5
    return table


def losses():
    return pd.DataFrame(
        [
            {"protocol": "corrected", "gan_seed": seed, "class": name, "step": step}
            | {"d_loss": 0.1, "g_loss": 5.0, "d_real": 0.9 + 0.01 * seed, "d_fake": 0.05}
            for seed in range(3)
            for name in ("cow", "horse")
            for step in range(100, 1100, 100)
        ]
    )


def verdicts(scores, protocol="corrected"):
    return {claim.text: judge(scores, protocol, claim)[1] for claim in farhat.CLAIMS}


def test_verdicts_follow_from_the_last_epoch():
    found = verdicts(of_last_epoch(all_rows()))
    assert found["GAN images raise test accuracy"] == HOLDS
    assert found["GAN images raise test accuracy by 4 points or more"] == HOLDS
    # Two points more than without: transforms do help.
    assert found["transforms do not help, alone or with GAN images"] == DOES_NOT_HOLD
    assert found["GAN images do more than as many training steps on the real ones"] == DOES_NOT_HOLD
    assert found["images of several GAN seeds help more than as many of one"] == NOT_RUN
    assert found["GAN images help a classifier of nine objects a class with the tenth"] == HOLDS


def test_a_gain_of_three_points_is_not_four():
    found = verdicts(of_last_epoch(all_rows(gan_few=0.53)))
    assert found["GAN images raise test accuracy"] == HOLDS
    assert found["GAN images raise test accuracy by 4 points or more"] == DOES_NOT_HOLD


def test_what_was_run_in_part_is_not_borne_out():
    scores = of_last_epoch(all_rows())
    some = scores[scores["situation"] != "gan-few"]
    assert verdicts(some)["GAN images raise test accuracy"] == UNDECIDED
    assert set(verdicts(scores, "report").values()) == {NOT_RUN}


def test_intervals_are_over_gan_seeds_members_or_objects():
    table = table_1(of_last_epoch(all_rows()), TOLD).set_index("situation")
    assert table.loc["gan-few", "interval_over"] == "gan seeds"
    assert table.loc["gan-few", "n_gan_seeds"] == 3
    assert table.loc["original", "interval_over"] == "members"
    assert table.loc["original", "test accuracy reported"] == 0.5
    assert table.loc["original", "test accuracy mean"] == pytest.approx(0.505)
    assert np.isnan(table.loc["repeat-few", "test accuracy reported"])
    assert table.loc["original", "calls nearly all one class"] == 1
    folds = leave_one_out(of_last_epoch(all_rows()))
    assert folds[folds["object"] == "all"]["n_folds"].tolist() == [3, 3, 3]
    assert len(folds) == 12


def test_numbers_of_the_report_stand_only_beside_what_is_like_it():
    objects = {"train_objects": [3, 5], "test_objects": [8, 3]}
    same = {"data": {"name": "eth80"}, "added": [1000, 2000], **objects}
    assert Told.by(same).as_reported
    for other in ({"data": {"name": "x"}}, {"added": [1, 2]}, {"test_objects": [1, 1]}):
        assert not Told.by(same | other).as_reported
    assert Told.by(same).label("gan-many") == "+ 2,000 GAN"


def test_batch_1_is_better_after_as_many_epochs_and_not_after_as_many_steps():
    found = list(picture_claims(pictures()))
    assert [mine for _, mine, _ in found] == [False, True]
    epochs, steps = (contrasts for *_, contrasts in found)
    assert epochs["batch 4 − batch 1"].mean == pytest.approx(1)
    assert epochs["batch 16 − batch 1"].n_gan_seeds == 3
    assert steps["batch 4 − batch 1"].mean == pytest.approx(0)


def test_a_belief_that_differs_is_no_fooled_discriminator():
    found = belief(losses())
    assert found["gap"].mean == pytest.approx(0.86)
    assert found["d_loss"].mean == pytest.approx(0.1)


def test_text_has_tables_and_every_claim():
    scores = of_last_epoch(all_rows())
    claims = claims_table(scores, pictures(), TOLD)
    text = cows_horses_text(scores, claims, TOLD, ("corrected",))
    for claim in farhat.CLAIMS:
        assert claim.text in text
    assert "Each object left out in turn" in text
    assert "(reported +13)" in text
    assert "batch 4 − batch 1: +1" in text
    assert len(list(claims_text(claims))) == len(farhat.CLAIMS) + 2


def test_a_run_of_the_reports_protocol_alone_has_claims_of_pictures():
    scores = of_last_epoch(rows("original", 0.5, protocol="report"))
    claims = claims_table(scores, pictures(), TOLD)
    *_, after_epochs, _ = claims_text(claims)
    text, found, theirs, corrected = after_epochs
    assert text.startswith("batch 1 gives better pictures")
    assert "batch 4 − batch 1: +1" in found
    assert (theirs, corrected) == (HOLDS, NOT_RUN)


def test_page_and_figures(tmp_path):
    curves = all_rows()
    scores = of_last_epoch(curves)
    directory = tmp_path / "cows_horses"
    directory.mkdir()
    for name, table in {
        "scores": scores,
        "claims": claims_table(scores, pictures(), TOLD),
        "pictures": pictures(),
        "losses": losses(),
    }.items():
        table.to_csv(directory / f"{name}.csv", index=False)
    (directory / "runs.json").write_text(
        '[{"options": {"data": {"name": "eth80"}, "added": [1000, 2000], "epochs": 200,'
        '"train_objects": [3, 5], "test_objects": [8, 3], "gan_seeds": 3, "precision": "float32",'
        '"fold_steps": 2000, "batch_size": 1, "compare_epochs": 50}}]'
    )
    page = "\n\n".join(cows_horses_section(directory))
    assert "### Table I, corrected protocol" in page
    assert "report's protocol\n" not in page  # it was not run
    assert "GANs: 200 epochs (report: 1,000), 3 seeds" in page
    assert "a GAN sees each view about 49 times" in page  # 2,000 steps on 41 views
    assert "After 50 epochs (report: 200), batch 1 also" in page
    assert "original: 5 % and 100 %" in page
    assert "no recalls give these numbers" in page
    assert "batch 1, as few steps as batch 16" in page
    assert "| corrected protocol | 0.10 | 5.00 | 0.91 | 0.05 |" in page
    assert "nan" not in page
    plot_curves(curves, ("original", "gan-few"), TOLD, tmp_path / "curves.png")
    plot_losses(losses(), tmp_path / "losses.png")
    pair = np.zeros([3, 8, 8, 3], np.uint8), np.zeros([3, 8, 8, 3], np.uint8)
    plot_neighbours({"cow": pair, "horse": pair}, tmp_path / "neighbours.png")
    for name in ("curves", "losses", "neighbours"):
        assert (tmp_path / f"{name}.png").stat().st_size > 1000
