"""Workbooks (.xlsx) out: templates, filled sheets, and what came in with remarks at its cells.

The only code that lets openpyxl write. Whatever is written as a text stays one: nothing that a
declaration says becomes a formula.
"""

import io
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from gateway.markup.workbook import (
    Value,
    column_letters,
    open_workbook,
    refusal,
    spell_place,
    split_cell,
)

warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
# it would tell standard error of every feature of a workbook that it does not know

AUTHOR = "Fullroute"
ROWS_FORMATTED = 2000
"""Rows of a template whose cells offer the allowed values."""

_UNREADABLE = (
    *(InvalidFileException, LookupError, ValueError, TypeError, AttributeError, OSError),
    *(SyntaxError, ArithmeticError),  # what lxml raises is a SyntaxError
)
"""What openpyxl raises about files that programs of others wrote."""

_MARK = "— Fullroute —"
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CELL_LENGTH_MAX = 32_000
_CHOICES_LENGTH_MAX = 250
_WIDTH_MIN, _WIDTH_MAX = 10, 42
_HEAD = PatternFill("solid", fgColor="E8EEF4")
_HEAD_NEEDED = PatternFill("solid", fgColor="C9D8E8")
_GRAVE = PatternFill("solid", fgColor="F8CBCB")
_LIGHT = PatternFill("solid", fgColor="FFF2CC")
_TEXT_FORMAT = "@"
_FORMATS = {"day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm:ss", "number": "General"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """One column (of a form: row): its name, what its cells hold, and what they may hold.

    ``kind`` is ``text``, ``number``, ``day``, ``moment``, or ``cell`` for a link to one.
    """

    name: str
    kind: str = "text"
    choices: tuple[str, ...] = ()
    needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One sheet to write. A ``form`` has its headings in column A and one record in column B."""

    title: str
    headings: tuple[Heading, ...]
    rows: Sequence[Sequence[Value | Decimal]] = ()
    form: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What is said at one cell."""

    cell: str
    text: str
    grave: bool


def write(pages: Iterable[Page]) -> bytes:
    """Return a workbook of these sheets."""
    book = Workbook()
    for sheet in list(book.worksheets):
        book.remove(sheet)
    for page in pages:
        sheet = book.create_sheet(page.title)
        if page.form:
            _write_form(sheet, page)
        else:
            _write_table(sheet, page)
    return _saved(book)


def annotate(
    raw: bytes, remarks: Sequence[Remark], summary: Page, stale: Iterable[str] = ()
) -> bytes:
    """Return a workbook with a comment and a colour at each cell, and a summary as first sheet.

    What an earlier annotation left is taken away first: comments, colours, and sheets with a title
    of ``stale``.

    Raises:
        Refusal: ``sheet.*``: it cannot be read.
    """
    open_workbook(raw)  # its limits hold for openpyxl as well
    try:
        book = load_workbook(io.BytesIO(raw))
    except _UNREADABLE as error:
        raise refusal("sheet.unreadable", reason=type(error).__name__) from None
    for title in {*stale, summary.title}:
        if title in book.sheetnames:
            book.remove(book[title])
    for sheet in book.worksheets:
        _clean(sheet)
    for cell, told in _by_cell(remarks).items():
        title, reference = split_cell(cell)
        if title in book.sheetnames and isinstance(book[title], Worksheet):
            _remark(book[title][reference], told)
    first = book.create_sheet(summary.title, 0)
    _write_table(first, summary)
    book.active = 0
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet is first
    return _saved(book)


def _saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


# ------------------------------------------------------------------ writing


def _write_form(sheet: Worksheet, page: Page) -> None:
    values = page.rows[0] if page.rows else ()
    for row, heading in enumerate(page.headings, 1):
        _head(sheet.cell(row, 1), heading)
        cell = sheet.cell(row, 2)
        cell.number_format = _FORMATS.get(heading.kind, _TEXT_FORMAT)
        if row <= len(values):
            _put(cell, values[row - 1])
        _offer(sheet, heading, f"B{row}")
    sheet.column_dimensions["A"].width = _WIDTH_MAX
    sheet.column_dimensions["B"].width = _WIDTH_MAX
    sheet.freeze_panes = "B1"


def _write_table(sheet: Worksheet, page: Page) -> None:
    for column, heading in enumerate(page.headings, 1):
        letters = column_letters(column)
        _head(sheet.cell(1, column), heading)
        width = sheet.column_dimensions[letters]
        width.width = min(max(2 * len(heading.name), _WIDTH_MIN), _WIDTH_MAX)
        width.number_format = _FORMATS.get(heading.kind, _TEXT_FORMAT)
        _offer(sheet, heading, f"{letters}2:{letters}{ROWS_FORMATTED + 1}")
    for row, values in enumerate(page.rows, 2):
        for column, (heading, value) in enumerate(zip(page.headings, values, strict=True), 1):
            if value != "":
                cell = sheet.cell(row, column)
                cell.number_format = _FORMATS.get(heading.kind, _TEXT_FORMAT)
                _put(cell, value)
                if heading.kind == "cell":
                    _link(cell)
    sheet.freeze_panes = "A2"


def _head(cell: Cell | MergedCell, heading: Heading) -> None:
    cell.font = Font(bold=heading.needed)
    cell.fill = _HEAD_NEEDED if heading.needed else _HEAD
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    _put(cell, heading.name)


def _put(cell: Cell | MergedCell, value: Value | Decimal) -> None:
    """Write one value; a text stays a text, whatever it begins with."""
    if isinstance(cell, MergedCell):
        return
    if isinstance(value, str):
        cell.value = _UNFIT.sub("\N{REPLACEMENT CHARACTER}", value)[:_CELL_LENGTH_MAX]
        cell.data_type = "s"
        return
    cell.value = value
    if isinstance(value, Decimal):
        places = -int(value.as_tuple().exponent)
        cell.number_format = "0." + "0" * places if places > 0 else "0"
    elif isinstance(value, date) and not isinstance(value, datetime):
        cell.number_format = _FORMATS["day"]


def _offer(sheet: Worksheet, heading: Heading, area: str) -> None:
    """Let cells offer the allowed values; others can still be typed, and are a finding later."""
    listed = ",".join(heading.choices)
    if not heading.choices or len(listed) > _CHOICES_LENGTH_MAX:
        return
    offered = DataValidation(
        type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=False
    )
    sheet.add_data_validation(offered)
    offered.add(area)


# ------------------------------------------------------------------ remarks


def _by_cell(remarks: Iterable[Remark]) -> Mapping[str, list[Remark]]:
    found: dict[str, list[Remark]] = {}
    for one in remarks:
        if one.cell:
            found.setdefault(one.cell, []).append(one)
    return found


def _remark(cell: Cell | MergedCell, told: Sequence[Remark]) -> None:
    if isinstance(cell, MergedCell):
        return
    theirs = cell.comment.text if cell.comment else ""
    ours = "\n\n".join([_MARK, *(one.text for one in told)])
    text = _UNFIT.sub("\N{REPLACEMENT CHARACTER}", f"{theirs}\n{ours}" if theirs else ours)
    cell.comment = Comment(text[:_CELL_LENGTH_MAX], AUTHOR, width=420, height=60 + 60 * len(told))
    cell.fill = _GRAVE if any(one.grave for one in told) else _LIGHT


def _clean(sheet: Worksheet) -> None:
    """Take away the remarks of an earlier annotation; whoever else commented keeps it."""
    for row in sheet.iter_rows():
        for cell in row:
            told = cell.comment
            if isinstance(cell, MergedCell) or told is None or _MARK not in told.text:
                continue
            theirs = told.text.partition(_MARK)[0].rstrip("\n")
            cell.comment = Comment(theirs, told.author or "") if theirs else None
            cell.fill = PatternFill()


def _link(cell: Cell | MergedCell) -> None:
    """Let the cell that is named be one click away."""
    title, reference = split_cell(str(cell.value or ""))
    if title and isinstance(cell, Cell):
        cell.hyperlink = f"#{spell_place(title, reference)}"
        cell.style = "Hyperlink"
