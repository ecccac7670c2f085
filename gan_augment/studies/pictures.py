"""How good pictures of a small set are, by the batch size of their GAN, and how far from copies."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from gan_augment.classifiers.members import Members
from gan_augment.classifiers.small_cnn import small_cnn
from gan_augment.common.log import MetricsLog
from gan_augment.common.seeds import derive_seed
from gan_augment.data.eth80 import ObjectViews
from gan_augment.data.images import LabeledImages, concatenate
from gan_augment.data.photometric import photometric
from gan_augment.metrics.features import Extractor, classifier_extractor
from gan_augment.metrics.kernel import squared_mmd
from gan_augment.metrics.memorization import compare_distances
from gan_augment.metrics.neighbours import squared_distances, squared_radii
from gan_augment.studies.small_gans import SmallGans

FEATURE_EPOCHS = 30


def object_features(objects: ObjectViews, *, seed: int) -> Extractor:
    """Train a small CNN to tell all objects apart; return what takes its features."""
    views = objects.by_object()
    build = functools.partial(small_cnn, views.image_shape, views.num_classes)
    members = Members(build, batch_size=16, lanes=1)
    seed = derive_seed(seed, "features")
    members.train(views, {}, seeds=[seed], epochs=FEATURE_EPOCHS, description="features")
    return classifier_extractor(members.trained(seed), "small_cnn_objects")


class PictureStudy:
    """Measures generated images of one class against the real ones that they were made from.

    `make_extractor()` gives the features of the kernel distance. Finished measurements are kept in
    the file `path`.
    """

    def __init__(self, make_extractor: Callable[[], Extractor], path: Path):
        self.log = MetricsLog(path)
        self._make_extractor = make_extractor
        self._made = None

    def measure(self, about: dict, real: LabeledImages, generated: LabeledImages) -> None:
        """Append a record: `about`, which names it, and what was found.

        `kid`: the kernel distance, unbiased, of features in units of those of `real`; `n`:
        generated images in it. `ratio`, `nearer` and `very_near`: those of `Memorization` over
        pixels, where each real view is held against the others in place of held-out ones, for no
        view is left out of so few; `…_features` likewise. `covered`: share of the real views that
        are the nearest to some generated image.
        """
        if any(about.items() <= record.items() for record in self.log.records):
            return
        features = self._features(real)
        scale = np.sqrt(np.square(features).mean())
        views = [real.images.reshape(len(real), -1), features / scale]
        made = [generated.images.reshape(len(generated), -1), self._features(generated) / scale]
        found = {"n": len(generated), "kid": squared_mmd(views[1], made[1])}
        for points, others, end in zip(made, views, ("", "_features")):
            distances, _ = nearest_views(points, others)
            usual = np.sqrt(squared_radii(others, 1)[:, 0])
            memory = asdict(compare_distances(distances, usual))
            found |= {name + end: value for name, value in memory.items()}
            found |= {f"distance{end}": float(np.median(distances))}
            found |= {f"distance_of_views{end}": float(np.median(usual))}
        _, nearest = nearest_views(made[0], views[0])
        found["covered"] = len(np.unique(nearest)) / len(real)
        self.log.append(about | found)

    def measure_all(self, gans: SmallGans, real: LabeledImages, test: LabeledImages) -> None:
        """Measure what is compared by batch size, the generated sets, and the views of `test`.

        Entry "when" of a record says which: "epochs" (all batch sizes after as many epochs),
        "steps" (the plan's own batch size after as many steps as batch size "as_batch"), "set" or
        "other object", against which the others can be held.
        """
        for sample in gans.compared(real):
            about = sample.about | {"class": real.class_names[sample.label]}
            self.measure(about, real.of_class(sample.label), sample.images)
        for label, name in enumerate(real.class_names):
            about = {"when": "other object", "class": name}
            self.measure(about, real.of_class(label), test.of_class(label))
            for cell, images in gans.sets.items():
                if cell.fold is None:
                    about = {"when": "set", **cell._asdict(), "class": name}
                    self.measure(about, real.of_class(label), images.of_class(label))

    def table(self) -> pd.DataFrame:
        """Every measurement, a row each."""
        return pd.DataFrame(self.log.records)

    def _features(self, images: LabeledImages) -> np.ndarray:
        self._made = self._made or self._make_extractor()
        return self._made.features(images)


def nearest_views(points: np.ndarray, views: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each of `points` [n, d] the distance to the nearest of `views` [m, d], and which.

    There are few views: all distances are held at once.
    """
    squared = squared_distances(points, views, views.mean(axis=0, dtype=float))
    return np.sqrt(squared.min(axis=1)), squared.argmin(axis=1)


def beside_nearest(real: LabeledImages, generated: LabeledImages) -> tuple[np.ndarray, np.ndarray]:
    """Return generated images of one class and for each the real view that is nearest in pixels."""
    points, views = (each.images.reshape(len(each), -1) for each in (generated, real))
    return generated.images, real.images[nearest_views(points, views)[1]]


def to_show(
    gans: SmallGans, real: LabeledImages, test: LabeledImages, *, protocol: str, seed: int
) -> dict[str, dict]:
    """Choose the images that figures show: the first ones, mostly of the first GAN seed.

    Entries, each by titles of panels: data, by_batch, by_seed (images added under `protocol`),
    transformed; and neighbours, what `beside_nearest` returns of each class.
    """
    by_batch: dict[str, list] = {}
    for sample in gans.compared(real):
        batch, as_batch = (sample.about[name] for name in ("batch_size", "as_batch"))
        title = f"batch {batch}"
        title += "" if batch == as_batch else f", as few steps as batch {as_batch}"
        if sample.about["gan_seed"] == 0:
            by_batch.setdefault(title, []).append(sample.images)
    generated = gans.of(protocol)
    changed = photometric()(real.scaled(), [derive_seed(seed, "shown"), 0]).numpy()
    return {
        "data": {"to train on": real, "to test on": test},
        "by_batch": {title: concatenate(parts) for title, parts in by_batch.items()},
        "by_seed": {f"GAN seed {g}": images for g, images in enumerate(generated)},
        "transformed": {
            "as they are": real,
            "transformed": LabeledImages.from_scaled(changed, real.labels, real.class_names),
        },
        "neighbours": {
            name: beside_nearest(real.of_class(k), generated[0].of_class(k))
            for k, name in enumerate(real.class_names)
        },
    }
