import functools
from dataclasses import replace

import numpy as np
import pytest

from gan_augment.augmenters import feature_generator
from gan_augment.augmenters.feature_generator import FeatureGenerator
from gan_augment.augmenters.genclass import gen_class
from gan_augment.common.errors import UserError
from gan_augment.common.log import MetricsLog

STEPS = 200


def made_by():
    build = functools.partial(gen_class, hidden=32, samples=4, critic_steps=2, learning_rate=3e-3)
    return FeatureGenerator(build, steps=STEPS, batch_size=32)


@pytest.fixture(scope="module")
def generator():
    """One for all tests: what it learned before must not matter."""
    return made_by()


def test_where_attributes_are_linear_in_features_unseen_classes_are_recognised(
    generator, described
):
    data = described(per_class=60).scaled()
    report = generator.fit(data, seed=1)
    made = generator.generate(data.attributes, 50, seed=2)
    assert made.shape == (6, 50, 8)
    for rows, classes in ((data.test_unseen, [4, 5]), (data.test_seen, [0, 1, 2, 3])):
        scores = generator.similarities(data.features[rows], made.mean(1)[classes])
        right = np.array(classes)[scores.argmax(1)] == data.labels[rows]
        assert right.mean() > 0.95
    assert report["step"] == STEPS
    assert report["right"] > 0.95
    assert report["failure"] is None


def test_trainings_in_one_graph_do_not_depend_on_each_other(generator, described, monkeypatch):
    traced = []
    trainer = feature_generator.Trainer
    monkeypatch.setattr(
        feature_generator, "Trainer", lambda *a, **k: traced.append(1) or trainer(*a, **k)
    )
    first, second = (described(per_class=60, seed=seed).scaled() for seed in (0, 1))
    found = []
    for data, seed, weight in ((first, 1, 1.0), (second, 2, 0.0), (first, 1, 1.0), (first, 1, 0.0)):
        generator.fit(data, seed=seed, classifier_weight=weight)
        found.append(generator.generate(data.attributes, 3, seed=0))
    assert len(traced) <= 1  # none, where another test came before
    np.testing.assert_array_equal(found[0], found[2])
    assert (found[0] != found[3]).any()
    alone = made_by()
    alone.fit(second, seed=2, classifier_weight=0.0)
    np.testing.assert_allclose(
        alone.generate(second.attributes, 3, seed=0), found[1], rtol=1e-4, atol=1e-5
    )


def test_nothing_of_unseen_classes_or_of_test_images_is_learned(generator, described):
    data = described(per_class=60)
    generator.fit(data, seed=1)
    expected = generator.generate(data.attributes, 2, seed=0)
    features, labels = data.features.copy(), data.labels.copy()
    features[np.concatenate([data.test_seen, data.test_unseen])] = np.nan
    labels[data.test_unseen] = data.unseen[0]
    attributes = data.attributes.copy()
    attributes[data.unseen] = 1e6
    generator.fit(replace(data, features=features, labels=labels, attributes=attributes), seed=1)
    np.testing.assert_array_equal(generator.generate(data.attributes, 2, seed=0), expected)


def test_a_training_that_was_stopped_ends_with_the_same_weights(
    generator, described, tmp_path, monkeypatch
):
    data, path = described(per_class=60), tmp_path / "checkpoint.weights.h5"
    monkeypatch.setattr(generator, "log", MetricsLog(tmp_path / "metrics.jsonl"))
    generator.fit(data, seed=1, about={"case": "whole"})
    expected = generator.generate(data.attributes, 2, seed=0)
    monkeypatch.setattr(feature_generator, "CHECKPOINT_SECONDS", -1)
    run, calls = generator._trainer.run, []

    def interrupted(steps):
        calls.append(steps)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return run(steps)

    monkeypatch.setattr(generator._trainer, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        generator.fit(data, seed=1, about={"case": "cut"}, checkpoint=path)
    assert path.exists()
    monkeypatch.setattr(generator._trainer, "run", run)
    generator.fit(described(per_class=60, seed=3), seed=7)  # something else in between
    report = generator.fit(data, seed=1, about={"case": "cut"}, checkpoint=path)
    np.testing.assert_array_equal(generator.generate(data.attributes, 2, seed=0), expected)
    assert not path.exists()
    log = MetricsLog(tmp_path / "metrics.jsonl").records
    steps = {case: [r["step"] for r in log if r.get("case") == case] for case in ("whole", "cut")}
    assert steps["whole"] == steps["cut"] == list(range(20, STEPS + 1, 20))
    assert report["step"] == STEPS


def test_a_training_that_diverges_is_one_sentence(generator, described):
    data = described(per_class=60)
    features = data.features.copy()
    features[data.train] *= 1e30
    with pytest.raises(UserError, match="generator of case x diverged before step 20"):
        generator.fit(replace(data, features=features), seed=1, about={"case": "x"})
    same = np.repeat(data.features[data.labels.searchsorted(range(6))], 60, axis=0)
    with pytest.raises(UserError, match="all features of a class are the same"):
        generator.fit(replace(data, features=same), seed=1)


def test_samples_of_a_class_are_its_own(generator, described):
    data = described(per_class=60)
    generator.fit(data, seed=1)
    many = generator.generate(data.attributes, 5, seed=3)
    few = generator.generate(data.attributes[[4, 5]], 2, seed=3, names=[4, 5])
    np.testing.assert_allclose(few, many[4:, :2], rtol=1e-5)
    assert (generator.generate(data.attributes, 5, seed=4) != many).any()
