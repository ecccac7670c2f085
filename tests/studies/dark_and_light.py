"""Images of two classes that every classifier tells apart at once."""

import numpy as np

from gan_augment.data import LabeledImages


def images(n, value=0, wrong=0):
    """Dark and light images with `value` in the corner, to know them by.

    Of the first `wrong` ones labels are wrong.
    """
    labels = np.arange(n, dtype=np.int32) % 2
    pixels = np.full([n, 12, 12, 1], 40, np.uint8) + 150 * labels[:, None, None, None].astype("u1")
    pixels[:, 0, 0] = value
    labels[:wrong] = 1 - labels[:wrong]
    return LabeledImages(pixels, labels, ("dark", "light"))
