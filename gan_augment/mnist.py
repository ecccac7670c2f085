"""Does a GAN trained on 500 digits help a classifier trained on the same 500 digits?

Abadi 2020, section 4 (Tables 1 to 4, Figures 1 to 3), with the controls it lacked.

Draws a sample of MNIST, trains one α-DCGAN a class on it, and trains classifiers on mixtures of
real and generated images (ratio R = generated : real). Each mixture is held against as many
training steps on the real images alone ("equal steps") and against classical augmentation
("affine"). Images of another data set or folder: --data.

    python -m gan_augment.mnist --quick                    a look, under 5 minutes on two cores
    python -m gan_augment.mnist --alpha 2                  500 digits as in the report
    python -m gan_augment.mnist --alpha 1 2 --gan-seeds 3  Table 1, with its spread
    python -m gan_augment.mnist --sizes 1000 2000 4000 --steps 1000

On two cores the GANs of one size take 25 minutes at α = 1 and over an hour at α = 2 (2,000 epochs,
500 digits). The same command again continues. Reported at R = 0 and R = 1, 500 digits: 0.8092 and
0.8662.

Departures from the report: each GAN seed draws its own real sample, so the spread over them is
that of the whole experiment; as many images of each class are generated, whatever the sample's
shares; the generator has batch normalisation (--no-batch-norm: without); the discriminator ends in
a logit; failed trainings begin anew (see generation.json); classifiers train and score in two
protocols (see --protocol), both of which are always in scores.csv.
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

Numbers = tuple[float, ...]


@dataclass(frozen=True)
class Config:
    """Options of the experiment."""

    augmenter: Literal["dcgan", "conditional", "vae", "teaching"] = "dcgan"
    """What makes the images. dcgan: one GAN a class, as in the report; conditional: one for all
    classes; vae: a class-conditional auto-encoder; teaching: the lessons of a Generative Teaching
    Network (see python -m gan_augment.gtn), 2,048 images and then the same ones again."""
    alpha: Numbers = (2.0,)
    """Width factor(s) of its networks; several make Table 1."""
    sizes: tuple[int, ...] = (500,)
    """Numbers of real images to draw."""
    ratios: Numbers = (0.25, 0.5, 0.75, 1.0, 2.0, 4.0)
    """Ratios R > 0 of generated to real images; R = 0 is always there."""
    epochs: int = 2000
    """Epochs of GAN training, each over the images of one GAN."""
    steps: int | None = None
    """Steps of GAN training for each GAN, instead of epochs."""
    gan_seeds: int = 1
    """How often the whole is done: a new sample and new GANs each time."""
    members: int = 10
    """Classifiers trained in every cell."""
    classifier_epochs: int = 15
    """Epochs of classifier training."""
    arms: tuple[str, ...] = (
        "real",
        "gan",
        "repeat",
        "affine",
        "gan+affine",
        "synthetic",
        "synthetic+affine",
        "synthetic-repeat",
    )
    """What to compare (see gan_augment/studies/arms.py; "affine-set" is there too)."""
    batch_norm: bool = True
    """Batch normalisation in the generator."""
    objective: str | None = None
    """What the players minimise: non-saturating, saturating, least-squares, hinge or wasserstein
    (default: non-saturating, or what belongs to the stabilisers)."""
    stabilizers: tuple[str, ...] = ()
    """Remedies for the game, each with its coefficient if need be: --stabilizers r1=1 ema (see
    python -m gan_augment.convergence)."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Arithmetic of the GANs."""
    protocol: Literal["corrected", "report"] = "corrected"
    """Which score is printed. report: best epoch on the test set. corrected: epoch chosen on a
    fifth of the real sample, then trained on all of it."""
    quick: bool = False
    """A look within minutes: other defaults for alpha, steps, members and ratios."""
    data: str = "mnist"
    """Data set by name, or a folder of images."""
    data_dir: Path | None = None
    """Where data sets are (default: the environment variable GAN_AUGMENT_DATA)."""
    out: Path = Path("runs/mnist")
    """Directory of the run."""
    seed: int = 0
    """Seed of everything."""
    show: experiment.Show = experiment.UNSEEN
    """What to see of the training."""


QUICK = Config(alpha=(0.5,), steps=300, members=5, ratios=(0.5, 1.0, 2.0), quick=True)

# Options that say which cells to do, not what is in a cell: a run may be continued with others.
SELECTION = {"alpha", "sizes", "ratios", "gan_seeds", "arms", "protocol"}


def run(config: Config) -> None:
    """Run the experiment; what is finished in `config.out` is not done again."""
    import_tensorflow()
    config = checked(config)
    strategy = training.find_strategy()  # TensorFlow must have computed nothing before
    train, test = experiment.load_splits(config.data, config.data_dir, config.sizes)
    options = experiment.options_of(config)
    del options["augmenter"]  # the experiment's name says it
    directory = experiment.claim(
        config.out,
        "mnist" if config.augmenter == "dcgan" else f"mnist-{config.augmenter}",
        options | {"data": data.describe(config.data, train, test)},
        selection=SELECTION,
        command="mnist",
        show=config.show,
        read_only=not training.is_chief(strategy),
    )
    study = studies.AugmentationStudy(
        directory.path,
        functools.partial(AUGMENTERS[config.augmenter], config),
        functools.partial(
            classifiers.Members,
            functools.partial(classifiers.dense_classifier, train.image_shape, train.num_classes),
        ),
        transform=data.affine(),
        members=config.members,
        epochs=config.classifier_epochs,
        seed=config.seed,
        strategy=strategy,
        name=f"mnist_{config.augmenter}",
        preset=PRESETS[config.augmenter],
        options=game(config) | {"stabilizers": config.stabilizers},
    )
    cells = itertools.product(range(config.gan_seeds), config.sizes, config.alpha)
    samples = study.run(cells, config.arms, config.ratios, train, test, config.data)
    if not training.is_chief(strategy):  # the other workers only help to train the GANs
        return
    reporting.write(directory.path, study.scores(), samples)
    directory.finish()
    reporting.show(directory.path)
    if config.quick:
        print(
            f"A quick look: these GANs are narrow (α = {config.alpha[0]:g}) and were trained for "
            f"{config.steps} steps, the report's for 2,000. See results/ for full runs.\n"
        )
    print(f"Tables, figures and generated sets: {directory.path}")


def per_class(config: Config, alpha: float, **options) -> augmenters.Augmenter:
    """Return one untrained DCGAN a class."""
    build = functools.partial(augmenters.dcgan, alpha=alpha, **game(config))
    return augmenters.PerClass(build, **length(config), **options)


def conditional(config: Config, alpha: float, **options) -> augmenters.Augmenter:
    """Return one untrained DCGAN for all classes."""
    build = functools.partial(augmenters.conditional_dcgan, alpha=alpha, **game(config))
    return augmenters.ClassConditional(build, **length(config), **options)


def auto_encoder(config: Config, alpha: float, **options) -> augmenters.Augmenter:
    """Return an untrained class-conditional variational auto-encoder."""
    build = functools.partial(augmenters.vae, alpha=alpha, precision=config.precision)
    return augmenters.VariationalAutoEncoder(build, **length(config), **options)


def teaching(config: Config, alpha: float, *, strategy, **options) -> augmenters.Augmenter:
    """Return an untrained teaching network; it is trained on one device."""
    build = functools.partial(augmenters.teaching, width=alpha)
    return augmenters.TeachingNetwork(build, steps=config.steps, **options)


AUGMENTERS = {
    "dcgan": per_class,
    "conditional": conditional,
    "vae": auto_encoder,
    "teaching": teaching,
}
PRESETS = {
    "dcgan": "one DCGAN a class (Abadi 2020)",
    "conditional": "one class-conditional DCGAN",
    "vae": "one class-conditional variational auto-encoder",
    "teaching": "the lessons of a Generative Teaching Network (Such et al. 2019)",
}


def game(config: Config) -> dict:
    """Return the options of a GAN's game."""
    return {
        "batch_norm": config.batch_norm,
        "objective": config.objective,
        "stabilizers": augmenters.stabilizers.parse(config.stabilizers),
        "precision": config.precision,
    }


def length(config: Config) -> dict:
    """Return how long to train, in steps or epochs."""
    return {"steps": config.steps, "epochs": None if config.steps else config.epochs}


def checked(config: Config) -> Config:
    """Refuse options that make no sense, each with a sentence."""
    require_positive(
        config, "alpha", "sizes", "epochs", "steps", "gan_seeds", "members", "classifier_epochs"
    )
    if config.augmenter in ("vae", "teaching") and (config.objective or config.stabilizers):
        raise UserError(
            f"--augmenter {config.augmenter} plays no game; leave out --objective and --stabilizers"
        )
    if config.augmenter == "teaching" and not config.steps:
        raise UserError("--augmenter teaching needs --steps, such as 500")
    if config.augmenter == "teaching" and config.show != experiment.UNSEEN:
        raise UserError("--augmenter teaching has nothing for --film or --tensorboard; leave them")
    if config.augmenter == "teaching" and (config.precision != "float32" or not config.batch_norm):
        raise UserError(
            "--augmenter teaching computes in float32, and its generator has no batch "
            "normalisation; leave out --precision and --no-batch-norm"
        )
    stabilizers = augmenters.stabilizers.parse(config.stabilizers)
    augmenters.stabilizers.choose_objective(config.objective, stabilizers)
    for name in ("alpha", "sizes"):
        if not getattr(config, name):
            raise UserError(f"--{name} needs at least one value")
    return replace(config, ratios=studies.checked_ratios(config.arms, config.ratios))


parsed = functools.partial(
    experiment.parsed, name="mnist", default=Config(), quick=QUICK, description=__doc__
)

if __name__ == "__main__":
    run_command(lambda: run(parsed(sys.argv[1:])))
