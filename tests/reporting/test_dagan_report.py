import itertools

import numpy as np
import pandas as pd
import pytest

from gan_augment.data.images import LabeledImages
from gan_augment.data.many_classes import split_classes
from gan_augment.metrics.significance import DOES_NOT_HOLD, HOLDS, UNDECIDED
from gan_augment.reporting import dagan_files
from gan_augment.reporting.dagan import CLAIMS, REPORTED, claims_table, shots_table
from gan_augment.reporting.dagan_files import plot_accuracy, plot_courses, plot_siblings
from gan_augment.reporting.dagan_text import claims_text, dagan_text, diversity_rows, shots_text


def scores(gains=None, gan_seeds=3, shots=(1, 5)):
    """Accuracies of two members a GAN seed; `gains` over the given images by set."""
    gains = {"given": 0, "classical": 0.1, "dagan": 0.05, "dagan+classical": 0.15} | (gains or {})
    rng = np.random.default_rng(0)
    rows = []
    for gan_seed, k, member in itertools.product(range(gan_seeds), shots, range(2)):
        luck = rng.normal(0, 0.02)
        for name, gain in gains.items():
            accuracy = 0.3 + 0.05 * k + luck + gain + rng.normal(0, 0.004)
            rows.append(
                {
                    "gan_seed": gan_seed, "shots": k, "siblings": 2 if k == 1 else 10,
                    "set": name, "member": member, "steps": 1000, "accuracy": accuracy,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def outcomes(table):
    return [part["overall"].iloc[0] for _, part in table.groupby("claim", sort=False)]


def test_accuracies_stand_beside_what_is_reported():
    table = shots_table(scores(), reported=True).set_index(["shots", "set"])
    assert table.loc[(5, "dagan"), "mean"] == pytest.approx(0.6, abs=0.04)
    assert table.loc[(5, "dagan"), "reported (paper)"] == 0.82
    assert table.loc[(5, "given"), "reported (paper)"] == 0.69
    assert table.loc[(1, "dagan"), "reported (public run)"] == 0.192
    assert table.loc[(5, "classical"), ["reported (paper)", "reported (public run)"]].isna().all()
    assert np.isnan(table.loc[(1, "dagan"), "reported (paper)"])
    assert table.loc[(5, "dagan"), "siblings"] == 10
    assert table.loc[(5, "given"), "siblings"] == 0
    assert (table["interval_over"] == "gan seeds").all()
    own_data = shots_table(scores(), reported=False)
    assert own_data[[f"reported ({where})" for where in REPORTED]].isna().all(axis=None)


def test_claims_are_judged_over_all_shots():
    assert outcomes(claims_table(scores(), True)) == [HOLDS, DOES_NOT_HOLD, HOLDS, HOLDS]
    assert outcomes(claims_table(scores({"dagan": 0.2}), True))[:2] == [HOLDS, HOLDS]
    assert outcomes(claims_table(scores({"dagan": -0.1}), True))[0] == DOES_NOT_HOLD
    mixed = scores()
    by_seed = mixed["gan_seed"].map({0: 0.5, 1: -0.5, 2: 0})
    mixed.loc[mixed["set"] == "dagan", "accuracy"] += by_seed
    assert outcomes(claims_table(mixed, True))[0] == UNDECIDED


def test_gains_are_reported_for_the_first_claim_alone():
    table = claims_table(scores(), True)
    first = table[table["claim"] == CLAIMS[0].text].set_index("shots")
    assert first.loc[5, "reported (paper)"] == pytest.approx(0.13)
    assert first.loc[1, "reported (public run)"] == pytest.approx(0.028)
    rest = table[table["claim"] != CLAIMS[0].text]
    assert rest[[f"reported ({where})" for where in REPORTED]].isna().all(axis=None)


def diversity(gan_seeds=3):
    rows = []
    for gan_seed, part, of in itertools.product(
        range(gan_seeds), ("validation", "target"), ("dagan", "classical")
    ):
        rows.append(
            {
                "gan_seed": gan_seed, "part": part, "of": of, "distance": 0.6 + 0.1 * gan_seed,
                "spread": np.nan if of == "classical" else 0.3, "kept": 0.5, "kept_real": 0.6,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def test_words_have_the_numbers():
    shots, claims = shots_table(scores(), True), claims_table(scores(), True)
    header, rows = shots_text(shots)
    assert header[:5] == ["shots", *("given images alone", "classical augmentation"),
                          "DAGAN", "DAGAN + classical"]  # fmt: skip
    assert "reported, paper" in header
    assert rows[1][header.index("reported, paper")] == "69.0 → 82.0"
    assert rows[0][-1] == "3 × 2"
    (text, lines, outcome), *_, (ours, *_) = claims_text(claims)
    assert outcome == HOLDS
    assert lines[1].startswith("5 shots: +")
    assert "(reported: paper +13.0, public run +2.4), holds" in lines[1]
    assert ours.startswith("ours: ")
    rows = diversity_rows(diversity())
    assert rows[0][:2] == ["validation", "siblings"]
    assert rows[0][2].startswith("0.70 [")
    assert rows[1][3] == "–"
    said = dagan_text(shots, claims, diversity())
    assert "Accuracy on unseen classes" in said
    assert f"+ {text}: holds" in said


def test_one_gan_seed_and_own_data_are_said_as_they_are():
    alone = scores(gan_seeds=1)
    header, rows = shots_text(shots_table(alone, False))
    assert not any("reported" in name for name in header)
    assert "†" in rows[0][1]
    assert diversity_rows(diversity(1))[0][2] == "0.60"


def test_figures_are_drawn(tmp_path):
    plot_accuracy(shots_table(scores(), True), tmp_path / "accuracy.png")
    lines = [{"attempt": 0, "step": k, "d_loss": -1.0 * k, "spread": 0.5} for k in range(5)]
    plot_courses({0: lines, 1: lines[:3]}, tmp_path / "training.png")
    labels = np.repeat(np.arange(6, dtype=np.int32), 4)
    pixels = np.random.default_rng(0).integers(0, 256, (24, 5, 5, 1), dtype=np.uint8)
    images = LabeledImages(pixels, labels, list("abcdef"))
    unseen = split_classes(images, source=2, targets=2, shots=3, seed=0).target
    made = unseen.given.take(np.tile(np.arange(6), 2))
    plot_siblings(unseen, made, tmp_path / "figure_10.png")
    assert all(path.stat().st_size > 1000 for path in tmp_path.iterdir())


def test_figure_10_shows_siblings_of_the_image_at_the_left(tmp_path, monkeypatch):
    drawn = {}
    monkeypatch.setattr(
        dagan_files, "image_panels", lambda panels, path, **options: drawn.update(panels)
    )
    labels = np.repeat(np.arange(6, dtype=np.int32), 5)
    pixels = np.arange(30, dtype=np.uint8)[:, None, None, None] * np.ones([1, 2, 2, 1], np.uint8)
    images = LabeledImages(pixels, labels, list("abcdef"))
    unseen = split_classes(images, source=2, targets=2, shots=3, seed=0).target
    made = unseen.given.take(np.concatenate([np.tile(np.arange(3) + 3 * k, 4) for k in (0, 1)]))
    plot_siblings(unseen, made, tmp_path / "none.png")
    first, second = drawn.values()
    for label in (0, 1):
        own = unseen.given.of_class(label).images[0, 0, 0, 0]
        assert first[label, :5, 0, 0, 0].tolist() == [own] * 5  # copies of it, and no other's
        assert first.shape == second.shape == (2, 5, 2, 2, 1)
        real = second[label, :5, 0, 0, 0]
        assert real[0] == own
        assert len(set(real.tolist())) == 5
