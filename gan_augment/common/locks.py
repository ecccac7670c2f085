"""One process at a time."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None


class HeldError(Exception):
    """Another process holds it; the text names it."""


class Lock:
    """Holds the file `path` for this process, until it is released, forgotten, or the process ends.

    Raises `HeldError` if another process holds it. Where the system or the file system has no
    locks, or the file cannot be written, nothing is held.
    """

    def __init__(self, path: Path):
        self._file = None
        if fcntl is None:
            return
        with contextlib.suppress(OSError):
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except (BlockingIOError, PermissionError):
                holder = os.read(self._file, 20).decode().strip()
                raise HeldError(f"process {holder}" if holder else "another process") from None
            os.ftruncate(self._file, 0)
            os.write(self._file, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let others hold it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    __del__ = release
