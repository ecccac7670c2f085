"""Ways of training a classifier on a small set of images of one's own, to choose from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from gan_augment.data.images import LabeledImages, concatenate, mix

TRANSFORMS = ("classical", "randaugment")
IMBALANCED = 1.5  # times as many images in the largest class as in the smallest


@dataclass(frozen=True)
class Candidate:
    """What is added to the real images, and what is done to them while training."""

    method: str | None = None
    """Which generator's images are added."""
    ratio: float | None = None
    """How many of them for a real one, as many of each class; None: so many that every class has as
    many as the largest."""
    transform: str | None = None
    """"classical" or "randaugment": every step sees the images changed anew."""
    short: bool = False
    """Whether the training takes half as many steps as all others."""
    selected: str | None = None
    """By whose judgement the best of the generated images were kept (see `selection`)."""

    @property
    def name(self) -> str:
        """A name for tables."""
        if self.method is None:
            return self.transform or ("nothing" if self.short else "equal steps")
        amount = "filled up" if self.ratio is None else f"R = {self.ratio:g}"
        added = f"{self.method}, {amount}"
        return ", ".join(
            [added, *filter(None, [self.transform, self.selected and f"by {self.selected}"])]
        )

    def needed(self, real: LabeledImages) -> int:
        """Return how many images of a class the generator must give."""
        counts = real.counts()
        if self.ratio is None:
            return int(counts.max() - counts.min())
        return -(-round(self.ratio * len(real)) // real.num_classes)

    def training_set(
        self, real: LabeledImages, generated: LabeledImages | None = None
    ) -> LabeledImages:
        """Return the real images and those of `generated` that are added, the first of each class.

        Raises `UserError` if there are too few of them.
        """
        if self.method is None:
            return real
        if self.ratio is None:
            missing = real.counts().max() - real.counts()
            rows = [np.flatnonzero(generated.labels == k)[:n] for k, n in enumerate(missing)]
            return concatenate([real, generated.take(np.concatenate(rows).astype(int))])
        return mix(real, generated, self.ratio)


CONTROLS = (
    Candidate(short=True),
    Candidate(),
    *(Candidate(transform=name) for name in TRANSFORMS),
)


def generated_candidates(
    methods: Collection[str], ratios: Sequence[float], counts: np.ndarray
) -> list[Candidate]:
    """Return all ways of adding generated images, with and without classical augmentation.

    `counts` are those of the real images: where classes differ much in size, filling up the smaller
    ones is among the ways.
    """
    amounts: list[float | None] = list(ratios)
    if is_imbalanced(counts):
        amounts.append(None)
    return [
        Candidate(method, amount, transform)
        for method in methods
        for transform in (None, "classical")
        for amount in amounts
    ]


def is_imbalanced(counts: np.ndarray) -> bool:
    """Tell whether the largest class has so many more images that accuracy would mislead."""
    return bool(counts.max() > IMBALANCED * counts.min())
