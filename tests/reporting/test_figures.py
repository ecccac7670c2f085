import hashlib

import numpy as np
import pytest
from matplotlib.image import imread

from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages
from gan_augment.reporting import (
    beside_real,
    plot_training,
    report_of,
    sample_grid,
    write_figures,
)

REPORT = report_of({"experiment": "mnist"})


def test_figures_of_all_sizes_and_alphas(make_scores, tmp_path):
    scores = make_scores(sizes=(500, 1000), alphas=(1.0, 2.0), gan_seeds=2, members=2)
    names = [path.name for path in write_figures(scores, "corrected", REPORT, tmp_path)]
    assert names == [
        "figure_2.png", "figure_3.png", "figure_2_alpha-1.png", "figure_3_alpha-1.png",
    ]  # fmt: skip
    for name in names:
        pixels = imread(tmp_path / name)
        assert min(pixels.shape[:2]) > 400
        assert pixels.std() > 0.01
    assert len(list(tmp_path.iterdir())) == 4  # nothing left aside


def test_one_size_with_one_gan_seed_and_no_control_is_drawn(make_scores, tmp_path):
    scores = make_scores(sizes=(500,), gan_seeds=1, members=1)
    scores = scores[scores["arm"].isin(["real", "gan"])]
    names = [path.name for path in write_figures(scores, "report", REPORT, tmp_path)]
    assert names == ["figure_3.png"]


def test_equal_scores_make_equal_files(make_scores, tmp_path):
    scores = make_scores(sizes=(500,), gan_seeds=1, members=2)
    digests = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for path in write_figures(scores, "corrected", REPORT, tmp_path / name):
            digests.add((path.name, hashlib.sha256(path.read_bytes()).hexdigest()))
    assert len(digests) == 2


@pytest.mark.parametrize("channels", [1, 3])
def test_a_grid_has_a_row_a_class_and_white_where_images_lack(tmp_path, channels):
    images = np.zeros((5, 6, 4, channels), np.uint8)
    labels = np.array([0, 0, 0, 1, 1], np.int32)
    full = LabeledImages(images, labels, ("cat", "dog"))
    dark = {}
    for per_class in (2, 3):
        path = tmp_path / f"{per_class}.png"
        sample_grid({"500": full}, per_class, path)
        pixels = imread(path)[..., :3].mean(axis=-1)
        rows = (pixels < 0.1).sum(axis=1)
        dark[per_class] = rows[rows > rows.max() / 3]
    assert dark[2].max() == pytest.approx(dark[2].min(), rel=0.1)
    assert dark[3].max() > 1.3 * dark[3].min()  # the second class has two of three


def test_a_grid_of_nothing_is_refused(tmp_path):
    with pytest.raises(UserError, match="at least one set"):
        sample_grid({}, 8, tmp_path / "samples.png")


def lines(classes="01", attempts=1, steps=5):
    return [
        {"class": name, "attempt": attempt, "step": step, "d_loss": 1.3, "g_loss": 0.7 + step,
         "spread": 0.3}
        for name in classes
        for attempt in range(attempts)
        for step in range(1, steps)
    ]  # fmt: skip


def test_training_is_drawn_from_log_lines(tmp_path):
    plot_training([{"note": "other"}, *lines()], tmp_path / "two.png")
    plot_training(lines("0123456", attempts=2), tmp_path / "seven.png")
    assert imread(tmp_path / "seven.png").shape[0] > 1.5 * imread(tmp_path / "two.png").shape[0]


def test_a_loss_that_is_not_a_number_does_not_spoil_the_figure(tmp_path):
    log = lines()
    log[-1] |= {"d_loss": float("nan"), "g_loss": float("inf")}
    plot_training(log, tmp_path / "training.png")
    assert (tmp_path / "training.png").exists()


def test_no_line_of_training_is_refused(tmp_path):
    with pytest.raises(UserError, match="no line"):
        plot_training([{"step": 1}], tmp_path / "training.png")


def test_the_right_most_column_is_real(tmp_path):
    labels = np.arange(200, dtype=np.int32) % 2
    generated, real = (
        LabeledImages(np.full((200, 4, 4, 3), tone, np.uint8), labels, ("cat", "dog"))
        for tone in (0, 120)
    )
    beside_real(generated, real.take(np.arange(5)), "dog", tmp_path / "dog.png")
    pixels = imread(tmp_path / "dog.png")[..., :3].mean(axis=-1)
    across = pixels[pixels.shape[0] // 2 :].min(axis=0)
    dark, grey = (np.flatnonzero(abs(across - tone) < 0.1) for tone in (0, 120 / 255))
    assert dark.max() < grey.min()
    assert 6 < len(dark) / len(grey) < 12  # nine columns to one
