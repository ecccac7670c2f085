from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gan_augment.data.generated_features import read_features
from gan_augment.studies import zero_shot, zero_shot_methods
from gan_augment.studies.zero_shot import ZeroShotStudy
from gan_augment.studies.zero_shot_methods import Made, judged

METHODS = {"genclass", "genclass, softmax", "wgan-gp", "wgan-gp, softmax"}
METHODS |= {"direct attributes", "nearest attributes", "bilinear", "real images"}


class HandMade:
    """Knows how features come of attributes; with L_C, without it all classes are alike."""

    def __init__(self):
        self.asked = []

    def fit(self, data, *, seed, classifier_weight, about, checkpoint):
        self.asked.append((about["case"], about["gan_seed"], classifier_weight))
        self.weight = min(classifier_weight, 1.0)
        rows = data.train
        told = np.c_[data.attributes[data.labels[rows]], np.ones(len(rows))]
        self.map = np.linalg.lstsq(told, data.features[rows], rcond=None)[0]
        report = {"spread": 0.5, "right": 1.0, "failure": None, "seconds": 1.0}
        return {**about, **report, "step": 7}

    def generate(self, attributes, per_class, seed):
        rng = np.random.default_rng(seed)
        made = np.c_[attributes * self.weight, np.ones(len(attributes))] @ self.map
        noise = rng.normal(0, 0.01, (len(attributes), per_class, made.shape[1]))
        return (made[:, None] + noise).astype(np.float32)

    def similarities(self, features, means):
        return -((features[:, None] - means) ** 2).sum(-1)


@pytest.fixture
def study(tmp_path):
    def make():
        generation = {"preset": "hand-made"}
        return ZeroShotStudy(
            tmp_path,
            HandMade(),
            per_class=5,
            classifier_weight=2.0,
            generation=generation,
            seed=0,
        )

    return make


def test_every_method_is_judged_once(study, described, tmp_path):
    first = study()
    asked = []

    def make(gan_seeds):
        asked.append(list(gan_seeds))
        return {g: described(seed=g) for g in gan_seeds}

    first.run("some", "e and f", [0, 1], make)
    assert asked == [[0, 1]]
    cells = [("e and f", g, weight) for g in (0, 1) for weight in (2.0, 0.0)]
    assert first.generator.asked == cells
    scores = first.scores()
    assert set(scores["method"]) == METHODS
    assert len(scores) == 16
    good = scores[~scores["method"].str.startswith("wgan-gp")]
    assert (good[["zero_shot", "seen", "unseen", "harmonic"]] > 0.98).all(axis=None)
    # Without L_C this generator makes all classes alike.
    assert scores.set_index("method").loc["wgan-gp", "zero_shot"].max() < 0.9
    assert (scores["chance"] == 0.5).all()
    assert scores[scores["method"] == "genclass"]["spread"].tolist() == [0.5, 0.5]
    assert scores[scores["method"] == "direct attributes"]["spread"].isna().all()
    classes = first.by_class()
    unseen = classes[~classes["seen"]]
    assert set(unseen["class"]) == {"e", "f"}
    assert classes[classes["seen"]]["zero_shot"].isna().all()
    assert len(classes) == 16 * 6
    wrong = first.wrong_descriptions()
    assert len(wrong) == zero_shot_methods.SHUFFLES
    assert set(wrong["images"]) == {"some"}
    records = [r["wrong_descriptions"] for r in first.log.records if r["generator"] == "none"]
    np.testing.assert_allclose(wrong["zero_shot"], np.mean(records, axis=0))

    again = study()  # the same command: nothing is done again, and a further seed is
    again.run("some", "e and f", [0, 1], make)
    again.run("some", "e and f", [0, 1, 2], make)
    assert asked == [[0, 1], [2]]
    pd.testing.assert_frame_equal(again.scores()[:16], scores)

    features, labels, names, told = read_features(
        tmp_path / "synthetic" / "some_e-and-f_seed-1_joint"
    )
    assert features.shape == (10, 8)
    assert labels.tolist() == [4] * 5 + [5] * 5
    assert names == tuple("abcdef")
    assert told["preset"] == "hand-made"
    assert (told["case"], told["gan_seed"], told["generator"]) == ("e and f", 1, "joint")
    points = first.points()
    assert set(points["kind"]) == {"seen", "real", "generated"}
    assert set(points[points["kind"] == "generated"]["class"]) == {"e", "f"}


def test_a_stopped_case_goes_on_where_it_was(study, described, monkeypatch):
    first = study()
    monkeypatch.setattr(first.generator, "generate", lambda *a: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        first.run("some", "x", [0], lambda seeds: {0: described()})
    assert [record["generator"] for record in first.log.records] == ["none"]
    second = study()
    monkeypatch.setattr(zero_shot, "without_generator", None)  # not needed any more
    second.run("some", "x", [0], lambda seeds: {0: described()})
    assert [record["generator"] for record in second.log.records] == [
        "none",
        "joint",
        "adversarial",
    ]


def test_seen_classes_come_into_question_only_among_all(described):
    data = described()
    questions = []

    def always_the_first(rows, classes):
        questions.append((rows.tolist(), classes.tolist()))
        return np.full(len(rows), classes[0])

    found = judged(data, always_the_first)
    tested = data.test_unseen.tolist()
    assert questions[0] == (tested, [4, 5])
    assert questions[1] == (data.test_seen.tolist() + tested, [0, 1, 2, 3, 4, 5])
    assert found["zero_shot"] == [1.0, 0.0]
    assert found["generalised"] == [1.0, 0, 0, 0, 0, 0]


@pytest.fixture
def learned(monkeypatch):
    """What softmax classifiers were trained on."""
    regression, told = zero_shot_methods.softmax_regression, []

    def recorded(features, labels, num_classes):
        told.append((features, labels))
        return regression(features, labels, num_classes)

    monkeypatch.setattr(zero_shot_methods, "softmax_regression", recorded)
    return told


def test_softmax_of_unseen_classes_learns_from_generated_features_alone(described, learned):
    data = described()
    made = Made(np.arange(6 * 3 * 8, dtype=np.float32).reshape(6, 3, 8))
    predict = zero_shot_methods.by_softmax(data, made)
    predict(data.test_unseen, data.unseen)
    predict(data.test_unseen, np.arange(6))
    (alone, labels), (mixed, among_all) = learned
    np.testing.assert_array_equal(alone, made.features[4:].reshape(6, 8))
    assert labels.tolist() == [0, 0, 0, 1, 1, 1]
    np.testing.assert_array_equal(mixed[:-6], data.features[data.train])
    assert among_all[:-6].tolist() == data.labels[data.train].tolist()
    assert among_all[-6:].tolist() == [4, 4, 4, 5, 5, 5]


def test_no_real_image_is_told_by_a_classifier_that_has_it(described, learned):
    data = described(noise=0.5)
    features = data.features.copy()
    features[:, 0] = np.arange(len(features)) / 1000  # tells which image it is
    data = replace(data, features=features)
    asked = np.concatenate([data.test_seen, data.test_unseen])
    found = zero_shot_methods.by_real_images(data)(asked, np.arange(6))
    assert (found == data.labels[asked]).mean() > 0.9
    halves = [
        {round(1000 * float(x)) for x in inputs[len(data.train) :, 0]} for inputs, _ in learned
    ]
    assert halves[0] == set(data.test_unseen[::2].tolist())
    assert halves[1] == set(data.test_unseen[1::2].tolist())


def test_descriptions_of_other_classes_are_right_by_chance_alone(described):
    data = described(noise=0.5)
    found = zero_shot_methods.with_wrong_descriptions(data, 40)
    assert found == zero_shot_methods.with_wrong_descriptions(data, 40)
    assert abs(np.mean(found) - 0.5) < 0.15
    # Of a draw, the same as the method itself.
    order = np.random.default_rng(0).permutation(6)
    wrong = replace(data, attributes=data.attributes[order])
    methods = zero_shot_methods.without_generator(wrong)
    assert found[0] == pytest.approx(np.mean(judged(wrong, methods["bilinear"])["zero_shot"]))
