"""Does an image show which generator made it? A linear probe on what no object is made of.

Ten separately trained generators are ten cameras: each leaves its own trace in colour balance and
in the finest detail, and a classifier of synthetic images can read the class off the trace. Trace
features of an image say nothing about its shapes, so what a linear probe finds in them beyond what
it finds in real images is the generators' doing.
"""

import numpy as np

from gan_augment.data.images import LabeledImages

BANDS = 12  # of the spectrum, from coarse to fine
PHASES = (2, 4)  # steps of up-sampling, which leave a grid


def trace_features(images: np.ndarray) -> dict[str, np.ndarray]:
    """Return features of uint8 images [n, h, w, c] by kind, float64 [n, d].

    "colour": mean and standard deviation of each channel. "residue": of what a 3 × 3 mean takes
    away, the log power in bands of frequency, and the mean at each place of 2 × 2 and 4 × 4 grids.
    """
    x = images.astype(np.float64) / 127.5 - 1
    colour = np.concatenate([x.mean((1, 2)), x.std((1, 2))], axis=1)
    residue = x - _blurred(x)
    return {"colour": colour, "residue": np.concatenate([_spectrum(residue), _grid(residue)], 1)}


def probe(train: LabeledImages, test: LabeledImages, kind: str = "both") -> float:
    """Return the accuracy on `test` of a linear classifier of trace features fitted to `train`.

    `kind` is "colour", "residue" or "both". Linear discriminant analysis on features standardised
    by the statistics of `train`, with a small ridge.
    """
    x, x_test = (_features(part.images, kind) for part in (train, test))
    mean, deviation = x.mean(0), x.std(0)
    scale = np.where(deviation > 1e-12, deviation, 1)
    x, x_test = (x - mean) / scale, (x_test - mean) / scale
    present = np.unique(train.labels)
    centres = np.stack([x[train.labels == label].mean(0) for label in present])
    within = x - centres[np.searchsorted(present, train.labels)]
    weights = np.linalg.solve(within.T @ within / len(x) + 1e-3 * np.eye(x.shape[1]), centres.T)
    shares = train.counts()[present] / len(train)
    scores = x_test @ weights - (centres.T * weights).sum(0) / 2 + np.log(shares)
    return float((present[scores.argmax(1)] == test.labels).mean())


def _features(images: np.ndarray, kind: str) -> np.ndarray:
    blocks = []
    for start in range(0, len(images), 5000):  # a few hundred megabytes at a time
        found = trace_features(images[start : start + 5000])
        blocks.append(np.concatenate([*found.values()], 1) if kind == "both" else found[kind])
    return np.concatenate(blocks)


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
