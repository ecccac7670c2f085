"""Trained networks under a name: presets, their weights, and a card for each.

    from gan_augment import generate, zoo

    print(zoo.card("mnist-dcgan"))
    digits = generate("mnist-dcgan", per_class=10)

A preset is a dictionary in `known.py`; `python -m gan_augment.zoo NAME --add RUN` gives it weights.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "adding": ["add"],
        "cards": ["card"],
        "catalogue": ["preset", "presets"],
        "networks": ["load"],
    },
)
