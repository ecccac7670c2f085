"""Are classes recognised that were never seen, by what is generated from their descriptions?

Appenzeller & Daaboul (survey), section IV-C: GenClass (Pambala, Dutta & Biswas 2019). There is no
public code of it, and the survey gives neither layers nor numbers: what is here is our reading of
its text, which gan_augment/augmenters/genclass.py has in full.

Digits are described by the segments of a display. Every pair of them is held out in turn: a small
encoder, trained on the other eight digits alone, makes the features; a generator learns to make
such features from descriptions; a test image of an unseen digit is taken for the class whose mean
generated features are the most similar. Beside it: a softmax classifier trained on generated
features, the same generator without GenClass's classifier loss, direct attribute prediction
(Lampert et al.), nearest attributes, and bilinear compatibility (Romera-Paredes & Torr), also with
descriptions that digits get at random: do they tell anything of these features at all? Unseen
digits are told from each other, and from all ten (accuracy of seen, of unseen, and their harmonic
mean). Handwriting does not show these segments; digits drawn as a display shows them do, and are
the control.

    python -m gan_augment.genclass --quick         a look, under 5 minutes on two cores
    python -m gan_augment.genclass                 all 45 pairs, three seeds
    python -m gan_augment.genclass --pairs 15 --gan-seeds 1 --out runs/genclass-15
    python -m gan_augment.genclass --data AWA2     a folder with res101.mat and att_splits.mat

The same command again continues, also with more pairs or seeds. Folders (AWA2, CUB, SUN and others
of that form) have features, descriptions and one split of their own, and get networks of the
published size, of which a training takes hours on two cores (--hidden 512 --steps 3000 for a look).
Times on two cores: to be measured. Reported: no numbers; GenClass is "in many cases" more accurate
than other techniques.

Departures from the literature on generated features: the critic's steps of a round share a batch,
and features are divided by one number instead of each being mapped to [0, 1].
"""

from __future__ import annotations

import functools
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from gan_augment import augmenters, classifiers, data, experiment, reporting, studies, training
from gan_augment.common.checks import require_positive
from gan_augment.common.errors import UserError, run_command
from gan_augment.common.log import MetricsLog
from gan_augment.common.progress import progress_bar
from gan_augment.common.quiet import import_tensorflow
from gan_augment.common.seeds import derive_seed

DIGITS = "mnist"
DISPLAY_TEST = 1000  # images
PAIRS = 45
FEWEST = 20  # training images
SIZES = {
    "digits": {"hidden": 128, "steps": 2000, "learning_rate": 1e-3},
    # Of the literature on generated features, which has about as many steps.
    "folder": {"hidden": 4096, "steps": 10_000, "learning_rate": 1e-4},
}


@dataclass(frozen=True)
class Config:
    """Options of the experiment."""

    pairs: int = PAIRS
    """Pairs of digits to hold out, in turn and in an order of chance; 45 are all."""
    gan_seeds: int = 3
    """Encoders and generators trained for each pair (of a folder: generators)."""
    control: bool = True
    """Do the same with digits of a display, where the segments are there to see."""
    strokes: bool = False
    """Describe digits by four attributes of handwriting too, besides the seven segments."""
    images: int = 4000
    """Training images to draw, as many of each digit."""
    features: int = 64
    """Numbers that the encoder makes of an image."""
    encoder_epochs: int = 5
    """Epochs of encoder training."""
    steps: int | None = None
    """Steps of generator training (default: 2,000; of a folder 10,000)."""
    batch_size: int = 64
    """Features in a step."""
    hidden: int | None = None
    """Units of the hidden layers (default: 128; of a folder 4,096, as published)."""
    latent_dim: int | None = None
    """Length of the noise vector (default: as many as attributes)."""
    samples: int = 8
    """Features generated of each seen class in a step, whose mean classifies."""
    similarity: Literal["distance", "cosine", "relation"] = "distance"
    """How features are compared with means; "relation" is a network of its own."""
    classifier_weight: float = 1.0
    """Weight of the classifier's loss."""
    critic_steps: int = 5
    """Updates of the critic for one of the generator."""
    penalty: float = 10.0
    """Weight of the gradient penalty."""
    learning_rate: float | None = None
    """Adam's (default: 1e-3; of a folder 1e-4)."""
    per_class: int = 400
    """Features generated of every class in the end."""
    quick: bool = False
    """A look within minutes: few pairs, one seed, fewer steps and images."""
    data: str = DIGITS
    """The digits (mnist), or a folder with res101.mat and att_splits.mat."""
    data_dir: Path | None = None
    """Where data sets are (default: the environment variable GAN_AUGMENT_DATA)."""
    out: Path = Path("runs/genclass")
    """Directory of the run."""
    seed: int = 0
    """Seed of everything."""


QUICK = Config(pairs=6, gan_seeds=1, images=2000, encoder_epochs=3, steps=400, quick=True)
SELECTION = {"pairs", "gan_seeds", "control"}


def run(config: Config) -> None:
    """Run the experiment; what is finished in `config.out` is not done again."""
    import_tensorflow()
    config = checked(config)
    strategy = training.find_strategy()  # TensorFlow must have computed nothing before
    cases, described = (digit_cases if config.data == DIGITS else folder_case)(config)
    directory = experiment.claim(
        config.out,
        "genclass",
        experiment.options_of(config) | {"data": described},
        selection=SELECTION,
    )
    log = MetricsLog(directory.path / "metrics.jsonl")
    study = studies.ZeroShotStudy(
        directory.path,
        generator_of(config, strategy, log),
        per_class=config.per_class,
        classifier_weight=config.classifier_weight,
        generation={"preset": "GenClass (our reading)", "source": described},
        seed=config.seed,
    )
    with progress_bar(description="cases", total=len(cases), unit="case") as bar:
        for (images, case), make in cases.items():
            study.run(images, case, range(config.gan_seeds), make)
            bar.update(1)
    text = reporting.write_genclass(
        study.scores(),
        study.by_class(),
        study.wrong_descriptions(),
        study.points(),
        directory.path,
    )
    directory.finish()
    print(f"\n{text}\n")
    if config.quick:
        print(
            f"A quick look: {len(cases)} case(s), {config.gan_seeds} seed(s), {config.steps:,} "
            "steps. See results/ for full runs.\n"
        )
    print(f"Tables, figures and generated features: {directory.path}")


def generator_of(config: Config, strategy, log: MetricsLog):
    """Return what trains the generators of all cases."""
    return augmenters.FeatureGenerator(
        functools.partial(
            augmenters.gen_class,
            hidden=config.hidden,
            latent_dim=config.latent_dim,
            samples=config.samples,
            similarity=config.similarity,
            learning_rate=config.learning_rate,
            critic_steps=config.critic_steps,
            penalty=config.penalty,
        ),
        steps=config.steps,
        batch_size=config.batch_size,
        strategy=strategy,
        log=log,
    )


def digit_cases(config: Config) -> tuple[dict, dict]:
    """Return what makes the sets of held-out pairs, by images and pair, and what the data are."""
    train, test = experiment.load_splits(DIGITS, config.data_dir, [config.images])
    mixed = train.sample(len(train), derive_seed(config.seed, "images"))
    sources = {"handwritten": (data.balanced(mixed, config.images), test)}
    if config.control:
        sources["display"] = tuple(
            data.balanced(data.display_digits(-(-n // 10), derive_seed(config.seed, part)), n)
            for part, n in (("display", config.images), ("display test", DISPLAY_TEST))
        )
    cases = {}
    for images, (drawn, tested) in sources.items():
        held_out = studies.HeldOutPairs(
            drawn,
            tested,
            data.digit_attributes(strokes=config.strokes)[1],
            functools.partial(classifiers.small_cnn, drawn.image_shape, units=config.features),
            epochs=config.encoder_epochs,
            seed=config.seed,
        )
        for pair in held_out.pairs(config.pairs):
            cases[images, held_out.name(pair)] = functools.partial(held_out.sets, pair)
    return cases, data.describe(DIGITS, train, test)


def folder_case(config: Config) -> tuple[dict, dict]:
    """Return what makes the one set of a folder, and what the data are."""
    found, name = data.load_attribute_set(config.data, config.data_dir)

    def make(gan_seeds):
        return dict.fromkeys(gan_seeds, found)

    return {(name, "proposed split"): make}, {"name": name, **found.summary()}


def checked(config: Config) -> Config:
    """Refuse options that make no sense, each with a sentence; fill in sizes that suit the data."""
    if os.environ.get("TF_CONFIG"):
        raise UserError("these networks are too small to share among processes; unset TF_CONFIG")
    sizes = SIZES["digits" if config.data == DIGITS else "folder"]
    config = replace(
        config, **{k: value for k, value in sizes.items() if getattr(config, k) is None}
    )
    require_positive(
        config,
        *("pairs", "gan_seeds", "images", "features", "encoder_epochs", "steps", "batch_size"),
        *("hidden", "latent_dim", "samples", "classifier_weight", "critic_steps", "penalty"),
        *("learning_rate", "per_class"),
    )
    if config.data == DIGITS and config.images < FEWEST:
        raise UserError(
            f"a generator needs two images of each digit; give --images {FEWEST} or more"
        )
    if config.pairs > PAIRS:
        raise UserError(f"ten digits have {PAIRS} pairs; give --pairs {PAIRS} or fewer")
    return config


parsed = functools.partial(
    experiment.parsed, name="genclass", default=Config(), quick=QUICK, description=__doc__
)

if __name__ == "__main__":
    run_command(lambda: run(parsed(sys.argv[1:])))
