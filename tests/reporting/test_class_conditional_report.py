import itertools
import json

import numpy as np
import pandas as pd
import pytest

from gan_augment.reporting import loss_figures
from gan_augment.reporting.class_conditional import loss_curves_text, write_loss_curves
from gan_augment.reporting.class_conditional_page import CLAIMS, class_conditional_section, judged
from gan_augment.reporting.loss_tables import (
    MEASURES,
    Row,
    Scores,
    by_size,
    differences_table,
    losses_table,
)

EPOCHS = 4
ABOUT = {"data": {"name": "cifar10"}, "in_all": False}
ABOUT |= {
    "steps": {"fully-connected": 8000, "vae": 3000},
    "objective": None,
    "stabilizers": ["ema"],
}
ABOUT |= {"width": {"fully-connected": 0.1, "vae": 0.5}, "precision": "float32"}


def rows_of(models=("fully-connected",)):
    """Rows of a run: GAN-500 lowers the best validation loss by 0.1, GAN-1500 by 0.2."""
    rows = [("real", 0, "none", 0.0), ("rotation", 1500, "none", -0.05)]
    rows += [("repeat", 1500, "none", 0.1), ("affine", 1500, "none", -0.4)]
    for model in models:
        rows += [("gan", 500, model, -0.1), ("gan", 1500, model, -0.2)]
        rows += [("gan+affine", 1500, model, -0.4)]
    return rows


def make_scores(models=("fully-connected",), gan_seeds=3, sizes=(50_000,), seed=0):
    rng = np.random.default_rng(seed)
    rows = []
    for size, protocol, (arm, n, model, gain), gan_seed, member in itertools.product(
        sizes, ("report", "corrected"), rows_of(models), range(gan_seeds), range(2)
    ):
        luck = rng.normal(0, 0.002)
        for choice, epoch, later in (("last", EPOCHS, 0.5), ("best", 1 + member, 0.0)):
            rows.append(
                {"protocol": protocol, "size": size, "gan_seed": gan_seed, "model": model}
                | {"arm": arm, "generated": n, "train_images": 45_000, "optimizer_steps": 900}
                | {"member": member, "choice": choice, "epoch": epoch}
                | {"train_loss": 0.6 - later + luck, "valid_loss": 1.5 + gain + later + luck}
                | {"valid_accuracy": 0.5 - gain / 10, "test_accuracy": 0.5 - gain / 10 + luck}
            )
    return pd.DataFrame(rows)


def make_curves(scores):
    last = scores[scores["choice"] == "last"].drop(columns=["choice", "epoch"])
    return pd.concat([last.assign(epoch=epoch) for epoch in range(1, EPOCHS + 1)])


def make_confusions(scores):
    keys = ["protocol", "size", "model", "arm", "generated"]
    cells = scores[keys].drop_duplicates()
    pairs = pd.DataFrame(itertools.product(range(3), range(3)), columns=["true", "predicted"])
    return cells.merge(pairs, how="cross").assign(images=5)


def make_shown(models):
    images = np.random.default_rng(0).integers(0, 255, (3, 3, 8, 8, 3)).astype(np.uint8)
    for model, protocol in itertools.product(models, ("report", "corrected")):
        names = ("loss", "divergence") if model == "vae" else ("d_loss", "g_loss")
        losses = [
            {"attempt": attempt, "step": step} | dict.fromkeys(names, 1.0 + step)
            for attempt in (0, 1)
            for step in (10, 20)
        ]
        yield {
            **{"model": model, "protocol": protocol, "size": 50_000, "gan_seed": 0, "steps": 20},
            **{"images": 640, "batch_size": 64, "class_names": ["top", "middle", "bottom"]},
            **{"end": images, "losses": losses},
            "snapshots": {10: images, 20: images} if model == "vae" else {20: images},
        }


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Files of a run of two models."""
    directory, models = tmp_path_factory.mktemp("run"), ("fully-connected", "vae")
    scores = make_scores(models)
    shown = list(make_shown(models))
    write_loss_curves(scores, make_curves(scores), make_confusions(scores), shown, directory)
    return directory


def section_of(directory, **options):
    (directory / "runs.json").write_text(json.dumps([{"options": ABOUT | options}]))
    return "\n\n".join(class_conditional_section(directory))


def test_losses_stand_beside_the_reports(monkeypatch):
    text = loss_curves_text(make_scores(), ABOUT)
    line = next(line for line in text.splitlines() if line.startswith("GAN-1500  "))
    assert max(map(len, text.splitlines())) < 160
    assert line.split("  ")[0] == "GAN-1500"
    assert "0.69 / 1.99" in line
    assert "1.506–1.521" in line
    assert "0.10 / 1.80" in line  # last epoch
    assert "0.60 / 1.30 (1–2)" in line  # best epoch
    assert "3 × 2" in line
    assert "†" not in text
    other = loss_curves_text(make_scores(), ABOUT | {"data": {"name": "own"}})
    assert "reported" not in other
    assert "0.69 / 1.99" not in other


def test_differences_are_paired_and_marked_where_they_are_over_members():
    text = loss_curves_text(make_scores(), ABOUT)
    assert "GAN-1500 − equal steps 1500" in text
    assert "GAN-500 − equal steps" not in text  # that control was not run
    assert "GAN-1500 + classical − classical 1500" in text
    assert "†" in loss_curves_text(make_scores(gan_seeds=1), ABOUT)
    table = differences_table(make_scores()).set_index(["protocol", "choice", "first", "second"])
    gain = table.loc["corrected", "best", "GAN-1500", "equal steps 1500"]
    assert gain["valid_loss mean"] == pytest.approx(-0.3, abs=0.01)
    assert gain["valid_loss n_gan_seeds"] == 3
    assert gain["valid_loss low"] < -0.3 < gain["valid_loss high"] < 0


def test_a_row_of_the_table_has_every_measure():
    table = losses_table(make_scores(sizes=(100, 50_000)))
    assert len(table) == 2 * 2 * 2 * len(rows_of())
    assert table["size"].iloc[0] == 50_000  # the largest first
    assert {f"{measure} {part}" for measure in MEASURES for part in ("mean", "low")} <= set(table)
    reported = table.set_index(["arm", "generated"])["reported valid_loss"].groupby(level=0).first()
    assert reported["rotation"] == 2.28
    assert reported.isna()["repeat"]


def test_several_models_are_told_apart_and_share_the_arms_without_one():
    (found,) = by_size(make_scores(("convolutional", "vae")))
    labels = [found.label(row) for row in found.rows]
    assert len(labels) == len(set(labels))
    assert {"baseline", "GAN-500 (convolutional)", "VAE-500 (vae)"} <= set(labels)
    assert {row.model for row in found.of_model("vae")} == {"vae", "none"}


def test_claims_are_judged_by_all_their_differences():
    (found,) = by_size(make_scores())
    rows = found.of_model("fully-connected")
    verdicts = {
        claim.text.split(" (")[0]: judged(found, "corrected", claim, claim.pairs(rows))
        for claim in CLAIMS
    }
    assert verdicts["rotation raises the validation loss"] == "does not hold"
    assert verdicts["GAN images lower the validation loss at the last epoch"] == "holds"
    best = "at the best epochs GAN images make no difference to the validation loss"
    assert verdicts[best] == "does not hold"
    assert verdicts["GAN images raise the test accuracy on top of classical augmentation"] in (
        "does not hold",
        "undecided",
    )
    assert "not run" not in verdicts.values()
    worse = make_scores()
    worse.loc[(worse["arm"] == "gan") & (worse["generated"] == 500), "valid_loss"] += 1
    claim = next(c for c in CLAIMS if c.text.startswith("GAN images lower the validation loss at"))
    assert judged(Scores(worse), "report", claim, claim.pairs(rows)) == "does not hold"


def test_the_report_is_held_to_no_more_than_its_table_says():
    scores = make_scores()
    of_500 = scores[scores["generated"] == 500]
    scores = pd.concat([scores, *(of_500.assign(generated=n) for n in (2000, 3000))])
    best = next(c for c in CLAIMS if c.text.startswith("GAN-1500 has the lowest"))
    lower = next(c for c in CLAIMS if c.text.startswith("GAN images lower the validation loss at"))

    def outcome(claim, scores):
        (found,) = by_size(scores)
        return judged(found, "corrected", claim, claim.pairs(found.rows))

    assert outcome(best, scores) == "holds"
    assert outcome(best, scores[scores["generated"] != 3000]) == "undecided"  # not all were run
    two_thousand = (scores["generated"] == 2000) & (scores["arm"] == "gan")
    scores.loc[two_thousand, "valid_loss"] -= 2
    assert outcome(best, scores[scores["generated"] != 3000]) == "does not hold"
    scores.loc[two_thousand, "valid_loss"] += 4
    assert outcome(lower, scores) == "holds"  # "but for GAN-2000"


def test_trainings_that_end_before_they_over_fit_are_told(tmp_path):
    scores = make_scores()
    assert "begun to over-fit" not in loss_curves_text(scores, ABOUT)
    best_at_the_end = (scores["choice"] == "best") & (scores["member"] == 1)
    scores.loc[best_at_the_end & (scores["protocol"] == "report"), "epoch"] = EPOCHS
    (said,) = next(by_size(scores)).still_learning()
    assert said.startswith("report's protocol: 21 of 42 classifiers")
    assert loss_curves_text(scores, ABOUT).count("21 of 42 classifiers") == 1
    scores.to_csv(tmp_path / "scores.csv")
    assert "\n\nReport's protocol: 21 of 42 classifiers" in section_of(tmp_path)


def test_the_verdict_tells_how_many_real_images_each_protocol_has(tmp_path):
    scores = make_scores()
    assert next(by_size(scores)).training_images() == "45,000"
    scores.loc[scores["protocol"] == "report", "train_images"] = 12_288
    scores.to_csv(tmp_path / "scores.csv")
    assert "learned from: 12,288 (report's protocol), 45,000 (corrected))" in section_of(tmp_path)
    others = scores[scores["arm"] != "real"]
    assert next(by_size(others)).training_images() == "–"


def test_what_was_not_run_is_said():
    scores = make_scores()
    (found,) = by_size(scores[~scores["arm"].isin(["affine", "gan+affine"])])
    claim = CLAIMS[-1]
    assert judged(found, "report", claim, claim.pairs(found.rows)) == "not run"


def test_the_section_has_tables_claims_and_pictures(written):
    page = section_of(written)
    assert "### Claims: vae" in page
    assert "GAN-1500 − baseline: −0.26<br>" in page or "GAN-1500 − baseline: −0.26 |" in page
    assert "VAE-1500 − baseline: −0.26 " not in page  # the report had none
    assert "| GAN-1500 (fully-connected) | 0.69 / 1.99 |" in page
    assert "VAE-1500 − VAE-500" not in page  # a claim of the report about its GANs
    assert (
        "VAE images raise the test accuracy over equal steps: report's protocol **holds**" in page
    )
    assert "fully-connected, width 0.1, 8,000 steps, float32, ema; vae, width 0.5, 3,000" in page
    assert page.count("*ours:* rotated images raise") == 1
    assert "epochs of the classifier: 4; real images that it learned from: 45,000)" in page
    for name in ("figure_6", "generator_losses", "figures_7_10", "figure_11", "confusion"):
        assert (written / f"{name}.png").read_bytes()[:4] == b"\x89PNG"
        assert f"/{name}.png)" in page
    for name in ("scores", "curves", "losses", "differences", "confusion"):
        assert len(pd.read_csv(written / f"{name}.csv"))


def test_on_other_images_there_are_no_reported_numbers(written):
    page = section_of(written, data={"name": "birds"})
    assert "On birds instead" in page
    assert "0.69 / 1.99" not in page
    assert "(table)" not in page
    assert "*ours:* GAN images raise the test accuracy over equal steps" in page


def test_protocols_may_be_trained_for_different_lengths():
    scores = make_scores()
    longer = (scores["protocol"] == "report") & (scores["choice"] == "last")
    scores.loc[longer, "epoch"] = 9
    assert next(by_size(scores)).epochs() == "9 (report's protocol), 4 (corrected)"
    assert "before it splits them, 9 epochs" in loss_curves_text(scores, ABOUT)


def test_epochs_of_a_long_training_have_panels_of_their_own(tmp_path, monkeypatch):
    panels = {}
    monkeypatch.setattr(loss_figures, "image_panels", lambda found, *_, **__: panels.update(found))
    record = next(make_shown(("fully-connected",)))
    images = record["snapshots"][20]
    record["snapshots"] = dict.fromkeys((4, 78, 1000, 1040), images)  # 10 steps an epoch
    loss_figures.plot_snapshots([record], tmp_path / "figures_7_10.png")
    assert [title.split("epoch ")[1] for title in panels] == ["0.4", "7.8", "100", "104"]


def test_labels():
    assert Row("real", 0, "none").label(3) == "baseline"
    assert Row("gan+affine", 500, "vae").label() == "VAE-500 + classical"
