"""The versions that decide a result, written beside it."""

import importlib.metadata
import platform

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
