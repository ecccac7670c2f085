"""One `--seed` for a run; every random choice derives its own from it by name."""

import hashlib


def derive_seed(seed: int, *path: str | int | float) -> int:
    """Return the seed, 0 ≤ s < 2³¹, that `seed` gives to the choice called `path`.

    `derive_seed(0, "gan", 3)` is always the same number and shares nothing with
    `derive_seed(0, "gan", 4)`, so adding a choice never disturbs the others.
    """
    text = repr((int(seed), *path)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:4], "big") >> 1
