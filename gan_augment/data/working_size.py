"""The one size at which an experiment works with pictures of any size."""

from __future__ import annotations

import numpy as np

from gan_augment.common.errors import UserError

STEP = 4  # generators double the sides twice
SMALLEST, LARGEST = 16, 64  # sides that are chosen
LARGEST_GIVEN = 512
MOST_BYTES = 4 << 30  # of all images together


def working_shape(sizes: np.ndarray, side: int | None = None) -> tuple[int, int]:
    """Return height and width to work at, for pictures of `sizes` int [n, 2], n > 0.

    With `side` it is side × side. Without,

    - pictures that all have one size with sides that are multiples of 4, at most 64, keep it;
    - others become squares. Their side is the median of the pictures' shorter sides, rounded down
      to a multiple of 4, at least 16 and at most 64: small enough for a generator to be trained in
      minutes, and most pictures are not enlarged.

    Raises `UserError` unless `side` is a multiple of 4 between 8 and 512.
    """
    if side is not None:
        check_side(side)
        return side, side
    height, width = map(int, sizes[0])
    one_size = bool((sizes == sizes[0]).all())
    if one_size and max(height, width) <= LARGEST and not (height % STEP or width % STEP):
        return height, width
    median = int(np.median(sizes.min(axis=1)))
    chosen = min(max(median - median % STEP, SMALLEST), LARGEST)
    return chosen, chosen


def check_side(side: int) -> None:
    """Raise `UserError` unless generators can make images of `side` × `side`."""
    if not 2 * STEP <= side <= LARGEST_GIVEN or side % STEP:
        near = min(max(round(side / STEP) * STEP, 2 * STEP), LARGEST_GIVEN)
        raise UserError(
            f"the working size is a multiple of {STEP} from {2 * STEP} to {LARGEST_GIVEN}, "
            f"not {side}; {near} would do"
        )


def check_memory(n: int, shape: tuple[int, int], channels: int) -> None:
    """Raise `UserError` if `n` images of a shape are more than memory should hold."""
    needed = n * shape[0] * shape[1] * channels
    if needed > MOST_BYTES:
        raise UserError(
            f"{n:,} images of {shape[0]}×{shape[1]} would take {needed / 2**30:.1f} GiB, more than "
            f"{MOST_BYTES >> 30}; choose a smaller working size or fewer images"
        )
