"""How good the generated images of a trial are, beside how useful they are."""

from __future__ import annotations

from collections.abc import Callable

import keras

from gan_augment.classifiers.members import Members
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages, balanced, concatenate
from gan_augment.metrics.features import classifier_extractor
from gan_augment.metrics.quality import FEATURE_METRICS, PIXEL_METRICS, image_quality
from gan_augment.studies.plan import CLASSIFIER_BATCH
from gan_augment.studies.trial import MEMBERS, Part


def generated_quality(
    build: Callable[..., keras.Model],
    part: Part,
    generated: LabeledImages,
    *,
    steps: int,
    features: str,
    seed: int,
) -> dict:
    """Measure `generated`, made by a generator that saw `part.train`, with classifiers `build`.

    Returns "gan_train" (accuracy on real test images of classifiers trained on as many generated
    ones as there are real ones to train on), "real_train" (of those trained on the real ones),
    "gan_test" (the latter on generated images), the metrics of `image_quality` without the name of
    the features in theirs, "features" (that name), "memorization" (against validation and test
    images) and the numbers of images.
    """
    made = balanced(generated, min(len(part.train), balanced_size(generated)))
    members = Members(build, batch_size=CLASSIFIER_BATCH)
    seeds = [derive_seed(seed, "quality", m) for m in range(MEMBERS)]
    epochs = -(-steps * CLASSIFIER_BATCH // len(part.train))
    options = {"seeds": seeds, "epochs": epochs, "description": "quality"}
    real = members.train(part.train, {"test": part.test, "made": made}, **options)
    extractor = classifier_extractor(members.trained(seeds[0]), features)
    on_made = members.train(made, {"test": part.test}, **options)
    held_out = concatenate([part.validation, part.test])
    found = image_quality(part.train, made, extractor, held_out=held_out, seed=seed)["overall"]
    return {
        "gan_train": float(on_made.accuracy["test"][:, -1].mean()),
        "real_train": float(real.accuracy["test"][:, -1].mean()),
        "gan_test": float(real.accuracy["made"][:, -1].mean()),
        "features": features,
        **{name: found[extractor.metric_name(name)] for name in FEATURE_METRICS},
        "memorization": {name: found[f"{name}_pixels"] for name in PIXEL_METRICS},
        "n_real": len(part.train),
        "n_generated": len(made),
    }


def balanced_size(images: LabeledImages) -> int:
    """Return how many images there are with as many of each class."""
    return int(images.counts().min()) * images.num_classes
