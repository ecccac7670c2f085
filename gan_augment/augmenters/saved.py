"""Trained generators in a directory, to generate from without the images they were trained on.

The directory holds `generator.json` (what it is, its classes, and where it comes from) and one
`.keras` file for all classes, or one for each. Networks are read in Keras' safe mode: a file can
hold weights and layers, and no code.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import keras

from gan_augment.augmenters.base import Augmenter
from gan_augment.augmenters.class_conditional import ClassConditional
from gan_augment.augmenters.per_class import PerClass
from gan_augment.common.errors import UserError
from gan_augment.common.files import read_json, write_json, written_whole

ABOUT = "generator.json"
KINDS = {"class-conditional": ClassConditional, "per-class": PerClass}


def save_generator(augmenter: Augmenter, directory: Path, about: Mapping) -> Path:
    """Write what a fitted augmenter generates with; return the directory.

    `about` is provenance, plain JSON. Raises `UserError` for an augmenter without a network of its
    own, or one of another kind than KINDS.
    """
    directory = Path(directory)
    kind = next((name for name, each in KINDS.items() if isinstance(augmenter, each)), None)
    if kind is None:
        raise UserError(f"the generator of a {type(augmenter).__name__} cannot be saved")
    networks = networks_of(augmenter)
    for name, network in networks.items():
        with written_whole(directory / name) as aside:
            network.save(aside)
    image_shape = next(iter(networks.values())).output_shape[1:]
    write_json(
        directory / ABOUT,
        {
            **about,
            "kind": kind,
            "class_names": list(augmenter.class_names),
            "image_shape": list(image_shape),
            "files": list(networks),
        },
    )
    return directory


def networks_of(augmenter: ClassConditional | PerClass) -> dict[str, keras.Model]:
    """Return by file name what a fitted augmenter generates with."""
    if isinstance(augmenter, ClassConditional):
        return {"generator.keras": augmenter.generator}
    return {f"generator-{label}.keras": each for label, each in augmenter.generators.items()}


def load_generator(directory: Path) -> Augmenter:
    """Return an augmenter that generates as the saved one did; it cannot be fitted.

    It has `about`, what `generator.json` says. Raises `UserError` if it is not there or damaged.
    """
    directory = Path(directory)
    if not (directory / ABOUT).is_file():
        raise UserError(f"{directory} holds no generator: it has no {ABOUT}")
    about = read_json(directory / ABOUT)
    try:
        augmenter = KINDS[about["kind"]](None, steps=1)
        networks = [_read(directory / name) for name in about["files"]]
        augmenter.class_names = tuple(about["class_names"])
    except KeyError as error:
        raise UserError(f"{directory / ABOUT} is not as it should be ({error})") from error
    if about["kind"] == "per-class":
        labels = (int(Path(name).stem.rpartition("-")[2]) for name in about["files"])
        augmenter.generators = dict(zip(labels, networks))
    else:
        (augmenter.generator,) = networks
    augmenter.about = about
    return augmenter


def _read(path: Path) -> keras.Model:
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UserError(
            f"{path} cannot be read as a Keras network ({type(error).__name__}); write it again"
        ) from error
