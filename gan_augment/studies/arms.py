"""Arms: the training sets that a ratio sweep compares at equal numbers of optimiser steps."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from gan_augment.augmenters.base import generate
from gan_augment.augmenters.controls import Affine, Repeat
from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages, balanced, mix


@dataclass(frozen=True)
class Arm:
    """One way of using `ratio`·n additional images beside (or instead of) n real ones."""

    training_set: Callable[[LabeledImages, LabeledImages, float, int], LabeledImages]
    """(real, synthetic, ratio, seed) → what the classifier is trained on."""
    ratios: Callable[[tuple[float, ...]], tuple[float, ...]] = lambda ratios: ratios
    """Which of the ratios > 0 it is run at; 0 may be among them."""
    transform: bool = False
    """Whether every step sees the images under a new random affine map."""
    synthetic: bool = True
    """Whether it uses generated images."""
    real: bool = True
    """Whether it trains on real images; if not, it is scored at the last epoch."""


def _only_real(real, synthetic, ratio, seed):
    return real


def _with_generated(real, synthetic, ratio, seed):
    return mix(real, synthetic, ratio)


def _with_augmented(augmenter):
    def training_set(real, synthetic, ratio, seed):
        per_class = -(-round(ratio * len(real)) // real.num_classes)
        if not per_class:
            return real
        return mix(real, generate(augmenter().fit(real), per_class, seed), ratio)

    return training_set


def _only_generated(real, synthetic, ratio, seed):
    return balanced(synthetic, round(ratio * len(real)))


def _generated_again(real, synthetic, ratio, seed):
    once = balanced(synthetic, len(real))
    return once.take(np.arange(round(ratio * len(real))) % len(once))


def _none(ratios):
    return (0.0,)


def _whole(ratios):
    return tuple(ratio for ratio in ratios if ratio >= 1)


def _more_than_one(ratios):
    return tuple(ratio for ratio in ratios if ratio > 1)


ARMS = {
    # Abadi 2020, Tables 2 and 4: R = 0.
    "real": Arm(_only_real, _none, synthetic=False),
    # Table 4: generated images beside the real ones.
    "gan": Arm(_with_generated),
    # The same number of steps with nothing new in them.
    "repeat": Arm(_with_augmented(Repeat), synthetic=False),
    # The same number of steps, classical augmentation as people use it.
    "affine": Arm(
        _with_augmented(Repeat), lambda ratios: (0.0, *ratios), transform=True, synthetic=False
    ),
    # Generated images on top of classical augmentation.
    "gan+affine": Arm(_with_generated, transform=True),
    # Classical augmentation as a fixed set of R·n images.
    "affine-set": Arm(_with_augmented(Affine), synthetic=False),
    # Tables 1 to 3: generated images alone.
    "synthetic": Arm(_only_generated, _whole, real=False),
    "synthetic+affine": Arm(_only_generated, _whole, transform=True, real=False),
    # Table 3 with more steps on the same R = 1 images.
    "synthetic-repeat": Arm(_generated_again, _more_than_one, real=False),
}


def checked_ratios(arms: Collection[str], ratios: Collection[float]) -> tuple[float, ...]:
    """Return the ratios above 0 in order, each once; raises `UserError` for what makes no sense."""
    for ratio in ratios:
        if not ratio >= 0:
            raise UserError(
                f"the ratio of generated to real images cannot be {ratio:g}; give R ≥ 0"
            )
    for arm in arms:
        if arm not in ARMS:
            raise UserError(f"there is no arm {arm!r}; choose from {', '.join(ARMS)}")
    above = tuple(sorted({ratio for ratio in ratios if ratio}))
    if not any(ARMS[arm].synthetic and ARMS[arm].ratios(above) for arm in arms):
        raise UserError(
            "these --arms and --ratios leave nothing with generated images to do; "
            "choose an arm such as gan and a ratio above 0"
        )
    return above
