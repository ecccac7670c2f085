from collections import Counter

import numpy as np
import pytest
import tensorflow as tf

from gan_augment.data.transforms import affine, chain, flip_crop, rotation

SEED = tf.constant([3, 4])


def blob(height=32, width=24, channels=1, count=1):
    """One bright square on black, its centre two pixels left of and above the image's centre."""
    images = np.full([count, height, width, channels], -1, np.float32)
    y, x = height // 2 - 2, width // 2 - 2
    images[:, y - 2 : y + 2, x - 2 : x + 2] = 1
    return images


def centre_of_mass(images):
    weight = (np.asarray(images)[..., 0] + 1) / 2
    total = weight.sum(axis=(1, 2))
    rows, columns = np.arange(weight.shape[1]), np.arange(weight.shape[2])
    return (
        (weight.sum(axis=2) * rows).sum(axis=1) / total,
        (weight.sum(axis=1) * columns).sum(axis=1) / total,
    )


@pytest.mark.parametrize("fill", ["nearest", "reflect", "wrap", "constant"])
def test_without_ranges_nothing_changes(fill):
    images = np.random.default_rng(0).uniform(-1, 1, [3, 9, 7, 3]).astype(np.float32)
    np.testing.assert_array_equal(affine(0, 0, 0, 0, fill=fill)(images, SEED), images)


@pytest.mark.parametrize("fill", ["nearest", "reflect", "wrap", "constant"])
def test_shape_and_range_are_kept(fill):
    images = np.sign(np.random.default_rng(0).normal(size=[50, 20, 30, 3])).astype(np.float32)
    changed = affine(40, 0.3, 0.5, 20, fill=fill)(images, SEED).numpy()
    assert changed.shape == images.shape
    assert changed.dtype == np.float32
    assert np.abs(changed).max() <= 1
    assert not np.array_equal(changed, images)


def test_seed_decides_and_images_differ():
    images = blob(count=2)
    transform = affine()
    changed = transform(images, SEED).numpy()
    np.testing.assert_array_equal(changed, transform(images, SEED))
    assert not np.array_equal(changed, transform(images, SEED + 1))
    assert not np.array_equal(changed[0], changed[1])


def test_shift_is_uniform_within_its_range():
    images = blob(count=2000)
    down, right = centre_of_mass(affine(0, 0.1, 0, 0)(images, SEED))
    start_down, start_right = centre_of_mass(images[:1])
    for moved, size in [(down - start_down, 32), (right - start_right, 24)]:
        reach = 0.1 * size
        assert np.abs(moved).max() == pytest.approx(reach, rel=0.01)
        assert abs(moved.mean()) < 0.06 * reach
        assert moved.std() == pytest.approx(reach / np.sqrt(3), rel=0.05)
    assert abs(np.corrcoef(down, right)[0, 1]) < 0.1


def test_rotation_keeps_the_distance_from_the_centre():
    images = blob(count=500)
    down, right = (
        m - c for m, c in zip(centre_of_mass(affine(90, 0, 0, 0)(images, SEED)), (15.5, 11.5))
    )
    start_down, start_right = -2, -2
    np.testing.assert_allclose(np.hypot(down, right), np.hypot(start_down, start_right), atol=0.05)
    turned = np.degrees(np.arctan2(down, right) - np.arctan2(start_down, start_right))
    turned = (turned + 180) % 360 - 180
    assert 85 < np.abs(turned).max() < 91


def test_zoom_scales_area_and_distance():
    images = blob(count=500)
    changed = affine(0, 0, 0.2, 0)(images, SEED)
    down, right = centre_of_mass(changed)
    scale = (down - 15.5) / -2
    np.testing.assert_allclose(scale, (right - 11.5) / -2, atol=0.02)
    assert (scale.min(), scale.max()) == pytest.approx((0.8, 1.2), abs=0.02)
    area = ((np.asarray(changed) + 1) / 2).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(area, 16 * scale**2, rtol=0.1)


def test_shear_moves_sideways_only():
    images = blob(count=500)
    down, right = centre_of_mass(affine(0, 0, 0, 30)(images, SEED))
    np.testing.assert_allclose(down, 13.5, atol=1e-3)
    slant = (right - 9.5) / -2
    assert np.abs(slant).max() == pytest.approx(np.tan(np.radians(30)), rel=0.02)


def test_fill_decides_what_comes_in():
    grey = np.full([1, 16, 16, 1], 0.5, np.float32)
    ranges = (0, 0.5, 0, 0)
    assert affine(*ranges)(grey, SEED).numpy().min() == 0.5
    black = affine(*ranges, fill="constant")(grey, SEED).numpy()
    assert black.min() == -1
    assert black.max() == 0.5


@pytest.mark.parametrize("count", [0, 1])
def test_small_batches_in_a_graph_of_unknown_shape(count):
    images = blob(count=count)
    signature = [tf.TensorSpec([None, None, None, None]), tf.TensorSpec([2], tf.int32)]
    changed = tf.function(affine(), input_signature=signature)(images, SEED)
    assert changed.shape == images.shape
    np.testing.assert_array_equal(changed, affine()(images, SEED))


@pytest.mark.parametrize("ranges", [(-1, 0, 0, 0), (0, 0, 1, 0), (0, 0, 0, 90)])
def test_impossible_ranges_are_refused(ranges):
    with pytest.raises(ValueError, match="ranges"):
        affine(*ranges)


def test_unknown_fill_is_refused():
    with pytest.raises(ValueError, match="'mirror'"):
        affine(fill="mirror")


def noise(count=400, height=9, width=12):
    pixels = np.random.default_rng(0).uniform(-1, 1, [1, height, width, 3])
    return np.repeat(pixels.astype(np.float32), count, axis=0)


def test_flip_crop_gives_every_padded_crop_and_its_mirror_image():
    images = noise()
    changed = flip_crop(1)(images, SEED).numpy()
    padded = np.pad(images[0], [(1, 1), (1, 1), (0, 0)], constant_values=-1)
    crops = [padded[y : y + 9, x : x + 12] for y in range(3) for x in range(3)]
    # An image is mirrored, then moved: the padding is the same on either side.
    mirrored = [crop[:, ::-1] for crop in crops]
    seen = Counter(crop.tobytes() for crop in changed)
    assert set(seen) == {crop.tobytes() for crop in crops + mirrored}
    assert len(seen) == 18
    assert min(seen.values()) > 0.4 * 400 / 18
    assert max(seen.values()) < 2 * 400 / 18


def test_flip_crop_without_padding_only_mirrors():
    images = noise()
    changed = flip_crop(0)(images, SEED).numpy()
    as_they_were = (changed == images).all(axis=(1, 2, 3))
    np.testing.assert_array_equal(changed[~as_they_were], images[~as_they_were][:, :, ::-1])
    assert 0.4 < as_they_were.mean() < 0.6


@pytest.mark.parametrize("fill", ["nearest", "reflect"])
def test_flip_crop_pads_as_it_is_told(fill):
    modes = {"nearest": "edge", "reflect": "symmetric"}
    images = noise()
    padded = np.pad(images[0], [(2, 2), (2, 2), (0, 0)], modes[fill])
    crops = [padded[y : y + 9, x : x + 12] for y in range(5) for x in range(5)]
    known = {crop.tobytes() for crop in crops + [crop[:, ::-1] for crop in crops]}
    changed = flip_crop(2, fill=fill)(images, SEED).numpy()
    assert {crop.tobytes() for crop in changed} <= known


def test_quarter_turn_is_counter_clockwise():
    images = noise(count=3, height=10, width=10)
    changed = rotation(90, 90)(images, SEED)
    np.testing.assert_allclose(changed, np.rot90(images, axes=(1, 2)), atol=1e-5)


def test_rotation_is_uniform_between_its_limits():
    down, right = (
        m - c
        for m, c in zip(centre_of_mass(rotation(10, 45)(blob(count=1000), SEED)), (15.5, 11.5))
    )
    np.testing.assert_allclose(np.hypot(down, right), np.hypot(2, 2), atol=0.05)
    # The row axis points down, so a counter-clockwise turn makes this angle smaller.
    turned = np.degrees(np.arctan2(-2, -2) - np.arctan2(down, right)) % 360
    assert (turned.min(), turned.max()) == pytest.approx((10, 45), abs=1)
    assert turned.mean() == pytest.approx(27.5, abs=1)


def test_rotation_lets_black_in():
    changed = rotation(45, 45)(np.ones([1, 16, 16, 1], np.float32), SEED).numpy()
    assert changed[0, 0, 0, 0] == -1
    assert changed[0, 8, 8, 0] == 1


def test_chain_applies_each_in_turn_with_draws_of_its_own():
    images = noise(count=64, height=12)
    flip = flip_crop(0)
    once = (flip(images, SEED).numpy() == images).all(axis=(1, 2, 3))
    twice = (chain(flip, flip)(images, SEED).numpy() == images).all(axis=(1, 2, 3))
    assert 0.25 < twice.mean() < 0.75  # the same draw twice would undo itself
    assert not np.array_equal(once, twice)
    turned = chain(rotation(90, 90), lambda images, seed: images / 2)(images, SEED)
    np.testing.assert_allclose(turned, np.rot90(images, axes=(1, 2)) / 2, atol=1e-5)
    np.testing.assert_array_equal(chain()(images, SEED), images)


@pytest.mark.parametrize("transform", [flip_crop(), rotation(0, 45), chain(affine(), flip_crop())])
def test_contract_of_a_transform(transform):
    signature = [tf.TensorSpec([None, None, None, None]), tf.TensorSpec([2], tf.int32)]
    in_a_graph = tf.function(transform, input_signature=signature)
    for count in (0, 1, 20):
        images = noise(count)
        changed = in_a_graph(images, SEED).numpy()
        assert changed.shape == images.shape
        assert changed.dtype == np.float32
        np.testing.assert_array_equal(changed, transform(images, SEED))
    assert np.abs(changed).max() <= 1
    assert not np.array_equal(changed[0], changed[1])
    assert not np.array_equal(changed, transform(images, SEED + 1))


def test_impossible_flips_and_rotations_are_refused():
    with pytest.raises(ValueError, match="by -1"):
        flip_crop(-1)
    with pytest.raises(ValueError, match="by 45 to 0"):
        rotation(45, 0)
    with pytest.raises(ValueError, match="'mirror'"):
        rotation(0, 45, fill="mirror")
