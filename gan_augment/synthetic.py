"""What does a classifier learn from generated images, and do they show which generator made them?

Leung, Leung & Yu, *Synthetic Data Generation* (Tables 1 and 2, Figures 1 to 8), with the controls
it lacked, and what it did not ask: why a classifier of generated images knew so little of real
ones.

Trains one layer-norm DCGAN a class, generates as many images as there are real ones, splits both
alike (4,500, 500 and 1,000 a class) and trains the nine-layer CNN on real images, on generated ones
and on both; each is tested on both. The mixed test set is always split into its halves. Mixing is
held against as many training steps on the real images ("equal steps") and against mirroring and
shifting ("flip and crop"). Then the fingerprint: a linear probe of colour and fine texture names
the generator of an image, or the class of a real one, and remedies are tried against what it finds.

    python -m gan_augment.synthetic --quick              a look, under 5 minutes on two cores
    python -m gan_augment.synthetic --width 0.25 --steps 1200 --precision bfloat16 \\
        --classifier-width 0.25 --classifier-epochs 10 --fingerprint-images 10000
    python -m gan_augment.synthetic --data my_images     a folder; all of it is split anew

The second takes about an hour on two cores; the report's own lengths and our full widths, which are
the defaults, take more than a day.

Reported: real → real 0.7166, synthetic → real 0.1359, mixed → mixed 0.8546; FID 46.7 on average.

Departures from the report: the classifier is scored in three protocols (see --protocol), which are
always all in scores.csv; it and the GANs have numbers of filters of our choice, for the figures
with their layers cannot be read; batches of 64; images go through one map to [−1, 1], where the
report standardises "the data sets"; the DCGAN's discriminator ends in a logit and its generator
learns from the fakes just seen; failed trainings begin anew. The Fréchet distance has the name FID
only where the weights of Inception-v3 can be had.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gan_augment import augmenters, classifiers, data, experiment, reporting, studies, training
from gan_augment.common.checks import require_positive
from gan_augment.common.errors import UserError, run_command
from gan_augment.common.log import MetricsLog
from gan_augment.common.quiet import import_tensorflow
from gan_augment.common.seeds import derive_seed

AXES = {"image": (1, 2, 3), "channels": -1}


@dataclass(frozen=True)
class Config:
    """Options of the experiment."""

    width: float = 1.0
    """Width factor of the GANs; 1 has 64 to 512 filters in a layer."""
    epochs: int = 100
    """Epochs of GAN training."""
    steps: int | None = None
    """Steps of GAN training for each class, instead of epochs; the conditional GAN has those of all
    classes together."""
    generators: tuple[Literal["per-class", "conditional"], ...] = ("per-class", "conditional")
    """Whose images to study. per-class: a GAN a class, as in the report. conditional: one GAN for
    all, the same layers told the class; a remedy against the fingerprint."""
    axis: Literal["image", "channels"] = "image"
    """What layer normalisation is over. image: channels, height and width, as in the report's
    equations. channels: these alone, at each place."""
    objective: str | None = None
    """What the players minimise (see python -m gan_augment.mnist --help)."""
    stabilizers: tuple[str, ...] = ()
    """Remedies for the game (see python -m gan_augment.convergence --help)."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Arithmetic of the GANs."""
    gan_seeds: int = 1
    """How often the GANs and all that follows are trained; the split of the images stays."""
    size: int | None = None
    """Number of images to draw before they are split (default: all)."""
    members: int = 3
    """Classifiers trained on every set."""
    classifier_epochs: int = 20
    """Epochs of classifier training."""
    classifier_width: float = 1.0
    """Width factor of the classifiers; 1 has 64 to 512 filters in a layer."""
    fingerprint_images: int | None = None
    """Training images in the table of remedies (default: all); validation and test images are as
    many times fewer."""
    features: Literal["auto", "inception", "classifier"] = "auto"
    """What the Fréchet distance is of: Inception-v3, a classifier trained here, or, with auto, the
    former if its weights can be had."""
    protocol: Literal["corrected", "report", "last"] = "corrected"
    """Which score is printed. report: at the tenth epoch. corrected: at the epoch that is best on
    validation images of the kind trained on. last: at the last epoch."""
    quick: bool = False
    """A look within minutes: a sample, narrow networks, few steps, members and epochs."""
    data: str = "cifar10"
    """Data set by name, or a folder of images; its own split is not used."""
    data_dir: Path | None = None
    """Where data sets are (default: the environment variable GAN_AUGMENT_DATA)."""
    out: Path = Path("runs/synthetic")
    """Directory of the run."""
    seed: int = 0
    """Seed of everything."""
    show: experiment.Show = experiment.UNSEEN
    """What to see of the training."""


QUICK = Config(
    width=0.25,
    steps=60,
    size=4000,
    members=2,
    classifier_epochs=4,
    classifier_width=0.25,
    features="classifier",
    quick=True,
)
SELECTION = {"generators", "gan_seeds", "protocol"}


GAN_OPTIONS = ("width", "axis", "objective", "stabilizers", "precision", "epochs", "steps")
BATCH = 64


def run(config: Config) -> None:
    """Run the experiment; what is finished in `config.out` is not done again."""
    import_tensorflow()
    check(config)
    strategy = training.find_strategy()  # TensorFlow must have computed nothing before
    images = data.load_whole(config.data, config.data_dir)
    if config.size:
        images = images.sample(config.size, derive_seed(config.seed, "sample"), stratified=True)
    real = studies.matrix.Source.split(images, derive_seed(config.seed, "split"))
    build_of(config)(images.image_shape, steps=1, seed=0)  # refuses unfit images
    seen = data.concatenate([real.train, real.validation])
    directory = experiment.claim(
        config.out,
        "synthetic",
        experiment.options_of(config) | {"data": data.describe(config.data, seen, real.test)},
        selection=SELECTION,
        show=config.show,
        read_only=not training.is_chief(strategy),
    )
    runs = [(gan_seed, name) for gan_seed in range(config.gan_seeds) for name in config.generators]
    fitted = {key: fit(config, *key, real.train, directory.path, strategy) for key in runs}
    if not training.is_chief(strategy):  # the other workers only help to train the GANs
        return
    matrix, quality, fingerprint = studies_of(config, directory.path, images)
    few = functools.partial(with_fewer, train_images=config.fingerprint_images, seed=config.seed)
    samples = {"real": real.train, **halfway(fitted[0, "per-class"])}
    for gan_seed in range(config.gan_seeds):
        generated = {
            name: generated_source(
                config, gan_seed, name, fitted[gan_seed, name], images, directory.path
            )
            for name in config.generators
        }
        sources = {"real": real, "synthetic": generated["per-class"]}
        matrix.run(sources, studies.matrix.TRAININGS | studies.matrix.CONTROLS, gan_seed=gan_seed)
        quality.run(real, generated, gan_seed=gan_seed)
        smaller = {name: few(source) for name, source in generated.items()}
        fingerprint.run(few(real), smaller, gan_seed=gan_seed)
        for name, source in generated.items():
            samples.setdefault(name, source.train)
    reporting.write_synthetic(directory.path, matrix, quality, fingerprint, samples)
    directory.finish()
    print(reporting.synthetic_text(directory.path, config.protocol))
    print(f"Tables, figures and generated sets: {directory.path}")


def build_of(config: Config) -> Callable:
    """Return build(image_shape, num_classes, steps=…, seed=…) of the untrained GANs."""
    return functools.partial(
        augmenters.layer_norm_dcgan,
        width=config.width,
        axis=AXES[config.axis],
        objective=config.objective,
        stabilizers=augmenters.stabilizers.parse(config.stabilizers),
        precision=config.precision,
    )


def fit(
    config: Config, gan_seed: int, name: str, real: data.LabeledImages, out: Path, strategy
) -> augmenters.Augmenter:
    """Train a GAN a class, or one for all that takes as many steps as they do together."""
    kind = {"per-class": augmenters.PerClass, "conditional": augmenters.ClassConditional}[name]
    counts = real.counts().tolist() if name == "per-class" else [len(real)]
    steps = config.steps and config.steps * real.num_classes // len(counts)
    replicas = strategy.num_replicas_in_sync
    halves = {
        steps // 2 if steps else training.steps_of_epochs(config.epochs // 2, n, BATCH, replicas)
        for n in counts
    }
    return kind(
        build_of(config),
        steps=steps,
        epochs=None if steps else config.epochs,
        batch_size=BATCH,
        seed=derive_seed(config.seed, "gan", name, gan_seed),
        directory=out / "gans" / f"{name}_seed-{gan_seed}",
        strategy=strategy,
        snapshots=halves,
    ).fit(real)


def halfway(gans: augmenters.PerClass) -> dict[str, data.LabeledImages]:
    """Return samples of every class from the middle of the training, by their title."""
    kept = {label: gans.kept_samples(label) for label in gans.steps_of_class}
    middle = [
        samples[min(samples, key=lambda step: abs(step - gans.steps_of_class[label] / 2))]
        for label, samples in kept.items()
        if samples  # a training that failed early has none
    ]
    return {"per-class, half-way": data.concatenate(middle)} if middle else {}


def generated_source(
    config: Config,
    gan_seed: int,
    name: str,
    augmenter: augmenters.Augmenter,
    images: data.LabeledImages,
    out: Path,
) -> studies.matrix.Source:
    """Return as many generated images as there are real ones, split as they are."""
    options = experiment.options_of(config)
    generated = augmenters.generated_set(
        augmenter,
        out / "synthetic" / f"{name}_seed-{gan_seed}",
        "layer_norm_dcgan",
        per_class=round(len(images) / images.num_classes),
        seed=derive_seed(config.seed, "generated", name, gan_seed),
        generation={
            "preset": f"layer-norm DCGAN, {name} (Leung, Leung & Yu)",
            "options": {k: options[k] for k in GAN_OPTIONS},
            "source": {"data": config.data, "images": len(images), "hash": images.content_hash()},
            "classes": augmenter.records,
        },
    )
    return studies.matrix.Source.split(generated, derive_seed(config.seed, "split", name, gan_seed))


def studies_of(config: Config, out: Path, images: data.LabeledImages) -> tuple:
    """Return the train→test matrix, the quality of images and the fingerprint, ready to run."""
    build = functools.partial(
        classifiers.nine_layer_cnn,
        images.image_shape,
        images.num_classes,
        width=config.classifier_width,
    )
    # Traced once for all studies.
    make_members = functools.cache(
        functools.partial(classifiers.Members, build, learning_rate=1e-4, batch_size=BATCH)
    )
    of_all = {"epochs": config.classifier_epochs, "seed": config.seed}
    log = MetricsLog(out / "cells.jsonl")
    return (
        studies.TrainTestMatrix(make_members, members=config.members, log=log, **of_all),
        studies.QualityStudy(
            out / "quality", make_members, data=config.data, features=config.features, **of_all
        ),
        studies.FingerprintStudy(
            out / "fingerprint", make_members, members=config.members, **of_all
        ),
    )


def with_fewer(
    source: studies.matrix.Source, train_images: int | None, seed: int
) -> studies.matrix.Source:
    """Return a source of so many training images, its other parts smaller by the same factor."""
    if train_images is None or train_images >= len(source.train):
        return source
    share = train_images / len(source.train)

    def fewer(part: data.LabeledImages, seed: int) -> data.LabeledImages:
        return part.sample(max(round(share * len(part)), 1), seed, stratified=True)

    return studies.fingerprint.on_parts(source, fewer, derive_seed(seed, "fewer"))


def check(config: Config) -> None:
    """Refuse options that make no sense, each with a sentence."""
    names = ("width", "epochs", "steps", "gan_seeds", "size", "members", "classifier_epochs")
    require_positive(config, *names, "classifier_width", "fingerprint_images")
    stabilizers = augmenters.stabilizers.parse(config.stabilizers)
    augmenters.stabilizers.choose_objective(config.objective, stabilizers)
    if "per-class" not in config.generators:
        raise UserError("--generators needs per-class, whose images the report's tables are of")


parsed = functools.partial(
    experiment.parsed, name="synthetic", default=Config(), quick=QUICK, description=__doc__
)

if __name__ == "__main__":
    run_command(lambda: run(parsed(sys.argv[1:])))
