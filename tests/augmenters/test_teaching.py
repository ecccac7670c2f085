import functools
import json

import numpy as np
import pytest
import tensorflow as tf

from gan_augment.augmenters import teaching_network
from gan_augment.augmenters.curriculum import CURRICULA, generator, lessons_of, pulled_back
from gan_augment.augmenters.teaching import teaching
from gan_augment.augmenters.teaching_network import TeachingNetwork
from gan_augment.classifiers.learners import Architecture
from gan_augment.common.errors import UserError

SMALL = {
    "architecture": Architecture((), (3,)),
    "inner_steps": 3,
    "inner_batch": 6,
    "width": 0.01,
    "latent_dim": 4,
}


def network(curriculum="learned", **options):
    return teaching((28, 28, 1), 3, curriculum=curriculum, **SMALL, **options)


def lessons(model, seed=0):
    return tuple(part.numpy() for part in model.lessons(tf.constant([seed, 0])))


def test_lessons_hold_every_class_and_stay_unless_they_are_drawn():
    for name in ("learned", "shuffled", "random"):
        model = network(name)
        images, labels = lessons(model)
        again, other = lessons(model), lessons(model, 1)
        assert images.shape == (3, 6, 28, 28, 1)
        assert np.abs(images).max() <= 1
        assert (np.bincount(labels.ravel()) == 6).all()
        np.testing.assert_array_equal(images, again[0])
        assert (name == "learned") == (images == other[0]).all()


def test_shuffled_lessons_are_the_learned_ones_in_another_order():
    model = network("shuffled")
    (images, labels), (other, other_labels) = lessons(model), lessons(model, 1)

    def by_content(images, labels):
        flat = images.reshape(len(labels.ravel()), -1).round(4)
        return sorted(zip(map(tuple, flat.tolist()), labels.ravel().tolist()))

    assert by_content(images, labels) == by_content(other, other_labels)


def test_the_way_back_is_that_of_one_tape():
    model = generator((8, 8, 1), 3, width=0.03, latent_dim=4)
    latents, labels = CURRICULA["learned"](3, 5, 3, 4, seed=0).draw(None)
    direction = tf.random.stateless_normal([3, 5, 8, 8, 1], [0, 1])
    weights = model.trainable_weights
    with tf.GradientTape() as tape:
        tape.watch(latents)
        images = lessons_of(model, latents, labels)
    expected = tape.gradient(images, [latents, *weights], output_gradients=direction)
    by_latents, by_weights = pulled_back(model, latents, labels, direction)
    for ours, theirs in zip([by_latents, *by_weights], expected):
        assert np.abs(theirs).max() > 1e-4
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


@pytest.mark.parametrize("curriculum", CURRICULA)
def test_a_step_moves_what_is_learned(curriculum, blobs):
    model = network(curriculum, learning_rate=0.1)
    before = [variable.numpy() for variable in model._learned()]
    real = blobs(40)
    model.train_step((tf.constant(real.scaled()), tf.constant(real.labels)))
    for variable, old in zip(model._learned(), before):
        assert np.abs(variable.numpy() - old).max() > 1e-3, variable.path


def test_teaching_is_learned_and_resumed_to_the_same_weights(blobs, tmp_path, monkeypatch):
    build = functools.partial(teaching, **SMALL, learning_rate=0.05)
    options = {"steps": 12, "batch_size": 30, "every": 6, "seed": 1}
    whole = TeachingNetwork(build, **options).fit(blobs(60))
    losses = [record["loss"] for record in whole.log.records]
    assert losses[1] < losses[0]

    class Stop(Exception):
        pass

    def stop(_, report):
        if report["step"] == 12:
            raise Stop

    monkeypatch.setattr(teaching_network, "CHECKPOINT_SECONDS", 0)
    with pytest.raises(Stop):
        TeachingNetwork(build, **options, directory=tmp_path, on_report=stop).fit(blobs(60))
    resumed = TeachingNetwork(build, **options, directory=tmp_path).fit(blobs(60))
    assert [record["step"] for record in resumed.log.records] == [6, 12]
    for ours, theirs in zip(resumed.network.variables, whole.network.variables):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
    with pytest.raises(UserError, match="other images"):
        TeachingNetwork(build, **options, directory=tmp_path).fit(blobs(61))
    lines = (tmp_path / "metrics.jsonl").read_text().splitlines()
    assert json.loads(lines[-1])["loss"] == resumed.log.records[-1]["loss"]
    monkeypatch.delattr(teaching_network, "Trainer")  # what is trained is not made ready to train
    again = TeachingNetwork(build, **options, directory=tmp_path).fit(blobs(60))
    assert again.records == resumed.records

    few, many = (list(resumed.batches(n, seed=3)) for n in (4, 15))  # a course has 6 of each
    for label in range(3):
        first, more = (
            np.concatenate([part.images[part.labels == label] for part in parts])
            for parts in (few, many)
        )
        assert (len(first), len(more)) == (4, 15)
        np.testing.assert_array_equal(first, more[:4])
        np.testing.assert_array_equal(more[:6], more[6:12])


def test_real_lessons_need_enough_images_for_the_exam(blobs):
    build = functools.partial(teaching, **SMALL, curriculum="real")
    with pytest.raises(UserError, match="takes 18 real images as lessons and 30 for the exam"):
        TeachingNetwork(build, steps=1, batch_size=30).fit(blobs(47))


def test_senseless_sizes_are_refused():
    with pytest.raises(UserError, match="multiples of 4"):
        generator((30, 28, 1), 3)
    with pytest.raises(UserError, match="cannot show 11 classes"):
        teaching((28, 28, 1), 11, inner_steps=2, inner_batch=5)
