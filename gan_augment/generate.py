"""Images from a trained generator, without any data set.

    python -m gan_augment.generate mnist-dcgan --per-class 100
    python -m gan_augment.generate runs/images/generator --per-class 100
    python -m gan_augment.generate runs/images/generator --label cow horse --png --out more

The generator is a preset of the zoo (`python -m gan_augment.zoo` lists them), or a directory that
another command has written, such as `python -m gan_augment.images`. Images go into a folder that
TensorFlow Datasets reads, or with --png into one of PNG files that Keras, PyTorch and Hugging Face
read; either says that they are synthetic and where they come from.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from gan_augment import augmenters, data, zoo
from gan_augment.common.checks import require_positive
from gan_augment.common.errors import UserError, run_command
from gan_augment.common.quiet import import_tensorflow


@dataclass(frozen=True)
class Config:
    """Options of the command."""

    generator: Annotated[Path, tyro.conf.Positional]
    """Directory of a saved generator, or a preset of the zoo."""
    per_class: int = 100
    """Images of each class."""
    label: tuple[str, ...] = ()
    """Names of the classes wanted (default: all)."""
    png: bool = False
    """Write PNG files instead of TFRecords."""
    name: str = "generated"
    """Name of the set of TFRecords."""
    out: Path = Path("runs/generated")
    """Where the images go."""
    seed: int = 0
    """Seed of the images."""


def generate(
    generator, per_class: int = 100, *, label: Sequence[str] = (), seed: int = 0
) -> data.LabeledImages:
    """Return images of a trained generator: `per_class` of each class, or of those in `label`.

    `generator` is a preset of the zoo, the directory of a saved one, what `compare` returned, or a
    fitted augmenter.
    Raises `UserError` for a generator or a class that is not there.
    """
    if isinstance(generator, (str, Path)):
        generator = loaded(generator)
    augmenter = getattr(generator, "augmenter", generator)
    return data.concatenate(list(chosen(augmenter, label, per_class, seed)))


def write(images: data.LabeledImages, folder: str | Path, *, png: bool = False) -> Path:
    """Write generated images: as TFRecords that TensorFlow Datasets reads, or as PNG files.

    Either way the folder says that they are synthetic. Returns where they are; raises `UserError`.
    """
    folder = Path(folder)
    options = {"class_names": images.class_names, "image_shape": images.image_shape}
    options |= {"generation": {}, "total": len(images)}
    if png:
        return data.write_folder(folder, [(images, "synthetic")], **options)
    return data.write_records(folder.parent, folder.name, [images], **options)


def run(config: Config) -> None:
    """Generate the images; raises `UserError` for a generator or a class that is not there."""
    require_positive(config, "per_class")
    import_tensorflow()
    augmenter = loaded(config.generator)
    names = augmenter.class_names
    shape = tuple(augmenter.about["image_shape"])
    total = config.per_class * len(config.label or names)
    about = {"generator": augmenter.about, "seed": config.seed, "per_class": config.per_class}
    options = {"class_names": names, "image_shape": shape, "generation": about, "total": total}
    batches = chosen(augmenter, config.label, config.per_class, config.seed)
    if config.png:
        marked = ((batch, "synthetic") for batch in batches)
        place = data.write_folder(config.out, marked, **options)
    else:
        place = data.write_records(config.out, config.name, batches, **options)
    print(f"{total:,} images: {place}")


def loaded(generator: str | Path) -> augmenters.Augmenter:
    """Return a saved generator, or a preset of the zoo if there is no directory of this name."""
    if Path(generator).exists():
        return augmenters.load_generator(generator)
    if str(generator) not in zoo.presets():
        raise UserError(
            f"{generator} is neither a directory nor a preset; `python -m gan_augment.zoo` lists "
            "the presets"
        )
    found = zoo.load(str(generator))
    if not hasattr(found, "class_names"):
        raise UserError(
            f"{generator} makes images of given ones; `python -m gan_augment.zoo {generator}` says "
            "how"
        )
    return found


def chosen(
    augmenter, wanted: Sequence[str], per_class: int, seed: int
) -> Iterator[data.LabeledImages]:
    """Yield the images of the classes `wanted`, of all if it is empty."""
    names = augmenter.class_names
    for name in wanted:
        if name not in names:
            raise UserError(f"this generator has no class {name!r}; it has {', '.join(names)}")
    labels = {names.index(name) for name in wanted or names}
    for batch in augmenter.batches(per_class, seed):
        part = batch.take([label in labels for label in batch.labels])
        if len(part):
            yield part


def parsed(arguments: list[str]) -> Config:
    """Parse the command line."""
    return tyro.cli(
        Config, args=arguments, prog="python -m gan_augment.generate", description=__doc__
    )


if __name__ == "__main__":
    run_command(lambda: run(parsed(sys.argv[1:])))
