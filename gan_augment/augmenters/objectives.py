"""What the two players minimise: pure functions on the discriminator's logits.

A logit is large for images held to be real. Each function returns the mean over its batch, a
scalar; nothing here divides by the number of replicas.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

softplus = tf.nn.softplus


class Objective(NamedTuple):
    """`discriminator(real_logits, fake_logits)`, `generator(fake_logits)`: scalars to minimise."""

    discriminator: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
    generator: Callable[[tf.Tensor], tf.Tensor]
    best: float = 0.0
    """The discriminator's loss when it tells everything apart."""


def _cross_entropy_discriminator(real_logits, fake_logits):
    """−log P(real | real) − log P(fake | fake); 2 log 2 = 1.386 when nothing is known."""
    return tf.reduce_mean(softplus(-real_logits)) + tf.reduce_mean(softplus(fake_logits))


# Goodfellow et al. 2014, the generator maximising log D(G(z)). Abadi 2020 (section 3.2.1, in
# prose) is this with the labels' names exchanged and half the discriminator's loss, a factor that
# Adam does not see.
non_saturating = Objective(
    _cross_entropy_discriminator, lambda fake_logits: tf.reduce_mean(softplus(-fake_logits))
)

# The same game as the min-max of one value function: the generator minimises log(1 − D(G(z))).
saturating = Objective(
    _cross_entropy_discriminator, lambda fake_logits: -tf.reduce_mean(softplus(fake_logits))
)

# Mao et al. 2017 (LSGAN), targets 1 for real and 0 for fake.
least_squares = Objective(
    lambda real_logits, fake_logits: (
        tf.reduce_mean((real_logits - 1) ** 2) / 2 + tf.reduce_mean(fake_logits**2) / 2
    ),
    lambda fake_logits: tf.reduce_mean((fake_logits - 1) ** 2) / 2,
)

# Arjovsky et al. 2017; needs a Lipschitz discriminator (a penalty or clipped weights).
wasserstein = Objective(
    lambda real_logits, fake_logits: tf.reduce_mean(fake_logits) - tf.reduce_mean(real_logits),
    lambda fake_logits: -tf.reduce_mean(fake_logits),
    best=-math.inf,
)

# Lim and Ye 2017.
hinge = Objective(
    lambda real_logits, fake_logits: (
        tf.reduce_mean(tf.nn.relu(1 - real_logits)) + tf.reduce_mean(tf.nn.relu(1 + fake_logits))
    ),
    lambda fake_logits: -tf.reduce_mean(fake_logits),
)

OBJECTIVES = {
    "non-saturating": non_saturating,
    "saturating": saturating,
    "least-squares": least_squares,
    "wasserstein": wasserstein,
    "hinge": hinge,
}
