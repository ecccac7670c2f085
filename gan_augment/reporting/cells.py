"""What a table, figure or claim speaks of: cells of the sweep, and differences between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

PROTOCOLS = {
    "report": "accuracy_report",
    "corrected": "accuracy_corrected",
    "last": "accuracy_last",
}

KEY = ["alpha", "size", "arm", "ratio"]

# At these ratios an arm is another one: nothing is added, or nothing is repeated.
SAME_AS = {
    ("gan", 0.0): "real",
    ("repeat", 0.0): "real",
    ("gan+affine", 0.0): "affine",
    ("synthetic-repeat", 1.0): "synthetic",
}


@dataclass(frozen=True)
class Cell:
    """One point of the sweep; what is None is filled in from the row of a table by `at`."""

    arm: str
    ratio: float | None = None
    size: int | None = None
    alpha: float | None = None

    def at(self, **row: float) -> Cell:
        """Fill in what is still open; what the row does not say either stays open."""
        still_open = {name for name in ("alpha", "size", "ratio") if getattr(self, name) is None}
        return replace(self, **{name: row[name] for name in still_open & row.keys()})

    def canonical(self) -> Cell:
        """Return the cell under the one name it has in the scores (R = 0 of "gan" is "real")."""
        return replace(self, arm=SAME_AS.get((self.arm, self.ratio), self.arm))

    def values(self, accuracies: Accuracies) -> pd.Series:
        """Accuracies by (gan_seed, member); empty if the cell was not run."""
        return accuracies.of(self)

    def reported(self, numbers: Mapping[Cell, float]) -> float:
        """Return what the report says of this cell, NaN if nothing."""
        return numbers.get(self.canonical(), float("nan"))


@dataclass(frozen=True)
class BestRatio:
    """The ratio with the highest mean accuracy, among those that were run at every size."""

    arm: str
    size: int | None = None
    alpha: float | None = None

    def at(self, **row: float) -> BestRatio:
        """Fill in what is still open."""
        cell = Cell(self.arm, 0.0, self.size, self.alpha).at(**row)
        return BestRatio(self.arm, cell.size, cell.alpha)

    def values(self, accuracies: Accuracies) -> pd.Series:
        """Best ratio of each (gan_seed, member); empty if fewer than two ratios were run."""
        curves = self._curves(accuracies.ratios(self.arm, self.alpha), accuracies.of)
        curves = pd.DataFrame(curves).dropna()
        return (
            curves.idxmax(axis=1).astype(float) if curves.size > len(curves) else accuracies.nothing
        )

    def reported(self, numbers: Mapping[Cell, float]) -> float:
        """Return the report's best ratio at this size, NaN if it has none."""
        ratios = {cell.ratio for cell in numbers if cell.arm == self.arm}
        curve = self._curves({0.0, *ratios}, lambda cell: cell.reported(numbers))
        known = {ratio: value for ratio, value in curve.items() if value == value}
        return max(known, key=known.get) if known else float("nan")

    def _curves(self, ratios, value_of) -> dict:
        return {
            ratio: value_of(Cell(self.arm, ratio, self.size, self.alpha))
            for ratio in sorted(ratios)
        }


@dataclass(frozen=True)
class Contrast:
    """A weighted sum of cells, paired by (gan_seed, member): a − b, or (a − b) − (c − d)."""

    label: str
    terms: tuple[tuple[int, Cell | BestRatio], ...]

    @classmethod
    def between(cls, label: str, first: Cell | BestRatio, second: Cell | BestRatio) -> Contrast:
        """`first` − `second`."""
        return cls(label, ((1, first), (-1, second)))

    def minus(self, other: Contrast, label: str) -> Contrast:
        """Return the difference of two contrasts."""
        return Contrast(label, self.terms + tuple((-w, cell) for w, cell in other.terms))

    def at(self, **row: float) -> Contrast:
        """Fill in what the cells leave open."""
        return replace(self, terms=tuple((w, cell.at(**row)) for w, cell in self.terms))

    def values(self, accuracies: Accuracies) -> pd.Series:
        """Value of each (gan_seed, member) that all cells share; empty if one was not run."""
        return sum(w * cell.values(accuracies) for w, cell in self.terms).dropna()

    def reported(self, numbers: Mapping[Cell, float]) -> float:
        """Return the same sum of the report's numbers, NaN if one is missing."""
        return sum(w * cell.reported(numbers) for w, cell in self.terms)


class Accuracies:
    """The accuracies of a scores table under one protocol, looked up by cell."""

    def __init__(self, scores: pd.DataFrame, protocol: str):
        """Take `scores` as the ratio study writes them and a name out of `PROTOCOLS`."""
        self.protocol = protocol
        indexed = scores.set_index(["gan_seed", "member"])
        self._rows = {
            Cell(str(arm), float(ratio), int(size), float(alpha)): rows
            for (alpha, size, arm, ratio), rows in indexed.groupby(KEY)
        }
        empty = pd.MultiIndex.from_arrays([[], []], names=["gan_seed", "member"])
        self.nothing = pd.Series([], empty, dtype=float)

    def of(self, cell: Cell) -> pd.Series:
        """Accuracies of a filled-in cell by (gan_seed, member); empty if it was not run."""
        rows = self.rows(cell)
        return self.nothing if rows is None else rows[PROTOCOLS[self.protocol]].astype(float)

    def rows(self, cell: Cell) -> pd.DataFrame | None:
        """All columns of a cell's scores, or None if it was not run."""
        return self._rows.get(cell.canonical())

    def cells(self) -> set[Cell]:
        """All cells that were run, canonical."""
        return set(self._rows)

    def ratios(self, arm: str, alpha: float) -> set[float]:
        """Ratios of `arm` that were run at every size that has it, and R = 0."""
        by_size: dict[int, set[float]] = {}
        for cell in self.cells():
            if cell.arm == arm and cell.alpha == alpha:
                by_size.setdefault(cell.size, {0.0}).add(cell.ratio)
        return set.intersection(*by_size.values()) if by_size else set()
