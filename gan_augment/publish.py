"""Publish finished runs: tables, figures and scores to results/, and the pages of all.

    python -m gan_augment.publish runs/mnist runs/mnist-alpha-1

Runs of one experiment are merged, with one another and with what is published already. Scores of
the same options replace published ones; the same cell with other options is refused. Of the
convergence and collapse studies one run each is published, the latest named. Without a run,
everything is drawn and written anew from the published scores: results/README.md, the same as one
page for a browser in results/index.html, and the marked tables of the README.md beside results/.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import lazy_loader
import tyro

from gan_augment import reporting
from gan_augment.common.errors import UserError, run_command
from gan_augment.common.files import read_json, write_json

pd = lazy_loader.load("pandas")

# Of options.json, what says nothing about how a score came about.
FACTS = ("versions", "command", "complete", "selection", "protocol")

# What cannot be drawn anew from scores, and is copied.
PICTURES = ("samples*.png", "generated*.png", "training*.png")


@dataclass(frozen=True)
class Config:
    """Options of the command."""

    runs: tyro.conf.Positional[tuple[Path, ...]] = ()
    """Directories of finished runs; none: only write everything anew."""
    results: Path = Path("results")
    """Where results are published."""
    replace: bool = False
    """Drop published runs that contradict the new ones, instead of refusing."""


@dataclass
class Run:
    """A run: what it was asked, its scores, its pictures."""

    about: dict
    """experiment, run (a short hash of all options), command, options, versions."""
    scores: pd.DataFrame
    pictures: dict[str, Path]
    """Where a picture is, by the name that it is to have."""

    @property
    def recipe(self) -> dict:
        """What makes a cell's scores what they are: options that do not only select cells."""
        return {k: v for k, v in self.about["options"].items() if k not in self.about["selection"]}

    def cells(self) -> set[tuple]:
        """The (alpha, size, arm, ratio, gan_seed, member) of each score."""
        return set(self.scores[reporting.IDENTITY].itertuples(index=False, name=None))

    def without(self, cells: set[tuple]) -> Run:
        """Return the run less the scores of `cells`."""
        keys = self.scores[reporting.IDENTITY].itertuples(index=False, name=None)
        kept = [key not in cells for key in keys]
        return Run(self.about, self.scores[kept], self.pictures)


def publish(config: Config) -> None:
    """Merge `config.runs` into what is published, then write every experiment and page anew."""
    places = [file.parent for file in config.results.glob("**/runs.json")]
    if not config.runs and not places:
        raise UserError(f"nothing is published in {config.results}; name a finished run")
    published = {
        place.name: read_published(place)
        for place in places
        if not reporting.study_of(place.relative_to(config.results))
    }
    for path in config.runs:
        about = told_by(path)
        place = reporting.place_of(about["experiment"])
        if study := reporting.study_of(place):
            publish_study(path, about, study, config.results / place)
            continue
        run = read_run(path)
        experiment = run.about["experiment"]
        published[experiment] = merged(published.get(experiment, []), run, config.replace)
    for experiment, runs in sorted(published.items()):
        write_experiment(config.results / experiment, runs)
        print(f"{config.results / experiment}: {sum(len(r.scores) for r in runs):,} scores", end="")
        print(f" of {len(runs)} run{'s' if len(runs) > 1 else ''}")
    print(reporting.write_page(config.results))
    print(reporting.write_index(config.results))
    if front := reporting.write_front(config.results.parent / "README.md", config.results):
        print(front)


def told_by(path: Path) -> dict:
    """Read what a run says about itself; raises `UserError` if it is none, or not finished."""
    if not (path / "options.json").is_file():
        raise UserError(
            f"{path} has no options.json, so it is not a finished run; run its command to the end"
        )
    told = read_json(path / "options.json")
    if not told.get("complete", True) or "experiment" not in told:
        raise UserError(f"{path} is not a finished run; give its command again and it continues")
    options = {k: v for k, v in told.items() if k not in ("experiment", *FACTS)}
    text = json.dumps([told["experiment"], options], sort_keys=True)
    return {
        "run": hashlib.sha256(text.encode()).hexdigest()[:8],
        "experiment": told["experiment"],
        "command": told.get("command", ""),
        "options": options,
        "selection": told.get("selection", []),
        "versions": told.get("versions", {}),
    }


def publish_study(path: Path, about: dict, study, directory: Path) -> None:
    """Copy the files of a study's run to `directory`, in place of what is there."""
    files = [path / name for name in study.files]
    for file in files:
        if not file.is_file():
            raise UserError(f"{path} has no {file.name}; run its command to the end")
    with replaced(directory) as aside:
        for file in (*files, *filter(Path.is_file, (path / name for name in study.perhaps))):
            shutil.copyfile(file, aside / file.name)
        write_json(aside / "runs.json", [about])
    print(f"{directory}: {about['command']}")


def read_run(path: Path) -> Run:
    """Read a run's directory; raises `UserError` if it is none, or not finished."""
    about = told_by(path)
    if not (path / "scores.csv").is_file():
        raise UserError(
            f"{path} has no scores.csv, so it is not a finished run; run its command to the end"
        )
    pictures = {
        f"{file.stem}_{about['run']}.png": file for glob in PICTURES for file in path.glob(glob)
    }
    scores = reporting.read_scores(path / "scores.csv").assign(run=about["run"])
    return Run(about, scores, pictures)


def read_published(directory: Path) -> list[Run]:
    """Read back what `write_experiment` wrote."""
    scores = reporting.read_scores(directory / "scores.csv")
    return [
        Run(
            about,
            scores[scores["run"] == about["run"]],
            {file.name: file for file in directory.glob(f"*_{about['run']}.png")},
        )
        for about in read_json(directory / "runs.json")
    ]


def merged(runs: list[Run], new: Run, replace: bool = False) -> list[Run]:
    """Add `new` to `runs`; its scores replace those of the same cells and options.

    Raises `UserError` if a cell is there with other options, or on other data; with `replace` the
    runs that have it so are dropped.
    """
    kept = []
    for run in runs:
        contradiction = contradicts(run, new)
        if contradiction and not replace:
            raise UserError(
                f"{new.about['command'] or new.about['run']!r} and the published "
                f"{run.about['command'] or run.about['run']!r} {contradiction}; "
                "publish it elsewhere (--results), or drop what is published with --replace"
            )
        run = run.without(new.cells())
        if not contradiction and run.about["run"] != new.about["run"] and len(run.scores):
            kept.append(run)
    return [*kept, new]


def contradicts(run: Run, new: Run) -> str:
    """Say why two runs cannot stand in one table; empty if they can."""
    data = [each.about["options"].get("data") for each in (run, new)]
    if data[0] != data[1]:
        return "used other data"
    shared = run.cells() & new.cells()
    differing = [
        name
        for name in sorted(run.recipe.keys() | new.recipe.keys())
        if run.recipe.get(name) != new.recipe.get(name)
    ]
    if shared and differing:
        alpha, size, arm, ratio, *_ = sorted(shared)[0]
        return (
            f"both have α = {alpha:g}, {size} images, {arm}, R = {ratio:g}, "
            f"but differ in {', '.join(differing)}"
        )
    return ""


def write_experiment(directory: Path, runs: list[Run]) -> None:
    """Write scores, tables, figures and runs.json of one experiment, whole or not at all."""
    with replaced(directory) as aside:
        scores = pd.concat([run.scores for run in runs], ignore_index=True)
        scores = scores.sort_values(reporting.IDENTITY, ignore_index=True)
        report = reporting.report_of({"experiment": directory.name, **runs[0].about["options"]})
        reporting.write_results(scores, "corrected", report, aside)
        for run in runs:
            for name, picture in run.pictures.items():
                shutil.copyfile(picture, aside / name)
        write_json(aside / "runs.json", [run.about for run in runs])


@contextlib.contextmanager
def replaced(directory: Path) -> Iterator[Path]:
    """Yield an empty directory that takes the place of `directory` if all goes well."""
    aside = directory.with_name(f".{directory.name}.new")
    before = directory.with_name(f".{directory.name}.before")
    try:
        for leftover in (aside, before):
            shutil.rmtree(leftover, ignore_errors=True)
        aside.mkdir(parents=True)
        yield aside
        if directory.exists():
            os.replace(directory, before)
        os.replace(aside, directory)
    except OSError as error:
        raise UserError(f"cannot write {directory}: {error.strerror or error}") from error
    finally:
        if before.exists() and not directory.exists():
            os.replace(before, directory)
        for leftover in (aside, before):
            shutil.rmtree(leftover, ignore_errors=True)


if __name__ == "__main__":
    run_command(
        lambda: publish(tyro.cli(Config, prog="python -m gan_augment.publish", description=__doc__))
    )
