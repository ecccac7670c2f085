"""Names of classes as names of folders: whatever is in them, on any file system, and back again.

A class may be called `../x`, `<script>`, `CON` or 🐈. Letters, digits, `-` and `_` stay; any other
character becomes `_x` + its code point in hexadecimal + `_`, as in spreadsheets' XML: `a/b` is
`a_x2F_b`. So do the few that would stay but mean something to somebody:

- `_` before an `x`, else it could be taken for the above;
- `-` and `_` at the start, where shells see an option and Hugging Face something to leave out;
- the second letter of Windows' devices (`CON`), which cannot be the names of files there;
- the second letter of words that Hugging Face takes for parts of a data set (`test`, `dev`);
- all capitals, if two names differ in case alone, which some file systems do not tell apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gan_augment.common.errors import UserError

LONGEST = 200  # of 255 that file systems take
PLAIN = re.compile(r"[A-Za-z0-9_-]")
ESCAPE = re.compile(r"_x([0-9A-F]*)_")
DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)")
PARTS = re.compile(
    r"(?<![a-z])(?:train|training|validation|valid|dev|val|test|testing|eval|evaluation)(?![a-z])"
)


def folder_names(class_names: Sequence[str]) -> tuple[str, ...]:
    """Return the name of a folder for each class: ASCII, different in more than case, not empty.

    `class_name` is the inverse. Raises `UserError` for a name that is too long.
    """
    names = [_encode(name, capitals=False) for name in class_names]
    if len({name.lower() for name in names}) < len(set(names)):
        names = [_encode(name, capitals=True) for name in class_names]
    for name, folder in zip(class_names, names):
        if len(folder) > LONGEST:
            raise UserError(
                f"the class name {name[:30] + '…'!r} is too long to name a folder; shorten it"
            )
    return tuple(names)


def class_name(folder: str) -> str:
    """Return the name of the class whose folder it is."""
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else "", folder)


def _encode(name: str, capitals: bool) -> str:
    escaped = [
        not PLAIN.fullmatch(letter)
        or (letter == "_" and name[place + 1 : place + 2] == "x")
        or (letter in "-_" and place == 0)
        or (capitals and letter.isupper())
        for place, letter in enumerate(name)
    ]
    # a word begins and ends at what is escaped too
    seen = "".join(" " if hidden else letter.lower() for letter, hidden in zip(name, escaped))
    words = [found.start() + 1 for found in PARTS.finditer(seen)]
    for place in [*words, *([1] if DEVICES.fullmatch(seen) else [])]:
        escaped[place] = True  # of the first letter "eval" would leave "val"
    text = "".join(
        f"_x{ord(letter):X}_" if hidden else letter for letter, hidden in zip(name, escaped)
    )
    return text or "_x_"
