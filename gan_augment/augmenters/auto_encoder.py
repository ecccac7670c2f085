"""An auto-encoder of all classes, whose halves have the layers of a GAN's players.

The first phase of BAGAN (Mariani et al. 2018): see `gan_augment/augmenters/bagan.py`.
"""

from __future__ import annotations

import functools

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from gan_augment.augmenters.assembly import DTYPES
from gan_augment.augmenters.dcgan import generator, seen
from gan_augment.augmenters.fitting import Fitting
from gan_augment.augmenters.layers import PLAIN, Kinds
from gan_augment.augmenters.trainable import OneLoss
from gan_augment.augmenters.watched import SAMPLES
from gan_augment.common.progress import progress_bar
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages, to_float
from gan_augment.training.adam import FusedAdam

BLOCK = 500  # images encoded at a time


class AutoEncoder(OneLoss):
    """An encoder, images [n, h, w, c] in [−1, 1] → codes [n, d], and a decoder back to images."""

    def __init__(self, encoder: keras.Model, decoder: keras.Model, **kwargs):
        super().__init__(**kwargs)
        images = layers.Input(encoder.input_shape[1:])
        self.whole = keras.Model(images, decoder(encoder(images)), name="auto_encoder")

    @property
    def sampler(self) -> keras.Model:
        """What is kept of a training: both halves, images → decoded images."""
        return self.whole

    def call(self, images, training=False):
        """Encode and decode images."""
        return self.whole(images, training=training)

    def terms(self, images):
        """Return the squared error of decoded images, a mean over all pixels of this replica."""
        return {"loss": tf.reduce_mean((self.whole(images, training=True) - images) ** 2)}


def encoded(encoder: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return codes of images, uint8 [n, h, w, c], without dropout: float32 [n, d]."""
    parts = (images[first : first + BLOCK] for first in range(0, len(images), BLOCK))
    return np.concatenate([encoder(to_float(part), training=False).numpy() for part in parts])


def auto_encoder(
    image_shape: tuple[int, int, int],
    *,
    alpha: float = 1,
    latent_dim: int = 100,
    batch_norm: bool = True,
    learning_rate: float = 1e-3,
    precision: str = "float32",
    steps: int | None = None,
    seed: int = 0,
) -> AutoEncoder:
    """Return the compiled auto-encoder of a `bagan` with the same options.

    `steps`, the planned length of the training, changes nothing: every builder is told.
    """
    options = {"alpha": alpha, "dtype": DTYPES[precision]}
    model = AutoEncoder(
        looking(
            image_shape, latent_dim, name="encoder", **options, seed=derive_seed(seed, "encoder")
        ),
        generator(
            image_shape,
            latent_dim=latent_dim,
            batch_norm=batch_norm,
            **options,
            seed=derive_seed(seed, "decoder"),
        ),
    )
    model.compile(FusedAdam(learning_rate))
    return model


def looking(
    image_shape: tuple[int, int, int],
    outputs: int,
    *,
    alpha: float = 1,
    kinds: Kinds = PLAIN,
    dtype: str = "float32",
    seed: int = 0,
    name: str = "discriminator",
) -> keras.Model:
    """Build the discriminator, or the encoder: images [n, h, w, c] → [n, outputs]."""
    images = layers.Input(image_shape)
    x = seen(images, alpha=alpha, kinds=kinds, dtype=dtype, seed=seed)
    glorot = keras.initializers.GlorotUniform(derive_seed(seed, "weights", 2))
    last = kinds.Dense(outputs, kernel_initializer=glorot, dtype="float32")
    return keras.Model(images, last(x), name=name)


class Pretraining(Fitting):
    """Trains one `build(image_shape, steps=…, seed=…) → AutoEncoder` on the images of all classes.

    Options are those of `Fitting`; the watch looks at decoded images. After `fit`, `records` lists
    every attempt.
    """

    def fit(self, real: LabeledImages) -> tuple[keras.Model, keras.Model]:
        """Return the trained encoder and decoder; raises `UserError` if the training diverges."""
        steps = self.length(len(real))
        self.claim_directory(real, steps)
        build = functools.partial(self.build, real.image_shape)
        name = "auto-encoder"
        with progress_bar(description=f"training an {name}", total=steps, unit="step") as bar:

            def show(report):
                bar.update(report["step"] - bar.n)

            whole, self.records = self.train_one(build, name, name, real.images, None, steps, show)
        return whole.get_layer("encoder"), whole.get_layer("generator")

    def inputs_to_watch(self, images: np.ndarray, labels: None):
        """Return some images to encode and decode while training."""
        return to_float(images[:: -(-len(images) // SAMPLES)]), None
