import numpy as np

from gan_augment.data.attributes import SEGMENTS
from gan_augment.data.display import NOISE, Place, display_digits, drawn


def test_segments_are_where_they_are_called():
    place = Place(top=4, left=6, height=16, width=10, stroke=2)
    rows, columns = np.indices((28, 28))
    for name in SEGMENTS:
        covered = drawn([name], place)
        centre = rows[covered].mean() - 13, columns[covered].mean() - 12
        assert ("upper" in name or name == "top") == (centre[0] < -2)
        assert ("lower" in name or name == "bottom") == (centre[0] > 2)
        assert ("left" in name) == (centre[1] < -2)
        assert ("right" in name) == (centre[1] > 2)
    together = drawn(SEGMENTS, place)
    assert (together == np.any([drawn([name], place) for name in SEGMENTS], axis=0)).all()


def test_images_show_what_the_table_says():
    digits = display_digits(20, seed=0)
    assert digits.image_shape == (28, 28, 1)
    assert digits.counts().tolist() == [20] * 10
    assert len(set(digits.labels[:20].tolist())) > 3  # mixed
    lit = (digits.images > NOISE).mean(axis=(1, 2, 3))
    by_class = np.array([lit[digits.labels == label].mean() for label in range(10)])
    segments = [sum(str(label) in having for having in SEGMENTS.values()) for label in range(10)]
    assert np.corrcoef(by_class, segments)[0, 1] > 0.95
    assert (digits.images == display_digits(20, seed=0).images).all()
    assert (digits.images != display_digits(20, seed=1).images).any()
