"""The one training loop, its random numbers, checkpoints and run directory."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "adam": ["FusedAdam"],
        "checkpoint": ["load_weights", "save_weights"],
        "loop": ["Trainer", "steps_of_epochs"],
        "momentum": ["RampedSGD"],
        "noise": ["sample_latents"],
        "onlookers": ["invite"],
        "run": ["RunDirectory", "command_line"],
        "strategy": ["find_strategy", "is_chief"],
    },
)
