import numpy as np
import pytest
from PIL import Image

from gan_augment.common.errors import UserError
from gan_augment.data import LabeledImages, as_domains, joined, load_domains, scanned, share_labels
from gan_augment.data.domains import BLUR, INK, PAPER

DIGITS = tuple("0123456789")


@pytest.fixture
def pictures(tmp_path):
    def make(name, n, color, size=(10, 12)):
        path = tmp_path / "pictures" / name
        path.mkdir(parents=True)
        for k in range(n):
            Image.new("RGB" if isinstance(color, tuple) else "L", size, color).save(
                path / f"{k}.png"
            )
        return tmp_path / "pictures"

    return make


def bars(n=200):
    """Grey images with a bar of full ink on nothing."""
    images = np.zeros((n, 28, 28, 1), np.uint8)
    images[:, 4:24, 8:20] = 255
    return LabeledImages(images, np.zeros(n, np.int32), ("bar",))


def test_scans_are_dark_on_light_in_colours_of_their_own():
    scans = scanned(bars(), seed=1)
    assert scans.image_shape == (28, 28, 3)
    paper, ink = scans.images[:, 0, 0].astype(int), scans.images[:, 14, 14].astype(int)
    for found, (low, high) in ((paper, PAPER), (ink, INK)):
        assert found.min() >= low
        assert found.max() <= high
        assert found.max() - found.min() > 0.8 * (high - low)
        for channel in (1, 2):  # primary colours are drawn one by one
            assert abs(np.corrcoef(found[:, 0], found[:, channel])[0, 1]) < 0.3
    assert (paper == scans.images[:, 27, 27]).all()


def test_scans_are_blurred_more_or_less():
    scans = scanned(bars(), seed=1).images.astype(float)
    share = (scans - scans[:, :1, :1]) / (scans[:, 14:15, 14:15] - scans[:, :1, :1])
    beside = share[:, 14, 7].mean(axis=-1)  # of the ink, one pixel outside of the bar
    # Half a Gaussian, from the pixel next to its middle on.
    expected = []
    for deviation in BLUR:
        weights = np.exp(-0.5 * (np.arange(-20, 21) / deviation) ** 2)
        expected.append(weights[21:].sum() / weights.sum())
    assert beside.min() == pytest.approx(expected[0], abs=0.03)
    assert beside.max() == pytest.approx(expected[1], abs=0.03)


def test_scans_follow_from_the_seed_and_need_grey_images():
    first, again, other = (scanned(bars(4), seed) for seed in (1, 1, 2))
    assert first.content_hash() == again.content_hash()
    assert first.content_hash() != other.content_hash()
    with pytest.raises(UserError, match="grey"):
        scanned(first, 0)


def test_half_of_the_digits_are_plentiful_and_the_others_scans(digits):
    first, second = load_domains(("mnist", "scan"), digits, seed=3)
    assert (first.name, second.name) == ("mnist", "scan")
    assert first.train.image_shape == second.test.image_shape == (28, 28, 3)
    assert first.train.counts().tolist() == second.train.counts().tolist() == [4] * 10
    assert len(first.test) == len(second.test) == 20
    np.testing.assert_array_equal(first.test.labels, second.test.labels)
    assert share_labels(first, second)
    with np.load(digits / "mnist.npz") as arrays:
        known = {image.tobytes() for image in arrays["x_train"]}
    mine = {image[..., 0].tobytes() for image in first.train.images}
    assert len(mine) == 40
    assert mine < known
    # A scan of an image that stayed would be like its negative; none is.
    negatives = -first.train.images.reshape(40, -1).astype(float)
    scans = second.train.images.reshape(40, -1).astype(float)
    assert np.corrcoef(negatives, scans)[:40, 40:].max() < 0.3
    again, _ = load_domains(("mnist", "scan"), digits, seed=3)
    assert again.train.content_hash() == first.train.content_hash()


def test_a_pair_comes_from_a_file(tmp_path):
    arrays = {
        part: np.full((n, 64, 64, 3), n, np.uint8)
        for part, n in {"trainA": 5, "trainB": 6, "testA": 2, "testB": 3}.items()
    }
    np.savez(tmp_path / "horse2zebra64.npz", **arrays)
    horses, zebras = load_domains(("horse2zebra",), tmp_path)
    assert (horses.name, zebras.name) == ("horse", "zebra")
    assert [len(part) for part in (horses.train, horses.test, zebras.train, zebras.test)] == [
        5, 2, 6, 3,
    ]  # fmt: skip
    assert (zebras.test.images == 3).all()
    assert not share_labels(horses, zebras)
    both = joined(horses, zebras)
    assert both.train.counts().tolist() == [5, 6]
    assert both.train.class_names == ("horse", "zebra")


def test_a_pair_that_is_not_there_says_what_to_do(tmp_path):
    with pytest.raises(UserError, match=r"put horse2zebra64\.npz into the data directory"):
        load_domains(("horse2zebra",), tmp_path)
    (tmp_path / "mine").mkdir()
    with pytest.raises(UserError, match="no folder trainA"):
        load_domains(("mine",), tmp_path)


def test_a_pair_comes_from_a_folder(pictures):
    for k, part in enumerate(("trainA", "trainB", "testA", "testB")):
        folder = pictures(f"summer2winter/{part}", k + 1, (10 * k, 0, 0))
    summer, winter = load_domains((str(folder / "summer2winter"),), size=8)
    assert (summer.name, winter.name) == ("summer", "winter")
    assert winter.train.image_shape == (8, 8, 3)
    assert [len(summer.train), len(winter.test)] == [1, 4]


def test_two_folders_of_pictures_become_alike(pictures):
    pictures("old/train", 20, 30)
    pictures("old/test", 3, 40)
    folder = pictures("new", 30, (1, 2, 3))
    old, new = load_domains((str(folder / "old"), str(folder / "new")), size=16)
    assert old.train.image_shape == new.train.image_shape == (16, 16, 3)
    assert (old.test.images == 40).all()
    assert [len(part) for part in (old.train, old.test, new.train, new.test)] == [20, 3, 27, 3]
    assert not share_labels(old, new)


def test_folders_with_the_same_classes_share_labels(pictures):
    for domain in ("day", "night"):
        for part, n in (("train", 4), ("test", 2)):
            pictures(f"{domain}/{part}/car", n, 90)
            folder = pictures(f"{domain}/{part}/dog", n, 200)
    day, night = load_domains((str(folder / "day"), str(folder / "night")), size=8)
    assert share_labels(day, night)
    assert night.test.counts().tolist() == [2, 2]
    assert day.train.class_names == ("car", "dog")


def test_a_folder_takes_the_size_of_the_set_beside_it(digits, pictures):
    folder = pictures("notes", 20, 7)
    notes, mnist = load_domains((str(folder / "notes"), "mnist"), digits)
    assert notes.train.image_shape == mnist.train.image_shape == (28, 28, 1)
    with pytest.raises(UserError, match="--size"):
        load_domains((str(folder / "notes"), "mnist"), digits, size=16)


def test_two_names_are_needed(digits):
    with pytest.raises(UserError, match="not 3 names"):
        load_domains(("mnist", "scan", "mnist"), digits)


def test_domains_of_one_name_are_told_apart(digits):
    first, second = load_domains(("mnist", "mnist"), digits)
    assert (first.name, second.name) == ("mnist", "mnist (2)")


def test_domains_are_labels(make_set):
    both = as_domains(make_set(3), make_set(2, seed=1))
    assert both.labels.tolist() == [0, 0, 0, 1, 1]
