import functools
import sys

import numpy as np
import pytest
import tensorflow as tf

from gan_augment.augmenters.auto_encoder import auto_encoder
from gan_augment.augmenters.bagan import (
    BalancingGAN,
    DecodedNormals,
    bagan,
    belief,
    imitation_loss,
    recognition_loss,
)
from gan_augment.augmenters.base import generate
from gan_augment.augmenters.class_normals import ClassNormals
from gan_augment.augmenters.health import Watch
from gan_augment.common.errors import UserError
from gan_augment.common.files import read_json
from gan_augment.data.images import LabeledImages

WIDTHS = {"alpha": 0.05, "latent_dim": 4}
small = functools.partial(bagan, **WIDTHS)
small_encoder = functools.partial(auto_encoder, **WIDTHS)
OPTIONS = {"pretraining_steps": 6, "steps": 11, "seed": 1}
OPTIONS |= {"watch": Watch(every=2, spread_below=0), "batch_size": 8}


def pictures(*counts):
    """So many 8 × 8 images of each class, brighter from class to class."""
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.int32)
    noise = np.random.default_rng(0).integers(0, 60, (len(labels), 8, 8, 1))
    pixels = noise + 60 * labels[:, None, None, None]
    return LabeledImages(pixels.astype(np.uint8), labels, tuple("abcdef"[: len(counts)]))


def fit(real, directory=None, **options):
    augmenter = BalancingGAN(small, small_encoder, directory=directory, **OPTIONS | options)
    return augmenter.fit(real)


@pytest.fixture(scope="module")
def real():
    return pictures(9, 7, 3)


@pytest.fixture(scope="module")
def fitted(real):
    return fit(real)


@pytest.fixture
def begun(real):
    """The halves of an auto-encoder, fresh, and a GAN that begins as they are."""
    whole = small_encoder(real.image_shape, seed=1).whole
    halves = whole.get_layer("encoder"), whole.get_layer("generator")
    gan = small(real.image_shape, 3, seed=2)
    before = [gan.generator.get_weights(), gan.discriminator.get_weights()]
    gan.begin_as(*halves, real)
    return halves, gan, before


def test_draws_have_mean_and_covariance_of_the_codes_of_their_class():
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(60, 4)) @ rng.normal(size=(4, 4)) + rng.normal(size=4)
    codes[30:] = 3 - 2 * codes[30:]
    normals = ClassNormals(2, 4)
    noise = tf.constant(rng.normal(size=(40_000, 4)).astype(np.float32))
    np.testing.assert_array_equal(normals([noise, tf.zeros([40_000], tf.int32)]), noise)
    normals.fit(codes, np.repeat([0, 1], 30))
    for label, own in enumerate((codes[:30], codes[30:])):
        centred = own - own.mean(0)
        covariance = centred.T @ centred / 29
        np.testing.assert_allclose(normals.means[label], own.mean(0), rtol=1e-5)
        root = normals.roots[label].numpy()
        np.testing.assert_allclose(root @ root.T, covariance, atol=1e-4)
        draws = normals([noise, tf.fill([40_000], label)]).numpy()
        np.testing.assert_allclose(draws.mean(0), own.mean(0), atol=0.1)
        np.testing.assert_allclose(np.cov(draws.T), covariance, atol=0.05 * covariance.max())
    again = ClassNormals.from_config(normals.get_config())
    assert (again.num_classes, again.dimensions) == (2, 4)


def test_two_codes_give_draws_on_the_line_through_them():
    normals = ClassNormals(1, 3)
    noise = tf.random.stateless_normal([50, 3], [0, 0])
    normals([noise, tf.zeros([50], tf.int32)])
    first, second = np.float32([1, 0, 2]), np.float32([1, 4, -1])
    normals.fit(np.stack([first, second]), np.array([0, 0]))
    draws = normals([noise, tf.zeros([50], tf.int32)]).numpy()
    along = (draws - first) @ (second - first) / 25
    np.testing.assert_allclose(draws, first + np.outer(along, second - first), atol=1e-4)
    assert along.std() > 0.3


def test_the_gan_begins_as_the_halves_of_the_auto_encoder(begun, real):
    (encoder, decoder), gan, (generator, discriminator) = begun
    for ours, theirs in zip(gan.generator.get_weights(), decoder.get_weights()):
        np.testing.assert_array_equal(ours, theirs)
    *body, kernel, bias = gan.discriminator.get_weights()
    *theirs, code_kernel, _ = encoder.get_weights()
    for a, b in zip(body, theirs, strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(kernel, discriminator[-2])  # the last layer is its own
    assert kernel.shape[-1] == len(bias) == 4
    assert code_kernel.shape[-1] == 4
    assert np.abs(kernel - code_kernel).max() > 0
    assert np.abs(generator[0] - decoder.get_weights()[0]).max() > 0  # it had others
    for label in range(3):
        codes = encoder(real.of_class(label).scaled(), training=False).numpy()
        np.testing.assert_allclose(gan.normals.means[label], codes.mean(0), atol=1e-5)
        root = gan.normals.roots[label].numpy()
        np.testing.assert_allclose(root @ root, np.cov(codes.T), atol=1e-5)
    # What is sampled is the decoder's image of a draw.
    noise, labels = tf.ones([2, 4]), tf.constant([0, 2])
    expected = decoder(gan.normals([noise, labels]), training=False)
    np.testing.assert_allclose(gan([noise, labels]), expected, atol=1e-6)


def test_losses_on_logits_made_by_hand():
    real_logits = np.log(np.float32([[0.7, 0.2, 0.1], [0.5, 0.3, 0.2]])) + 5
    fake_logits = np.log(np.float32([[0.25, 0.25, 0.5]]))
    expected = -np.mean(np.log([0.7, 0.3, 0.5]))
    found = recognition_loss(
        tf.constant(real_logits), tf.constant([0, 1]), tf.constant(fake_logits)
    )
    assert float(found) == pytest.approx(expected, rel=1e-5)
    assert float(imitation_loss(tf.constant(real_logits), tf.constant([1, 0]))) == pytest.approx(
        -np.mean(np.log([0.2, 0.5])), rel=1e-5
    )
    assert float(belief(tf.constant(real_logits))) == pytest.approx(0.85, rel=1e-5)


def test_fakes_are_one_in_classes_plus_one_and_of_all_classes_alike(begun, real, monkeypatch):
    _, gan, _ = begun
    module = sys.modules[type(gan).__module__]
    seen = []

    def recorded(logits, labels):
        seen.append(labels.numpy().tolist())
        return imitation_loss(logits, labels)

    monkeypatch.setattr(module, "imitation_loss", recorded)
    logs = gan.train_step((tf.constant(real.scaled()[5:12]), tf.constant(real.labels[5:12])))
    told_apart, wanted = seen
    assert told_apart == [*real.labels[5:12], 3, 3, 3]
    assert len(wanted) == 10
    assert set(wanted) <= {0, 1, 2}
    assert int(gan.step.numpy()) == 1
    assert set(logs) == set(gan.log_names)
    assert all(np.isfinite(value) for value in logs.values())
    labels, _ = gan.drawn(900, tf.constant([0, 1]))
    assert np.bincount(labels, minlength=3).min() > 250


def test_each_player_moves_its_own_weights_once(begun, real):
    (_, decoder), gan, _ = begun
    players = gan.generator, gan.discriminator
    normals = [value.numpy() for value in gan.normals.variables]
    before = [[value.numpy() for value in player.trainable_variables] for player in players]
    gan.train_step((tf.constant(real.scaled()), tf.constant(real.labels)))
    for now, then in zip(gan.normals.variables, normals, strict=True):
        np.testing.assert_array_equal(now, then)
    for player, weights, rate in zip(players, before, (5e-5, 2e-4)):
        for now, then in zip(player.trainable_variables, weights, strict=True):
            # Adam's first step is the learning rate at most: nobody is moved twice.
            assert 0 < np.abs(now.numpy() - then).max() < 1.05 * rate
    np.testing.assert_array_equal(decoder.get_weights()[0], before[0][0])


def test_generates_every_class_and_the_same_again(fitted):
    made = generate(fitted, per_class=70, seed=0)
    assert made.counts().tolist() == [70, 70, 70]
    few = generate(fitted, 5, seed=0)
    for label in range(3):
        np.testing.assert_array_equal(few.of_class(label).images, made.of_class(label).images[:5])
    assert made.content_hash() != generate(fitted, 70, seed=1).content_hash()
    assert list(fitted.records) == ["auto-encoder", "all"]


def test_either_phase_continues_to_the_same_weights(fitted, real, tmp_path, stop_at):
    stop_at(4, lambda: fit(real, tmp_path))
    assert list((tmp_path / "auto-encoder").glob("*attempt*"))
    assert not list(tmp_path.glob("*attempt*"))
    stop_at(8, lambda: fit(real, tmp_path))
    assert list(tmp_path.glob("*attempt*"))
    continued, finished = fit(real, tmp_path), fit(real, tmp_path)
    for other in (continued, finished):
        for models in (
            (fitted.encoder, other.encoder),
            (fitted.generator, other.generator),
        ):
            a, b = ([value.numpy() for value in model.weights] for model in models)
            for ours, theirs in zip(a, b, strict=True):
                np.testing.assert_array_equal(ours, theirs)
    assert len(continued.pretraining.log.records) == 3
    assert read_json(tmp_path / "fit.json")["steps"] == 11
    assert read_json(tmp_path / "auto-encoder" / "fit.json")["steps"] == 6
    with pytest.raises(UserError, match="other steps"):
        fit(real, tmp_path, pretraining_steps=5)


def test_the_auto_encoder_alone_decodes_what_the_gan_begins_with(fitted, real):
    alone = DecodedNormals(small, small_encoder, **OPTIONS).fit(real)
    gan = small(real.image_shape, 3)
    gan.begin_as(fitted.encoder, fitted.decoder, real)
    noise, labels = tf.ones([3, 4]), tf.constant([0, 1, 2])
    np.testing.assert_array_equal(alone.generator([noise, labels]), gan([noise, labels]))
    assert generate(alone, 5, seed=0).counts().tolist() == [5, 5, 5]
    assert list(alone.records) == ["auto-encoder"]


def test_a_class_of_one_image_is_refused_before_anything_is_trained():
    with pytest.raises(UserError, match=r"class 'b' has 1 image\(s\) and the distribution"):
        fit(pictures(4, 1))


def test_a_rare_class_looks_like_itself(blobs):
    """Four images of a class among 64: the brightest rows of what is made are where its bar is."""
    images = blobs(96)
    rare = np.flatnonzero(images.labels == 1)[4:]
    real = images.take(np.delete(np.arange(96), rare))
    widths = {"alpha": 0.15, "latent_dim": 8}
    augmenter = BalancingGAN(
        functools.partial(bagan, **widths),
        functools.partial(auto_encoder, **widths, learning_rate=3e-3),
        pretraining_steps=120,
        steps=10,
        batch_size=32,
        seed=1,
    ).fit(real)
    losses = [record["loss"] for record in augmenter.pretraining.log.records]
    assert losses[-1] < losses[0] / 2
    made = generate(augmenter, 32, 0)
    rows = [made.of_class(k).images.mean((0, 2, 3)).argmax() for k in range(3)]
    for row, centre in zip(rows, (6, 14, 22)):
        assert abs(int(row) - centre) <= 4
