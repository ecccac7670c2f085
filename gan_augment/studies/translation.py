"""Translation between domains: what it does to images, and what a classifier may learn from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import tensorflow as tf

from gan_augment.augmenters.base import generate, generated_set
from gan_augment.augmenters.controls import Repeat
from gan_augment.augmenters.health import Watch
from gan_augment.augmenters.translation import Translated, Translation
from gan_augment.common.seeds import derive_seed
from gan_augment.data.domains import as_domains
from gan_augment.data.images import LabeledImages, concatenate
from gan_augment.studies.comparison import TrainingSet, repeated

REPORTS = 100  # in the course of a training
SNAPSHOTS = (0.02, 0.1, 0.3, 1.0)  # after these shares of it
TESTED = 500  # images of each domain


class Translations:
    """Trains a CycleGAN for each GAN seed and translates with them, all under `directory`.

    `build` and `transform` are those of `Translation`, `names` those of the two domains.
    """

    def __init__(
        self,
        directory: Path,
        build: Callable,
        names: tuple[str, str],
        *,
        steps: int,
        batch_size: int,
        transform: Callable | None,
        seed: int,
        strategy: tf.distribute.Strategy,
    ):
        self.directory = Path(directory)
        self.build = build
        self.names = names
        self.steps = steps
        self.batch_size = batch_size
        self.transform = transform
        self.seed = seed
        self.strategy = strategy
        self.fitted: dict[int, Translation] = {}

    def fit(self, gan_seed: int, first: LabeledImages, second: LabeledImages) -> None:
        """Train on unpaired images of the two domains; their labels are not looked at."""
        self.fitted[gan_seed] = Translation(
            self.build,
            steps=self.steps,
            batch_size=self.batch_size,
            transform=self.transform,
            seed=derive_seed(self.seed, "gan", gan_seed),
            watch=Watch(every=max(1, self.steps // REPORTS), max_restarts=1),
            directory=self.directory / "gans" / f"seed-{gan_seed}",
            strategy=self.strategy,
            snapshots={max(1, round(share * self.steps)) for share in SNAPSHOTS},
        ).fit(as_domains(first, second, self.names))

    def generate(
        self, gan_seed: int, images: LabeledImages, into: int, generation: Mapping
    ) -> tuple[LabeledImages, LabeledImages]:
        """Return images, as many of each class, and the same ones translated, kept as a set."""
        per_class = max(1, round(len(images) / np.count_nonzero(images.counts())))
        seed = derive_seed(self.seed, "generated", gan_seed)
        originals = generate(Repeat().fit(images), per_class, seed)
        translation = self.fitted[gan_seed]
        translated = generated_set(
            Translated(translation, into).fit(images),
            self.directory / "synthetic" / f"seed-{gan_seed}",
            f"into_{('first', 'second')[into]}",
            per_class=per_class,
            seed=seed,
            generation={
                **generation,
                "source": {"domain": self.names[1 - into], "hash": images.content_hash()},
                "into": self.names[into],
                "gans": translation.records,
            },
        )
        return originals, translated

    def tested(self, first: LabeledImages, second: LabeledImages) -> list[Directions]:
        """Return what each CycleGAN makes of images that it was not trained on."""
        return [
            Directions.of(translation, gan_seed, (first.images[:TESTED], second.images[:TESTED]))
            for gan_seed, translation in self.fitted.items()
        ]

    def losses(self) -> pd.DataFrame:
        """A row for each report of the trainings: gan_seed, attempt, step, losses, spread."""
        frames = [
            pd.DataFrame(translation.log.records).assign(gan_seed=gan_seed)
            for gan_seed, translation in self.fitted.items()
        ]
        return pd.concat(frames, ignore_index=True)


@dataclass(frozen=True)
class Directions:
    """Images of the first and of the second domain, translated and translated back.

    Each is a pair of uint8 [n, h, w, c], by the domain that the images were of.
    """

    gan_seed: int
    names: tuple[str, str]
    images: tuple[np.ndarray, np.ndarray]
    there: tuple[np.ndarray, np.ndarray]
    back: tuple[np.ndarray, np.ndarray]
    snapshots: Mapping[int, LabeledImages]
    """Training images in the course of the training, labelled by the domain they went into."""

    @classmethod
    def of(cls, translation: Translation, gan_seed: int, images) -> Directions:
        """Translate both ways; images are rounded to whole numbers on the way."""
        there = tuple(translation.translated(images[k], 1 - k) for k in (0, 1))
        back = tuple(translation.translated(there[k], k) for k in (0, 1))
        snapshots = translation.kept_samples()
        return cls(gan_seed, translation.class_names, images, there, back, snapshots)

    def crossed(self) -> LabeledImages:
        """Return the translated images, labelled by the domain they went into."""
        second, first = (
            LabeledImages(part, np.zeros(len(part), np.int32), ("",)) for part in self.there
        )
        return as_domains(first, second, self.names)

    def records(self) -> list[dict]:
        """Return for each direction gan_seed, into, images, changed and returned.

        The last two are mean absolute differences to the images, as shares of the pixels' range.
        """
        return [
            {
                "gan_seed": self.gan_seed,
                "into": self.names[1 - k],
                "images": len(self.images[k]),
                "changed": difference(self.images[k], self.there[k]),
                "returned": difference(self.images[k], self.back[k]),
            }
            for k in (0, 1)
        ]


def difference(images: np.ndarray, others: np.ndarray) -> float:
    """Return the mean absolute difference of uint8 images, 0…1."""
    return float(np.abs(images.astype(np.float32) - others).mean() / 255)


def training_sets(
    scarce: LabeledImages,
    plentiful: LabeledImages,
    translated: LabeledImages,
    shifted: LabeledImages | None = None,
) -> dict[str, TrainingSet]:
    """Return the training sets to compare on the scarce domain, by name.

    `scarce` are its labelled images; `plentiful`, `translated` and `shifted` the same images of the
    other domain: as they are, translated, and as the scarce domain truly has them, where that can
    be known. Where two domains are trained on together, half of what a classifier sees is scarce
    images.
    """

    def both(others):
        return lambda: concatenate([repeated(scarce, len(others), seed=0), others])

    sets = {
        "scarce": TrainingSet(lambda: scarce),
        "classical": TrainingSet(lambda: scarce, transform=True),
        "plentiful alone": TrainingSet(lambda: plentiful),
        "plentiful": TrainingSet(both(plentiful)),
        "plentiful+classical": TrainingSet(both(plentiful), transform=True),
        "translated alone": TrainingSet(lambda: translated),
        "translated": TrainingSet(both(translated)),
        "translated+classical": TrainingSet(both(translated), transform=True),
    }
    if shifted is not None:
        sets["shifted"] = TrainingSet(both(shifted))
        sets["shifted+classical"] = TrainingSet(both(shifted), transform=True)
    return sets
