import math
from types import SimpleNamespace

import numpy as np
import pytest

from gan_augment.common.log import MetricsLog
from gan_augment.data.images import LabeledImages
from gan_augment.studies.arms import ARMS
from gan_augment.studies.ratio import RatioSweep

EPOCHS = 3


class FakeMembers:
    """Remembers what it was given; accuracies are set by the test."""

    batch_size = 4

    def __init__(self, accuracy, transform=None):
        self.accuracy, self.transform, self.calls = accuracy, transform, []

    def train(self, train, evaluate, *, seeds, epochs):
        self.calls.append(SimpleNamespace(train=train, evaluate=dict(evaluate), seeds=seeds))
        accuracy = {name: np.array(self.accuracy[name])[: len(seeds)] for name in evaluate}
        return SimpleNamespace(accuracy=accuracy)


@pytest.fixture
def make_sweep(tmp_path):
    """Make sweeps, each as by another call of a command: they share nothing but the log."""
    made = []

    def make_members(transform=None):
        accuracy = {
            "test": [[0.1, 0.9, 0.5], [0.3, 0.2, 0.4]],
            "validation": [[0.7, 0.2, 0.7], [0.9, 0.1, 0.2]],
        }
        made.append(FakeMembers(accuracy, transform))
        return made[-1]

    def make():
        log = MetricsLog(tmp_path / "cells.jsonl")
        sweep = RatioSweep(make_members, members=2, epochs=EPOCHS, seed=0, log=log)
        sweep.made = made
        return sweep

    return make


@pytest.fixture
def sweep(make_sweep):
    return make_sweep()


@pytest.fixture
def sets(blobs):
    real = blobs(20)
    synthetic = LabeledImages(255 - blobs(120, seed=1).images, blobs(120).labels, real.class_names)
    return real, synthetic, blobs(9, seed=2)


def test_scores_by_both_protocols(sweep, sets):
    rows = sweep.cell("gan", 1.0, *sets)
    assert [row["accuracy_report"] for row in rows] == [0.9, 0.4]
    assert [row["epoch_report"] for row in rows] == [2, 3]
    # The validation part chooses; of equal epochs the later one.
    assert [row["epoch_corrected"] for row in rows] == [3, 1]
    assert [row["accuracy_corrected"] for row in rows] == [0.5, 0.3]
    assert [row["accuracy_last"] for row in rows] == [0.5, 0.4]


def test_epochs_are_chosen_on_images_that_nothing_has_seen(sweep, sets):
    real, _, test = sets
    sweep.cell("gan", 1.0, *sets)
    scoring, choosing = sweep.made[0].calls
    assert scoring.evaluate == {"test": test}
    assert len(scoring.train) == 40
    assert set(choosing.evaluate) == {"validation"}
    validation = {image.tobytes() for image in choosing.evaluate["validation"].images}
    trained_on = {image.tobytes() for image in choosing.train.images}
    known = {image.tobytes() for image in real.images}
    assert trained_on == known - validation  # no generated image: the generators know them all
    assert len(choosing.train) == 2 * (len(real) - len(validation))
    assert choosing.seeds == scoring.seeds


def test_the_choice_is_made_once_for_all_arms_with_the_same_steps(sweep, sets):
    for arm in ("gan", "repeat", "affine-set"):
        sweep.cell(arm, 1.0, *sets)
    assert len(sweep.made[0].calls) == 3 + 1
    sweep.cell("gan", 2.0, *sets)
    sweep.cell("gan+affine", 1.0, *sets)
    assert [len(members.calls) for members in sweep.made] == [3 + 1 + 2, 2]


def test_the_choice_is_not_made_again_by_another_call(make_sweep, sets):
    generators = {"alpha": 1.0, "gan_seed": 0, "gan_steps": 5}
    make_sweep().run(["gan"], [1.0], *sets, **generators)
    later = make_sweep()
    later.run(["repeat", "affine-set"], [1.0], *sets, **generators)
    assert [len(members.calls) for members in later.made] == [2, 2]
    assert {row for row in later.scores()["epoch_corrected"]} == {3, 1}
    later.run(["gan+affine"], [1.0], *sets, **generators)
    assert [len(members.calls) for members in later.made] == [2, 2, 2]


def test_members_of_another_gan_seed_are_others(sweep, sets):
    for gan_seed in (0, 1):
        sweep.cell("synthetic", 1.0, *sets, gan_seed)
    first, second = sweep.made[0].calls
    assert len({*first.seeds, *second.seeds}) == 4


@pytest.mark.parametrize("arm", ["gan", "repeat", "affine", "gan+affine", "affine-set"])
@pytest.mark.parametrize("ratio", [0.25, 1.0, 4.0])
def test_arms_of_a_ratio_train_for_equally_many_steps(sweep, sets, arm, ratio):
    rows = sweep.cell(arm, ratio, *sets)
    assert rows[0]["train_images"] == 20 + 20 * ratio
    assert rows[0]["optimizer_steps"] == EPOCHS * math.ceil(5 * (1 + ratio))
    assert (sweep.made[-1].transform is not None) == ("affine" in arm and arm != "affine-set")


def test_what_each_arm_adds(sweep, sets):
    real, synthetic, _ = sets
    known = {image.tobytes() for image in real.images}
    made = {image.tobytes() for image in synthetic.images}

    def added(arm):
        images = ARMS[arm].training_set(real, synthetic, 2.0, 0)
        np.testing.assert_array_equal(images.images[:20], real.images)
        assert images.counts()[0] - real.counts()[0] in (13, 14)
        return {image.tobytes() for image in images.images[20:]}

    assert added("gan") <= made
    assert added("repeat") == known
    assert not added("affine-set") & (made | known)


def test_synthetic_arms_see_no_real_image_in_training(sweep, sets):
    _, synthetic, _ = sets
    rows = sweep.cell("synthetic", 2.0, *sets)
    assert [row["epoch_corrected"] for row in rows] == [EPOCHS, EPOCHS]
    (call,) = sweep.made[0].calls
    assert len(call.train) == 40
    assert {i.tobytes() for i in call.train.images} <= {i.tobytes() for i in synthetic.images}
    assert set(call.evaluate) == {"test"}


def test_synthetic_repeat_is_the_same_images_for_more_steps(sets):
    real, synthetic, _ = sets
    once = ARMS["synthetic"].training_set(real, synthetic, 1.0, 0)
    again = ARMS["synthetic-repeat"].training_set(real, synthetic, 4.0, 0)
    assert len(again) == 4 * len(once)
    assert {i.tobytes() for i in again.images} == {i.tobytes() for i in once.images}


def run(sweep, sets, alpha=1.0, arms=("real", "gan"), ratios=(1.0, 2.0)):
    sweep.run(arms, ratios, *sets, alpha=alpha, gan_seed=0, gan_steps=7)


def test_finished_cells_are_kept_and_not_done_again(sweep, sets):
    run(sweep, sets)
    calls = len(sweep.made[0].calls)
    assert calls == 2 * 3
    again = RatioSweep(None, members=2, epochs=EPOCHS, seed=0, log=MetricsLog(sweep.log.path))
    run(again, sets)  # would fail if it had to make classifiers
    assert len(again.scores()) == len(sweep.scores()) == 6


def test_arms_without_generated_images_are_done_once_for_all_alphas(sweep, sets):
    run(sweep, sets, alpha=1.0)
    run(sweep, sets, alpha=2.0)
    assert len(sweep.made[0].calls) == 2 * (1 + 2) + 2  # epochs are chosen already
    scores = sweep.scores()
    counts = scores.groupby(["alpha", "arm", "ratio"]).size()
    assert counts.to_dict() == {
        (alpha, arm, ratio): 2
        for alpha in (1.0, 2.0)
        for arm, ratio in (("real", 0.0), ("gan", 1.0), ("gan", 2.0))
    }
    assert set(scores["gan_steps"]) == {7}
    assert set(scores["classifier_epochs"]) == {EPOCHS}
