"""The lessons of a Generative Teaching Network: which latents and labels in which step.

Latents are [steps, batch, d], labels int32 [steps, batch]: image after image the next class, so
that every lesson has as many of each as it can. A curriculum has the variables that it learns and
no more.
"""

from __future__ import annotations

import keras
import tensorflow as tf
from keras import layers

from gan_augment.augmenters.layers import WEIGHT_NORM
from gan_augment.common.errors import UserError
from gan_augment.common.seeds import derive_seed

SLOPE = 0.1


def generator(
    image_shape: tuple[int, int, int],
    num_classes: int,
    *,
    width: float = 1.0,
    latent_dim: int = 128,
    seed: int = 0,
) -> keras.Model:
    """Build the generator: latents [n, d] and labels int32 [n] → images in [−1, 1].

    That of Such et al. 2019 at `width` 1: dense 1024, dense to an image of a quarter the side with
    128 channels, and twice up-sampling and convolution, all with weight normalisation. Raises
    `UserError` for images that cannot be quartered.
    """
    height, side, channels = image_shape
    if height % 4 or side % 4:
        raise UserError(
            f"the generator makes images whose sides are multiples of 4, not {height} × {side}; "
            "resize them"
        )
    wide, many, few = (max(1, round(width * units)) for units in (1024, 128, 64))

    def initial(layer: str) -> keras.Initializer:
        return keras.initializers.HeNormal(derive_seed(seed, layer))

    latents, labels = layers.Input([latent_dim]), layers.Input((), dtype="int32")
    x = layers.Concatenate()([latents, keras.ops.one_hot(labels, num_classes)])
    x = WEIGHT_NORM.Dense(wide, kernel_initializer=initial("hidden"))(x)
    x = layers.LeakyReLU(SLOPE)(x)
    x = WEIGHT_NORM.Dense(height // 4 * (side // 4) * many, kernel_initializer=initial("image"))(x)
    x = layers.LeakyReLU(SLOPE)(x)
    x = layers.Reshape([height // 4, side // 4, many])(x)
    x = layers.UpSampling2D()(x)
    x = WEIGHT_NORM.Conv2D(few, 3, padding="same", kernel_initializer=initial("conv1"))(x)
    x = layers.LeakyReLU(SLOPE)(x)
    x = layers.UpSampling2D()(x)
    x = WEIGHT_NORM.Conv2D(channels, 3, padding="same", kernel_initializer=initial("conv2"))(x)
    return keras.Model([latents, labels], layers.Activation("tanh")(x), name="generator")


class Learned(layers.Layer):
    """The latents of every image of every step are learned, each in its place."""

    generated = True
    real_images = 0  # that a training's lessons take

    def __init__(self, steps: int, batch: int, num_classes: int, latent_dim: int, seed: int):
        super().__init__()
        self.shape = (steps, batch, latent_dim)
        self.labels = tf.reshape(tf.range(steps * batch) % num_classes, [steps, batch])
        self.seed = seed
        self.prepare()

    def prepare(self) -> None:
        """Make the variables."""
        normal = keras.initializers.RandomNormal(stddev=1.0, seed=self.seed)
        self.latents = self.add_weight(name="latents", shape=self.shape, initializer=normal)

    def draw(self, seed, images=None, labels=None) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the latents and labels of the training with this seed, int32 [2].

        `images` [real_images, h, w, c] and their labels are what it takes of real ones.
        """
        return tf.convert_to_tensor(self.latents), self.labels


class Shuffled(Learned):
    """Learned latents, in a new order every time."""

    def draw(self, seed, images=None, labels=None):
        """Return all latents and their labels in random order."""
        steps, batch, dimensions = self.shape
        order = tf.random.experimental.stateless_shuffle(tf.range(steps * batch), seed)
        latents = tf.gather(tf.reshape(self.latents, [-1, dimensions]), order)
        labels = tf.gather(tf.reshape(self.labels, [-1]), order)
        return tf.reshape(latents, self.shape), tf.reshape(labels, [steps, batch])


class Random(Learned):
    """Nothing is learned: new latents every time."""

    def prepare(self) -> None:
        """Make no variables."""

    def draw(self, seed, images=None, labels=None):
        """Return latents from N(0, 1)."""
        return tf.random.stateless_normal(self.shape, seed), self.labels


class Real(Random):
    """Real images are the lessons: a control, in which nothing but the schedule is learned."""

    generated = False

    def prepare(self) -> None:
        """Make no variables."""
        self.real_images = self.shape[0] * self.shape[1]

    def draw(self, seed, images=None, labels=None):
        """Return the real images in place of latents, and their labels."""
        first = self.shape[:2]
        return tf.reshape(images, [*first, *images.shape[1:]]), tf.reshape(labels, first)


CURRICULA = {"learned": Learned, "shuffled": Shuffled, "random": Random, "real": Real}


def lessons_of(generator: keras.Model, latents, labels) -> tf.Tensor:
    """Return the images of every step, [steps, batch, h, w, c], made step by step."""
    return tf.map_fn(
        lambda step: generator(step, training=True),
        [latents, labels],
        fn_output_signature=tf.TensorSpec([latents.shape[1], *generator.output_shape[1:]]),
    )


def pulled_back(generator: keras.Model, latents, labels, by_images):
    """From derivatives by the images of `lessons_of` to those by latents, and by weights.

    Each step's images are made again: memory is that of one step.
    """
    weights = generator.trainable_weights
    steps, *shape = latents.shape

    def body(t, by_latents, by_weights):
        with tf.GradientTape() as tape:
            tape.watch(chosen := latents[t])
            images = generator([chosen, labels[t]], training=True)
        found = tape.gradient(images, [chosen, *weights], output_gradients=by_images[t])
        sums = [total + part for total, part in zip(by_weights, found[1:])]
        return t + 1, by_latents.write(t, found[0]), sums

    _, by_latents, by_weights = tf.while_loop(
        lambda t, *_: t < steps,
        body,
        (
            0,
            tf.TensorArray(tf.float32, steps, element_shape=shape),
            [tf.zeros_like(weight) for weight in weights],
        ),
    )
    return by_latents.stack(), by_weights
