"""Are classes that were never seen recognised by what is generated from their descriptions?

Appenzeller & Daaboul, section IV-C: GenClass, whose own classifier compares with class means,
against the same generator's features as training data of a softmax classifier (the literature's
usual use), generators without GenClass's classifier loss, and classifiers that generate nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from gan_augment.augmenters.feature_generator import FeatureGenerator
from gan_augment.common.files import written_whole
from gan_augment.common.log import MetricsLog
from gan_augment.common.seeds import derive_seed
from gan_augment.data.attributes import AttributeSet
from gan_augment.data.generated_features import write_features
from gan_augment.metrics.zero_shot import harmonic_mean
from gan_augment.studies.zero_shot_methods import (
    ADVERSARIAL,
    JOINT,
    NONE,
    Made,
    judged,
    with_generator,
    with_wrong_descriptions,
    without_generator,
)

CELL = ("images", "case", "gan_seed", "generator")
REPORTED = ("spread", "right", "failure", "seconds")
SHOWN = 100  # points of each class in the picture


class ZeroShotStudy:
    """Trains generators on cases and judges all methods, by case and GAN seed.

    A case is a split of some `images` into seen and unseen classes. `run` is given what makes its
    sets, which is asked only for GAN seeds that are not done. `per_class` features of every class
    are generated, and those of unseen classes are kept in `directory`/synthetic; `generation` says
    how they came about. The weight of L_C is `classifier_weight`. Finished cells (images, a case, a
    GAN seed, a kind of generator or none) are in `directory`/cells.jsonl.
    """

    def __init__(
        self,
        directory: Path,
        generator: FeatureGenerator,
        *,
        per_class: int,
        classifier_weight: float = 1.0,
        generation: Mapping = {},
        seed: int,
    ):
        self.directory = Path(directory)
        self.generator = generator
        self.per_class = per_class
        self.weights = {JOINT: classifier_weight, ADVERSARIAL: 0.0}
        self.generation = dict(generation)
        self.seed = seed
        self.log = MetricsLog(self.directory / "cells.jsonl")

    def run(
        self,
        images: str,
        case: str,
        gan_seeds: Sequence[int],
        make: Callable[[Sequence[int]], Mapping[int, AttributeSet]],
    ) -> None:
        """Do what is not done of a case; `make(seeds)` makes the sets of some GAN seeds."""
        done = [[record[name] for name in CELL] for record in self.log.records]
        cells = [[images, case, g, kind] for g in gan_seeds for kind in (NONE, JOINT, ADVERSARIAL)]
        todo = [dict(zip(CELL, cell)) for cell in cells if cell not in done]
        seeds = list(dict.fromkeys(cell["gan_seed"] for cell in todo))
        sets = make(seeds) if seeds else {}
        for cell in todo:
            data, report, more = sets[cell["gan_seed"]].scaled(), {}, {}
            if cell["generator"] == NONE:
                methods = without_generator(data)
                more = {"wrong_descriptions": with_wrong_descriptions(data)}
            else:
                report, made = self._generated(data, cell)
                compare = self.generator.similarities
                methods = with_generator(cell["generator"], data, made, compare)
            found = {name: judged(data, predict) for name, predict in methods.items()}
            self.log.append({**cell, "methods": found, "report": report, **more})

    def scores(self) -> pd.DataFrame:
        """A row for each cell and method.

        Columns: those of a cell, method, zero_shot (mean over unseen classes, told from one
        another) and chance (what guessing has there), seen and unseen (told from all classes),
        harmonic (their mean), and what its generator's last report says (`REPORTED`).
        """
        rows = []
        for record, method, found in self._found():
            by_class = dict(zip(found["classes"], np.array(found["generalised"], float)))
            names = found["unseen_classes"]
            unseen = np.nanmean([by_class[name] for name in names])
            seen = np.nanmean([v for name, v in by_class.items() if name not in names])
            rows.append(
                {
                    **{key: record[key] for key in CELL},
                    "method": method,
                    "zero_shot": np.nanmean(np.array(found["zero_shot"], float)),
                    "chance": 1 / len(names),
                    "seen": seen,
                    "unseen": unseen,
                    "harmonic": float(harmonic_mean(seen, unseen)),
                    **{key: record["report"].get(key) for key in REPORTED},
                }
            )
        return pd.DataFrame(rows)

    def by_class(self) -> pd.DataFrame:
        """A row for each cell, method and class: class, seen, zero_shot, generalised."""
        rows = []
        for record, method, found in self._found():
            alone = dict(zip(found["unseen_classes"], found["zero_shot"]))
            about = {key: record[key] for key in CELL[:3]} | {"method": method}
            for name, accuracy in zip(found["classes"], found["generalised"]):
                row = {"class": name, "seen": name not in alone, "zero_shot": alone.get(name)}
                rows.append(about | row | {"generalised": accuracy})
        return pd.DataFrame(rows)

    def wrong_descriptions(self) -> pd.DataFrame:
        """A row for each kind of images and time that classes got each other's descriptions.

        Columns images, draw and zero_shot, the mean over all cases and seeds.
        """
        rows = [
            {"images": record["images"], "draw": draw, "zero_shot": accuracy}
            for record in self.log.records
            for draw, accuracy in enumerate(record.get("wrong_descriptions", ()))
        ]
        by_draw = pd.DataFrame(rows).groupby(["images", "draw"], sort=False, as_index=False)
        return by_draw.mean()

    def points(self) -> pd.DataFrame:
        """Features of the first case of each kind of images, in a plane; see `points`."""
        files = sorted(self.directory.glob("points_*.csv"))
        return pd.concat([pd.read_csv(file, dtype={"class": str}) for file in files])

    def _found(self) -> Iterator[tuple[dict, str, dict]]:
        for record in self.log.records:
            for method, found in record["methods"].items():
                yield record, method, found

    def _generated(self, data: AttributeSet, cell: dict) -> tuple[dict, Made]:
        """Train a generator; return its last report and what it makes."""
        images, case, gan_seed, kind = cell.values()
        name = f"{images}_{case}_seed-{gan_seed}_{kind}".replace(" ", "-")
        seed = derive_seed(self.seed, "gan", images, case, gan_seed)
        report = self.generator.fit(
            data,
            seed=seed,
            classifier_weight=self.weights[kind],
            about=cell,
            checkpoint=self.directory / f"{name}.weights.h5",
        )
        made = Made(self.generator.generate(data.attributes, self.per_class, seed))
        write_features(
            self.directory / "synthetic" / name,
            np.concatenate(made.features[data.unseen]),
            np.repeat(data.unseen, self.per_class),
            data.class_names,
            {**self.generation, "seed": seed, **report},
        )
        shown = self.directory / f"points_{images.replace(' ', '-')}.csv"
        if kind == JOINT and not shown.exists():
            with written_whole(shown) as aside:
                points(data, made).assign(images=images).round(4).to_csv(aside, index=False)
        return report, made


def points(data: AttributeSet, made: Made) -> pd.DataFrame:
    """Return features as points of the plane in which the unseen classes' real ones vary most.

    Columns kind ("seen", "real" and "generated", the latter two of unseen classes), class, x, y.
    """
    real = data.features[data.test_unseen]
    centre = real.mean(0)
    *_, axes = np.linalg.svd(real - centre, full_matrices=False)
    rng = np.random.default_rng(0)
    seen, unseen = (
        rng.choice(rows, min(2 * SHOWN, len(rows)), replace=False)
        for rows in (data.test_seen, data.test_unseen)
    )
    names = np.array(data.class_names)
    shown = made.features[data.unseen, :SHOWN]
    parts = {
        "seen": (data.features[seen], names[data.labels[seen]]),
        "real": (data.features[unseen], names[data.labels[unseen]]),
        "generated": (np.concatenate(shown), np.repeat(names[data.unseen], shown.shape[1])),
    }
    return pd.DataFrame(
        {"kind": kind, "class": name, "x": x, "y": y}
        for kind, (features, labels) in parts.items()
        for (x, y), name in zip((features - centre) @ axes[:2].T, labels)
    )
