import numpy as np
import pytest
from PIL import Image

from gan_augment.reporting import film
from gan_augment.reporting.film import Film
from gan_augment.reporting.frames import Frames, arranged, frames_in, is_due
from gan_augment.training.onlookers import Scene


def scene(directory, step, *, failure=None, **others):
    values = {"key": 0, "siblings": 1, "attempt": 0, "every": 5, "steps": 20, "labels": None}
    values["samples"] = np.full((64, 8, 8, 1), step % 256, np.uint8)
    report = {"step": step, "failure": failure}
    return Scene(directory=directory, reports=[report], **(values | others))


def frames_of(path):
    with Image.open(path) as opened:
        for i in range(opened.n_frames):
            opened.seek(i)
            yield np.asarray(opened.convert("RGB")), opened.info["duration"]


@pytest.mark.parametrize(
    ("steps", "every", "expected"), [(2000, 50, 40), (7, 50, 1), (3001, 50, 31), (10**6, 50, 59)]
)
def test_pictures_are_few_evenly_spaced_and_end_with_the_training(tmp_path, steps, every, expected):
    reports = [*range(every, steps, every), steps]
    kept = [step for step in reports if is_due(scene(tmp_path, step, steps=steps, every=every))]
    assert expected == len(kept) <= 60
    assert kept[-1] == steps
    assert len(set(np.diff([0, *kept[:-1]]))) <= 1
    assert is_due(scene(tmp_path, 37, steps=steps, every=every, failure="diverged"))


@pytest.mark.parametrize(
    ("labels", "siblings", "rows", "columns"),
    [
        (None, 1, 4, 8),
        (None, 2, 2, 8),
        (None, 10, 1, 8),
        (np.arange(64) % 10, 1, 10, 6),
        (np.repeat([1, 0], 32), 1, 4, 8),
        (np.arange(64), 1, 8, 8),
    ],
)
def test_a_row_is_of_one_class_and_none_is_a_stub(labels, siblings, rows, columns):
    values = np.zeros(64) if labels is None else labels
    samples = np.broadcast_to(values[:, None, None, None], (64, 4, 4, 3)).astype(np.uint8)
    block = arranged(samples, labels, siblings)
    assert block.shape == (rows, columns, 4, 4, 3)
    if labels is not None and len(np.unique(labels)) < 64:
        assert [np.unique(row).tolist() for row in block] == [
            [label] for label in np.repeat(np.unique(labels), rows // len(np.unique(labels)))
        ]


def test_a_picture_with_too_few_samples_is_white_where_they_end():
    block = arranged(np.zeros((3, 2, 2, 1), np.uint8), None, 10)
    assert block[0, :, 0, 0, 0].tolist() == [0, 0, 0, 255, 255, 255, 255, 255]


def test_an_attempt_replaces_the_pictures_of_those_before_it(tmp_path):
    frames = Frames()
    for attempt, key, step in ((0, 1, 5), (0, 1, 10), (0, 11, 5), (1, 1, 5)):
        frames.see(scene(tmp_path, step, key=key, attempt=attempt, siblings=2))
    (tmp_path / "frames" / ".0123-class-1-attempt-1-step-9.png").write_bytes(b"left by a kill")
    names = [[path.name for path in each.values()] for each in frames_in(tmp_path)]
    assert names == [["class-1-attempt-1-step-5.png"], ["class-11-attempt-0-step-5.png"]]


def test_the_film_shows_all_networks_below_one_another(tmp_path):
    onlookers = [Frames(), Film(tmp_path)]
    gans = tmp_path / "gans" / "cell"
    for key, start in ((9, 100), (10, 200)):
        for step in (5, 10, 15, 20) if key == 9 else (10, 20):
            samples = np.full((64, 8, 8, 1), start + step, np.uint8)
            for onlooker in onlookers:
                onlooker.see(scene(gans, step, key=key, siblings=2, samples=samples))
    frames = list(frames_of(tmp_path / "film" / "cell.gif"))
    assert [duration for _, duration in frames] == [120, 120, 120, 2000]
    height = frames[0][0].shape[0] - film.CAPTION
    seen = [(int(f[height // 8, 20, 0]), int(f[height * 5 // 8, 20, 0])) for f, _ in frames]
    # Of class 10 there is no picture of step 5 and none of 15.
    expected = [(105, 210), (110, 210), (115, 210), (120, 220)]
    np.testing.assert_allclose(seen, expected, atol=2)
    captions = [f[height:].tobytes() for f, _ in frames]
    assert len(set(captions)) == 4


def test_a_film_is_never_too_large(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    onlookers = [Frames(), Film(tmp_path)]
    sizes = []
    for limit in (10**9, 50_000):
        monkeypatch.setattr(film, "BYTES", limit)
        for step in range(5, 201, 5):
            samples = rng.integers(0, 256, (64, 8, 8, 3), np.uint8)
            for onlooker in onlookers:
                onlooker.see(scene(tmp_path / "gan", step, steps=200, samples=samples))
        path = tmp_path / "film" / "gan.gif"
        sizes.append((path.stat().st_size, len(list(frames_of(path)))))
    assert sizes[0][1] == 40
    assert sizes[0][0] > 50_000 >= sizes[1][0]
    assert 4 <= sizes[1][1] < 40
