"""Files of JSON lines that grow by one record at a time: `metrics.jsonl`, `cells.jsonl`."""

import json
from collections.abc import Callable
from pathlib import Path

from gan_augment.common.errors import UserError
from gan_augment.common.files import written_whole


class MetricsLog:
    """A list of records that is also a file of JSON lines (or only a list, without a path).

    `read_only` leaves the file as it is: for all workers but the one that writes.
    """

    def __init__(self, path: Path | None = None, *, read_only: bool = False):
        self.records: list[dict] = []
        self.path = None if read_only else path
        if path and path.exists():
            whole, _, cut_off = path.read_text().rpartition("\n")
            self.records = [json.loads(line) for line in whole.splitlines()]
            if cut_off:  # by a kill; what follows must not be glued to it
                self.keep(lambda record: True)

    def append(self, record: dict) -> None:
        """Add a record at the end."""
        self.records.append(record)
        if self.path:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with open(self.path, "a") as file:
                    file.write(json.dumps(record) + "\n")
            except OSError as error:
                raise UserError(
                    f"cannot write {self.path}: {error.strerror}; free space and run the same "
                    "command again"
                ) from error

    def keep(self, condition: Callable[[dict], bool]) -> None:
        """Drop the records that do not meet `condition`: those later than a checkpoint."""
        self.records = [record for record in self.records if condition(record)]
        if self.path and self.path.exists():
            with written_whole(self.path) as aside:
                aside.write_text("".join(json.dumps(record) + "\n" for record in self.records))
