"""A progress bar for everything that takes more than a few seconds."""

import os
import sys

from tqdm import tqdm


def progress_bar(iterable=None, *, description: str, total: int | None = None, unit: str = "it"):
    """Return a `tqdm` bar on standard error; none if `GAN_AUGMENT_QUIET` is set or in a log file.

    Use it as an iterator or call `.update(n)`; `.set_postfix(…)` shows figures beside it.
    """
    quiet = bool(os.environ.get("GAN_AUGMENT_QUIET")) or not sys.stderr.isatty()
    return tqdm(
        iterable,
        desc=description,
        total=total,
        unit=unit,
        disable=quiet,
        dynamic_ncols=True,
        leave=False,
    )


def warn(sentence: str) -> None:
    """Tell the user something in one line on standard error, above any progress bar."""
    tqdm.write(f"warning: {sentence}", file=sys.stderr)
