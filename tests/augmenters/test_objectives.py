import numpy as np
import pytest
import tensorflow as tf

from gan_augment.augmenters import objectives

real = tf.constant([[0.5], [-1.0], [2.0]])
fake = tf.constant([[-0.3], [1.5], [0.0]])


def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, np.float64)))


def test_cross_entropy_equals_its_definition():
    expected = -np.log(sigmoid(real)).mean() - np.log(1 - sigmoid(fake)).mean()
    assert float(objectives.non_saturating.discriminator(real, fake)) == pytest.approx(expected)
    assert float(objectives.non_saturating.generator(fake)) == pytest.approx(
        -np.log(sigmoid(fake)).mean()
    )
    assert float(objectives.saturating.generator(fake)) == pytest.approx(
        np.log(1 - sigmoid(fake)).mean()
    )


def test_a_discriminator_that_knows_nothing_pays_two_bits_of_ln_2():
    zero = tf.zeros([4, 1])
    assert float(objectives.non_saturating.discriminator(zero, zero)) == pytest.approx(
        2 * np.log(2)
    )


@pytest.mark.parametrize(
    ("name", "d_loss", "g_loss"),
    [
        ("least_squares", 0.5 * 1.75 + 0.5 * 0.78, 0.5 * (1.69 + 0.25 + 1) / 3),
        ("wasserstein", 0.4 - 0.5, -0.4),
        ("hinge", (0.5 + 2) / 3 + (0.7 + 2.5 + 1) / 3, -0.4),
    ],
)
def test_other_objectives_equal_hand_computed_values(name, d_loss, g_loss):
    objective = getattr(objectives, name)
    assert float(objective.discriminator(real, fake)) == pytest.approx(d_loss, rel=1e-5)
    assert float(objective.generator(fake)) == pytest.approx(g_loss, rel=1e-5)


@pytest.mark.parametrize(
    "objective",
    [
        objectives.non_saturating,
        objectives.saturating,
        objectives.least_squares,
        objectives.wasserstein,
        objectives.hinge,
    ],
)
def test_players_pull_in_opposite_directions_on_fakes(objective):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(fake)
        d_loss, g_loss = objective.discriminator(real, fake), objective.generator(fake)
    d, g = tape.gradient(d_loss, fake)[0, 0], tape.gradient(g_loss, fake)[0, 0]
    if objective is not objectives.least_squares:  # whose players have targets 0 and 1
        assert float(d * g) < 0


def test_large_logits_stay_finite():
    huge = tf.constant([[1e4], [-1e4]])
    assert np.isfinite(float(objectives.non_saturating.discriminator(huge, huge)))
