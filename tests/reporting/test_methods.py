from pathlib import Path

import pytest

from gan_augment.reporting.methods import FEATURES, PUBLIC, methods_table

ROOT = Path(__file__).parents[2]
TO_COME = {"zoo"}


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_what_is_named_exists(feature):
    missing = {place for place in feature.ours if not (ROOT / "gan_augment" / place).exists()}
    assert missing <= TO_COME
    assert set(feature.public) <= PUBLIC.keys()


def test_every_public_system_is_named_somewhere():
    assert {name for feature in FEATURES for name in feature.public} == PUBLIC.keys()


def test_what_is_not_there_is_said(tmp_path):
    rows = methods_table(tmp_path).splitlines()[2:]
    assert len(rows) == len(FEATURES)
    assert all(row.endswith("| not yet |") for row in rows)
