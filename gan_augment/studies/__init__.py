"""The questions, each written once over any augmenters."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["dirac", "fingerprint", "games", "matrix", "policies", "ring"],
    submod_attrs={
        "architecture_search": ["ArchitectureSearch"],
        "augmentation": ["AugmentationStudy"],
        "arms": ["ARMS", "Arm", "checked_ratios"],
        "cartpole": ["CartPoleStudy"],
        "collapse": ["CollapseStudy"],
        "comparison": ["Comparison", "TrainingSet"],
        "fingerprint": ["FingerprintStudy"],
        "loss_curves": ["LossCurves"],
        "matrix": ["TrainTestMatrix"],
        "protocols": ["ARM_NAMES", "GENERATED_ARMS", "PROTOCOLS", "Draw"],
        "quality": ["QualityStudy"],
        "ratio": ["RatioSweep"],
        "pictures": ["PictureStudy", "beside_nearest", "object_features"],
        "ring": ["Ring"],
        "situations": ["SituationStudy", "situations"],
        "small_gans": ["GanPlan", "SmallGans"],
        "teaching": ["TeachingStudy"],
        "unconditional": ["Likeness", "course"],
    },
)
