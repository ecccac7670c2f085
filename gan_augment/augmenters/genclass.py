"""GenClass: a generator of features and a classifier by similarity, trained as one (zero-shot).

Appenzeller & Daaboul (survey), section IV-C, Figure 11, after Pambala, Dutta & Biswas 2019. There
is no public code of it, and the survey has one equation, L = L_WGAN + L_C, and no layers. So what
follows is our reading; the sizes are those of the literature on generated features (f-CLSWGAN).

- What is generated are features of images, not pixels: one hidden layer, ReLU at the end as the
  features have, from a class's attributes and latents as wide as they.
- The critic is told the attributes as well; WGAN-GP, five critic steps on a batch.
- In every step some samples of each seen class are generated. The critic judges them, and their
  class means classify the real batch: L_C is the cross entropy of a softmax over its similarities
  to the means. It reaches the generator through the means, and the similarity where that learns.
- A new class is the mean of samples made from its attributes; nothing is trained for it.

One departure from WGAN-GP as published: the critic's steps of a round share their real batch.
"""

from __future__ import annotations

import functools

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.assembly import assembled
from gan_augment.augmenters.layers import PLAIN, Kinds
from gan_augment.augmenters.stabilizers.penalties import GradientPenalty
from gan_augment.augmenters.stabilizers.updates import CriticSteps
from gan_augment.common.errors import UserError
from gan_augment.common.seeds import derive_seed
from gan_augment.training.adam import FusedAdam
from gan_augment.training.noise import fold, step_seed

SLOPE = 0.2


class GenClass(GAN):
    """A generator, a critic and a similarity that are trained on features with their classes.

    `generator`: latents [n, z], attributes [n, a] → features [n, d]; `discriminator`: features,
    attributes → logits [n, 1]; `similarity(features [n, d], means [classes, d])` → scores
    [n, classes]. Each step takes `samples` of each of `classes` seen classes; their descriptions
    are set by `begin`, and so are the seed of all noise and the weight of L_C, so that one compiled
    graph serves many trainings.
    """

    log_names = ("d_loss", "g_loss", "c_loss", "right")

    def __init__(self, generator, discriminator, *, similarity, classes: int, samples: int, **game):
        super().__init__(generator, discriminator, **game)
        self.similarity = similarity
        self.samples = samples
        self.classes = classes
        kept = functools.partial(self.add_weight, trainable=False, initializer="zeros")
        self.described = kept(shape=[classes, generator.inputs[1].shape[-1]], name="described")
        self.classifier_weight = kept(shape=[], name="classifier_weight")
        self.noise = kept(shape=[], dtype="int32", name="noise")
        self.begin(tf.zeros(self.described.shape))

    def begin(self, attributes, *, seed: int = 0, classifier_weight: float = 1.0) -> None:
        """Set the attributes [classes, a] of the seen classes, the seed and the weight of L_C."""
        self.described.assign(attributes)
        self.noise.assign(seed)
        self.classifier_weight.assign(classifier_weight)

    @property
    def learned(self) -> list[keras.Variable]:
        """What L_WGAN + L_C moves: the generator, and the similarity where it has weights."""
        return [*self.generator.trainable_variables, *self.similarity.trainable_variables]

    def train_step(self, batch):
        """Improve the critic, then generator and similarity on L_WGAN + L_C.

        `batch`: real features [n, d] and their classes, int32 [n], rows of `described`. Returns the
        critic's loss without penalty, the generator's two losses, and the share of real features
        whose class's mean is the most similar.
        """
        real, labels = batch
        seed = step_seed(tf.convert_to_tensor(self.noise), self.step)
        for k in range(self.critic_steps):
            fake = self.fakes(self.latents(real, fold(seed, k, 0)), labels)
            d_loss = self.improve_discriminator(real, fake, labels, fold(seed, k, 1))

        every = np.repeat(np.arange(self.classes), self.samples)
        # The same on every replica: their means, and so their gradients, are those of one.
        noise_seed = fold(seed, self.critic_steps)
        latents = tf.random.stateless_normal([len(every), self.latent_dim], noise_seed)
        with tf.GradientTape() as tape:
            made = self.fakes(latents, every)
            g_loss = self.objective.generator(self.opponent(every)(made))
            scores = self.similarity(real, self.means(made))
            c_loss = classifier_loss(scores, labels)
            total = g_loss + self.classifier_weight * c_loss
        self.update(self.g_optimizer, self.learned, tape.gradient(total, self.learned))
        for stabilizer in self.stabilizers:
            stabilizer.after_step(self)
        right = tf.argmax(scores, 1, output_type=tf.int32) == labels
        return {
            "d_loss": d_loss.game,
            "g_loss": g_loss,
            "c_loss": c_loss,
            "right": tf.reduce_mean(tf.cast(right, tf.float32)),
        }

    def fakes(self, latents, labels):
        """Return features of the generator in training, of these classes."""
        return self.generator([latents, tf.gather(self.described, labels)], training=True)

    def opponent(self, labels):
        """Return the critic in training, for features of these classes."""
        attributes = tf.gather(self.described, labels)
        return lambda features: self.discriminator([features, attributes], training=True)

    def means(self, made):
        """Return the mean of each class's samples, [classes, d]; `made` has class after class."""
        return tf.reduce_mean(tf.reshape(made, [-1, self.samples, made.shape[-1]]), 1)


def classifier_loss(scores, labels):
    """Return L_C: the mean cross entropy of a softmax over similarities [n, classes]."""
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, scores))


def gen_class(
    features: int,
    attributes: int,
    classes: int,
    *,
    hidden: int = 256,
    latent_dim: int | None = None,
    samples: int = 8,
    similarity: str = "distance",
    learning_rate: float = 1e-3,
    critic_steps: int = 5,
    penalty: float = 10.0,
    seed: int = 0,
    **game,
) -> GenClass:
    """Return the compiled network for so many features, attributes and seen classes.

    `hidden` units in each of the networks; `latent_dim` numbers of noise (default: as many as
    attributes); `samples` of each class in a step; `similarity`: see `SIMILARITIES`; `penalty` is
    WGAN-GP's λ. Adam has β₁ = 0.5. Published for 2,048 features: `hidden` 4,096, rate 1e-4. Make it
    in the scope of its strategy. `game` is that of `dcgan`.
    """
    if similarity not in SIMILARITIES:
        raise UserError(f"there is no similarity {similarity!r}; choose {', '.join(SIMILARITIES)}")
    latent_dim = latent_dim or attributes
    compare = SIMILARITIES[similarity](features, hidden, derive_seed(seed, "similarity"))
    sizes = {"features": features, "attributes": attributes, "hidden": hidden}
    return assembled(
        functools.partial(generator, latent_dim=latent_dim, **sizes),
        functools.partial(critic, **sizes),
        (FusedAdam(learning_rate, beta_1=0.5), FusedAdam(learning_rate, beta_1=0.5)),
        kind=functools.partial(GenClass, similarity=compare, classes=classes, samples=samples),
        stabilizers=(GradientPenalty(penalty), CriticSteps(critic_steps)),
        seed=seed,
        **game,
    )


def generator(
    *,
    features: int,
    attributes: int,
    latent_dim: int,
    hidden: int = 256,
    kinds: Kinds = PLAIN,
    dtype: str = "float32",
    seed: int = 0,
) -> keras.Model:
    """Build the generator: latents [n, latent_dim], attributes [n, a] → features [n, d] ≥ 0."""
    latents, described = layers.Input((latent_dim,)), layers.Input((attributes,))
    x = layers.Concatenate()([latents, described])
    x = layers.LeakyReLU(SLOPE, dtype=dtype)(_dense(kinds, hidden, x, 0, seed, dtype))
    x = layers.ReLU(dtype="float32")(_dense(kinds, features, x, 1, seed, "float32"))
    return keras.Model([latents, described], x, name="generator")


def critic(
    *,
    features: int,
    attributes: int,
    hidden: int = 256,
    kinds: Kinds = PLAIN,
    dtype: str = "float32",
    seed: int = 0,
) -> keras.Model:
    """Build the critic: features [n, d], attributes [n, a] → logits [n, 1]."""
    real, described = layers.Input((features,)), layers.Input((attributes,))
    x = layers.Concatenate()([real, described])
    x = layers.LeakyReLU(SLOPE, dtype=dtype)(_dense(kinds, hidden, x, 0, seed, dtype))
    logits = _dense(kinds, 1, x, 1, seed, "float32")
    return keras.Model([real, described], logits, name="critic")


class Distance(layers.Layer):
    """−s · ‖x − m‖²: the nearest mean is the most similar. s > 0 is learned, from 1 on."""

    def __init__(self, features: int, hidden: int, seed: int):
        super().__init__()
        self.log_scale = self.add_weight(shape=[], initializer="zeros", name="log_scale")
        self.built = True

    def call(self, x, means):
        """Compare features [n, d] with means [classes, d]; scores [n, classes]."""
        squares = tf.reduce_sum(x**2, 1)[:, None] + tf.reduce_sum(means**2, 1)
        distances = squares - 2 * tf.matmul(x, means, transpose_b=True)
        return -tf.exp(self.log_scale) * distances


class Cosine(Distance):
    """10 s · cos(x, m), s > 0 learned, from 1 on."""

    def call(self, x, means):
        """Compare features [n, d] with means [classes, d]; scores [n, classes]."""
        x, means = tf.math.l2_normalize(x, 1), tf.math.l2_normalize(means, 1)
        return 10 * tf.exp(self.log_scale) * tf.matmul(x, means, transpose_b=True)


class Relation(layers.Layer):
    """A dense network on pairs of x and m, with one hidden layer: similarity is learned."""

    def __init__(self, features: int, hidden: int, seed: int):
        super().__init__()
        parts = ((features, hidden, True), (features, hidden, False), (hidden, 1, True))
        self.of_x, self.of_mean, self.of_both = (
            layers.Dense(
                units,
                use_bias=bias,
                kernel_initializer=keras.initializers.GlorotUniform(derive_seed(seed, k)),
            )
            for k, (_, units, bias) in enumerate(parts)
        )
        for layer, (inputs, *_) in zip((self.of_x, self.of_mean, self.of_both), parts):
            layer.build((None, inputs))
        self.built = True

    def call(self, x, means):
        """Compare features [n, d] with means [classes, d]; scores [n, classes]."""
        pairs = self.of_x(x)[:, None] + self.of_mean(means)  # as of x and m side by side
        return self.of_both(tf.nn.leaky_relu(pairs, SLOPE))[..., 0]


SIMILARITIES = {"distance": Distance, "cosine": Cosine, "relation": Relation}


def _dense(kinds: Kinds, units: int, x, layer: int, seed: int, dtype):
    glorot = keras.initializers.GlorotUniform(derive_seed(seed, "weights", layer))
    return kinds.Dense(units, kernel_initializer=glorot, dtype=dtype)(x)
