"""Does an image show which generator made it? A linear probe on what no object is made of.

Ten separately trained generators are ten cameras: each leaves its own trace in colour balance and
in the finest detail, and a classifier of synthetic images can read the class off the trace. Trace
features of an image say nothing about its shapes, so what a linear probe finds in them beyond what
it finds in real images is the generators' doing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_augment.data.images import LabeledImages

KINDS = ("colour", "residue", "both")
BANDS = 12  # of the spectrum, from coarse to fine
PHASES = (2, 4)  # steps of up-sampling, which leave a grid
BLOCK = 5000  # images at a time: a few hundred megabytes


@dataclass(frozen=True)
class Traces:
    """Trace features of a set of images, taken once for any number of probes.

    `features` by kind of trace, one of KINDS, float64 [n, d]; `labels` int32 [n].
    """

    features: dict[str, np.ndarray]
    labels: np.ndarray

    @classmethod
    def of(cls, images: LabeledImages) -> Traces:
        """Take the trace features of `images`."""
        starts = range(0, len(images), BLOCK)
        blocks = [trace_features(images.images[start : start + BLOCK]) for start in starts]
        found = {kind: np.concatenate([block[kind] for block in blocks]) for kind in blocks[0]}
        return cls(found | {"both": np.concatenate([*found.values()], 1)}, images.labels)


def trace_features(images: np.ndarray) -> dict[str, np.ndarray]:
    """Return features of uint8 images [n, h, w, c] by kind, float64 [n, d].

    "colour": mean and standard deviation of each channel. "residue": of what a 3 × 3 mean takes
    away, the log power in bands of frequency, and the mean at each place of 2 × 2 and 4 × 4 grids.
    """
    x = images.astype(np.float64) / 127.5 - 1
    colour = np.concatenate([x.mean((1, 2)), x.std((1, 2))], axis=1)
    residue = x - _blurred(x)
    return {"colour": colour, "residue": np.concatenate([_spectrum(residue), _grid(residue)], 1)}


def probe(train: Traces, test: Traces, kind: str = "both") -> float:
    """Return the accuracy on `test` of a linear classifier of trace features fitted to `train`.

    Linear discriminant analysis on features standardised by the statistics of `train`, with a small
    ridge. `kind` is one of KINDS.
    """
    x, x_test = train.features[kind], test.features[kind]
    mean, deviation = x.mean(0), x.std(0)
    scale = np.where(deviation > 1e-12, deviation, 1)
    x, x_test = (x - mean) / scale, (x_test - mean) / scale
    present, labels, counts = np.unique(train.labels, return_inverse=True, return_counts=True)
    centres = np.stack([x[labels == k].mean(0) for k in range(len(present))])
    within = x - centres[labels]
    weights = np.linalg.solve(within.T @ within / len(x) + 1e-3 * np.eye(x.shape[1]), centres.T)
    scores = x_test @ weights - (centres.T * weights).sum(0) / 2 + np.log(counts / len(x))
    return float((present[scores.argmax(1)] == test.labels).mean())


def _blurred(x: np.ndarray) -> np.ndarray:
    padded = np.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)], mode="edge")
    h, w = x.shape[1:3]
    return sum(padded[:, i : i + h, j : j + w] for i in range(3) for j in range(3)) / 9


def _spectrum(x: np.ndarray) -> np.ndarray:
    power = np.abs(np.fft.fft2(x, axes=(1, 2))) ** 2
    h, w = x.shape[1:3]
    radius = np.hypot(np.fft.fftfreq(h)[:, None], np.fft.fftfreq(w)[None]) / np.hypot(0.5, 0.5)
    band = np.minimum((radius * BANDS).astype(int), BANDS - 1)
    means = [power[:, band == k].mean(1) for k in range(BANDS) if (band == k).any()]
    return np.log(np.concatenate(means, 1) + 1e-8)


def _grid(x: np.ndarray) -> np.ndarray:
    means = [
        x[:, i::step, j::step].mean((1, 2))
        for step in PHASES
        for i in range(step)
        for j in range(step)
    ]
    return np.concatenate(means, 1)
