"""How Priyaa & Verma's experiment is done: as their public code does it, and as their text says."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gan_augment.augmenters.base import generate
from gan_augment.augmenters.controls import Affine
from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages, mix
from gan_augment.data.transforms import rotation
from gan_augment.studies.arms import ARMS, Arm


@dataclass(frozen=True)
class Protocol:
    """What of the images is used, and how."""

    share: float
    """Share of the images that is used at all."""
    held_back: float
    """Share of these that is the validation part."""
    pixels: tuple[float, float]
    """What the classifier gets for black and for white."""
    degrees: float
    """The rotation baseline turns images by 0 to so many degrees."""

    def split(self, images: LabeledImages, seed: int) -> tuple[LabeledImages, LabeledImages]:
        """Draw the training and the validation part, whatever the classes."""
        order = np.random.default_rng(seed).permutation(len(images))
        order = order[: round(self.share * len(images))]
        held_back = round(self.held_back * len(order))
        if not 0 < held_back < len(order):
            raise UserError(f"{len(images)} images are too few to hold some back; give more")
        return images.take(order[held_back:]), images.take(order[:held_back])

    def arms(self) -> dict[str, Arm]:
        """Return what is compared, by name; all but "real" add images to the training part."""
        turn = rotation(0.0, self.degrees)

        def rotated(real, synthetic, ratio, seed):
            per_class = math.ceil(round(ratio * len(real)) / real.num_classes)
            return mix(real, generate(Affine(turn).fit(real), per_class, seed), ratio)

        return {
            "real": ARMS["real"],
            "rotation": Arm(rotated, synthetic=False),
            "gan": ARMS["gan"],
            "repeat": ARMS["repeat"],
            "affine": ARMS["affine"],
            "gan+affine": ARMS["gan+affine"],
        }


PROTOCOLS = {
    # The public code's loader reads 3,072 of each file of 10,000 (four files to train on, one for
    # validation), takes pixels as they are, and gives degrees / 360 to a function of radians.
    "report": Protocol(0.3072, 1 / 5, (0.0, 255.0), math.degrees(45 / 360)),
    # Sections 6.1 and 6.3.1; 45,000 and 5,000 images.
    "corrected": Protocol(1.0, 1 / 10, (-1.0, 1.0), 45.0),
}

ARM_NAMES = tuple(PROTOCOLS["corrected"].arms())
GENERATED_ARMS = ("gan", "gan+affine")
SHOWN_EPOCHS = (10, 50, 100, 400)  # of a generator's training, in Figures 7 to 10


@dataclass(frozen=True)
class Draw:
    """Real images: a sample of so many by a GAN seed, split by a protocol."""

    protocol: str
    size: int
    gan_seed: int

    def folder(self, model: str) -> str:
        """Name the directory of a generator that was trained on it."""
        return f"{model}_{self.protocol}_size-{self.size}_seed-{self.gan_seed}"


def shown_steps(steps: int, per_epoch: int) -> tuple[int, ...]:
    """Return the steps of Figures 7 to 10: the reported epochs that a training reaches.

    Of a shorter training than the report's also its end, and the same shares of it that the
    reported epochs are of theirs: 1/40, 1/8 and 1/4.
    """
    reached = {epoch * per_epoch for epoch in SHOWN_EPOCHS if epoch * per_epoch <= steps}
    if len(reached) < len(SHOWN_EPOCHS):
        reached |= {max(1, round(steps * e / SHOWN_EPOCHS[-1])) for e in SHOWN_EPOCHS}
    return tuple(sorted(reached))
