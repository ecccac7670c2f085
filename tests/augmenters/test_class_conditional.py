import functools

import numpy as np
import pytest
import tensorflow as tf
from small_models import check_that_the_label_decides

from gan_augment.augmenters.base import generate
from gan_augment.augmenters.class_conditional import ClassConditional, conditional_dcgan
from gan_augment.augmenters.health import Watch, spread
from gan_augment.augmenters.stabilizers import parse
from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages

small = functools.partial(conditional_dcgan, alpha=0.05, latent_dim=8)


def test_the_label_decides_what_is_made_and_what_is_believed():
    check_that_the_label_decides(small((8, 8, 1), 3, seed=1))


def test_spread_within_classes_is_not_fooled_by_one_image_a_class():
    images = np.repeat(np.arange(3.0), 4).reshape(12, 1)
    labels = np.repeat(np.arange(3), 4)
    assert spread(images) > 0.5
    assert spread(images, labels) == 0


def test_generates_every_class_and_equal_seeds_are_equal(blobs):
    first, again = (ClassConditional(small, steps=3, seed=1).fit(blobs(12)) for _ in range(2))
    made = generate(first, per_class=70, seed=0)
    assert made.counts().tolist() == [70, 70, 70]
    assert made.content_hash() == generate(again, 70, 0).content_hash()
    few = generate(first, 10, 0).of_class(2).images
    assert {i.tobytes() for i in few} <= {i.tobytes() for i in made.of_class(2).images}


def test_a_stopped_training_continues_to_the_same_weights(blobs, tmp_path, stop_at):
    options = {"steps": 7, "seed": 1, "watch": Watch(every=2, spread_below=0)}
    whole = ClassConditional(small, **options).fit(blobs(12))
    stop_at(4, lambda: ClassConditional(small, **options, directory=tmp_path).fit(blobs(12)))
    continued = ClassConditional(small, **options, directory=tmp_path).fit(blobs(12))
    finished = ClassConditional(small, **options, directory=tmp_path).fit(blobs(12))
    for other in (continued, finished):
        for a, b in zip(whole.generator.variables, other.generator.variables, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("names", [["r1", "ema"], ["wgan-gp"], ["consensus"], ["unrolled=2"]])
@pytest.mark.parametrize("extra", ["weight-norm", "spectral-norm", "diff-augment"])
def test_stabilisers_hold_for_conditional_gans(names, extra, blobs):
    build = functools.partial(small, stabilizers=parse([*names, extra]))
    real = blobs(6)
    gan = build(real.image_shape, 3, steps=4)
    batch = tf.constant(real.scaled()), tf.constant(real.labels)
    gan.initialize(batch)
    logits = gan.discriminator(list(batch))
    assert np.abs(logits).max() < 5
    before = [v.numpy() for v in gan.trainable_variables]
    logs = tf.function(gan.train_step, autograph=False)(batch)
    assert all(np.isfinite(value) for value in logs.values())
    assert any(not np.array_equal(v, old) for v, old in zip(gan.trainable_variables, before))


def test_a_class_without_images_is_refused():
    images = LabeledImages(np.zeros([2, 8, 8, 1], np.uint8), np.zeros(2, np.int32), ("a", "b"))
    with pytest.raises(UserError, match="'b' has no image"):
        ClassConditional(small, steps=1).fit(images)


def test_it_learns_to_obey_the_label(blobs):
    """After a short training the brightest rows of a class are where its bar is."""
    gans = ClassConditional(
        functools.partial(conditional_dcgan, alpha=0.2, learning_rate=2e-3), steps=150, seed=2
    ).fit(blobs(96))
    made = generate(gans, 32, 0)
    rows = [made.of_class(k).images.mean((0, 2, 3)).argmax() for k in range(3)]
    for row, centre in zip(rows, (6, 14, 22)):
        assert abs(int(row) - centre) <= 4
