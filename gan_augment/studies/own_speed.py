"""What a step costs on this machine, and whether mirrored images keep their labels."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import keras
import tensorflow as tf

from gan_augment.augmenters.class_conditional import conditional_dcgan
from gan_augment.augmenters.stabilizers.registry import RECOMMENDED, parse
from gan_augment.classifiers.members import Members
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages
from gan_augment.studies.plan import CLASSIFIER_BATCH, GAN_BATCH, WIDTHS
from gan_augment.studies.trial import MEMBERS, Part
from gan_augment.training.loop import Trainer

EPOCHS = 10
MOST_IMAGES = 2000  # are enough to measure with
LEARNED = 0.1  # above the share of the largest class: less tells nothing of mirrored images
HARMLESS = 0.8  # of what was learned must be left on mirrored images


def classifier_speed(
    build: Callable[..., keras.Model], part: Part, *, seed: int
) -> tuple[float, bool]:
    """Return the seconds of a step of `MEMBERS` classifiers, and whether mirroring is harmless.

    It is if classifiers of a short training recognise mirrored validation images about as well,
    by what they are better than calling everything the largest class.
    """
    train, validation = (few(images, seed) for images in (part.train, part.validation))
    members = Members(build, batch_size=CLASSIFIER_BATCH)
    evaluate = {"validation": validation, "mirrored": mirror(validation)}
    seeds = [derive_seed(seed, "speed", m) for m in range(MEMBERS)]
    members.train(train, {}, seeds=seeds, epochs=1, description="measuring")
    start = time.monotonic()
    history = members.train(train, evaluate, seeds=seeds, epochs=EPOCHS)
    seconds = (time.monotonic() - start) / (EPOCHS * -(-len(train) // CLASSIFIER_BATCH))
    blind = validation.counts().max() / len(validation)
    learned = {name: found[:, -1].mean() - blind for name, found in history.accuracy.items()}
    return seconds, is_harmless(learned["validation"], learned["mirrored"])


def is_harmless(learned: float, mirrored: float) -> bool:
    """Tell it from the accuracy above that of the largest class, on images and mirrored ones."""
    return bool(learned >= LEARNED and mirrored >= HARMLESS * learned)


def few(images: LabeledImages, seed: int) -> LabeledImages:
    """Return at most MOST_IMAGES, of each class its share."""
    return images.sample(min(len(images), MOST_IMAGES), seed, stratified=True)


def generator_speed(real: LabeledImages) -> tuple[float, float]:
    """Return the seconds to start training a GAN of the smallest width, and those of a step."""
    began = time.monotonic()
    trainer = Trainer(
        conditional_dcgan(
            real.image_shape, real.num_classes, alpha=WIDTHS[-1], stabilizers=parse(RECOMMENDED)
        ),
        real.images,
        real.labels,
        batch_size=GAN_BATCH,
        seed=0,
        strategy=tf.distribute.get_strategy(),
    )
    trainer.run(2)
    started = time.monotonic()
    trainer.run(10)
    return started - began, (time.monotonic() - started) / 10


def mirror(images: LabeledImages) -> LabeledImages:
    """Return the images mirrored left to right."""
    return replace(images, images=images.images[:, :, ::-1])
