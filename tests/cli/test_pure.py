"""What needs no process: the board's geometry, placeholders, the shipped declaration's dates."""

from datetime import UTC, datetime

import pytest

from gateway.cli import placeholders
from gateway.cli.demo.board import Board, Column, Line, Piece, plain
from gateway.cli.demo.shipped import CHONGQING, brought_up
from gateway.cli.output import finding_lines
from tests.cli.commands import SHIPPED

AT = datetime(2026, 11, 23, 16, 2, 11, tzinfo=CHONGQING)
FOUR = (
    Column("CN008001", "Chongqing", "CN008001"),
    Column("CN00X001", "友谊关", "CN00X001"),
    Column("VN0015BB", "Hữu Nghị", "VN0015BB"),
    Column("VN0003PJ", "A name that is far too long for a column", "VN0003PJ"),
)
PIECES = {
    "a message": (Piece("→ DecMessage"), Piece("✎ broker"), Piece("✓ signed")),
    "a long number": (Piece("← DecMessage-01"), Piece("accepted"), Piece("8" * 18)),
    "one long word": (Piece("● duties-assessed-and-more-of-it-still"),),
    "one word without hyphen": (Piece("x" * 70),),
    "Chinese": (Piece("→ 报关单报关单报关单报关单"), Piece("✓ 已签收")),
    "nothing": (),
}


@pytest.mark.parametrize("width", [80, 100, 160, 61])
@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("name", PIECES)
def test_no_line_is_wider_than_the_terminal(width, count, name):
    board = Board(FOUR[:count], width)
    for column in FOUR[:count]:
        rows = board.draw(Line(at=AT, office=column.code, pieces=PIECES[name]))
        assert [row.cell_len for row in rows] == [width] * len(rows)
    assert {row.cell_len for row in board.head()} == {width}


def test_an_official_number_fits_its_column_on_a_narrow_terminal():
    board = Board(FOUR, 80)
    rows = board.draw(Line(at=AT, office="CN008001", pieces=PIECES["a long number"]))
    assert any("8" * 18 in row.plain for row in rows)


def test_an_office_without_column_takes_the_whole_line():
    rows = Board(FOUR, 80).draw(Line(at=AT, office="LA000001", pieces=PIECES["a message"]))
    assert [row.plain for row in rows] == ["16:02:11 → DecMessage ✎ broker ✓ signed"]


def test_a_plain_line_holds_time_office_and_words():
    line = Line(at=AT, office="CN008001", pieces=(Piece("→ X"), Piece("✓", spelled="signed")))
    assert plain(line, "Chongqing").split() == [
        "16:02:11+08:00",
        "CN008001",
        "Chongqing",
        "→",
        "X",
        "signed",
    ]


FILLED = {
    "LRN": "FR1",
    "messageIdentification": "FR1",
    "preparationDateAndTime": "2026-11-23T08:02:11",
    "arrivalTime": "2026-11-24T08:02:11",
    "limitDate": "2026-12-01",
    "requestDateAndTime": "2026-11-23T08:02:11",
    "unloadingDate": "2026-11-23",
    "somethingElse": "{{somethingElse}}",
}


@pytest.mark.parametrize("name", FILLED)
def test_placeholders_are_filled_by_the_rule(name):
    raw = f"<a>{{{{{name}}}}}</a>".encode()
    assert placeholders.fill(raw, AT, "FR1") == f"<a>{FILLED[name]}</a>".encode()


def test_a_fresh_reference_is_a_local_reference_number():
    assert placeholders.fresh_reference(AT, "4F7KQ2") == "FR2611230802114F7KQ2"


@pytest.mark.parametrize(
    "now", ["2026-11-23T00:00:00Z", "2027-02-28T15:59:59Z", "2031-05-01T16:00Z"]
)
def test_the_shipped_declaration_is_always_about_tomorrow(now):
    moment = datetime.fromisoformat(now).astimezone(UTC)
    raw = brought_up(SHIPPED.read_bytes(), moment, "123456").decode()
    today = moment.astimezone(CHONGQING)
    assert f"<IssueDateTime>{today:%Y-%m-%d}T09:00:00+08:00<" in raw
    assert f"<FunctionalReferenceID>CQ-{today:%Y}-123456<" in raw
    departure = raw.split("<ExpectedDateTime>")[1].split("<")[0]
    assert datetime.fromisoformat(departure) > moment
    assert raw.count("<") == SHIPPED.read_text("utf-8").count("<")


def test_a_finding_is_told_with_its_place_and_remedy():
    told = {"code": "a.b", "severity": "error", "line": 3, "pointer": "/X", "offices": ["VN0015BB"]}
    assert finding_lines({**told, "message": "It is wrong.", "fix": "Mend it."}) == [
        "error: a.b (line 3, /X, VN0015BB)",
        "  It is wrong.",
        "  Mend it.",
    ]
