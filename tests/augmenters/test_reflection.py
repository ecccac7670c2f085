import numpy as np

from gan_augment.augmenters.reflection import ReflectionPadding


def test_edges_are_mirrored_without_repeating_them():
    images = np.arange(12, dtype=np.float32).reshape(1, 3, 4, 1)
    padded = ReflectionPadding(2)(images).numpy()
    np.testing.assert_array_equal(padded[0, :, :, 0], np.pad(images[0, :, :, 0], 2, mode="reflect"))
    assert padded[0, 2, 1, 0] == images[0, 0, 1, 0]


def test_options_are_kept():
    assert ReflectionPadding.from_config(ReflectionPadding(3).get_config()).width == 3
