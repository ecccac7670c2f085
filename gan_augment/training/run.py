"""The run directory: what a command was asked, on which data, with which versions."""

from __future__ import annotations

import argparse
import json
import os
import shlex
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from gan_augment.common.errors import UserError
from gan_augment.common.files import read_json, write_json
from gan_augment.common.locks import HeldError, Lock
from gan_augment.common.progress import warn
from gan_augment.common.versions import version_sets, versions

AND = " && "


def command_line(
    experiment: str,
    arguments: Sequence[str],
    *,
    local: Collection[str],
    flags: Collection[str] = (),
) -> str:
    """Return the command that makes a run anywhere: without the options that name local paths.

    And without `flags`, options that take no value.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in local:
        parser.add_argument(f"--{name}")
    for name in flags:
        parser.add_argument(f"--{name}", action=argparse.BooleanOptionalAction)
    rest = parser.parse_known_args(arguments)[1]
    return shlex.join(["python", "-m", f"gan_augment.{experiment}", *rest])


class RunDirectory:
    """A directory that belongs to one command with one set of options.

    `options` is plain JSON. The same options again continue the run. Those named in `selection`
    say which cells to do and not what a cell is: they may change from one call to the next. Any
    other difference, a directory with other things in it, one that another process works in, or
    one that cannot be written to raises `UserError`. `facts` (versions and the like) are recorded
    beside the options and not compared; `about` is all that is recorded.
    """

    def __init__(
        self,
        path: Path,
        experiment: str,
        options: Mapping,
        *,
        selection: Collection[str] = (),
        facts: Mapping | None = None,
        read_only: bool = False,
    ):
        self.path = Path(path)
        self._read_only = read_only
        self._file = self.path / "options.json"
        options = json.loads(json.dumps({"experiment": experiment, **options}))  # tuples are lists
        self.about = {**options, "versions": [versions()], **(facts or {})}
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            contents = [name for name in os.listdir(self.path) if not name.startswith(".")]
        except OSError as error:
            raise UserError(
                f"cannot use {self.path} for the run: {error.strerror}; choose another --out"
            ) from error
        if self._file.exists():
            before = read_json(self._file)
            self._compare(before, options, selection)
            self._add_commands_of(before)
            self._add_versions_of(before)
        elif contents:
            raise UserError(
                f"{self.path} is not empty and not the directory of a run; choose another --out"
            )
        self._lock = None if read_only else self._hold()
        self._write(complete=False)

    def finish(self) -> None:
        """Mark the run as complete."""
        self._write(complete=True)
        if self._lock:
            self._lock.release()

    def _hold(self) -> Lock:
        try:
            return Lock(self.path / ".lock")
        except HeldError as error:
            raise UserError(
                f"{error} works in {self.path}; wait until it ends, or choose another --out"
            ) from error

    def _write(self, complete: bool) -> None:
        if not self._read_only:
            write_json(self._file, {**self.about, "complete": complete})

    def _compare(self, before: dict, options: Mapping, selection: Collection[str]) -> None:
        for name, value in options.items():
            # An option that did not exist then counts as one that was not given.
            if name not in selection and before.get(name) != value and (name in before or value):
                raise UserError(
                    f"{self.path} holds a run with {name} = {before.get(name)!r}, not {value!r}; "
                    "choose another --out or the same options"
                )

    def _add_commands_of(self, before: dict) -> None:
        """Keep what earlier calls with another selection were asked: it is in the run as well."""
        commands = [*before.get("command", "").split(AND), self.about.get("command", "")]
        self.about["command"] = AND.join(dict.fromkeys(filter(None, commands)))

    def _add_versions_of(self, before: dict) -> None:
        """Keep which versions earlier calls had, and say so if this one has others."""
        known, (ours,) = version_sets(before.get("versions")), self.about["versions"]
        self.about["versions"] = known if ours in known else [*known, ours]
        if known and ours not in known and not self._read_only:
            first = known[0]
            differing = ", ".join(
                f"{name} {first.get(name, 'unknown')}, now {ours.get(name, 'unknown')}"
                for name in {**first, **ours}
                if first.get(name) != ours.get(name)
            )
            warn(
                f"{self.path} was begun with other versions ({differing}), so its results may not "
                "be alike; all are recorded, and another --out keeps them apart"
            )
