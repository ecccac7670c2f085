import numpy as np
import pytest
from PIL import Image

from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages
from gan_augment.data.many_classes import FILE, load_many, split_classes


def numbered(classes=12, each=6, groups=3):
    """Images that know their number; class k is of group k modulo `groups`."""
    labels = np.repeat(np.arange(classes, dtype=np.int32), each)
    pixels = np.arange(len(labels), dtype=np.uint8)[:, None, None, None]
    names = [f"group{k % groups}/{k}" for k in range(classes)]
    return LabeledImages(np.broadcast_to(pixels, [len(labels), 2, 2, 1]).copy(), labels, names)


def numbers(images):
    return images.images[:, 0, 0, 0].tolist()


def split(images, **options):
    return split_classes(images, **{"source": 6, "targets": 2, "shots": 4, "seed": 1, **options})


def test_no_class_is_in_two_parts_and_labels_follow_their_names():
    images = numbered()
    parts = split(images)
    names = [
        parts.source.class_names, parts.validation.given.class_names, parts.target.test.class_names
    ]  # fmt: skip
    assert [len(own) for own in names] == [6, 2, 2]
    assert len(set(sum(names, ()))) == 10
    for part in (parts.source, parts.target.given, parts.target.test, parts.validation.test):
        for name in part.class_names:
            own = numbers(part.of_class(part.class_names.index(name)))
            assert {number // 6 for number in own} == {int(name.rpartition("/")[2])}


def test_what_is_not_given_is_held_back():
    target = split(numbered()).target
    assert target.most == 4
    assert target.given.counts().tolist() == [4, 4]
    assert target.test.counts().tolist() == [2, 2]
    both = numbers(target.given) + numbers(target.test)
    assert len(set(both)) == len(both) == 12
    fewer = target.first(1)
    assert fewer.counts().tolist() == [1, 1]
    assert numbers(fewer) == [numbers(target.given)[0], numbers(target.given)[4]]


def test_siblings_are_taken_by_the_image_that_they_are_of():
    target = split(numbered(), shots=3).target
    # Image p of a class is a sibling of its given image p modulo 3; classes come mixed.
    of, number, labels = (
        grid.ravel() for grid in np.meshgrid(range(3), range(2), range(2), indexing="ij")
    )
    order = np.lexsort([labels, of, number])
    pixels = (100 * labels + 10 * number + of)[order].astype(np.uint8)
    made = LabeledImages(
        np.broadcast_to(pixels[:, None, None, None], [12, 2, 2, 1]).copy(),
        labels[order].astype(np.int32),
        target.given.class_names,
    )
    assert sorted(numbers(target.siblings(made, 3, 2))) == sorted(pixels.tolist())
    assert sorted(numbers(target.siblings(made, 2, 1))) == [0, 1, 100, 101]
    assert sorted(numbers(target.siblings(made, 1, 2))) == [0, 10, 100, 110]


def test_the_seed_decides():
    images = numbered()
    assert split(images).target.given.class_names == split(images).target.given.class_names
    others = {split(images, seed=seed).target.given.class_names for seed in range(8)}
    assert len(others) > 3


def test_groups_stay_together():
    images = numbered(classes=12, groups=3)  # of four classes each
    for seed in range(6):
        parts = split(images, source=4, targets=4, by_group=True, seed=seed)
        groups = [
            {name.split("/")[0] for name in part.class_names}
            for part in (parts.source, parts.validation.given, parts.target.given)
        ]
        assert [len(group) for group in groups] == [1, 1, 1]
        assert len(set.union(*groups)) == 3


def test_classes_with_few_images_can_only_be_source():
    images = numbered(classes=8)
    images = images.take(np.flatnonzero((images.labels >= 4) | (np.arange(48) % 6 < 3)))
    parts = split(images, source=4)
    few = {f"group{k % 3}/{k}" for k in range(4)}
    assert set(parts.source.class_names) == few


@pytest.mark.parametrize("options", [{"source": 20}, {"targets": 7}, {"shots": 6}])
def test_too_few_classes_are_one_sentence(options):
    with pytest.raises(UserError, match="choose fewer source classes, targets or shots"):
        split(numbered(), **options)


def test_omniglot_is_read_with_its_alphabets(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (6, 28, 28), dtype=np.uint8)
    character = np.array([0, 0, 7, 7, 3, 3], np.uint16)
    alphabet = np.array([0, 0, 1, 1, 0, 0], np.uint8)
    np.savez(
        tmp_path / FILE,
        x=x, character=character, alphabet=alphabet, alphabet_names=np.array(["Greek", "Korean"]),
    )  # fmt: skip
    images = load_many("omniglot", tmp_path)
    assert images.class_names == ("Greek/0", "Greek/3", "Korean/7")
    assert images.labels.tolist() == [0, 0, 2, 2, 1, 1]
    np.testing.assert_array_equal(images.images[..., 0], x)
    with pytest.raises(UserError, match="leave --side at 28"):
        load_many("omniglot", tmp_path, side=32)
    np.savez(
        tmp_path / FILE, x=x, character=character, alphabet=alphabet + 1, alphabet_names=["a", "b"]
    )
    with pytest.raises(UserError, match="replace it"):
        load_many("omniglot", tmp_path)


def test_without_omniglot_the_user_is_told_what_to_put_where(tmp_path):
    with pytest.raises(UserError, match=r"put omniglot28\.npz into the data directory"):
        load_many("omniglot", tmp_path)


def test_folders_at_any_depth_are_classes(tmp_path):
    for k, name in enumerate(("Greek/alpha", "Greek/beta", "odd", ".hidden/no")):
        (tmp_path / "mine" / name).mkdir(parents=True)
        for n in range(2):
            Image.new("L", (10 + n, 9), 40 * k).save(tmp_path / "mine" / name / f"{n}.png")
    images = load_many(tmp_path / "mine", side=8)
    assert images.class_names == ("Greek/alpha", "Greek/beta", "odd")
    assert images.image_shape == (8, 8, 1)
    assert images.labels.tolist() == [0, 0, 1, 1, 2, 2]
    assert images.images[:, 0, 0, 0].tolist() == [0, 0, 40, 40, 80, 80]
    with pytest.raises(UserError, match="no data set and no image folder"):
        load_many(tmp_path / "nowhere")
