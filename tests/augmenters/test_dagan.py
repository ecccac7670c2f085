import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from gan_augment.augmenters.dagan import DAGAN, discriminator, generator, sibling_gan
from gan_augment.augmenters.objectives import wasserstein
from gan_augment.augmenters.stabilizers import parse
from gan_augment.augmenters.stabilizers.penalties import GradientPenalty
from gan_augment.common.errors import UserError
from gan_augment.training.adam import FusedAdam

SHAPE = (8, 8, 1)
SEED = tf.constant([1, 2])


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def some(rng, n, shape=SHAPE):
    return tf.constant(rng.uniform(-1, 1, [n, *shape]), tf.float32)


@pytest.mark.parametrize("shape", [(28, 28, 1), (8, 8, 3), (9, 12, 1)])
def test_siblings_have_the_shape_of_the_given_images(shape, rng):
    makes = generator(shape, width=2, latent_dim=5)
    images = makes([tf.ones([3, 5]), some(rng, 3, shape)])
    assert images.shape == (3, *shape)
    assert np.abs(images.numpy()).max() <= 1
    scores = discriminator(shape, width=2)([images, some(rng, 3, shape)])
    assert scores.shape == (3, 1)


def test_the_encoder_ends_at_four_pixels_and_noise_enters_three_stages():
    makes = generator((28, 28, 1), width=2, latent_dim=5)
    sides = [layer.output.shape[1] for layer in makes.layers if isinstance(layer, layers.Reshape)]
    assert sides == [4, 7, 14]
    filters = [layer.filters for layer in makes.layers if isinstance(layer, layers.Conv2D)]
    assert max(filters) == 8
    assert discriminator((28, 28, 1), width=2).layers[-2].input.shape[1:] == (4, 4, 16)


def test_both_the_noise_and_the_given_image_decide_what_is_made(rng):
    makes = generator(SHAPE, width=4, latent_dim=5)
    latents, given = tf.constant(rng.normal(size=[3, 5]), tf.float32), some(rng, 3)
    images = makes([latents, given]).numpy()
    assert np.abs(makes([latents[::-1], given]).numpy() - images)[0].max() > 1e-3
    assert np.abs(makes([latents, given[::-1]]).numpy() - images)[0].max() > 1e-3


def test_an_image_is_judged_without_the_others_of_its_batch(rng):
    critic = discriminator((16, 16, 1), width=2)
    assert not any(isinstance(layer, layers.BatchNormalization) for layer in critic.layers)
    assert any(isinstance(layer, layers.GroupNormalization) for layer in critic.layers)
    images, given = some(rng, 4, (16, 16, 1)), some(rng, 4, (16, 16, 1))
    alone = [critic([images[k : k + 1], given[k : k + 1]], training=True)[0, 0] for k in range(4)]
    together = critic([images, given], training=True)[:, 0]
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_small_images_are_refused():
    with pytest.raises(UserError, match="8 × 8 pixels or more, not 6 × 8"):
        sibling_gan((6, 8, 1))


def test_a_step_moves_both_players_and_every_update_has_pairs_of_its_own(rng):
    gan = sibling_gan(SHAPE, width=2, latent_dim=4, seed=1)
    seen = []
    improve = gan.improve_discriminator

    def spy(real, fake, given, seed):
        seen.append((real.shape, given.numpy()[:, 0, 0, 0].tolist()))
        return improve(real, fake, given, seed)

    gan.improve_discriminator = spy
    real, given = some(rng, 15), some(rng, 15)
    before = [v.numpy() for v in (*gan.generator.weights, *gan.discriminator.weights)]
    logs = gan.train_step((real, given))
    after = [v.numpy() for v in (*gan.generator.weights, *gan.discriminator.weights)]

    assert [shape for shape, _ in seen] == [(3, *SHAPE)] * 5
    pixels = [pixel for _, own in seen for pixel in own]
    assert sorted(pixels) == sorted(given.numpy()[:, 0, 0, 0].tolist())
    assert all(np.isfinite(float(value)) for value in logs.values())
    moved = [np.abs(a - b).max() > 0 for a, b in zip(after, before)]
    assert all(moved[:-1])
    assert not moved[-1]  # what the critic adds to all scores is no difference between them
    assert gan.step.numpy() == 1
    assert gan.d_optimizer.iterations.numpy() == 5


def test_the_papers_game_is_the_default():
    gan = sibling_gan(SHAPE, width=2)
    assert gan.objective == wasserstein
    assert gan.critic_steps == 5
    assert GradientPenalty(10.0) in gan.stabilizers
    for optimizer in (gan.g_optimizer, gan.d_optimizer):
        assert float(optimizer.learning_rate) == pytest.approx(1e-4)
        assert (optimizer.beta_1, optimizer.beta_2) == (0, 0.9)


def test_samples_can_come_from_a_moving_average(rng):
    stabilizers = parse(["wgan-gp", "critic-steps=2", "ema"])
    gan = sibling_gan(SHAPE, width=2, latent_dim=4, stabilizers=stabilizers)
    gan.train_step((some(rng, 4), some(rng, 4)))
    assert gan([tf.ones([2, 4]), some(rng, 2)]).shape == (2, *SHAPE)
    assert gan.sampler is not gan.generator


def test_the_penalty_takes_the_norm_of_each_samples_slope_over_all_pixels(rng):
    """D(x, given) = ⟨x, given⟩ has the slope `given` at every x, another one for each sample."""
    images, given = layers.Input(SHAPE), layers.Input(SHAPE)
    product = layers.Dot(axes=1)([layers.Flatten()(images), layers.Flatten()(given)])
    gan = copying_gan(keras.Model([images, given], product))
    real, fake, own = some(rng, 6), some(rng, 6), some(rng, 6)

    loss = gan.discriminator_loss(gan.opponent(own), real, fake, SEED)
    flat = own.numpy().reshape(6, -1).astype(float)
    norms = np.sqrt(np.square(flat).sum(1))
    assert float(loss.total - loss.game) == pytest.approx(10 * np.mean((norms - 1) ** 2), rel=1e-4)
    # What the public code has: norms over the height alone, a column for each place and channel.
    columns = np.sqrt(np.square(own.numpy()).sum(1))
    assert float(loss.total - loss.game) != pytest.approx(10 * np.mean((columns - 1) ** 2), rel=0.1)


@pytest.mark.parametrize("sees_pairs", [True, False])
def test_copies_are_told_apart_by_who_sees_the_given_image_too(sees_pairs, rng):
    critic = discriminator(SHAPE, width=4, seed=1)
    if not sees_pairs:  # the same network, shown the one image in place of both
        images, given = layers.Input(SHAPE), layers.Input(SHAPE)
        critic = keras.Model([images, given], critic([images, images]))
    gan = copying_gan(critic)
    classes = rng.uniform(-0.6, 0.6, [30, *SHAPE])

    def pairs(n):
        own = classes[rng.integers(0, len(classes), n)]
        return [tf.constant(own + rng.uniform(-0.4, 0.4, own.shape), tf.float32) for _ in range(2)]

    @tf.function(autograph=False)
    def improve(real, given, seed):
        return gan.improve_discriminator(real, copies(gan, given), given, seed).game

    for step in range(800):
        improve(*pairs(32), tf.constant([step, 0]))

    real, given = pairs(400)
    of_real, of_copies = (
        gan.opponent(given)(images).numpy() for images in (real, copies(gan, given))
    )
    right = (of_real > of_copies.T).mean()
    if sees_pairs:
        assert right > 0.95
    else:
        assert 0.4 < right < 0.6


def copying_gan(critic):
    """A DAGAN whose generator returns the given image, whatever the noise."""
    latents, given = layers.Input((2,)), layers.Input(SHAPE)
    noise = layers.Dense(SHAPE[0] * SHAPE[1], kernel_initializer="zeros")(latents)
    copy = layers.Add()([given, layers.Reshape(SHAPE)(noise)])
    gan = DAGAN(
        keras.Model([latents, given], copy),
        critic,
        objective=wasserstein,
        stabilizers=[GradientPenalty()],
    )
    gan.compile(*(FusedAdam(2e-3, beta_1=0.0, beta_2=0.9) for _ in range(2)))
    return gan


def copies(gan, given):
    return gan.generator([tf.zeros([tf.shape(given)[0], 2]), given])
