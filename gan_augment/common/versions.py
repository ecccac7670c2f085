"""The versions that decide a result, written beside it."""

import importlib.metadata
import platform
from collections.abc import Mapping, Sequence

PACKAGES = ("gan-augment", "tensorflow", "keras", "tensorflow-datasets", "numpy")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that a result depends on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:  # running from a checkout
            found[package] = "not installed"
    return found


def version_sets(recorded: Mapping | Sequence[Mapping] | None) -> list[dict[str, str]]:
    """Return every set of versions that a run recorded; runs used to record one and no list."""
    return [recorded] if isinstance(recorded, Mapping) else list(recorded or [])
