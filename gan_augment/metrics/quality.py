"""How good generated images are: all metrics, for each class and overall, each with its n."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np

from gan_augment.data.images import LabeledImages
from gan_augment.metrics.feature_sets import DRAWN, FeatureSet
from gan_augment.metrics.features import Extractor
from gan_augment.metrics.fidelity import fidelity_and_diversity
from gan_augment.metrics.frechet import FeatureStatistics, frechet_distance
from gan_augment.metrics.kernel import kernel_distance
from gan_augment.metrics.memorization import compare_distances
from gan_augment.metrics.neighbours import nearest_distances

FEATURE_METRICS = ("frechet", "kid", "kid_error", "precision", "recall", "density", "coverage")
PIXEL_METRICS = ("ratio", "nearer", "very_near")
FEWEST_FOR_NEIGHBOURS = 6  # of which each has five neighbours


def image_quality(
    real: LabeledImages,
    generated: LabeledImages,
    extractor: Extractor,
    *,
    held_out: LabeledImages | None = None,
    cache: str | Path | None = None,
    drawn: int = DRAWN,
    seed: int = 0,
    batch_size: int = 64,
) -> dict:
    """Compare generated with real images, by the features that `extractor` gives.

    Returns {"features": its name, "overall": row, "classes": {class name: row}}. A row has

    - `n_real`, `n_generated`: the images that the Fréchet distance is of, which is called as
      `extractor.metric_name` says, like all the others;
    - `n_real_drawn`, `n_generated_drawn`: those that the kernel distance with its standard error,
      precision, recall, density and coverage are of, `drawn` in all and equally many of each class;
    - with `held_out`, real images that no generator saw, `n_held_out` and the three numbers of
      `Memorization` over all pixels, `…_pixels`, each image compared with its own class of `real`.

    What too few images allow no number for is NaN. `cache` is a folder for the features of `real`.
    The least that can be hoped for is found by passing held-out real images as `generated`, as many
    as were generated. Raises `ValueError` for sets of different image shapes or class names.
    """
    for other in (generated, held_out or real):
        if (other.image_shape, other.class_names) != (real.image_shape, real.class_names):
            raise ValueError("only sets of the same image shape and class names can be compared")
    options = {"drawn": drawn, "seed": seed, "batch_size": batch_size}
    if cache is None:
        of_real = FeatureSet.measure(real, extractor, **options)
    else:
        of_real = FeatureSet.cached(real, extractor, cache, **options)
    of_generated = FeatureSet.measure(generated, extractor, **options)

    sets, labels = (of_real, of_generated), range(real.num_classes)
    overall = _compare(*(each.overall() for each in sets), extractor)
    rows = {label: _compare(*(_of(each, label) for each in sets), extractor) for label in labels}
    if held_out is not None:
        near = {label: _nearest(real, generated, held_out, label) for label in labels}
        for label in labels:
            rows[label] |= _copying(*near[label])
        overall |= _copying(*(np.concatenate(each) for each in zip(*near.values())))
    by_name = {real.class_names[label]: row for label, row in rows.items()}
    return {"features": extractor.name, "overall": overall, "classes": by_name}


Measured = tuple[FeatureStatistics | None, np.ndarray]


def _of(features: FeatureSet, label: int) -> Measured:
    return features.statistics.get(label), features.drawn.get(label, np.empty((0, 1)))


def _compare(real: Measured, generated: Measured, extractor: Extractor) -> dict[str, float]:
    """Return the metrics of features, a row without pixels."""
    (real_all, real_drawn), (generated_all, generated_drawn) = real, generated
    metrics = dict.fromkeys(FEATURE_METRICS, np.nan)
    n_real, n_generated = (each.n if each else 0 for each in (real_all, generated_all))
    if min(n_real, n_generated) > 1:
        metrics["frechet"] = frechet_distance(real_all, generated_all)
        kernel = kernel_distance(real_drawn, generated_drawn)
        metrics |= {"kid": kernel.mean, "kid_error": kernel.error}
    if min(len(real_drawn), len(generated_drawn)) >= FEWEST_FOR_NEIGHBOURS:
        metrics |= asdict(fidelity_and_diversity(real_drawn, generated_drawn))
    return {
        "n_real": n_real,
        "n_generated": n_generated,
        "n_real_drawn": len(real_drawn),
        "n_generated_drawn": len(generated_drawn),
        **{extractor.metric_name(metric): value for metric, value in metrics.items()},
    }


def _nearest(
    real: LabeledImages, generated: LabeledImages, held_out: LabeledImages, label: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return distances of generated and held-out images of a class to its nearest real ones."""
    training, *others = (
        each.of_class(label).images.reshape(-1, np.prod(each.image_shape))
        for each in (real, generated, held_out)
    )
    if not len(training):
        return np.empty(0), np.empty(0)
    return tuple(nearest_distances(points, training) for points in others)


def _copying(generated: np.ndarray, held_out: np.ndarray) -> dict[str, float]:
    metrics = dict.fromkeys(PIXEL_METRICS, np.nan)
    if len(generated) and len(held_out):
        metrics |= asdict(compare_distances(generated, held_out))
    named = {f"{metric}_pixels": value for metric, value in metrics.items()}
    return {"n_held_out": len(held_out), **named}
