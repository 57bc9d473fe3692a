"""What a terminal of 80 columns shows of a table: ids whole, sentences folded."""

import io
import sys

import pytest

from gateway.cli import output

MESSAGE = "01939f0e-7a52-7c1e-8f5a-3d1b2c4e5f60"
LONG = "waits until the office of exit has said that the vehicle has left the country for good"
COLUMNS = ("Message", "State", "Why")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def shown(monkeypatch):
    """Return what a terminal shows of rows, line by line."""

    def show(rows, columns=COLUMNS):
        terminal = Terminal()
        with monkeypatch.context() as changed:
            changed.setenv("COLUMNS", "80")
            changed.setenv("NO_COLOR", "1")
            changed.setenv("TERM", "dumb")
            changed.setattr(sys, "stdout", terminal)
            output.print_table(columns, rows)
        return [line.rstrip() for line in terminal.getvalue().splitlines()]

    return show


def test_sentences_fold_beside_whole_ids(shown):
    lines = shown([(MESSAGE, "due", LONG), (MESSAGE, "waiting", "")])
    assert sum(MESSAGE in line for line in lines) == 2
    assert max(map(len, lines)) <= 80
    assert lines[1].split() == ["Message", "State", "Why"]
    assert " ".join(lines).split()[-2:] == [MESSAGE, "waiting"]


def test_rows_that_do_not_fit_become_blocks(shown):
    lines = shown([(MESSAGE, MESSAGE, LONG)], ("Message", "Declaration", "Why"))
    assert lines[:4] == [
        "",
        f"Message      {MESSAGE}",
        f"Declaration  {MESSAGE}",
        f"Why          {LONG}",
    ]


def test_an_empty_cell_takes_no_line_of_a_block(shown):
    lines = shown([(MESSAGE, MESSAGE, MESSAGE), (MESSAGE, "", "x")])
    assert lines[-3:] == [f"Message  {MESSAGE}", "Why      x", ""]


def test_columns_that_are_empty_cut_off_nothing(shown):
    """A plan round a closure with no way: its column names took the place of the ids."""
    columns = ("Movement", "State", "Instead", "Told at once", "Told no more", "Why not")
    lines = shown([("26CNFNQ92T2V90KRJ2", "no-way", "", "", "", "link.none-for-office")], columns)
    told = " ".join(lines).split()
    assert {"26CNFNQ92T2V90KRJ2", "no-way", "link.none-for-office"} <= {*told}
    assert "…" not in "".join(lines)
    assert max(map(len, lines)) <= 80


def test_a_folded_remedy_stands_below_its_beginning(monkeypatch):
    terminal = Terminal()
    for name, value in (("COLUMNS", "80"), ("NO_COLOR", "1"), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)
    output.print_findings([{"code": "x.y", "message": LONG, "fix": LONG}], terminal)
    lines = [line.rstrip() for line in terminal.getvalue().splitlines()]
    assert [line[:4] for line in lines] == ["erro", "  wa", "  fo", "  → ", "    "]
    assert max(map(len, lines)) <= 80


def test_a_table_without_rows_shows_its_columns(shown):
    assert [line.split() for line in shown([])[1:2]] == [list(COLUMNS)]
