import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from small_models import check_that_the_label_decides, of_kind, patterns

from gan_augment.augmenters.base import generate
from gan_augment.augmenters.class_conditional import ClassConditional
from gan_augment.augmenters.layer_norm_dcgan import discriminator, generator, layer_norm_dcgan
from gan_augment.augmenters.per_class import PerClass
from gan_augment.augmenters.stabilizers import parse
from gan_augment.common.errors import UserError

small = functools.partial(layer_norm_dcgan, width=0.05, latent_dim=8)


def test_layers_are_those_of_the_report():
    g, d = generator((32, 32, 3)), discriminator((32, 32, 3))
    up = of_kind(g, layers.Conv2DTranspose)
    assert [layer.output.shape[1:3] for layer in up] == [(s, s) for s in (4, 8, 16, 32, 32)]
    assert [layer.filters for layer in up] == [512, 256, 128, 64, 3]
    assert len(of_kind(g, layers.LayerNormalization)) == 4
    down = of_kind(d, layers.Conv2D)
    assert [layer.strides for layer in down] == [(2, 2)] * 4
    assert [layer.filters for layer in down] == [64, 128, 256, 512]
    assert len(of_kind(d, layers.Dense)) == 1
    assert not of_kind(d, layers.LayerNormalization)
    slopes = of_kind(g, layers.LeakyReLU) + of_kind(d, layers.LeakyReLU)
    assert [layer.negative_slope for layer in slopes] == pytest.approx([0.2] * 8)


def test_learning_rates_are_those_of_the_report():
    gan = small((8, 8, 1))
    assert float(gan.g_optimizer.learning_rate) == pytest.approx(1e-3)
    assert float(gan.d_optimizer.learning_rate) == pytest.approx(2e-4)


def moments(model, batch):
    """Return mean and variance of every layer normalisation's output, over C, H, W of an image."""
    outputs = [layer.output for layer in of_kind(model, layers.LayerNormalization)]
    found = [x.numpy() for x in keras.Model(model.input, outputs)(batch)]
    return [(x.mean((1, 2, 3)), x.var((1, 2, 3))) for x in found]


def test_normalises_each_image_over_channels_height_and_width():
    """Equations 4 to 6, before scale and shift are learned."""
    latents = 50 * tf.random.stateless_normal([3, 8], [1, 2])
    for mean, variance in moments(generator((16, 16, 3), width=0.2, latent_dim=8), latents):
        np.testing.assert_allclose(mean, 0, atol=1e-4)
        np.testing.assert_allclose(variance, 1, atol=0.02)


def test_keras_default_axis_is_an_option_and_something_else():
    model = generator((16, 16, 3), width=0.2, latent_dim=8, axis=-1)
    for layer in of_kind(model, layers.LayerNormalization):
        x = tf.random.stateless_normal(layer.output.shape[1:], [1, 2])[None]
        np.testing.assert_allclose(layer(x).numpy().mean(-1), 0, atol=1e-5)
    whole = of_kind(generator((16, 16, 3), width=0.2), layers.LayerNormalization)
    assert [layer.gamma.shape for layer in whole] == [
        layer.output.shape[1:] for layer in whole
    ]  # a scale for each number


@pytest.mark.parametrize(("side", "filters"), [(16, 3), (32, 4), (64, 5)])
def test_every_power_of_two_has_its_stages(side, filters):
    gan = small((side, side, 1), width=0.02)
    assert len(of_kind(gan.generator, layers.Conv2DTranspose)) == filters + 1
    assert len(of_kind(gan.discriminator, layers.Conv2D)) == filters
    images = gan.generator(tf.random.normal([2, 8]))
    assert images.shape == (2, side, side, 1)
    assert np.abs(images).max() <= 1
    assert gan.discriminator(images).shape == (2, 1)


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 16, 3), (2, 2, 1)])
def test_other_sides_are_refused(shape):
    with pytest.raises(UserError, match="square"):
        small(shape)


def test_width_must_be_positive():
    with pytest.raises(UserError, match="width"):
        layer_norm_dcgan((8, 8, 1), width=0)


def test_the_label_decides_what_is_made_and_what_is_believed():
    check_that_the_label_decides(small((8, 8, 1), 3, seed=1))


@pytest.mark.parametrize("augmenter", [PerClass, ClassConditional])
def test_serves_either_augmenter_and_equal_seeds_are_equal(augmenter):
    first, again = (augmenter(small, steps=2, seed=1).fit(patterns(8)) for _ in range(2))
    made = generate(first, per_class=3, seed=0)
    assert made.counts().tolist() == [3, 3]
    assert made.content_hash() == generate(again, 3, 0).content_hash()


@pytest.mark.parametrize("classes", [None, 2])
def test_stabilisers_and_bfloat16(classes):
    gan = small(
        (8, 8, 3),
        classes,
        precision="bfloat16",
        objective="hinge",
        stabilizers=parse(["r1", "spectral-norm", "ema"]),
        steps=4,
    )
    real = patterns(4)
    batch = tf.constant(real.scaled())
    if classes:
        batch = batch, tf.constant(real.labels)
    gan.initialize(batch)
    logs = tf.function(gan.train_step, autograph=False)(batch)
    assert all(np.isfinite(value) for value in logs.values())
    assert {w.dtype for w in gan.trainable_variables} == {"float32"}
    inputs = [tf.ones([2, 8]), tf.constant([0, 1])]
    assert gan(inputs if classes else inputs[0]).dtype == tf.float32


def test_weight_norm_begins_with_moderate_logits(blobs):
    gan = layer_norm_dcgan((16, 16, 1), 3, width=0.25, stabilizers=parse(["weight-norm"]))
    real = blobs(24)
    batch = tf.image.resize(real.scaled(), [16, 16]), tf.constant(real.labels)
    gan.initialize(batch)
    assert np.abs(gan.discriminator(list(batch))).max() < 6
