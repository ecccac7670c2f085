"""Why GANs fail, and what mends it.

Appenzeller & Daaboul (survey), section III: convergence of the two-player game (Figures 3 to 6),
instance noise, consensus optimisation, weight normalisation, and the remedies they lead to.

Without --images, the toy games, in minutes: the Dirac-GAN under each remedy, with the eigenvalues
of its field by automatic differentiation beside their closed forms, what they predict and what is
seen; the survey's figures; and a ring of eight Gaussians under each stabiliser.

With --images, the collapse study: one DCGAN a class on a small sample, with each stabiliser alone
and with the two best together, with and without batch normalisation in the generator. How many
classes collapse to one image, what a classifier learns from the images, and what a step costs.
Trains on one device.

    python -m gan_augment.convergence
    python -m gan_augment.convergence --images mnist
    python -m gan_augment.convergence --images mnist --variants none r1 batch-norm+ema r1=1+ema

A variant is a list of stabilisers joined by "+", each with its coefficient if need be ("r1=1");
"none" has none, and "batch-norm" stands for batch normalisation in the generator.

Expected: eigenvalues ±i/2 for the plain game, (−γ ± √(γ² − 1))/2 for R1, −γ/4 ± i/2 for consensus.
The survey has no numbers of its own on images.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from gan_augment import augmenters, classifiers, data, experiment, reporting, studies, training
from gan_augment.common.checks import require_positive
from gan_augment.common.errors import UserError, run_command
from gan_augment.common.quiet import import_tensorflow
from gan_augment.common.seeds import derive_seed

NAMES = (
    "instance-noise",
    "diff-augment",
    "r1",
    "wgan-gp",
    "wgan-gp+critic-steps",
    "weight-clipping",
    "spectral-norm",
    "weight-norm",
    "consensus",
    "unrolled",
    "diversity",
    "gradient-clipping",
    "ema",
)
ON_IMAGES = (
    "none",
    *NAMES,
    "batch-norm",
    *(f"batch-norm+{name}" for name in NAMES),
)
# Points have no scale in common with images, so neither have the coefficients.
ON_THE_RING = (
    "none",
    "instance-noise=0.2",
    "r1=0.1",
    "wgan-gp=0.1",
    "weight-clipping=0.1",
    "spectral-norm",
    "weight-norm",
    "consensus=1",
    "unrolled",
    "critic-steps",
    "diversity",
    "gradient-clipping",
    "ema",
)


@dataclass(frozen=True)
class Config:
    """Options of the experiment."""

    images: str | None = None
    """Data set by name, or a folder of images, for the collapse study (default: toy games)."""
    variants: tuple[str, ...] = ()
    """What to compare (default: every stabiliser alone, and none)."""
    steps: int | None = None
    """Steps of GAN training, for each class (default: 300; on the ring 6,000)."""
    gan_seeds: int = 3
    """How often each GAN is trained; on images each time on a new sample."""
    size: int = 500
    """Collapse study: number of real images."""
    alpha: float = 1.0
    """Collapse study: width factor of the DCGAN."""
    members: int = 5
    """Collapse study: classifiers trained on the images of each variant."""
    classifier_epochs: int = 15
    """Collapse study: epochs of classifier training."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Collapse study: arithmetic of the GANs."""
    quick: bool = False
    """A look within minutes: few steps, one seed, narrow networks, on images few variants."""
    data_dir: Path | None = None
    """Where data sets are (default: the environment variable GAN_AUGMENT_DATA)."""
    out: Path | None = None
    """Directory of the run (default: runs/convergence, or runs/collapse with --images)."""
    seed: int = 0
    """Seed of everything."""
    show: experiment.Show = experiment.UNSEEN
    """What to see of the training."""


QUICK = Config(alpha=0.25, gan_seeds=1, members=2, quick=True)
SELECTION = {"variants", "gan_seeds"}
QUICK_ON_IMAGES = ("none", "batch-norm", "batch-norm+r1")
TOY_OPTIONS = ("steps", "variants", "gan_seeds", "seed")


def run(config: Config) -> None:
    """Run the toy games or the collapse study; what is finished is not done again."""
    import_tensorflow()
    require_positive(config, "steps", "gan_seeds", "size", "alpha", "members", "classifier_epochs")
    if os.environ.get("TF_CONFIG"):
        raise UserError("these studies run in one process; unset TF_CONFIG")
    if not config.images and config.show != experiment.UNSEEN:
        raise UserError("the toy games have no images; --film and --tensorboard need --images")
    (run_collapse if config.images else run_toys)(config)


def run_toys(config: Config) -> None:
    """Dirac-GAN, figures and ring of Gaussians."""
    steps = config.steps or (500 if config.quick else 6000)
    names = [canonical(name) for name in config.variants or ON_THE_RING]
    options = asdict(config) | {"steps": steps, "variants": names}
    builds = {name: points_of(name) for name in names}
    directory = claim(config, "convergence", {name: options[name] for name in TOY_OPTIONS})
    table = studies.dirac.table()
    reporting.write_dirac(
        table,
        studies.dirac.illustration(),
        studies.dirac.game_portraits(),
        studies.dirac.toy_portraits(),
        directory.path,
    )
    print(reporting.dirac_text(table))
    ring = studies.Ring(directory.path, steps=steps, seed=config.seed)
    for gan_seed in range(config.gan_seeds):
        ring.run(builds, gan_seed)
    reporting.write_ring(ring.scores(), ring.samples(), studies.ring.CENTRES, directory.path)
    directory.finish()
    print(reporting.ring_text(ring.scores()))
    print(f"Tables and figures: {directory.path}")


def run_collapse(config: Config) -> None:
    """Train every variant on every class, and say which classes collapsed."""
    if config.quick and not config.variants:
        config = replace(config, variants=QUICK_ON_IMAGES)
    train, test = experiment.load_splits(config.images, config.data_dir, [config.size])
    steps = config.steps or (100 if config.quick else 300)
    builds = {name: dcgan_of(name, config) for name in map(canonical, config.variants or ON_IMAGES)}
    samples = [
        train.sample(config.size, derive_seed(config.seed, "sample", gan_seed))
        for gan_seed in range(config.gan_seeds)
    ]
    if min(real.counts().min() for real in samples) < 2:
        raise UserError(
            f"of {config.size} images some class has fewer than two, and a GAN needs at least two; "
            "choose a larger --size"
        )
    next(iter(builds.values()))(train.image_shape, steps=1, seed=0)  # refuses unfit images
    options = experiment.options_of(config) | {"steps": steps, "variants": list(builds)}
    del options["images"]
    described = data.describe(config.images, train, test)
    directory = claim(config, "collapse", options | {"data": described})
    study = studies.CollapseStudy(
        directory.path,
        functools.partial(
            classifiers.Members,
            functools.partial(classifiers.dense_classifier, train.image_shape, train.num_classes),
        ),
        steps=steps,
        members=config.members,
        epochs=config.classifier_epochs,
        seed=config.seed,
    )

    def run_all():
        for gan_seed, real in enumerate(samples):
            study.run(builds, gan_seed, real, test)

    run_all()
    if not config.variants:
        for prefix in ("", "batch-norm+"):
            pair = best_pair(study.scores(), prefix)
            builds[pair] = dcgan_of(pair, config)
        run_all()
    plain = {name: dcgan_of(reporting.baseline(name), config) for name in builds}
    study.measure_costs(
        {name: (plain[name], builds[name]) for name in builds if reporting.baseline(name) != name},
        samples[0].of_class(0).images,
    )
    scores = study.scores()
    variants = [name for name in scores["variant"].unique() if name != "real"]
    images = {name: data.read_records(study.samples(name) / "collapse") for name in variants}
    reporting.write_collapse(scores, study.costs(), images, directory.path)
    directory.finish()
    print(reporting.collapse_text(study.scores(), study.costs()))
    print(f"Tables, figures and generated sets: {directory.path}")


def points_of(variant: str) -> Callable:
    """Return build(steps=…, seed=…) of a variant on points."""
    if "batch-norm" in parts_of(variant):
        raise UserError("batch-norm is a variant of the collapse study; give --images with it")
    stabilizers = augmenters.stabilizers.parse(parts_of(variant))
    build = functools.partial(augmenters.points_gan, 2, stabilizers=stabilizers)
    build(steps=1, seed=0)  # refuses what suits no points before anything is done
    return build


def dcgan_of(variant: str, config: Config) -> Callable:
    """Return build(image_shape, steps=…, seed=…) of a variant on images."""
    parts = parts_of(variant)
    return functools.partial(
        augmenters.dcgan,
        alpha=config.alpha,
        precision=config.precision,
        batch_norm="batch-norm" in parts,
        stabilizers=augmenters.stabilizers.parse([p for p in parts if p != "batch-norm"]),
    )


def canonical(variant: str) -> str:
    """Return the one name of a variant, whatever the order of its parts; raises `UserError`."""
    parts = parts_of(variant)
    given = [part for part in parts if part != "batch-norm"]
    augmenters.stabilizers.parse(given)  # refuses what is unknown, double or senseless
    order = list(augmenters.stabilizers.STABILIZERS)
    given.sort(key=lambda part: order.index(part.partition("=")[0]))
    return "+".join([*(["batch-norm"] if "batch-norm" in parts else []), *given]) or "none"


def parts_of(variant: str) -> list[str]:
    """Split a variant's name into the names of stabilisers."""
    return [] if variant == "none" else variant.split("+")


def best_pair(scores, prefix: str) -> str:
    """Return the two stabilisers together that are best alone and go together.

    Best: the highest GAN-train accuracy, mean over seeds, of all `prefix` + name.
    """
    accuracy = scores.groupby("variant")["accuracy"].mean()
    names = sorted(NAMES, key=lambda name: -accuracy[prefix + name])
    for second in range(1, len(names)):
        for first in range(second):
            pair = names[first], names[second]
            try:
                return canonical(prefix + "+".join(pair))
            except UserError:
                continue
    raise AssertionError("no two stabilisers go together")


def claim(config: Config, name: str, options: dict) -> training.RunDirectory:
    """Return the run directory of the toy games or of the collapse study."""
    path = config.out or Path("runs") / name
    return experiment.claim(
        path, name, options, selection=SELECTION, command="convergence", show=config.show
    )


parsed = functools.partial(
    experiment.parsed, name="convergence", default=Config(), quick=QUICK, description=__doc__
)

if __name__ == "__main__":
    run_command(lambda: run(parsed(sys.argv[1:])))
