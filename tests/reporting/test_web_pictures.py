import base64
import io

import numpy as np
import pytest
from PIL import Image

from gan_augment.reporting.web_pictures import WIDTHS, carried, reduced


@pytest.fixture
def picture(tmp_path):
    """Write noise, in colours or (which PNG packs better than WebP) in black and white."""

    def make(name, width, height, colours=True):
        rng = np.random.default_rng(0)
        pixels = rng.integers(0, 256, (height, width, 3), np.uint8)
        if not colours:
            pixels = rng.choice(np.array([0, 255], np.uint8), (height, width))
        Image.fromarray(pixels).save(tmp_path / name)
        return tmp_path / name

    return make


def opened(found):
    kind, _, data = found.address.partition(";base64,")
    assert kind == f"data:image/{found.kind}"
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_what_fits_and_is_small_stays_as_it_is(picture):
    path = picture("grain.png", 30, 20, colours=False)
    found = reduced(path, 100)
    assert found.data == path.read_bytes()
    assert (found.kind, found.width, found.height) == ("png", 30, 20)


def test_wide_pictures_are_scaled_and_keep_their_shape(picture):
    found = reduced(picture("wide.png", 300, 150), 100)
    assert (found.kind, found.width, found.height) == ("webp", 100, 50)
    assert opened(found).size == (100, 50)


def test_what_is_transparent_becomes_white(tmp_path):
    pixels = np.zeros((40, 40, 4), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "clear.png")
    found = opened(reduced(tmp_path / "clear.png", 20))
    assert np.asarray(found).min() > 250


def test_pictures_share_a_budget(picture):
    paths = [picture(f"{i}.png", 1000, 40) for i in range(3)]
    free, tight = carried(paths), carried(paths, most=60_000)
    assert {each.width for each in free.values()} == {1000}
    assert {each.width for each in tight.values()} < set(WIDTHS)
    assert sum(len(each.data) for each in tight.values()) <= 60_000
    assert {each.width for each in carried(paths, most=1).values()} == {WIDTHS[-1]}


def test_what_is_no_picture_is_left_out(picture, tmp_path):
    good, bad, cut = picture("a.png", 9, 9), tmp_path / "bad.png", tmp_path / "cut.png"
    bad.write_bytes(b"no picture")
    cut.write_bytes(good.read_bytes()[:-40])
    assert carried([good, bad, cut]).keys() == {good}
