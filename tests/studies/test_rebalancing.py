from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from gan_augment.augmenters.controls import Repeat
from gan_augment.data import LabeledImages, read_manifest
from gan_augment.studies.rebalancing import WAYS, Imbalance, Rebalancing

NAMES = ("a", "b", "c")
USED = ("none", "repeat", "repeat+affine", "bagan", "complete")


def images(n, first=0):
    """`n` of each class, each image its own number."""
    labels = np.repeat(np.arange(3), n).astype(np.int32)
    numbers = (first + np.arange(len(labels))).astype(np.uint8)
    return LabeledImages(np.tile(numbers[:, None, None, None], (1, 4, 4, 1)), labels, NAMES)


class Learned(Repeat):
    """Stands for a GAN: makes white images."""

    records = {"all": [{"failure": None}]}  # noqa: RUF012

    def batches(self, per_class, seed):
        for batch in super().batches(per_class, seed):
            white = np.full_like(batch.images, 255)
            yield LabeledImages(white, batch.labels, batch.class_names)


class Recorded:
    """Stands for classifiers: takes everything for class 1."""

    batch_size = 4

    def __init__(self, log, transform):
        self.log, self.transform = log, transform

    def train(self, train, evaluate, *, seeds, epochs):
        self.log.append((train, self.transform, tuple(seeds)))
        n = len(evaluate["test"])
        return SimpleNamespace(predictions={"test": np.ones([len(seeds), 1, n], np.int16)})


@pytest.fixture
def make(tmp_path):
    def study():
        made, trained = [], []

        def make_augmenter(name, **place):
            made.append((name, place["directory"].name))
            return Learned() if name == "bagan" else Repeat()

        found = Rebalancing(
            tmp_path,
            make_augmenter,
            lambda transform: Recorded(trained, transform),
            minority=(0, 2),
            per_class=12,
            members=2,
            steps=9,  # × 4 images: a balanced set once
            seed=0,
            strategy=tf.distribute.get_strategy(),
            data="numbers",
            options={"width": 1},
        )
        return found, made, trained

    return study


CASES = [Imbalance(0.25, 0), Imbalance(0.5, 0)]


def test_every_way_but_none_has_equal_counts(make):
    study, made, trained = make()
    study.run(CASES, USED, images(20), images(2))
    by_way = {
        (case, way): (train, transform)
        for (case, way), (train, transform, _) in zip(
            [(case, way) for case in CASES for way in USED], trained, strict=True
        )
    }
    for case in CASES:
        for way in USED:
            train, transform = by_way[case, way]
            assert transform == (way == "repeat+affine")
            if way != "none":
                assert train.counts().tolist() == [12, 12, 12]
        kept = study.sample(case, images(20))[1]
        few = round(12 * case.share)
        assert kept.counts().tolist() == [few, 12, few]
        assert set(by_way[case, "none"][0].images[:, 0, 0, 0]) == set(kept.images[:, 0, 0, 0])
        repeated = by_way[case, "repeat"][0].of_class(0).images[:, 0, 0, 0]
        assert sorted(np.unique(repeated, return_counts=True)[1]) == [12 // few] * few
        white = (by_way[case, "bagan"][0].images == 255).all((1, 2, 3))
        assert white.sum() == 2 * (12 - few)
    assert len({seeds for _, _, seeds in trained}) == 2  # the same members within a case
    # What is trained is trained once a case, before all classifiers.
    assert made[:2] == [("bagan", "bagan_share-0.25_seed-0"), ("bagan", "bagan_share-0.5_seed-0")]
    assert [name for name, _ in made].count("bagan") == 2


def test_generated_sets_say_how_they_came_about(make, tmp_path):
    study, *_ = make()
    study.run(CASES[:1], ("bagan",), images(20), images(2))
    manifest = read_manifest(tmp_path / "synthetic" / "share-0.25_seed-0" / "bagan")
    assert manifest["counts"] == {"a": 9, "b": 9, "c": 9}
    assert manifest["preset"] == "bagan"
    assert manifest["source"]["images"] == 18
    assert manifest["source"]["share"] == 0.25
    assert manifest["options"] == {"width": 1}


def test_seeds_have_their_own_samples_and_finished_sets_are_not_done_again(make):
    study, _, trained = make()
    study.run(CASES[:1], ("none",), images(20), images(2))
    again, _, more = make()
    other = Imbalance(0.25, 1)
    again.run([CASES[0], other], ("none", "repeat"), images(20), images(2))
    assert len(trained) == 1
    assert len(more) == 3
    samples = [set(again.sample(c, images(20))[0].images.ravel()) for c in (CASES[0], other)]
    assert samples[0] != samples[1]


def test_recalls_are_means_over_rare_and_other_classes(make):
    study, *_ = make()
    study.run(CASES[:1], ("none", "complete"), images(20), images(2))
    scores = study.scores()
    assert len(scores) == 4
    assert (scores["minority_recall"] == 0).all()  # everything is taken for b
    assert (scores["majority_recall"] == 1).all()
    assert scores["recall"].tolist() == pytest.approx([1 / 3] * 4)
    assert set(scores["share"]) == {0.25}


def test_ways_that_are_learned_or_not_name_an_augmenter_of_a_way():
    assert {way.augmenter for way in WAYS.values()} - {None} <= set(WAYS)


def test_the_auto_encoder_alone_is_the_one_that_bagan_begins_with(make, monkeypatch):
    study, *_ = make()
    places = {}

    def make_augmenter(name, **place):
        places[name] = place["seed"], place["directory"]
        return Learned()

    monkeypatch.setattr(study, "make_augmenter", make_augmenter)
    study.run(CASES[:1], ("conditional", "auto-encoder", "bagan"), images(20), images(2))
    assert places["auto-encoder"] == places["bagan"]
    assert places["conditional"][0] != places["bagan"][0]
    assert places["conditional"][1] != places["bagan"][1]
    assert study.losses(CASES[0], "auto-encoder") == []
