"""Is this GAN still alive? Collapse and divergence, watched while training."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


def spread(images: np.ndarray, labels: np.ndarray | None = None) -> float:
    """Standard deviation over images, averaged over pixels; 0 when all images [n, …] are one.

    With labels, the mean of that within each class.
    """
    groups = [images] if labels is None else [images[labels == k] for k in np.unique(labels)]
    return float(np.mean([np.std(np.asarray(g, np.float64), axis=0).mean() for g in groups]))


@dataclass(frozen=True)
class Watch:
    """When a training has failed, and how often it is tried again.

    A report, made every `every` steps, is a mapping with `step`, `spread` (that of the samples as
    a share of the real images') and losses, whose names end so; `d_loss` is the discriminator's.
    """

    every: int = 50
    """Steps between reports."""
    spread_below: float = 0.2
    """Collapsed: samples vary less than this share of what real images do."""
    d_loss_below: float = 1e-3
    """Won: a discriminator this sure of itself has nothing left to teach."""
    patience: int = 5
    """Reports in a row that must say so before a training is stopped."""
    grace: float = 0.2
    """Share of the training in which nothing but NaN counts."""
    max_restarts: int = 2
    """A failed training is begun again with a new seed at most this often."""

    def failure(self, reports: Sequence[Mapping[str, float]], total_steps: int) -> str | None:
        """Return what is wrong, one word, or None; call it after every report.

        "diverged": a loss is not a number. "collapsed", "won": the last `patience` reports after
        the grace, or the last report of all, are below the limits. A training too short for
        `patience` reports is not judged.
        """
        last = reports[-1]
        if not math.isfinite(sum(value for name, value in last.items() if name.endswith("loss"))):
            return "diverged"
        recent = reports[-self.patience :]
        if len(recent) < self.patience:
            return None
        if last["step"] >= total_steps:
            recent = [last]
        elif recent[0]["step"] < self.grace * total_steps:
            return None
        if all(report["spread"] < self.spread_below for report in recent):
            return "collapsed"
        if all(report.get("d_loss", math.inf) < self.d_loss_below for report in recent):
            return "won"
        return None
