"""What a simulated system writes down: JSON lines that a restarted one reads back.

Lines are flushed to the operating system before anything is answered, so they survive the death of
the process; the machine's own death is not simulated here.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

Line = Mapping[str, Any]

_spelled = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


class Journal:
    """One file of JSON lines, appended to and read back."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._drop_torn_line()
        self._file: TextIO = path.open("a", encoding="utf-8")

    def _drop_torn_line(self) -> None:
        """Cut off a last line that a killed process did not finish."""
        if not self.path.exists():
            return
        content = self.path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) != len(content):
            self.path.write_bytes(whole)

    def append(self, line: Line) -> None:
        """Write one line and hand it to the operating system."""
        self._file.write(_spelled(line) + "\n")
        self._file.flush()

    def lines(self) -> Iterator[dict[str, Any]]:
        """Read everything from the beginning."""
        with self.path.open(encoding="utf-8") as file:
            for text in file:
                yield json.loads(text)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
