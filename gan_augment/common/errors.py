"""Mistakes that a user can mend end with one sentence and exit code 2, never with a traceback."""

import sys
from collections.abc import Callable


class UserError(Exception):
    """Something the caller can mend; the message is one sentence: what is wrong and what to do."""


def run_command(main: Callable[[], object]) -> None:
    """Run a command's `main`; a `UserError` becomes one line and exit code 2, Ctrl-C code 130."""
    try:
        main()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("interrupted: what is finished is kept, the same command continues", file=sys.stderr)
        sys.exit(130)
