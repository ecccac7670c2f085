"""Padding by reflection, which Keras has as an operation and not as a layer."""

import keras
from keras import layers

from gan_augment.augmenters.layers import register


@register
class ReflectionPadding(layers.Layer):
    """Pads images [n, h, w, c] by `width` pixels on every side, with their own mirror image.

    A translated image has no dark edge then, as zeros would give it. `width` < h and w.
    """

    def __init__(self, width: int, **kwargs):
        super().__init__(**kwargs)
        self.width = width

    def call(self, inputs):
        """Pad a batch."""
        border = (self.width, self.width)
        return keras.ops.pad(inputs, ((0, 0), border, border, (0, 0)), mode="reflect")

    def get_config(self):
        """Return the options, for saving."""
        return {**super().get_config(), "width": self.width}
