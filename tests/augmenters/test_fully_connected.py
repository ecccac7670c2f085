import functools

import keras
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf
from keras import layers
from small_models import check_that_the_label_decides, of_kind

from gan_augment.augmenters.base import generate
from gan_augment.augmenters.class_conditional import ClassConditional
from gan_augment.augmenters.fully_connected import (
    discriminator,
    fully_connected_gan,
    generator,
    pixel_statistics,
    uniform,
)
from gan_augment.augmenters.health import Watch
from gan_augment.augmenters.stabilizers import parse
from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages

small = functools.partial(fully_connected_gan, width=0.002, latent_dim=8)


def test_units_are_those_of_the_public_code():
    g, d = generator((8, 8, 3), 10, width=0.01), discriminator((8, 8, 3), 10, width=0.01)
    assert [layer.units for layer in of_kind(g, layers.Dense)] == [80, 80, 8 * 8 * 3]
    assert [layer.units for layer in of_kind(d, layers.Dense)] == [16, 16, 1]
    assert [layer.rate for layer in of_kind(d, layers.Dropout)] == [0.5, 0.5]
    assert of_kind(g, layers.Dense)[0].input.shape == (None, 110)
    assert of_kind(d, layers.Dense)[0].input.shape == (None, 8 * 8 * 3 + 10)
    with pytest.raises(UserError, match="width"):
        small((8, 8, 3), 10, width=-1)


def test_the_generator_begins_with_uniform_latents():
    latents = np.random.default_rng(0).normal(size=4000).astype(np.float32)
    mapped = keras.ops.convert_to_numpy(uniform(tf.constant(latents)))
    np.testing.assert_allclose(mapped, 2 * scipy.stats.norm.cdf(latents) - 1, atol=1e-6)
    assert scipy.stats.kstest(mapped, scipy.stats.uniform(-1, 2).cdf).pvalue > 0.01


def test_weights_begin_as_in_torch7():
    kernel, bias = of_kind(generator((4, 4, 1), 10, width=0.1), layers.Dense)[1].get_weights()
    limit = 800**-0.5
    for values in (kernel, bias):
        assert 0.9 * limit < np.abs(values).max() <= limit
        assert values.std() == pytest.approx(limit / 3**0.5, rel=0.1)


def test_statistics_are_those_of_each_pixel():
    images = np.random.default_rng(0).integers(0, 256, (50, 4, 4, 3)).astype(np.uint8)
    images[:, 0, 0] = 7  # a pixel that never changes
    real = LabeledImages(images, np.zeros(50, np.int32), ("a",))
    found, scaled = pixel_statistics(real), real.scaled().astype(np.float64)
    np.testing.assert_allclose(found["mean"], scaled.mean(0), atol=1e-6)
    std = scaled.std(0)
    std[0, 0] = 1 / 127.5
    np.testing.assert_allclose(found["std"], std, atol=1e-6)


def test_players_standardise_images_and_undo_it():
    rng = np.random.default_rng(0)
    mean, std = rng.normal(size=(4, 4, 3)), rng.uniform(0.1, 1, (4, 4, 3))
    raw, standard = (
        generator((4, 4, 3), 2, width=0.001, latent_dim=8, **options)
        for options in ({}, {"mean": mean, "std": std})
    )
    inputs = [tf.random.stateless_normal([3, 8], [1, 2]), tf.constant([0, 1, 0])]
    outputs = raw(inputs).numpy()
    np.testing.assert_allclose(standard(inputs), outputs * std + mean, atol=1e-5)
    raw, standard = (
        discriminator((4, 4, 3), 2, width=0.01, **options)
        for options in ({}, {"mean": mean, "std": std})
    )
    images = rng.normal(size=(3, 4, 4, 3)).astype(np.float32)
    np.testing.assert_allclose(
        standard([tf.constant(images), inputs[1]]),
        raw([tf.constant(((images - mean) / std).astype(np.float32)), inputs[1]]),
        atol=1e-5,
    )


def test_the_label_decides_what_is_made_and_what_is_believed():
    check_that_the_label_decides(small((8, 8, 1), 3, seed=1))


def test_the_learning_rate_falls_and_is_half_for_our_sum_of_two_means():
    gan = small((8, 8, 1), 3, steps_per_epoch=2)
    for optimizer, rate in ((gan.g_optimizer, 0.02), (gan.d_optimizer, 0.01)):
        assert float(optimizer.learning_rate) == pytest.approx(rate)
        optimizer.iterations.assign(2 * 100_000)
        assert float(optimizer.learning_rate) == pytest.approx(rate / 1.000004**100_000, rel=0.01)
        assert float(optimizer.momentum_at(2 * 100)) == pytest.approx(0.08)


def test_a_stopped_training_continues_to_the_same_weights(blobs, tmp_path, stop_at):
    real = blobs(12)
    build = functools.partial(small, steps_per_epoch=2, **pixel_statistics(real))
    options = {"steps": 7, "seed": 1, "watch": Watch(every=2, spread_below=0)}
    whole = ClassConditional(build, **options).fit(real)
    stop_at(4, lambda: ClassConditional(build, **options, directory=tmp_path).fit(real))
    continued = ClassConditional(build, **options, directory=tmp_path).fit(real)
    for a, b in zip(whole.generator.variables, continued.generator.variables, strict=True):
        np.testing.assert_array_equal(a, b)
    assert generate(whole, 3, 0).counts().tolist() == [3, 3, 3]


def test_stabilisers_and_bfloat16(blobs):
    real = blobs(6)
    gan = small(
        real.image_shape,
        3,
        precision="bfloat16",
        stabilizers=parse(["wgan-gp", "weight-norm", "ema"]),
        steps=4,
    )
    batch = tf.constant(real.scaled()), tf.constant(real.labels)
    gan.initialize(batch)
    logs = tf.function(gan.train_step, autograph=False)(batch)
    assert all(np.isfinite(value) for value in logs.values())
    assert gan([tf.ones([1, 8]), tf.constant([0])]).dtype == tf.float32


def test_players_learn(blobs):
    real = blobs(96)
    build = functools.partial(
        fully_connected_gan, width=0.02, learning_rate=0.1, **pixel_statistics(real)
    )
    watch = Watch(every=40, spread_below=0)
    gan = ClassConditional(build, steps=120, seed=2, watch=watch).fit(real)
    first, *_, last = gan.log.records
    assert first["d_loss"] < 2 * np.log(2)  # what it is when nothing is known
    assert last["spread"] > 1.2 * first["spread"]
    assert np.isfinite(last["g_loss"])
