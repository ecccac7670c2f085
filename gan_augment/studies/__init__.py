"""The questions, each written once over any augmenters."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["dirac", "games", "matrix", "ring"],
    submod_attrs={
        "augmentation": ["AugmentationStudy"],
        "arms": ["ARMS", "Arm", "checked_ratios"],
        "collapse": ["CollapseStudy"],
        "matrix": ["TrainTestMatrix"],
        "ratio": ["RatioSweep"],
        "ring": ["Ring"],
    },
)
