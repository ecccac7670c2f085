import numpy as np
from strangers import scene

from gan_augment.data.collection import Collection
from gan_augment.data.images import LabeledImages
from gan_augment.data.inspection import inspect, leaking
from gan_augment.data.pictures import Unreadable


def collection(images, labels, splits=None, sizes=None, unreadable=(), names=("cat", "dog")):
    images = np.stack(images)
    n = len(images)
    return Collection(
        LabeledImages(images, np.array(labels, np.int32), names),
        np.array([""] * n if splits is None else splits, "<U5"),
        tuple(f"{k}.png" for k in range(n)),
        np.tile(images.shape[1:3], (n, 1)) if sizes is None else np.array(sizes),
        tuple(unreadable),
    )


def brighter(image):
    return np.clip(image * 1.05 + 4, 0, 255).astype(np.uint8)


def scenes(n, start=0):
    return [scene(seed=start + k) for k in range(n)]


def said(inspection, words):
    return [finding for finding in inspection.findings if words in finding.text]


def test_nothing_to_say_of_a_good_set():
    found = inspect(collection(scenes(60), [0, 1] * 30))
    assert found.findings == ()
    assert found.parts == ("",)
    assert found.counts.tolist() == [[30], [30]]
    assert found.groups.tolist() == list(range(60))
    assert not found.leaking.any()
    assert found.imbalance == 1


def test_counts_by_class_and_part():
    found = inspect(
        collection(scenes(6), [0, 0, 1, 1, 1, 0], ["train", "test", "train", "val", "train", ""])
    )
    assert found.parts == ("train", "val", "test", "")
    assert found.counts.tolist() == [[1, 0, 1, 1], [2, 1, 0, 0]]
    assert said(found, "The validation part has no image of 'cat': it says nothing about it.")
    assert said(found, "The test part has no image of 'dog'")


def test_leaks_between_parts():
    images = scenes(40)
    images += [images[0], brighter(images[1]), brighter(images[39])]
    splits = ["train"] * 20 + ["test"] * 20 + ["test", "test", "val"]
    found = inspect(collection(images, [0, 1] * 21 + [0], splits))
    assert np.flatnonzero(found.leaking).tolist() == [39, 40, 41]  # 39 is a copy of one to validate
    (finding,) = said(found, "accuracy would be too high")
    assert finding.text == (
        "3 of 22 test images are copies of training or validation images (1 exact, 2 near): test "
        "accuracy would be too high; they are left out of the test part (39.png, 40.png, 41.png)."
    )
    (copies,) = said(found, "3 images of 43 are copies of others (1 exact, 2 near)")
    assert (finding.level, copies.level) == ("warning", "note")


def test_who_leaves_and_who_stays():
    groups = np.array([0, 0, 0, 1, 1, 2, 3, 3])
    splits = np.array(["train", "val", "test", "val", "test", "test", "", "test"])
    assert leaking(groups, splits).tolist() == [
        *(False, True, True),
        *(False, True),
        False,
        *(False, False),
    ]


def test_contradicting_labels():
    images = scenes(40)
    images += [brighter(images[0])]
    found = inspect(collection(images, [0] * 20 + [1] * 21))
    assert np.flatnonzero(found.contradicting).tolist() == [0, 40]
    assert said(found, "2 images are copies or near copies of an image of another class (0.png, 40")


def test_imbalance_and_few():
    found = inspect(collection(scenes(45), [0] * 42 + [1] * 3))
    assert found.imbalance == 14
    assert said(found, "'cat', has 42 images and the smallest, 'dog', 3, a ratio of 14.0")
    assert said(found, "1 class has fewer than 20 images, 'dog' (3)")


def test_unreadable_are_named():
    broken = [Unreadable(f"{k}.png", "is truncated") for k in range(5)]
    found = inspect(collection(scenes(40), [0, 1] * 20, unreadable=broken))
    assert found.findings[0].level == "warning"
    assert str(found.findings[0]) == (
        "5 pictures of 45 cannot be read and are left out: 0.png is truncated, 1.png is truncated, "
        "2.png is truncated, …."
    )


def test_sizes_as_stored():
    sizes = [(10, 40), *[(32, 32)] * 57, (50, 100), (600, 300)]
    found = inspect(collection(scenes(60), [0, 1] * 30, sizes=sizes))
    assert found.sizes.distinct == 4
    assert (found.sizes.smallest, found.sizes.median) == ((10, 40), (32, 32))
    assert found.sizes.largest == (600, 300)
    assert found.sizes.aspects == (0.5, 1, 4)
    assert found.sizes.enlarged == 1
    assert said(found, "Pictures have 4 sizes from 10×40 to 600×300 (median 32×32)")
    assert said(found, "1 picture is much smaller than 32×32")
    assert [finding.level for finding in found.findings] == ["warning", "note"]


def test_beyond_the_limit_it_says_what_was_not_done(monkeypatch):
    for module in ("near_copies", "inspection"):
        monkeypatch.setattr(f"gan_augment.data.{module}.LARGEST", 39)
    images = scenes(40)
    images[39] = brighter(images[0])
    found = inspect(collection(images, [0, 1] * 20))
    assert said(found, "Near copies were not looked for")
    assert len(np.unique(found.groups)) == 40
