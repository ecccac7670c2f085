from functools import partial

import keras
import numpy as np
import pytest

from gan_augment.classifiers.cnn import nine_layer_cnn, tanh_cnn, two_layer_cnn
from gan_augment.common.errors import UserError

small = [
    partial(two_layer_cnn, filters=(4, 6), kernel_size=3),
    tanh_cnn,
    partial(nine_layer_cnn, width=1 / 16),
]


def batch(n=6, size=20, channels=3):
    pixels = np.random.default_rng(0).uniform(-1, 1, [n, size, size + 1, channels])
    return pixels.astype(np.float32)


def kinds(model):
    return [type(layer).__name__ for layer in model.layers[1:]]


def test_two_layers_and_what_follows_each():
    model = two_layer_cnn((32, 32, 3), 10, seed=0)
    block = ["Conv2D", "MaxPooling2D", "BatchNormalization", "ReLU"]
    assert kinds(model) == [*block, *block, "Flatten", "Dropout", "Dense"]
    kernels = 25 * 3 * 32 + 25 * 32 * 64
    assert model.count_params() == kernels + 4 * (32 + 64) + 8 * 8 * 64 * 10 + 10


def test_tanh_network_is_that_of_the_report():
    model = tanh_cnn((32, 32, 3), 10, seed=0)
    assert kinds(model) == ["Conv2D", "MaxPooling2D"] * 2 + ["Flatten", "Dense", "Dense"]
    assert model.get_layer("hidden").input.shape == (None, 128 * 5 * 5)  # nn.View(128*5*5)
    assert [model.get_layer(name).units for name in ("hidden", "logits")] == [64, 10]
    tanh = [name for name in ("conv1", "conv2", "hidden", "logits")
            if model.get_layer(name).activation is keras.activations.tanh]  # fmt: skip
    assert tanh == ["conv1", "conv2", "hidden"]


def test_tanh_network_begins_as_in_torch():
    weights = {w.path: w.numpy() for w in tanh_cnn((32, 32, 3), 10, seed=0).weights}
    for layer, fan_in in (("conv1", 75), ("conv2", 400), ("hidden", 3200), ("logits", 64)):
        limit = fan_in**-0.5
        kernel, bias = weights[f"{layer}/kernel"], weights[f"{layer}/bias"]
        assert 0.98 * limit < np.abs(kernel).max() <= limit
        assert kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.05)
        assert 0.5 * limit < np.abs(bias).max() <= limit


def test_input_range_is_what_the_first_layer_sees():
    images = batch()
    plain, raw = (
        tanh_cnn((20, 21, 3), 4, seed=0, input_range=r) for r in ((-1.0, 1.0), (0.0, 255.0))
    )
    first = keras.Model(raw.inputs[0], raw.get_layer("conv1").output)
    expected = keras.Model(plain.inputs[0], plain.get_layer("conv1").output)
    np.testing.assert_allclose(first(images), expected((images + 1) * 127.5), atol=1e-3)


def test_tanh_network_refuses_small_images():
    assert tanh_cnn((16, 16, 1), 4, seed=0)(batch(size=16, channels=1)[:, :, :16]).shape == (6, 4)
    with pytest.raises(UserError, match="not 15 × 28"):
        tanh_cnn((15, 28, 1), 4, seed=0)


def test_nine_layers_learn():
    model = nine_layer_cnn((32, 32, 3), 10, seed=0)
    learning = [layer for layer in model.layers if layer.trainable_weights]
    assert len(learning) == 9
    strides = [layer.strides for layer in learning if isinstance(layer, keras.layers.Conv2D)]
    assert strides == [(2, 2)] * 4
    leaky = [layer for layer in model.layers if isinstance(layer, keras.layers.LeakyReLU)]
    assert [layer.negative_slope for layer in leaky] == [0.2] * 4
    assert [layer.output.shape[1:] for layer in leaky] == [
        (16, 16, 64), (8, 8, 128), (4, 4, 256), (2, 2, 512)
    ]  # fmt: skip


def test_width_scales_the_filters():
    model = nine_layer_cnn((9, 30, 1), 3, seed=0, width=0.25)
    assert [model.get_layer(f"conv{k}").filters for k in (1, 2, 3, 4)] == [16, 32, 64, 128]


@pytest.mark.parametrize("build", small)
def test_everything_follows_from_the_seed(build):
    images = batch()
    one, same, other = (build((20, 21, 3), 4, seed=s) for s in (1, 1, 2))
    for training in (False, True):  # dropout draws with training=True
        logits = one(images, training=training).numpy()
        assert logits.shape == (6, 4)
        assert logits.min() < 0 < logits.max()
        np.testing.assert_array_equal(logits, same(images, training=training))
        assert not np.array_equal(logits, other(images, training=training))
    drawn = [w.numpy().ravel()[:20] for w in one.trainable_variables if w.path.endswith("kernel")]
    assert len({values.tobytes() for values in drawn}) == len(drawn)


@pytest.mark.parametrize("build", [small[0], tanh_cnn])
def test_half_precision_keeps_weights_and_logits(build):
    whole, half = (
        build((20, 21, 3), 4, seed=0, dtype=dtype) for dtype in ("float32", "mixed_bfloat16")
    )
    images = batch()
    assert {weight.dtype for weight in half.weights} == {"float32"}
    assert half.get_layer("conv2").output.dtype == "bfloat16"
    assert half(images).dtype == "float32"
    np.testing.assert_allclose(half(images), whole(images), atol=0.05)
    assert (half(images).numpy() != whole(images).numpy()).any()
