"""How sure a mean or a difference is, over GAN seeds and classifier members.

A score has two sources of luck: the GAN seed (which real images were drawn, how their GANs came
out) and the member (the classifier's own seed). Members of one GAN seed share its luck, so with
two or more GAN seeds only their means count as independent; with one, the members do, and what
they say holds for that one real sample and its GANs alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special, stats

HOLDS, DOES_NOT_HOLD, UNDECIDED, NOT_RUN = "holds", "does not hold", "undecided", "not run"

# Two-sided, the sign test of five pairs cannot fall below p = 0.0625.
FEWEST_FOR_SIGN_TEST = 6


@dataclass(frozen=True)
class Estimate:
    """A mean with what is known about it; unknown parts are NaN."""

    mean: float
    """Mean over GAN seeds of the mean over members."""
    sd: float
    """Standard deviation over all members of all GAN seeds."""
    low: float
    """Lower end of the t interval."""
    high: float
    """Upper end of the t interval."""
    p_value: float
    """Two-sided t test of mean = 0 over the same units as the interval."""
    p_sign: float
    """Two-sided sign test of median = 0 over the same units (exact, ties and outliers do not
    matter); NaN for fewer than six units other than 0."""
    n_members: int
    """Number of scores, all GAN seeds together."""
    n_gan_seeds: int
    """Number of GAN seeds."""
    interval_over: str
    """"gan seeds", or "members": conditional on one real sample and its GANs."""


def estimate(values: pd.Series, confidence: float = 0.95) -> Estimate:
    """Estimate the mean of `values`, indexed by the levels "gan_seed" and "member"; NaN is ignored.

    One unit gives no interval (NaN), units without spread an interval of no width.
    """
    values = values.dropna()
    by_gan_seed = values.groupby(level="gan_seed").mean()
    over_gan_seeds = len(by_gan_seed) > 1
    units = (by_gan_seed if over_gan_seeds else values).to_numpy(float)
    low, high, p_value = _t_interval(units, confidence)
    return Estimate(
        mean=float(units.mean()) if len(units) else np.nan,
        sd=float(values.std(ddof=1)) if len(values) > 1 else np.nan,
        low=low,
        high=high,
        p_value=p_value,
        p_sign=_sign_test(units),
        n_members=len(values),
        n_gan_seeds=len(by_gan_seed),
        interval_over="gan seeds" if over_gan_seeds else "members",
    )


def verdict(
    differences: Estimate | Iterable[Estimate], claim_sign: int, equivalence: float = 0.005
) -> str:
    """Judge the claim that *every* difference has the sign `claim_sign` (0: that there is none).

    One difference "holds" if its interval excludes 0 on the claimed side, "does not hold" if the
    interval excludes 0 on the other side or lies within ±`equivalence`, and is "undecided"
    otherwise. The claim of no difference holds within ±`equivalence`, and does not hold wholly
    beyond it. Of several, one that does not hold refutes the claim, and all must hold for it to
    hold. None at all: "not run".
    """
    if isinstance(differences, Estimate):
        differences = [differences]
    each = {_verdict_of_one(d.low, d.high, claim_sign, equivalence) for d in differences}
    if not each:
        return NOT_RUN
    if DOES_NOT_HOLD in each:
        return DOES_NOT_HOLD
    return HOLDS if each == {HOLDS} else UNDECIDED


def _verdict_of_one(low: float, high: float, claim_sign: int, equivalence: float) -> str:
    # Comparisons with NaN are false, so an estimate without an interval ends as undecided.
    within = -equivalence < low and high < equivalence
    if claim_sign == 0:
        beyond = low > equivalence or high < -equivalence
        return HOLDS if within else DOES_NOT_HOLD if beyond else UNDECIDED
    low, high = (low, high) if claim_sign > 0 else (-high, -low)
    if low > 0:
        return HOLDS
    return DOES_NOT_HOLD if high < 0 or within else UNDECIDED


def _t_interval(units: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """Return (low, high, p) of the mean of independent `units`."""
    if len(units) < 2:
        return np.nan, np.nan, np.nan
    mean, error = units.mean(), units.std(ddof=1) / len(units) ** 0.5
    if error < 1e-12:  # equal up to rounding: t would be noise over noise
        return mean, mean, float(abs(mean) < 1e-12)
    freedom = len(units) - 1
    half = special.stdtrit(freedom, (1 + confidence) / 2) * error
    return mean - half, mean + half, 2 * special.stdtr(freedom, -abs(mean) / error)


def _sign_test(units: np.ndarray) -> float:
    above, other = int((units > 0).sum()), int((units != 0).sum())
    if other < FEWEST_FOR_SIGN_TEST:
        return np.nan
    return float(stats.binomtest(above, other).pvalue)
