"""Do GAN images help a classifier that has 41 pictures of one cow and 41 of one horse?

Farhat, "Improving Image Classification with Deep Convolutional GAN Data Augmentation", with the
statistics and controls it lacked.

Trains a 64 × 64 DCGAN on one toy animal of each class of ETH-80, single images at a time, and a
small classifier in the report's five situations (the images alone; transforms; 1,000 GAN images
more; 2,000; 2,000 and transforms), tested on another animal of each class. Beside them: as many
training steps without a GAN, images of several GAN seeds together, and every object left out in
turn. Pictures of one's own, in train/<class> and test/<class>: --data DIR.

    python -m gan_augment.cows_horses --quick              a look, under 5 minutes on two cores
    python -m gan_augment.cows_horses --epochs 200         what results/ has
    python -m gan_augment.cows_horses                      GANs of 1,000 epochs, as in the report

On two cores a training step of a GAN takes some 25 ms, so --epochs 200 makes an hour of GANs, and
the classifiers take half an hour. The same command again continues. Reported test accuracy: 0.50
for the images alone, 0.63 with 2,000 GAN images.

Departures from the report, under either protocol: several GAN seeds and classifiers; situations
with added images are trained for fewer epochs (--added-epochs) as they have 13 or 25 times as many
steps in each; images come from one GAN a class (several in the control); sampling normalises
images as training did. --protocol report keeps the discriminator's slope of 0.02 and the softmax
in front of a loss that has one of its own; corrected has 0.2 and one softmax.
"""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from gan_augment import augmenters, classifiers, data, experiment, reporting, studies, training
from gan_augment.common.checks import require_positive
from gan_augment.common.errors import UserError, run_command
from gan_augment.common.quiet import import_tensorflow

Protocol = Literal["report", "corrected"]
SLOPES = {"report": 0.02, "corrected": 0.2}
BLOCK = 64  # images are sampled so many at a time
OBJECTS = (3, 5), (8, 3)  # the report's: to train on, to test on


@dataclass(frozen=True)
class Config:
    """Options of the experiment."""

    train_objects: tuple[int, ...] = OBJECTS[0]
    """Which object of each class to train on: cow 3 and horse 5."""
    test_objects: tuple[int, ...] = OBJECTS[1]
    """Which object of each class to test on."""
    protocol: tuple[Protocol, ...] = ("report", "corrected")
    """report: slope 0.02, and softmax twice, as in the report. corrected: neither."""
    epochs: int = 1000
    """Epochs of GAN training."""
    batch_size: int = 1
    """Images in a step of GAN training."""
    gan_seeds: int = 3
    """GANs trained for each class."""
    width: int = 64
    """Filters of the GANs' layers next to the images."""
    latent_dim: int = 10
    """Length of the noise vector."""
    objective: str | None = None
    """What the players minimise (see python -m gan_augment.mnist --help)."""
    stabilizers: tuple[str, ...] = ()
    """Remedies for the GANs' game (see python -m gan_augment.convergence --help)."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Arithmetic of the GANs."""
    compare: tuple[int, ...] = (4, 16)
    """Batch sizes to compare with batch 1 (Figure 2)."""
    compare_epochs: int = 200
    """Epochs after which they are compared."""
    added: tuple[int, int] = (1000, 2000)
    """Numbers of GAN images to add, all classes together."""
    members: int = 21
    """Classifiers trained in every situation, shared out among the GAN seeds."""
    classifier_epochs: int = 80
    """Epochs of classifier training."""
    added_epochs: int = 10
    """Epochs where images are added."""
    classifier_batch: int = 4
    """Images in a step of classifier training."""
    leave_one_out: bool = True
    """Leave out every object in turn (where a class has three or more)."""
    fold_steps: int = 2000
    """Steps of GAN training when an object is left out."""
    fold_epochs: int = 10
    """Epochs of classifier training when an object is left out."""
    fold_members: int = 3
    """Classifiers trained in every situation when an object is left out."""
    quick: bool = False
    """A look within minutes: narrow GANs, fewer epochs, seeds, images and members."""
    data: str = "eth80"
    """ETH-80 by name, or a folder: of its layout, or with train/<class> and test/<class>."""
    data_dir: Path | None = None
    """Where data sets are (default: the environment variable GAN_AUGMENT_DATA)."""
    out: Path = Path("runs/cows_horses")
    """Directory of the run."""
    seed: int = 0
    """Seed of everything."""
    show: experiment.Show = experiment.UNSEEN
    """What to see of the training."""


QUICK = Config(
    protocol=("corrected",),
    epochs=20,
    gan_seeds=2,
    width=16,
    compare_epochs=20,
    added=(100, 200),
    members=6,
    classifier_epochs=40,
    leave_one_out=False,
    quick=True,
)


FOLD_SITUATIONS = ("original", "transforms", "gan-many", "repeat-many")

# What is finished under one protocol need not be done again with the other.
SELECTION = {"protocol"}


def run(config: Config) -> None:
    """Run the experiment; what is finished in `config.out` is not done again."""
    import_tensorflow()
    config = checked(config)
    strategy = training.find_strategy()  # TensorFlow must have computed nothing before
    objects = data.load_objects(config.data, config.data_dir)
    config, real, test = chosen(config, objects)
    try_games(config, real.image_shape)
    options = experiment.options_of(config)
    directory = experiment.claim(
        config.out,
        "cows_horses",
        options | {"data": data.describe(config.data, real, test)},
        selection=SELECTION,
        show=config.show,
        read_only=not training.is_chief(strategy),
    )
    folds = objects.left_out() if config.leave_one_out else {}
    gans = studies.SmallGans(
        directory.path,
        functools.partial(gans_of, config),
        studies.GanPlan(
            config.protocol,
            config.gan_seeds,
            config.batch_size,
            config.epochs,
            config.compare,
            config.compare_epochs,
            config.fold_steps,
        ),
        seed=config.seed,
        strategy=strategy,
    )
    gans.fit(real, {number: others for number, (others, _) in folds.items()})
    if not training.is_chief(strategy):  # the other workers only help to train the GANs
        return
    gans.generate(
        -(-max(config.added) // real.num_classes),
        {"preset": "one DCGAN a class (Farhat)", "source": {"data": config.data}},
    )
    pictures = studies.PictureStudy(
        functools.partial(studies.object_features, objects, seed=config.seed),
        directory.path / "pictures.jsonl",
    )
    pictures.measure_all(gans, real, test)
    curves = classify(config, directory.path, gans, real, test, folds)
    text = reporting.write_cows_horses(
        directory.path,
        curves,
        pictures.table(),
        gans.losses(),
        reporting.Shown(
            **studies.to_show(gans, real, test, protocol=config.protocol[-1], seed=config.seed)
        ),
    )
    directory.finish()
    print(f"\n{text}\n")
    if config.quick:
        print(
            f"A quick look: these GANs are narrow and were trained for {config.epochs} epochs, the "
            "report's for 1,000. See results/ for full runs.\n"
        )
    print(f"Tables, figures and generated sets: {directory.path}")


def try_games(config: Config, image_shape) -> None:
    """Raise `UserError` for stabilisers that do not suit a batch size, before hours of training."""
    for batch_size in (config.batch_size, *config.compare):
        game = {"objective": config.objective, "batch_size": batch_size, "width": 1}
        stabilizers = augmenters.stabilizers.parse(config.stabilizers)
        augmenters.dcgan64(image_shape, stabilizers=stabilizers, **game)


def gans_of(config: Config, cell, batch_size: int):
    """Return what builds the GANs of a cell."""
    return functools.partial(
        augmenters.dcgan64,
        batch_size=batch_size,
        width=config.width,
        latent_dim=config.latent_dim,
        slope=SLOPES[cell.protocol],
        objective=config.objective,
        stabilizers=augmenters.stabilizers.parse(config.stabilizers),
        precision=config.precision,
    )


def classify(config: Config, path: Path, gans: studies.SmallGans, real, test, folds):
    """Train all classifiers; return their metrics by epoch."""

    def make_members(protocol, transform):
        return classifiers.Members(
            functools.partial(
                classifiers.small_cnn,
                real.image_shape,
                real.num_classes,
                softmax=protocol == "report",
            ),
            batch_size=config.classifier_batch,
            transform=data.photometric() if transform else None,
        )

    study = studies.SituationStudy(make_members, seed=config.seed, path=path / "cells.jsonl")
    *_, main = config.protocol
    every = studies.situations(*config.added)
    for protocol in config.protocol:
        study.run(
            every if protocol == main else studies.situations(*config.added, controls=False),
            real,
            gans.of(protocol),
            test,
            protocol=protocol,
            members=config.members,
            epochs=config.classifier_epochs,
            added_epochs=config.added_epochs,
        )
    for number, (others, own) in folds.items():
        study.run(
            {name: every[name] for name in FOLD_SITUATIONS},
            others,
            gans.of(main, number),
            own,
            protocol=main,
            fold=number,
            members=config.fold_members,
            epochs=config.fold_epochs,
            added_epochs=config.fold_epochs,
        )
    return study.curves()


def chosen(config: Config, objects: data.ObjectViews):
    """Return the options that suit the data, and the images to train and to test on."""
    if config.data != "eth80" and (config.train_objects, config.test_objects) == OBJECTS:
        classes = objects.views.num_classes
        config = replace(config, train_objects=(1,) * classes, test_objects=(2,) * classes)
    for name, *pair in zip(objects.views.class_names, config.train_objects, config.test_objects):
        if len({*pair}) == 1:
            raise UserError(
                f"{name} {pair[0]} is there both to train on and to test on; change one of them"
            )
    real, test = (
        objects.of([{number} for number in numbers])
        for numbers in (config.train_objects, config.test_objects)
    )
    for label, count in enumerate(real.counts()):
        if count < 2:
            raise UserError(
                f"class {real.class_names[label]!r} has {count} image(s) to train on and a GAN "
                "needs at least 2; take more images or leave the class out"
            )
    return config, real, test


def checked(config: Config) -> Config:
    """Refuse options that make no sense, each with a sentence."""
    require_positive(
        config,
        *("epochs", "batch_size", "gan_seeds", "width", "latent_dim", "compare", "added"),
        *("compare_epochs", "members", "classifier_epochs", "added_epochs", "classifier_batch"),
        *("fold_steps", "fold_epochs", "fold_members"),
    )
    stabilizers = augmenters.stabilizers.parse(config.stabilizers)
    augmenters.stabilizers.choose_objective(config.objective, stabilizers)
    if not config.protocol:
        raise UserError("--protocol needs report, corrected or both")
    if config.members < config.gan_seeds:
        raise UserError(
            f"{config.gan_seeds} GAN seeds need as many classifiers; raise --members above "
            f"{config.members}"
        )
    few, many = sorted(config.added)
    if few == many:
        raise UserError("--added needs two different numbers of images")
    for batch in (config.batch_size, *config.compare):
        if BLOCK % batch:
            raise UserError(f"a batch size must divide {BLOCK}, and {batch} does not")
    return replace(
        config,
        added=(few, many),
        protocol=tuple(p for p in SLOPES if p in config.protocol),
        compare=tuple(sorted({*config.compare} - {config.batch_size})),
        compare_epochs=min(config.compare_epochs, config.epochs),
    )


parsed = functools.partial(
    experiment.parsed, name="cows_horses", default=Config(), quick=QUICK, description=__doc__
)

if __name__ == "__main__":
    run_command(lambda: run(parsed(sys.argv[1:])))
