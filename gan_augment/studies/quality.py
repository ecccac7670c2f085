"""How near generated images come to real ones, class by class, and how near real ones come."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from gan_augment.common.errors import UserError
from gan_augment.common.log import MetricsLog
from gan_augment.common.progress import warn
from gan_augment.common.seeds import derive_seed
from gan_augment.metrics.features import Extractor, classifier_extractor, inception_extractor
from gan_augment.metrics.quality import image_quality
from gan_augment.studies.matrix import Source
from gan_augment.training.checkpoint import load_weights, save_weights

HELD_OUT = "held-out real"
OVERALL = "overall"


class QualityStudy:
    """Measures generated images by `image_quality` against the training part of the real ones.

    Of every set the test part is measured, so that the row of the real test images, `HELD_OUT`, is
    of as many as those of generators: the floor. `features` are "inception", those of a
    "classifier" that is trained for it on the real training part, or "auto": Inception's if its
    weights can be had. `make_members(transform=…)` makes a `classifiers.Members`, of which one is
    trained for `epochs`; `data` names what it learned from, and so what the metrics are called.
    What is measured is kept in `directory` and not measured again.
    """

    def __init__(
        self,
        directory: Path,
        make_members: Callable,
        *,
        epochs: int,
        seed: int,
        data: str,
        features: str = "auto",
    ):
        self.directory = Path(directory)
        self.epochs = epochs
        self.seed = seed
        self.log = MetricsLog(self.directory / "quality.jsonl")
        self.data = data
        self._make_members = make_members
        # Numbers by different features cannot stand in one table: what was begun is kept to.
        before = {record["features"] == "inception" for record in self.log.records}
        choice = {True: "inception", False: "classifier"}
        self.features = choice[before.pop()] if before and features == "auto" else features
        self._extractor: Extractor | None = None

    def run(self, real: Source, generated: Mapping[str, Source], *, gan_seed: int = 0) -> None:
        """Measure the real test images, once, and those of all `generated` sources."""
        done = {(record["generators"], record["gan_seed"]) for record in self.log.records}
        todo = {HELD_OUT: (0, real)} | {name: (gan_seed, each) for name, each in generated.items()}
        for name, (number, source) in todo.items():
            if (name, number) in done:
                continue
            found = image_quality(
                real.train,
                source.test,
                self.extractor(real),
                held_out=None if name == HELD_OUT else real.test,
                cache=self.directory / "features",
                seed=self.seed,
            )
            self.log.append({"generators": name, "gan_seed": number, **found})

    def table(self) -> pd.DataFrame:
        """A row for each generator, GAN seed and class, and one for all classes, `OVERALL`.

        Columns: generators, gan_seed, class, features, and those of `image_quality`.
        """
        rows = []
        for record in self.log.records:
            about = {key: record[key] for key in ("generators", "gan_seed")}
            for name, row in {**record["classes"], OVERALL: record["overall"]}.items():
                rows.append(about | {"class": name, "features": record["features"]} | row)
        return pd.DataFrame(rows)

    def extractor(self, real: Source) -> Extractor:
        """Return what gives features; a classifier is trained, or found where it was kept."""
        if self._extractor is None and self.features != "classifier":
            try:
                self._extractor = inception_extractor(real.train.image_shape[-1])
            except UserError as error:
                if self.features == "inception":
                    raise
                warn(f"{error}; those of a classifier are used now, and the metrics are named so")
        if self._extractor is None:
            name = "cnn_" + re.sub(r"\W+", "_", Path(self.data).name, flags=re.ASCII)
            self._extractor = classifier_extractor(self._classifier(real), name)
        return self._extractor

    def _classifier(self, real: Source):
        path = self.directory / "features.weights.h5"
        seed = derive_seed(self.seed, "features")
        members = self._make_members(transform=None)
        if path.exists():
            model = members.build(seed=seed)
            load_weights(model, path)
            return model
        members.train(
            real.train,
            {"validation": real.validation},
            seeds=[seed],
            epochs=self.epochs,
            description="classifier for features",
        )
        model = members.trained(seed)
        save_weights(model, path)
        return model
