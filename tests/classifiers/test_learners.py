import numpy as np
import pytest
import tensorflow as tf

from gan_augment.classifiers.learners import SLOPE, Architecture, Learner

ARCHITECTURES = [
    Architecture((2, 3), (4,), 3),
    Architecture((2,), (), 5),
    Architecture((), (5,), 3),
    Architecture((2, 2, 2), (3, 4), 3, pooling=True),
]
IMAGES = np.random.default_rng(0).normal(size=(6, 9, 9, 2))


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda a: a.name)
def test_every_parameter_matters(architecture):
    learner = Learner(architecture, (9, 9, 2), 3)
    parameters = learner.initial([0, 1], tf.float64)
    assert parameters.shape == (learner.size,)
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        loss = learner.loss(parameters, IMAGES, [0, 1, 2, 0, 1, 2])
    assert np.count_nonzero(tape.gradient(loss, parameters)) == learner.size
    assert learner(parameters, IMAGES)[0].shape == (6, 3)


def test_dense_learners_are_what_the_formula_says():
    learner = Learner(Architecture((), (4,)), (9, 9, 2), 3)
    rng = np.random.default_rng(1)
    v, g, b = rng.normal(size=(162, 4)), rng.normal(size=4), rng.normal(size=4)
    v2, g2, b2 = rng.normal(size=(4, 3)), rng.normal(size=3), rng.normal(size=3)
    parameters = np.concatenate([part.ravel() for part in (v, g, b, v2, g2, b2)])
    hidden = IMAGES.reshape(6, 162) @ (g * v / np.linalg.norm(v, axis=0))
    mean = hidden.mean(axis=0)
    x = hidden - mean + b
    x = np.where(x > 0, x, SLOPE * x)
    expected = x @ (g2 * v2 / np.linalg.norm(v2, axis=0)) + b2
    logits, means = learner(tf.constant(parameters), IMAGES)
    np.testing.assert_allclose(logits, expected)
    np.testing.assert_allclose(means[0], mean)


def test_given_means_make_an_answer_independent_of_the_batch():
    learner = Learner(ARCHITECTURES[0], (9, 9, 2), 3)
    parameters = learner.initial([0, 1], tf.float64)
    own, means = learner(parameters, IMAGES)
    np.testing.assert_allclose(learner(parameters, IMAGES, means)[0], own)
    alone, _ = learner(parameters, IMAGES[:1], means)
    np.testing.assert_allclose(alone, own[:1])
    assert np.abs(learner(parameters, IMAGES[:1])[0] - own[:1]).max() > 1e-3


def test_initial_parameters_follow_from_the_seed_and_keep_the_size_of_activations():
    learner = Learner(Architecture((), (256, 256, 256)), (9, 9, 2), 10)
    first, again, other = (learner.initial([seed, 0]) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1
    logits, _ = learner(first, np.float32(IMAGES))
    assert 0.5 < np.std(logits) < 2


def test_names_tell_architectures_apart():
    assert Architecture((16, 32), (64,), 3).name == "conv3 16-32, dense 64"
    assert Architecture((), (64,), 3).name == "dense 64"
    assert len({architecture.name for architecture in ARCHITECTURES}) == len(ARCHITECTURES)
