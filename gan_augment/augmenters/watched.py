"""Training of a GAN with an eye on its health, resumable at any moment."""

import time
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
import tensorflow as tf

from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.health import Watch, spread
from gan_augment.common.errors import UserError
from gan_augment.common.log import MetricsLog
from gan_augment.training.checkpoint import load_weights, save_weights
from gan_augment.training.loop import Trainer
from gan_augment.training.strategy import is_chief

CHECKPOINT_SECONDS = 30
SAMPLES = 64
ENOUGH = 5000  # real images to measure the spread of


def train_watched(
    gan: GAN,
    images: np.ndarray,
    labels: np.ndarray | None = None,
    *,
    steps: int,
    batch_size: int,
    seed: int,
    strategy: tf.distribute.Strategy,
    watch: Watch,
    log: MetricsLog,
    about: dict,
    trainer: Callable[..., Trainer] = Trainer,
    inputs_to_watch: Callable | None = None,
    checkpoint: Path | None = None,
    on_report: Callable[[dict], None] = lambda report: None,
    snapshots: Collection[int] = (),
    on_snapshot: Callable[[int, np.ndarray, np.ndarray | None], None] | None = None,
    on_samples: Callable[[list[dict], np.ndarray, np.ndarray | None], None] = lambda *_: None,
) -> dict:
    """Train `gan` for `steps` steps on `images`, uint8 [n, h, w, c]; return its last report.

    A conditional GAN is given their `labels`, int32 [n]; `trainer` makes batches of both.
    Reports go to `log`, each with the entries of `about`, to `on_report`, and to the watch, whose
    finding is the entry "failure" of the report (None: healthy); a failure ends the training.
    Spread, of a conditional GAN that within the classes, is measured on samples from latents that
    stay the same, or from the inputs that `inputs_to_watch(images, labels)` returns with the labels
    of what comes of them; after each of the steps `snapshots` these samples, float32 [64, h, w, c]
    in [−1, 1], go with the step and their labels to `on_snapshot`. All reports and these samples go
    to `on_samples` after every report. With a `checkpoint` path, the training continues from there
    if the file exists; the caller removes it.
    """
    trainer = trainer(gan, images, labels, batch_size=batch_size, seed=seed, strategy=strategy)
    if inputs_to_watch:
        inputs, groups = inputs_to_watch(images, labels)
    else:
        inputs, groups = _samples_to_watch(gan, labels, seed)
    some = slice(None, None, -(-len(images) // ENOUGH))
    real_spread = spread(images[some] / 127.5, None if labels is None else labels[some])
    if not real_spread:
        what = ", ".join(f"{key} {value}" for key, value in about.items())
        raise UserError(f"all images of {what} are the same; a GAN needs different ones")
    watch = replace(watch, d_loss_below=gan.lowest_loss + watch.d_loss_below)
    if checkpoint and checkpoint.exists():
        load_weights(gan, checkpoint)
    else:
        gan.initialize(trainer.batch(0))
    step = int(gan.step.numpy())

    def mine(record):
        return all(record.get(key) == value for key, value in about.items())

    log.keep(lambda record: not (mine(record) and record["step"] > step))
    reports = [record for record in log.records if mine(record)]
    if reports:
        on_report(reports[-1])

    saved = time.monotonic()
    while step < steps and not (reports and reports[-1]["failure"]):
        stops = [(step // watch.every + 1) * watch.every, steps, *snapshots]
        losses = trainer.run(min(stop for stop in stops if stop > step) - step)
        step = int(gan.step.numpy())
        samples = gan.sampler(inputs, training=False).numpy()
        report = {**about, "step": step, **losses, "spread": spread(samples, groups) / real_spread}
        report["failure"] = watch.failure([*reports, report], steps)
        reports.append(report)
        log.append(report)
        if step in snapshots:
            on_snapshot(step, samples, groups)
        on_samples(reports, samples, groups)  # before the checkpoint: a kill loses none
        due = time.monotonic() - saved > CHECKPOINT_SECONDS
        if checkpoint and due and is_chief(strategy):
            save_weights(gan, checkpoint)
            saved = time.monotonic()
        on_report(report)
    return reports[-1]


def _samples_to_watch(gan: GAN, labels: np.ndarray | None, seed: int):
    """Return inputs of the generator, as many of each class if there are labels, and the labels."""
    latents = tf.random.stateless_normal([SAMPLES, gan.latent_dim], [seed, 1])
    if labels is None:
        return latents, None
    groups = np.resize(np.unique(labels), SAMPLES).astype(np.int32)
    return [latents, tf.constant(groups)], groups
