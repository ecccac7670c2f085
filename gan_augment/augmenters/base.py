"""What every augmenter promises."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, Self

from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages, concatenate
from gan_augment.data.records import read_manifest, read_records, write_records


class Augmenter(Protocol):
    """Makes labelled images like the ones it was fitted to.

    `fit` learns from real images and returns the augmenter. `batches` yields `per_class` images
    of every class that was fitted, in bounded memory; the same seed yields the same images, and
    the first images of a class are the same for every `per_class`.
    """

    def fit(self, real: LabeledImages) -> Self:
        """Learn from `real`; raises `UserError` where it cannot."""
        ...

    def batches(self, per_class: int, seed: int) -> Iterator[LabeledImages]:
        """Yield images, classes mixed, `per_class` of each in all."""
        ...


def generate(augmenter: Augmenter, per_class: int, seed: int) -> LabeledImages:
    """Return `per_class` images of every class from a fitted augmenter, in memory."""
    return concatenate(list(augmenter.batches(per_class, seed)))


def generated_set(
    augmenter: Augmenter, root: Path, name: str, *, per_class: int, seed: int, generation: dict
) -> LabeledImages:
    """Return `per_class` images of every class by way of a set of TFRecords under `root`.

    The set is written unless it is there already, whole, made by the same `generation`
    (provenance, JSON) with the same seed, and large enough.
    """
    generation = json.loads(json.dumps({**generation, "seed": seed}))  # as it will be read back
    try:
        found = read_manifest(root / name)
        if found["per_class"] >= per_class and all(
            found.get(k) == v for k, v in generation.items()
        ):
            return read_records(root / name)
    except UserError:
        pass  # not there yet, or damaged
    first = next(augmenter.batches(1, seed))
    write_records(
        root,
        name,
        augmenter.batches(per_class, seed),
        class_names=first.class_names,
        image_shape=first.image_shape,
        generation={**generation, "per_class": per_class},
        total=per_class * first.num_classes,
    )
    return read_records(root / name)
