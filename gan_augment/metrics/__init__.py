"""Numbers that say how good something is, and how sure that is."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "ranking": ["rank_correlation"],
        "significance": ["Estimate", "estimate", "verdict"],
    },
)
