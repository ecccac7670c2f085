"""From a budget of time and the speed of this machine to the lengths of all trainings."""

from __future__ import annotations

from dataclasses import dataclass

from gan_augment.common.errors import UserError

GENERATORS, CLASSIFIERS = 0.45, 0.4  # shares of the time; the rest is for looking and reporting
WIDTHS = (1.0, 0.5, 0.25)
ENOUGH = 2000  # steps: a wider generator is taken if it gets so many
FEWEST_GAN_STEPS, FEWEST_CLASSIFIER_STEPS = 50, 50
MOST_GAN_EPOCHS, MOST_GAN_STEPS = 400, 3000  # whichever is more
EPOCHS, MOST_CLASSIFIER_STEPS = 40, 4000
GAN_BATCH, CLASSIFIER_BATCH = 64, 32


@dataclass(frozen=True)
class Costs:
    """What was measured on this machine, in seconds."""

    gan_start: float
    """To build a generator and trace its training."""
    gan_step: float
    """A step of one of the smallest of WIDTHS."""
    classifier_step: float
    """A step of a training (of two classifiers side by side)."""


@dataclass(frozen=True)
class Plan:
    """The lengths of all trainings."""

    gan_width: float
    gan_steps: int
    classifier_steps: int

    def __str__(self) -> str:
        return (
            f"generators of width {self.gan_width:g} are trained for {self.gan_steps:,} steps, "
            f"classifiers for {self.classifier_steps:,}"
        )


def plan_for(seconds: float, costs: Costs, *, images: int, generators: int, trainings: int) -> Plan:
    """Return the plan that fits into `seconds`.

    `images`: in a training part; `generators`: how many are trained; `trainings`: the fewest
    trainings of classifiers that make a trial. Raises `UserError` if even the shortest trainings
    take longer than that.
    """
    each = GENERATORS * seconds / generators - costs.gan_start
    for width in WIDTHS:  # the cost of a step grows with the square of the width
        steps = each / (costs.gan_step * (width / WIDTHS[-1]) ** 2)
        if steps >= ENOUGH:
            break
    most = max(MOST_GAN_STEPS, MOST_GAN_EPOCHS * images // GAN_BATCH)
    gan_steps = min(int(steps), most)
    wanted = min(EPOCHS * images // CLASSIFIER_BATCH, MOST_CLASSIFIER_STEPS)
    possible = int(CLASSIFIERS * seconds / trainings / costs.classifier_step)
    classifier_steps = min(max(wanted, FEWEST_CLASSIFIER_STEPS), possible)
    if gan_steps < FEWEST_GAN_STEPS or classifier_steps < FEWEST_CLASSIFIER_STEPS:
        needed = max(
            (costs.gan_start + FEWEST_GAN_STEPS * costs.gan_step) * generators / GENERATORS,
            FEWEST_CLASSIFIER_STEPS * costs.classifier_step * trainings / CLASSIFIERS,
        )
        raise UserError(
            f"{seconds / 60:.1f} minutes are too few for this many images and splits on this "
            f"machine; give it --minutes {needed / 60 + 1:.0f} or more, or a smaller --side"
        )
    return Plan(width, gan_steps, classifier_steps)
