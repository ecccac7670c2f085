"""From scores to the tables of a report, one row a cell, as data frames and CSV files."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from gan_augment.common.errors import UserError
from gan_augment.common.files import written_whole
from gan_augment.metrics.significance import Estimate, estimate
from gan_augment.reporting.cells import KEY, Accuracies
from gan_augment.reporting.report import Report, Table

PUBLISHED_PROTOCOLS = ("report", "corrected")
IDENTITY = [*KEY, "gan_seed", "member"]
NEEDED = [*IDENTITY, "gan_steps", "optimizer_steps", "accuracy_report", "accuracy_corrected"]


def read_scores(path: Path) -> pd.DataFrame:
    """Read a scores.csv; raises `UserError` if it is unreadable, empty or lacks columns."""
    try:
        scores = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read ({error}); run its command again") from error
    lacking = [name for name in NEEDED if name not in scores]
    if lacking or scores.empty:
        what = f"lacks {', '.join(lacking)}" if lacking else "has no rows"
        raise UserError(f"{path} {what}; it is not the scores of a finished run")
    return scores.astype({"alpha": float, "ratio": float, "size": int, "gan_seed": int})


def build_table(
    table: Table, scores: pd.DataFrame, protocol: str, report: Report, *, not_run: bool = True
) -> pd.DataFrame:
    """Build `table` under `protocol`: one row a cell, accuracies in 0…1, in the order of the key.

    Columns: protocol, alpha, size, ratio (if the rows have it), gan_steps and optimizer_steps (the
    most in the row), and of each arm "<arm> mean", sd, low, high, n_members, n_gan_seeds and
    interval_over; of each difference also p and p_sign; "<arm> reported" is the report's
    number at its own alpha. With `not_run`, cells that only the report has make rows too.
    """
    accuracies = Accuracies(scores, protocol)
    rows = []
    for row in _row_keys(table, accuracies, report, not_run):
        values = {"protocol": protocol, **row, **_steps(table, accuracies, row)}
        for column in table.columns:
            cell = column.cell.at(**row)
            if column.reported:
                alpha = row["alpha"] if table.compares_alphas else report.alpha
                quoted = column.cell.at(**{**row, "alpha": alpha})
                values[f"{column.arm} reported"] = quoted.reported(report.numbers)
            values |= _described(column.arm, estimate(cell.values(accuracies)))
        for contrast in table.differences:
            meant = contrast.at(**row)
            # Where both arms are the same cell there is nothing to compare.
            if len({cell.canonical() for _, cell in meant.terms}) > 1:
                found = estimate(meant.values(accuracies))
            else:
                found = estimate(accuracies.nothing)
            values |= _described(contrast.label, found)
            values[f"{contrast.label} p"] = found.p_value
            values[f"{contrast.label} p_sign"] = found.p_sign
        rows.append(values)
    return pd.DataFrame(rows)


def write_tables(scores: pd.DataFrame, report: Report, directory: Path) -> list[Path]:
    """Write each table of `report` that has a score as `table_<number>.csv`, both protocols."""
    written = []
    for table in report.tables:
        built = pd.concat(
            [build_table(table, scores, protocol, report) for protocol in PUBLISHED_PROTOCOLS]
        )
        if has_scores(table, built):
            path = Path(directory) / f"table_{table.number}.csv"
            with written_whole(path) as aside:
                built.round(6).to_csv(aside, index=False)
            written.append(path)
    return written


def has_scores(table: Table, built: pd.DataFrame) -> bool:
    """Tell whether anything that the table is about was run."""
    about = [column.arm for column in table.columns if column.arm in table.rows_from]
    return not built.empty and any(built[f"{arm} n_members"].any() for arm in about)


def main_alpha(scores: pd.DataFrame, report: Report) -> float:
    """Return the alpha to speak of: the report's if "gan" was run there, else the one most used."""
    mixed = scores[scores["arm"] == "gan"]
    alphas = (mixed if len(mixed) else scores)["alpha"].value_counts()
    return report.alpha if report.alpha in alphas.index else float(alphas.index[0])


def alphas_of(scores: pd.DataFrame, report: Report) -> list[float]:
    """Return all alphas at which "gan" was run (else all there are), `main_alpha` first."""
    mixed = scores[scores["arm"] == "gan"]
    alphas = {float(alpha) for alpha in (mixed if len(mixed) else scores)["alpha"]}
    first = main_alpha(scores, report)
    return [first, *sorted(alphas - {first})]


def _row_keys(
    table: Table, accuracies: Accuracies, report: Report, not_run: bool
) -> list[dict[str, float]]:
    """Return alpha, size and, if the table has it, ratio of each row, sorted."""
    known = accuracies.cells()
    of_arms = {cell for cell in known if cell.arm in table.rows_from}
    smallest = min((cell.size for cell in of_arms), default=None)
    if not_run:
        quoted = {
            cell for cell in report.numbers if table.compares_alphas or cell.alpha == report.alpha
        }
        known |= quoted
        ours = {tuple(getattr(cell, name) for name in table.by[1:]) for cell in of_arms}
        of_arms |= {
            cell
            for cell in quoted
            if cell.arm in table.rows_from
            # At another alpha, ours have the quoted number beside them already.
            and (
                table.compares_alphas
                or tuple(getattr(cell, name) for name in table.by[1:]) not in ours
            )
        }
    # R = 0 stands in the scores under another arm's name, and makes a row where this arm has one.
    at_zero = {replace(cell, ratio=0.0) for cell in of_arms}
    of_arms |= {cell for cell in at_zero if cell.canonical() in known}
    if table.compares_alphas:
        smallest = smallest or min((cell.size for cell in of_arms), default=None)
        of_arms = {cell for cell in of_arms if cell.size == smallest}
    keys = {tuple(getattr(cell, name) for name in table.by) for cell in of_arms}
    return [dict(zip(table.by, key)) for key in sorted(keys)]


def _steps(table: Table, accuracies: Accuracies, row: dict[str, float]) -> dict[str, float]:
    """Steps of the GANs and of the classifier in a row; NaN where nothing was run."""
    parts = [accuracies.rows(column.cell.at(**row)) for column in table.columns]
    parts = [rows for rows in parts if rows is not None]
    return {
        name: max((rows[name].max() for rows in parts), default=np.nan)
        for name in ("gan_steps", "optimizer_steps")
    }


def _described(name: str, found: Estimate) -> dict[str, float | str]:
    told = ("mean", "sd", "low", "high", "n_members", "n_gan_seeds")
    values = {f"{name} {part}": getattr(found, part) for part in told}
    return values | {f"{name} interval_over": found.interval_over if found.n_members else ""}
