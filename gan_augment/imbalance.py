"""Does BAGAN restore balance where some classes are rare?

Mariani et al. 2018, which two of the reports name for imbalanced data, against simpler remedies.

Draws as many images of each class, keeps 5, 10 and 20 % of those of a few classes, and fills these
up again, to as many as the others have: with the same images ("repeat"), interpolated ones (SMOTE,
which needs the extra `imbalance`), copies under small affine maps, images of a class-conditional
GAN, of BAGAN, or of the auto-encoder that BAGAN begins with. Classifiers take the same number of
steps on each of the sets, on the imbalanced one ("none") and on the one before anything was taken
away ("complete"); the test set is whole.

    python -m gan_augment.imbalance --quick                      a look, under 5 minutes
    python -m gan_augment.imbalance                              what results/ is to have
    python -m gan_augment.imbalance --augmenter none repeat bagan --shares 0.05
    python -m gan_augment.imbalance --data fashion_mnist --minority Shirt Coat

Times on two cores: to be measured. The same command again continues, and more ways, shares and
seeds join a run when its command is given again with them.

Rare by default are 4, 5 and 8. Each has a look-alike among the classes that stay as they are (9, 3
and 3), and a classifier that has seen few of it decides for that one; digits without one, such as 0
and 1, would show little of what imbalance costs. Reported: no number that the reports quote; the
expectation is that BAGAN does better than oversampling and than a plain conditional GAN. Its rates
were chosen on training images of MNIST and those of the conditional GAN were not: the page says so.

Departures from the paper: the networks of the α-DCGAN for all GANs; a discriminator that learns
faster than the generator; shorter trainings; several rare classes at once; see
gan_augment/augmenters/bagan.py. Loss weights by class are left out: on average, repeating the
images of a class does the same.
"""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from gan_augment import augmenters, classifiers, data, experiment, reporting, studies, training
from gan_augment.common.checks import require_positive
from gan_augment.common.errors import UserError, run_command
from gan_augment.common.quiet import import_tensorflow

Way = Literal[
    *("none", "repeat", "smote", "affine", "repeat+affine"),
    *("conditional", "auto-encoder", "bagan", "complete"),
]
BATCH = 64  # images in a step of GAN training


@dataclass(frozen=True)
class Config:
    """Options of the experiment."""

    augmenter: tuple[Way, ...] = get_args(Way)
    """What rare classes are filled up with. none: nothing. repeat+affine: the same images, and all
    images under a new affine map at every step. complete: nothing was taken away."""
    minority: tuple[str, ...] = ("4", "5", "8")
    """Names of the classes that are made rare."""
    shares: tuple[float, ...] = (0.05, 0.1, 0.2)
    """Shares of their images that are kept."""
    per_class: int = 500
    """Images of each class before."""
    width: float = 0.5
    """Width factor (α) of the GANs."""
    steps: int = 3000
    """Steps of GAN training."""
    pretraining_steps: int | None = None
    """Steps of training of BAGAN's auto-encoder (default: as many as the GAN's)."""
    conditional_rate: float = 2e-4
    """Learning rate of both players of the conditional GAN."""
    objective: str | None = None
    """What the conditional GAN's players minimise (see python -m gan_augment.mnist --help)."""
    stabilizers: tuple[str, ...] = ()
    """Remedies for the conditional GAN's game (see python -m gan_augment.convergence --help)."""
    bagan_rate: float = 5e-5
    """Learning rate of BAGAN's generator."""
    bagan_discriminator_rate: float = 2e-4
    """Learning rate of BAGAN's discriminator."""
    gan_seeds: int = 3
    """How often the whole is done: a new sample, new images kept and new GANs each time."""
    members: int = 5
    """Classifiers trained on every set."""
    classifier: Literal["dense", "cnn"] = "dense"
    """One hidden layer of 300 units, or two convolutions."""
    classifier_steps: int = 2000
    """Steps of classifier training, 32 images each."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Arithmetic of the GANs."""
    quick: bool = False
    """A look within minutes: one share, fewer images, narrow GANs, few steps, seeds and members."""
    data: str = "mnist"
    """Data set by name, or a folder of images."""
    data_dir: Path | None = None
    """Where data sets are (default: the environment variable GAN_AUGMENT_DATA)."""
    out: Path = Path("runs/imbalance")
    """Directory of the run."""
    seed: int = 0
    """Seed of everything."""
    show: experiment.Show = experiment.UNSEEN
    """What to see of the training."""


QUICK = Config(
    shares=(0.1,),
    per_class=300,
    width=0.25,
    steps=1000,
    pretraining_steps=300,
    gan_seeds=2,
    members=3,
    classifier_steps=500,
    quick=True,
)

# Options that say which cells to do, not what is in a cell: a run may be continued with others.
SELECTION = {"augmenter", "shares", "gan_seeds"}
OF_GANS = ("width", "steps", "pretraining_steps", "precision", "conditional_rate", "bagan_rate")
OF_GANS += ("bagan_discriminator_rate", "objective", "stabilizers")
CLASSIFIERS = {"dense": "dense_classifier", "cnn": "two_layer_cnn"}
SHOWN = ("smote", "conditional", "auto-encoder", "bagan")  # whose images make a figure


def run(config: Config) -> None:
    """Run the experiment; what is finished in `config.out` is not done again."""
    import_tensorflow()
    config = checked(config)
    strategy = training.find_strategy()  # TensorFlow must have computed nothing before
    train, test = experiment.load_splits(config.data, config.data_dir)
    minority = data.labels_of(config.minority, train.class_names)
    if len(minority) == train.num_classes:
        raise UserError("--minority names all classes; leave one that keeps all of its images")
    options = experiment.options_of(config)
    directory = experiment.claim(
        config.out,
        "imbalance",
        options | {"batch_size": BATCH, "data": data.describe(config.data, train, test)},
        selection=SELECTION,
        show=config.show,
        read_only=not training.is_chief(strategy),
    )
    study = studies.Rebalancing(
        directory.path,
        functools.partial(augmenter_of, config),
        functools.partial(members_of, config, train.image_shape, train.num_classes),
        minority=minority,
        per_class=config.per_class,
        members=config.members,
        steps=config.classifier_steps,
        seed=config.seed,
        strategy=strategy,
        data=config.data,
        options={name: options[name] for name in OF_GANS},
    )
    cases = [
        studies.Imbalance(share, gan_seed)
        for gan_seed in range(config.gan_seeds)
        for share in config.shares
    ]
    study.run(cases, config.augmenter, train, test)
    if not training.is_chief(strategy):  # the other workers only help to train the GANs
        return
    learned = [name for name in config.augmenter if studies.WAYS[name].learned]
    text = reporting.write_imbalance(
        directory.path,
        study.scores(),
        shown(config, study, train),
        minority,
        {name: study.losses(cases[0], name) for name in learned},
    )
    directory.finish()
    print(f"\n{text}\n")
    if config.quick:
        print(
            f"A quick look: these GANs are narrow (α = {config.width:g}) and were trained for "
            f"{config.steps} steps. See results/ for full runs.\n"
        )
    print(f"Tables, figures and generated sets: {directory.path}")


def conditional(config: Config, **place) -> augmenters.Augmenter:
    """Return the plain class-conditional GAN."""
    build = functools.partial(
        augmenters.conditional_dcgan,
        alpha=config.width,
        precision=config.precision,
        learning_rate=config.conditional_rate,
        objective=config.objective,
        stabilizers=augmenters.stabilizers.parse(config.stabilizers),
    )
    return augmenters.ClassConditional(build, steps=config.steps, batch_size=BATCH, **place)


def balancing(kind: str, config: Config, **place) -> augmenters.Augmenter:
    """Return BAGAN, or its auto-encoder alone, by the class in `augmenters`."""
    networks = {"alpha": config.width, "precision": config.precision}
    return getattr(augmenters, kind)(
        functools.partial(
            augmenters.bagan,
            learning_rate=config.bagan_rate,
            discriminator_rate=config.bagan_discriminator_rate,
            **networks,
        ),
        functools.partial(augmenters.auto_encoder, **networks),
        pretraining_steps=config.pretraining_steps,
        steps=config.steps,
        batch_size=BATCH,
        **place,
    )


AUGMENTERS = {
    "repeat": lambda config, **place: augmenters.Repeat(),
    "smote": lambda config, **place: augmenters.Smote(),
    "affine": lambda config, **place: augmenters.Affine(),
    "conditional": conditional,
    "auto-encoder": functools.partial(balancing, "DecodedNormals"),
    "bagan": functools.partial(balancing, "BalancingGAN"),
}


def augmenter_of(config: Config, name: str, **place) -> augmenters.Augmenter:
    """Return an augmenter by name; `place` is its seed, directory and strategy."""
    return AUGMENTERS[name](config, **place)


def members_of(config: Config, image_shape, num_classes: int, transform: bool):
    """Return the classifier and its training."""
    build = getattr(classifiers, CLASSIFIERS[config.classifier])
    return classifiers.Members(
        functools.partial(build, image_shape, num_classes),
        transform=data.affine() if transform else None,
    )


def shown(config: Config, study: studies.Rebalancing, train) -> dict:
    """Choose images of the first GAN seed for a figure, by share and way ("kept": real ones)."""
    images = {}
    for share in config.shares:
        case = studies.Imbalance(share, 0)
        _, kept = study.sample(case, train)
        images[share, "kept"] = kept
        for name in SHOWN:
            if name in config.augmenter:
                images[share, name] = study.added(case, name, kept)
    return images


def checked(config: Config) -> Config:
    """Refuse options that make no sense, each with a sentence."""
    require_positive(config, "shares", "per_class", "width", "steps", "pretraining_steps")
    require_positive(config, "gan_seeds", "members", "classifier_steps")
    require_positive(config, "conditional_rate", "bagan_rate", "bagan_discriminator_rate")
    stabilizers = augmenters.stabilizers.parse(config.stabilizers)
    augmenters.stabilizers.choose_objective(config.objective, stabilizers)
    for name in ("augmenter", "minority", "shares"):
        if not getattr(config, name):
            raise UserError(f"--{name} needs at least one value")
    for share in config.shares:
        kept = round(min(share, 1) * config.per_class)
        if kept < 2:
            raise UserError(
                f"of {config.per_class} images a share of {share:g} is {kept}, and a rare class "
                "needs 2; raise --per-class or --shares"
            )
        if kept >= config.per_class:
            raise UserError(f"a share of {share:g} makes no class rare; lower --shares")
    if "smote" in config.augmenter:
        augmenters.Smote()  # refuses where its package is missing
    return replace(
        config,
        augmenter=tuple(way for way in get_args(Way) if way in config.augmenter),
        minority=tuple(dict.fromkeys(config.minority)),
        shares=tuple(sorted({*config.shares})),
    )


parsed = functools.partial(
    experiment.parsed, name="imbalance", default=Config(), quick=QUICK, description=__doc__
)

if __name__ == "__main__":
    run_command(lambda: run(parsed(sys.argv[1:])))
