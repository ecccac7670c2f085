import keras
import numpy as np

from gan_augment.classifiers import dense_classifier


def test_layers_and_size_of_the_report():
    model = dense_classifier((28, 28, 1), 10, seed=0, unit_range=False)
    assert model.input_shape == (None, 28, 28, 1)
    assert model.output_shape == (None, 10)
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds[1:] == ["Flatten", "Dense", "ReLU", "BatchNormalization", "Dropout", "Dense"]
    assert model.count_params() == (784 * 300 + 300) + 4 * 300 + (300 * 10 + 10)
    assert model.layers[5].rate == 0.1


def test_logits_are_not_probabilities():
    images = np.random.default_rng(0).uniform(-1, 1, [5, 8, 6, 3]).astype(np.float32)
    logits = dense_classifier((8, 6, 3), 4, seed=0)(images).numpy()
    assert logits.shape == (5, 4)
    assert logits.min() < 0 < logits.max()


def test_unit_range_shows_the_first_layer_zero_for_black():
    black = -np.ones([1, 8, 8, 1], np.float32)
    plain, unit = (dense_classifier((8, 8, 1), 4, seed=0, unit_range=u) for u in (False, True))
    for model, is_zero in ((plain, False), (unit, True)):
        hidden = keras.Model(model.input, model.get_layer("hidden").output)
        assert (not hidden(black).numpy().any()) == is_zero
    x = np.random.default_rng(0).uniform(0, 1, [3, 8, 8, 1]).astype(np.float32)
    np.testing.assert_allclose(unit(2 * x - 1), plain(x), atol=1e-5)


def test_everything_follows_from_the_seed():
    images = np.random.default_rng(0).uniform(-1, 1, [16, 8, 8, 1]).astype(np.float32)
    one, same, other = (dense_classifier((8, 8, 1), 4, seed=s) for s in (1, 1, 2))
    for training in (False, True):  # dropout draws with training=True
        logits = one(images, training=training)
        np.testing.assert_array_equal(logits, same(images, training=training))
        assert not np.array_equal(logits, other(images, training=training))
    kernels = [w.numpy().ravel()[:24] for w in one.trainable_variables if w.name == "kernel"]
    assert not np.array_equal(*kernels)
