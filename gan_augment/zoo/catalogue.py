"""What is in the zoo, without loading any of it."""

from __future__ import annotations

import difflib
from pathlib import Path

from gan_augment.common.errors import UserError
from gan_augment.common.files import read_json
from gan_augment.zoo.known import PRESETS

SHIPPED = Path(__file__).parent / "shipped"
FACTS = "facts.json"


def presets() -> dict[str, dict]:
    """Return every preset by name: its dictionary (see `known.py`), and `weights`.

    These are the facts about the weights that ship with the package (see `add`), or None.
    """
    return {name: preset(name) for name in PRESETS}


def preset(name: str) -> dict:
    """Return one of `presets`; raises `UserError` if there is none of this name."""
    if name not in PRESETS:
        near = difflib.get_close_matches(name, PRESETS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(PRESETS)}"
        raise UserError(f"the zoo has no preset {name!r}; {hint}")
    shipped = (SHIPPED / name / FACTS).is_file()
    return {**PRESETS[name], "weights": facts_in(SHIPPED / name) if shipped else None}


def facts_in(directory: Path) -> dict:
    """Read what `add` recorded beside weights; raises `UserError` if there are none."""
    if not (directory / FACTS).is_file():
        raise UserError(
            f"there are no weights in {directory}; make them with "
            "`python -m gan_augment.zoo NAME --add RUN`, or load the preset with weights=None"
        )
    return read_json(directory / FACTS)
