"""The Dirac-GAN: the smallest game that does not converge, and what mends it.

Data are a point mass at 0, generated images one at θ, the discriminator is D(x) = ψx. Of the value
L(θ, ψ) = f(ψθ) + f(0), f(t) = −log(1 + e⁻ᵗ), the generator takes the minimum and the discriminator
the maximum, so D is large on generated images (Mescheder et al., "Which training methods for GANs
do actually converge?", ICML 2018; Appenzeller & Daaboul, section III.A, figure 3).
A training algorithm is an operator x ↦ F_h(x) on x = (θ, ψ); it converges to the equilibrium (0, 0)
at a linear rate if all eigenvalues of F′_h there have absolute value < 1. All derivatives of a
game are automatic, in float64; closed forms are derived by hand and only compared.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from gan_augment.common.errors import UserError

Field = Callable[[tf.Tensor], tf.Tensor]  # float64 [n, 2] points (θ, ψ) → [n, 2] velocities
Pair = tuple[complex, complex]

EQUILIBRIUM = (0.0, 0.0)


@dataclass(frozen=True)
class Game:
    """A field v(θ, ψ) with what is known of it.

    `closed_form` holds the eigenvalues of v′ at (0, 0), None where v has no Jacobian there;
    |ψ| > `clip` is projected back after each update.
    """

    name: str
    field: Field
    closed_form: Pair | None
    parameter: str = ""
    value: float = math.nan
    clip: float = math.inf

    @property
    def label(self) -> str:
        """The name with the parameter: "R1, γ = 0.5"."""
        return f"{self.name}, {self.parameter} = {self.value:g}" if self.parameter else self.name


def plain() -> Game:
    """Min-max of L (the saturating loss); ±i/2."""
    return Game("plain", descent(_value, lambda t, p: -_value(t, p)), (0.5j, -0.5j))


def non_saturating() -> Game:
    """The generator maximises f(−ψθ) (Goodfellow et al. 2014); ±i/2 as in the plain game."""
    field = descent(lambda t, p: -_f(-p * t), lambda t, p: -_value(t, p))
    return Game("non-saturating", field, (0.5j, -0.5j))


def clipped_wasserstein(clip: float = 1.0) -> Game:
    """L = ψθ with |ψ| ≤ clip (Arjovsky et al. 2017); ±i, clipping being idle near (0, 0)."""
    require_positive("clip", clip)
    field = descent(lambda t, p: p * t, lambda t, p: -p * t)
    return Game("Wasserstein", field, (1j, -1j), "clip", clip, clip)


def wgan_gp(gamma: float, target: float = 1.0) -> Game:
    """L = ψθ − γ/2 (|ψ| − target)² (Gulrajani et al. 2017 in the form of Mescheder et al. 2018).

    v jumps where ψ = 0, so there is no Jacobian at the equilibrium.
    """
    require_positive("gamma", gamma)
    field = descent(lambda t, p: p * t, lambda t, p: -p * t + gamma / 2 * (tf.abs(p) - target) ** 2)
    return Game("WGAN-GP", field, None, "γ", gamma)


def r1(gamma: float) -> Game:
    """The discriminator pays γ/2 ψ², the squared gradient on the data (Mescheder et al. 2018)."""
    require_positive("gamma", gamma)
    field = descent(_value, lambda t, p: -_value(t, p) + gamma / 2 * p**2)
    root = cmath.sqrt(gamma**2 - 1)
    return Game("R1", field, ((-gamma + root) / 2, (-gamma - root) / 2), "γ", gamma)


def instance_noise(sigma: float) -> Game:
    """N(0, σ²) is added to data and generated images (survey, III.A.1; Mescheder et al. 2018).

    The expectation of the value is by quadrature, right to 1e-11 for |ψ|σ ≤ 8.
    Eigenvalues are −σ²/4 ± √(σ⁴/16 − 1/4).
    """
    require_positive("sigma", sigma)
    # On the whole line equal steps are as good as Gauss–Hermite for smooth functions, and better
    # for steep sigmoids: 100 nodes of the latter are wrong by 1e-7 at |ψ|σ = 4.
    nodes = np.linspace(-10, 10, 201)
    weights = np.exp(-(nodes**2) / 2)
    noise, weights = tf.constant(sigma * nodes), tf.constant(weights / weights.sum())

    def value(theta, psi):
        theta, psi = theta[:, None], psi[:, None]
        of_each = _f(psi * (theta + noise)) + _f(-psi * noise)
        return tf.linalg.matvec(of_each, weights)

    root = cmath.sqrt(sigma**4 / 16 - 1 / 4)
    pair = (-(sigma**2) / 4 + root, -(sigma**2) / 4 - root)
    field = descent(value, lambda t, p: -value(t, p))
    return Game("instance noise", field, pair, "σ", sigma)


def consensus(gamma: float) -> Game:
    """v − γ∇½‖v‖² of the plain v (Mescheder et al., "The numerics of GANs", 2017); −γ/4 ± i/2.

    The survey (III.A.2) leaves the ½ out, which doubles its γ.
    """
    require_positive("gamma", gamma)
    pair = (-gamma / 4 + 0.5j, -gamma / 4 - 0.5j)
    return Game("consensus", combined(plain().field, gamma), pair, "γ", gamma)


def toy(points: tf.Tensor) -> tf.Tensor:
    """v = (cos ψ, sin θ), the survey's figure 6a."""
    theta, psi = tf.unstack(points, axis=1)
    return tf.stack([tf.cos(psi), tf.sin(theta)], axis=1)


def descent(generator_loss: Callable, discriminator_loss: Callable) -> Field:
    """Make the field of two losses of (θ [n], ψ [n]) → [n], each player going down its own."""

    def field(points):
        theta, psi = tf.unstack(points, axis=1)
        with tf.GradientTape() as of_generator:
            of_generator.watch(theta)
            loss = generator_loss(theta, psi)
        with tf.GradientTape() as of_discriminator:
            of_discriminator.watch(psi)
            other = discriminator_loss(theta, psi)
        slopes = [of_generator.gradient(loss, theta), of_discriminator.gradient(other, psi)]
        return -tf.stack(slopes, axis=1)

    return field


def conservative(field: Field) -> Field:
    """−∇½‖v‖² of a field v (survey, figure 6b)."""

    def downhill(points):
        with tf.GradientTape() as tape:
            tape.watch(points)
            energy = tf.reduce_sum(field(points) ** 2) / 2
        return -tape.gradient(energy, points)

    return downhill


def combined(field: Field, gamma: float) -> Field:
    """v − γ∇½‖v‖² (survey, figure 6c)."""
    downhill = conservative(field)
    return lambda points: field(points) + gamma * downhill(points)


def simultaneous(game: Game, points: tf.Tensor, h: float) -> tf.Tensor:
    """F_h(x) = x + h v(x)."""
    return _projected(game, points + h * game.field(points))


def alternating(game: Game, points: tf.Tensor, h: float) -> tf.Tensor:
    """F_h = F₂ ∘ F₁: the generator moves first, the discriminator knows its new θ."""
    points += h * game.field(points) * [1.0, 0.0]
    return _projected(game, points + h * game.field(points) * [0.0, 1.0])


SCHEMES = {"simultaneous": simultaneous, "alternating": alternating}


def play(game: Game, scheme: str, starts, h: float, steps: int) -> np.ndarray:
    """Trajectories from `starts` [n, 2]: float64 [steps + 1, n, 2]."""
    advance = SCHEMES[scheme]

    def run(points):
        return tf.scan(lambda x, _: advance(game, x, h), tf.range(steps), points)

    starts = tf.constant(np.reshape(starts, (-1, 2)), tf.float64)
    # A concrete function: TensorFlow warns of tracing a function once for each game otherwise.
    run = tf.function(run, autograph=False).get_concrete_function(starts)
    return np.concatenate([starts[None], run(starts)])


def eigenvalues(function: Field, point: Sequence[float] = EQUILIBRIUM) -> np.ndarray:
    """Two eigenvalues of the Jacobian of `function` at `point`."""
    x = tf.constant([point], tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = function(x)
    jacobian = tape.jacobian(y, x, experimental_use_pfor=False)
    return np.linalg.eigvals(jacobian.numpy()[0, :, 0, :]).astype(complex)


def spectral_radius(game: Game, scheme: str, h: float) -> float:
    """Largest |eigenvalue| of F′_h at the equilibrium; NaN where there is no Jacobian."""
    if game.closed_form is None:
        return math.nan
    return abs(eigenvalues(lambda x: SCHEMES[scheme](game, x, h))).max()


def _f(t):
    return -tf.nn.softplus(-t)


def _value(theta, psi):
    return _f(psi * theta) + _f(tf.zeros_like(theta))


def _projected(game, points):
    if math.isinf(game.clip):
        return points
    theta, psi = tf.unstack(points, axis=1)
    return tf.stack([theta, tf.clip_by_value(psi, -game.clip, game.clip)], axis=1)


def require_positive(name: str, value: float) -> None:
    """Raise UserError unless `value` is finite and above 0."""
    if not 0 < value < math.inf:
        raise UserError(f"{name} must be a positive number, not {value:g}; choose another")
