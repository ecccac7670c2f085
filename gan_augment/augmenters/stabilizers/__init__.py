"""Remedies for the two-player game: small parts that every GAN here can take, in combinations."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "base": ["Stabilizer"],
        "registry": [
            "CONFLICTS",
            "RECOMMENDED",
            "STABILIZERS",
            "choose_objective",
            "layers_of",
            "parse",
        ],
    },
)
