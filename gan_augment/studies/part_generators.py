"""Generators for a trial: one for each method and split, each of which sees a training part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from gan_augment.augmenters.base import Augmenter, generated_set
from gan_augment.common.errors import UserError
from gan_augment.common.progress import warn
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages
from gan_augment.studies.candidates import Candidate

SET_NAME = "generated"


class PartGenerators:
    """Fits `makers[method](seed=…, directory=…) → Augmenter` to the training part of every split.

    What they learn and generate is kept under `directory`, and not done again. `per_class(method)`
    says how many images of a class are needed.
    """

    def __init__(
        self,
        directory: Path,
        makers: Mapping[str, Callable[..., Augmenter]],
        *,
        per_class: int,
        generation: Mapping,
        seed: int,
    ):
        self.directory = Path(directory)
        self.makers = dict(makers)
        self.per_class = per_class
        self.generation = dict(generation)
        self.seed = seed
        self.fitted: dict[tuple[str, int | str], Augmenter] = {}
        self._images: dict[tuple[str, int | str], LabeledImages] = {}

    def fit(self, parts: Sequence[LabeledImages]) -> list[str]:
        """Fit all methods to all training parts; return the methods that could.

        A method that fails on a part (`UserError`: it diverges, or a class has too few images for
        it) is left out, with a warning; raises `UserError` if that leaves none.
        """
        able = []
        for method in self.makers:
            try:
                for split, real in enumerate(parts):
                    self.fit_one(method, split, real)
                able.append(method)
            except UserError as error:
                warn(f"{method} is left out: {error}")
        if self.makers and not able:
            raise UserError(
                "no generator could be trained on these images; give it more images of each class"
            )
        return able

    def fit_one(self, method: str, split: int | str, real: LabeledImages) -> Augmenter:
        """Fit one generator; `split` names what it is fitted to."""
        maker = self.makers[method]
        seed = derive_seed(self.seed, "generator", method, split)
        augmenter = maker(seed=seed, directory=self.directory / "gans" / f"{method}_{split}")
        self.fitted[method, split] = augmenter.fit(real)
        return augmenter

    def images(self, method: str, split: int | str, at_least: int = 0) -> LabeledImages:
        """Return `per_class` generated images of each class, from the disk if they are there.

        More if `at_least` is more; the first are the same.
        """
        known = self._images.get((method, split))
        if known is None or known.counts().min() < at_least:
            augmenter = self.fitted[method, split]
            self._images[method, split] = generated_set(
                augmenter,
                self.directory / "synthetic" / f"{method}_{split}",
                SET_NAME,
                per_class=max(self.per_class, at_least),
                seed=derive_seed(self.seed, "generated", method, split),
                generation={
                    **self.generation,
                    "preset": method,
                    "trained_on": split,
                    "trainings": augmenter.records,
                },
            )
        return self._images[method, split]


def images_per_class(candidates: Sequence[Candidate], parts: Sequence[LabeledImages]) -> int:
    """Return how many generated images of a class the most demanding candidate needs."""
    needed = [each.needed(real) for each in candidates if each.method for real in parts]
    return max(needed, default=1)
