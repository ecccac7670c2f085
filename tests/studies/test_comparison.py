import functools

import numpy as np
import pytest
from dark_and_light import images

from gan_augment.classifiers import Members, small_cnn
from gan_augment.studies.comparison import (
    Comparison,
    TrainingSet,
    packed,
    repeated,
    unpacked,
)


class Recorded(Members):
    seen: list = []  # noqa: RUF012 - shared on purpose

    def train(self, train, evaluate, **options):
        self.seen.append((train, tuple(options["seeds"]), self.transform))
        return super().train(train, evaluate, **options)


@pytest.fixture
def comparison(tmp_path):
    def make_members(transform):
        return Recorded(
            functools.partial(small_cnn, (12, 12, 1), 2),
            batch_size=4,
            lanes=1,
            transform=(lambda x, seed: x) if transform else None,
        )

    Recorded.seen = []
    study = Comparison(make_members, seed=0, path=tmp_path / "cells.jsonl")
    study.again = lambda: Comparison(make_members, seed=0, path=tmp_path / "cells.jsonl")
    return study


SETS = {
    "real": TrainingSet(lambda: images(6, 7)),
    "more": TrainingSet(lambda: images(10, 8)),
    "transformed": TrainingSet(lambda: images(6, 9), transform=True),
}


def test_sets_take_equal_steps_with_equal_members(comparison):
    comparison.run({"gan_seed": 0}, SETS, images(8), members=2, steps=5)

    (real, *real_seeds), (more, *more_seeds), (changed, *_) = Recorded.seen
    assert [len(part) for part in (real, more, changed)] == [20, 20, 20]
    assert real_seeds == [real_seeds[0], None]
    assert real_seeds == more_seeds
    assert Recorded.seen[2][2] is not None
    assert {part.images[0, 0, 0, 0] for part in (real, more, changed)} == {7, 8, 9}


def test_scores_are_those_of_the_last_step(comparison):
    comparison.run({"gan_seed": 0, "shots": 3}, SETS, images(9), members=2, steps=40)

    scores = comparison.scores()
    assert list(scores["set"]) == ["real", "real", "more", "more", "transformed", "transformed"]
    assert set(scores["shots"]) == {3}
    assert (scores["accuracy"] == 1).all()  # dark and light are easy
    right = comparison.right({"gan_seed": 0, "shots": 3}, "more")
    assert right.shape == (2, 9)
    assert right.all()
    assert (scores[["recall_dark", "recall_light", "least_recall"]] == 1).all(axis=None)


def test_finished_sets_are_not_done_again(comparison):
    first = {"real": SETS["real"]}
    comparison.run({"gan_seed": 0}, first, images(8), members=1, steps=2)
    again = comparison.again()
    again.run({"gan_seed": 0}, SETS, images(8), members=1, steps=2)
    again.run({"gan_seed": 1}, first, images(8), members=1, steps=2)

    assert [part.images[0, 0, 0, 0] for part, *_ in Recorded.seen] == [7, 8, 9, 7]
    assert Recorded.seen[0][1] != Recorded.seen[3][1]  # another case, other members
    assert len(again.scores()) == 4
    assert set(again.scores([{"gan_seed": 1}])["set"]) == {"real"}


def test_flags_are_the_same_after_writing_and_reading():
    flags = np.array([True, False, False, True, True, False, True, True, False, True, True])
    assert len(packed(flags)) == 4
    assert (unpacked(packed(flags), 11) == flags).all()


def test_repeating_uses_every_image_about_equally_often():
    pool = images(6)
    pool.images[:, 0, 0, 0] = np.arange(6)

    counts = np.bincount(repeated(pool, 15, seed=1).images[:, 0, 0, 0], minlength=6)
    assert sorted(counts) == [2, 2, 2, 3, 3, 3]
    first, second = (repeated(pool, 3, seed=seed).images[:, 0, 0, 0] for seed in (1, 2))
    assert set(first) != set(second)
