"""What a GAN without classes draws as it trains, and whether it draws what it was shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
import pandas as pd

from gan_augment.augmenters.fitting import Fitting
from gan_augment.augmenters.health import spread
from gan_augment.data.images import LabeledImages
from gan_augment.metrics.memorization import compare_distances
from gan_augment.metrics.neighbours import nearest

ENOUGH = 5000  # real images to measure spread and detail of


class Likeness:
    """Compares samples with the `real` images of a GAN's training, by distances over all pixels.

    `held_out` are more of the same kind, which the GAN never saw. Samples are uint8 [n, h, w, c].
    """

    def __init__(self, real: LabeledImages, held_out: LabeledImages):
        some = real.images[:: -(-len(real) // ENOUGH)]
        self.spread, self.detail = spread(some), detail(some)
        self.training = real.images
        self.held_out = held_out.images
        self.usual, _ = self._nearest(held_out.images)

    def of(self, samples: np.ndarray) -> dict[str, float]:
        """Return the number of samples, their spread and detail, and those of `Memorization`.

        Spread and detail are shares of what real images have: 1 if they vary as much from one to
        the next, and if neighbouring pixels differ as much.
        """
        distances, _ = self._nearest(samples)
        return {
            "samples": len(samples),
            "spread": spread(samples) / self.spread,
            "detail": detail(samples) / self.detail,
            **asdict(compare_distances(distances, self.usual)),
        }

    def pairs(self, samples: np.ndarray, count: int) -> dict[str, np.ndarray]:
        """Return images above the training images nearest to them, uint8 [2, count, h, w, c].

        By title: the first samples, those nearest of all, and held-out images.
        """
        distances, _ = self._nearest(samples)
        chosen = {
            "samples, not chosen": samples[:count],
            f"the nearest of {len(samples):,}": samples[np.argsort(distances)[:count]],
            "real, held out": self.held_out[:count],
        }
        return {
            title: np.stack([images, self.training[self._nearest(images)[1]]])
            for title, images in chosen.items()
        }

    def _nearest(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return nearest(*(part.reshape(len(part), -1) for part in (images, self.training)))


def course(
    augmenter: Fitting, likeness: Likeness, epochs: Mapping[int, float], generated: np.ndarray
) -> pd.DataFrame:
    """Return losses and likeness of the samples kept while the only GAN of `augmenter` trained.

    `epochs` says which epoch has ended after each step. The last row is of what was `generated` in
    the end, without losses.
    """
    reports = {report["step"]: report for report in augmenter.log.records}  # of the last attempt
    rows = []
    for step, samples in augmenter.kept_samples(0).items():
        losses = {name: reports[step][name] for name in ("d_loss", "g_loss")}
        rows.append({"epoch": epochs[step], "step": step, **losses, **likeness.of(samples.images)})
    end = {"epoch": epochs[max(epochs)], "step": max(epochs), "d_loss": np.nan, "g_loss": np.nan}
    return pd.DataFrame([*rows, end | likeness.of(generated)])


def detail(images: np.ndarray) -> float:
    """Mean absolute difference of neighbouring pixels of images [n, h, w, c]."""
    x = images.astype(np.float32)
    return float(np.mean([np.abs(np.diff(x, axis=axis)).mean() for axis in (1, 2)]))
