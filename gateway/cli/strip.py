"""The route strip: every office on the way in travel order, and what it says, in 80 columns."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

PER_ROW = 4
"""Offices side by side; a longer route goes on in the next row."""

COLUMN = 20
"""Columns of one office, with the line that leads to the next."""

_GAP = 2

_MARKS = {"pass": "✓", "fail": "✗", "unknown": "?"}
_PLAIN = {"pass": "+", "fail": "x", "unknown": "?"}
_STYLES = {"pass": "bold green", "fail": "bold red", "unknown": "bold yellow"}

Office = Mapping[str, Any]
"""One office of a verdict, with the members of ``POST /v1/validations``."""


def print_strip(offices: Sequence[Office], stream: TextIO | None = None) -> None:
    """Print the strip; colour only on a terminal, and never alone."""
    from rich.console import Console
    from rich.text import Text

    stream = stream or sys.stdout
    console = Console(file=stream, highlight=False, soft_wrap=True)
    for line in strip(offices, plain=not _unicode(stream)):
        text = Text(line)
        for word, style in _STYLES.items():
            text.highlight_regex(rf"[✓✗?x+] {word}\b", style)
        console.print(text)


def _unicode(stream: TextIO) -> bool:
    return (stream.encoding or "utf-8").lower().replace("-", "") == "utf8"


def strip(offices: Sequence[Office], *, plain: bool = False) -> Iterator[str]:
    """Yield the lines of the strip, none longer than 80 columns; ``plain`` keeps to ASCII."""
    for start in range(0, len(offices), PER_ROW):
        row = offices[start : start + PER_ROW]
        goes_on = start + PER_ROW < len(offices)
        yield _verdicts(row, goes_on=goes_on, plain=plain)
        told = [[str(one[key]) for one in row] for key in ("office", "name", "role")]
        told.append([_time(one["expected_office_time"]) for one in row])
        yield from (_texts(texts) for texts in told if any(texts))
        yield ""


def _verdicts(row: Sequence[Office], *, goes_on: bool, plain: bool) -> str:
    marks = _PLAIN if plain else _MARKS
    rule = "-" if plain else "─"
    cells = []
    for place, one in enumerate(row):
        told = f"{marks[one['verdict']]} {one['verdict']} "
        last = place == len(row) - 1 and not goes_on
        cells.append(told if last else told.ljust(COLUMN - 1, rule) + " ")
    return "".join(cells).rstrip()


def _texts(texts: Sequence[str]) -> str:
    return "".join(_fitted(text, COLUMN) for text in texts).rstrip()


def _fitted(text: str, columns: int) -> str:
    """Cut and pad to that many columns; Chinese characters take two."""
    from rich.cells import cell_len, set_cell_size

    text = "".join(character for character in text if character.isprintable())
    if cell_len(text) > columns - _GAP:
        text = set_cell_size(text, columns - _GAP - 1).rstrip() + "…"
    return set_cell_size(text, columns)


def _time(local: str | None) -> str:
    """Say an office's own time without the seconds: ``2026-11-24 08:00``."""
    return local[:16].replace("T", " ") if local else ""
