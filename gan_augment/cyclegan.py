"""Does it help to translate labelled images of one domain into another that has few?

Appenzeller & Daaboul, "Generative Adversarial Networks for Data Augmentation", section IV-A; the
CycleGAN is that of Zhu et al. 2017, its use for augmentation that of Sandfort et al. 2019 (CT).

One domain is plentiful and labelled, in the other few images have labels. A CycleGAN learns to
translate from unpaired images of both, without labels; it also sees --scarce images of the scarce
domain, of which --labelled have one. Classifiers are trained on the scarce images alone, with
classical augmentation, with the plentiful ones as they are, with these translated (and with what a
perfect translation would give), all for as many steps, and tested on real images of the scarce
domain. Classical augmentation: small affine maps and changes of colour, anew at every step. Whether
a translated image still shows what its label says, judges say that were trained on all labels of
the scarce domain. By default MNIST is plentiful and "scan" scarce: other digits of
MNIST as bad scans, dark on coloured paper and blurred (gan_augment/data/domains.py).

    python -m gan_augment.cyclegan --quick                 a look, under 5 minutes on two cores
    python -m gan_augment.cyclegan                         what results/ has
    python -m gan_augment.cyclegan --domains horse2zebra --mirror --batch-size 1 --steps 18000 \\
        --gan-seeds 1 --out runs/horse2zebra               pictures of both directions
    python -m gan_augment.cyclegan --domains my/photographs my/paintings --size 64

Domains are a published pair, two names of sets, or two folders. Where they do not share their
classes there are pictures and no classifiers. The same command again continues. Times: to be
measured. Reported (CT, Dice score of segmented organs in the scarce domain): kidneys 0.09 with
classical augmentation and 0.66 with translated images, liver 0.86 and 0.89, spleen 0.65 and 0.69.

Departures: no CT scans, but digits and a classifier. Networks shrink with the images (see
gan_augment/augmenters/cyclegan_networks.py). The learning rate falls with steps and not with
epochs. Batches of 8 for digits, where Zhu et al. have 1.
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
from gan_augment.common.seeds import derive_seed

PADDING = 4  # pixels that --mirror also shifts by


@dataclass(frozen=True)
class Config:
    """Options of the experiment."""

    domains: tuple[str, ...] = ("mnist", "scan")
    """Plentiful and scarce domain: a pair by name, or two sets or folders; "scan": see above."""
    size: int | None = None
    """Side to which folders are resized (default: 64, or that of the other domain)."""
    plentiful: int = 5000
    """Images of the plentiful domain, all labelled (or as many as there are)."""
    scarce: int = 5000
    """Images of the scarce domain that the CycleGAN sees (or as many as there are)."""
    labelled: tuple[int, ...] = (100, 500)
    """How many of those have a label that classifiers see."""
    steps: int = 8000
    """Steps of CycleGAN training."""
    batch_size: int = 8
    """Images of each domain in a step."""
    gan_seeds: int = 3
    """CycleGANs, each with images of its own."""
    width: int | None = None
    """Filters of the networks' layers next to the images (default: by image size)."""
    blocks: int | None = None
    """Residual blocks of a generator (default: by image size)."""
    cycle: float = 10.0
    """Weight of the way there and back."""
    identity: float = 0.5
    """Weight of leaving a domain's own images as they are, as a share of --cycle."""
    pool: int = 50
    """Translated images kept for each discriminator; 0: it sees the newest only."""
    mirror: bool = False
    """Mirror and shift images by chance while CycleGANs train (for photographs)."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Arithmetic of the CycleGANs."""
    members: int = 5
    """Classifiers trained on each set."""
    classifier_steps: int = 2000
    """Steps of classifier training, on every set."""
    classifier_batch: int = 32
    """Images in a step of classifier training."""
    judges: int = 3
    """Classifiers that say what translated images show."""
    judge_steps: int = 4000
    """Steps of their training."""
    quick: bool = False
    """A look within minutes: fewer images, steps, seeds and members."""
    data_dir: Path | None = None
    """Where data sets are (default: the environment variable GAN_AUGMENT_DATA)."""
    out: Path = Path("runs/cyclegan")
    """Directory of the run."""
    seed: int = 0
    """Seed of everything."""
    show: experiment.Show = experiment.UNSEEN
    """What to see of the training."""


QUICK = Config(
    plentiful=1000,
    scarce=1000,
    labelled=(100,),
    steps=400,
    gan_seeds=1,
    members=2,
    classifier_steps=300,
    judges=1,
    judge_steps=600,
    quick=True,
)

# What is finished for some numbers of labels or seeds need not be done again with others.
SELECTION = {"labelled", "gan_seeds"}


def run(config: Config) -> None:
    """Run the experiment; what is finished in `config.out` is not done again."""
    import_tensorflow()
    config = checked(config)
    strategy = training.find_strategy()  # TensorFlow must have computed nothing before
    first, second = data.load_domains(
        config.domains, config.data_dir, size=config.size, seed=config.seed
    )
    with_labels, both = data.share_labels(first, second), data.joined(first, second)
    config = suited(config, first, second, with_labels)
    build = functools.partial(
        augmenters.cycle_gan,
        width=config.width,
        blocks=config.blocks,
        cycle=config.cycle,
        identity=config.identity,
        pool=config.pool,
        precision=config.precision,
    )
    build(first.train.image_shape, steps=1, seed=0)  # refuses unfit images
    directory = experiment.claim(
        config.out,
        "cyclegan" if with_labels else "translation",
        experiment.options_of(config)
        | {
            "data": data.describe(both.name, both.train, both.test)
            | {"domains": both.train.class_names, "image_shape": both.train.image_shape}
        },
        selection=SELECTION,
        command="cyclegan",
        show=config.show,
        read_only=not training.is_chief(strategy),
    )
    translations = studies.Translations(
        directory.path,
        build,
        both.train.class_names,
        steps=config.steps,
        batch_size=config.batch_size,
        transform=data.flip_crop(PADDING, fill="reflect") if config.mirror else None,
        seed=config.seed,
        strategy=strategy,
    )
    images = [drawn(config, seed, first, second) for seed in range(config.gan_seeds)]
    for gan_seed, (plentiful, scarce) in enumerate(images):
        translations.fit(gan_seed, plentiful, scarce)
    if not training.is_chief(strategy):  # the other workers only help to train
        return
    tested = translations.tested(first.test, second.test)
    if with_labels:
        scores, judges = compare(config, directory.path, translations, images, second)
    else:
        scores, judges = None, cross(config, directory.path, translations, images, tested, both)
    text = reporting.write_translation(
        directory.path, tested, translations.losses(), judges, scores
    )
    directory.finish()
    print(f"\n{text}\n")
    if config.quick:
        print(
            f"A quick look: a CycleGAN of {config.steps} steps has hardly begun. See results/ for "
            "full runs.\n"
        )
    print(f"Tables, figures and generated sets: {directory.path}")


def drawn(config: Config, gan_seed: int, first, second):
    """Return the images of both domains that a GAN seed has, drawn class by class."""
    return tuple(
        domain.train.sample(n, derive_seed(config.seed, "drawn", k, gan_seed), stratified=True)
        for k, (domain, n) in enumerate(((first, config.plentiful), (second, config.scarce)))
    )


def compare(config: Config, path: Path, translations, images, second):
    """Train classifiers on all sets, and judges; return scores and judges."""
    make_members = functools.partial(members_of, config, second.train)
    comparison = studies.Comparison(make_members, seed=config.seed, path=path / "cells.jsonl")
    to_judge, cases = {("held out", 0): lambda: second.test}, []
    for gan_seed, (plentiful, scarce) in enumerate(images):
        made = translated(config, translations, gan_seed, plentiful)
        to_judge |= {(name, gan_seed): lambda part=part: part for name, part in made.items()}
        draw = derive_seed(config.seed, "labelled", gan_seed)
        for labelled in config.labelled:
            cases.append({"gan_seed": gan_seed, "labelled": labelled})
            comparison.run(
                cases[-1],
                studies.training_sets(scarce.sample(labelled, draw, stratified=True), **made),
                second.test,
                members=config.members,
                steps=config.classifier_steps,
            )
    judges = judges_of(config, path, make_members)
    judges.ask(second.train, to_judge)
    return comparison.scores(cases), judges


def translated(config: Config, translations, gan_seed: int, plentiful, into: int = 1):
    """Return the same images as they are, translated, and as true scans if they can be had."""
    options = experiment.options_of(config)
    generation = {
        "preset": "CycleGAN (Appenzeller & Daaboul, section IV-A)",
        "options": {name: value for name, value in options.items() if name not in SELECTION},
    }
    originals, made = translations.generate(gan_seed, plentiful, into, generation)
    images = {"plentiful": originals, "translated": made}
    if config.domains[-1] == "scan":
        grey = replace(originals, images=originals.images[..., :1])
        images["shifted"] = data.scanned(grey, derive_seed(config.seed, "shifted", gan_seed))
    return images


def cross(config: Config, path: Path, translations, images, tested, both):
    """Have judges say which domain images are of, held-out and translated ones."""
    for gan_seed, pair in enumerate(images):
        for k in (0, 1):
            translated(config, translations, gan_seed, pair[k], into=1 - k)
    judges = judges_of(config, path, functools.partial(members_of, config, both.train))
    judges.ask(
        both.train,
        {("held out", 0): lambda: both.test}
        | {("translated", each.gan_seed): each.crossed for each in tested},
    )
    return judges


def judges_of(config: Config, path: Path, make_members):
    """Return judges, who know nothing yet."""
    return studies.Judges(
        make_members,
        members=config.judges,
        steps=config.judge_steps,
        seed=derive_seed(config.seed, "judges"),
        path=path / "judges.jsonl",
    )


def members_of(config: Config, images, transform: bool):
    """Return what trains classifiers."""
    return classifiers.Members(
        functools.partial(
            classifiers.two_layer_cnn, images.image_shape, images.num_classes, filters=(16, 32)
        ),
        batch_size=config.classifier_batch,
        transform=classical(images.image_shape[-1]) if transform else None,
    )


def classical(channels: int):
    """Return classical augmentation: small affine maps and, where there are colours, a jitter."""
    if channels == 1:
        return data.affine()
    return data.chain(data.affine(), data.colour_jitter(brightness=0.2, contrast=0.2))


def suited(config: Config, first, second, with_labels: bool) -> Config:
    """Return options with numbers of images that are there; refuse too many labels."""
    config = replace(
        config,
        plentiful=min(config.plentiful, len(first.train)) if with_labels else len(first.train),
        scarce=min(config.scarce, len(second.train)) if with_labels else len(second.train),
    )
    if with_labels and max(config.labelled) > config.scarce:
        raise UserError(
            f"{max(config.labelled)} labelled images were asked for, but the CycleGAN sees "
            f"{config.scarce} of {second.name}; lower --labelled or raise --scarce"
        )
    return config


def checked(config: Config) -> Config:
    """Refuse options that make no sense, each with a sentence."""
    require_positive(
        config,
        *("size", "plentiful", "scarce", "labelled", "steps", "batch_size", "gan_seeds", "width"),
        *("blocks", "members", "classifier_steps", "classifier_batch", "judges", "judge_steps"),
    )
    if not config.labelled:
        raise UserError("--labelled needs a number of images, or several")
    for name in ("cycle", "identity", "pool"):
        if getattr(config, name) < 0:
            raise UserError(f"--{name} cannot be negative, but is {getattr(config, name)}")
    if 0 < config.pool < config.batch_size:
        raise UserError(
            f"a pool of {config.pool} images is smaller than a batch of {config.batch_size}; take "
            "--pool 0, or no fewer than in a batch"
        )
    return replace(config, labelled=tuple(sorted(set(config.labelled))))


parsed = functools.partial(
    experiment.parsed, name="cyclegan", default=Config(), quick=QUICK, description=__doc__
)

if __name__ == "__main__":
    run_command(lambda: run(parsed(sys.argv[1:])))
