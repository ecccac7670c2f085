"""What every augmenter promises (see `gan_augment.augmenters.base`), as a check for tests."""

import numpy as np

from gan_augment.augmenters import generate


def check_augmenter(augmenter, real, few: int = 3, many: int = 70) -> None:
    """Fit to `real` and hold the images to the promise; many must be more than one block."""
    assert augmenter.fit(real) is augmenter
    small, large = (generate(augmenter, n, seed=5) for n in (few, many))
    for images, n in ((small, few), (large, many)):
        assert images.class_names == real.class_names
        assert images.image_shape == real.image_shape
        assert images.counts().tolist() == [n] * real.num_classes
    for label in range(real.num_classes):
        first = large.of_class(label).images[:few]
        np.testing.assert_array_equal(first, small.of_class(label).images)
    assert generate(augmenter, few, seed=5).content_hash() == small.content_hash()
    assert all(len(batch) < many * real.num_classes for batch in augmenter.batches(many, 5))
