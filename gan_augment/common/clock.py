"""A budget of time."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Counts down from `minutes`, from when it is made; `now` gives seconds."""

    def __init__(self, minutes: float, now: Callable[[], float] = time.monotonic):
        self._now = now
        self._start = now()
        self.seconds = 60 * minutes

    def spent(self) -> float:
        """Return the seconds since the beginning."""
        return self._now() - self._start

    def left(self) -> float:
        """Return the seconds that are left, 0 at the least."""
        return max(0.0, self.seconds - self.spent())
