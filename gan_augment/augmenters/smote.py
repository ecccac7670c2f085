"""SMOTE: new images between an image and one of its nearest neighbours of the same class.

Chawla et al. 2002, *SMOTE: Synthetic Minority Over-sampling Technique*, in pixels, by the package
imbalanced-learn.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gan_augment.common.errors import UserError
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages, concatenate, interleaved

BLOCK = 64  # images made at a time


class Smote:
    """Makes images x + u (x′ − x), u uniform in [0, 1], x′ one of the nearest neighbours of x.

    There are `neighbours` of those, or as many as the class has other images. Raises `UserError`
    if imbalanced-learn is not installed.
    """

    def __init__(self, neighbours: int = 5):
        try:
            from imblearn.over_sampling import SMOTE
        except ImportError as error:
            raise UserError(
                "SMOTE needs the package imbalanced-learn; pip install 'gan-augment[imbalance]'"
            ) from error
        self._smote = SMOTE
        self.neighbours = neighbours

    def fit(self, real: LabeledImages) -> Smote:
        """Keep the real images; raises `UserError` if a class has a single one."""
        for name, count in zip(real.class_names, real.counts().tolist()):
            if count == 1:
                raise UserError(
                    f"class {name!r} has 1 image and SMOTE needs 2 of a class; take more images or "
                    "leave the class out"
                )
        self.real = real
        return self

    def batches(self, per_class: int, seed: int) -> Iterator[LabeledImages]:
        """Yield interpolated images, classes mixed, `per_class` of each in all."""
        labels = np.flatnonzero(self.real.counts())
        own = [self.real.of_class(label).scaled() for label in labels]
        for block, first in enumerate(range(0, per_class, BLOCK)):
            parts = []
            for label, images in zip(labels.tolist(), own):
                made = self._between(images, derive_seed(seed, label, block))[: per_class - first]
                parts.append(
                    LabeledImages.from_scaled(
                        made, np.full(len(made), label), self.real.class_names
                    )
                )
            yield interleaved(concatenate(parts), [seed, block])

    def _between(self, images: np.ndarray, seed: int) -> np.ndarray:
        """Return `BLOCK` new images of one class."""
        n = len(images)
        # SMOTE looks at one class at a time, but its package wants to see two.
        rows = np.concatenate([images, images[:1]]).reshape(n + 1, -1)
        sampler = self._smote(
            sampling_strategy={0: n + BLOCK},
            k_neighbors=min(self.neighbours, n - 1),
            random_state=seed,
        )
        made, _ = sampler.fit_resample(rows, np.array([0] * n + [1]))
        return made[n + 1 :].reshape(-1, *images.shape[1:])
