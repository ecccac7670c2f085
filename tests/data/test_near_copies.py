import io

import numpy as np
import pytest
from PIL import Image
from strangers import scene

from gan_augment.data.near_copies import exact_copies, near_copies, renumbered


def scenes(n=20, **size):
    return np.stack([scene(seed=seed, **size) for seed in range(n)])


def jpeg(image):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=70)
    return np.asarray(Image.open(file))


def resized(image):
    small = Image.fromarray(image).resize((20, 20), Image.Resampling.BICUBIC)
    return np.asarray(small.resize((32, 32), Image.Resampling.BICUBIC))


def brighter(image):
    return np.clip(image * 1.1 + 5, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("copy", [jpeg, resized, brighter, lambda image: brighter(jpeg(image))])
def test_copies_are_found(copy):
    images = scenes()
    groups = near_copies(np.concatenate([images, [copy(image) for image in images]]))
    assert groups.tolist() == [*range(20), *range(20)]
    assert groups.dtype == np.int32


def test_different_pictures_are_different():
    assert near_copies(scenes(300)).tolist() == list(range(300))


@pytest.mark.parametrize(
    "other",
    [
        lambda image: image[:, ::-1],
        lambda image: 255 - image,
        lambda image: image[..., ::-1],  # red and blue exchanged
        lambda image: image // 3,  # nearly dark
        lambda image: 64 + image // 2,  # of half the contrast
        lambda image: np.roll(image, 4, axis=1),
    ],
)
def test_what_is_not_taken_for_a_copy(other):
    images = scenes()
    groups = near_copies(np.concatenate([images, [other(image) for image in images]]))
    assert groups.tolist() == list(range(40))


def test_a_thing_added_makes_another_picture():
    image = scene()
    other = image.copy()
    other[12:20, 12:20] = 255 - other[12:20, 12:20]
    assert near_copies(np.stack([image, other])).tolist() == [0, 1]


def test_copies_of_copies_are_one_group():
    steps = [scene()]
    for _ in range(6):
        steps.append((steps[-1] * 0.9).astype(np.uint8))
    groups = near_copies(np.stack([*steps, *scenes(5)[1:]]))
    assert groups.tolist() == [*[0] * 7, 1, 2, 3, 4]


def test_one_tone_is_compared_by_pixels():
    flat = np.stack([np.full((16, 16, 1), level, np.uint8) for level in (10, 11, 11, 200)])
    noisy = flat + np.random.default_rng(0).integers(0, 3, flat.shape, dtype=np.uint8)
    assert near_copies(flat).tolist() == [0, 1, 1, 2]
    assert near_copies(noisy).tolist() == [0, 1, 2, 3]
    faint = np.tile(100 + np.arange(16, dtype=np.uint8) // 3, (16, 1))[..., None]
    assert near_copies(np.stack([faint, faint + 1])).tolist() == [0, 1]


def test_among_lookalikes_the_limit_is_strict():
    rng = np.random.default_rng(0)

    def changed(image, levels):
        """Add and subtract levels so that means over 4 × 4 pixels stay."""
        signs = rng.permuted(np.tile([1, 1, -1, -1], (64, 1)), axis=1).reshape(8, 8, 2, 2)
        pattern = signs.transpose(0, 2, 1, 3).reshape(16, 16).repeat(2, 0).repeat(2, 1)
        return np.clip(image + levels * pattern[..., None], 0, 255).astype(np.uint8)

    image = scene()
    pair = [image, changed(image, 7)]
    lookalikes = [changed(image, 30) for _ in range(3)]
    assert near_copies(np.stack(pair)).tolist() == [0, 0]
    assert near_copies(np.stack([*pair, *lookalikes])).tolist() == [0, 1, 2, 3, 4]
    slight = [image, changed(image, 3), *lookalikes]
    assert near_copies(np.stack(slight)).tolist() == [0, 0, 1, 2, 3]


@pytest.mark.parametrize("shape", [(6, 9, 1), (16, 12, 3), (64, 48, 3)])
def test_any_shape(shape):
    height, width, channels = shape
    images = scenes(10, height=height, width=width, channels=channels)
    copies = np.clip(images.astype(int) + 8, 0, 255).astype(np.uint8)
    groups = near_copies(np.concatenate([images, copies]))
    assert groups.tolist() == [*range(10), *range(10)]


def test_tiles_make_no_difference(monkeypatch):
    images = np.concatenate([scenes(30), [brighter(image) for image in scenes(30)]])
    whole = near_copies(images)
    monkeypatch.setattr("gan_augment.data.near_copies.TILE", 7)
    np.testing.assert_array_equal(near_copies(images), whole)


def test_many_copies_of_one_picture(monkeypatch):
    rng = np.random.default_rng(0)
    image = scene().astype(int)
    copies = (image + rng.integers(-3, 4, (100, *image.shape))).clip(0, 255).astype(np.uint8)
    monkeypatch.setattr("gan_augment.data.near_copies.PARTNERS", 2)
    assert near_copies(copies).tolist() == [0] * 100


def test_beyond_the_limit_only_exact_copies(monkeypatch):
    images = scenes(4)
    images = np.concatenate([images, [brighter(images[0]), images[1]]])
    monkeypatch.setattr("gan_augment.data.near_copies.LARGEST", 5)
    assert near_copies(images).tolist() == exact_copies(images).tolist() == [0, 1, 2, 3, 4, 1]


def test_few():
    assert near_copies(scenes(1)).tolist() == [0]
    assert near_copies(scenes(2)[[0, 0]]).tolist() == [0, 0]


def test_numbers_follow_first_appearance():
    assert renumbered(np.array([7, 3, 7, 0])).tolist() == [0, 1, 0, 2]
