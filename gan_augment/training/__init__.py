"""The one training loop, its random numbers, checkpoints, run directory and progress bar."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "adam": ["FusedAdam"],
        "checkpoint": ["load_weights", "save_weights"],
        "files": ["written_whole"],
        "log": ["MetricsLog"],
        "loop": ["Trainer"],
        "noise": ["sample_latents"],
        "progress": ["progress_bar"],
        "run": ["RunDirectory"],
        "strategy": ["find_strategy", "is_chief"],
    },
)
