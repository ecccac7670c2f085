"""Numbers and tables as people read them: in a terminal and in Markdown."""

import math
from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from gan_augment.metrics.significance import NOT_RUN
from gan_augment.reporting.cells import Contrast
from gan_augment.reporting.report import ARM_LABELS, Column, Report, Table

NOTHING = "–"


def percent(value: float, digits: int = 2) -> str:
    """An accuracy in 0…1 as a percentage: "86.62"; NaN as a dash."""
    return NOTHING if math.isnan(value) else f"{100 * value:.{digits}f}".replace("-", "−")


def points(value: float, digits: int = 2, unit: str = "points") -> str:
    """A difference with its sign, in hundredths of accuracy (or as it is, for unit "R")."""
    if math.isnan(value):
        return NOTHING
    text = f"{value * (100 if unit == 'points' else 1):+.{digits}f}".replace("-", "−")
    return text[1:] if float(text.replace("−", "-")) == 0 else text


def interval(low: float, high: float, over: str, show=points, digits: int = 2, **options) -> str:
    """The interval as "[low, high]", with † if it is `over` "members"; nothing if there is none."""
    if math.isnan(low):
        return ""
    dagger = "†" if over == "members" else ""
    return f"[{show(low, digits, **options)}, {show(high, digits, **options)}]{dagger}"


def p_value(p: float) -> str:
    """A p-value to three digits, "= 0.032", or "< 0.001"."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def difference(mean: float, low: float, high: float, over: str, unit: str = "points") -> str:
    """A difference with its interval: "+0.42 [−0.20, +1.04]"."""
    return f"{points(mean, unit=unit)} {interval(low, high, over, unit=unit)}".rstrip()


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in plain text, columns flush right."""
    widths = [max(map(len, column)) for column in zip(header, *rows)]
    return "\n".join(
        "  ".join(text.rjust(width) for text, width in zip(row, widths)) for row in [header, *rows]
    )


def markdown(
    header: Sequence[str], rows: Sequence[Sequence[str]], left: Collection[int] = ()
) -> str:
    """A table in Markdown, columns flush right but for those of the numbers `left`."""
    rules = [":---" if i in left else "---:" for i in range(len(header))]
    lines = [header, rules, *([text.replace("|", "\\|") for text in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def label_of(contrast: Contrast) -> str:
    """Name a difference of two arms: "GAN − equal steps"."""
    return " − ".join(ARM_LABELS[cell.arm] for _, cell in contrast.terms)


def sample_sizes(row: Mapping, columns: Sequence[Column]) -> str:
    """GAN seeds × members behind `columns` in a row of a built table: "3 × 10", "3 (29)" if uneven.

    Where columns have different ones each is there once, in their order: "3 × 10, 1 × 10".
    """
    counts = [
        (int(row[f"{column.arm} n_gan_seeds"]), int(row[f"{column.arm} n_members"]))
        for column in columns
    ]
    sizes = [
        f"{gan_seeds} ({members})"
        if members % gan_seeds
        else f"{gan_seeds} × {members // gan_seeds}"
        for gan_seeds, members in dict.fromkeys(counts)
        if members
    ]
    return ", ".join(sizes) or NOTHING


def columns_shown(table: Table, built: pd.DataFrame) -> list[Column]:
    """Return the columns of a built table in which there is a number, ours or the report's."""
    return [
        column
        for column in table.columns
        if built[f"{column.arm} n_members"].any()
        or (column.reported and built[f"{column.arm} reported"].notna().any())
    ]


def table_texts(
    table: Table, built: pd.DataFrame, report: Report, also: pd.DataFrame | None = None
) -> dict[str, list[str]]:
    """Spell a built table out: a list of texts for each heading.

    `also` is the same table under the report's protocol; columns that the report has then show it
    beside the report's number and ours, means come with intervals, and differences with p.
    """
    texts = {
        {"alpha": "α", "size": "images", "ratio": "R"}[name]: [
            f"{value:,}" if name == "size" else f"{value:g}" for value in built[name]
        ]
        for name in table.by
    }
    columns = columns_shown(table, built)
    one_reported = sum(column.reported for column in columns) == 1
    elsewhere = not table.compares_alphas and (built["alpha"] != report.alpha).any()
    for column in columns:
        label = ARM_LABELS[column.arm]
        if column.reported and report.numbers:
            heading = "reported" if one_reported else f"{label}, reported"
            heading += report.at_alpha if elsewhere else ""
            texts[heading] = list(map(percent, built[f"{column.arm} reported"]))
        if column.reported and also is not None:
            texts[f"{label}, report's protocol"] = _means(column, also, spread=True)
        texts[label] = _means(
            column, built, spread=column.reported, span=column.reported and also is not None
        )
    for contrast in table.differences[: 1 if also is None else 2]:
        if built[f"{contrast.label} n_members"].any():
            texts[label_of(contrast)] = _differences(contrast, built, with_p=also is not None)
    texts["GAN steps"] = [NOTHING if not n > 0 else f"{n:,.0f}" for n in built["gan_steps"]]
    texts["n"] = [sample_sizes(row, columns) for _, row in built.iterrows()]
    return texts


def lift_constants(texts: dict[str, list[str]]) -> tuple[dict[str, list[str]], str]:
    """Take columns that say the same in every row out of a table and into a line of text."""
    lines = {
        "α": "α = {}",
        "images": "{} real images",
        "GAN steps": "{} GAN steps a class",
        "n": "GAN seeds × members: {}",
    }
    said = {name: set(column) - {NOTHING} for name, column in texts.items()}
    lifted = [name for name in lines if name in texts and len(said[name]) == 1]
    rest = {name: column for name, column in texts.items() if name not in lifted}
    return rest, ", ".join(lines[name].format(*said[name]) for name in lifted)


def _differences(contrast: Contrast, built: pd.DataFrame, with_p: bool) -> list[str]:
    texts = []
    for _, row in built.iterrows():
        told = ("mean", "low", "high", "interval_over", "p")
        *found, p = (row[f"{contrast.label} {n}"] for n in told)
        text = difference(*found)
        texts.append(f"{text}, p {p_value(p)}" if with_p and not math.isnan(p) else text)
    return texts


def _means(column: Column, built: pd.DataFrame, spread=False, span=False) -> list[str]:
    texts = []
    for _, row in built.iterrows():
        told = ("mean", "sd", "low", "high", "interval_over")
        mean, sd, *span_of = (row[f"{column.arm} {p}"] for p in told)
        text = percent(mean) if row[f"{column.arm} n_members"] else NOT_RUN
        text += f" ± {percent(sd)}" if spread and not math.isnan(sd) else ""
        text += f" {interval(*span_of, percent)}" if span else ""
        texts.append(text.rstrip())
    return texts
