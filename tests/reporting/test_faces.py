import numpy as np
import pandas as pd
from matplotlib.image import imread

from gan_augment.reporting import faces_text, write_faces
from gan_augment.reporting.faces import faces_rows

TABLE = pd.DataFrame(
    [
        {"epoch": 1, "step": 35, "samples": 64, "d_loss": 1.3, "g_loss": 0.7, "spread": 0.5,
         "detail": 2.0, "ratio": 1.25, "nearer": 0.04, "very_near": 0.0},
        {"epoch": 28.8, "step": 1000, "samples": 1000, "d_loss": np.nan, "g_loss": np.nan,
         "spread": 0.9, "detail": 1.1, "ratio": 0.9, "nearer": 0.7, "very_near": 0.0155},
    ]
)  # fmt: skip
LOG = [
    {"class": "face", "attempt": 0, "step": step, "d_loss": 1.4, "g_loss": 0.7, "spread": 0.5}
    for step in (1, 2)
]


def test_numbers_are_spelt_out():
    assert faces_rows(TABLE) == [
        ["1", "35", "64", "1.30", "0.70", "0.50", "2.00", "1.25", "4%", "0.0%"],
        ["28.8", "1,000", "1,000", "–", "–", "0.90", "1.10", "0.90", "70%", "1.6%"],
    ]
    assert "28.8  1,000" in faces_text(TABLE)


def test_files_are_written_in_grey_and_in_colour(tmp_path):
    rng = np.random.default_rng(0)
    for channels in (1, 3):
        images = rng.integers(0, 256, (40, 8, 8, channels), np.uint8)
        panels = {"real": images, "epoch 1": images[:5]}
        pairs = {title: images[:6].reshape(2, 3, 8, 8, channels) for title in ("samples", "real")}
        write_faces(TABLE, panels, pairs, LOG, tmp_path)
        assert len(pd.read_csv(tmp_path / "faces.csv")) == 2
        for name in ("samples_by_epoch", "memorization", "training"):
            assert imread(tmp_path / f"{name}.png").std() > 0.01
