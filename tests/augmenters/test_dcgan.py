import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from small_models import of_kind

from gan_augment.augmenters.dcgan import dcgan, discriminator, generator
from gan_augment.common.errors import UserError


@pytest.mark.parametrize("alpha", [1, 2])
def test_filters_strides_and_slopes_are_those_of_the_report(alpha):
    g, d = generator((28, 28, 1), alpha=alpha), discriminator((28, 28, 1), alpha=alpha)
    assert of_kind(g, layers.Dense)[0].units == 7 * 7 * 128 * alpha
    deconvolutions = of_kind(g, layers.Conv2DTranspose)
    assert [layer.filters for layer in deconvolutions] == [128 * alpha, 64 * alpha, 1]
    assert [layer.strides for layer in deconvolutions] == [(1, 1), (2, 2), (2, 2)]
    assert [layer.filters for layer in of_kind(d, layers.Conv2D)] == [32 * alpha, 64 * alpha]
    assert [layer.rate for layer in of_kind(d, layers.Dropout)] == [0.3, 0.3]
    for layer in of_kind(g, layers.LeakyReLU) + of_kind(d, layers.LeakyReLU):
        assert layer.negative_slope == pytest.approx(0.3)


def test_number_of_weights():
    # Dense 100·6272; kernels 25·128·128, 25·64·128, 25·64 + 1; gamma, beta 2·(6272 + 128 + 64).
    g = generator((28, 28, 1), alpha=1)
    trainable = sum(int(np.prod(w.shape)) for w in g.trainable_variables)
    assert trainable == 627_200 + 409_600 + 204_800 + 1_601 + 12_928
    # kernels 25·32 + 32, 25·32·64 + 64, 7·7·64 + 1
    assert discriminator((28, 28, 1), alpha=1).count_params() == 832 + 51_264 + 3_137


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3), (8, 12, 3)])
def test_shapes_and_range(shape):
    gan = dcgan(shape, alpha=0.1)
    images = gan.generator(tf.random.normal([3, 100]))
    assert images.shape == (3, *shape)
    assert np.abs(images).max() <= 1
    assert gan.discriminator(images).shape == (3, 1)


def test_batch_norm_is_an_option():
    assert len(of_kind(generator((28, 28, 1), alpha=0.1), layers.BatchNormalization)) == 3
    without = generator((28, 28, 1), alpha=0.1, batch_norm=False)
    assert not of_kind(without, layers.BatchNormalization)
    assert all(layer.use_bias for layer in of_kind(without, layers.Conv2DTranspose))


def test_weights_follow_from_the_seed():
    first, again, other = (dcgan((28, 28, 1), alpha=0.1, seed=seed) for seed in (1, 1, 2))
    for a, b in zip(first.weights, again.weights):
        np.testing.assert_array_equal(a, b)
    kernel = first.generator.trainable_variables[0]
    assert np.abs(kernel - other.generator.trainable_variables[0]).max() > 0.01


def test_bfloat16_keeps_weights_images_and_logits_in_float32():
    gan = dcgan((28, 28, 1), alpha=0.1, precision="bfloat16")
    assert {w.dtype for w in gan.generator.trainable_variables} == {"float32"}
    images = gan.generator(tf.random.normal([2, 100]))
    assert images.dtype == tf.float32
    assert gan.discriminator(images).dtype == tf.float32
    assert of_kind(gan.generator, layers.Conv2DTranspose)[0].compute_dtype == "bfloat16"


@pytest.mark.parametrize("alpha", [0, -1])
def test_alpha_must_be_positive(alpha):
    with pytest.raises(UserError, match="alpha"):
        dcgan((28, 28, 1), alpha=alpha)


def test_sides_must_be_multiples_of_four():
    with pytest.raises(UserError, match="multiples of 4"):
        dcgan((30, 28, 1))
