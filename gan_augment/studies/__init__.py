"""The questions, each written once over any augmenters."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["dirac", "fingerprint", "games", "matrix", "policies", "ring"],
    submod_attrs={
        "architecture_search": ["ArchitectureSearch"],
        "augmentation": ["AugmentationStudy"],
        "arms": ["ARMS", "Arm", "checked_ratios"],
        "candidates": ["CONTROLS", "Candidate", "generated_candidates", "is_imbalanced"],
        "cartpole": ["CartPoleStudy"],
        "collapse": ["CollapseStudy"],
        "comparison": ["Comparison", "TrainingSet"],
        "few_shots": ["FewShots", "FewShotsPlan"],
        "fingerprint": ["FingerprintStudy"],
        "judges": ["Judges"],
        "held_out": ["HeldOutPairs"],
        "loss_curves": ["LossCurves"],
        "matrix": ["TrainTestMatrix"],
        "own_images": ["OwnImages"],
        "own_told": ["shown", "told"],
        "plan": ["Costs", "Plan", "plan_for"],
        "protocols": ["ARM_NAMES", "GENERATED_ARMS", "PROTOCOLS", "Draw"],
        "quality": ["QualityStudy"],
        "ratio": ["RatioSweep"],
        "pictures": ["PictureStudy", "beside_nearest", "object_features"],
        "rebalancing": ["WAYS", "Imbalance", "Rebalancing"],
        "ring": ["Ring"],
        "situations": ["SituationStudy", "situations"],
        "small_gans": ["GanPlan", "SmallGans"],
        "teaching": ["TeachingStudy"],
        "translation": ["Directions", "Translations", "training_sets"],
        "trial": ["Part", "Trial"],
        "unconditional": ["Likeness", "course"],
        "zero_shot": ["ZeroShotStudy"],
    },
)
