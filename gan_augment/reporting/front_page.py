"""What of README.md is made and not typed, each part between a pair of marks."""

from __future__ import annotations

import re
from pathlib import Path

from gan_augment.common.files import written_whole
from gan_augment.reporting.headlines import REPORTS, reports_table
from gan_augment.reporting.methods import methods_table
from gan_augment.reporting.studies import STUDIES

STAR, FOOTNOTE = " (*)", "(*) No results published yet."
PUBLISHING = {*STUDIES, *(name for report in REPORTS for name in report.experiments)}
# What commands publish under other names than their own.
FURTHER = {"convergence": ("collapse",), "cyclegan": ("translation",)}


def write_front(readme: Path, results: Path) -> Path | None:
    """Bring the tables of `readme` up to date with `results`; None if there is nothing to do.

    A README that is not there, or has none of the marks `<!-- commands -->` … `<!-- /commands -->`,
    `<!-- reports -->` … and `<!-- methods -->` …, is left alone.
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
    for name, made in (
        ("commands", lambda before: starred(before, page)),
        ("reports", lambda _: reports_table(page, f"{results.name}/README.md")),
        ("methods", lambda _: methods_table(root)),
    ):
        marks = re.compile(rf"(<!-- {name} -->\n)(.*?)(<!-- /{name} -->)", re.DOTALL)
        text = marks.sub(
            lambda found, made=made: f"{found[1]}\n{made(found[2].strip())}\n\n{found[3]}", text
        )
    return text


def starred(table: str, page: str) -> str:
    """Return the table of commands with a star on rows of which `page` has no results.

    Commands that publish nothing have none; a row with several commands has one as long as none of
    them has results. The rest of the table stays as it is. A footnote says what the star means.
    """
    published = set(re.findall(r"^## (\w+)", page, re.MULTILINE))
    lines = []
    for line in table.removesuffix(FOOTNOTE).rstrip().splitlines():
        row = line.replace(f"{STAR} |", " |")
        commands = PUBLISHING.intersection(re.findall(r"`python -m gan_augment\.(\w+)", row))
        names = {name for each in commands for name in (each, *FURTHER.get(each, ()))}
        missing = names and not names & published
        lines.append(f"{row.removesuffix(' |')}{STAR} |" if missing else row)
    if any(line.endswith(f"{STAR} |") for line in lines):
        lines += ["", FOOTNOTE]
    return "\n".join(lines)
