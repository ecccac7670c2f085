"""What a report says, as data: its numbers, its tables and its claims."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gan_augment.reporting.cells import Cell, Contrast

# Where the data of the report behind an experiment stand, by the experiment's name.
MODULES = {
    "mnist": "gan_augment.reporting.abadi",
    "cifar10": "gan_augment.reporting.abadi_cifar10",
}

# What made the images, where it is not the report's GANs.
AUGMENTERS = {
    "conditional": "one class-conditional GAN",
    "vae": "a variational auto-encoder",
    "teaching": 'a teaching network ("GAN" stands for its lessons)',
}

ARM_LABELS = {
    "real": "real",
    "gan": "GAN",
    "repeat": "equal steps",
    "affine": "classical",
    "gan+affine": "GAN + classical",
    "affine-set": "classical, fixed set",
    "synthetic": "GAN alone",
    "synthetic+affine": "GAN alone + classical",
    "synthetic-repeat": "GAN alone, equal steps",
}

ARM_MEANINGS = {
    "real": "the real images alone (R = 0)",
    "gan": "the real images and R times as many generated ones",
    "repeat": "the real images again instead of generated ones: as many training steps, no GAN",
    "affine": "as equal steps, with classical augmentation: small changes, new at every step",
    "gan+affine": "as GAN, with the same classical augmentation",
    "affine-set": "the real images and R times as many changed copies of them, drawn once",
    "synthetic": "generated images only, R times as many as there are real ones",
    "synthetic+affine": "generated images only, with the same classical augmentation",
    "synthetic-repeat": "the generated images of R = 1 again: as many steps, no further images",
}


@dataclass(frozen=True)
class Column:
    """A column of a table: an arm, at the ratio of the row or at a fixed one."""

    arm: str
    ratio: float | None = None
    reported: bool = False
    """Whether the report has this column."""

    @property
    def cell(self) -> Cell:
        """The cell meant, open where the row decides."""
        return Cell(self.arm, self.ratio)


@dataclass(frozen=True)
class Table:
    """A table of a report: rows by `by`, a column for each arm and differences between arms."""

    number: int
    title: str
    by: tuple[str, ...]
    """What the rows run over: "alpha" and "size", or these and "ratio"."""
    rows_from: tuple[str, ...]
    """Arms whose cells make the rows."""
    columns: tuple[Column, ...]
    differences: tuple[Contrast, ...] = ()
    """Open in what the row decides; the label names them in files: "gan - repeat"."""
    compares_alphas: bool = False
    """Rows of another alpha have reported numbers of their own, and only one size counts."""


@dataclass(frozen=True)
class Claim:
    """A sentence that the scores can bear out or refute: every contrast has the sign `sign`."""

    table: int
    text: str
    sign: int
    """+1: all contrasts are above 0, −1: below, 0: there is no difference."""
    contrasts: tuple[Contrast, ...]
    ours: bool = False
    """A claim of this project, with a control that the report lacks."""
    at_least: float = 0.0
    """What the contrasts are held against instead of 0 (less the margin)."""
    margin: float = 0.005
    """What counts as no difference."""
    unit: str = "points"
    """"points" (hundredths of accuracy) or "R"."""

    @property
    def names_alphas(self) -> bool:
        """Whether the claim itself says at which alphas, so that no other can be filled in."""
        return all(cell.alpha for contrast in self.contrasts for _, cell in contrast.terms)


@dataclass(frozen=True)
class Report:
    """A report, as far as ours is held against it."""

    name: str
    short: str = ""
    """How it is called in a legend: author and year."""
    data: str = ""
    """Name of the data set that its numbers are of."""
    source: str = ""
    did: str = ""
    """What the report did, in a paragraph."""
    departures: tuple[str, ...] = ()
    """Where ours differs, and why."""
    alpha: float | None = None
    """The width factor of all its tables but the one that compares them."""
    numbers: Mapping[Cell, float] = field(default_factory=dict)
    """Accuracy in 0…1 of each cell; a number that is lost is left out."""
    remarks: Mapping[int, str] = field(default_factory=dict)
    """What to know of a table's printed numbers, by table number."""
    tables: tuple[Table, ...] = ()
    claims: tuple[Claim, ...] = ()
    ratio_figure: int = 3
    """Number of the figure that shows accuracy against R."""
    says_alpha: bool = True
    """Whether `alpha` is the report's own; else it is ours, and the report is silent."""

    @property
    def at_alpha(self) -> str:
        """What to write behind its numbers where others are of another alpha."""
        return f" (α = {self.alpha:g})" if self.says_alpha else ""


def report_of(options: Mapping) -> Report:
    """Return the report behind a run, by the "experiment" and the "data" of its options.json.

    On other data than the report's, or with another augmenter (experiment "mnist-vae"), its tables
    remain and its numbers and claims do not; an experiment without a report has neither.
    """
    experiment, _, augmenter = options["experiment"].partition("-")
    data = options.get("data", {}).get("name")
    if experiment not in MODULES:
        return Report(options["experiment"])
    report = importlib.import_module(MODULES[experiment]).REPORT
    others = [f"by {AUGMENTERS[augmenter]}"] if augmenter else []
    others += [f"on {data}"] if data not in (None, report.data) else []
    if not others:
        return report
    ours = tuple(claim for claim in report.claims if claim.ours)
    name = f"{report.name}, {' and '.join(others)} instead"
    return replace(report, name=name, numbers={}, remarks={}, claims=ours)
