"""The features of a set of images, class by class, measured once and kept on disk."""

from __future__ import annotations

import hashlib
import itertools
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gan_augment.common.errors import UserError
from gan_augment.common.files import written_whole
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages
from gan_augment.metrics.features import Extractor
from gan_augment.metrics.frechet import FeatureStatistics

DRAWN = 10_000  # features kept in all: 80 MB of Inception's


@dataclass(frozen=True)
class FeatureSet:
    """Features by label; a class without images is in neither mapping.

    `statistics` are of all images of the class; `drawn` float32 [≤ DRAWN / classes, d] are features
    of a random part, for what compares images one by one.
    """

    class_names: tuple[str, ...]
    statistics: dict[int, FeatureStatistics]
    drawn: dict[int, np.ndarray]

    def overall(self) -> tuple[FeatureStatistics, np.ndarray]:
        """Return statistics and drawn features of all classes together."""
        first, *others = self.statistics.values()
        for other in others:
            first = first.merged(other)
        return first, np.concatenate(list(self.drawn.values()))

    @classmethod
    def measure(
        cls,
        images: LabeledImages,
        extractor: Extractor,
        *,
        drawn: int = DRAWN,
        seed: int = 0,
        batch_size: int = 64,
    ) -> FeatureSet:
        """Extract the features of `images`; memory holds the drawn ones and a few batches.

        Each class has an equal share of `drawn`, chosen at random by `seed`.
        """
        if not len(images):
            raise UserError("there are no images to measure; generate or load some first")
        labels = np.flatnonzero(images.counts()).tolist()
        share = max(drawn // len(labels), 2)
        statistics, kept = {}, {}
        for label in labels:
            part = images.of_class(label)
            order = np.random.default_rng(derive_seed(seed, label)).permutation(len(part))
            kept[label] = extractor.features(part.take(order[:share]), batch_size)
            others = extractor.batches(part.take(order[share:]), batch_size)
            statistics[label] = FeatureStatistics.of(itertools.chain([kept[label]], others))
        return cls(images.class_names, statistics, kept)

    @classmethod
    def cached(
        cls,
        images: LabeledImages,
        extractor: Extractor,
        folder: str | Path,
        *,
        drawn: int = DRAWN,
        seed: int = 0,
        batch_size: int = 64,
    ) -> FeatureSet:
        """Return what `measure` gave for the same images, weights, `drawn` and `seed`, or measure.

        The results are kept in `folder`, one file for each.
        """
        made_of = (images.content_hash(), extractor.weights_hash(), drawn, seed)
        key = hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]
        path = Path(folder).expanduser() / f"{extractor.name}-{key}.npz"
        if path.exists():
            return cls.load(path, images.class_names)
        measured = cls.measure(images, extractor, drawn=drawn, seed=seed, batch_size=batch_size)
        measured.save(path)
        return measured

    def save(self, path: str | Path) -> None:
        """Write an npz file, whole or not at all."""
        arrays = {}
        for label, statistics in self.statistics.items():
            arrays[f"{label}/drawn"] = self.drawn[label]
            arrays |= {f"{label}/{name}": value for name, value in statistics.arrays().items()}
        with written_whole(path) as aside, aside.open("wb") as file:
            np.savez(file, **arrays)

    @classmethod
    def load(cls, path: str | Path, class_names: tuple[str, ...]) -> FeatureSet:
        """Read what `save` wrote; a damaged file raises `UserError`."""
        by_label: dict[int, dict[str, np.ndarray]] = {}
        try:
            with open(path, "rb") as opened, np.load(opened) as file:
                for key in file:
                    label, name = key.split("/")
                    by_label.setdefault(int(label), {})[name] = file[key]
            statistics = {k: FeatureStatistics.from_arrays(v) for k, v in by_label.items()}
            return cls(class_names, statistics, {k: v["drawn"] for k, v in by_label.items()})
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise UserError(
                f"{path} is damaged ({error}); delete it and run the command again"
            ) from error
