"""First weights of classifiers whose reports used Torch."""

import keras

from gan_augment.common.seeds import derive_seed


def as_in_torch(seed: int, layer: str, fan_in: int) -> dict[str, keras.Initializer]:
    """Return the options of a layer whose weights and biases are uniform within ±1/√fan-in."""
    limit = fan_in**-0.5
    return {
        f"{part}_initializer": keras.initializers.RandomUniform(
            -limit, limit, seed=derive_seed(seed, layer, part)
        )
        for part in ("kernel", "bias")
    }
