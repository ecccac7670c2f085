import numpy as np
import pytest

from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages
from gan_augment.data.splits import stratified_splits


def labelled(*counts):
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.int32)
    images = np.zeros((len(labels), 4, 4, 1), np.uint8)
    return LabeledImages(images, labels, tuple("abcdefgh"[: len(counts)]))


def check(images, groups, parts, used=None):
    """Check what must hold of any parts; `used` rows are in one of them, the others in none."""
    rows = [parts.train, parts.validation, parts.test]
    together = np.concatenate(rows)
    assert sorted(together) == sorted(range(len(images)) if used is None else used)
    for mine in rows:
        assert images.take(mine).counts().min() > 0
        assert (np.diff(mine) > 0).all()
    for k, mine in enumerate(rows):
        for others in rows[k + 1 :]:
            assert not np.isin(groups[mine], groups[others]).any()


def test_shares_of_each_class():
    images, groups = labelled(40, 80), np.arange(120)
    splits = stratified_splits(images, groups, 3, seed=0)
    for parts in splits:
        check(images, groups, parts)
        assert images.take(parts.test).counts().tolist() == [10, 20]
        assert images.take(parts.validation).counts().tolist() == [8, 16]
    assert len({tuple(parts.test) for parts in splits}) == 3


@pytest.mark.parametrize("counts", [(40, 80), (3, 5), (4, 30)])
def test_no_image_chooses_in_one_draw_and_tests_in_another(counts):
    images, groups = labelled(*counts), np.arange(sum(counts))
    splits = stratified_splits(images, groups, 20, seed=0)
    for parts in splits:
        check(images, groups, parts)
    choosing, testing = (
        {row for parts in splits for row in getattr(parts, part).tolist()}
        for part in ("validation", "test")
    )
    assert not choosing & testing
    assert len(testing) >= 0.5 * sum(counts)


def test_draws_depend_on_seed_and_number_alone():
    images, groups = labelled(20, 20), np.arange(40)

    def tests(n, seed):
        return [parts.test.tolist() for parts in stratified_splits(images, groups, n, seed)]

    assert tests(2, 0) == tests(4, 0)[:2]
    assert tests(2, 0) != tests(2, 1)


def test_groups_stay_together():
    images = labelled(60, 60)
    groups = np.random.default_rng(0).integers(0, 30, 120)  # across classes too
    for parts in stratified_splits(images, groups, 20, seed=0):
        check(images, groups, parts)


def test_a_large_group_does_not_eat_the_training_part():
    images = labelled(20, 20)
    groups = np.concatenate([np.zeros(12, int), np.arange(1, 29)])
    for parts in stratified_splits(images, groups, 20, seed=0):
        check(images, groups, parts)
        assert 0 in groups[parts.train]


def test_the_smallest_that_will_do():
    images, groups = labelled(3, 30), np.arange(33)
    for parts in stratified_splits(images, groups, 5, seed=0):
        check(images, groups, parts)
        assert images.take(parts.train).counts()[0] == 1


def test_too_few_images():
    message = r"the class 'a' has 1 image to draw parts from and needs 3, .*; add at least 2 more"
    with pytest.raises(UserError, match=message):
        stratified_splits(labelled(1, 9), np.arange(10), 1, seed=0)
    copies = np.array([0, 0, 0, 1, 2, 3, 4, 5, 6, 7])
    with pytest.raises(UserError, match=r"'a' has 2 different images .* add at least 1 more"):
        stratified_splits(labelled(4, 6), copies, 1, seed=0)


def test_a_given_test_part_stays_but_for_leaks():
    images = labelled(20, 20)
    given = np.array((["train"] * 14 + ["test"] * 6) * 2)
    groups = np.arange(40)
    groups[19] = groups[2]  # of the test part, copy of one to train on
    used = np.setdiff1d(np.arange(40), [19])
    splits = stratified_splits(images, groups, 3, seed=0, given=given)
    for parts in splits:
        check(images, groups, parts, used)
        assert parts.test.tolist() == [*range(14, 19), *range(34, 40)]
        assert images.take(parts.validation).counts().tolist() == [3, 3]
    assert splits[0].validation.tolist() != splits[1].validation.tolist()


def test_images_of_no_part_yield_to_the_given_ones():
    images = labelled(20, 20)
    given = np.array(([""] * 14 + ["test"] * 6) * 2)
    groups = np.arange(40)
    groups[2] = groups[19]
    (parts,) = stratified_splits(images, groups, 1, seed=0, given=given)
    check(images, groups, parts, np.setdiff1d(np.arange(40), [2]))
    assert 19 in parts.test


def test_all_given():
    images = labelled(20, 20)
    given = np.array((["train"] * 10 + ["val"] * 5 + ["test"] * 5) * 2)
    first, second = stratified_splits(images, np.arange(40), 2, seed=0, given=given)
    assert (
        first.validation.tolist() == second.validation.tolist() == [*range(10, 15), *range(30, 35)]
    )
    assert first.train.tolist() == [*range(10), *range(20, 30)]


def test_a_given_part_that_lacks_a_class():
    images = labelled(6, 6)
    given = np.array(["train"] * 4 + ["test"] * 2 + ["train"] * 6)
    with pytest.raises(UserError, match=r"'b' has no image in the test part that counts; add"):
        stratified_splits(images, np.arange(12), 1, seed=0, given=given)
    given[-1] = "test"
    groups = np.array([*range(11), 10])
    with pytest.raises(UserError, match=r"test part that counts: all 1 are copies"):
        stratified_splits(images, groups, 1, seed=0, given=given)


@pytest.mark.parametrize("shares", [{"test": 0}, {"validation": 0.5, "test": 0.5}])
def test_impossible_shares(shares):
    with pytest.raises(UserError, match="shares above 0 and below 1"):
        stratified_splits(labelled(9, 9), np.arange(18), 1, seed=0, **shares)
