"""Ways of making more labelled images out of some: one method a file, and the controls."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["layers", "objectives", "stabilizers"],
    submod_attrs={
        "assembly": ["DTYPES"],
        "adversarial": ["GAN"],
        "auto_encoder": ["AutoEncoder", "auto_encoder"],
        "bagan": ["BAGAN", "BalancingGAN", "DecodedNormals", "bagan"],
        "base": ["Augmenter", "generate", "generated_set"],
        "class_conditional": ["ClassConditional", "conditional_dcgan"],
        "controls": ["Affine", "Repeat"],
        "cyclegan": ["CycleGAN", "cycle_gan"],
        "dagan": ["DAGAN", "sibling_gan"],
        "dcgan": ["dcgan"],
        "dcgan64": ["dcgan64"],
        "health": ["Watch"],
        "feature_generator": ["FeatureGenerator"],
        "fully_connected": ["fully_connected_gan", "pixel_statistics"],
        "genclass": ["gen_class"],
        "layer_norm_dcgan": ["layer_norm_dcgan"],
        "per_class": ["PerClass"],
        "points": ["points_gan"],
        "saved": ["load_generator", "save_generator"],
        "siblings": ["PairTrained", "Siblings"],
        "smote": ["Smote"],
        "teaching": ["teaching"],
        "teaching_network": ["TeachingNetwork"],
        "translation": ["Translated", "Translation"],
        "vae": ["VAE", "VariationalAutoEncoder", "vae"],
    },
)
