import functools

import numpy as np
import pytest
import tensorflow as tf
from keras import Model, layers

from gan_augment.augmenters.base import generate
from gan_augment.augmenters.dagan import sibling_gan
from gan_augment.augmenters.health import Watch
from gan_augment.augmenters.siblings import PairTrained, Siblings
from gan_augment.augmenters.stabilizers import parse
from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages

SHAPE = (8, 8, 1)
build = functools.partial(sibling_gan, width=2, stabilizers=parse(["wgan-gp", "critic-steps=2"]))


def images(classes=4, each=5, seed=0, letter="s"):
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(classes, dtype=np.int32), each)
    pixels = rng.integers(0, 80, (len(labels), *SHAPE)) + (labels * 40)[:, None, None, None]
    return LabeledImages(pixels.astype(np.uint8), labels, [f"{letter}/{k}" for k in range(classes)])


def trained(**options):
    return PairTrained(build, latent_dim=4, steps=6, batch_size=8, seed=1, **options)


def test_unseen_classes_get_siblings_and_equal_seeds_are_equal():
    gans = trained(watch=Watch(every=3)).fit(images())
    given = images(classes=3, each=2, seed=1, letter="t")
    made = generate(gans.siblings_of(given), per_class=70, seed=0)
    assert made.class_names == ("t/0", "t/1", "t/2")
    assert made.counts().tolist() == [70, 70, 70]
    again = generate(gans.siblings_of(given), per_class=70, seed=0)
    assert made.content_hash() == again.content_hash()
    few = generate(gans.siblings_of(given), per_class=5, seed=0)
    np.testing.assert_array_equal(few.of_class(2).images, made.of_class(2).images[:5])
    assert gans.records["all"][0]["step"] == 6


def test_images_of_a_class_are_siblings_of_its_given_images_in_turn():
    latents, inputs = layers.Input((3,)), layers.Input(SHAPE)
    noise = layers.Dense(64, kernel_initializer="zeros")(latents)
    copy = Model([latents, inputs], layers.Add()([inputs, layers.Reshape(SHAPE)(noise)]))
    given = images(classes=2, each=3)
    made = generate(Siblings(copy).fit(given), per_class=67, seed=0)
    for label in range(2):
        own = given.of_class(label).images
        np.testing.assert_array_equal(made.of_class(label).images, own[np.arange(67) % 3])


def test_a_stopped_training_continues_to_the_same_weights(tmp_path, stop_at):
    watch = Watch(every=2, spread_below=0)
    whole = trained(watch=watch).fit(images())
    stop_at(4, lambda: trained(watch=watch, directory=tmp_path).fit(images()))
    continued = trained(watch=watch, directory=tmp_path).fit(images())
    for a, b in zip(whole.generator.variables, continued.generator.variables, strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(UserError, match="other images"):
        trained(watch=watch, directory=tmp_path).fit(images(seed=5))


def test_the_watch_sees_siblings_of_a_few_given_images():
    source = images()
    (latents, given), groups = trained().inputs_to_watch(source.images, source.labels)
    assert latents.shape == (64, 4)
    assert np.bincount(groups).tolist() == [8] * 8
    for group in range(8):
        assert np.ptp(given.numpy()[groups == group], axis=0).max() == 0
        assert tf.reduce_min(tf.math.reduce_std(latents[group * 8 : group * 8 + 8], 0)) > 0


def test_a_class_of_one_image_is_refused():
    few = images().take(np.arange(16))
    with pytest.raises(UserError, match=r"'s/3' has 1 image\(s\), and a pair takes two"):
        trained().fit(few)
