from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_augment.classifiers import Members, dense_classifier
from gan_augment.common.errors import UserError
from gan_augment.data import LabeledImages, affine

SHAPE = (6, 5, 1)
NAMES = ("left", "right", "both")
build = partial(dense_classifier, SHAPE, len(NAMES), units=16)


def images(n, seed=0):
    """Images bright on the left, on the right or all over, in noise."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, n).astype(np.int32)
    pixels = rng.integers(0, 160, [n, *SHAPE])
    pixels[:, :, :2] += 60 * (labels != 1)[:, None, None, None]
    pixels[:, :, 3:] += 60 * (labels != 0)[:, None, None, None]
    return LabeledImages(pixels.astype(np.uint8), labels, NAMES)


@pytest.fixture(scope="module")
def members():
    return Members(build, lanes=2)


def assert_same(one, other):
    assert one.seeds == other.seeds
    np.testing.assert_array_equal(one.loss, other.loss)
    np.testing.assert_array_equal(one.train_accuracy, other.train_accuracy)
    assert one.predictions.keys() == other.predictions.keys()
    for name, labels in one.predictions.items():
        np.testing.assert_array_equal(labels, other.predictions[name])
    assert one.losses.keys() == other.losses.keys()
    for name, losses in one.losses.items():
        np.testing.assert_allclose(losses, other.losses[name], rtol=1e-5)


def test_history_has_a_row_for_each_member_and_a_column_for_each_epoch(members):
    test, validation = images(30, seed=1), images(7, seed=2)
    history = members.train(
        images(70), {"test": test, "validation": validation}, seeds=[5, 6, 7], epochs=60
    )
    assert history.seeds == (5, 6, 7)
    assert history.loss.shape == history.train_accuracy.shape == (3, 60)
    assert history.predictions["test"].shape == (3, 60, 30)
    assert history.accuracy["validation"].shape == (3, 60)
    assert history.losses["validation"].shape == (3, 60)
    np.testing.assert_allclose(
        history.accuracy["test"], (history.predictions["test"] == test.labels).mean(axis=2)
    )
    assert (history.loss[:, -1] < 0.7 * history.loss[:, 0]).all()
    assert (history.train_accuracy[:, -1] > 0.8).all()
    assert len(np.unique(history.loss[:, 0])) == 3


def test_same_seeds_same_history(members):
    runs = [members.train(images(70), {"t": images(9)}, seeds=[1, 2], epochs=3) for _ in range(2)]
    assert_same(*runs)


def test_member_equals_one_trained_alone(members):
    train, sets = images(70), {"test": images(30, seed=1)}
    together = members.train(train, sets, seeds=[3, 4, 5], epochs=3)
    weights = members.trained(5).get_weights()
    for k, seed in enumerate(together.seeds):
        alone = Members(build, lanes=1).train(train, sets, seeds=[seed], epochs=3)
        np.testing.assert_array_equal(alone.loss[0], together.loss[k])
        np.testing.assert_array_equal(alone.predictions["test"][0], together.predictions["test"][k])
    members.train(train, {}, seeds=[5], epochs=3)
    for one, other in zip(weights, members.trained(5).get_weights()):
        np.testing.assert_array_equal(one, other)


def test_steps_are_those_of_keras():
    # One batch an epoch, so that three epochs are three known steps; their order within the batch
    # changes only the rounding.
    build = partial(dense_classifier, SHAPE, len(NAMES), units=16, dropout=0.0)
    train = images(32)
    members = Members(build, lanes=1)
    history = members.train(train, {"train": train}, seeds=[0], epochs=3)
    stock = build(seed=0)
    stock.compile(
        keras.optimizers.Adam(1e-3),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    losses = [stock.train_on_batch(train.scaled(), train.labels) for _ in range(3)]
    np.testing.assert_allclose(history.loss[0], losses, rtol=1e-5)
    for ours, theirs in zip(members.trained(0).get_weights(), stock.get_weights()):
        np.testing.assert_allclose(ours, theirs, atol=2e-4)  # a step of Adam is 1e-3
    predicted = stock.predict(train.scaled(), verbose=0).argmax(axis=1)
    np.testing.assert_array_equal(history.predictions["train"][0, -1], predicted)


def test_each_epoch_uses_every_image_once_in_an_order_of_its_own():
    seen = []

    def record(x, seed):
        tf.py_function(lambda x: seen.append(np.asarray(x)[..., 0, 0, 0].tolist()), [x], [])
        return x

    train = LabeledImages(
        np.arange(11, dtype=np.uint8)[:, None, None, None] * np.ones([1, *SHAPE], np.uint8),
        np.zeros(11, np.int32),
        NAMES,
    )
    Members(build, lanes=1, batch_size=4, transform=record).train(train, {}, seeds=[1, 2], epochs=2)
    assert [len(batch) for batch in seen] == 4 * [4, 4, 3]
    values = train.scaled()[:, 0, 0, 0].tolist()
    epochs = [seen[k] + seen[k + 1] + seen[k + 2] for k in range(0, 12, 3)]
    assert all(sorted(epoch) == values for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 4


def test_one_trace_for_all_sizes(members):
    for n in (1, 33, 64):
        members.train(images(n), {"a": images(n)}, seeds=range(n % 3 + 1), epochs=1)
    assert members._run_epoch.experimental_get_tracing_count() == 1


def test_transform_is_drawn_anew_at_every_step_and_by_seed():
    seeds = []

    def record(x, seed):
        tf.py_function(lambda seed: seeds.append(tuple(seed.numpy())), [seed], [])
        return affine()(x, seed)

    members = Members(build, lanes=1, batch_size=8, transform=record)
    runs = [members.train(images(20), {}, seeds=[1, 2], epochs=2) for _ in range(2)]
    assert len(seeds) == 2 * 12
    assert len(set(seeds)) == 12
    assert_same(*runs)
    plain = Members(build, lanes=1, batch_size=8).train(images(20), {}, seeds=[1, 2], epochs=2)
    assert not np.array_equal(plain.loss, runs[0].loss)


def test_any_functional_classifier_and_its_regularisation_will_do():
    def convolutional(seed, l2=0.0):
        x = inputs = keras.Input((None, None, 1))
        x = keras.layers.Conv2D(
            4, 3, kernel_initializer=keras.initializers.HeNormal(seed),
            kernel_regularizer=keras.regularizers.L2(l2), activation="relu",
        )(x)  # fmt: skip
        x = keras.layers.GlobalMaxPooling2D()(x)
        outputs = keras.layers.Dense(3, kernel_initializer=keras.initializers.HeNormal(seed))(x)
        return keras.Model(inputs, outputs)

    losses = {
        l2: Members(partial(convolutional, l2=l2), lanes=1)
        .train(images(32), {}, seeds=[0], epochs=1)
        .loss[0, 0]
        for l2 in (0.0, 1.0)
    }
    kernel = convolutional(0).get_weights()[0]
    assert losses[1.0] - losses[0.0] == pytest.approx((kernel**2).sum(), rel=1e-4)


def test_trained_member_predicts_what_the_history_says(members):
    test = images(30, seed=1)
    history = members.train(images(70), {"test": test}, seeds=[8, 9, 10], epochs=2)
    for k, seed in enumerate(history.seeds):
        labels = members.trained(seed).predict(test.scaled(), verbose=0).argmax(axis=1)
        np.testing.assert_array_equal(labels, history.predictions["test"][k, -1])


def test_evaluation_in_parts_equals_evaluation_at_once(members, monkeypatch):
    monkeypatch.setattr("gan_augment.classifiers.members.EVALUATION_BATCH", 4)
    sets = {"a": images(30, seed=1), "b": images(3, seed=2)}
    in_parts = Members(build, lanes=1).train(images(40), sets, seeds=[1], epochs=2)
    assert_same(in_parts, members.train(images(40), sets, seeds=[1], epochs=2))


def test_divergence_stops_with_a_sentence():
    members = Members(build, lanes=1, learning_rate=1e30)
    with pytest.raises(
        UserError, match=r"diverged in epoch 1; choose a learning rate below 1e\+30"
    ):
        members.train(images(200), {}, seeds=[0], epochs=3)


def test_unsuitable_images_are_refused(members):
    none = images(3).take(slice(0))
    with pytest.raises(UserError, match="training set has no images"):
        members.train(none, {}, seeds=[0], epochs=1)
    with pytest.raises(UserError, match="validation set has no images"):
        members.train(images(3), {"validation": none}, seeds=[0], epochs=1)
    tall = LabeledImages(np.zeros([2, 7, 5, 1], np.uint8), np.zeros(2, np.int32), NAMES)
    with pytest.raises(UserError, match=r"test set are \(7, 5, 1\)"):
        members.train(images(3), {"test": tall}, seeds=[0], epochs=1)
    many = LabeledImages(images(3).images, np.zeros(3, np.int32), tuple("abcd"))
    with pytest.raises(UserError, match="tells 3 classes apart, but the training set has 4"):
        members.train(many, {}, seeds=[0], epochs=1)


def test_plain_gradient_descent_is_that_of_keras():
    build = partial(dense_classifier, SHAPE, len(NAMES), units=16, dropout=0.0)
    train, sets = images(32), {"a": images(30, seed=1), "b": images(9, seed=2)}
    members = Members(build, optimizer=keras.optimizers.SGD, learning_rate=0.1, lanes=1)
    history = members.train(train, sets, seeds=[0], epochs=3)
    stock = build(seed=0)
    stock.compile(
        keras.optimizers.SGD(0.1),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    for epoch in range(3):
        loss = stock.train_on_batch(train.scaled(), train.labels)
        assert history.loss[0, epoch] == pytest.approx(loss, rel=1e-5)
        for name, part in sets.items():
            entropy = stock.test_on_batch(part.scaled(), part.labels)
            assert history.losses[name][0, epoch] == pytest.approx(entropy, rel=1e-4)
    for ours, theirs in zip(members.trained(0).get_weights(), stock.get_weights()):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


@pytest.mark.parametrize(
    "optimizer",
    [
        partial(keras.optimizers.SGD, momentum=0.9, nesterov=True),
        partial(keras.optimizers.AdamW, weight_decay=0.1, clipnorm=1.0),
        keras.optimizers.Nadam,
    ],
    ids=["momentum", "AdamW", "Nadam"],
)
def test_every_member_begins_with_a_fresh_optimizer(optimizer):
    members = Members(build, optimizer=optimizer, learning_rate=0.01, lanes=1)
    sets = {"test": images(30, seed=1)}
    first, again = (members.train(images(40), sets, seeds=[1], epochs=2) for _ in range(2))
    assert_same(first, again)
    np.testing.assert_array_equal(first.losses["test"], again.losses["test"])
    assert first.loss[0, 1] < first.loss[0, 0]


def test_losses_leave_regularisation_out():
    def regularized(seed):
        x = inputs = keras.Input(SHAPE)
        x = keras.layers.Flatten()(x)
        zero, l2 = keras.initializers.Zeros(), keras.regularizers.L2(1.0)
        outputs = keras.layers.Dense(
            3, kernel_initializer=zero, bias_initializer="ones", bias_regularizer=l2
        )(x)
        return keras.Model(inputs, outputs)

    still = Members(regularized, optimizer=keras.optimizers.SGD, learning_rate=0.0, lanes=1)
    history = still.train(images(32), {"test": images(9)}, seeds=[0], epochs=1)
    assert history.losses["test"][0, 0] == pytest.approx(np.log(3))
    assert history.loss[0, 0] == pytest.approx(np.log(3) + 3)
