"""Will synthetic images help my classifier, how many, by which method? A verdict on your own.

    python -m gan_augment.images photos/                a folder for each class
    python -m gan_augment.images labels.csv --minutes 30
    python -m gan_augment.images mnist --minutes 5      a named set

Looks at the data first (copies, leaks between training and test images, unreadable files). Then, in
several random splits: trains generators on the training part alone, trains classifiers with and
without their images, without anything, twice as long, with classical augmentation and with
RandAugment, all for the same number of steps; chooses the amount of images on the validation part;
and compares what was chosen on the test part, once. Writes report.html, verdict.json and the
augmented data set. Whatever cannot be told from chance is not advised.

It keeps to --minutes: this machine's speed is measured first. Ctrl-C ends it early and still writes
the report; the same command again continues.
"""

from __future__ import annotations

import functools
import os
import re
import shlex
import sys
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Annotated, Literal

import tyro

from gan_augment import augmenters, data, experiment, reporting, studies
from gan_augment.common.checks import require_positive
from gan_augment.common.clock import Clock
from gan_augment.common.errors import UserError, run_command
from gan_augment.common.quiet import import_tensorflow
from gan_augment.common.versions import versions


@dataclass(frozen=True)
class Config:
    """Options of the command."""

    source: Annotated[str, tyro.conf.Positional]
    """Folder with a folder for each class (or train, val and test with those in each), a CSV file
    of paths and labels (and of objects, patients, …, if several images show the same), or the name
    of a data set."""
    minutes: float = 10.0
    """Budget of time."""
    sample: int | None = None
    """Draw so many of the images, of each class its share, and use no others: what would it be with
    few? Images that are given to test or validate on are left out."""
    side: int | None = None
    """Working size of the images, in pixels (default: chosen by their sizes, at most 64)."""
    fit: Literal["crop", "pad", "stretch"] = "crop"
    """What becomes of images that are not square."""
    methods: tuple[Literal["conditional", "per-class", "vae", "bagan"], ...] = ("conditional",)
    """Generators to try. conditional: one class-conditional GAN with R1 and averaged weights;
    per-class: a GAN for each class; vae: an auto-encoder; bagan: a GAN that begins as an
    auto-encoder, for uneven classes."""
    ratios: tuple[float, ...] = (0.25, 0.5, 1.0, 2.0, 4.0)
    """Generated images to add for a real one."""
    select: tuple[Literal["confidence", "discriminator", "density"], ...] = ()
    """Keep the best of three times as many generated images, by the judgement of a classifier, of
    a network that tells them from real ones, or of how many real ones are near; and say what it
    does."""
    flip: Literal["auto", "yes", "no"] = "auto"
    """Whether a mirrored image keeps its label; auto: if a classifier recognises them as well."""
    splits: int = 5
    """Random splits into training, validation and test part."""
    gan_width: float | None = None
    """Width factor of the generators (default: what the time allows)."""
    gan_steps: int | None = None
    """Steps of generator training (default: what the time allows)."""
    classifier_steps: int | None = None
    """Steps of classifier training (default: what the time allows)."""
    rounds: int | None = None
    """Rounds of classifiers, two each, on the test parts (default: what the time allows)."""
    png: bool = False
    """Write the augmented set as a folder of PNG files too."""
    data_dir: Path | None = None
    """Where named data sets are (default: the environment variable GAN_AUGMENT_DATA)."""
    out: Path = Path("runs/images")
    """Directory of the run."""
    seed: int = 0
    """Seed of everything."""
    show: experiment.Show = experiment.UNSEEN
    """What to see of the training."""


def conditional(width: float, steps: int, **options) -> augmenters.Augmenter:
    """Return the untrained class-conditional GAN for small sets."""
    build = functools.partial(augmenters.conditional_dcgan, alpha=width, stabilizers=recommended())
    return augmenters.ClassConditional(build, steps=steps, **options)


def per_class(width: float, steps: int, **options) -> augmenters.Augmenter:
    """Return an untrained GAN for each class."""
    build = functools.partial(augmenters.dcgan, alpha=width, stabilizers=recommended())
    return augmenters.PerClass(build, steps=steps, **options)


def auto_encoder(width: float, steps: int, **options) -> augmenters.Augmenter:
    """Return the untrained variational auto-encoder."""
    build = functools.partial(augmenters.vae, alpha=width)
    return augmenters.VariationalAutoEncoder(build, steps=steps, **options)


def balancing(width: float, steps: int, **options) -> augmenters.Augmenter:
    """Return the untrained BAGAN; a quarter of the steps are its auto-encoder's."""
    build = functools.partial(augmenters.bagan, alpha=width)
    encode = functools.partial(augmenters.auto_encoder, alpha=width)
    first = -(-steps // 4)
    return augmenters.BalancingGAN(
        build, encode, pretraining_steps=first, steps=max(1, steps - first), **options
    )


def recommended():
    """Return the stabilisers of the GANs here."""
    return augmenters.stabilizers.parse(augmenters.stabilizers.RECOMMENDED)


METHODS = {
    "conditional": conditional,
    "per-class": per_class,
    "vae": auto_encoder,
    "bagan": balancing,
}
SELECTION = {"minutes", "rounds", "png"}


def run(config: Config) -> None:
    """Run the command; what is finished in `config.out` is not done again."""
    import_tensorflow()
    checked(config)
    clock = Clock(config.minutes)
    collection = data.read_collection(
        config.source, config.data_dir, side=config.side, fit=config.fit
    )
    examine(config, collection, clock)


def compare(images: data.LabeledImages | str | Path, **options) -> studies.OwnImages:
    """Do what the command does, with images in memory or what it takes; return the trial.

    `options` are those of `Config`, such as minutes=5 and out="runs/mine". `str()` of what is
    returned is the verdict, its `outcome` all about it, and `generate` makes images with it. Raises
    `UserError`.
    """
    import_tensorflow()
    in_memory = isinstance(images, data.LabeledImages)
    config = Config("images" if in_memory else str(images), **options)
    checked(config)
    clock = Clock(config.minutes)
    if in_memory:
        collection = data.Collection.of(images)
    else:
        collection = data.read_collection(images, config.data_dir, side=config.side, fit=config.fit)
    return examine(config, collection, clock)


def examine(config: Config, collection: data.Collection, clock: Clock) -> studies.OwnImages:
    """Look at the images, run the trial, and write and print what came of it."""
    if config.sample:
        collection = collection.sampled(config.sample, config.seed)
    look = data.inspect(collection)
    images = collection.images
    print(f"{len(images):,} images of {images.num_classes} classes.", *look.findings, sep="\n")
    drawn = data.stratified_splits(
        images, look.groups, config.splits, config.seed, given=collection.splits
    )
    parts = [
        studies.Part(
            *(images.take(rows) for rows in (each.train, each.validation, each.test)),
            shown=look.groups[each.test],
        )
        for each in drawn
    ]
    directory = experiment.claim(
        Path(config.out),
        f"images-{re.sub(r'[^A-Za-z0-9]+', '-', title(config)).strip('-') or 'own'}",
        experiment.options_of(config) | {"content_hash": images.content_hash()},
        selection=SELECTION,
        command="images",
        show=config.show,
    )
    own = studies.OwnImages(
        directory.path,
        parts,
        {name: METHODS[name] for name in config.methods},
        ratios=config.ratios,
        generation={"source": {"data": config.source}},
        seed=config.seed,
        select=config.select,
        flip=config.flip,
        fixed=fixed_plan(config),
        shared_test=len({tuple(each.test) for each in drawn}) == 1,
        networks={"per-class": images.num_classes},
    )
    own.run(clock, config.rounds)
    handed_over = own.unless_stopped(
        "writing the augmented set",
        lambda: studies.write_augmented(own, images, clock, config.png),
    )
    pictures = own.unless_stopped("drawing the images", lambda: studies.shown(own)) or ()
    facts = told(config, collection, look, own, handed_over, clock)
    reporting.write_own_images(directory.path, facts, *pictures)
    if facts["complete"]:
        directory.finish()
    print(reporting.own_images_text(facts, directory.path))
    return own


def told(config, collection, look, own, handed_over, clock) -> dict:
    """Return what the report says, as plain data."""
    plan, images = own.outcome.plan, collection.images
    return {
        "title": title(config),
        **studies.told(own),
        "plan": plan and {"minutes": config.minutes, **asdict(plan), "sentence": str(plan)},
        "data": {
            "images": len(images),
            "classes": dict(zip(images.class_names, images.counts().tolist())),
            "image_shape": list(images.image_shape),
            "findings": [asdict(each) for each in look.findings],
            "unreadable": [[each.name, each.reason] for each in collection.unreadable],
            "stored_sizes": sizes_told(look.sizes),
            "hash": images.content_hash(),
        },
        "augmented": handed_over,
        "command": told_command(config),
        "again": told_command(config, plan),
        "options": {k: str(v) for k, v in asdict(config).items() if k != "show"},
        "versions": versions(),
        "seconds": round(clock.spent()),
    }


def sizes_told(sizes) -> str:
    """Say with which heights and widths the images are stored."""
    smallest, largest = ("{} × {}".format(*each) for each in (sizes.smallest, sizes.largest))
    return smallest if sizes.distinct == 1 else f"{smallest} to {largest}, {sizes.distinct} sizes"


def title(config: Config) -> str:
    """Return what to call the images."""
    stem = Path(config.source).stem
    return f"{stem}-{config.sample}" if config.sample else stem


def told_command(config: Config, plan: studies.Plan | None = None) -> str:
    """Return the command; with a plan the one that makes the same run on any machine."""
    arguments = [config.source, "--minutes", f"{config.minutes:g}"]
    given = {
        field.name: getattr(config, field.name)
        for field in fields(config)
        if field.name not in ("source", "minutes", "data_dir", "out", "show")
        and getattr(config, field.name) != field.default
    }
    for name, value in (given | (asdict(plan) if plan else {})).items():
        option = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            arguments += [option] if value else []
        elif value is not None:
            arguments += [option, *map(str, value if isinstance(value, tuple) else [value])]
    return shlex.join(["python", "-m", "gan_augment.images", *arguments])


def fixed_plan(config: Config) -> studies.Plan | None:
    """Return the lengths that were given, if they were; raises `UserError` if only some were."""
    given = (config.gan_width, config.gan_steps, config.classifier_steps)
    if None not in given:
        return studies.Plan(*given)
    if any(value is not None for value in given):
        raise UserError(
            "give --gan-width, --gan-steps and --classifier-steps all together, or none and they "
            "follow from --minutes"
        )
    return None


def checked(config: Config) -> None:
    """Refuse options that make no sense, each with a sentence."""
    require_positive(
        config,
        *("minutes", "sample", "side", "ratios", "splits", "gan_width", "gan_steps"),
        *("classifier_steps", "rounds"),
    )
    if os.environ.get("TF_CONFIG"):
        raise UserError("this command runs in one process; unset TF_CONFIG")
    if config.methods and not config.ratios:
        raise UserError("--ratios needs at least one value; leave out all --methods to try none")
    fixed_plan(config)


def parsed(arguments: list[str]) -> Config:
    """Parse the command line."""
    return tyro.cli(
        Config, args=arguments, prog="python -m gan_augment.images", description=__doc__
    )


if __name__ == "__main__":
    run_command(lambda: run(parsed(sys.argv[1:])))
