import numpy as np
import pytest

from gan_augment.common.errors import UserError
from gan_augment.data import LabeledImages, balanced, concatenate, mix
from gan_augment.data.images import ContentHash, interleaved


def of_counts(*counts, seed=0):
    """A set with `counts` of each class, in random order; every image is unlike the others."""
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.int32)
    labels = np.random.default_rng(seed).permutation(labels)
    pixels = np.arange(len(labels), dtype="<u4").view(np.uint8).reshape(-1, 2, 2, 1)
    return LabeledImages(pixels, labels, tuple(f"class {k}" for k in range(len(counts))))


def identities(images):
    return images.images.reshape(-1).view("<u4").tolist()


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((2, 4, 4, 1), np.float32), np.zeros(2, np.int32), "images must be uint8"),
        (np.zeros((2, 4, 4), np.uint8), np.zeros(2, np.int32), "images must be uint8"),
        (np.zeros((2, 4, 4, 1), np.uint8), np.zeros(3, np.int32), "labels must be int32"),
        (np.zeros((2, 4, 4, 1), np.uint8), np.zeros(2, np.int64), "labels must be int32"),
        (np.zeros((2, 4, 4, 1), np.uint8), np.array([0, 2], np.int32), "labels run from 0 to 2"),
        (np.zeros((2, 4, 4, 1), np.uint8), np.array([-1, 0], np.int32), "labels run from -1"),
    ],
)
def test_parts_that_do_not_fit_are_refused(images, labels, message):
    with pytest.raises(ValueError, match=message):
        LabeledImages(images, labels, ("a", "b"))


def test_every_pixel_value_survives_scaling_and_back():
    pixels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    images = LabeledImages(pixels, np.zeros(1, np.int32), ("a",))
    scaled = images.scaled()
    assert scaled.dtype == np.float32
    assert (scaled.min(), scaled.max()) == (-1, 1)
    back = LabeledImages.from_scaled(scaled, images.labels, images.class_names)
    np.testing.assert_array_equal(back.images, pixels)


def test_from_scaled_clips_and_rounds():
    values = np.array([-3.0, -1.0, 0.0, 1.0, 3.0], np.float32).reshape(5, 1, 1, 1)
    images = LabeledImages.from_scaled(values, [0, 0, 0, 0, 0], ["a"])
    assert images.images.ravel().tolist() == [0, 0, 128, 255, 255]


def test_sample_has_no_repetition_and_repeats_under_its_seed():
    images = of_counts(20, 30, 50)
    sample = images.sample(60, seed=1)
    assert len(set(identities(sample))) == 60
    assert identities(sample) == identities(images.sample(60, seed=1))
    assert identities(sample) != identities(images.sample(60, seed=2))


def test_sample_keeps_labels_with_their_images():
    images = of_counts(20, 30, 50)
    label_of = dict(zip(identities(images), images.labels.tolist()))
    for stratified in (False, True):
        sample = images.sample(50, seed=3, stratified=stratified)
        assert [label_of[i] for i in identities(sample)] == sample.labels.tolist()


def test_stratified_sample_gives_each_class_its_share_in_mixed_order():
    sample = of_counts(20, 30, 50, 0).sample(50, seed=0, stratified=True)
    assert sample.counts().tolist() == [10, 15, 25, 0]
    assert sample.labels.tolist() != sorted(sample.labels.tolist())


def test_stratified_sample_gives_the_rest_to_the_largest_remainders():
    sample = of_counts(1, 4, 5).sample(3, seed=0, stratified=True)  # exact: 0.3, 1.2, 1.5
    assert sample.counts().tolist() == [0, 1, 2]


def test_plain_sample_leaves_shares_to_chance():
    images = of_counts(50, 50)
    assert len({tuple(images.sample(20, seed).counts()) for seed in range(20)}) > 1


@pytest.mark.parametrize("n", [0, -1, 11])
def test_sample_of_impossible_size_is_refused(n):
    with pytest.raises(UserError, match=f"a sample of {n} was asked for, but there are 10 images"):
        of_counts(5, 5).sample(n, seed=0)


def test_split_parts_are_disjoint_complete_and_stratified():
    images = of_counts(40, 10, 2, 1, 0)
    rest, part = images.split(0.2, seed=0)
    assert sorted(identities(rest) + identities(part)) == sorted(identities(images))
    assert part.counts().tolist() == [8, 2, 1, 0, 0]
    again = images.split(0.2, seed=0)[1]
    assert identities(part) == identities(again)
    assert identities(part) != identities(images.split(0.2, seed=1)[1])


@pytest.mark.parametrize("fraction", [0.01, 0.99])
def test_split_leaves_every_class_of_two_on_either_side(fraction):
    rest, part = of_counts(2, 3).split(fraction, seed=0)
    assert part.counts().min() >= 1
    assert rest.counts().min() >= 1


@pytest.mark.parametrize("fraction", [0, 1, -0.5, 1.5])
def test_split_by_a_fraction_outside_0_to_1_is_refused(fraction):
    with pytest.raises(UserError, match="fraction between 0 and 1"):
        of_counts(5, 5).split(fraction, seed=0)


def test_of_class_and_take():
    images = of_counts(4, 6)
    assert images.of_class(1).labels.tolist() == [1] * 6
    assert identities(images.take(np.array([3, 0]))) == [3, 0]


def test_mix_adds_ratio_times_the_real_images_evenly_over_classes():
    real, synthetic = of_counts(7, 3), of_counts(40, 40, seed=1)
    mixed = mix(real, synthetic, 1.5)
    assert len(mixed) == 25
    assert identities(mixed)[:10] == identities(real)
    assert mixed.take(np.arange(10, 25)).counts().tolist() == [8, 7]


def test_mix_at_a_smaller_ratio_is_contained_in_a_larger_one():
    real, synthetic = of_counts(5, 5), of_counts(40, 40, seed=1)
    added = [
        {*identities(mix(real, synthetic, ratio).take(np.s_[10:]))} for ratio in (0, 0.5, 1, 4)
    ]
    assert [len(ids) for ids in added] == [0, 5, 10, 40]
    assert added[0] < added[1] < added[2] < added[3]


def test_mix_refuses_what_it_cannot_do():
    real, synthetic = of_counts(5, 5), of_counts(5, 2, seed=1)
    with pytest.raises(UserError, match="cannot be negative, but is -1"):
        mix(real, synthetic, -1)
    with pytest.raises(UserError, match="10 synthetic images need 5 of class 'class 1', but there"):
        mix(real, synthetic, 1)


def test_balanced_leaves_out_classes_without_images():
    assert balanced(of_counts(9, 0, 9), 5).counts().tolist() == [3, 0, 2]
    assert len(balanced(of_counts(3, 3), 0)) == 0


def test_concatenate_refuses_sets_of_other_kinds():
    with pytest.raises(ValueError, match="can be joined"):
        concatenate([of_counts(3, 3), of_counts(3, 3, 3)])


def test_content_hash_changes_with_anything_that_matters(make_set):
    images = make_set(6)
    labels = images.labels.copy()
    labels[0] = (labels[0] + 1) % 10
    pixels = images.images.copy()
    pixels[5, 27, 27, 0] ^= 1
    variants = [
        images,
        LabeledImages(images.images, labels, images.class_names),
        LabeledImages(pixels, images.labels, images.class_names),
        LabeledImages(images.images, images.labels, tuple("abcdefghij")),
        LabeledImages(images.images.reshape(6, 14, 56, 1), images.labels, images.class_names),
        images.take(np.arange(5)),
        images.take(np.arange(6)[::-1]),
    ]
    assert len({variant.content_hash() for variant in variants}) == len(variants)
    assert images.content_hash() == make_set(6).content_hash()
    # a published hash: provenance written today must be recognised by later versions
    known = LabeledImages(np.zeros((2, 1, 1, 1), np.uint8), np.array([0, 1], np.int32), "ab")
    assert known.content_hash() == (
        "1700009d413ed6a96a55f1478a291c715dc37df2e921f40a979b9902c5801ead"
    )


def test_content_hash_of_parts_is_that_of_the_whole(make_set):
    images = make_set(10)
    content = ContentHash()
    for part in (images.take(np.s_[:3]), images.take(np.s_[3:3]), images.take(np.s_[3:])):
        content.update(part)
    assert content.hexdigest() == images.content_hash()


def test_content_hash_does_not_depend_on_memory_layout(make_set):
    images = make_set(4, shape=(8, 8, 3))
    turned = np.asfortranarray(images.images)
    assert not turned.flags["C_CONTIGUOUS"]
    other = LabeledImages(turned, images.labels, images.class_names)
    assert other.content_hash() == images.content_hash()


def test_interleaved_keeps_the_order_within_each_class():
    images = np.arange(12, dtype=np.uint8).reshape(12, 1, 1, 1)
    labels = np.repeat(np.arange(3, dtype=np.int32), 4)
    mixed = interleaved(LabeledImages(images, labels, ("a", "b", "c")), seed=0)
    assert (mixed.labels != labels).any()
    for label in range(3):
        assert mixed.of_class(label).images.ravel().tolist() == list(
            range(4 * label, 4 * label + 4)
        )
