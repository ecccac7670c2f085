import numpy as np

from gan_augment.augmenters.base import generate
from gan_augment.augmenters.controls import Affine, Repeat


def as_set(images):
    return {image.tobytes() for image in images}


def test_repeat_gives_the_real_images_again_each_as_often(blobs):
    real = blobs(30)
    made = generate(Repeat().fit(real), per_class=25, seed=3)
    assert made.counts().tolist() == [25, 25, 25]
    for label in range(3):
        own = real.of_class(label).images
        again = made.of_class(label).images
        assert as_set(again) == as_set(own)
        times = [sum((image == other).all() for other in again) for image in own]
        assert set(times) == {2, 3}


def test_more_images_begin_with_the_fewer(blobs):
    real = blobs(30)
    few, many = (generate(Repeat().fit(real), n, seed=3) for n in (70, 150))
    for label in range(3):
        assert as_set(few.of_class(label).images) <= as_set(many.of_class(label).images)
        assert len(many.of_class(label)) == 150


def test_another_seed_gives_another_order(blobs):
    real = blobs(30)
    first, other = (generate(Repeat().fit(real), 5, seed).images for seed in (0, 1))
    assert (first != other).any()


def test_affine_changes_images_a_little_and_never_twice_alike(blobs):
    real = blobs(30)
    made = generate(Affine().fit(real), per_class=20, seed=0)
    assert made.counts().tolist() == [20, 20, 20]
    assert len(as_set(made.images)) == 60
    assert not as_set(made.images) & as_set(real.images)
    for label in range(3):
        distance = np.abs(
            made.of_class(label).images.mean(0) - real.of_class(label).images.mean(0)
        ).mean()
        assert distance < 20
    again = generate(Affine().fit(real), per_class=20, seed=0)
    np.testing.assert_array_equal(made.images, again.images)
