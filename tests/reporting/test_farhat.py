import numpy as np
import pytest

from gan_augment.reporting import farhat


def test_numbers_are_found_by_name():
    assert farhat.reported("gan-many", "test", "accuracy") == 0.63
    assert farhat.reported("original", "train", "loss") == 0.34
    assert np.isnan(farhat.reported("repeat-many", "test", "accuracy"))
    assert np.isnan(farhat.reported("original", "test", "least_recall"))


def test_the_original_row_calls_almost_everything_one_class():
    """Two of 41 right and 41 of 41: precision 0.76, recall 0.52, F1 0.38."""
    assert farhat.implied_recalls("original") == pytest.approx((2 / 41, 1))
    assert farhat.implied_recalls("gan-many") == pytest.approx((11 / 41, 1))


def test_no_recalls_give_a_macro_f1_above_what_precision_and_recall_allow():
    assert farhat.implied_recalls("transforms") is None


def test_differences_know_what_was_reported():
    gain = farhat.Difference("gan-many", "original")
    assert gain.reported == pytest.approx(0.13)
    assert np.isnan(farhat.Difference("gan-many", "original", folds=True).reported)
    assert np.isnan(farhat.Difference("gan-many", "repeat-many").reported)


def test_every_situation_that_a_claim_names_has_a_label():
    named = {s for c in farhat.CLAIMS for d in c.differences for s in (d.first, d.second)}
    assert named <= set(farhat.LABELS)
    assert set(farhat.TABLE_1) <= set(farhat.LABELS)
