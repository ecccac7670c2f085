"""How soon does an unconditional GAN draw faces, and does it copy the ones it was shown?

Priyaa & Verma, section 6.3.2 (Figures 3 to 5): samples after epochs 1, 4 and 8.

Trains a convolutional GAN on all images at once, without labels: the faces of the data directory
(faces64.npz), or any folder of images, with or without class folders, resized to --size. A tenth of
them is held out, to tell how near to a training image a face is by nature. There is no classifier
of faces, so quality is told by the spread and the detail of the samples, and by eye.

    python -m gan_augment.faces --quick                    a look, under 5 minutes on two cores
    python -m gan_augment.faces                            epochs 1, 4, 8, as in the report
    python -m gan_augment.faces --epochs 60 --pictures 1 4 8 20 40 --stabilizers ema
    python -m gan_augment.faces --data my/photographs --size 32 --grey

The same command again continues. A step at width 0.5 takes half a second on two idle cores, so that
60 epochs take 20 minutes. The report has pictures only; they are said to have "pretty good
facial features" after eight epochs.

Departures from the report, which says nothing of its network: ours is the layer-norm DCGAN (see
gan_augment/augmenters/layer_norm_dcgan.py) with equal learning rates. The α-DCGAN takes 64 × 64
too, but up-samples twice only, so that it draws from a dense layer of 16 × 16: after 280 steps it
gave blots where this one gave faces. And faces64.npz is grey and has 2,470 faces, so that an epoch
is 35 steps of 64, where the report's celebrities may have made thousands.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gan_augment import augmenters, data, experiment, reporting, studies, training
from gan_augment.common.checks import require_positive
from gan_augment.common.errors import UserError, run_command
from gan_augment.common.quiet import import_tensorflow
from gan_augment.common.seeds import derive_seed

BATCH_SIZE = 64
HELD_OUT = 0.1
LEARNING_RATE = 1e-3  # of both players: at Leung et al.'s 2e-4 the discriminator learns too late


@dataclass(frozen=True)
class Config:
    """Options of the experiment."""

    width: float = 0.5
    """Width factor of the GAN's networks."""
    epochs: int = 8
    """Epochs of training."""
    steps: int | None = None
    """Steps of training, instead of epochs."""
    pictures: tuple[int, ...] = (1, 4, 8)
    """Epochs after which samples are kept, beside those of the end."""
    samples: int = 1000
    """Images to generate in the end, and to compare with the training images."""
    objective: str | None = None
    """What the players minimise (see python -m gan_augment.mnist --help)."""
    stabilizers: tuple[str, ...] = ()
    """Remedies for the game (see python -m gan_augment.convergence --help)."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Arithmetic of the GAN."""
    size: int = 64
    """Side of the images, a power of two; a folder's are resized to it."""
    grey: bool = False
    """Make colour images grey."""
    quick: bool = False
    """A look within minutes: narrow networks."""
    data: str = "faces"
    """Data set by name, or a folder of images."""
    data_dir: Path | None = None
    """Where data sets are (default: the environment variable GAN_AUGMENT_DATA)."""
    out: Path = Path("runs/faces")
    """Directory of the run."""
    seed: int = 0
    """Seed of everything."""
    show: experiment.Show = experiment.UNSEEN
    """What to see of the training."""


QUICK = Config(width=0.25, samples=250, quick=True)


def run(config: Config) -> None:
    """Run the experiment; what is finished in `config.out` is not done again."""
    import_tensorflow()
    check(config)
    strategy = training.find_strategy()  # TensorFlow must have computed nothing before
    images = data.load_unlabelled(config.data, config.data_dir, size=config.size, grey=config.grey)
    if len(images) < 3:
        raise UserError(f"{config.data} has {len(images)} image(s); a GAN needs more")
    real, held_out = images.split(HELD_OUT, derive_seed(config.seed, "held out"))
    build = functools.partial(
        augmenters.layer_norm_dcgan,
        width=config.width,
        d_learning_rate=LEARNING_RATE,
        objective=config.objective,
        stabilizers=augmenters.stabilizers.parse(config.stabilizers),
        precision=config.precision,
    )
    build(real.image_shape, steps=1, seed=0)  # refuses unfit images
    steps_of = functools.partial(
        training.steps_of_epochs,
        n=len(real),
        batch_size=BATCH_SIZE,
        replicas=strategy.num_replicas_in_sync,
    )
    epochs = milestones(config, steps_of)
    steps = max(epochs)
    described = data.describe(config.data, real, held_out)
    directory = experiment.claim(
        config.out,
        "faces",
        experiment.options_of(config)
        | {
            "steps": steps,
            "steps_per_epoch": steps_of(100) / 100,
            "batch_size": BATCH_SIZE,
            "data": described | {"image_shape": real.image_shape},
        },
        selection=(),
        show=config.show,
        read_only=not training.is_chief(strategy),
    )
    every = max(1, min(50, steps // 50))
    gan = augmenters.PerClass(
        build,
        steps=steps,
        batch_size=BATCH_SIZE,
        seed=derive_seed(config.seed, "gan"),
        watch=augmenters.Watch(every=every, patience=-(-250 // every)),
        directory=directory.path / "gan",
        strategy=strategy,
        snapshots=list(epochs),
    ).fit(real)
    if not training.is_chief(strategy):  # the other workers only help to train
        return
    generated = augmenters.generated_set(
        gan,
        directory.path / "synthetic",
        "faces_dcgan",
        per_class=config.samples,
        seed=derive_seed(config.seed, "generated"),
        generation={
            "preset": "an unconditional layer-norm DCGAN (Priyaa & Verma, section 6.3.2)",
            "options": experiment.options_of(config),
            "source": {"data": config.data, "images": len(real), "hash": real.content_hash()},
            "classes": gan.records,
        },
    )
    likeness = studies.Likeness(real, held_out)
    table = studies.course(gan, likeness, epochs, generated.images)
    kept = gan.kept_samples(0)
    reporting.write_faces(
        table,
        {"real": real.images}
        | {f"epoch {epochs[step]:g}": samples.images for step, samples in kept.items()},
        likeness.pairs(generated.images, 8),
        gan.log.records,
        directory.path,
    )
    directory.finish()
    print(reporting.faces_text(table))
    if config.quick:
        print("A quick look: this GAN is narrow and was trained for minutes.\n")
    print(f"Table, figures and generated set: {directory.path}")


def milestones(config: Config, steps_of: Callable[[int], int]) -> dict[int, float]:
    """Return by step the epoch that ends with it, where pictures are due; the last is the end."""
    steps = config.steps or steps_of(config.epochs)
    epochs = {steps_of(epoch): epoch for epoch in config.pictures if steps_of(epoch) < steps}
    end = round(100 * steps / steps_of(100), 1) if config.steps else config.epochs
    return epochs | {steps: end}


def check(config: Config) -> None:
    """Refuse options that make no sense, each with a sentence."""
    require_positive(config, "width", "epochs", "steps", "pictures", "samples", "size")
    stabilizers = augmenters.stabilizers.parse(config.stabilizers)
    augmenters.stabilizers.choose_objective(config.objective, stabilizers)


parsed = functools.partial(
    experiment.parsed, name="faces", default=Config(), quick=QUICK, description=__doc__
)

if __name__ == "__main__":
    run_command(lambda: run(parsed(sys.argv[1:])))
