"""Whether generated images are copies of training images.

A generated image near a training image proves nothing by itself: images of a class are near each
other. Images that were held out say how near is usual, so the three sets are compared, as Meehan et
al. 2020 (arXiv:2004.05675) do: nearer than held-out images are means copying.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from gan_augment.metrics.neighbours import nearest_distances

NEAR = 0.01  # the share of held-out images that count as very near


@dataclass(frozen=True)
class Memorization:
    """How near generated images are to training images, as against held-out ones.

    `ratio`: median distance of generated over that of held-out images, 1 if nothing was copied,
    0 if most was. `nearer`: chance that a generated image is nearer than a held-out one, 0.5 if
    nothing was copied, ties counting half. `very_near`: share of generated images at least as
    near as the nearest 1 % of held-out ones; about 0.01 if nothing was copied.
    """

    ratio: float
    nearer: float
    very_near: float


def detect_copies(
    training: np.ndarray, generated: np.ndarray, held_out: np.ndarray
) -> Memorization:
    """Compare points [n, d] of the three sets: features, or flattened uint8 images.

    `training` is all that the generator saw, `held_out` more of the same kind. Memory is bounded.
    """
    return compare_distances(
        nearest_distances(generated, training), nearest_distances(held_out, training)
    )


def compare_distances(generated: np.ndarray, held_out: np.ndarray) -> Memorization:
    """Compare distances to the nearest training image, [m] of generated and [n] of held-out ones.

    Where held-out images are copies themselves (their median is 0), `ratio` is NaN.
    """
    if not (len(generated) and len(held_out)):
        raise ValueError("memorization needs both generated and held-out images")
    usual = float(np.median(held_out))
    ranks = stats.rankdata(np.concatenate([generated, held_out]))[: len(generated)]
    further = (ranks - (len(generated) + 1) / 2).mean() / len(held_out)
    return Memorization(
        ratio=float(np.median(generated)) / usual if usual else np.nan,
        nearer=float(1 - further),
        very_near=float((generated <= np.quantile(held_out, NEAR)).mean()),
    )
