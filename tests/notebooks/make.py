"""Make the notebooks of `notebooks/` from the texts beside this file.

    python tests/notebooks/make.py                     write them all
    python tests/notebooks/make.py --check             say which are not what their texts make
    python tests/notebooks/make.py --execute leung     run it (quick), and keep the outputs

A text is Markdown; a fence of Python in it is a cell of code. The cell that installs comes before
the first of them, and a line `<!-- cell: NAME -->` stands for the cell of that name in common.md,
which several notebooks share. The badge for Colab and the address to clone come from `Repository`
in pyproject.toml: where it has none there is no badge, and this command again puts it in.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import time
import tomllib
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NOTEBOOKS = ROOT / "notebooks"
SECONDS = 900  # for a cell

FENCE = re.compile(r"^```python\n(.*?)^```$|^<!-- cell: (\w+) -->$", re.M | re.S)
MISSING = 'raise RuntimeError("upload a copy of the project (a .zip) beside this notebook")'
# Of a machine: what begins at its root, or at a drive of Windows.
MACHINE_PATH = re.compile(r"(?<![\w.:/])/(?:home|root|tmp|usr|opt|mnt|var|work|Users)/|\b[A-Z]:\\")
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def names() -> list[str]:
    """Return the names of all notebooks."""
    return sorted(path.stem for path in (HERE / "text").glob("*.md"))


def repository() -> str | None:
    """Return the project's public address, None if it has none."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project.get("urls", {}).get("Repository")


def badge(name: str, address: str | None) -> str:
    """Return the badge that opens a notebook in Colab: nothing without an address on GitHub."""
    on_github = re.fullmatch(r"https://github\.com/([^/]+/[^/]+?)(?:\.git)?/?", address or "")
    if not on_github:
        return ""
    place = f"github/{on_github[1]}/blob/main/notebooks/{name}.ipynb"
    picture = "https://colab.research.google.com/assets/colab-badge.svg"
    return f"[![Open in Colab]({picture})](https://colab.research.google.com/{place})"


def common(address: str | None) -> dict[str, str]:
    """Return the cells that notebooks share, by name."""
    text = (HERE / "common.md").read_text(encoding="utf-8")
    cells = dict(re.findall(r"^## (\w+)\n.*?^```python\n(.*?)^```$", text, re.M | re.S))
    if address:
        clone = f'subprocess.run(["git", "clone", "--quiet", "{address}", "copy"], check=True)'
        cells["install"] = cells["install"].replace(MISSING, f"{clone}\n        ROOT = project()")
    return cells


def built(name: str, address: str | None) -> dict:
    """Return a notebook without outputs."""
    shared = common(address)
    text = (HERE / "text" / f"{name}.md").read_text(encoding="utf-8")
    title, _, rest = text.partition("\n")
    text = "\n\n".join(filter(None, (title, badge(name, address), rest)))
    parts, end = [], 0
    for found in FENCE.finditer(text):
        parts.append(("markdown", text[end : found.start()]))
        parts.append(("code", found[1] if found[1] is not None else shared[found[2]]))
        end = found.end()
    parts.append(("markdown", text[end:]))
    parts.insert(1, ("code", shared["install"]))
    parts = [(kind, source.strip()) for kind, source in parts if source.strip()]
    cells = [cell(kind, source, f"{name}-{k}") for k, (kind, source) in enumerate(parts)]
    return {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}


def cell(kind: str, source: str, identity: str) -> dict:
    """Return a cell of a notebook's JSON."""
    found = {"cell_type": kind, "id": identity, "metadata": {}}
    if kind == "code":
        found |= {"execution_count": None, "outputs": []}
    return found | {"source": source.splitlines(keepends=True)}


def code(notebook: dict) -> list[dict]:
    """Return the cells of code."""
    return [each for each in notebook["cells"] if each["cell_type"] == "code"]


def without_outputs(notebook: dict) -> dict:
    """Return a notebook as it is made."""
    bare = json.loads(json.dumps(notebook))
    for each in code(bare):
        each |= {"execution_count": None, "outputs": []}
    return bare


def read(name: str) -> dict | None:
    """Return the committed notebook, None if there is none."""
    path = NOTEBOOKS / f"{name}.ipynb"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def with_known_outputs(notebook: dict, before: dict | None) -> dict:
    """Return a notebook with the outputs that it had, if its code is still the same."""
    old, new = code(before or {"cells": []}), code(notebook)
    if [each["source"] for each in old] == [each["source"] for each in new]:
        for ours, theirs in zip(new, old):
            ours |= {name: theirs[name] for name in ("execution_count", "outputs")}
    return notebook


def write(notebook: dict, path: Path) -> None:
    """Write a notebook's JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def execute(notebook: dict) -> dict:
    """Run a notebook with this package and no data but what it carries; return it with outputs.

    It runs in an empty directory, beside links to the package and its results, so nothing of an
    earlier run is found. Raises what nbclient raises if a cell fails; `ValueError` if an output
    shows a path of this machine.
    """
    import nbformat
    from nbclient import NotebookClient

    os.environ.pop("GAN_AUGMENT_DATA", None)
    os.environ |= {"PYTHONPATH": str(ROOT), "GAN_AUGMENT_QUIET": "1"}
    with tempfile.TemporaryDirectory() as place:
        for name in ("gan_augment", "results"):
            (Path(place) / name).symlink_to(ROOT / name)
        (Path(place) / "notebooks").mkdir()
        os.environ["IPYTHONDIR"] = str(Path(place) / "ipython")
        done = NotebookClient(
            nbformat.reads(json.dumps(notebook), as_version=4),
            timeout=SECONDS,
            kernel_name="python3",
            resources={"metadata": {"path": str(Path(place) / "notebooks")}},
            coalesce_streams=True,
        ).execute()
    done = json.loads(nbformat.writes(done))
    executed = without_outputs(notebook)
    for ours, theirs in zip(code(executed), code(done)):
        ours |= {name: theirs[name] for name in ("execution_count", "outputs")}
    print("seconds of the cells:", *map(seconds, code(done)), flush=True)
    if shown := machine_paths(executed):
        raise ValueError(f"paths of this machine: {shown}")
    return executed


def seconds(executed: dict) -> str:
    """Return how long a cell took, from the times that nbclient keeps."""
    times = executed["metadata"]["execution"]
    began, ended = (
        datetime.fromisoformat(times[name])
        for name in ("iopub.execute_input", "shell.execute_reply")
    )
    return f"{(ended - began).total_seconds():.1f}"


def machine_paths(notebook: dict) -> list[str]:
    """Return the lines of a notebook, sources and texts of outputs, that show such a path."""
    lines = []
    for each in notebook["cells"]:
        lines += each["source"]
        for output in each.get("outputs", []):
            texts = [output.get("text", []), output.get("traceback", [])]
            texts += [v for k, v in output.get("data", {}).items() if k.startswith("text/")]
            lines += [line for text in texts for line in "".join(text).splitlines()]
    return [line for line in lines if MACHINE_PATH.search(line)]


def main() -> int:
    """Do what the command line says; return 1 if a notebook is not what its text makes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="notebooks (default: all)")
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--execute", action="store_true", help="run them and keep the outputs")
    parser.add_argument("--into", type=Path, default=NOTEBOOKS, help="where to write")
    options = parser.parse_args()
    if unknown := set(options.names) - set(names()):
        parser.error(f"there is no text of {', '.join(sorted(unknown))}")
    address, differing = repository(), []
    for name in options.names or names():
        notebook, before = built(name, address), read(name)
        if options.check:
            differing += [name] if before is None or without_outputs(before) != notebook else []
            continue
        began = time.monotonic()
        if options.execute:
            notebook = execute(notebook)
            print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
        else:
            notebook = with_known_outputs(notebook, before)
        write(notebook, options.into / f"{name}.ipynb")
    for name in differing:
        print(f"notebooks/{name}.ipynb is not what its text makes; run {Path(__file__).name}")
    return bool(differing)


if __name__ == "__main__":
    sys.exit(main())
