"""CycleGAN: unpaired translation between two domains of images (Zhu et al. 2017).

Appenzeller & Daaboul, section IV-A, which describes what it is for; networks and numbers are those
of Zhu et al. Two generators translate from one domain to the other and back. Each is judged by a
discriminator of patches, by its way back (what was translated and translated back is to be as it
was), and by what it does to images that are in its domain already (nothing).
"""

import keras
import tensorflow as tf
from keras import layers

from gan_augment.augmenters.assembly import DTYPES
from gan_augment.augmenters.cyclegan_networks import discriminator, generator, scale_of
from gan_augment.augmenters.image_pool import ImagePool
from gan_augment.augmenters.objectives import least_squares
from gan_augment.augmenters.trainable import TwoPlayers
from gan_augment.common.seeds import derive_seed
from gan_augment.training.adam import FusedAdam
from gan_augment.training.decay import HeldThenLinear
from gan_augment.training.noise import fold, step_seed
from gan_augment.training.replicas import apply_mean


class CycleGAN(TwoPlayers):
    """Two generators and two discriminators on a first and a second domain.

    `to_second` and `to_first`, models of these names, map images [n, h, w, c] in [−1, 1] to such
    images; the discriminators map them to logits of patches [n, …, 1], 1 for real and 0 for
    translated ones. `cycle`: weight of the way there and back; `identity`: that of leaving a
    domain's own images alone, as a share of it; `pool`: images kept for each discriminator, a batch
    at least, or 0.
    """

    log_names = ("d_loss", "g_loss", "cycle_loss", "identity_loss", "d_real", "d_fake")
    lowest_loss = 0.0  # of discriminators that tell everything apart

    def __init__(
        self,
        to_second: keras.Model,
        to_first: keras.Model,
        first_discriminator: keras.Model,
        second_discriminator: keras.Model,
        *,
        cycle: float = 10.0,
        identity: float = 0.5,
        pool: int = 50,
        seed: int = 0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.sampler = there_and_here(to_second, to_first)
        self.first_discriminator = first_discriminator
        self.second_discriminator = second_discriminator
        self.cycle = cycle
        self.identity = identity
        image_shape = to_first.output_shape[1:]
        self.first_pool = ImagePool(image_shape, pool, name="first_pool")
        self.second_pool = ImagePool(image_shape, pool, name="second_pool")
        self.seed = seed

    def compile(self, g_optimizer=None, d_optimizer=None):
        """Set and build both optimisers: one of both generators, one of both discriminators.

        Default for either: Adam with learning rate 2e-4 and β₁ = 0.5.
        """
        self.set_optimizers(
            (g_optimizer or FusedAdam(2e-4, beta_1=0.5), self.sampler.trainable_variables),
            (d_optimizer or FusedAdam(2e-4, beta_1=0.5), self.judging_variables),
        )

    @property
    def to_second(self) -> keras.Model:
        """The generator that translates the first domain into the second."""
        return self.sampler.get_layer("to_second")

    @property
    def to_first(self) -> keras.Model:
        """The generator that translates the second domain into the first."""
        return self.sampler.get_layer("to_first")

    @property
    def judging_variables(self) -> list[keras.Variable]:
        """The trainable variables of both discriminators."""
        return [
            *self.first_discriminator.trainable_variables,
            *self.second_discriminator.trainable_variables,
        ]

    def call(self, inputs, training=False):
        """Translate [first, second]: images in the second domain, then images in the first."""
        return self.sampler(inputs, training=training)

    def train_step(self, batch):
        """Improve the generators on a pair of batches, then the discriminators.

        These judge what the generators made before. Returns means over both domains of this
        replica's images: losses, and the discriminators' logits.
        """
        first, second = batch
        with tf.GradientTape() as tape:
            in_second, same_second = self._passed(self.to_second, first, second)
            in_first, same_first = self._passed(self.to_first, second, first)
            back_in_first = self.to_first(in_second, training=True)
            back_in_second = self.to_second(in_first, training=True)
            g_loss = fooling(self.first_discriminator(in_first, training=True))
            g_loss += fooling(self.second_discriminator(in_second, training=True))
            cycle_loss = apart(back_in_first, first) + apart(back_in_second, second)
            identity_loss = apart(same_first, first) + apart(same_second, second)
            total = g_loss + self.cycle * (cycle_loss + self.identity * identity_loss)
        variables = self.sampler.trainable_variables
        apply_mean(self.g_optimizer, tape.gradient(total, variables), variables)

        seed = step_seed(self.seed, self.step)
        of_first = first, self.first_pool(in_first, fold(seed, 0))
        of_second = second, self.second_pool(in_second, fold(seed, 1))
        with tf.GradientTape() as tape:
            real_first, fake_first = _in_one_pass(self.first_discriminator, *of_first)
            real_second, fake_second = _in_one_pass(self.second_discriminator, *of_second)
            d_loss = least_squares.discriminator(real_first, fake_first)
            d_loss += least_squares.discriminator(real_second, fake_second)
        variables = self.judging_variables
        apply_mean(self.d_optimizer, tape.gradient(d_loss, variables), variables)
        return {
            "d_loss": d_loss / 2,
            "g_loss": g_loss / 2,
            "cycle_loss": cycle_loss / 2,
            "identity_loss": identity_loss / 2,
            "d_real": (tf.reduce_mean(real_first) + tf.reduce_mean(real_second)) / 2,
            "d_fake": (tf.reduce_mean(fake_first) + tf.reduce_mean(fake_second)) / 2,
        }

    def _passed(self, generator, images, own):
        """Return what a generator makes of images of the other domain, and of those of its own."""
        if not self.identity:
            return generator(images, training=True), own
        return _in_one_pass(generator, images, own)


def apart(images, others) -> tf.Tensor:
    """Return the mean absolute difference of two batches, 0…2."""
    return tf.reduce_mean(tf.abs(images - others))


def fooling(logits) -> tf.Tensor:
    """Return a generator's loss by the logits of what it made, without a factor of ½.

    `cycle` and `identity` are weights beside this loss as Zhu et al. have it.
    """
    return 2 * least_squares.generator(logits)


def _in_one_pass(model, images, others):
    # Instance normalisation treats images one by one, so two batches are as good as one.
    return tf.split(model(tf.concat([images, others], 0), training=True), 2)


def there_and_here(to_second: keras.Model, to_first: keras.Model) -> keras.Model:
    """Join two generators: [first, second] → images in the second domain, then in the first."""
    shape = to_first.output_shape[1:]
    first, second = layers.Input(shape, name="first"), layers.Input(shape, name="second")
    both = layers.Concatenate(axis=0, dtype="float32")([to_second(first), to_first(second)])
    return keras.Model([first, second], both, name="sampler")


def cycle_gan(
    image_shape: tuple[int, int, int],
    *,
    width: int | None = None,
    blocks: int | None = None,
    cycle: float = 10.0,
    identity: float = 0.5,
    pool: int = 50,
    learning_rate: float = 2e-4,
    precision: str = "float32",
    steps: int | None = None,
    seed: int = 0,
) -> CycleGAN:
    """Return the compiled CycleGAN; make it in the scope of the strategy it is to train under.

    `width` and `blocks` are by default those of `scale_of`. The learning rate of both optimisers is
    held for the first half of `steps`, if they are known, and then falls along a line to 0.
    `precision`: "float32", or "bfloat16" for half-precision arithmetic on float32 weights.
    """
    scale = scale_of(image_shape)
    width, dtype = width or scale.width, DTYPES[precision]
    generators = [
        generator(
            image_shape,
            width=width,
            blocks=blocks or scale.blocks,
            dtype=dtype,
            seed=derive_seed(seed, name),
            name=name,
        )
        for name in ("to_second", "to_first")
    ]
    discriminators = [
        discriminator(
            image_shape,
            width=width,
            halvings=scale.halvings,
            dtype=dtype,
            seed=derive_seed(seed, name),
            name=name,
        )
        for name in ("of_first", "of_second")
    ]
    model = CycleGAN(
        *generators,
        *discriminators,
        cycle=cycle,
        identity=identity,
        pool=pool,
        seed=derive_seed(seed, "pools"),
    )

    def optimizer():
        rate = HeldThenLinear(learning_rate, steps) if steps else learning_rate
        return FusedAdam(rate, beta_1=0.5)

    model.compile(optimizer(), optimizer())
    return model
