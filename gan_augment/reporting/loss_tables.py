"""Losses and accuracies of the study of Priyaa & Verma, section 6.4, as tables.

`scores` are those of `studies.LossCurves.scores`. The numbers of the report are those of its table;
the losses at best epochs are from the authors' public logs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gan_augment.metrics.significance import Estimate, estimate
from gan_augment.reporting.text import NOTHING, interval, percent, points

MEASURES = ("train_loss", "valid_loss", "valid_accuracy", "test_accuracy")
PROTOCOLS = {"report": "report's protocol", "corrected": "corrected"}
CHOICES = {"last": "last epoch", "best": "best (epoch)"}
ARMS = ("real", "rotation", "gan", "repeat", "affine", "gan+affine")
DATA, MODEL = "cifar10", "fully-connected"  # of the report

# Training and validation loss at epoch 100, by arm and N; how many were rotated is not said.
REPORTED = {
    ("real", 0): (0.55, 2.25),
    ("rotation", None): (0.45, 2.28),
    ("gan", 500): (0.6, 2.19),
    ("gan", 1500): (0.69, 1.99),
    ("gan", 2000): (0.26, 2.3),
    ("gan", 3000): (0.59, 2.12),
}
LOGGED = {"real": "1.494", "rotation": "1.518", "gan": "1.506–1.521"}


@dataclass(frozen=True, order=True)
class Row:
    """An arm at a number N of added images, and the model that made them ("none": no model)."""

    arm: str
    generated: int
    model: str

    def label(self, models: int = 1) -> str:
        """Name it: "GAN-1500"; with its model where there are several."""
        maker = "VAE" if self.model == "vae" else "GAN"
        name = {
            "real": "baseline",
            "rotation": f"rotation {self.generated}",
            "gan": f"{maker}-{self.generated}",
            "repeat": f"equal steps {self.generated}",
            "affine": f"classical {self.generated}",
            "gan+affine": f"{maker}-{self.generated} + classical",
        }[self.arm]
        return f"{name} ({self.model})" if models > 1 and maker in name else name

    @property
    def reported(self) -> tuple[float, float]:
        """Training and validation loss of the report, NaN where it has none."""
        if self.model not in ("none", MODEL):
            return np.nan, np.nan
        n = None if self.arm == "rotation" else self.generated
        return REPORTED.get((self.arm, n), (np.nan, np.nan))


class Scores:
    """The scores of one sample size, by cell."""

    def __init__(self, scores: pd.DataFrame):
        (self.size,) = scores["size"].unique()
        self.protocols = [p for p in PROTOCOLS if p in set(scores["protocol"])]
        self._epochs = dict(iter(scores.groupby(["protocol", "choice"])["epoch"]))
        keys = ["protocol", "choice", "arm", "generated", "model"]
        self._cells = {
            (protocol, choice, Row(*row)): part.set_index(["gan_seed", "member"])
            for (protocol, choice, *row), part in scores.groupby(keys)
        }
        found = {row for _, _, row in self._cells}
        self.rows = sorted(found, key=lambda r: (ARMS.index(r.arm), r.model, r.generated))
        self.models = list(dict.fromkeys(row.model for row in self.rows if row.model != "none"))

    def epochs(self) -> str:
        """Say how long classifiers were trained: "30", or "30 (report's protocol), 10 (…)"."""
        return _by_protocol({p: f"{self._epochs[p, 'last'].max()}" for p in self.protocols})

    def training_images(self) -> str:
        """Say how many real images the baseline learned from, in the same way."""
        baseline = Row("real", 0, "none")
        counts = {p: self.values(p, "last", baseline, "train_images") for p in self.protocols}
        return _by_protocol({p: f"{n.max():,}" for p, n in counts.items() if len(n)})

    def still_learning(self) -> Iterator[str]:
        """Say of each protocol how many classifiers were best at their end, if any were."""
        for protocol in self.protocols:
            best = self._epochs[protocol, "best"]
            late = int((best == self._epochs[protocol, "last"].max()).sum())
            if late:
                yield (
                    f"{self.of(protocol)}{late} of {len(best)} classifiers have their lowest "
                    "validation loss at the last epoch: they had not begun to over-fit, and more "
                    "training steps may be all that those with added images have over the baseline."
                )

    def of(self, protocol: str) -> str:
        """Return what a column of a protocol begins with: nothing if it is the only one."""
        return f"{PROTOCOLS[protocol]}: " if len(self.protocols) > 1 else ""

    def of_model(self, model: str) -> list[Row]:
        """Return the rows of a model and those without one."""
        return [row for row in self.rows if row.model in (model, "none")]

    def label(self, row: Row) -> str:
        """Name a row among these."""
        return row.label(len(self.models))

    def values(self, protocol: str, choice: str, row: Row, measure: str) -> pd.Series:
        """Return a measure by (gan_seed, member); empty if the cell was not run."""
        cell = self._cells.get((protocol, choice, row))
        if cell is None:
            index = pd.MultiIndex.from_arrays([[], []], names=["gan_seed", "member"])
            return pd.Series(index=index, dtype=float)
        return cell[measure]

    def estimate(self, protocol: str, choice: str, row: Row, measure: str) -> Estimate:
        """Estimate a measure of a cell."""
        return estimate(self.values(protocol, choice, row, measure))

    def difference(self, protocol, choice, pair: tuple[Row, Row], measure) -> Estimate:
        """Estimate how much a measure is larger in the first cell, paired by seed and member."""
        first, second = (self.values(protocol, choice, row, measure) for row in pair)
        return estimate(first - second)

    def pairs(self) -> list[tuple[Row, Row]]:
        """Return the comparisons that these rows allow: with the baseline and with the controls."""
        against = {
            "rotation": ("real", "repeat"),
            "gan": ("real", "repeat"),
            "affine": ("repeat",),
            "gan+affine": ("affine",),
        }
        return [
            (row, other)
            for row in self.rows
            for arm in against.get(row.arm, ())
            for other in self.rows
            if other.arm == arm and other.generated in (0, row.generated)
        ]


def _by_protocol(texts: Mapping[str, str]) -> str:
    """Join what is told of each protocol: once, if all are told the same."""
    if len(set(texts.values())) <= 1:
        return next(iter(texts.values()), NOTHING)
    return ", ".join(f"{text} ({PROTOCOLS[protocol]})" for protocol, text in texts.items())


def by_size(scores: pd.DataFrame) -> Iterator[Scores]:
    """Yield the scores of each sample size, the largest first."""
    for size in sorted(scores["size"].unique(), reverse=True):
        yield Scores(scores[scores["size"] == size])


def losses_table(scores: pd.DataFrame) -> pd.DataFrame:
    """A row for each cell and choice of the epoch: every measure with its spread and interval."""
    rows = []
    for found in by_size(scores):
        for protocol, choice, row in _cells(found):
            epochs = found.values(protocol, choice, row, "epoch")
            if epochs.empty:
                continue
            values = {"protocol": protocol, "size": found.size, "choice": choice, **vars(row)}
            for name in ("train_images", "optimizer_steps"):
                values[name] = int(found.values(protocol, choice, row, name).max())
            values["epoch mean"] = epochs.mean()
            values["reported train_loss"], values["reported valid_loss"] = row.reported
            for measure in MEASURES:
                values |= _described(measure, found.estimate(protocol, choice, row, measure))
            rows.append(values)
    return pd.DataFrame(rows)


def differences_table(scores: pd.DataFrame) -> pd.DataFrame:
    """A row for each comparison and choice of the epoch: first − second in every measure."""
    rows = []
    for found in by_size(scores):
        for protocol in found.protocols:
            for first, second in found.pairs():
                for choice in CHOICES:
                    values = {"protocol": protocol, "size": found.size, "choice": choice}
                    values |= {"first": found.label(first), "second": found.label(second)}
                    for measure in MEASURES:
                        gain = found.difference(protocol, choice, (first, second), measure)
                        values |= _described(measure, gain) | {f"{measure} p": gain.p_value}
                    rows.append(values)
    return pd.DataFrame(rows)


def _cells(found: Scores) -> Iterable[tuple[str, str, Row]]:
    return ((p, choice, row) for p in found.protocols for row in found.rows for choice in CHOICES)


def _described(name: str, found: Estimate) -> dict[str, float | str]:
    told = ("mean", "sd", "low", "high", "n_members", "n_gan_seeds", "interval_over")
    return {f"{name} {part}": getattr(found, part) for part in told}


Texts = tuple[list[str], list[list[str]]]


def losses_texts(found: Scores, reported: bool) -> Texts:
    """Spell losses out, training / validation: header and rows."""
    header = ["training / validation loss"]
    header += ["reported, epoch 100", "validation, their logs, best"] if reported else []
    header += [found.of(p) + CHOICES[c] for p in found.protocols for c in CHOICES] + ["n"]
    rows = []
    for row in found.rows:
        texts = [found.label(row)]
        if reported:
            logged = LOGGED.get(row.arm, NOTHING) if row.reported[0] > 0 else NOTHING
            texts += [pair_of_losses(*row.reported), logged]
        for protocol in found.protocols:
            for choice in CHOICES:
                losses = [
                    found.estimate(protocol, choice, row, measure).mean
                    for measure in ("train_loss", "valid_loss")
                ]
                text = pair_of_losses(*losses)
                epochs = found.values(protocol, choice, row, "epoch")
                if len(epochs) and choice == "best":
                    text += f" ({_span(epochs)})"
                texts.append(text)
        rows.append([*texts, _count(found, row)])
    return header, rows


def accuracies_texts(found: Scores) -> Texts:
    """Spell test accuracies out: header and rows."""
    header = ["test accuracy, %"]
    header += [found.of(p) + CHOICES[c] for p in found.protocols for c in CHOICES]
    rows = []
    for row in found.rows:
        texts = [found.label(row)]
        for protocol in found.protocols:
            for choice in CHOICES:
                of = found.estimate(protocol, choice, row, "test_accuracy")
                spread = "" if np.isnan(of.sd) else f" ± {percent(of.sd)}"
                texts.append(percent(of.mean) + spread)
        rows.append(texts)
    return header, rows


def differences_texts(found: Scores) -> Texts:
    """Spell differences at the best epoch out: header and rows."""
    header = ["difference at the best epoch"]
    for protocol in found.protocols:
        of = found.of(protocol)
        header += [f"{of}validation loss", f"{of}test accuracy, points"]
    rows = []
    for pair in found.pairs():
        texts = [" − ".join(map(found.label, pair))]
        for protocol in found.protocols:
            for measure in ("valid_loss", "test_accuracy"):
                texts.append(told(found.difference(protocol, "best", pair, measure), measure))
        rows.append(texts)
    return header, rows


def told(gain: Estimate, measure: str) -> str:
    """Spell a difference out: losses as they are, accuracies in points."""
    loss = measure.endswith("loss")
    unit, digits = ("nats", 3) if loss else ("points", 2)
    span = interval(gain.low, gain.high, gain.interval_over, points, digits, unit=unit)
    return f"{points(gain.mean, digits, unit)} {span}".rstrip()


def pair_of_losses(train: float, valid: float) -> str:
    """Spell a training and a validation loss out: "0.55 / 2.25"."""
    return NOTHING if np.isnan(train) else f"{train:.2f} / {valid:.2f}"


def _span(epochs: pd.Series) -> str:
    first, last = epochs.min(), epochs.max()
    return f"{first}" if first == last else f"{first}–{last}"


def _count(found: Scores, row: Row) -> str:
    counts = {}
    for protocol in found.protocols:
        index = found.values(protocol, "last", row, "epoch").index
        if len(index):
            seeds = index.get_level_values("gan_seed").nunique()
            counts[f"{seeds} × {len(index) / seeds:g}"] = None
    return ", ".join(counts) or NOTHING
