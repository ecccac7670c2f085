"""What tests of networks and GANs share."""

import numpy as np
import tensorflow as tf

from gan_augment.data.images import LabeledImages


def of_kind(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


def patterns(n, side=8):
    """Noise in colours, of two classes."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (n, side, side, 3)).astype(np.uint8)
    return LabeledImages(images, np.arange(n, dtype=np.int32) % 2, ("a", "b"))


def check_that_the_label_decides(gan):
    """A conditional GAN's images, and what it believes of an image, depend on the label."""
    images = gan([tf.ones([3, gan.latent_dim]), tf.constant([0, 1, 1])]).numpy()
    assert np.abs(images[0] - images[1]).max() > 0
    np.testing.assert_array_equal(images[1], images[2])
    logits = gan.discriminator([tf.repeat(images[:1], 3, 0), tf.constant([0, 1, 1])]).numpy()
    assert logits[0] != logits[1]
    assert logits[1] == logits[2]
