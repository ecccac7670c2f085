import functools

import numpy as np
import pytest
import tensorflow as tf
from dark_and_light import images

from gan_augment.classifiers import Members, small_cnn
from gan_augment.studies.situations import Situation, SituationStudy, situations


class Recorded(Members):
    seen: list = []  # noqa: RUF012 - shared on purpose

    def train(self, train, evaluate, **options):
        self.seen.append((train, options["seeds"], options["epochs"], self.transform))
        return super().train(train, evaluate, **options)


@pytest.fixture
def study(tmp_path):
    made = []

    def make_members(protocol, transform):
        made.append((protocol, transform))
        return Recorded(
            functools.partial(small_cnn, (12, 12, 1), 2, softmax=protocol == "report"),
            batch_size=4,
            lanes=1,
            transform=(lambda x, seed: x) if transform else None,
        )

    Recorded.seen = []
    study = SituationStudy(make_members, seed=0, path=tmp_path / "cells.jsonl")
    study.made, study.make_members, study.path = made, make_members, tmp_path / "cells.jsonl"
    return study


LENGTH = {"members": 3, "epochs": 2, "added_epochs": 1}
GENERATED = [images(20, value=101), images(20, value=102)]


def run(study, chosen=None, protocol="corrected", **options):
    chosen = situations(6, 10) if chosen is None else chosen
    study.run(chosen, images(8, 7), GENERATED, images(6), protocol=protocol, **LENGTH | options)


def sources(part):
    """Which images: 7 the real ones, 101 and 102 those of the GAN seeds."""
    values, counts = np.unique(part.images[:, 0, 0, 0], return_counts=True)
    return dict(zip(values.tolist(), counts.tolist()))


def test_training_sets_are_what_the_names_say(study):
    run(study)
    cells = study.log.records
    seen = {
        (record["situation"], record["gan_seed"]): (sources(train), seeds, epochs, bool(transform))
        for record, (train, seeds, epochs, transform) in zip(cells, Recorded.seen, strict=True)
    }
    seeds = seen["original", None][1]
    assert len(set(seeds)) == 3
    assert seen["original", None] == ({7: 8}, seeds, 2, False)
    assert seen["transforms", None] == ({7: 8}, seeds, 2, True)
    # Members 0 and 2 see the first GAN seed's images, member 1 the second's.
    assert seen["gan-few", 0] == ({7: 8, 101: 6}, [seeds[0], seeds[2]], 1, False)
    assert seen["gan-few", 1] == ({7: 8, 102: 6}, [seeds[1]], 1, False)
    assert seen["gan-many", 0][0] == {7: 8, 101: 10}
    assert seen["gan-many+transforms", 1] == ({7: 8, 102: 10}, [seeds[1]], 1, True)
    assert seen["repeat-few", None] == ({7: 14}, seeds, 1, False)
    assert seen["repeat-many", None] == ({7: 18}, seeds, 1, False)
    assert seen["transforms-many", None] == ({7: 18}, seeds, 1, True)
    assert seen["pooled-many", None][0] == {7: 8, 101: 6, 102: 4}
    for record in cells:
        assert record["train_images"] == len(Recorded.seen[cells.index(record)][0])
        assert record["steps"] == -(-record["train_images"] // 4) * len(record["test_loss"][0])


def test_finished_cells_are_not_done_again_and_others_are_added(study):
    run(study, {"original": Situation()})
    before = study.curves()
    again = SituationStudy(study.make_members, seed=0, path=study.path)
    run(again, {"original": Situation()})
    assert len(Recorded.seen) == 1
    assert again.curves().equals(before)
    run(again, {"original": Situation()}, protocol="report")
    run(again, {"original": Situation()}, fold=4)
    assert len(Recorded.seen) == 3
    assert study.made == [("corrected", False), ("report", False), ("corrected", False)]


def test_curves_have_a_row_for_each_member_part_and_epoch(study):
    run(study, {"original": Situation(), "gan-few": Situation(6, "gan")}, members=4)
    run(study, {"original": Situation()}, fold=9)
    curves = study.curves()
    main = curves[curves["fold"].isna()]
    original = main[main["situation"] == "original"]
    assert len(original) == 4 * 2 * 2
    assert set(original[original["last"]]["epoch"]) == {2}
    assert original.groupby("member")["gan_seed"].first().tolist() == [0, 1, 0, 1]
    added = main[main["situation"] == "gan-few"]
    assert sorted(added["member"].unique()) == [0, 1, 2, 3]
    assert set(curves[curves["fold"].notna()]["gan_seed"]) == {9}
    for name in ("accuracy", "precision", "recall", "f1", "least_recall", "recall_dark"):
        assert curves[name].between(0, 1).all()
    np.testing.assert_allclose(
        curves["recall"], curves[["recall_dark", "recall_light"]].mean(axis=1)
    )


def test_a_member_is_the_same_in_every_protocol_and_situation(study):
    tf.random.set_seed(0)
    run(study, {"original": Situation(), "repeat-few": Situation(6, "repeat")})
    run(study, {"original": Situation()}, protocol="report")
    assert len({tuple(seeds) for _, seeds, *_ in Recorded.seen}) == 1
