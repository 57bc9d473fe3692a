"""Showing a run while it happens: a board with a foot on a terminal, plain lines anywhere else."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from gateway.cli.demo.board import Board, Column, Line, plain
from gateway.cli.demo.story import LEGEND

REFRESH_A_SECOND = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Foot:
    """What stands below the lines: seconds so far, what lies at each office, procedures."""

    elapsed: float
    backlog: Mapping[str, int]
    procedures: Sequence[Mapping[str, Any]]
    note: str = ""


class Screen(Protocol):
    """Where a run is shown."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
    def say(self, text: str) -> None:
        """Say something that belongs to no office."""

    def show(self, lines: Iterable[Line]) -> None:
        """Show what happened."""

    def foot(self, foot: Foot) -> None:
        """Show how things stand."""


class PlainScreen:
    """One line a thing that happened, as it happens; for pipes, logs and tests."""

    def __init__(self, columns: Sequence[Column], stream: TextIO) -> None:
        self._names = {column.code: column.name for column in columns}
        self._stream = stream

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.flush()

    def say(self, text: str) -> None:
        """Say something that belongs to no office."""
        self._stream.write(text + "\n")
        self._stream.flush()

    def show(self, lines: Iterable[Line]) -> None:
        """Show what happened."""
        for line in lines:
            self._stream.write(plain(line, self._names.get(line.office, "")) + "\n")
        self._stream.flush()

    def foot(self, foot: Foot) -> None:
        """Show nothing: what changes all the time is for eyes."""


class LiveScreen:
    """A column per office that scrolls, above a foot that stays."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._console = Console(highlight=False, soft_wrap=False)
        self._board = Board(columns, max(self._console.width, 40))
        self._live = Live(
            Text(), console=self._console, refresh_per_second=REFRESH_A_SECOND, transient=True
        )
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._print([Text(LEGEND, style="dim"), *self._board.head()])
        self._open.enter_context(self._live)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        self._console.print(self._board.rule("┴"))

    def say(self, text: str) -> None:
        """Say something that belongs to no office."""
        self._print([Text(text, style="italic")])

    def show(self, lines: Iterable[Line]) -> None:
        """Show what happened."""
        for line in lines:
            self._print(self._board.draw(line))

    def foot(self, foot: Foot) -> None:
        """Show how things stand."""
        self._live.update(Group(*self._foot(foot)))

    def _print(self, rows: Iterable[Text]) -> None:
        for row in rows:
            self._console.print(row, no_wrap=True, overflow="crop")

    def _foot(self, foot: Foot) -> list[Text]:
        names = [(column.name, "bold") for column in self._board.columns]
        loads = [_load(foot.backlog.get(column.code, 0)) for column in self._board.columns]
        return [
            self._board.rule("┼"),
            self._board.row(f"{foot.elapsed:5.1f} s", names, "bold"),
            self._board.row("", loads),
            self._board.rule("┴"),
            _procedures(foot.procedures, self._board.width),
        ]


def _load(waiting: int) -> tuple[str, str]:
    if not waiting:
        return ("· in step", "green")
    return (f"{'▮' * min(waiting, 8)} {waiting} to deliver", "bold yellow")


_STATE_STYLES = {"closed": "green", "refused": "bold red", "planned": "dim"}


def _procedures(procedures: Sequence[Mapping[str, Any]], width: int) -> Text:
    """Return all procedures on one line, cut to the terminal."""
    line = Text()
    for one in procedures:
        if line:
            line.append("  ")
        state = str(one["state"])
        line.append(f"{one['kind']} ").append(state, _STATE_STYLES.get(state, "cyan"))
    line.truncate(width, overflow="ellipsis")
    return line


def open_screen(columns: Sequence[Column], *, json: bool) -> Screen:
    """Choose: a live board on a terminal, plain lines elsewhere; with JSON those go to stderr."""
    if json:
        return PlainScreen(columns, sys.stderr)
    if sys.stdout.isatty() and Console().is_terminal and not Console().is_dumb_terminal:
        return LiveScreen(columns)
    return PlainScreen(columns, sys.stdout)
