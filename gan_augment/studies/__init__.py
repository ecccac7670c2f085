"""The questions, each written once over any augmenters."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["dirac", "games", "ring"],
    submod_attrs={
        "arms": ["ARMS", "Arm"],
        "collapse": ["CollapseStudy"],
        "ratio": ["RatioSweep"],
        "ring": ["Ring"],
    },
)
