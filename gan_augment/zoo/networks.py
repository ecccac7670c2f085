"""From a preset to its networks, and to what uses them."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import keras

from gan_augment.augmenters import stabilizers
from gan_augment.augmenters.base import Augmenter
from gan_augment.augmenters.class_conditional import ClassConditional
from gan_augment.augmenters.per_class import PerClass
from gan_augment.augmenters.siblings import Siblings
from gan_augment.augmenters.teaching_network import TeachingNetwork
from gan_augment.common.errors import UserError
from gan_augment.training.checkpoint import load_weights
from gan_augment.zoo import catalogue
from gan_augment.zoo.halves import sha256_of

Networks = Mapping[str, keras.Model]
SUFFIX = ".weights.h5"


@dataclass(frozen=True)
class Kind:
    """What a preset's networks are called, in runs and in the zoo, and what is made of them."""

    parts: Callable[[Mapping], list[str]]
    made: Callable[[list[keras.Model], tuple[str, ...]], Augmenter | keras.Model]


def load(name: str, weights: str | Path | None = "shipped") -> Augmenter | keras.Model:
    """Return a preset ready for use.

    Most presets are augmenters: `gan_augment.generate` makes images of them, and their networks
    are functional models. Those that take images are others: `Siblings`, which `fit` gives images,
    or a functional model. `weights`: those that ship with the package, the directory where `add`
    put some, or None for an untrained network. Raises `UserError` for an unknown name, and for
    weights that are not there, damaged or of another network.
    """
    preset = catalogue.preset(name)
    networks = built(preset)
    about = {"preset": name, "image_shape": list(preset["options"]["image_shape"])}
    if weights is not None:
        place = catalogue.SHIPPED / name if weights == "shipped" else Path(weights)
        facts = catalogue.facts_in(place)
        fill(networks, place, facts)
        about |= {key: facts[key] for key in ("command", "run", "files")}
    return finished(preset, networks, about)


def built(preset: Mapping) -> dict[str, keras.Model]:
    """Build a preset's networks by the names of their files, with fresh weights."""
    options = dict(preset["options"])
    if "stabilizers" in options:
        options["stabilizers"] = stabilizers.parse(options["stabilizers"])
    build = pkgutil.resolve_name(f"gan_augment.{preset['network']}")
    models = {part: build(**options) for part in KINDS[preset["kind"]].parts(preset)}
    return {part: getattr(model, "sampler", model) for part, model in models.items()}


def fill(networks: Networks, place: Path, facts: Mapping) -> None:
    """Load the weights in `place` that `facts` tell of; raises `UserError` if they are others."""
    for part, network in networks.items():
        file = place / f"{part}{SUFFIX}"
        if sha256_of(file) != facts["files"].get(file.name):
            raise UserError(f"{file} is not what was added to the zoo; add it again")
        load_weights(without_optimizer(network), file)


def without_optimizer(network: keras.Model) -> keras.Model:
    """Return a network whose weights are all that it saves and loads."""
    if getattr(network, "optimizer", None) is not None:  # a network of none has not even the name
        network.optimizer = None
    return network


def finished(preset: Mapping, networks: Networks, about: Mapping) -> Augmenter | keras.Model:
    """Return what is made of networks; an augmenter says in `about` where it comes from."""
    names = tuple(preset["class_names"])
    made = KINDS[preset["kind"]].made(list(networks.values()), names)
    if not isinstance(made, keras.Model):
        made.about = dict(about)
    return made


def _per_class(networks, class_names):
    augmenter = PerClass(None, steps=1)
    augmenter.class_names = class_names
    augmenter.generators = dict(enumerate(networks))
    return augmenter


def _class_conditional(networks, class_names):
    augmenter = ClassConditional(None, steps=1)
    augmenter.class_names = class_names
    (augmenter.generator,) = networks
    return augmenter


def _teaching(networks, class_names):
    augmenter = TeachingNetwork()
    augmenter.class_names = class_names
    (augmenter.network,) = networks
    return augmenter


def _one_a_class(preset):
    return [f"class-{label}" for label in range(len(preset["class_names"]))]


def _one_of_all(preset):
    return ["class-all"]


KINDS = {
    "per-class": Kind(_one_a_class, _per_class),
    "class-conditional": Kind(_one_of_all, _class_conditional),
    "teaching": Kind(lambda preset: ["teaching"], _teaching),
    "siblings": Kind(_one_of_all, lambda networks, _: Siblings(*networks)),
    "network": Kind(_one_of_all, lambda networks, _: networks[0]),
}
