"""Can a generator learn to teach? Fewer steps to the same accuracy, on images made for that.

Appenzeller & Daaboul (survey), section IV-D: Generative Teaching Networks (Such et al. 2019),
Figures 12 and 13.

A generator makes a course of batches; a fresh network, the learner, takes one step of gradient
descent on each; its loss on real images is differentiated through its whole training. Compared
with as many steps on real images, the rate and momentum of which were chosen on held-out ones.

    python -m gan_augment.gtn --quick                    a look, under 5 minutes on two cores
    python -m gan_augment.gtn                            32 steps of 64 images
    python -m gan_augment.gtn --curricula learned shuffled random real --gtn-seeds 3
    python -m gan_augment.gtn --transfer --search        other learners, and a search among them

The same command again continues, with other curricula, more seeds, --transfer or --search too, and
tells of all that is finished. Reported:
98.9 % of MNIST after 32 steps, with learners of 64 and 128 filters and 256 units and batches of
128 (--filters 64 128 --dense 256 --kernel-size 3 --width 1 --inner-batch 128).

Departures from Such et al.: learners have strided convolutions (pooling takes twice as long), and
when they are examined their batch normalisation takes the means of the last lesson, of real lessons
those of the last sixteen. The curriculum "real" is ours: real images, with a learned rate and
momentum for every step. The network learns from exams after a quarter and half of the steps, too
(--last-exam-only: it does not). Unless told otherwise it is a quarter as wide, and Adam's rate 0.01
instead of 0.02; gradients are clipped to a norm of 1.
"""

from __future__ import annotations

import functools
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from gan_augment import augmenters, classifiers, data, experiment, reporting, studies
from gan_augment.common.checks import require_positive
from gan_augment.common.errors import UserError, run_command
from gan_augment.common.quiet import import_tensorflow
from gan_augment.common.seeds import derive_seed

CURRICULA = ("learned", "shuffled", "random", "real")
VALIDATION = 0.1


@dataclass(frozen=True)
class Config:
    """Options of the experiment."""

    curricula: tuple[str, ...] = ("learned",)
    """What learners are taught with: "learned", latents for every image of every step; "shuffled",
    learned latents in random order; "random" latents; "real" images (see above)."""
    inner_steps: int = 32
    """Steps of a learner's training."""
    inner_batch: int = 64
    """Images of a step."""
    meta_steps: int = 2000
    """Steps of the generator's training, each with a fresh learner."""
    meta_batch: int = 256
    """Real images on which a learner is examined in each of them."""
    points: tuple[int, ...] = ()
    """Steps after which learners are examined (default: a quarter, half and all of them)."""
    last_exam_only: bool = False
    """Learn from the exam at the last point alone, instead of from all."""
    learning_rate: float = 0.01
    """Adam's, at the beginning; it falls to 0 as a cosine does."""
    width: float = 0.25
    """Width factor of the generator."""
    latent_dim: int = 128
    """Numbers that an image is made of."""
    filters: tuple[int, ...] = (16, 32)
    """Filters of the learner's convolutions."""
    dense: tuple[int, ...] = (64,)
    """Units of its dense layers."""
    kernel_size: int = 3
    """Side of its kernels."""
    stride: int = 1
    """Keep the learner's state every so many steps only: less memory, a quarter more time."""
    gtn_seeds: int = 1
    """How often each network is trained."""
    members: int = 10
    """Learners examined in every cell."""
    transfer: bool = False
    """Teach learners of other widths and depths too."""
    search: bool = False
    """Rank 36 small networks by short training on generated (those of the first of learned,
    shuffled, random that is asked for) and on real images."""
    search_steps: int = 1000
    """Steps of their full training, on real images."""
    quick: bool = False
    """A look within minutes: other defaults for steps of training, lessons and networks."""
    data: str = "mnist"
    """Data set by name, or a folder of images."""
    data_dir: Path | None = None
    """Where data sets are (default: the environment variable GAN_AUGMENT_DATA)."""
    out: Path = Path("runs/gtn")
    """Directory of the run."""
    seed: int = 0
    """Seed of everything."""


QUICK = Config(
    meta_steps=400,
    inner_steps=16,
    inner_batch=32,
    width=0.125,
    filters=(8, 16),
    dense=(32,),
    quick=True,
)
SELECTION = {"curricula", "gtn_seeds", "transfer", "search"}


def run(config: Config) -> None:
    """Run the experiment; what is finished in `config.out` is not done again."""
    import_tensorflow()
    config = checked(config)
    train, test = experiment.load_splits(config.data, config.data_dir)
    rest, validation = train.split(VALIDATION, derive_seed(config.seed, "validation"))
    architecture = classifiers.Architecture(config.filters, config.dense, config.kernel_size)
    builds = {
        curriculum: functools.partial(
            augmenters.teaching,
            architecture=architecture,
            inner_steps=config.inner_steps,
            inner_batch=config.inner_batch,
            width=config.width,
            latent_dim=config.latent_dim,
            curriculum=curriculum,
            points=() if config.last_exam_only else config.points,
            stride=config.stride,
            learning_rate=config.learning_rate,
        )
        for curriculum in CURRICULA  # earlier calls may have had others
    }
    for curriculum in config.curricula:
        builds[curriculum](rest.image_shape, rest.num_classes)  # refuses unfit images
    directory = experiment.claim(
        config.out,
        "gtn",
        experiment.options_of(config)
        | {"points": config.points, "data": data.describe(config.data, train, test)},
        selection=SELECTION,
    )
    study = studies.TeachingStudy(
        directory.path,
        builds,
        architecture,
        rest,
        validation,
        test,
        points=config.points,
        batch=config.inner_batch,
        meta_steps=config.meta_steps,
        meta_batch=config.meta_batch,
        every=max(1, min(50, config.meta_steps // 20)),
        members=config.members,
        seed=config.seed,
    )
    study.run(config.curricula, config.gtn_seeds, others(architecture) if config.transfer else ())
    search = None
    if config.search:
        chosen = next(name for name in CURRICULA if name in generating(config))
        search = studies.ArchitectureSearch(study, chosen, steps=config.search_steps)
        search.run()
    lessons = {
        name: study.network(name).lessons(derive_seed(config.seed, "shown"))
        for name in CURRICULA
        if name != "real" and (name, 0) in study.trained()
    }
    reporting.write_teaching(
        study.scores(),
        study.curve(),
        lessons,
        search and search.scores(),
        directory.path,
    )
    directory.finish()
    reporting.show_teaching(directory.path)
    if config.quick:
        print(
            f"A quick look: {config.meta_steps} steps of training, small learners and lessons. "
            "See results/ for full runs.\n"
        )
    print(f"Tables, figures and networks: {directory.path}")


def generating(config: Config) -> list[str]:
    """Return the curricula asked for that have a generator."""
    return [name for name in config.curricula if name != "real"]


def others(architecture: classifiers.Architecture) -> list[classifiers.Architecture]:
    """Return learners that no network was trained with: wider, narrower, deeper, shallower."""
    filters, dense, side = architecture.filters, architecture.dense, architecture.kernel_size
    last = (filters or (16,))[-1]
    half, double = (
        (tuple(max(1, int(n * f)) for n in filters), tuple(max(1, int(n * f)) for n in dense))
        for f in (0.5, 2)
    )
    return [
        replace(architecture, filters=half[0], dense=half[1]),
        replace(architecture, filters=double[0], dense=double[1]),
        replace(architecture, filters=filters[:-1]),
        replace(architecture, filters=(*filters, 2 * last)),
        replace(architecture, dense=()),
        replace(architecture, kernel_size=side + 2),
        replace(architecture, pooling=True),
        replace(architecture, filters=(), dense=(128, *dense)),
    ]


def checked(config: Config) -> Config:
    """Refuse options that make no sense, each with a sentence; fill in the points."""
    require_positive(
        config,
        *("inner_steps", "inner_batch", "meta_steps", "meta_batch", "points", "learning_rate"),
        *("width", "latent_dim", "filters", "dense", "kernel_size", "stride", "gtn_seeds"),
        *("members", "search_steps"),
    )
    if os.environ.get("TF_CONFIG"):
        raise UserError("teaching networks are trained in one process; unset TF_CONFIG")
    for name in config.curricula:
        if name not in CURRICULA:
            raise UserError(f"there is no curriculum {name!r}; choose of {', '.join(CURRICULA)}")
    if not config.curricula:
        raise UserError("--curricula needs at least one name")
    if config.search and not generating(config):
        raise UserError("--search needs a curriculum that generates, such as --curricula learned")
    n = config.inner_steps
    points = tuple(sorted(set(config.points))) or tuple(dict.fromkeys((-(-n // 4), -(-n // 2), n)))
    if points[-1] != n:
        raise UserError(f"the last of --points must be the number of inner steps, {n}")
    return replace(config, points=points)


parsed = functools.partial(
    experiment.parsed, name="gtn", default=Config(), quick=QUICK, description=__doc__
)

if __name__ == "__main__":
    run_command(lambda: run(parsed(sys.argv[1:])))
