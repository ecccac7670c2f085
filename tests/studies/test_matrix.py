import json
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from gan_augment.classifiers import Members, dense_classifier
from gan_augment.common.log import MetricsLog
from gan_augment.data.images import LabeledImages
from gan_augment.studies.matrix import Source, Training, TrainTestMatrix

EPOCHS = 3
NAMES = ("top", "middle", "bottom")
SIZES = {"real": (8, 4, 6), "synthetic": (10, 6, 3)}  # train, validation, test


class FakeMembers:
    """Remembers what it was given; says how many of each set's images it got right."""

    batch_size = 4

    def __init__(self, right, transform=None):
        self.right, self.transform, self.calls = right, transform, []

    def train(self, train, evaluate, *, seeds, epochs, description):
        self.calls.append(SimpleNamespace(train=train, evaluate=dict(evaluate), seeds=seeds))
        history = SimpleNamespace(accuracy={}, losses={}, predictions={})
        for name, images in evaluate.items():
            right = np.array(self.right[name])[: len(seeds)]
            is_right = np.arange(len(images)) < right[..., None]
            history.predictions[name] = np.where(is_right, images.labels, (images.labels + 1) % 3)
            history.accuracy[name] = right / len(images)
            history.losses[name] = 2 - history.accuracy[name]
        history.train_accuracy = np.tile([0.5, 0.6, 0.7], [len(seeds), 1])
        history.loss = 1 - history.train_accuracy
        return history


# Images right [member][epoch].
RIGHT = {
    "real validation": [[4, 0, 0], [1, 2, 3]],
    "synthetic validation": [[0, 6, 6], [0, 0, 0]],
    "real test": [[1, 2, 3], [6, 5, 4]],
    "synthetic test": [[3, 2, 0], [1, 1, 3]],
}


@pytest.fixture
def sources():
    rng = np.random.default_rng(0)

    def images(n):
        pixels = rng.integers(0, 256, (n, 4, 4, 1), np.uint8)
        return LabeledImages(pixels, np.arange(n, dtype=np.int32) % 3, NAMES)

    return {name: Source(*map(images, sizes)) for name, sizes in SIZES.items()}


@pytest.fixture
def matrix(tmp_path):
    made = []

    def make_members(transform=None):
        made.append(FakeMembers(RIGHT, transform))
        return made[-1]

    log = MetricsLog(tmp_path / "cells.jsonl")
    matrix = TrainTestMatrix(
        make_members, members=2, epochs=EPOCHS, seed=0, log=log, report_epoch=2
    )
    matrix.made = made
    return matrix


def again(matrix, make_members=None):
    """The study as the same command finds it the next time."""
    log = MetricsLog(matrix.log.path)
    return TrainTestMatrix(make_members, members=2, epochs=EPOCHS, seed=0, log=log, report_epoch=2)


def pixels(*parts):
    return sorted(image.tobytes() for part in parts for image in part.images)


def cells(scores, **where):
    for name, value in where.items():
        scores = scores[scores[name] == value]
    return scores


def test_what_is_trained_on_and_tested_on(matrix, sources):
    matrix.run(sources)
    (members,) = matrix.made
    real, synthetic, mixed = members.calls
    assert pixels(real.train) == pixels(sources["real"].train)
    assert pixels(synthetic.train) == pixels(sources["synthetic"].train)
    assert pixels(mixed.train) == pixels(sources["real"].train, sources["synthetic"].train)
    for call in members.calls:
        assert call.seeds == real.seeds
        tests = {name: part for name, part in call.evaluate.items() if "test" in name}
        assert tests == {f"{name} test": source.test for name, source in sources.items()}
    assert synthetic.evaluate["synthetic validation"] is sources["synthetic"].validation
    assert "real validation" not in synthetic.evaluate
    assert len(mixed.evaluate) == 4
    assert len(set(real.seeds)) == 2


def test_table_is_full_and_tells_sizes(matrix, sources):
    matrix.run(sources)
    scores = matrix.scores()
    assert len(scores) == 3 * 3 * 2 * 3
    assert not scores.duplicated(["train", "test", "member", "protocol"]).any()
    sizes = scores.groupby("test")["test_images"].unique()
    assert sizes.to_dict() == {"real": [6], "synthetic": [3], "mixed": [9]}
    trained = scores.groupby("train")[["train_images", "optimizer_steps"]].first()
    assert trained.loc["real"].tolist() == [8, EPOCHS * 2]
    assert trained.loc["mixed"].tolist() == [18, EPOCHS * 5]


def test_mixed_accuracy_is_that_of_its_parts_together(matrix, sources):
    matrix.run(sources)
    last = cells(matrix.scores(), train="mixed", protocol="last").set_index(["test", "member"])
    accuracy = last["accuracy"].to_dict()
    assert accuracy == pytest.approx(
        {
            ("real", 0): 3 / 6,
            ("synthetic", 0): 0,
            ("mixed", 0): 3 / 9,
            ("real", 1): 4 / 6,
            ("synthetic", 1): 1,
            ("mixed", 1): 7 / 9,
        }
    )


def test_corrected_epoch_is_best_on_validation_images_of_the_kind_trained_on(matrix, sources):
    matrix.run(sources)
    corrected = cells(matrix.scores(), protocol="corrected", test="real")
    epochs = corrected.set_index(["train", "member"])["epoch"].to_dict()
    assert epochs == {
        ("real", 0): 1,
        ("real", 1): 3,
        ("synthetic", 0): 3,  # as good as the second
        ("synthetic", 1): 3,
        ("mixed", 0): 3,  # 4, 6 and 6 of 10: the larger part counts for more
        ("mixed", 1): 3,
    }
    accuracy = corrected.set_index(["train", "member"])["accuracy"]
    assert accuracy["real", 0] == pytest.approx(1 / 6)
    assert corrected.set_index(["train", "member"])["train_accuracy"]["real", 0] == 0.5


def test_report_and_last_epoch(matrix, sources):
    matrix.run(sources)
    real = cells(matrix.scores(), train="real", test="real", member=0).set_index("protocol")
    assert real["epoch"].to_dict() == {"report": 2, "corrected": 1, "last": 3}
    assert real["accuracy"].to_dict() == pytest.approx(
        {"report": 2 / 6, "corrected": 1 / 6, "last": 3 / 6}
    )
    assert real["train_accuracy"].to_dict() == {"report": 0.6, "corrected": 0.5, "last": 0.7}
    matrix.report_epoch = 10
    matrix.run(sources, gan_seed=1)
    other = cells(matrix.scores(), gan_seed=1, protocol="report")
    assert set(other["epoch"]) == {EPOCHS}


def test_confusion_matrices_count_images_of_the_scored_epoch(matrix, sources):
    matrix.run(sources)
    scores = matrix.scores()
    for protocol in ("report", "corrected", "last"):
        for test in ("real", "synthetic", "mixed"):
            counts = matrix.confusion("mixed", test, protocol=protocol)
            cell = cells(scores, train="mixed", test=test, protocol=protocol)
            assert counts.to_numpy().sum() == cell["test_images"].sum()
            right = (cell["accuracy"] * cell["test_images"]).sum()
            assert np.trace(counts) == pytest.approx(right)
    # Member 0 has the first three of six right, member 1 four; the others go one class further.
    counts = matrix.confusion("real", "real", protocol="last")
    assert counts.to_numpy().tolist() == [[3, 1, 0], [0, 2, 2], [2, 0, 2]]
    assert (counts.index.name, counts.columns.name) == ("true", "predicted")
    assert tuple(counts.index) == tuple(counts.columns) == NAMES


def test_confusion_is_of_one_gan_seed_or_of_all(matrix, sources):
    for gan_seed in (0, 1):
        matrix.run(sources, gan_seed=gan_seed)
    one, both = (matrix.confusion("real", "real", gan_seed=g) for g in (1, None))
    np.testing.assert_array_equal(both, 2 * one)
    with pytest.raises(KeyError):
        matrix.confusion("real", "real", gan_seed=2)
    with pytest.raises(KeyError):
        matrix.confusion("real", "elsewhere")


def test_curves_by_epoch(matrix, sources):
    matrix.run(sources)
    curves = matrix.curves()
    assert len(curves) == 3 * 2 * (1 + 1 + 3) * EPOCHS
    validation = cells(curves, train="mixed", member=0, part="validation", set="mixed")
    assert validation["epoch"].tolist() == [1, 2, 3]
    assert validation["accuracy"].tolist() == pytest.approx([0.4, 0.6, 0.6])
    assert validation["loss"].tolist() == pytest.approx([1.6, 1.4, 1.4])
    train = cells(curves, train="mixed", member=1, part="train")
    assert set(train["set"]) == {"mixed"}
    assert train["accuracy"].tolist() == [0.5, 0.6, 0.7]
    assert train["loss"].tolist() == pytest.approx([0.5, 0.4, 0.3])


def test_equal_steps_repeat_the_same_images(matrix, sources):
    matrix.run(sources, {"again": Training("real", as_long_as="mixed"), "mixed": Training("mixed")})
    repeated, _ = matrix.made[0].calls
    real = sources["real"].train
    assert len(repeated.train) == 18
    assert set(pixels(repeated.train)) == set(pixels(real))
    times = np.unique(pixels(repeated.train), return_counts=True)[1]
    assert set(times) == {2, 3}
    for image, label in zip(repeated.train.images, repeated.train.labels):
        assert label == real.labels[(real.images == image).all(axis=(1, 2, 3))]
    steps = matrix.scores().groupby("train")["optimizer_steps"].unique()
    assert steps["again"] == steps["mixed"] == [EPOCHS * 5]


def test_transforms_are_traced_once_each(matrix, sources):
    def turn(images, seed):
        return images

    trainings = {
        "real": Training("real"),
        "turned": Training("real", transform=turn),
        "mixed": Training("mixed"),
        "mixed, turned": Training("mixed", transform=turn),
    }
    matrix.run(sources, trainings)
    assert [(members.transform, len(members.calls)) for members in matrix.made] == [
        (None, 2),
        (turn, 2),
    ]


def test_finished_trainings_are_kept_and_not_done_again(matrix, sources):
    matrix.run(sources)
    for line in matrix.log.path.read_text().splitlines():
        json.loads(line)
    same = again(matrix)
    same.run(sources)  # would fail if it had to make classifiers
    assert same.scores().equals(matrix.scores())
    assert same.curves().equals(matrix.curves())
    with pytest.raises(TypeError):
        again(matrix).run(sources, gan_seed=1)


def test_other_sources_replace_a_training(matrix, sources):
    matrix.run({"real": sources["real"]}, {"real": Training("real")})
    assert set(matrix.scores()["test"]) == {"real"}  # no mix without its parts
    matrix.run(sources, {"real": Training("real")})
    scores = again(matrix).scores()
    assert len(scores) == 3 * 2 * 3
    assert set(scores["test"]) == {"real", "synthetic", "mixed"}


def test_members_of_another_gan_seed_are_others(matrix, sources):
    for gan_seed in (0, 1):
        matrix.run(sources, {"real": Training("real")}, gan_seed=gan_seed)
    first, second = matrix.made[0].calls
    assert len({*first.seeds, *second.seeds}) == 4


def test_split_keeps_parts_apart_and_classes_even(blobs):
    images = blobs(180)
    source = Source.split(images, seed=0)
    for part, n in ((source.train, 45), (source.validation, 5), (source.test, 10)):
        assert part.counts().tolist() == [n] * 3
    assert pixels(source.train, source.validation, source.test) == pixels(images)
    test = blobs(9, seed=1)
    given = Source.split(images, seed=0, test=test)
    assert given.test is test
    assert (len(given.train), len(given.validation)) == (162, 18)


def test_with_real_classifiers(blobs):
    real, synthetic = blobs(180), blobs(180, seed=1)
    # A fingerprint: generated images show their class in the first rows, and nothing else.
    pixels = np.random.default_rng(0).integers(0, 60, synthetic.images.shape, np.uint8)
    for image, label in zip(pixels, synthetic.labels):
        image[:4, 9 * label : 9 * label + 6] += 180
    synthetic = LabeledImages(pixels, synthetic.labels, synthetic.class_names)
    sources = {"real": Source.split(real, 0), "synthetic": Source.split(synthetic, 0)}
    build = partial(dense_classifier, (28, 28, 1), 3, units=16)
    make = partial(Members, build, learning_rate=0.01, batch_size=8)
    matrix = TrainTestMatrix(make, members=2, epochs=12, seed=0, log=MetricsLog())
    matrix.run(sources)
    means = cells(matrix.scores(), protocol="last").groupby(["train", "test"])["accuracy"].mean()
    assert means["real", "real"] > 0.9
    assert means["synthetic", "synthetic"] > 0.9
    assert means["synthetic", "real"] < 0.7
    assert means["mixed", "mixed"] == pytest.approx(
        (means["mixed", "real"] + means["mixed", "synthetic"]) / 2
    )
