"""The whole command on two workers."""

import json
import os
import subprocess
import sys

import pandas as pd
import pytest
from PIL import Image


@pytest.fixture
def image_folder(blobs, tmp_path):
    for split, n in (("train", 24), ("test", 12)):
        images = blobs(n, seed=n)
        for i, (image, label) in enumerate(zip(images.images, images.labels)):
            place = tmp_path / "bars" / split / images.class_names[label]
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image[..., 0]).save(place / f"{i}.png")
    return tmp_path / "bars"


def test_worker_0_writes_everything_and_worker_1_nothing(image_folder, tf_configs, tmp_path):
    """Workers share --out; here each has its own, which shows who writes."""
    options = "--sizes 24 --alpha 0.05 --steps 2 --ratios 1 --members 2 --classifier-epochs 2"
    workers = []
    for index, tf_config in enumerate(tf_configs(2)):
        command = [sys.executable, "-m", "gan_augment.mnist", *options.split()]
        command += ["--data", str(image_folder), "--out", str(tmp_path / f"out-{index}")]
        environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "TF_CONFIG": tf_config}
        with open(tmp_path / f"said-{index}", "w") as said:
            workers.append(subprocess.Popen(command, env=environment, stdout=said, stderr=said))
    try:
        codes = [worker.wait(300) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
    said = [(tmp_path / f"said-{index}").read_text() for index in range(2)]
    assert codes == [0, 0], said

    written = {path.name for path in (tmp_path / "out-0").iterdir()}
    assert {f"table_{number}.csv" for number in (1, 2, 3, 4)} < written
    assert json.loads((tmp_path / "out-0" / "options.json").read_text())["complete"]
    assert set(pd.read_csv(tmp_path / "out-0" / "scores.csv")["arm"]) >= {"real", "gan", "affine"}
    assert "GAN adds" in said[0] or "GAN costs" in said[0]
    assert not [path for path in (tmp_path / "out-1").rglob("*") if path.is_file()]
    assert said[1] == ""
