"""The Fréchet distance between Gaussians fitted to features: the mathematics of FID.

Heusel et al. 2017 (arXiv:1706.08500), equation 6:

    ‖μ₁ − μ₂‖² + tr Σ₁ + tr Σ₂ − 2 tr (Σ₁Σ₂)^½

A covariance is kept as a factor F, FᵀF = (n − 1) Σ, of no more rows than n or the dimension. The
last trace is then the sum of the singular values of F₁F₂ᵀ: always real, and right for the singular
covariances of fewer images than dimensions too, so nothing has to be added to a diagonal.

The distance is biased upwards at small n, so it means nothing without its n, and distances at
different n cannot be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.linalg import blas, lapack

from gan_augment.common.files import written_whole

BLOCK = 2  # times the dimension: rows taken together, so that memory stays near 4 d² numbers


@dataclass(frozen=True)
class FeatureStatistics:
    """Mean and covariance of `n` features of dimension d.

    `mean` float64 [d]; `factor` float64 [r, d] with r ≤ min(n, d), whose factorᵀ·factor is the sum
    over features of (x − mean)(x − mean)ᵀ.
    """

    n: int
    mean: np.ndarray
    factor: np.ndarray

    @classmethod
    def of(cls, features: np.ndarray | Iterable[np.ndarray]) -> FeatureStatistics:
        """Fit to features [n, d], or to an iterable of such batches in bounded memory.

        Batches of any sizes give the same statistics up to rounding. Raises `ValueError` for no
        features at all, for NaN and for infinity.
        """
        batches = [features] if isinstance(features, np.ndarray) else features
        n = 0
        for block in _blocks(batches):
            mean, d = block.mean(axis=0), block.shape[1]
            if not np.isfinite(mean).all():
                raise ValueError("features must be finite, but there are NaN or infinite ones")
            if n == 0:
                origin, total = mean, np.zeros(d)
                scatter = np.zeros((d, d), order="F") if len(block) > d else None
            block -= origin  # a mean of many rows: near enough to the mean of all to keep digits
            n += len(block)
            total += len(block) * (mean - origin)
            if scatter is not None:
                scatter = blas.dsyrk(1.0, block.T, beta=1.0, c=scatter, overwrite_c=True)
        if n == 0:
            raise ValueError("there are no features to fit a Gaussian to")
        apart = total / n
        if scatter is None:
            return cls(n, origin + apart, block - apart)
        return cls(n, origin + apart, _factor(scatter - n * np.outer(apart, apart)))

    def merged(self, other: FeatureStatistics) -> FeatureStatistics:
        """Return the statistics of both sets of features together."""
        if len(self.mean) != len(other.mean):
            raise ValueError(
                f"features of {len(self.mean)} and {len(other.mean)} dimensions do not go together"
            )
        n = self.n + other.n
        apart = other.mean - self.mean
        between = np.sqrt(self.n * other.n / n) * apart
        rows = np.concatenate([self.factor, other.factor, between[None]])
        return FeatureStatistics(n, self.mean + apart * (other.n / n), _shortened(rows))

    def covariance(self) -> np.ndarray:
        """Return the unbiased covariance, float64 [d, d]; raises `ValueError` for one feature."""
        _need_two(self)
        return self.factor.T @ self.factor / (self.n - 1)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what there is to save, by name."""
        return {"n": np.array(self.n), "mean": self.mean, "factor": self.factor}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> FeatureStatistics:
        """Make the statistics of `arrays()`."""
        return cls(int(arrays["n"]), arrays["mean"], arrays["factor"])

    def save(self, path: str | Path) -> None:
        """Write an npz file, whole or not at all."""
        with written_whole(path) as aside, aside.open("wb") as file:
            np.savez(file, **self.arrays())

    @classmethod
    def load(cls, path: str | Path) -> FeatureStatistics:
        """Read what `save` wrote."""
        with np.load(path) as arrays:
            return cls.from_arrays(arrays)


def frechet_distance(a: FeatureStatistics, b: FeatureStatistics) -> float:
    """Return the Fréchet distance of the two Gaussians, ≥ 0, a squared length in feature space.

    Right to about 10⁻⁷ of the largest variance. Raises `ValueError` for fewer than two features.
    """
    _need_two(a, b)
    if len(a.mean) != len(b.mean):
        raise ValueError(
            f"features of {len(a.mean)} and {len(b.mean)} dimensions cannot be compared"
        )
    traces = sum(np.square(each.factor).sum() / (each.n - 1) for each in (a, b))
    # The eigenvalues of Σ₁Σ₂ = A Aᵀ B Bᵀ are the squared singular values of Aᵀ B.
    roots = np.linalg.svd(a.factor @ b.factor.T, compute_uv=False)
    shared = roots.sum() / np.sqrt((a.n - 1.0) * (b.n - 1.0))
    distance = np.square(a.mean - b.mean).sum() + traces - 2 * shared
    return max(float(distance), 0.0)  # equal statistics may come out at −10⁻¹⁶


def _blocks(batches: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Give BLOCK·d rows at a time, float64, the last time what is left; always the same memory."""
    block, rows = None, 0
    for batch in batches:
        batch = np.asarray(batch)
        if batch.ndim != 2:
            raise ValueError(f"features must be [n, d], not of shape {batch.shape}")
        if block is None:
            block = np.empty((BLOCK * max(batch.shape[1], 1), batch.shape[1]))
        while len(batch):
            part, batch = batch[: len(block) - rows], batch[len(block) - rows :]
            block[rows : rows + len(part)] = part
            rows += len(part)
            if rows == len(block):
                yield block
                rows = 0
    if rows:
        yield block[:rows]


def _shortened(rows: np.ndarray) -> np.ndarray:
    """Return F [r, d], r ≤ d, with the same FᵀF."""
    return rows if len(rows) <= rows.shape[1] else _factor(blas.dsyrk(1.0, rows.T))


def _factor(scatter: np.ndarray) -> np.ndarray:
    """Return F [r, d] with FᵀF = scatter [d, d], of which only the upper triangle is read.

    Cholesky with pivoting, because it stops at the rank of a singular matrix instead of failing,
    and is many times faster than a QR of the rows or an eigendecomposition. It leaves out what is
    below rounding: a variance of d·2⁻⁵³ of the largest.
    """
    upper, order, rank, _ = lapack.dpstrf(scatter)
    factor = np.empty((rank, len(scatter)))
    factor[:, order - 1] = np.triu(upper[:rank])
    return factor


def _need_two(*statistics: FeatureStatistics) -> None:
    if any(each.n < 2 for each in statistics):
        raise ValueError("a covariance needs at least two features")
