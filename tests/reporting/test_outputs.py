import json

import numpy as np
import pandas as pd

from gan_augment.data.images import LabeledImages
from gan_augment.reporting import show, write

OPTIONS = {"experiment": "mnist", "protocol": "corrected", "data": {"name": "mnist"}}


def test_a_run_gets_all_its_files_and_shows_them(make_scores, tmp_path, capsys):
    (tmp_path / "options.json").write_text(json.dumps(OPTIONS))
    gans = tmp_path / "gans" / "alpha-1_size-500_seed-0"
    gans.mkdir(parents=True)
    line = {"class": "0", "attempt": 0, "d_loss": 1.0, "g_loss": 1.0, "spread": 0.2}
    (gans / "metrics.jsonl").write_text(
        "".join(json.dumps(line | {"step": step}) + "\n" for step in (1, 2, 3))
    )
    images = LabeledImages(np.zeros((4, 8, 8, 1), np.uint8), np.arange(4, dtype=np.int32), "abcd")
    scores = make_scores(sizes=(500,), alphas=(1.0, 2.0), gan_seeds=1, members=2)
    written = write(tmp_path, scores.convert_dtypes(), {"500": images})
    assert {path.name for path in written} == {
        "scores.csv", "table_1.csv", "table_2.csv", "table_3.csv", "table_4.csv",
        "figure_2.png", "figure_3.png", "figure_2_alpha-1.png", "figure_3_alpha-1.png",
        "samples.png", "training_alpha-1_size-500_seed-0.png",
    }  # fmt: skip
    assert all(path.exists() for path in written)
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "scores.csv"), scores, atol=5e-6, rtol=0, check_dtype=False
    )
    show(tmp_path)
    assert "At 500 images, R = 1: GAN " in capsys.readouterr().out
