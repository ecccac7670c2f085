"""The tables of README.md that are made and not typed, each between a pair of marks."""

from __future__ import annotations

import re
from pathlib import Path

from gan_augment.common.files import written_whole
from gan_augment.reporting.headlines import reports_table
from gan_augment.reporting.methods import methods_table


def write_front(readme: Path, results: Path) -> Path | None:
    """Bring the tables of `readme` up to date with `results`; None if there is nothing to do.

    A README that is not there, or has none of the marks `<!-- reports -->` … `<!-- /reports -->`
    and `<!-- methods -->` … `<!-- /methods -->`, is left alone.
    """
    if not readme.is_file():
        return None
    before = readme.read_text(encoding="utf-8")
    after = front(before, readme.parent, results)
    if after == before:
        return None
    with written_whole(readme) as aside:
        aside.write_text(after, encoding="utf-8")
    return readme


def front(text: str, root: Path, results: Path) -> str:
    """Return the text of the README of the checkout `root` with its tables made anew."""
    page = (results / "README.md").read_text(encoding="utf-8")
    for name, table in (
        ("reports", reports_table(page, f"{results.name}/README.md")),
        ("methods", methods_table(root)),
    ):
        marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text = marks.sub(lambda found, table=table: f"{found[1]}\n{table}\n\n{found[2]}", text)
    return text
