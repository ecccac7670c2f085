"""One command in front of all: `gan-augment mnist …` is `python -m gan_augment.mnist …`."""

from __future__ import annotations

import ast
import difflib
import runpy
import sys
from pathlib import Path

NOT_COMMANDS = {"__init__", "__main__", "experiment"}


def commands() -> dict[str, str]:
    """Return what every command is about: the first line of its module, which is not imported."""
    here = Path(__file__).parent
    files = {path.stem: path for path in here.glob("*.py") if path.stem not in NOT_COMMANDS}
    files |= {path.parent.name: path for path in here.glob("*/__main__.py")}
    found = {}
    for name, path in sorted(files.items()):
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        found[name] = text.splitlines()[0]
    return found


def main() -> None:
    """Run the command named first, or list all."""
    name, *rest = sys.argv[1:] or ["--help"]
    known = commands()
    if name in ("-h", "--help"):
        print("usage: gan-augment COMMAND [options]\n")
        width = max(map(len, known))
        for command, about in known.items():
            print(f"  {command:{width}}  {about}")
        print("\ngan-augment COMMAND --help says more.")
        return
    name = name.replace("-", "_")
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "gan-augment --help lists the commands"
        print(f"error: there is no command {name!r}; {hint}", file=sys.stderr)
        sys.exit(2)
    sys.argv = [f"gan-augment {name}", *rest]
    runpy.run_module(f"gan_augment.{name}", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
