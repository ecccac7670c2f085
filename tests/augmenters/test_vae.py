import functools

import numpy as np
import pytest
import tensorflow as tf

from gan_augment.augmenters.base import generate
from gan_augment.augmenters.health import Watch
from gan_augment.augmenters.vae import (
    VariationalAutoEncoder,
    divergence_from_prior,
    surprise,
    vae,
)
from gan_augment.common.errors import UserError
from gan_augment.common.files import read_json
from gan_augment.training.loop import Trainer
from gan_augment.training.noise import sample_latents, step_seed

small = functools.partial(vae, alpha=0.05, latent_dim=4)


def test_shapes_and_range():
    model = small((8, 12, 3), 2)
    labels = tf.constant([0, 1, 1])
    images = model([tf.random.normal([3, 4]), labels])
    assert images.shape == (3, 8, 12, 3)
    assert np.abs(images).max() <= 1
    assert model.encoder([images, labels]).shape == (3, 8)


def test_the_label_decides_what_is_encoded_and_decoded():
    model = small((8, 8, 1), 3, seed=1)
    labels = tf.constant([0, 1, 1])
    images = model([tf.ones([3, 4]), labels]).numpy()
    assert np.abs(images[0] - images[1]).max() > 0
    np.testing.assert_array_equal(images[1], images[2])
    moments = model.encoder([tf.repeat(images[:1], 3, 0), labels]).numpy()
    assert np.abs(moments[0] - moments[1]).max() > 0
    np.testing.assert_array_equal(moments[1], moments[2])


def test_the_divergence_is_the_integral_that_it_stands_for():
    mean, deviation = np.float32([0.3, -1.2]), np.float32([0.5, 1.7])
    x = np.linspace(-20, 20, 100_001)

    def log_density(mean, deviation):
        return -0.5 * ((x - mean) / deviation) ** 2 - np.log(deviation * np.sqrt(2 * np.pi))

    total = 0
    for m, s in zip(mean.astype(float), deviation.astype(float)):
        q = log_density(m, s)
        total += np.trapezoid(np.exp(q) * (q - log_density(0, 1)), x)
    found = divergence_from_prior(mean[None], 2 * np.log(deviation)[None])
    np.testing.assert_allclose(found, [total], rtol=1e-5)
    np.testing.assert_array_equal(divergence_from_prior(tf.zeros([2, 3]), tf.zeros([2, 3])), [0, 0])


def test_surprise_is_a_log_density_in_nats():
    images, decoded = np.random.default_rng(0).normal(size=(2, 2, 4, 4, 1))
    sigma = 0.3
    density = np.exp(-((images - decoded) ** 2) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))
    constant = 16 * np.log(sigma * np.sqrt(2 * np.pi))
    expected = -np.log(density).sum((1, 2, 3)) - constant
    np.testing.assert_allclose(surprise(images, decoded, sigma), expected, rtol=1e-6)


def test_a_step_logs_the_loss_computed_by_hand(blobs):
    real = blobs(5)
    model = small(real.image_shape, 3, sigma=0.5, beta=3, seed=2)
    labels, images = tf.constant(real.labels), real.scaled()
    mean, log_variance = np.split(model.encoder([tf.constant(images), labels]).numpy(), 2, axis=1)
    noise = sample_latents(5, 4, step_seed(model.seed, 0)).numpy()
    latents = mean + np.sqrt(np.exp(log_variance)) * noise
    decoded = model.decoder([tf.constant(latents), labels]).numpy()
    reconstruction = np.mean(np.sum((images - decoded) ** 2, (1, 2, 3)) / (2 * 0.5**2))
    variance = np.exp(log_variance)
    divergence = np.mean(np.sum(0.5 * (variance + mean**2 - 1 - np.log(variance)), axis=1))
    logs = model.train_step((tf.constant(images), labels))
    assert int(model.step.numpy()) == 1
    np.testing.assert_allclose(logs["reconstruction"], reconstruction, rtol=1e-4)
    np.testing.assert_allclose(logs["divergence"], divergence, rtol=1e-4)
    np.testing.assert_allclose(logs["loss"], reconstruction + 3 * divergence, rtol=1e-4)


def test_beta_counts_the_divergence(blobs):
    real = blobs(24)
    divergences = []
    for beta in (0.1, 100):
        model = small(real.image_shape, 3, beta=beta, learning_rate=3e-3)
        options = {"batch_size": 12, "seed": 0, "strategy": tf.distribute.get_strategy()}
        trainer = Trainer(model, real.images, real.labels, **options)
        trainer.run(40)
        divergences.append(trainer.run(10)["divergence"])
    assert divergences[1] < divergences[0] / 2


def test_generates_every_class_and_equal_seeds_are_equal(blobs):
    first, again = (VariationalAutoEncoder(small, steps=3, seed=1).fit(blobs(12)) for _ in range(2))
    made = generate(first, per_class=70, seed=0)
    assert made.counts().tolist() == [70, 70, 70]
    assert made.content_hash() == generate(again, 70, 0).content_hash()
    assert made.content_hash() != generate(first, 70, 1).content_hash()
    few = generate(first, 10, 0).of_class(2).images
    assert {i.tobytes() for i in few} <= {i.tobytes() for i in made.of_class(2).images}


def test_a_stopped_training_continues_to_the_same_weights(blobs, tmp_path, stop_at):
    options = {"steps": 7, "seed": 1, "watch": Watch(every=2)}
    whole = VariationalAutoEncoder(small, **options).fit(blobs(12))
    stop_at(4, lambda: VariationalAutoEncoder(small, **options, directory=tmp_path).fit(blobs(12)))
    continued = VariationalAutoEncoder(small, **options, directory=tmp_path).fit(blobs(12))
    finished = VariationalAutoEncoder(small, **options, directory=tmp_path).fit(blobs(12))
    for other in (continued, finished):
        for a, b in zip(whole.generator.variables, other.generator.variables, strict=True):
            np.testing.assert_array_equal(a, b)
    assert read_json(tmp_path / "fit.json")["steps"] == 7
    with pytest.raises(UserError, match="other images"):
        VariationalAutoEncoder(small, **options, directory=tmp_path).fit(blobs(15))


def test_only_a_loss_that_is_no_number_is_a_failure(blobs):
    real = blobs(12)
    lame = functools.partial(small, learning_rate=0.0)
    model = VariationalAutoEncoder(lame, steps=4, watch=Watch(every=1, patience=1)).fit(real)
    assert [attempt["failure"] for attempt in model.records["all"]] == [None]
    with pytest.raises(UserError, match="diverged"):
        VariationalAutoEncoder(
            functools.partial(small, learning_rate=np.inf), steps=4, watch=Watch(max_restarts=1)
        ).fit(real)


def test_bfloat16_keeps_weights_moments_and_images_in_float32():
    model = small((8, 8, 1), 2, precision="bfloat16")
    images = model([tf.ones([2, 4]), tf.constant([0, 1])])
    assert images.dtype == model.encoder([images, tf.constant([0, 1])]).dtype == tf.float32
    assert {w.dtype for w in model.trainable_variables} == {"float32"}
    assert np.isfinite(model.train_step((images, tf.constant([0, 1])))["loss"])


def test_sigma_must_be_positive():
    with pytest.raises(UserError, match="sigma"):
        small((8, 8, 1), 2, sigma=0)


def test_it_learns_what_the_classes_look_like(blobs):
    real = blobs(96)
    build = functools.partial(vae, alpha=0.2, latent_dim=8, learning_rate=3e-3)
    model = VariationalAutoEncoder(build, steps=120, seed=2, watch=Watch(every=40)).fit(real)
    losses = [record["loss"] for record in model.log.records]
    assert losses[-1] < losses[0] / 2
    made = generate(model, 32, 0)
    rows = [made.of_class(k).images.mean((0, 2, 3)).argmax() for k in range(3)]
    for row, centre in zip(rows, (6, 14, 22)):
        assert abs(int(row) - centre) <= 4
