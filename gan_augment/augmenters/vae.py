"""The class-conditional variational auto-encoder (Kingma & Welling 2014; Sohn et al. 2015).

Priyaa & Verma name it as their next step and give nothing but the name. The decoder is the
generator of the class-conditional α-DCGAN, without batch normalisation, so that a comparison with
GANs is one of ways to train a network and not of networks. The encoder has as many convolutions as
that DCGAN's discriminator.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import keras
import tensorflow as tf
from keras import layers

from gan_augment.augmenters.assembly import DTYPES
from gan_augment.augmenters.class_conditional import ClassConditional, generator
from gan_augment.augmenters.health import Watch
from gan_augment.augmenters.trainable import OneLoss
from gan_augment.common.errors import UserError
from gan_augment.common.seeds import derive_seed
from gan_augment.training.adam import FusedAdam
from gan_augment.training.noise import sample_latents, step_seed


class VAE(OneLoss):
    """An encoder and a decoder that agree on latents.

    `encoder`: images [n, h, w, c] in [−1, 1], labels int32 [n] → means and log variances of
    latents [n, 2 d]; `decoder`: latents [n, d], labels → images. Pixels are held to be normal with
    standard deviation `sigma` around the decoded image; the divergence counts `beta` times (1: a
    bound on the likelihood; more: Higgins et al. 2017).
    """

    log_names = ("loss", "reconstruction", "divergence")

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        sigma: float = 0.25,
        beta: float = 1.0,
        seed: int = 0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder
        self.sigma = sigma
        self.beta = beta
        self.seed = seed
        self.latent_dim = decoder.inputs[0].shape[-1]

    @property
    def sampler(self) -> keras.Model:
        """What to sample from: the decoder."""
        return self.decoder

    def call(self, inputs, training=False):
        """Decode [latents, labels] to images in [−1, 1]."""
        return self.decoder(inputs, training=training)

    def terms(self, batch):
        """Return the bound on the surprise at a batch of images in [−1, 1] and their labels.

        And its two parts; all are means over this replica's images, in nats an image.
        """
        images, labels = batch
        noise = sample_latents(
            tf.shape(images)[0], self.latent_dim, step_seed(self.seed, self.step)
        )
        moments = self.encoder([images, labels], training=True)
        mean, log_variance = tf.split(moments, 2, axis=1)
        latents = mean + tf.exp(log_variance / 2) * noise
        decoded = self.decoder([latents, labels], training=True)
        reconstruction = tf.reduce_mean(surprise(images, decoded, self.sigma))
        divergence = tf.reduce_mean(divergence_from_prior(mean, log_variance))
        loss = reconstruction + self.beta * divergence
        return {"loss": loss, "reconstruction": reconstruction, "divergence": divergence}


def surprise(images, decoded, sigma: float) -> tf.Tensor:
    """Return −log N(x; x̂, σ²) of each image, float [n], in nats.

    Without its constant, log(σ √2π) for every number in the image: 0 is a perfect reconstruction.
    """
    return tf.reduce_sum((images - decoded) ** 2, axis=[1, 2, 3]) / (2 * sigma**2)


def divergence_from_prior(mean, log_variance) -> tf.Tensor:
    """Return KL(N(mean, variance) ‖ N(0, 1)) of each row [n, d], float [n], in nats."""
    terms = mean**2 + tf.exp(log_variance) - 1 - log_variance
    return tf.reduce_sum(terms, axis=1) / 2


def vae(
    image_shape: tuple[int, int, int],
    num_classes: int,
    *,
    alpha: float = 1,
    latent_dim: int = 64,
    sigma: float = 0.25,
    beta: float = 1.0,
    learning_rate: float = 1e-3,
    precision: str = "float32",
    steps: int | None = None,
    seed: int = 0,
) -> VAE:
    """Return the compiled auto-encoder; `alpha`, `precision` and `seed` are those of `dcgan`.

    `steps`, the planned length of the training, changes nothing: every builder is told.
    """
    if sigma <= 0:
        raise UserError(f"sigma is a standard deviation and must be positive, not {sigma}")
    options = {"alpha": alpha, "latent_dim": latent_dim, "dtype": DTYPES[precision]}
    model = VAE(
        encoder(image_shape, num_classes, **options, seed=derive_seed(seed, "encoder")),
        generator(
            image_shape,
            num_classes,
            **options,
            batch_norm=False,
            seed=derive_seed(seed, "decoder"),
        ),
        sigma=sigma,
        beta=beta,
        seed=derive_seed(seed, "noise"),
    )
    model.compile(FusedAdam(learning_rate))
    return model


def encoder(
    image_shape: tuple[int, int, int],
    num_classes: int,
    *,
    alpha: float = 1,
    latent_dim: int = 64,
    dtype: str = "float32",
    seed: int = 0,
) -> keras.Model:
    """Build the encoder: images [n, h, w, c], labels int32 [n] → means, log variances [n, 2 d]."""

    def glorot(layer):
        return keras.initializers.GlorotUniform(derive_seed(seed, "weights", layer))

    images, labels = layers.Input(image_shape), layers.Input((), dtype="int32")
    x = images
    for i, filters in enumerate((32, 64)):
        x = layers.Conv2D(
            max(1, round(filters * alpha)),
            kernel_size=5,
            strides=2,
            padding="same",
            kernel_initializer=glorot(i),
            dtype=dtype,
        )(x)
        x = layers.LeakyReLU(0.3, dtype=dtype)(x)
    one_hot = keras.ops.one_hot(labels, num_classes)
    x = layers.Concatenate(dtype=dtype)([layers.Flatten(dtype=dtype)(x), one_hot])
    x = layers.Dense(max(1, round(256 * alpha)), kernel_initializer=glorot(2), dtype=dtype)(x)
    x = layers.LeakyReLU(0.3, dtype=dtype)(x)
    moments = layers.Dense(2 * latent_dim, kernel_initializer=glorot(3), dtype="float32")(x)
    return keras.Model([images, labels], moments, name="encoder")


class VariationalAutoEncoder(ClassConditional):
    """Trains one `build(image_shape, num_classes, steps=…, seed=…) → VAE` on all classes.

    Options are those of `Fitting`. Nobody wins here, and a decoder that makes of a class one image
    does so from every seed: of the watch only NaN counts as a failure.
    """

    def __init__(self, build: Callable[..., VAE] = vae, *, watch: Watch = Watch(), **options):  # noqa: B008 - immutable
        super().__init__(build, watch=dataclasses.replace(watch, spread_below=0), **options)
