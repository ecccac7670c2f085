"""The classifier of Farhat, section III-B, kept small for data sets of tens of images."""

import functools

import keras

from gan_augment.classifiers.initial import as_in_torch
from gan_augment.common.errors import UserError

FILTERS, KERNELS = (16, 8), (5, 3)
SMALLEST = 12  # pixels: one is left after the second pooling


def small_cnn(
    image_shape: tuple[int, int, int],
    num_classes: int,
    *,
    seed: int,
    units: int = 64,
    softmax: bool = False,
) -> keras.Model:
    """Build two convolutions (16 of 5 × 5, 8 of 3 × 3), each with pooling, and two dense layers.

    Images float32 [n, h, w, c] in [−1, 1] become logits float32 [n, num_classes]; everything random
    follows from `seed`. Convolutions have no padding; initial weights and biases are uniform within
    ±1/√fan-in, both as in PyTorch, which the report uses; its hidden width is not said, 64 is ours.
    With `softmax` the model ends in one and its output still goes where logits should: into a loss
    that applies another. That is the report's slip: its training loss cannot fall below
    log(1 + 1/e) = 0.3133, and stands at 0.34 where every training image is right. Raises
    `UserError` for images smaller than 12 × 12.
    """
    if min(image_shape[:2]) < SMALLEST:
        raise UserError(
            f"small_cnn takes images of {SMALLEST} × {SMALLEST} pixels or more, not "
            f"{image_shape[0]} × {image_shape[1]}; choose another classifier"
        )

    initial = functools.partial(as_in_torch, seed)
    x = images = keras.Input(image_shape, name="images")
    for k, (filters, size) in enumerate(zip(FILTERS, KERNELS), 1):
        options = initial(f"conv{k}", size * size * x.shape[-1])
        x = keras.layers.Conv2D(filters, size, name=f"conv{k}", **options)(x)
        # Pooling and ReLU may change places, and this way ReLU has a quarter of the numbers.
        x = keras.layers.ReLU()(keras.layers.MaxPooling2D()(x))
    x = keras.layers.Flatten()(x)
    options = initial("hidden", x.shape[-1])
    x = keras.layers.Dense(units, activation="relu", name="hidden", **options)(x)
    x = keras.layers.Dense(num_classes, name="logits", **initial("logits", units))(x)
    return keras.Model(images, keras.layers.Softmax()(x) if softmax else x, name="small_cnn")
