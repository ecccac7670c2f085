"""Do GAN images help a convolutional network that has all 50,000 images of CIFAR-10?

Abadi 2020, section 5 (Table 5, Figures 4 to 6), with the controls it lacked.

Trains one α-DCGAN a class on the images, adds R times as many generated images as there are real
ones, and trains the report's "two layered CNN" on both. Each mixture is held against as many
training steps on the real images alone ("equal steps") and against mirroring and shifting
("classical"). Figures 4 and 5 are generated_airplane.png and generated_horse.png, Figure 6 is
figure_6.png. A sample of the images: --sizes. Images of another data set or folder: --data.

    python -m gan_augment.cifar10 --quick                  a look, under 5 minutes on two cores
    python -m gan_augment.cifar10 --steps 1000             all ratios of the report
    python -m gan_augment.cifar10 --classifier-precision bfloat16 --precision bfloat16
    python -m gan_augment.cifar10 --sizes 2000 --ratios 0.1 0.5 1

Reported: 0.7411 at R = 0, 0.7492 at R = 0.01, 0.7063 at R = 0.10.

Departures from the report: its GANs trained for 3,000 epochs (over 200,000 steps a class), which
two cores cannot; ours have a learning rate of 0.0002 (section 4: 0.001); the classifier's layers
and batches of 64 are ours; two protocols (see --protocol), both of which are always in scores.csv.
"""

from __future__ import annotations

import functools
import itertools
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from gan_augment import augmenters, classifiers, data, experiment, reporting, studies, training
from gan_augment.common.checks import require_positive
from gan_augment.common.errors import UserError, run_command
from gan_augment.common.quiet import import_tensorflow


@dataclass(frozen=True)
class Config:
    """Options of the experiment."""

    alpha: tuple[float, ...] = (1.0,)
    """Width factor(s) of the DCGAN."""
    sizes: tuple[int, ...] = ()
    """Numbers of real images to draw (default: all)."""
    ratios: tuple[float, ...] = (0.01, 0.025, 0.05, 0.075, 0.1)
    """Ratios R > 0 of generated to real images; R = 0 is always there."""
    steps: int = 1000
    """Steps of GAN training for each class."""
    gan_seeds: int = 1
    """How often the whole is done: a new sample and new GANs each time."""
    members: int = 3
    """Classifiers trained in every cell."""
    classifier_epochs: int = 10
    """Epochs of classifier training."""
    arms: tuple[str, ...] = ("real", "gan", "repeat", "affine", "gan+affine")
    """What to compare (see gan_augment/studies/arms.py; "affine" is classical augmentation)."""
    objective: str | None = None
    """What the players minimise (see python -m gan_augment.mnist --help)."""
    stabilizers: tuple[str, ...] = ()
    """Remedies for the game (see python -m gan_augment.convergence --help)."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Arithmetic of the GANs."""
    classifier_precision: Literal["float32", "bfloat16"] = "float32"
    """Arithmetic of the classifiers; bfloat16 is faster on a CPU that has it in hardware."""
    protocol: Literal["corrected", "report"] = "corrected"
    """Which score is printed (see python -m gan_augment.mnist --help)."""
    quick: bool = False
    """A look within minutes: a sample, narrow GANs, few steps, members and ratios."""
    data: str = "cifar10"
    """Data set by name, or a folder of images."""
    data_dir: Path | None = None
    """Where data sets are (default: the environment variable GAN_AUGMENT_DATA)."""
    out: Path = Path("runs/cifar10")
    """Directory of the run."""
    seed: int = 0
    """Seed of everything."""
    show: experiment.Show = experiment.UNSEEN
    """What to see of the training."""


QUICK = Config(
    alpha=(0.25,),
    sizes=(2000,),
    ratios=(0.1, 0.5),
    steps=100,
    members=2,
    classifier_epochs=5,
    quick=True,
)
PICTURED = ("airplane", "horse")  # in Figures 4 and 5
SELECTION = {"alpha", "sizes", "ratios", "gan_seeds", "arms", "protocol"}


def run(config: Config) -> None:
    """Run the experiment; what is finished in `config.out` is not done again."""
    import_tensorflow()
    config = checked(config)
    strategy = training.find_strategy()  # TensorFlow must have computed nothing before
    train, test = experiment.load_splits(config.data, config.data_dir, config.sizes)
    config = replace(config, sizes=config.sizes or (len(train),))
    options = experiment.options_of(config)
    directory = experiment.claim(
        config.out,
        "cifar10",
        options | {"data": data.describe(config.data, train, test)},
        selection=SELECTION,
        show=config.show,
        read_only=not training.is_chief(strategy),
    )
    study = studies.AugmentationStudy(
        directory.path,
        functools.partial(gans_of, config),
        functools.partial(
            classifiers.Members,
            functools.partial(
                classifiers.two_layer_cnn,
                train.image_shape,
                train.num_classes,
                dtype=augmenters.DTYPES[config.classifier_precision],
            ),
            batch_size=64,
        ),
        transform=data.flip_crop(),
        members=config.members,
        epochs=config.classifier_epochs,
        seed=config.seed,
        strategy=strategy,
        name="cifar10_dcgan",
        preset="one DCGAN a class (Abadi 2020, section 5)",
        options={k: options[k] for k in ("objective", "stabilizers", "precision")},
    )
    cells = itertools.product(range(config.gan_seeds), config.sizes, config.alpha)
    samples = study.run(cells, config.arms, config.ratios, train, test, config.data)
    if not training.is_chief(strategy):  # the other workers only help to train the GANs
        return
    reporting.write(directory.path, study.scores(), samples)
    generated = next(iter(samples.values()))
    for name in [name for name in PICTURED if name in train.class_names] or train.class_names[:2]:
        path = directory.path / f"generated_{name.replace('/', '-')}.png"
        reporting.beside_real(generated, train, name, path, seed=config.seed)
    directory.finish()
    reporting.show(directory.path)
    print(f"Tables, figures and generated sets: {directory.path}")


def gans_of(config: Config, alpha: float, **options) -> augmenters.PerClass:
    """Return the untrained GANs of one width."""
    build = functools.partial(
        augmenters.dcgan,
        alpha=alpha,
        learning_rate=2e-4,
        objective=config.objective,
        stabilizers=augmenters.stabilizers.parse(config.stabilizers),
        precision=config.precision,
    )
    return augmenters.PerClass(build, steps=config.steps, **options)


def checked(config: Config) -> Config:
    """Refuse options that make no sense, each with a sentence."""
    require_positive(config, "alpha", "sizes", "steps", "gan_seeds", "members", "classifier_epochs")
    stabilizers = augmenters.stabilizers.parse(config.stabilizers)
    augmenters.stabilizers.choose_objective(config.objective, stabilizers)
    if not config.alpha:
        raise UserError("--alpha needs at least one value")
    return replace(config, ratios=studies.checked_ratios(config.arms, config.ratios))


parsed = functools.partial(
    experiment.parsed, name="cifar10", default=Config(), quick=QUICK, description=__doc__
)

if __name__ == "__main__":
    run_command(lambda: run(parsed(sys.argv[1:])))
