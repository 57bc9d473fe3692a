"""The picture of a run: a column per office, a line per thing that happened.

On a terminal the lines scroll and a foot stays below them (names of the offices, procedures, what
lies at each link); anywhere else each thing that happened is one plain line. Pure text: what
happened comes in as :class:`Line`, and no line is ever drawn wider than the terminal.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.cells import cell_len, set_cell_size
from rich.text import Text

TIME_WIDTH = 8
"""``16:02:11``."""

NUMBER_WIDTH = 18
"""The longest official numbers (Chinese entry number, MRN) have eighteen characters."""


NAME_WIDTH = 12
"""Cells of an office's name in plain lines."""

NARROWEST = 12
"""Cells a column needs at least: the official numbers of the last office on our road."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A few words that stay together, their style, and how plain lines spell them out."""

    text: str
    style: str = ""
    spelled: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that happened at one office; ``at`` in the zone of that office."""

    at: datetime
    office: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One office: its code, the name on top of its column, and a word for its place."""

    code: str
    name: str
    place: str = ""


class Board:
    """The geometry of a run: which column is where in a terminal of ``width`` cells."""

    def __init__(self, columns: Sequence[Column], width: int) -> None:
        self.columns = tuple(columns)
        self.width = width
        self.widths = _shared(width - TIME_WIDTH - len(columns), len(columns))
        self._place = {column.code: place for place, column in enumerate(self.columns)}

    def head(self) -> list[Text]:
        """Return the lines on top: names and codes."""
        return [
            self.row("local", [(column.name, "bold") for column in self.columns], "dim"),
            self.row("time", [(column.place, "dim") for column in self.columns], "dim"),
            self.rule("┼"),
        ]

    def rule(self, crossing: str) -> Text:
        """Return a line across, with ``crossing`` where the columns meet it."""
        parts = ["─" * TIME_WIDTH, *("─" * width for width in self.widths)]
        return Text(crossing.join(parts), style="dim")

    def row(self, first: str, cells: Sequence[tuple[str, str]], style: str = "") -> Text:
        """Return one line with a text and a style a column, each cut to its column."""
        line = Text().append(set_cell_size(first, TIME_WIDTH), style)
        for (text, look), width in zip(cells, self.widths, strict=True):
            line.append("│", "dim")
            line.append(set_cell_size(_fitted(text, width), width), look)
        return line

    def draw(self, line: Line) -> list[Text]:
        """Return what one thing that happened takes: mostly one line, two or three if narrow."""
        place = self._place.get(line.office)
        if place is None:
            return [_whole(line, self.width)]
        rows = _packed(line.pieces, self.widths[place])
        times = [f"{line.at:%H:%M:%S}", *[""] * (len(rows) - 1)]
        return [self._lane(time, place, row) for time, row in zip(times, rows, strict=True)]

    def _lane(self, time: str, place: int, row: Text) -> Text:
        line = Text().append(set_cell_size(time, TIME_WIDTH), "dim")
        for number, width in enumerate(self.widths):
            line.append("│", "dim")
            if number == place:
                row.truncate(width, overflow="ellipsis")
                line.append_text(row)
                line.append(" " * (width - row.cell_len))
            else:
                line.append(" " * width)
        return line


def plain(line: Line, name: str) -> str:
    """Return one thing that happened as one line of plain text, with the offset of its office."""
    words = " ".join(piece.spelled or piece.text for piece in line.pieces)
    offset = f"{line.at:%z}"
    called = set_cell_size(_fitted(name, NAME_WIDTH), NAME_WIDTH)
    return f"{line.at:%H:%M:%S}{offset[:3]}:{offset[3:]}  {line.office:<8}  {called}  {words}"


def _shared(cells: int, columns: int) -> list[int]:
    """Share the cells out; the first column takes what is over, and room for a long number."""
    each, over = divmod(max(cells, columns), columns)
    widths = [each] * columns
    widths[0] += over
    if (missing := NUMBER_WIDTH - widths[0]) > 0 and columns > 1:
        taken = min(missing, max(each - NARROWEST, 0))
        widths[0] += taken
        widths[-1] -= taken
    return widths


def _packed(pieces: Iterable[Piece], width: int) -> list[Text]:
    """Set the pieces side by side, and below each other where the column ends."""
    rows: list[Text] = []
    for text, style in _parts(pieces, width):
        if rows and rows[-1].cell_len + 1 + cell_len(text) <= width:
            rows[-1].append(" ").append(text, style)
        else:
            indent = "  " if rows and cell_len(text) + 2 <= width else ""
            rows.append(Text(indent).append(text, style))
    return rows or [Text()]


def _parts(pieces: Iterable[Piece], width: int) -> Iterator[tuple[str, str]]:
    """Yield texts no wider than the column where a hyphen allows it."""
    for piece in pieces:
        text = piece.text
        while cell_len(text) > width and "-" in text[1:width]:
            cut = text.rindex("-", 1, width) + 1
            yield text[:cut], piece.style
            text = text[cut:]
        yield text, piece.style


def _whole(line: Line, width: int) -> Text:
    text = Text().append(f"{line.at:%H:%M:%S} ", "dim")
    text.append_text(_packed(line.pieces, width * 9)[0])
    text.truncate(width, overflow="ellipsis")
    return text


def _fitted(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"
