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

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

BLOCK = 4  # times the dimension: rows taken together, so that memory stays near 4 d² numbers


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
        whole = None
        for block in _blocks(batches):
            part = _fit(block)
            whole = part if whole is None else whole.merged(part)
        if whole is None:
            raise ValueError("there are no features to fit a Gaussian to")
        return whole

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


def _blocks(batches: Iterable[np.ndarray]) -> Iterable[np.ndarray]:
    """Cut or join batches to blocks of BLOCK·d rows, float64; the last may be smaller."""
    waiting, rows = [], 0
    for batch in batches:
        batch = np.asarray(batch)
        if batch.ndim != 2:
            raise ValueError(f"features must be [n, d], not of shape {batch.shape}")
        size = BLOCK * max(batch.shape[1], 1)
        while len(batch):
            part, batch = batch[: size - rows], batch[size - rows :]
            waiting.append(part.astype(np.float64))
            rows += len(part)
            if rows == size:
                yield np.concatenate(waiting)
                waiting, rows = [], 0
    if waiting:
        yield np.concatenate(waiting)


def _fit(block: np.ndarray) -> FeatureStatistics:
    mean = block.mean(axis=0)
    if not np.isfinite(mean).all():
        raise ValueError("features must be finite, but there are NaN or infinite ones")
    return FeatureStatistics(len(block), mean, _shortened(block - mean))


def _shortened(rows: np.ndarray) -> np.ndarray:
    """Return F [r, d], r ≤ d, with the same FᵀF.

    Cholesky with pivoting, because it stops at the rank of a singular matrix instead of failing,
    and is many times faster than a QR of the rows or an eigendecomposition. It leaves out what is
    below rounding: a variance of d·2⁻⁵³ of the largest.
    """
    if len(rows) <= rows.shape[1]:
        return rows
    upper, order, rank, _ = lapack.dpstrf(rows.T @ rows, overwrite_a=True)
    factor = np.empty((rank, rows.shape[1]))
    factor[:, order - 1] = np.triu(upper[:rank])
    return factor


def _need_two(*statistics: FeatureStatistics) -> None:
    if any(each.n < 2 for each in statistics):
        raise ValueError("a covariance needs at least two features")
