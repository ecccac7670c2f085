"""Stabilisers by name, and which of them go together."""

import difflib
import math
import typing
from collections.abc import Iterable, Sequence
from dataclasses import fields

from gan_augment.augmenters.layers import PLAIN, Kinds
from gan_augment.augmenters.objectives import OBJECTIVES, Objective
from gan_augment.augmenters.stabilizers import penalties, updates, views
from gan_augment.augmenters.stabilizers.base import Stabilizer
from gan_augment.augmenters.stabilizers.consensus import Consensus
from gan_augment.augmenters.stabilizers.unrolled import Unrolled
from gan_augment.common.errors import UserError

STABILIZERS: dict[str, type[Stabilizer]] = {
    "diff-augment": views.DiffAugment,
    "instance-noise": views.InstanceNoise,
    "r1": penalties.R1,
    "wgan-gp": penalties.GradientPenalty,
    "weight-clipping": penalties.WeightClipping,
    "spectral-norm": updates.SpectralNorm,
    "weight-norm": updates.WeightNorm,
    "consensus": Consensus,
    "unrolled": Unrolled,
    "critic-steps": updates.CriticSteps,
    "diversity": updates.Diversity,
    "gradient-clipping": updates.GradientClipping,
    "ema": updates.MovingAverage,
}

CONFLICTS = {
    ("r1", "wgan-gp"): "one wants slopes of 0 and the other of 1",
    ("wgan-gp", "weight-clipping"): "one wants slopes of 1, the other allows none so large",
    ("r1", "weight-clipping"): "weights that small need no penalty on the slope",
    ("unrolled", "weight-clipping"): "the unrolled updates would not be clipped",
    ("unrolled", "gradient-clipping"): "the unrolled updates would not be clipped",
    ("weight-clipping", "spectral-norm"): "clipped weights are too small to need dividing",
    ("weight-clipping", "weight-norm"): "clipping the parts of a weight does not bound the weight",
    ("weight-norm", "spectral-norm"): "each sets the scale of the same weights",
    ("consensus", "unrolled"): "each has its own rules for the players' moves",
    ("consensus", "critic-steps"): "consensus moves both players at once",
}

RECOMMENDED = ("r1", "ema")
"""What the collapse study recommends beside batch normalisation (results/README.md).

For small sets of one's own; the reports' experiments keep the reports' games.
"""

BOUNDING = ("wgan-gp", "weight-clipping", "spectral-norm", "r1")


def parse(names: Sequence[str]) -> tuple[Stabilizer, ...]:
    """Return the stabilisers called "name" or "name=coefficient", in the order of `STABILIZERS`.

    Raises `UserError` for a name or a coefficient that there is not, and for combinations without
    sense.
    """
    found = dict(_parse_one(name) for name in names)
    if len(found) < len(names):
        raise UserError(f"a stabiliser is named twice in {', '.join(names)}; name each once")
    for pair, reason in CONFLICTS.items():
        if set(pair) <= set(found):
            raise UserError(f"{pair[0]} and {pair[1]} do not go together: {reason}")
    return tuple(found[name] for name in STABILIZERS if name in found)


def choose_objective(name: str | None, stabilizers: Iterable[Stabilizer]) -> Objective:
    """Return the objective called `name`, or that of the stabilisers, or the non-saturating one.

    Raises `UserError` for Wasserstein without anything that bounds the discriminator.
    """
    stabilizers = tuple(stabilizers)
    own = [s.objective for s in stabilizers if s.objective]
    name = name or (own[0] if own else "non-saturating")
    if name not in OBJECTIVES:
        raise UserError(f"there is no objective {name!r}; choose from {', '.join(OBJECTIVES)}")
    bounded = any(isinstance(s, tuple(STABILIZERS[name] for name in BOUNDING)) for s in stabilizers)
    if name == "wasserstein" and not bounded:
        raise UserError(
            "the Wasserstein objective needs a discriminator of bounded slope; "
            f"add one of the stabilisers {', '.join(BOUNDING)}"
        )
    return OBJECTIVES[name]


def layers_of(stabilizers: Iterable[Stabilizer]) -> tuple[Kinds, Kinds]:
    """Return the kinds of layers that generator and discriminator are to be built of."""
    generator = discriminator = PLAIN
    for stabilizer in stabilizers:
        generator = stabilizer.generator_layers or generator
        discriminator = stabilizer.discriminator_layers or discriminator
    return generator, discriminator


def _parse_one(text: str) -> tuple[str, Stabilizer]:
    name, equals, value = text.partition("=")
    if name not in STABILIZERS:
        near = difflib.get_close_matches(name, STABILIZERS, 1)
        hint = f"did you mean {near[0]}?" if near else f"choose from {', '.join(STABILIZERS)}"
        raise UserError(f"there is no stabiliser {name!r}; {hint}")
    kind = STABILIZERS[name]
    if not equals:
        return name, kind()
    main = fields(kind)[0] if fields(kind) else None
    if main is None:
        raise UserError(f"{name} has no coefficient; write {name} alone")
    try:
        number = typing.get_type_hints(kind)[main.name](value)
    except ValueError:
        number = None
    low, high = kind.allowed
    if number is None or not low <= number <= high or number == math.inf:
        raise UserError(
            f"{text!r} is not {name} with a {main.name} from {low:g} to {high:g}; "
            f"write {name}={main.default}"
        )
    return name, kind(number)
