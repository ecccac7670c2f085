"""The convolutional classifiers of the CIFAR-10 reports."""

import functools

import keras

from gan_augment.classifiers.initial import as_in_torch
from gan_augment.common.errors import UserError
from gan_augment.common.seeds import derive_seed

MOMENTUM = 0.9  # of batch norm's statistics: they are right after tens of steps, not hundreds


def two_layer_cnn(
    image_shape: tuple[int, int, int],
    num_classes: int,
    *,
    seed: int,
    filters: tuple[int, int] = (32, 64),
    kernel_size: int = 5,
    dropout: float = 0.4,
    dtype: str = "float32",
) -> keras.Model:
    """Build the "two layered CNN" of Abadi 2020, section 5.

    Images float32 [n, h, w, c] in [−1, 1] become logits float32 [n, num_classes]; everything random
    follows from `seed`. The report says no more than that all of CIFAR-10 takes it to 0.74. The
    rest is ours: twice Conv → MaxPool → BatchNorm → ReLU, then Dropout → Dense. `dtype`: policy of
    all but the logits ("mixed_bfloat16": half-precision arithmetic on float32 weights).
    """
    x = images = keras.Input(image_shape, name="images")
    for k, width in enumerate(filters, 1):
        x = keras.layers.Conv2D(
            width,
            kernel_size,
            padding="same",
            use_bias=False,
            kernel_initializer=keras.initializers.HeNormal(derive_seed(seed, f"conv{k}")),
            dtype=dtype,
            name=f"conv{k}",
        )(x)
        # Pooling first: what follows then has a quarter of the pixels to go through.
        x = keras.layers.MaxPooling2D(padding="same", dtype=dtype)(x)
        x = keras.layers.BatchNormalization(momentum=MOMENTUM, dtype=dtype)(x)
        x = keras.layers.ReLU(dtype=dtype)(x)
    x = keras.layers.Flatten(dtype=dtype)(x)
    x = keras.layers.Dropout(dropout, seed=derive_seed(seed, "dropout"), dtype=dtype)(x)
    return keras.Model(images, _logits(x, num_classes, seed), name="two_layer_cnn")


def tanh_cnn(
    image_shape: tuple[int, int, int],
    num_classes: int,
    *,
    seed: int,
    input_range: tuple[float, float] = (-1.0, 1.0),
    dtype: str = "float32",
) -> keras.Model:
    """Build the classifier of Priyaa & Verma, section 6.3.1: conv 16, conv 128, dense 64, all tanh.

    Images float32 [n, h, w, c] in [−1, 1] become logits float32 [n, num_classes]; everything random
    follows from `seed`. Kernels are 5 × 5 without padding, each followed by 2 × 2 pooling, and
    initial weights and biases are uniform within ±1/√fan-in, as those of Torch are. The model first
    maps its input to `input_range`; the report's code, without saying so, trained on raw pixels:
    (0, 255). `dtype`: policy of all but the logits. Raises `UserError` for images smaller than
    16 × 16.
    """
    if min(image_shape[:2]) < 16:
        raise UserError(
            f"tanh_cnn takes images of 16 × 16 pixels or more, not {image_shape[0]} × "
            f"{image_shape[1]}; choose another classifier"
        )

    initial = functools.partial(as_in_torch, seed)
    x = images = keras.Input(image_shape, name="images")
    low, high = input_range
    if (low, high) != (-1, 1):
        x = keras.layers.Rescaling((high - low) / 2, offset=(high + low) / 2)(x)
    for k, width in enumerate((16, 128), 1):
        name = f"conv{k}"
        options = initial(name, 5 * 5 * x.shape[-1])
        options |= {"activation": "tanh", "dtype": dtype}
        x = keras.layers.Conv2D(width, 5, name=name, **options)(x)
        x = keras.layers.MaxPooling2D(dtype=dtype)(x)
    x = keras.layers.Flatten(dtype=dtype)(x)
    options = initial("hidden", x.shape[-1]) | {"activation": "tanh", "dtype": dtype}
    x = keras.layers.Dense(64, name="hidden", **options)(x)
    options = initial("logits", 64) | {"dtype": "float32"}
    logits = keras.layers.Dense(num_classes, name="logits", **options)(x)
    return keras.Model(images, logits, name="tanh_cnn")


def nine_layer_cnn(
    image_shape: tuple[int, int, int],
    num_classes: int,
    *,
    seed: int,
    width: float = 1.0,
    kernel_size: int = 4,
    slope: float = 0.2,
) -> keras.Model:
    """Build the nine-layer CNN of Leung, Leung & Yu, section 4.3.

    Images float32 [n, h, w, c] in [−1, 1] become logits float32 [n, num_classes]; everything random
    follows from `seed`. The nine layers are four convolutions of stride 2, batch norm after each,
    and one dense layer; LeakyReLU has slope 0.2. Kernel size and filters, 64, 128, 256 and 512
    times `width`, are ours: the figure that shows them has no legible text.
    """
    x = images = keras.Input(image_shape, name="images")
    for k, filters in enumerate((64, 128, 256, 512), 1):
        x = keras.layers.Conv2D(
            max(round(filters * width), 1),
            kernel_size,
            strides=2,
            padding="same",
            use_bias=False,
            kernel_initializer=keras.initializers.HeNormal(derive_seed(seed, f"conv{k}")),
            name=f"conv{k}",
        )(x)
        x = keras.layers.BatchNormalization(momentum=MOMENTUM)(x)
        x = keras.layers.LeakyReLU(slope)(x)
    x = keras.layers.Flatten()(x)
    return keras.Model(images, _logits(x, num_classes, seed), name="nine_layer_cnn")


def _logits(x, num_classes: int, seed: int):
    glorot = keras.initializers.GlorotUniform(derive_seed(seed, "logits"))
    return keras.layers.Dense(
        num_classes, kernel_initializer=glorot, dtype="float32", name="logits"
    )(x)
