import functools
import json
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest

from gan_augment.augmenters import fitting, watched
from gan_augment.augmenters.base import generate, generated_set
from gan_augment.augmenters.dcgan import dcgan
from gan_augment.augmenters.health import Watch
from gan_augment.augmenters.per_class import PerClass
from gan_augment.augmenters.stabilizers import parse
from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages, balanced

small = functools.partial(dcgan, alpha=0.05, latent_dim=8)


def weights(gans):
    return [v.numpy() for g in gans.generators.values() for v in g.variables]


def assert_same(first, second):
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_generates_each_class_with_its_label(blobs):
    gans = PerClass(small, steps=4, seed=1).fit(blobs(12))
    made = generate(gans, per_class=70, seed=0)
    assert made.counts().tolist() == [70, 70, 70]
    assert made.class_names == ("top", "middle", "bottom")
    assert len(np.unique(made.labels[:20])) == 3  # mixed, not one class after the other
    own = gans.generators[1]
    few = generate(gans, per_class=10, seed=0).of_class(1).images
    many = made.of_class(1).images
    assert {i.tobytes() for i in few} <= {i.tobytes() for i in many}
    assert own.output_shape == (None, 28, 28, 1)


def test_the_same_seed_gives_the_same_images_and_another_does_not(blobs):
    first, again, other = (PerClass(small, steps=3, seed=s).fit(blobs(12)) for s in (1, 1, 2))
    assert_same(weights(first), weights(again))
    assert generate(first, 5, 0).content_hash() == generate(again, 5, 0).content_hash()
    assert generate(first, 5, 0).content_hash() != generate(first, 5, 1).content_hash()
    assert generate(first, 5, 0).content_hash() != generate(other, 5, 0).content_hash()


def test_epochs_count_images_of_the_class(blobs):
    gans = PerClass(small, epochs=2, batch_size=4).fit(blobs(20))  # 7, 7 and 6 images
    assert gans.steps_of_class == {0: 4, 1: 4, 2: 3}


def test_snapshots_are_kept_through_a_stop_and_of_the_same_latents(blobs, tmp_path, stop_at):
    make = functools.partial(
        PerClass, small, steps=9, seed=1, watch=Watch(every=4), snapshots=(3, 9, 50)
    )
    whole = make().fit(blobs(12))
    stop_at(6, lambda: make(directory=tmp_path).fit(blobs(12)))
    continued = make(directory=tmp_path).fit(blobs(12))
    for label in range(3):
        kept = whole.kept_samples(label)
        assert list(kept) == [3, 9]  # 50 is after the end
        assert kept[3].image_shape == (28, 28, 1)
        assert set(kept[3].labels) == {label}
        assert (kept[3].images != kept[9].images).any()
        again = continued.kept_samples(label)
        assert [again[k].content_hash() for k in again] == [kept[k].content_hash() for k in kept]
    assert [r["step"] for r in whole.log.records][:4] == [3, 4, 8, 9]


@pytest.mark.parametrize("stop_at", [3, 8, 14, 20])
def test_a_stopped_training_continues_to_the_same_weights(blobs, tmp_path, monkeypatch, stop_at):
    """Stopped after any report, before or after its checkpoint: bit-equal in the end."""
    monkeypatch.setattr(watched, "CHECKPOINT_SECONDS", 0)
    options = {"steps": 7, "seed": 1, "watch": Watch(every=2, spread_below=0)}
    whole = PerClass(small, **options, directory=tmp_path / "whole").fit(blobs(12))

    calls = 0
    run = watched.Trainer.run

    def interrupted(self, steps):
        nonlocal calls
        calls += steps
        if calls > stop_at:
            raise KeyboardInterrupt
        return run(self, steps)

    with monkeypatch.context() as patch:
        patch.setattr(watched.Trainer, "run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            PerClass(small, **options, directory=tmp_path / "stopped").fit(blobs(12))
    continued = PerClass(small, **options, directory=tmp_path / "stopped").fit(blobs(12))
    assert_same(weights(whole), weights(continued))
    assert continued.records == whole.records
    logs = [(tmp_path / d / "metrics.jsonl").read_text() for d in ("whole", "stopped")]
    assert logs[0] == logs[1]


@pytest.mark.parametrize(
    ("names", "precision"),
    [
        (["r1", "spectral-norm", "ema", "diff-augment", "instance-noise", "unrolled=1"], "float32"),
        (["weight-norm", "wgan-gp", "critic-steps=2", "diversity"], "bfloat16"),
    ],
)
def test_stabilisers_continue_where_they_stopped(blobs, tmp_path, stop_at, names, precision):
    build = functools.partial(small, stabilizers=parse(names), precision=precision)
    options = {"steps": 5, "seed": 1, "watch": Watch(every=2, spread_below=0)}
    real = blobs(12).of_class(0)
    real = LabeledImages(real.images, real.labels, real.class_names[:1])
    whole = PerClass(build, **options).fit(real)
    stop_at(4, lambda: PerClass(build, **options, directory=tmp_path).fit(real))
    continued = PerClass(build, **options, directory=tmp_path).fit(real)
    assert_same(weights(whole), weights(continued))
    assert whole.records == continued.records


SCRIPT = """
import functools, sys
import numpy as np
from gan_augment.augmenters import watched
from gan_augment.augmenters.dcgan import dcgan
from gan_augment.augmenters.health import Watch
from gan_augment.augmenters.per_class import PerClass
from gan_augment.data.images import LabeledImages
watched.CHECKPOINT_SECONDS = 0
rng = np.random.default_rng(0)
real = LabeledImages(rng.integers(0, 256, [16, 28, 28, 1], dtype=np.uint8),
                     np.arange(16, dtype=np.int32) % 2, ("a", "b"))
gans = PerClass(functools.partial(dcgan, alpha=0.05, latent_dim=8, precision="bfloat16"),
                steps=60, seed=1,
                watch=Watch(every=2, spread_below=0), directory=sys.argv[1]).fit(real)
weights = [v.numpy() for g in gans.generators.values() for v in g.variables]
np.savez(sys.argv[1] + "/end.npz", *weights)
"""


def test_kill_9_at_any_moment_loses_nothing(tmp_path):
    def start(name):
        return subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path / name)])

    assert start("whole").wait(300) == 0
    killed = start("killed")
    log = tmp_path / "killed" / "metrics.jsonl"
    for lines in (5, 38):  # in the first class, then in the second
        deadline = time.monotonic() + 200
        while not (log.exists() and log.read_text().count("\n") >= lines):
            assert killed.poll() is None, "finished before it was killed"
            assert time.monotonic() < deadline
            time.sleep(0.001)
        killed.kill()
        killed.wait()
        killed = start("killed")
    assert killed.wait(300) == 0
    whole, again = (np.load(tmp_path / name / "end.npz") for name in ("whole", "killed"))
    assert_same([whole[k] for k in whole.files], [again[k] for k in again.files])


def test_finished_classes_are_not_trained_again(blobs, tmp_path, monkeypatch):
    first = PerClass(small, steps=3, directory=tmp_path).fit(blobs(12))
    monkeypatch.setattr(fitting, "train_watched", None)
    again = PerClass(small, steps=3, directory=tmp_path).fit(blobs(12))
    assert_same(weights(first), weights(again))


def test_collapse_is_tried_again_with_a_new_seed_and_recorded(blobs, tmp_path, capsys):
    watch = Watch(
        every=2, patience=1, spread_below=1e9, max_restarts=2
    )  # everything counts as collapsed
    gans = PerClass(small, steps=2, watch=watch, directory=tmp_path).fit(blobs(12))
    for attempts in gans.records.values():
        assert [attempt["failure"] for attempt in attempts] == ["collapsed"] * 3
        assert len({attempt["seed"] for attempt in attempts}) == 3
    assert "class 'top': every attempt failed" in capsys.readouterr().err
    assert json.loads((tmp_path / "class-0.json").read_text()) == gans.records[0]


def test_a_network_that_can_only_make_one_image_is_found_out(blobs):
    def one_image(image_shape, steps, seed):
        gan = small(image_shape, seed=seed)
        for layer in gan.generator.layers:
            if isinstance(layer, keras.layers.Conv2DTranspose):
                layer.kernel.assign(0 * layer.kernel)
                layer.trainable = False
        gan.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0))
        return gan

    watch = Watch(every=2, patience=1, max_restarts=0)
    gans = PerClass(one_image, steps=4, watch=watch).fit(blobs(12))
    assert gans.records[0][-1]["failure"] == "collapsed"
    assert gans.records[0][-1]["spread"] == pytest.approx(0, abs=1e-6)


def test_divergence_ends_with_one_sentence(blobs):
    build = functools.partial(small, learning_rate=1e30)
    with pytest.raises(UserError, match="diverged in each of 2 attempts; lower the learning rate"):
        PerClass(build, steps=10, watch=Watch(every=5, max_restarts=1)).fit(blobs(12))


def test_a_class_with_one_image_is_refused(blobs):
    with pytest.raises(UserError, match="'bottom' has 1 image"):
        PerClass(small, steps=2).fit(blobs(6).take(np.array([0, 3, 1, 4, 2])))


def test_length_is_given_once():
    with pytest.raises(UserError, match="steps or as epochs"):
        PerClass(small)
    with pytest.raises(UserError, match="steps or as epochs"):
        PerClass(small, steps=1, epochs=1)


def test_a_damaged_checkpoint_is_named(blobs, tmp_path):
    PerClass(small, steps=2, directory=tmp_path).fit(blobs(12))
    path = Path(tmp_path / "class-1.weights.h5")
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(UserError, match=r"class-1\.weights\.h5 is damaged"):
        PerClass(small, steps=2, directory=tmp_path).fit(blobs(12))


def test_a_generated_set_is_written_once_and_again_only_if_it_must(blobs, tmp_path):
    gans = PerClass(small, steps=2).fit(blobs(12))
    options = {"seed": 0, "generation": {"preset": "test", "alpha": 0.05}}
    first = generated_set(gans, tmp_path, "bars", per_class=6, **options)
    assert first.counts().tolist() == [6, 6, 6]
    (file,) = tmp_path.glob("bars/*/generation.json")
    written = file.stat().st_mtime_ns
    few = generated_set(gans, tmp_path, "bars", per_class=3, **options)
    assert few.content_hash() == first.content_hash()
    assert file.stat().st_mtime_ns == written
    many = generated_set(gans, tmp_path, "bars", per_class=9, **options)
    assert many.counts().tolist() == [9, 9, 9]
    assert json.loads(file.read_text())["alpha"] == 0.05


@pytest.mark.parametrize("other", [{"seed": 1}, {"steps": 3}, {"batch_size": 3}])
def test_generators_of_another_training_are_not_taken_for_ours(blobs, tmp_path, other):
    options = {"steps": 2, "seed": 0, "directory": tmp_path}
    PerClass(small, **options).fit(blobs(12))
    with pytest.raises(UserError, match=f"other {next(iter(other))}"):
        PerClass(small, **(options | other)).fit(blobs(12))
    with pytest.raises(UserError, match="other images"):
        PerClass(small, **options).fit(blobs(12, seed=9))


def test_the_same_images_come_first_however_many_are_made(blobs):
    gans = PerClass(small, steps=2).fit(blobs(12))
    few, many = (balanced(generate(gans, n, seed=0), 60) for n in (20, 150))
    np.testing.assert_array_equal(few.images, many.images)


def test_a_set_that_was_stopped_or_damaged_is_made_again(blobs, tmp_path, monkeypatch):
    gans = PerClass(small, steps=2).fit(blobs(12))
    options = {"per_class": 70, "seed": 0, "generation": {}}
    batches = PerClass.batches

    def stopped(self, per_class, seed):
        yield next(batches(self, per_class, seed))
        if per_class > 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(PerClass, "batches", stopped)
        with pytest.raises(KeyboardInterrupt):
            generated_set(gans, tmp_path, "bars", **options)
    first = generated_set(gans, tmp_path, "bars", **options)
    assert first.counts().tolist() == [70, 70, 70]
    (shard,) = tmp_path.glob("bars/*/*.tfrecord*")
    shard.write_bytes(shard.read_bytes()[:-100])
    again = generated_set(gans, tmp_path, "bars", **options)
    assert again.content_hash() == first.content_hash()
