"""A ring of eight Gaussians: which modes does a GAN find, and keep?

The picture that most papers on stability show (for instance Metz et al. 2017); here on the
circle of radius 1 with standard deviation 0.02.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import tensorflow as tf

from gan_augment.common.files import written_whole
from gan_augment.common.log import MetricsLog
from gan_augment.common.progress import progress_bar
from gan_augment.common.seeds import derive_seed
from gan_augment.training.loop import Trainer

MODES = 8
DEVIATION = 0.02
CENTRES = np.stack(
    [np.cos(2 * np.pi * np.arange(MODES) / MODES), np.sin(2 * np.pi * np.arange(MODES) / MODES)], 1
)
SAMPLES = 2500


@dataclass(frozen=True)
class Quality:
    """How samples lie on the ring."""

    modes: int
    """Modes within whose three standard deviations at least 1 % of the samples lie."""
    high_quality: float
    """Share of samples within three standard deviations of some mode."""
    distance: float
    """Median distance to the nearest mode, in standard deviations."""


def ring(n: int, seed: int) -> np.ndarray:
    """Draw real points, float32 [n, 2]."""
    rng = np.random.default_rng(seed)
    points = CENTRES[rng.integers(0, MODES, n)] + DEVIATION * rng.standard_normal((n, 2))
    return points.astype(np.float32)


def quality(points: np.ndarray) -> Quality:
    """Judge samples [n, 2]; points that are no numbers are near no mode."""
    distances = np.linalg.norm(points[:, None].astype(np.float64) - CENTRES, axis=2) / DEVIATION
    distances = np.nan_to_num(distances, nan=np.inf)
    nearest, mode = distances.min(1), distances.argmin(1)
    good = nearest <= 3
    hits = np.bincount(mode[good], minlength=MODES)
    return Quality(
        int((hits >= 0.01 * len(points)).sum()), float(good.mean()), float(np.median(nearest))
    )


class Ring:
    """Trains GANs on the ring and judges their samples on the way.

    Finished cells (variant and seed) are kept in `directory`/ring.jsonl and not done again, the
    samples of the first seed in `directory`/ring/.
    """

    BATCH = 256
    SNAPSHOTS = 5

    def __init__(self, directory: Path, *, steps: int, seed: int):
        self.directory = Path(directory)
        self.steps = steps
        self.seed = seed
        self.log = MetricsLog(self.directory / "ring.jsonl")
        self.real = ring(50_000, derive_seed(seed, "real points"))

    def run(self, variants: Mapping[str, Callable], gan_seed: int) -> None:
        """Train every `build(steps=…, seed=…) → GAN` on the ring."""
        done = {(record["variant"], record["gan_seed"]) for record in self.log.records}
        todo = [name for name in variants if (name, gan_seed) not in done]
        with progress_bar(
            description=f"ring of Gaussians, seed {gan_seed}",
            total=len(todo) * self.steps,
            unit="step",
        ) as bar:
            for name in todo:
                bar.set_postfix({"variant": name}, refresh=False)
                samples = self._train(variants[name], gan_seed, bar)
                if gan_seed == 0:
                    path = self._samples(name)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    with written_whole(path) as aside, open(aside, "wb") as file:
                        np.save(file, np.stack(list(samples.values())))
                judged = [{"step": k} | asdict(quality(x)) for k, x in samples.items()]
                self.log.append({"variant": name, "gan_seed": gan_seed, "judged": judged})

    def scores(self) -> pd.DataFrame:
        """Rows of variant, gan_seed, step and the fields of `Quality`."""
        return pd.DataFrame(
            {"variant": record["variant"], "gan_seed": record["gan_seed"], **judged}
            for record in self.log.records
            for judged in record["judged"]
        )

    def samples(self) -> dict[str, np.ndarray]:
        """Samples of the first seed by variant, float32 [SNAPSHOTS, `SAMPLES`, 2]."""
        names = dict.fromkeys(record["variant"] for record in self.log.records)
        return {name: np.load(self._samples(name)) for name in names}

    def _train(self, build, gan_seed, bar) -> dict[int, np.ndarray]:
        gan = build(steps=self.steps, seed=derive_seed(self.seed, "gan", gan_seed))
        trainer = Trainer(
            gan,
            self.real,
            batch_size=self.BATCH,
            seed=derive_seed(self.seed, "batches", gan_seed),
            strategy=tf.distribute.get_strategy(),
        )
        gan.initialize(trainer.batch(0))
        latents = tf.random.stateless_normal([SAMPLES, gan.latent_dim], [self.seed, gan_seed])
        marks = np.linspace(0, self.steps, self.SNAPSHOTS + 1).astype(int).tolist()
        samples = {}
        for before, after in itertools.pairwise(marks):
            if after > before:
                trainer.run(after - before)
                bar.update(after - before)
            samples[after] = gan.sampler(latents, training=False).numpy()
        return samples

    def _samples(self, name: str) -> Path:
        return self.directory / "ring" / f"{name}.npy"
