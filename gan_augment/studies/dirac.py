"""Does the Dirac-GAN converge? Predicted from eigenvalues, and seen.

Appenzeller & Daaboul, section III.A and figures 3 and 6, after Mescheder et al. 2018 (ICML) and,
for consensus, Mescheder et al. 2017 ("The numerics of GANs"). The games are in `games`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import tensorflow as tf

from gan_augment.common.errors import UserError
from gan_augment.studies.games import (
    EQUILIBRIUM,
    SCHEMES,
    Field,
    Game,
    clipped_wasserstein,
    combined,
    consensus,
    conservative,
    eigenvalues,
    instance_noise,
    non_saturating,
    plain,
    play,
    r1,
    require_positive,
    spectral_radius,
    toy,
    wgan_gp,
)

START = (1.0, 1.0)


@dataclass(frozen=True)
class Portrait:
    """What a figure of a field needs.

    `velocity` [m, m, 2] is given at ψ = axis[i], θ = axis[j]; `paths` are [steps + 1, 2];
    `growth` is the largest real part of an eigenvalue of the Jacobian at each of the `equilibria`
    [n, 2], if it was computed.
    """

    title: str
    axis: np.ndarray
    velocity: np.ndarray
    paths: Mapping[str, np.ndarray]
    equilibria: np.ndarray
    growth: np.ndarray | None = None


def default_games() -> list[Game]:
    """Games of the table; σ = 0.2 is too little noise for simultaneous steps of 0.1 (σ² < h/2)."""
    return [
        plain(),
        non_saturating(),
        clipped_wasserstein(),
        *map(wgan_gp, (0.5, 3.0)),
        *map(r1, (0.3, 1.0, 3.0)),
        *map(instance_noise, (0.2, 1.0, 2.0)),
        *map(consensus, (0.3, 1.0, 3.0)),
    ]


def table(
    games: Sequence[Game] | None = None,
    *,
    h: float = 0.1,
    steps: int = 5000,
    start: Sequence[float] = START,
) -> pd.DataFrame:
    """Eigenvalues, and convergence predicted and observed after `steps` steps: a row a game.

    Complex columns are NaN and `difference` (largest of |automatic − closed form|) too where there
    is no Jacobian. "radius", "predicted", "observed" and "distance" (to the equilibrium, at the
    end) are given for either scheme, as in "radius_alternating".
    """
    require_positive("h", h)
    if steps < 4:
        raise UserError("a trajectory needs at least 4 steps to be judged; ask for more steps")
    rows = []
    for game in default_games() if games is None else games:
        found, known = np.full(2, np.nan + 0j), np.full(2, np.nan + 0j)
        if game.closed_form is not None:
            known = np.array(game.closed_form)
            found = _paired(eigenvalues(game.field), known)
        row = {"game": game.name, "parameter": game.parameter, "value": game.value}
        row |= {"eigenvalue_1": found[0], "eigenvalue_2": found[1]}
        row |= {"closed_form_1": known[0], "closed_form_2": known[1]}
        row |= {"difference": abs(found - known).max(), "h": h, "steps": steps}
        row |= {"start_theta": start[0], "start_psi": start[1]}
        for scheme in SCHEMES:
            path = play(game, scheme, start, h, steps)[:, 0]
            radius = spectral_radius(game, scheme, h)
            row |= {f"radius_{scheme}": radius, f"predicted_{scheme}": predicted(radius)}
            row |= {f"observed_{scheme}": observed(path)}
            row |= {f"distance_{scheme}": np.linalg.norm(path[-1])}
        rows.append(row)
    return pd.DataFrame(rows)


def predicted(radius: float, tolerance: float = 1e-9) -> str:
    """What the linearisation says of starts near the equilibrium."""
    if math.isnan(radius):
        return "no Jacobian"
    if abs(radius - 1) <= tolerance:
        return "undecided"
    return "converges" if radius < 1 else "does not converge"


def observed(path: np.ndarray) -> str:
    """Judge one trajectory [steps + 1, 2] by the distance to the equilibrium.

    "converges": below 1/1000 of the first distance in the whole last quarter. "settles elsewhere":
    moves less than that in the last quarter, but not there. Otherwise the largest distances in the
    third and the last quarter are compared: "moves away" if it grew by over 2 %, or at every step,
    "comes nearer" if it shrank likewise, else "cycles". A quarter should hold a whole turn.
    """
    distance = np.linalg.norm(path, axis=1)
    if not np.isfinite(distance).all():
        return "moves away"
    half, last = len(path) // 2, 3 * len(path) // 4
    small = distance[0] / 1000
    if distance[last:].max() < small:
        return "converges"
    if np.ptp(path[last:], axis=0).max() < small:
        return "settles elsewhere"
    growth = distance[last:].max() / distance[half:last].max()
    change = np.diff(distance[half:])
    if growth > 1.02 or (change > 0).all():
        return "moves away"
    return "comes nearer" if growth < 0.98 or (change < 0).all() else "cycles"


def portrait(
    title: str,
    field: Field,
    reach: float,
    *,
    density: int = 15,
    paths: Mapping[str, np.ndarray] | None = None,
    equilibria: Sequence[Sequence[float]] = (EQUILIBRIUM,),
) -> Portrait:
    """Sample `field` on `density` × `density` points of |θ|, |ψ| ≤ `reach`."""
    axis = np.linspace(-reach, reach, density)
    points = np.stack(np.meshgrid(axis, axis), axis=-1)
    velocity = field(tf.constant(points.reshape(-1, 2))).numpy().reshape(points.shape)
    return Portrait(title, axis, velocity, dict(paths or {}), np.array(equilibria))


def game_portraits(
    games: Sequence[Game] | None = None,
    *,
    h: float = 0.1,
    steps: int = 2000,
    start: Sequence[float] = START,
    reach: float = 2.4,
) -> list[Portrait]:
    """Field and one trajectory per scheme of every game (survey, figure 3)."""
    if games is None:
        games = [plain(), non_saturating(), clipped_wasserstein(), wgan_gp(0.5), r1(0.5)]
        games += [instance_noise(1.0), consensus(1.0)]
    return [
        portrait(
            game.label,
            game.field,
            reach,
            paths={scheme: play(game, scheme, start, h, steps)[:, 0] for scheme in SCHEMES},
        )
        for game in games
    ]


def illustration(h: float = 0.05, steps: int = 400) -> np.ndarray:
    """A path [steps + 1, 2] of the plain game from θ, ψ > 0 past θ = 0 (survey, figure 3)."""
    return play(plain(), "alternating", (1.5, 0.8), h, steps)[:, 0]


def toy_portraits(gamma: float = 0.6, reach: float = 4.0) -> list[Portrait]:
    """v = (cos ψ, sin θ), −∇L and v − γ∇L with L = ½‖v‖² (survey, figure 6).

    The equilibria are those of v within `reach`. Those of −∇L are more: v′ᵀv = 0 also where v′ is
    singular, as at (π/2, 0).
    """
    require_positive("gamma", gamma)
    turns = np.arange(-np.floor(reach / np.pi), np.floor(reach / np.pi) + 1)
    points = [(k * np.pi, s * np.pi / 2) for k in turns for s in (-1, 1)]
    fields = {
        "v = (cos ψ, sin θ)": toy,
        "−∇L,  L = ½‖v‖²": conservative(toy),
        f"v − {gamma:g} ∇L": combined(toy, gamma),
    }
    return [
        replace(
            portrait(title, field, reach, density=81, equilibria=points),
            growth=np.array([eigenvalues(field, point).real.max() for point in points]),
        )
        for title, field in fields.items()
    ]


def _paired(found, known):
    return min(found, found[::-1], key=lambda pair: abs(pair - known).max())
