"""Experiments that are published as they are, without merging runs: their files and their words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gan_augment.reporting.cartpole import cartpole_section
from gan_augment.reporting.class_conditional_page import class_conditional_section
from gan_augment.reporting.cows_horses_files import FILES as COWS_HORSES
from gan_augment.reporting.cows_horses_page import cows_horses_section
from gan_augment.reporting.cyclegan_files import FILES as CYCLEGAN
from gan_augment.reporting.cyclegan_files import PICTURES as TRANSLATION
from gan_augment.reporting.cyclegan_page import cyclegan_section, translation_section
from gan_augment.reporting.dagan_files import FILES as DAGAN
from gan_augment.reporting.dagan_page import dagan_section
from gan_augment.reporting.faces import faces_section
from gan_augment.reporting.genclass_files import FILES as GENCLASS
from gan_augment.reporting.genclass_files import PERHAPS as GENCLASS_PERHAPS
from gan_augment.reporting.genclass_page import genclass_section
from gan_augment.reporting.imbalance_files import FILES as IMBALANCE
from gan_augment.reporting.imbalance_files import PERHAPS as IMBALANCE_PERHAPS
from gan_augment.reporting.imbalance_page import imbalance_section
from gan_augment.reporting.own_images_section import FILES as OWN_IMAGES
from gan_augment.reporting.own_images_section import PERHAPS as OWN_IMAGES_PERHAPS
from gan_augment.reporting.own_images_section import own_images_section
from gan_augment.reporting.stability_page import collapse_section, convergence_section
from gan_augment.reporting.synthetic_page import synthetic_section
from gan_augment.reporting.teaching_page import teaching_section


@dataclass(frozen=True)
class Study:
    """What of a run is published, and what the page says of it."""

    files: tuple[str, ...]
    section: Callable[[Path], Iterator[str]]
    perhaps: tuple[str, ...] = ()
    """Files that depend on the run's options."""


STUDIES = {
    "cartpole": Study(("cartpole.csv", "cartpole.png", "lessons.png"), cartpole_section),
    "class_conditional": Study(
        (
            "scores.csv",
            "curves.csv",
            "losses.csv",
            "differences.csv",
            "confusion.csv",
            "figure_6.png",
            "generator_losses.png",
            "figures_7_10.png",
            "figure_11.png",
            "confusion.png",
        ),
        class_conditional_section,
    ),
    "convergence": Study(
        (
            "eigenvalues.csv",
            "ring.csv",
            "ring.png",
            "figure_3.png",
            "figure_3_illustration.png",
            "figure_4_5.png",
            "figure_6.png",
        ),
        convergence_section,
    ),
    "cows_horses": Study(COWS_HORSES, cows_horses_section),
    "cyclegan": Study(CYCLEGAN, cyclegan_section),
    "dagan": Study(DAGAN, dagan_section),
    "faces": Study(
        ("faces.csv", "samples_by_epoch.png", "training.png", "memorization.png"), faces_section
    ),
    "collapse": Study(
        ("scores.csv", "collapse.csv", "costs.json", "collapse.png"), collapse_section
    ),
    "genclass": Study(GENCLASS, genclass_section, perhaps=GENCLASS_PERHAPS),
    "gtn": Study(
        ("scores.csv", "curve.csv", "curve.png"),
        teaching_section,
        perhaps=("lessons.png", "search.csv", "search.png"),
    ),
    "images": Study(OWN_IMAGES, own_images_section, perhaps=OWN_IMAGES_PERHAPS),
    "imbalance": Study(IMBALANCE, imbalance_section, perhaps=IMBALANCE_PERHAPS),
    "synthetic": Study(
        (
            *("scores.csv", "curves.csv", "confusion.csv", "quality.csv", "probes.csv"),
            *("remedies.csv", "table_1.csv", "table_2.csv", "fingerprint.csv"),
            *("samples.png", "training.png", "curves.png", "confusion.png", "fingerprint.png"),
        ),
        synthetic_section,
    ),
    "translation": Study(TRANSLATION, translation_section),
}


def place_of(experiment: str) -> Path:
    """Return where in results/ an experiment is published: "images-cows" in images/cows."""
    kind, _, title = experiment.partition("-")
    return Path(kind, title) if kind == "images" else Path(experiment)


def study_of(place: Path) -> Study | None:
    """Return the study that is published in this place of results/; None for reports' tables."""
    return STUDIES.get(place.parts[0]) if place.parts[0] in ("images", str(place)) else None
