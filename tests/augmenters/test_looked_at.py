import functools

import numpy as np
import pytest
from PIL import Image

from gan_augment.augmenters import watched
from gan_augment.augmenters.class_conditional import ClassConditional, conditional_dcgan
from gan_augment.augmenters.dcgan import dcgan
from gan_augment.augmenters.health import Watch
from gan_augment.augmenters.per_class import PerClass
from gan_augment.data.images import LabeledImages
from gan_augment.reporting.film import Film
from gan_augment.reporting.frames import Frames
from gan_augment.training.onlookers import invite

small = {"alpha": 0.05, "latent_dim": 8}
OPTIONS = {"steps": 5, "seed": 1, "watch": Watch(every=2, spread_below=0)}


@pytest.fixture
def two_classes(blobs):
    real = blobs(12)
    real = real.take(np.flatnonzero(real.labels < 2))
    return LabeledImages(real.images, real.labels, real.class_names[:2])


def files(directory):
    return {
        path.relative_to(directory): path.read_bytes()
        for path in directory.rglob("*")
        if path.suffix in (".png", ".gif", ".jsonl")
    }


class Stop:
    """Stops a training after its pictures and before its checkpoint."""

    def see(self, scene):
        if scene.key == 1 and scene.step == 4:
            raise KeyboardInterrupt


def test_a_film_changes_no_weight_and_has_no_hole_after_a_stop(two_classes, tmp_path, monkeypatch):
    monkeypatch.setattr(watched, "CHECKPOINT_SECONDS", 0)
    runs = {name: tmp_path / name for name in ("unseen", "whole", "stopped")}

    def fit(name):
        build = functools.partial(dcgan, **small)
        return PerClass(build, **OPTIONS, directory=runs[name] / "gans" / "x").fit(two_classes)

    onlookers = {name: [Frames(), Film(runs[name])] for name in ("whole", "stopped")}
    invite(runs["whole"], onlookers["whole"])
    invite(runs["stopped"], [*onlookers["stopped"], Stop()])
    unseen, whole = fit("unseen"), fit("whole")
    with pytest.raises(KeyboardInterrupt):
        fit("stopped")
    invite(runs["stopped"], onlookers["stopped"])
    fit("stopped")

    for label in (0, 1):
        for a, b in zip(unseen.generators[label].variables, whole.generators[label].variables):
            np.testing.assert_array_equal(a.numpy(), b.numpy())
    written = {name: files(run) for name, run in runs.items()}
    assert written["stopped"] == written["whole"]
    (log,) = written["unseen"].values()
    assert log in written["whole"].values()
    with Image.open(runs["whole"] / "film" / "x.gif") as film:
        assert film.n_frames == 3  # steps 2, 4 and 5
    assert len(written["whole"]) == 2 * 3 + 2


def test_a_conditional_gan_has_a_row_for_each_class(two_classes, tmp_path):
    invite(tmp_path, [Frames()])
    ClassConditional(
        functools.partial(conditional_dcgan, **small), steps=1, directory=tmp_path
    ).fit(two_classes)
    with Image.open(tmp_path / "frames" / "class-all-attempt-0-step-1.png") as picture:
        assert picture.size == (8 * 30, 4 * 30)  # two rows of eight for each
