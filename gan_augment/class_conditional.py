"""Do images of a class-conditional GAN keep a classifier of CIFAR-10 from over-fitting?

Priyaa & Verma, section 6 (their table, Figures 6 to 11), with the controls that they lacked.

Trains one generator for all classes on the training part of the images, adds N of its images of
each class to them (GAN-500, GAN-1500, …), and trains the report's classifier. Losses on the
training part and on the validation part, and the accuracy on the test set, are kept by epoch and
read at the last epoch, as the report does, and at the epoch of the lowest validation loss. The
rotation baseline and the controls add as many images: rotated ones, the real ones again ("equal
steps"), and both with mirroring and shifting at every step ("classical").

    python -m gan_augment.class_conditional --quick        a look, under 4 minutes on two cores
    python -m gan_augment.class_conditional --sizes 10000 --generated 100 300 400 600 --controls 300
    python -m gan_augment.class_conditional --protocol report --classifier-epochs 100

More models, protocols, arms, numbers and seeds join a run when its command is given again with
them. Reported at epoch 100, training and validation loss: baseline 0.55 and 2.25, rotation 0.45 and
2.28, GAN-1500 0.69 and 1.99.

Protocols. report: the public code, which reads 15,360 of the 50,000 images (12,288 to train on),
gives raw pixels to the classifier and turns images by 7.2 degrees at most. corrected: the text,
with 45,000 and 5,000 images, pixels in [−1, 1] and 0 to 45 degrees.

Departures from the report: the parts are drawn at random, by each GAN seed anew, and the GAN
learns from the training part of the protocol; GANs are narrower (--width 1 has the report's 8,000
and 1,600 units), with a learning rate of 0.02 / width^0.7, and train for fewer than 400 epochs (see
--steps, --epochs). In a trial at width 0.1 they made noise for all of 4,000 steps at a rate of
0.06, and with --stabilizers r1=1 at 0.1 images from step 5,000 on. See
gan_augment/augmenters/fully_connected.py for the rest. The report does not say whether N counts
each class or all (--in-all), nor how many rotated images there are.
"""

from __future__ import annotations

import functools
import itertools
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from gan_augment import augmenters, classifiers, data, experiment, reporting, studies, training
from gan_augment.common.checks import require_positive
from gan_augment.common.errors import UserError, run_command
from gan_augment.common.quiet import import_tensorflow

Numbers = tuple[int, ...]
ModelName = Literal["fully-connected", "convolutional", "vae"]
ProtocolName = Literal["report", "corrected"]


@dataclass(frozen=True)
class Config:
    """Options of the experiment."""

    model: tuple[ModelName, ...] = ("fully-connected",)
    """Generators: the report's, a convolutional class-conditional GAN (projection discriminator), a
    class-conditional variational auto-encoder."""
    protocol: tuple[ProtocolName, ...] = ("report", "corrected")
    """Protocols, see above; each is a column of the tables."""
    arms: tuple[str, ...] = ("real", "rotation", "gan", "repeat", "affine", "gan+affine")
    """What to compare ("repeat" is equal steps, "affine" classical augmentation)."""
    generated: Numbers = (500, 1500, 2000, 3000)
    """Numbers N of generated images."""
    controls: Numbers = (1500,)
    """Numbers N at which rotation and the controls are trained."""
    in_all: bool = False
    """N counts all classes together, not each."""
    sizes: Numbers = ()
    """Numbers of real images to draw before a protocol splits them (default: all)."""
    test_images: int | None = None
    """Test images to draw (default: all)."""
    width: float | None = None
    """Width factor of the generators' networks (default: fully-connected 0.1, which is 800 and 160
    units, convolutional and vae 0.5: these suit two cores)."""
    steps: int | None = None
    """Steps of generator training (default: fully-connected 16,000, others 3,000)."""
    epochs: int | None = None
    """Epochs of generator training instead, over the training part; the report has 400."""
    gan_seeds: int = 1
    """How often the whole is done: new parts and new generators each time."""
    members: int = 3
    """Classifiers trained in every cell."""
    classifier_epochs: int = 30
    """Epochs of classifier training; the report has 100. With more than before a run trains the
    classifiers anew, and its tables have the longest trainings of each protocol."""
    objective: str | None = None
    """What the players of the GANs minimise (see python -m gan_augment.mnist --help)."""
    stabilizers: tuple[str, ...] = ()
    """Remedies for the GANs' game (see python -m gan_augment.convergence --help)."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Arithmetic of the generators."""
    classifier_precision: Literal["float32", "bfloat16"] = "float32"
    """Arithmetic of the classifiers; bfloat16 is faster on a CPU that has it in hardware."""
    quick: bool = False
    """A look within minutes: a sample, narrow networks, few steps, members and epochs."""
    data: str = "cifar10"
    """Data set by name, or a folder of images."""
    data_dir: Path | None = None
    """Where data sets are (default: the environment variable GAN_AUGMENT_DATA)."""
    out: Path = Path("runs/class_conditional")
    """Directory of the run."""
    seed: int = 0
    """Seed of everything."""
    show: experiment.Show = experiment.UNSEEN
    """What to see of the training."""


QUICK = Config(
    generated=(50, 150),
    controls=(150,),
    sizes=(3000,),
    test_images=2000,
    width=0.05,
    steps=300,
    members=2,
    classifier_epochs=6,
    quick=True,
)
SELECTION = {"model", "protocol", "arms", "generated", "controls", "sizes", "gan_seeds"}
SELECTION |= {"classifier_epochs"}
BATCH = 64


@dataclass(frozen=True)
class Model:
    """A generator: what it is without options."""

    width: float
    steps: int
    builder: Callable
    """(config, width, real) → build(image_shape, num_classes, steps=…, seed=…)"""
    augmenter: str = "ClassConditional"
    watched: bool = True
    """Whether a training that collapses, or whose discriminator wins, begins anew."""


def fully_connected(config: Config, width: float, real: data.LabeledImages) -> Callable:
    """Return the builder of the report's GAN."""
    return functools.partial(
        augmenters.fully_connected_gan,
        width=width,
        # The narrower a network, the less a step of the same rate changes what it computes; but
        # 0.02 / width diverges within 1,500 steps at width 0.1.
        learning_rate=0.02 / width**0.7,
        steps_per_epoch=training.steps_of_epochs(1, len(real), BATCH),
        **augmenters.pixel_statistics(real),
        **game(config),
    )


def convolutional(config: Config, width: float, real: data.LabeledImages) -> Callable:
    """Return the builder of the class-conditional DCGAN."""
    return functools.partial(augmenters.conditional_dcgan, alpha=width, **game(config))


def auto_encoder(config: Config, width: float, real: data.LabeledImages) -> Callable:
    """Return the builder of the variational auto-encoder."""
    return functools.partial(augmenters.vae, alpha=width, precision=config.precision)


def game(config: Config) -> dict:
    """Return the options of a GAN's game."""
    return {
        "objective": config.objective,
        "stabilizers": augmenters.stabilizers.parse(config.stabilizers),
        "precision": config.precision,
    }


MODELS = {
    # For thousands of steps its images of a class are almost alike, and the discriminator sure of
    # itself; it learns all the while.
    "fully-connected": Model(0.1, 16_000, fully_connected, watched=False),
    "convolutional": Model(0.5, 3000, convolutional),
    "vae": Model(0.5, 3000, auto_encoder, augmenter="VariationalAutoEncoder"),
}


def run(config: Config) -> None:
    """Run the experiment; what is finished in `config.out` is not done again."""
    import_tensorflow()
    checked(config)
    strategy = training.find_strategy()  # TensorFlow must have computed nothing before
    train, test = experiment.load_splits(config.data, config.data_dir, config.sizes)
    described = data.describe(config.data, train, test)
    if config.test_images:
        test = test.sample(config.test_images, config.seed)
    config = replace(config, sizes=config.sizes or (len(train),))
    classifiers.tanh_cnn(train.image_shape, train.num_classes, seed=0)  # refuses unfit images
    widths = {name: config.width or model.width for name, model in MODELS.items()}
    steps = {name: config.steps or model.steps for name, model in MODELS.items()}
    options = experiment.options_of(config) | {"width": widths}
    options["steps"] = None if config.epochs else steps
    directory = experiment.claim(
        config.out,
        "class_conditional",
        options | {"data": described},
        selection=SELECTION,
        show=config.show,
        read_only=not training.is_chief(strategy),
    )
    study = studies.LossCurves(
        directory.path,
        functools.partial(generator_of, config),
        functools.partial(
            members_of,
            train.image_shape,
            train.num_classes,
            dtype=augmenters.DTYPES[config.classifier_precision],
        ),
        transform=data.flip_crop(),
        members=config.members,
        epochs=config.classifier_epochs,
        in_all=config.in_all,
        seed=config.seed,
        strategy=strategy,
        name="class_conditional",
        options={k: options[k] for k in ("width", "objective", "stabilizers", "precision")},
    )
    draws = [
        studies.Draw(protocol, size, gan_seed)
        for gan_seed, size, protocol in itertools.product(
            range(config.gan_seeds), config.sizes, config.protocol
        )
    ]
    numbers = config.generated, config.controls
    study.run(draws, config.model, config.arms, *numbers, train, test, config.data)
    if not training.is_chief(strategy):  # the other workers only help to train the generators
        return
    scores = study.scores()
    reporting.write_loss_curves(
        scores, study.curves(), study.confusions(), study.shown(), directory.path
    )
    directory.finish()
    print(reporting.loss_curves_text(scores, directory.about))
    if config.quick:
        print(
            f"A quick look: the generators were trained for {config.steps} steps (the report's: "
            "281,600) and make hardly more than noise.\n"
        )
    print(f"Tables, figures and generated sets: {directory.path}")


def generator_of(config: Config, name: str, real: data.LabeledImages, **options):
    """Return an untrained generator of all classes."""
    model = MODELS[name]
    replicas = options["strategy"].num_replicas_in_sync
    per_epoch = training.steps_of_epochs(1, len(real), BATCH, replicas)
    steps = config.steps or model.steps
    if config.epochs:
        steps = training.steps_of_epochs(config.epochs, len(real), BATCH, replicas)
    watch = augmenters.Watch()
    if not model.watched:
        watch = replace(watch, spread_below=0.0, d_loss_below=0.0)
    return getattr(augmenters, model.augmenter)(
        model.builder(config, config.width or model.width, real),
        steps=steps,
        batch_size=BATCH,
        watch=watch,
        snapshots=studies.shown_steps(steps, per_epoch),
        **options,
    )


def members_of(image_shape, num_classes: int, protocol: str, *, dtype: str, transform=None):
    """Return the report's classifier and its training."""
    from keras.optimizers import SGD

    return classifiers.Members(
        functools.partial(
            classifiers.tanh_cnn,
            image_shape,
            num_classes,
            input_range=studies.PROTOCOLS[protocol].pixels,
            dtype=dtype,
        ),
        optimizer=SGD,
        learning_rate=0.1,
        batch_size=100,
        transform=transform,
    )


def checked(config: Config) -> None:
    """Refuse options that make no sense, each with a sentence."""
    require_positive(config, "generated", "controls", "sizes", "test_images", "width", "steps")
    require_positive(config, "epochs", "gan_seeds", "members", "classifier_epochs")
    if config.steps and config.epochs:
        raise UserError("give the length of the generators' training as --steps or as --epochs")
    for arm in config.arms:
        if arm not in studies.ARM_NAMES:
            raise UserError(f"there is no arm {arm!r}; choose from {', '.join(studies.ARM_NAMES)}")
    needed = ["model", "protocol", "arms"]
    needed += ["generated"] if "gan" in config.arms else []
    needed += ["controls"] if set(config.arms) - {"real", "gan"} else []
    for name in needed:
        if not getattr(config, name):
            raise UserError(f"--{name} needs at least one value")
    stabilizers = augmenters.stabilizers.parse(config.stabilizers)
    augmenters.stabilizers.choose_objective(config.objective, stabilizers)
    if config.model == ("vae",) and (config.objective or stabilizers):
        raise UserError("an auto-encoder plays no game; leave --objective and --stabilizers out")


parsed = functools.partial(
    experiment.parsed, name="class_conditional", default=Config(), quick=QUICK, description=__doc__
)

if __name__ == "__main__":
    run_command(lambda: run(parsed(sys.argv[1:])))
