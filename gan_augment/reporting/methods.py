"""Who has which method: the reports, public systems, and this package.

A public system is named where its own documentation or files name the method, and nowhere else; a
dash says that none was looked at that does, not that there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gan_augment.reporting.text import NOTHING, markdown

PACKAGE = "gan_augment"
PUBLIC = {
    "albumentations": "https://github.com/albumentations-team/albumentations",
    "BAGAN": "https://github.com/IBM/BAGAN",
    "Compare GAN": "https://github.com/google/compare_gan",
    "CycleGAN": "https://github.com/junyanz/pytorch-CycleGAN-and-pix2pix",
    "DAGAN": "https://github.com/AntreasAntoniou/DAGAN",
    "DiffAugment": "https://github.com/mit-han-lab/data-efficient-gans",
    "feature generating networks": "https://github.com/akku1506/Feature-Generating-Networks-for-ZSL",
    "GAN Flavours": "https://github.com/beresandras/gan-flavours-keras",
    "GAN stability": "https://github.com/LMescheder/GAN_stability",
    "GTN": "https://github.com/uber-research/GTN",
    "imbalanced-learn": "https://github.com/scikit-learn-contrib/imbalanced-learn",
    "Mimicry": "https://github.com/kwotsin/mimicry",
    "Numerics of GANs": "https://github.com/LMescheder/TheNumericsOfGANs",
    "PRDC": "https://github.com/clovaai/generative-evaluation-prdc",
    "PyTorch-VAE": "https://github.com/AntixK/PyTorch-VAE",
    "StudioGAN": "https://github.com/POSTECH-CVLab/PyTorch-StudioGAN",
    "torch-fidelity": "https://github.com/toshas/torch-fidelity",
}


@dataclass(frozen=True)
class Feature:
    """A row of the table."""

    name: str
    reports: str
    public: tuple[str, ...]
    """Names in `PUBLIC`."""
    ours: tuple[str, ...]
    """Modules and rooms of this package."""


SURVEY = "Appenzeller & Daaboul"
FEATURES = (
    Feature(
        "DCGAN (in the reports: one for each class)",
        "Abadi; Farhat; Leung et al.",
        ("Compare GAN", "GAN Flavours", "Mimicry", "StudioGAN"),
        ("augmenters/dcgan.py", "augmenters/dcgan64.py", "augmenters/layer_norm_dcgan.py"),
    ),
    Feature(
        "class-conditional GAN",
        "Priyaa & Verma",
        ("Mimicry", "StudioGAN"),
        ("augmenters/class_conditional.py", "augmenters/fully_connected.py"),
    ),
    Feature("balancing GAN", f"named: Abadi; {SURVEY}", ("BAGAN",), ("augmenters/bagan.py",)),
    Feature(
        "variational auto-encoder",
        "named: Priyaa & Verma",
        ("PyTorch-VAE",),
        ("augmenters/vae.py",),
    ),
    Feature("CycleGAN", SURVEY, ("CycleGAN",), ("augmenters/cyclegan.py",)),
    Feature("data augmentation GAN", SURVEY, ("DAGAN",), ("augmenters/dagan.py",)),
    Feature(
        "generated features of unseen classes",
        SURVEY,
        ("feature generating networks",),
        ("augmenters/genclass.py",),
    ),
    Feature("Generative Teaching Network", SURVEY, ("GTN",), ("augmenters/teaching.py",)),
    Feature(
        "gradient penalty, spectral normalisation",
        SURVEY,
        ("Compare GAN", "Mimicry", "StudioGAN"),
        ("augmenters/stabilizers/penalties.py",),
    ),
    Feature(
        "consensus optimisation",
        SURVEY,
        ("Numerics of GANs",),
        ("augmenters/stabilizers/consensus.py",),
    ),
    Feature("Dirac-GAN", SURVEY, ("GAN stability",), ("studies/dirac.py",)),
    Feature(
        "augmentation of what the discriminator sees",
        NOTHING,
        ("DiffAugment", "GAN Flavours", "StudioGAN"),
        ("augmenters/stabilizers/views.py",),
    ),
    Feature(
        "classical augmentation",
        "Farhat; Priyaa & Verma",
        ("albumentations",),
        ("data/transforms.py", "data/randaugment.py"),
    ),
    Feature("SMOTE", NOTHING, ("imbalanced-learn",), ("augmenters/smote.py",)),
    Feature("accuracy against the ratio R", "Abadi", (), ("studies/ratio.py",)),
    Feature("control with equal steps", NOTHING, (), ("augmenters/controls.py",)),
    Feature(
        "train on real or generated images, test on either",
        "Leung et al.",
        (),
        ("studies/matrix.py",),
    ),
    Feature(
        "Fréchet or kernel distance",
        "Leung et al.",
        ("Compare GAN", "GAN Flavours", "Mimicry", "StudioGAN", "torch-fidelity"),
        ("metrics/frechet.py", "metrics/kernel.py"),
    ),
    Feature(
        "precision and recall of images",
        NOTHING,
        ("Compare GAN", "PRDC", "StudioGAN", "torch-fidelity"),
        ("metrics/fidelity.py",),
    ),
    Feature(
        "nearest neighbours among the training images",
        NOTHING,
        ("StudioGAN",),
        ("metrics/memorization.py",),
    ),
    Feature("fingerprint of a generator", NOTHING, (), ("metrics/fingerprint.py",)),
    Feature("intervals, and a verdict on a claim", NOTHING, (), ("metrics/significance.py",)),
    Feature(
        "folders of your own images",
        NOTHING,
        ("CycleGAN", "StudioGAN"),
        ("images.py", "data/folders.py"),
    ),
    Feature("several GPUs", NOTHING, ("CycleGAN", "DAGAN", "StudioGAN"), ("training/strategy.py",)),
    Feature("trained weights", NOTHING, ("CycleGAN", "Mimicry", "StudioGAN"), ("zoo",)),
)


def methods_table(root: Path) -> str:
    """Return the table in Markdown; of what is not in the checkout `root` it says "not yet"."""
    rows = []
    for feature in FEATURES:
        public = [f"[{name}]({PUBLIC[name]})" for name in feature.public]
        ours = [
            f"[{Path(place).stem}]({PACKAGE}/{place})"
            for place in feature.ours
            if (root / PACKAGE / place).exists()
        ]
        rows.append(
            [
                feature.name,
                feature.reports,
                ", ".join(public) or NOTHING,
                ", ".join(ours) or "not yet",
            ]
        )
    return markdown(["", "reports", "public systems", "here"], rows, left=(0, 1, 2, 3))
