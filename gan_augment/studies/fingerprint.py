"""The fingerprint: do generated images show which generator made them, and what takes that away?

Ten generators, one a class, are ten cameras. Where a probe of traces (`metrics.fingerprint`) names
the generator, a classifier of generated images can do so too instead of learning the class, and
then knows nothing of real images. Each remedy takes a part of the traces away; the study measures
what is left of them and what classifiers then learn.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.ndimage import gaussian_filter

from gan_augment.common.log import MetricsLog
from gan_augment.common.progress import progress_bar
from gan_augment.common.seeds import derive_seed
from gan_augment.data.images import LabeledImages
from gan_augment.metrics.fingerprint import KINDS, Traces, probe
from gan_augment.studies.matrix import Source, Training, TrainTestMatrix

BLOCK = 5000  # images changed at a time
NOISE = 8.0  # levels of 255, standard deviation
BLUR = 1.0  # pixels, standard deviation
PROBES = (("synthetic", "synthetic"), ("real", "real"), ("synthetic", "real"))
MEAN, DEVIATION = 128.0, 48.0  # of every channel of a standardised image


@dataclass(frozen=True)
class Remedy:
    """A way to take traces away."""

    generators: str = "per-class"
    """Whose images these are."""
    generated: Callable[[Source, Source], Source] | None = None
    """(real, generated) → generated images, changed by what the training parts show."""
    both: Callable[[LabeledImages, int], LabeledImages] | None = None
    """(images, seed) → images; real and generated ones, trained and tested on, are changed alike.
    """


class FingerprintStudy:
    """Probes generated and real images for traces under each remedy; trains classifiers on both.

    All classifiers learn from equally many images: give real and generated sources of one size.
    `make_members(transform=…)` makes a `classifiers.Members`; members are paired over remedies.
    What is finished is kept in `directory` and not done again.
    """

    def __init__(
        self,
        directory: Path,
        make_members: Callable,
        *,
        members: int,
        epochs: int,
        seed: int,
        report_epoch: int = 10,
    ):
        self.directory = Path(directory)
        self.seed = seed
        self.log = MetricsLog(self.directory / "probes.jsonl")
        self._matrices: dict[str, TrainTestMatrix] = {}
        for remedy in REMEDIES:
            group = _group(remedy)
            self._matrices[group] = TrainTestMatrix(
                make_members,
                members=members,
                epochs=epochs,
                seed=seed,
                log=MetricsLog(self.directory / f"cells_{group}.jsonl"),
                mixes={},
                report_epoch=report_epoch,
            )

    def run(self, real: Source, generated: Mapping[str, Source], *, gan_seed: int = 0) -> None:
        """Do all remedies that the generators in `generated` allow: "per-class", "conditional"."""
        remedies = [name for name, remedy in REMEDIES.items() if remedy.generators in generated]
        for group, matrix in self._matrices.items():
            names = [name for name in remedies if _group(name) == group]
            if names:
                sources = self._changed(group, names, real, generated, gan_seed)
                self._probe(names, sources, gan_seed)
                matrix.run(sources, {name: Training(name) for name in sources}, gan_seed=gan_seed)

    def probes(self) -> pd.DataFrame:
        """A row for each probe.

        Columns: gan_seed, remedy, kind (one of KINDS), fitted_to and tested_on ("real" or
        "synthetic"), test_images, accuracy.
        """
        return pd.DataFrame([row for record in self.log.records for row in record["rows"]])

    def scores(self) -> pd.DataFrame:
        """A row for each remedy, cell, member and protocol, as `TrainTestMatrix.scores`.

        `train` and `test` are "real" or "synthetic"; the column `remedy` says which images those
        are. Remedies that leave real images as they are share the classifiers of these.
        """
        frames = []
        for group, matrix in self._matrices.items():
            if not matrix.log.records:
                continue
            scores = matrix.scores()
            for remedy in [name for name in REMEDIES if _group(name) == group]:
                names = {"real": "real", remedy: "synthetic"}
                rows = scores[scores["train"].isin(names) & scores["test"].isin(names)]
                if remedy in set(rows["train"]):
                    frames.append(rows.replace({"train": names, "test": names}))
                    frames[-1].insert(0, "remedy", remedy)
        return pd.concat(frames, ignore_index=True)

    def _changed(
        self,
        group: str,
        names: Collection[str],
        real: Source,
        generated: Mapping[str, Source],
        gan_seed: int,
    ) -> dict[str, Source]:
        sources = {"real": real}
        for name in names:
            remedy = REMEDIES[name]
            source = generated[remedy.generators]
            sources[name] = remedy.generated(real, source) if remedy.generated else source
        both = REMEDIES[names[0]].both
        if both is None:
            return sources
        changed = {}
        for name, source in sources.items():
            path = (group, name) if name == "real" else (group, name, gan_seed)
            changed[name] = on_parts(source, both, derive_seed(self.seed, *path))
        return changed

    def _probe(self, names: Collection[str], sources: Mapping[str, Source], gan_seed: int) -> None:
        done = {(record["gan_seed"], record["remedy"]) for record in self.log.records}
        todo = [name for name in names if (gan_seed, name) not in done]
        if not todo:
            return
        of_real = _traces(sources["real"])
        for name in progress_bar(todo, description="probes", unit="remedy"):
            traces = {"real": of_real, "synthetic": _traces(sources[name])}
            rows = [
                {
                    "gan_seed": gan_seed,
                    "remedy": name,
                    "kind": kind,
                    "fitted_to": fitted,
                    "tested_on": tested,
                    "test_images": len(traces[tested][1].labels),
                    "accuracy": probe(traces[fitted][0], traces[tested][1], kind),
                }
                for kind in KINDS
                for fitted, tested in PROBES
            ]
            self.log.append({"gan_seed": gan_seed, "remedy": name, "rows": rows})


def set_colours(real: Source, generated: Source) -> Source:
    """Bring the channels of all generated images together to mean and deviation of the real ones.

    Up to one map for both sets, this is standardising each set by statistics of its own.
    """
    change = _towards(generated.train, real.train)
    return on_parts(generated, lambda images, seed: _in_blocks(images, change))


def class_colours(real: Source, generated: Source) -> Source:
    """Give the images of each class colours as those of the real images of that class are.

    Colours are each image's mean and deviation of every channel. Over the training images of a
    class they get the mean and the deviation that they have over real ones; the maps that do so,
    one for each generator, become a part of it.
    """
    maps = [
        _image_colours(generated.train.of_class(label), real.train.of_class(label))
        for label in range(real.train.num_classes)
    ]

    def change(images: LabeledImages, seed: int) -> LabeledImages:
        pixels = np.empty_like(images.images)
        for label, towards in enumerate(maps):
            rows = images.labels == label
            pixels[rows] = _in_blocks(images.take(rows), towards).images
        return replace(images, images=pixels)

    return on_parts(generated, change)


def standardised(images: LabeledImages, seed: int) -> LabeledImages:
    """Bring each channel of each image to the same mean and deviation: colours tell nothing."""

    return _in_blocks(images, lambda x: MEAN + DEVIATION * _scaled(x, *_of_each(x)))


def noise(images: LabeledImages, seed: int) -> LabeledImages:
    """Add Gaussian noise of 8 levels of 255 to every value, drawn once."""
    rng = np.random.default_rng(seed)
    return _in_blocks(images, lambda x: x + rng.normal(0, NOISE, x.shape).astype(np.float32))


def blur(images: LabeledImages, seed: int) -> LabeledImages:
    """Blur every image by a Gaussian of one pixel."""
    return _in_blocks(images, lambda x: gaussian_filter(x, (0, BLUR, BLUR, 0), mode="nearest"))


REMEDIES = {
    "none": Remedy(),
    "conditional": Remedy(generators="conditional"),
    "set colours": Remedy(generated=set_colours),
    "class colours": Remedy(generated=class_colours),
    "standardised": Remedy(both=standardised),
    "noise": Remedy(both=noise),
    "blur": Remedy(both=blur),
}


def on_parts(source: Source, change: Callable, seed: int = 0) -> Source:
    """Return a source whose parts are `change(images, seed)`, the seed being each part's own."""
    parts = {field.name: getattr(source, field.name) for field in fields(source)}
    return Source(**{k: change(part, derive_seed(seed, k)) for k, part in parts.items()})


def _traces(source: Source) -> tuple[Traces, Traces]:
    """Return the traces of the parts that probes are fitted to and tested on."""
    return Traces.of(source.train), Traces.of(source.test)


def _group(remedy: str) -> str:
    """Remedies of one group have the same real images."""
    return remedy if REMEDIES[remedy].both else "plain"


def _towards(generated: LabeledImages, real: LabeledImages) -> Callable[[np.ndarray], np.ndarray]:
    """Return the map of values that gives the channels of `generated` the colours of `real`."""
    (mean, deviation), (real_mean, real_deviation) = map(_colours, (generated, real))
    scale = real_deviation / np.maximum(deviation, 1e-6)
    return lambda x: real_mean + scale * (x - mean)


def _colours(images: LabeledImages) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of each channel over all images and places."""
    channels = images.images.reshape(-1, images.image_shape[-1]).T
    # Exact in whole numbers, and nothing as large as the images is made but one channel's counts.
    counts = np.stack([np.bincount(channel, minlength=256) for channel in channels])
    levels = np.arange(256)
    mean = counts @ levels / counts.sum(1)
    variance = counts @ levels**2 / counts.sum(1) - mean**2
    return mean.astype(np.float32), np.sqrt(np.maximum(variance, 0)).astype(np.float32)


def _image_colours(
    generated: LabeledImages, real: LabeledImages
) -> Callable[[np.ndarray], np.ndarray]:
    """Return the map of images that gives `generated` the image colours of `real`."""
    pairs = [
        ((ours.mean(0), np.maximum(ours.std(0), 1e-3)), (theirs.mean(0), theirs.std(0)))
        for ours, theirs in zip(*(_of_each(part.images) for part in (generated, real)))
    ]

    def change(x):
        colours = _of_each(x)
        means, deviations = (
            theirs[0] + theirs[1] * (colour - ours[0]) / ours[1]
            for colour, (ours, theirs) in zip(colours, pairs)
        )
        return means + np.maximum(deviations, 0) * _scaled(x, *colours)

    return change


def _of_each(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and deviation of every channel of every image, each [n, 1, 1, c]."""
    return x.mean((1, 2), keepdims=True), x.std((1, 2), keepdims=True)


def _scaled(x: np.ndarray, means: np.ndarray, deviations: np.ndarray) -> np.ndarray:
    """Return the images at mean 0 and deviation 1; one of a single colour stays flat."""
    return (x - means) / np.maximum(deviations, 1.0)


def _in_blocks(images: LabeledImages, change: Callable) -> LabeledImages:
    """Return the images whose values are `change(float32 [n, h, w, c] in 0…255)`, rounded."""
    pixels = np.empty_like(images.images)
    for start in range(0, len(images), BLOCK):
        changed = change(images.images[start : start + BLOCK].astype(np.float32))
        pixels[start : start + BLOCK] = np.clip(np.rint(changed), 0, 255)
    return replace(images, images=pixels)
