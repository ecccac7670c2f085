"""Does a GAN trained on your labelled images make a better classifier? See README.md."""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=[
        "augmenters",
        "classifiers",
        "data",
        "metrics",
        "reporting",
        "studies",
        "training",
        "zoo",
    ],
    submod_attrs={
        "data.images": ["LabeledImages"],
        "data.sources": ["load"],
        "generate": ["generate", "write"],
        "images": ["compare"],
    },
)
