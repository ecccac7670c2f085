import json
import re

import numpy as np
import pandas as pd
import pytest

from gan_augment.augmenters.bagan import DISCRIMINATOR_RATE, GENERATOR_RATE
from gan_augment.data import LabeledImages
from gan_augment.metrics.significance import DOES_NOT_HOLD, HOLDS, NOT_RUN, UNDECIDED
from gan_augment.reporting.imbalance import (
    CLAIMS,
    WAYS,
    claims_table,
    contrast,
    judge,
    recalls_table,
)
from gan_augment.reporting.imbalance_files import FILES, PERHAPS, write_imbalance
from gan_augment.reporting.imbalance_page import (
    TRIED,
    imbalance_section,
    imbalance_text,
)
from gan_augment.studies.rebalancing import WAYS as STUDIED

RECALLS = {"none": 0.5, "repeat": 0.6, "smote": 0.62, "affine": 0.7, "repeat+affine": 0.8}
RECALLS |= {"conditional": 0.6, "auto-encoder": 0.7, "bagan": 0.75, "complete": 0.9}


def fake(shares=(0.05, 0.1), ways=RECALLS, gan_seeds=3, members=2, **changed):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        [
            {
                "share": share,
                "gan_seed": gan_seed,
                "set": way,
                "member": member,
                "steps": 100,
                "minority_recall": value + share + luck,
                "majority_recall": 0.95 + luck,
                "recall": 0.7 * 0.95 + 0.3 * value + share + luck,
                "least_recall": value + luck,
                "accuracy": 0.9,
            }
            for share in shares
            for gan_seed in range(gan_seeds)
            for way, value in {**ways, **changed}.items()
            for member in range(members)
            for luck in [0.0005 * rng.normal()]
        ]
    )


def claims(text):
    (found,) = [claim for claim in CLAIMS if text in claim.text]
    return found


def test_all_ways_of_the_study_have_names():
    assert list(WAYS) == list(STUDIED)
    for claim in CLAIMS:
        assert {way for _, way in claim.terms} <= set(WAYS)


def test_verdicts_follow_the_differences():
    scores = fake()
    found, outcome = judge(scores, claims("plain conditional GAN: minority"))
    assert outcome == HOLDS
    assert found[0.05].mean == pytest.approx(0.15, abs=0.01)
    assert found[0.05].interval_over == "gan seeds"
    assert judge(scores, claims("affine maps at every step"))[1] == DOES_NOT_HOLD
    assert judge(scores, claims("cost the other classes no recall"))[1] == HOLDS
    # 0.75 is more than half-way from 0.5 to 0.9; 0.65 is not.
    assert judge(scores, claims("half or more"))[1] == HOLDS
    assert judge(fake(bagan=0.65), claims("half or more"))[1] == DOES_NOT_HOLD


def test_what_was_not_run_is_said_and_a_part_bears_nothing_out():
    ways = {name: value for name, value in RECALLS.items() if name != "smote"}
    assert judge(fake(ways=ways), claims("SMOTE"))[1] == NOT_RUN
    assert contrast(fake(ways=ways), 0.05, claims("SMOTE")).empty
    some = pd.concat([fake((0.05,)), fake((0.1,), ways={"none": 0.5})])
    assert judge(some, claims("raises their recall"))[1] == UNDECIDED


def test_one_gan_seed_has_intervals_over_members_marked():
    scores = fake(gan_seeds=1)
    assert set(recalls_table(scores)["interval_over"]) == {"members"}
    assert "†" in imbalance_text(scores)


def test_tables_have_a_row_for_each_share_and_way():
    table = recalls_table(fake())
    assert len(table) == 2 * len(WAYS)
    row = table[(table["share"] == 0.1) & (table["way"] == "bagan")].iloc[0]
    assert row["minority_recall mean"] == pytest.approx(0.85, abs=0.01)
    assert (row["n_gan_seeds"], row["n_members"]) == (3, 6)
    assert len(claims_table(fake())) == 2 * len(CLAIMS)


def test_files_and_the_page(tmp_path):
    directory = tmp_path / "imbalance"
    directory.mkdir()
    labels = np.arange(12, dtype=np.int32) % 3
    some = LabeledImages(np.zeros([12, 8, 8, 1], np.uint8), labels, ("x", "y", "z"))
    added = {(share, way): some for share in (0.05, 0.1) for way in ("kept", "bagan")}
    line = {"class": "all", "attempt": 0, "d_loss": 1.0, "g_loss": 1.0, "spread": 1.0}
    log = [{**line, "step": step} for step in (50, 100)]
    text = write_imbalance(directory, fake(), added, (0, 2), {"bagan": log})
    assert "+ filling rare classes up with BAGAN images raises their recall: holds" in text
    assert re.search(
        r"BAGAN − 0\.5 nothing − 0\.5 complete sample: 5 % kept: \+[45]\.\d\d \[", text
    )
    for name in (*FILES, *PERHAPS):
        assert (directory / name).stat().st_size > 100
    options = {"per_class": 500, "minority": ["x", "z"], "width": 1.0, "steps": 4000}
    options |= {"pretraining_steps": None, "classifier": "dense", "classifier_steps": 2000}
    options |= {"bagan_rate": 5e-5, "bagan_discriminator_rate": 2e-4, "conditional_rate": 1e-4}
    options |= {"precision": "float32", "batch_size": 64, "data": {"name": "mnist"}}
    (directory / "runs.json").write_text(json.dumps([{"options": options}]))
    page = "\n\n".join(imbalance_section(directory))
    assert "classes x, z keep a share" in page
    assert "auto-encoder 4,000 steps before" in page
    assert "| 10 % | BAGAN |" in page
    assert "![training](imbalance/training.png)" in page
    assert "nan" not in page
    assert "0.0001 for both players of the conditional GAN. BAGAN's were chosen by trial" in page
    assert "drawn from the same ones" in page
    elsewhere = options | {"data": {"name": "fashion_mnist"}, "bagan_rate": 1e-4}
    (directory / "runs.json").write_text(json.dumps([{"options": elsewhere}]))
    page = "\n\n".join(imbalance_section(directory))
    assert "BAGAN's are not those" in page
    assert "drawn from the same ones" not in page


def test_the_page_knows_which_rates_were_tried():
    assert TRIED == {"bagan_rate": GENERATOR_RATE, "bagan_discriminator_rate": DISCRIMINATOR_RATE}
