"""Second-order terms against closed forms, and every remedy in a whole step."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_augment.augmenters import objectives, watched
from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.dcgan import dcgan
from gan_augment.augmenters.health import Watch
from gan_augment.augmenters.points import points_gan
from gan_augment.augmenters.stabilizers import STABILIZERS, choose_objective, parse
from gan_augment.augmenters.stabilizers.consensus import Consensus
from gan_augment.augmenters.stabilizers.penalties import R1, GradientPenalty, squared_slopes
from gan_augment.augmenters.stabilizers.unrolled import Unrolled
from gan_augment.augmenters.stabilizers.updates import (
    CriticSteps,
    Diversity,
    GradientClipping,
    neighbour_distances,
)
from gan_augment.augmenters.stabilizers.views import color, cut_out, translate
from gan_augment.common.errors import UserError
from gan_augment.common.log import MetricsLog

SEED = tf.constant([1, 2])


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def linear(weights):
    return lambda x: tf.linalg.matvec(x, tf.constant(weights, x.dtype))[:, None]


def test_penalties_of_a_linear_discriminator_have_closed_forms(rng):
    weights = rng.normal(size=3)
    real, fake = (tf.constant(rng.normal(size=[5, 3])) for _ in range(2))
    squared = float(weights @ weights)
    penalty = R1(4.0).discriminator_penalty(linear(weights), real, fake, SEED)
    assert float(penalty) == pytest.approx(2 * squared, rel=1e-12)
    penalty = GradientPenalty(10.0).discriminator_penalty(linear(weights), real, fake, SEED)
    assert float(penalty) == pytest.approx(10 * (squared**0.5 - 1) ** 2, rel=1e-12)


@pytest.mark.parametrize("penalty", [R1(3.0), GradientPenalty(3.0)])
def test_the_gradient_of_a_penalty_is_that_of_finite_differences(penalty, rng):
    weights = [tf.Variable(rng.normal(size=shape)) for shape in ([3, 4], [4, 1])]
    real, fake = (tf.constant(rng.normal(size=[6, 3])) for _ in range(2))

    def discriminate(x):
        return tf.tanh(x @ weights[0]) @ weights[1]

    def value():
        return penalty.discriminator_penalty(discriminate, real, fake, SEED)

    with tf.GradientTape() as tape:
        loss = value()
    gradients = tape.gradient(loss, weights)
    for variable, gradient in zip(weights, gradients):
        direction = tf.constant(rng.normal(size=variable.shape))
        start = variable.numpy()
        ends = []
        for side in (1e-5, -1e-5):
            variable.assign(start + side * direction)
            ends.append(float(value()))
        variable.assign(start)
        found = float(tf.reduce_sum(gradient * direction))
        assert found == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("penalty", [R1(), GradientPenalty()])
def test_penalties_are_finite_where_the_discriminator_is_flat(penalty):
    weights = tf.Variable(tf.zeros([3, 1]))
    images = tf.ones([2, 3])
    with tf.GradientTape() as tape:
        loss = penalty.discriminator_penalty(lambda x: x @ weights, images, images, SEED)
    assert np.isfinite(loss)
    assert np.isfinite(tape.gradient(loss, weights)).all()


def test_slopes_are_those_of_each_image_alone(rng):
    images = tf.constant(rng.normal(size=[4, 2, 2, 1]))
    squares = squared_slopes(lambda x: tf.reduce_sum(x**3, [1, 2, 3])[:, None], images)
    expected = (9 * images.numpy() ** 4).sum((1, 2, 3))
    np.testing.assert_allclose(squares, expected, rtol=1e-12)


def quadratic_game(stabilizers, generator_weight, discriminator_weight, learning_rate=0.1):
    """The generator shifts nothing but z = 1 by θ, the discriminator is ψx: the game L = ψθ."""

    def dense(weight):
        inputs = keras.Input((1,))
        layer = keras.layers.Dense(
            1, use_bias=False, kernel_initializer=keras.initializers.Constant(weight)
        )
        return keras.Model(inputs, layer(inputs))

    gan = GAN(
        dense(generator_weight),
        dense(discriminator_weight),
        objective=objectives.wasserstein,
        stabilizers=stabilizers,
    )
    gan.latents = lambda real, seed: tf.ones_like(real)
    gan.compile(keras.optimizers.SGD(learning_rate), keras.optimizers.SGD(learning_rate))
    return gan


def players(gan):
    return [float(v.numpy()[0, 0]) for v in gan.trainable_variables]


def test_r1_reaches_the_discriminators_step():
    theta, psi, gamma, h = 0.7, -0.4, 0.5, 0.1
    gan = quadratic_game([R1(gamma)], theta, psi, h)
    gan.train_step(tf.zeros([2, 1]))
    moved = psi + h * (-theta - gamma * psi)
    assert players(gan) == pytest.approx([theta + h * moved, moved], rel=1e-5)


def test_diversity_reaches_the_generators_step(rng):
    real = tf.constant(rng.normal(size=[8, 2]), tf.float32)
    moves = []
    for weight in (0.0, 1.0, 2.0):
        gan = points_gan(2, units=4, stabilizers=[Diversity(weight)], seed=1)
        gan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
        before = gan.generator.get_weights()
        gan.train_step(real)
        moves.append([b - a for a, b in zip(before, gan.generator.get_weights())])
    once, twice = ([b - a for a, b in zip(moves[0], other)] for other in moves[1:])
    assert max(np.abs(change).max() for change in once) > 1e-4
    for single, double in zip(once, twice):
        np.testing.assert_allclose(double, 2 * single, atol=1e-6)


def test_clipping_bounds_the_step_of_both_players(rng):
    real = tf.constant(10 * rng.normal(size=[8, 2]), tf.float32)
    gan = points_gan(2, units=4, stabilizers=[GradientClipping(0.01)], seed=1)
    gan.compile(keras.optimizers.SGD(0.5), keras.optimizers.SGD(0.5))
    before = [player.get_weights() for player in (gan.generator, gan.discriminator)]
    gan.train_step(real)
    for player, old in zip((gan.generator, gan.discriminator), before):
        moved = [new - b for new, b in zip(player.get_weights(), old)]
        assert np.sqrt(sum((m**2).sum() for m in moved)) == pytest.approx(0.005, rel=1e-3)


def test_weights_are_clipped_after_every_update(rng):
    gan = points_gan(2, units=4, stabilizers=parse(["weight-clipping=0.02", "critic-steps=2"]))
    gan.train_step(tf.constant(rng.normal(size=[8, 2]), tf.float32))
    assert max(np.abs(w).max() for w in gan.discriminator.get_weights()) == pytest.approx(0.02)
    assert max(np.abs(w).max() for w in gan.generator.get_weights()) > 0.02


def test_spectral_norms_stay_at_one_while_the_discriminator_moves(rng):
    stabilizers = parse(["spectral-norm", "critic-steps=5"])
    gan = points_gan(2, units=16, learning_rate=5e-3, stabilizers=stabilizers)
    step = tf.function(gan.train_step, autograph=False)
    before = [w.copy() for w in gan.discriminator.get_weights()]
    for _ in range(20):
        step(tf.constant(rng.normal(size=[16, 2]), tf.float32))
    assert any(np.abs(a - b).max() > 0.05 for a, b in zip(before, gan.discriminator.get_weights()))
    for layer in gan.discriminator.layers:
        if hasattr(layer, "raw_kernel"):
            assert np.linalg.norm(layer.kernel.numpy(), 2) == pytest.approx(1, abs=0.05)


def test_the_discriminator_is_shown_what_the_view_makes_of_images(rng):
    """Instance noise, annealed with the steps of the training, on real and fake images alike."""
    seen = []
    gan = points_gan(2, units=4, stabilizers=parse(["instance-noise=0.5"]), steps=2)
    gan.opponent = lambda labels: lambda x: (seen.append(x.numpy()), gan.discriminator(x))[1]
    gan.latents = lambda real, seed: tf.zeros([len(real), gan.latent_dim])
    for _ in range(3):
        gan.train_step(tf.zeros([512, 2]))
    spreads = [np.std(x, axis=0).mean() for x in seen]
    assert spreads[0:3] == pytest.approx([0.5] * 3, rel=0.1)  # real, fake for D, fake for G
    assert spreads[3:6] == pytest.approx([0.25] * 3, rel=0.1)
    assert spreads[6:9] == pytest.approx([0] * 3, abs=1e-6)
    assert np.abs(seen[1] - seen[2]).max() > 0.1  # new noise each time


def test_training_begins_with_the_initialisation_from_data(blobs, monkeypatch):
    real = blobs(32)
    gan = dcgan((28, 28, 1), alpha=0.1, stabilizers=parse(["weight-norm", "ema"]), steps=1)
    untouched = gan.discriminator.get_weights()
    options = {"batch_size": 16, "seed": 0, "strategy": tf.distribute.get_strategy()}

    def stop(self, steps):
        raise KeyboardInterrupt

    monkeypatch.setattr(watched.Trainer, "run", stop)
    with pytest.raises(KeyboardInterrupt):
        watched.train_watched(
            gan, real.images, steps=1, about={}, watch=Watch(), log=MetricsLog(), **options
        )
    assert not all(map(np.array_equal, untouched, gan.discriminator.get_weights()))
    for averaged, own in zip(gan.averaged.get_weights(), gan.generator.get_weights()):
        np.testing.assert_array_equal(averaged, own)


def test_dropout_masks_of_unrolled_steps_are_not_used_again(rng):
    gan = dcgan((8, 8, 1), alpha=0.1, stabilizers=[Unrolled(2)])
    seeds = [v for v in gan.discriminator.non_trainable_variables if "seed" in v.path]
    before = [v.numpy().copy() for v in seeds]
    gan.train_step(tf.constant(rng.uniform(-1, 1, size=[4, 8, 8, 1]), tf.float32))
    used = 2 + 2 * 2 + 1  # D's own two calls, two for each virtual step, one of the generator's
    assert seeds
    for variable, old in zip(seeds, before):
        assert (variable.numpy().astype(int) - old.astype(int)).max() >= used - 1


def test_consensus_on_a_quadratic_game_has_a_closed_form():
    # D gains ψ(0 − θ) on real images at 0, G gains ψθ: v = (ψ, −θ), L = ½(ψ² + θ²).
    theta, psi, gamma, h = 0.7, -0.4, 0.5, 0.1
    gan = quadratic_game([Consensus(gamma)], theta, psi, h)
    gan.train_step(tf.zeros([2, 1]))
    assert players(gan) == pytest.approx(
        [theta + h * (psi - gamma * theta), psi + h * (-theta - gamma * psi)], rel=1e-5
    )


def test_the_unrolled_generator_answers_the_discriminator_to_come():
    # k plain steps make ψ_k = ψ − k·h·θ, and G goes up ∂(ψ_k θ)/∂θ = ψ − 2k·h·θ, through them.
    theta, psi, h, k = 0.7, -0.4, 0.1, 3
    gan = quadratic_game([Unrolled(k)], theta, psi, h)
    gan.train_step(tf.zeros([2, 1]))
    moved = psi - h * theta  # D's own step comes first
    assert players(gan) == pytest.approx([theta + h * (moved - 2 * k * h * theta), moved], rel=1e-5)


def test_unrolled_steps_are_those_that_the_optimiser_would_take():
    """With the generator held still, k unrolled updates are k real ones, moments and all."""
    build = functools.partial(points_gan, 2, units=8, latent_dim=2, seed=3)
    real = tf.random.stateless_normal([16, 2], [0, 1])
    fake = tf.random.stateless_normal([16, 2], [0, 2])
    gan = build()
    for _ in range(3):  # moments that are not zero
        gan.improve_discriminator(real, fake, None, SEED)
    virtual = Unrolled(4).opponent(gan, real, fake, None, SEED)(real)
    for _ in range(4):
        gan.improve_discriminator(real, fake, None, SEED)
    np.testing.assert_allclose(virtual, gan.discriminator(real), rtol=1e-4, atol=1e-6)


def test_no_unrolled_step_is_the_plain_game(rng):
    real = tf.constant(rng.normal(size=[8, 2]), tf.float32)
    weights = []
    for stabilizers in ([], [Unrolled(0)]):
        gan = points_gan(2, units=4, stabilizers=stabilizers, seed=1)
        gan.train_step(real)
        weights.append([v.numpy() for v in gan.trainable_variables])
    for plain, unrolled in zip(*weights):
        np.testing.assert_allclose(unrolled, plain, rtol=1e-5, atol=1e-7)


def test_critic_steps_count_as_one_step_of_the_generator(rng):
    gan = points_gan(2, units=4, stabilizers=[CriticSteps(3)])
    gan.train_step(tf.constant(rng.normal(size=[8, 2]), tf.float32))
    assert int(gan.step.numpy()) == 1
    assert int(gan.d_optimizer.iterations.numpy()) == 3


def test_clipping_bounds_the_norm_of_a_player_and_leaves_small_gradients():
    gradients = [tf.constant([3.0, 0.0]), tf.constant([[4.0]])]
    clipped = GradientClipping(1.0).gradients(gradients)
    assert float(tf.linalg.global_norm(clipped)) == pytest.approx(1)
    np.testing.assert_allclose(clipped[0], [0.6, 0], rtol=1e-6)
    small = GradientClipping(10.0).gradients(gradients)
    np.testing.assert_allclose(small[1], gradients[1])


def test_diversity_rewards_distance_up_to_that_of_real_pairs():
    latents = tf.constant([[0.0], [2.0], [0.0], [1.0]])
    real = tf.constant([[0.0], [1.0], [0.0], [1.0]])
    fake = tf.constant([[0.0], [0.5], [0.0], [3.0]])
    np.testing.assert_allclose(neighbour_distances(fake), [0.5, 3.0])
    penalty = Diversity(2.0).generator_penalty(latents, fake, real, None)
    assert float(penalty) == pytest.approx(-2 * (0.5 / 2 + 1.0 / 1) / 2, rel=1e-5)
    labels = tf.constant([3, 3, 1, 2])  # the second pair is of two classes
    penalty = Diversity(2.0).generator_penalty(latents, fake, real, labels)
    assert float(penalty) == pytest.approx(-2 * (0.5 / 2) / 2, rel=1e-5)


def test_the_average_of_weights_follows_them_and_is_what_is_sampled(rng):
    gan = points_gan(2, units=4, stabilizers=parse(["ema=0.5"]))
    before = gan.generator.get_weights()
    gan.train_step(tf.constant(rng.normal(size=[8, 2]), tf.float32))
    keep = min(0.5, 2 / 11)
    for average, old, new in zip(gan.averaged.get_weights(), before, gan.generator.get_weights()):
        np.testing.assert_allclose(average, keep * old + (1 - keep) * new, rtol=1e-5, atol=1e-7)
    latents = tf.ones([3, gan.latent_dim])
    np.testing.assert_array_equal(gan(latents), gan.averaged(latents))
    assert gan.sampler is gan.averaged


def test_instance_noise_is_annealed(rng):
    noise = parse(["instance-noise=0.5"])[0]
    images = tf.zeros([64, 8, 8, 1])
    sds = [float(np.std(noise.view(images, SEED, tf.constant(p)))) for p in (0.0, 0.5, 1.0)]
    assert sds == pytest.approx([0.5, 0.25, 0], abs=0.02)


def test_translation_moves_whole_images_and_repeats_the_edge(rng):
    images = rng.normal(size=[32, 8, 8, 1]).astype(np.float32)
    moved = translate(tf.constant(images), SEED, 0.25).numpy()
    shifts = set()
    for image, other in zip(images, moved):
        padded = np.pad(image, [(2, 2), (2, 2), (0, 0)], mode="edge")
        fits = [
            (y, x)
            for y in range(5)
            for x in range(5)
            if np.allclose(padded[y : y + 8, x : x + 8], other)
        ]
        assert len(fits) == 1
        shifts |= set(fits)
    assert len(shifts) > 8


def test_cutout_greys_a_square_and_colour_keeps_shapes(rng):
    images = tf.constant(rng.uniform(0.1, 1, size=[64, 8, 8, 3]), tf.float32)
    gone = cut_out(images, SEED, 0.5).numpy()[..., 0] == 0
    for mask in gone:
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        assert mask.sum() == len(rows) * len(columns)  # a rectangle
        assert max(len(rows), len(columns)) <= 4
    assert gone.sum((1, 2)).max() == 16
    changed = color(images, SEED, 1.0)
    assert changed.shape == images.shape
    assert np.abs(changed - images).mean() > 0.1
    np.testing.assert_allclose(color(images, SEED, 0.0), images, rtol=1e-5, atol=1e-6)


def test_diff_augment_lets_gradients_through(rng):
    images = tf.constant(rng.uniform(-1, 1, size=[4, 8, 8, 1]), tf.float32)
    view = parse(["diff-augment"])[0]
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(view.view(images, SEED, tf.zeros([])))
    assert np.abs(tape.gradient(total, images)).sum() > 0


@pytest.mark.parametrize("name", STABILIZERS)
@pytest.mark.parametrize("batch_norm", [False, True])
def test_every_stabiliser_trains_a_dcgan(name, batch_norm, rng):
    gan = dcgan((8, 8, 1), alpha=0.1, batch_norm=batch_norm, stabilizers=parse([name]), steps=4)
    real = tf.constant(rng.uniform(-1, 1, size=[6, 8, 8, 1]), tf.float32)
    gan.initialize(real)
    before = [v.numpy() for v in gan.trainable_variables]
    step = tf.function(gan.train_step, autograph=False)
    for _ in range(2):
        logs = step(real)
    assert all(np.isfinite(value) for value in logs.values())
    moved = [not np.array_equal(v, old) for v, old in zip(gan.trainable_variables, before)]
    assert np.mean(moved) > 0.9


def test_coefficients_are_parsed_and_order_does_not_matter():
    assert parse(["r1=2.5"]) == (R1(2.5),)
    assert parse(["unrolled=3"]) == (Unrolled(3),)
    assert parse(["ema", "r1"]) == parse(["r1", "ema"])


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["instant-noise"], "did you mean instance-noise"),
        (["xyz"], "choose from diff-augment"),
        (["r1=much"], "write r1=10"),
        (["r1=0"], "write r1=10"),
        (["ema=1.5"], "write ema=0.999"),
        (["critic-steps=0"], "from 1 to 100"),
        (["weight-clipping=0"], "write weight-clipping=0.01"),
        (["gradient-clipping=inf"], "write gradient-clipping=1"),
        (["diff-augment=2"], "from 0 to 1"),
        (["unrolled", "gradient-clipping"], "do not go together"),
        (["r1=-1"], "write r1=10"),
        (["r1=nan"], "write r1=10"),
        (["unrolled=1.5"], "write unrolled=5"),
        (["weight-norm=2"], "no coefficient"),
        (["r1", "r1=2"], "twice"),
        (["weight-clipping", "spectral-norm"], "do not go together"),
        (["consensus", "unrolled"], "do not go together"),
    ],
)
def test_what_makes_no_sense_is_refused(names, message):
    with pytest.raises(UserError, match=message):
        parse(names)


def test_objectives_follow_the_stabilisers_and_wasserstein_needs_a_bound():
    assert choose_objective(None, ()) is objectives.non_saturating
    assert choose_objective(None, parse(["wgan-gp"])) is objectives.wasserstein
    assert choose_objective("hinge", parse(["wgan-gp"])) is objectives.hinge
    assert choose_objective("wasserstein", parse(["spectral-norm"])) is objectives.wasserstein
    with pytest.raises(UserError, match="bounded slope"):
        choose_objective("wasserstein", parse(["ema"]))
    with pytest.raises(UserError, match="choose from"):
        choose_objective("mse", ())


@pytest.mark.parametrize("name", ["r1", "wgan-gp"])
def test_slope_penalties_refuse_batch_normalisation_in_the_discriminator(name):
    images = x = keras.Input((4,))
    x = keras.layers.BatchNormalization()(keras.layers.Dense(3)(x))
    discriminator = keras.Model(images, keras.layers.Dense(1)(x))
    latents = keras.Input((2,))
    generator = keras.Model(latents, keras.layers.Dense(4)(latents))
    with pytest.raises(UserError, match="batch normalisation"):
        GAN(generator, discriminator, stabilizers=parse([name]))


def test_diff_augment_refuses_points():
    with pytest.raises(UserError, match="images"):
        points_gan(2, stabilizers=parse(["diff-augment"]))
