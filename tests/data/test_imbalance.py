import numpy as np
import pytest

from gan_augment.common.errors import UserError
from gan_augment.data import LabeledImages, filled_up, labels_of, sampled_equally, thinned

NAMES = ("a", "b", "c")


def images(*counts):
    """So many of each class; every image is its own number."""
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.int32)
    pixels = np.arange(len(labels), dtype=np.uint8).reshape(-1, 1, 1, 1)
    order = np.random.default_rng(1).permutation(len(labels))
    return LabeledImages(pixels[order], labels[order], NAMES[: len(counts)])


def numbers(found):
    return found.images.ravel().tolist()


def test_a_share_of_some_classes_is_kept_and_all_of_the_others():
    found = thinned(images(20, 20, 20), [0, 2], 0.25, seed=3)
    assert found.counts().tolist() == [5, 20, 5]
    positions = [numbers(images(20, 20, 20)).index(n) for n in numbers(found)]
    assert positions == sorted(positions)  # in the order they had


def test_smaller_shares_are_part_of_larger_ones_and_classes_do_not_disturb_each_other():
    whole = images(20, 20, 20)
    few, more = (set(numbers(thinned(whole, [1], share, seed=3))) for share in (0.2, 0.5))
    assert few < more
    both = thinned(whole, [1, 2], 0.2, seed=3)
    assert set(numbers(both.of_class(1))) <= few
    assert set(numbers(thinned(whole, [1], 0.2, seed=4))) != few


def test_shares_round_and_none_is_refused():
    assert thinned(images(20, 20), [0], 0.12, seed=0).counts().tolist() == [2, 20]
    assert thinned(images(20, 20), [0], 1, seed=0).counts().tolist() == [20, 20]
    with pytest.raises(UserError, match=r"of 20 images of class 'a' a share of 0\.02 is none"):
        thinned(images(20, 20), [0], 0.02, seed=0)
    for share in (0, 1.5):
        with pytest.raises(UserError, match="above 0 and at most 1"):
            thinned(images(20, 20), [0], share, seed=0)


def test_as_many_are_drawn_of_every_class():
    found = sampled_equally(images(9, 12, 30), 8, seed=0)
    assert found.counts().tolist() == [8, 8, 8]
    assert len(set(numbers(found))) == 24
    assert set(numbers(sampled_equally(images(9, 12, 30), 4, seed=0))) < set(numbers(found))
    assert numbers(sampled_equally(images(9, 12, 30), 8, seed=1)) != numbers(found)
    with pytest.raises(UserError, match=r"class 'a' has 9 images and 10 of each class"):
        sampled_equally(images(9, 12, 30), 10, seed=0)


def test_filled_up_classes_are_equal_and_keep_their_own_images():
    real, added = images(6, 2, 3), images(9, 9, 9)
    found = filled_up(real, added)
    assert found.counts().tolist() == [6, 6, 6]
    assert numbers(found)[: len(real)] == numbers(real)
    extra = found.take(np.arange(len(real), len(found)))
    for label in (1, 2):
        first = numbers(added.of_class(label))[: len(extra.of_class(label))]
        assert numbers(extra.of_class(label)) == first
    with pytest.raises(UserError, match=r"class 'b' lacks 4 images and 3 were made"):
        filled_up(real, images(3, 3, 3))


def test_classes_are_named():
    assert labels_of(("c", "a"), NAMES) == (2, 0)
    with pytest.raises(UserError, match="no class 'd'; choose from a, b, c"):
        labels_of(("d",), NAMES)
