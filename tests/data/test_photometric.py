import colorsys

import numpy as np
import pytest
import tensorflow as tf
from scipy import ndimage

from gan_augment.data.photometric import colour_jitter, gaussian_blur, photometric

SEED = tf.constant([3, 4])
UNCHANGED = {"brightness": 0, "contrast": 0, "saturation": 0, "hue": 0}


def pictures(n, channels=3, side=16):
    rng = np.random.default_rng(0)
    smooth = ndimage.gaussian_filter(rng.uniform(-1, 1, (n, side, side, channels)), (0, 2, 2, 0))
    return (smooth / np.abs(smooth).max() * 0.5).astype(np.float32)


@pytest.mark.parametrize("transform", [colour_jitter(), gaussian_blur(), photometric()])
@pytest.mark.parametrize("channels", [1, 3])
def test_range_shape_and_seed(transform, channels):
    images = np.sign(pictures(5, channels))
    compiled = tf.function(transform)
    changed = compiled(images, SEED).numpy()
    assert changed.shape == images.shape
    assert changed.dtype == np.float32
    assert np.abs(changed).max() <= 1 + 1e-6
    np.testing.assert_allclose(changed, transform(images, SEED), atol=1e-5)
    assert np.abs(changed - transform(images, SEED + 1)).max() > 0.01
    twins = transform(np.repeat(images[:1], 4, 0), SEED).numpy()
    assert np.abs(twins[0] - twins[1]).max() > 0.01  # every image in its own way


def test_nothing_asked_for_changes_nothing():
    images = pictures(3)
    np.testing.assert_allclose(colour_jitter(**UNCHANGED)(images, SEED), images, atol=1e-6)
    np.testing.assert_allclose(gaussian_blur(0.1, 0.1)(images, SEED), images, atol=1e-6)


def test_brightness_multiplies_pixels():
    images = pictures(40)
    changed = colour_jitter(**(UNCHANGED | {"brightness": 0.2}))(images, SEED).numpy()
    factors = ((changed + 1) / (images + 1)).reshape(40, -1)
    np.testing.assert_allclose(factors, factors[:, :1] * np.ones_like(factors), rtol=1e-4)
    assert 0.8 <= factors.min() < 0.85
    assert 1.15 < factors.max() <= 1.2


def test_contrast_keeps_the_mean_grey():
    images = pictures(40)
    changed = colour_jitter(**(UNCHANGED | {"contrast": 0.5}))(images, SEED).numpy()
    grey = [x @ [0.299, 0.587, 0.114] for x in (images, changed)]
    np.testing.assert_allclose(*(x.mean((1, 2)) for x in grey), atol=1e-4)
    ratio = grey[1].std((1, 2)) / grey[0].std((1, 2))
    assert ratio.min() < 0.7
    assert ratio.max() > 1.3


@pytest.mark.parametrize("which", ["saturation", "hue"])
def test_colours_change_and_grey_does_not(which):
    transform = colour_jitter(**(UNCHANGED | {which: 0.3}))
    images = pictures(20)
    changed = transform(images, SEED).numpy()
    np.testing.assert_allclose(*(x @ [0.299, 0.587, 0.114] for x in (images, changed)), atol=2e-3)
    assert np.abs(changed - images).max() > 0.05
    grey = np.repeat(pictures(3, 1), 3, axis=3)
    np.testing.assert_allclose(transform(grey, SEED), grey, atol=2e-3)


def test_saturation_keeps_hue_and_hue_turns_it():
    image = np.zeros([60, 4, 4, 3], np.float32)
    image[:] = (0.3, -0.1, -0.2)

    def hues(transform):
        pixels = (transform(image, SEED).numpy()[:, 0, 0] + 1) / 2
        return np.array([colorsys.rgb_to_hsv(*pixel)[0] for pixel in pixels])

    before = hues(lambda x, _: tf.constant(x))
    after = hues(colour_jitter(**(UNCHANGED | {"saturation": 0.4})))
    np.testing.assert_allclose(after, before, atol=0.02)
    turned = (hues(colour_jitter(**(UNCHANGED | {"hue": 0.25}))) - before + 0.5) % 1 - 0.5
    assert turned.min() < -0.15
    assert turned.max() > 0.15


def test_blur_is_gaussian():
    images = pictures(3, side=32)
    blurred = gaussian_blur(1.5, 1.5)(images, SEED).numpy()
    expected = ndimage.gaussian_filter(images, (0, 1.5, 1.5, 0), truncate=8)
    np.testing.assert_allclose(blurred[:, 8:-8, 8:-8], expected[:, 8:-8, 8:-8], atol=1e-3)
    white = np.ones([1, 8, 8, 3], np.float32)
    np.testing.assert_allclose(gaussian_blur()(white, SEED), white, atol=1e-5)  # edges too


@pytest.mark.parametrize("make", [lambda: colour_jitter(hue=-0.1), lambda: gaussian_blur(0.0, 1)])
def test_senseless_ranges_are_refused(make):
    with pytest.raises(ValueError, match=r"≥ 0|0 < low"):
        make()
