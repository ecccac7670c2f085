"""The kernel distance of Bińkowski et al. 2018 (arXiv:1801.01401): the mathematics of KID.

The squared maximum mean discrepancy with the kernel (x·y / d + 1)³, unbiased, so its mean is the
same at every n (unlike the Fréchet distance's), and it may come out negative.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BLOCK = 1000  # features in a block at most, the size that most published figures use
FEWEST_BLOCKS = 10  # for a standard error that is worth having


@dataclass(frozen=True)
class KernelDistance:
    """The mean over `blocks` disjoint blocks and its standard error (NaN for a single block)."""

    mean: float
    error: float
    blocks: int


def polynomial_kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return (x·y / d + 1)³, float64 [n, m], of features [n, d] and [m, d]."""
    products = np.asarray(x, np.float64) @ np.asarray(y, np.float64).T
    return (products / x.shape[1] + 1) ** 3


def squared_mmd(x: np.ndarray, y: np.ndarray) -> float:
    """Estimate without bias the squared maximum mean discrepancy of features [n, d] and [m, d].

    The U-statistic of Gretton et al. 2012, equation 3: no feature is compared with itself. Holds
    n², n·m and m² numbers in turn. Raises `ValueError` for fewer than two features.
    """
    if min(len(x), len(y)) < 2:
        raise ValueError("the kernel distance needs at least two features on each side")
    return _mean_of_pairs(x) + _mean_of_pairs(y) - 2 * polynomial_kernel(x, y).mean()


def kernel_distance(x: np.ndarray, y: np.ndarray, *, seed: int = 0) -> KernelDistance:
    """Estimate the kernel distance of features [n, d] and [m, d] as a mean over disjoint blocks.

    Either set is cut at random (by `seed`) into as many blocks of nearly equal size, at most BLOCK
    features and at least FEWEST_BLOCKS blocks where there are enough, so every feature counts
    once. The blocks are independent, which the overlapping subsets in common use are not, so the
    standard error is one. Raises `ValueError` for fewer than two features.
    """
    blocks = max(FEWEST_BLOCKS, -(-max(len(x), len(y)) // BLOCK))
    blocks = max(1, min(blocks, len(x) // 2, len(y) // 2))
    rng = np.random.default_rng(seed)
    parts = zip(*(np.array_split(rng.permutation(len(each)), blocks) for each in (x, y)))
    values = np.array([squared_mmd(x[rows], y[columns]) for rows, columns in parts])
    error = values.std(ddof=1) / np.sqrt(blocks) if blocks > 1 else np.nan
    return KernelDistance(float(values.mean()), float(error), blocks)


def _mean_of_pairs(x: np.ndarray) -> float:
    """Return the mean of the kernel over pairs of different features."""
    kernel = polynomial_kernel(x, x)
    return (kernel.sum() - np.trace(kernel)) / (len(x) * (len(x) - 1))
