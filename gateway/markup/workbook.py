"""Workbooks (.xlsx) in: bytes to rows of values. The only code that lets python-calamine read.

A workbook is an archive of XML parts. All of them are looked into first: what would unpack, spread
or multiply beyond the limits, what holds a DOCTYPE, and what cannot be read is refused by name. The
reader then gets a package of the checked parts alone. Values are as the workbook holds them: a
formula's is the one that was calculated when the file was saved.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from importlib import metadata
from posixpath import normpath
from typing import TypeAlias

from python_calamine import CalamineError, CalamineWorkbook

from gateway.domain.finding import Finding, Refusal, Severity
from gateway.markup import archive, safe, tree
from gateway.markup.tree import Element

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Value: TypeAlias = str | int | float | bool | date | datetime | time | timedelta
"""What a cell holds; an empty one holds the empty text."""

READER = metadata.version("python-calamine")
"""The version of what decides the meaning of cells."""

_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ID_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")
_SHEET_NAME = re.compile(r"\w+")
_LETTERS = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a workbook may be: bytes packed and unpacked, elements; rows, text of a sheet."""

    archive_bytes_max: int = 10_000_000
    content_bytes_max: int = 30_000_000
    elements_max: int = 1_000_000
    entries_max: int = 512
    rows_max: int = 10_000
    columns_max: int = 256
    merged_max: int = 1000
    text_max: int = 20_000_000


STANDARD = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet: rows of values from A1, and cells that cannot be taken as they stand.

    ``uncalculated`` are cells whose formula has no value, ``errors`` those that hold an error.
    """

    title: str
    rows: Sequence[Sequence[Value]]
    merged: tuple[str, ...] = ()
    uncalculated: tuple[str, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Marks:
    """What a part says about its cells."""

    merged: tuple[str, ...]
    uncalculated: tuple[str, ...]
    errors: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Workbook:
    """A checked workbook; sheets are read one by one."""

    titles: tuple[str, ...]
    _book: CalamineWorkbook
    _marks: Mapping[str, _Marks] = field(repr=False)

    def sheet(self, title: str) -> Sheet:
        """Return one sheet.

        Raises:
            Refusal: ``sheet.unreadable``.
        """
        with _Reading():
            rows = self._book.get_sheet_by_name(title).to_python(skip_empty_area=False)
        marks = self._marks[title]
        return Sheet(
            title=title,
            rows=rows,
            merged=marks.merged,
            uncalculated=marks.uncalculated,
            errors=marks.errors,
        )


def looks_like_workbook(raw: bytes) -> bool:
    """Tell whether bytes are to be read as a workbook, if perhaps of a kind nobody reads."""
    return raw.startswith((*_ZIP_STARTS, _OLE_START))


def open_workbook(raw: bytes, limits: Limits = STANDARD) -> Workbook:
    """Check a workbook and open it.

    Raises:
        Refusal: ``sheet.no-workbook``, ``.other-workbook``, ``.too-large``, ``.too-many-rows``,
            ``.too-many-columns``, ``.unreadable``.
    """
    if raw.startswith(_OLE_START):
        raise refusal("sheet.other-workbook", value="xls")
    if not raw.startswith(_ZIP_STARTS):
        raise refusal("sheet.no-workbook")
    parts = _parts(raw, limits)
    _check_elements(parts, limits)
    roots = {name: _root(name, part, limits) for name, part in parts.items()}
    names = _sheet_parts(roots)
    texts = _text_lengths(roots)
    spelled = {part: title for title, part in names.items()}
    found = {
        name: _check_part(root, spelled.get(name, name), texts, limits)
        for name, root in roots.items()
    }
    marks = {title: found[part] for title, part in names.items()}
    checked = archive.pack([archive.Entry(name, part) for name, part in parts.items()])
    with _Reading():
        book = CalamineWorkbook.from_filelike(io.BytesIO(checked))
        titles = tuple(one for one in book.sheet_names if one in marks)
    return Workbook(titles, book, marks)


# ------------------------------------------------------------------ where cells are


def spell_cell(title: str, row: int, column: int) -> str:
    """Return how a cell is named, rows and columns counted from 1: ``Items!C7``."""
    return spell_place(title, f"{column_letters(column)}{row}")


def spell_place(title: str, reference: str) -> str:
    """Return a reference with its sheet; a name with blanks or signs stands in quotes."""
    plain = _SHEET_NAME.fullmatch(title) is not None
    quoted = title if plain else "'" + title.replace("'", "''") + "'"
    return f"{quoted}!{reference}"


def split_cell(cell: str) -> tuple[str, str]:
    """Return the sheet's title and the reference of a spelled cell; empty if it is none."""
    title, _, reference = cell.rpartition("!")
    if title.startswith("'") and title.endswith("'"):
        title = title[1:-1].replace("''", "'")
    return (title, reference) if title and _REFERENCE.fullmatch(reference) else ("", "")


def column_letters(column: int) -> str:
    """Return the letters of a column counted from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


def position(reference: str) -> tuple[int, int]:
    """Return row and column, from 1, of a reference such as ``C7``.

    Raises:
        Refusal: ``sheet.unreadable``.
    """
    found = _REFERENCE.fullmatch(reference.replace("$", ""))
    if found is None:
        raise refusal("sheet.unreadable", reason=reference[:20])
    column = 0
    for letter in found[1].upper():
        column = column * _LETTERS + ord(letter) - ord("A") + 1
    return int(found[2]), column


def refusal(code: str, cell: str = "", value: str = "", **words: object) -> Refusal:
    """Return the refusal of a workbook."""
    args = tuple((name, str(word)) for name, word in words.items())
    return Refusal(Finding(code=code, severity=Severity.FATAL, cell=cell, value=value, args=args))


# ------------------------------------------------------------------ parts


class _Reading:
    """Makes findings of what python-calamine raises.

    A fault of its own (a panic of its Rust code) is no ``Exception``: it is known by its name.
    """

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if kind is None:
            return
        panic = kind.__name__ == "PanicException"
        if panic or issubclass(kind, (CalamineError, ValueError, OSError)):
            raise refusal("sheet.unreadable", reason=str(error)[:200]) from None


def _parts(raw: bytes, limits: Limits) -> dict[str, bytes]:
    """Return the XML parts of a package by name; pictures and the like are left out."""
    allowed = archive.Limits(
        archive_bytes_max=limits.archive_bytes_max,
        entries_max=limits.entries_max,
        content_bytes_max=limits.content_bytes_max,
        name_length_max=200,
        folders=True,
    )
    try:
        entries = archive.unpack(raw, allowed)
    except Refusal as error:
        told = error.findings[0]
        large = told.code in ("zip.too-large", "zip.expands-too-far", "zip.too-many-entries")
        if large:
            raise refusal("sheet.too-large", limit=dict(told.args)["limit"]) from None
        raise refusal("sheet.unreadable", reason=told.code) from None
    parts = {one.name: one.content for one in entries}
    if _WORKBOOK not in parts:
        kind = parts.get("mimetype", b"").rpartition(b".")[2].decode("ascii", "replace")
        raise refusal("sheet.other-workbook", value=kind[:40] or "zip")
    return {name: one for name, one in parts.items() if name.endswith((".xml", ".rels"))}


def _check_elements(parts: Mapping[str, bytes], limits: Limits) -> None:
    """Refuse more elements than all parts may have: they are in memory together.

    An element takes four bytes of a part, a few bits of the package, and 120 bytes once it is read.
    """
    if sum(one.count(b"<") - one.count(b"</") for one in parts.values()) > limits.elements_max:
        raise refusal("sheet.too-large", limit=limits.elements_max)


def _root(name: str, part: bytes, limits: Limits) -> Element:
    allowed = safe.Limits(
        bytes_max=limits.content_bytes_max,
        elements_max=limits.elements_max,
        namespaces_max=10_000,
    )
    try:
        return safe.parse_part(part, allowed)
    except Refusal as error:
        reason = f"{name}: {error.findings[0].code}"
        raise refusal("sheet.unreadable", reason=reason) from None


def _sheet_parts(roots: Mapping[str, Element]) -> dict[str, str]:
    """Return which part holds which sheet, by title."""
    targets: dict[str, str] = {}
    relations = roots.get(_RELATIONS)
    for one in relations.iter("{*}Relationship") if relations is not None else ():
        target = one.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else normpath(f"xl/{target}")
        if one.get("Type", "").endswith("/worksheet") and path in roots:
            targets[one.get("Id", "")] = path
    found = {}
    for one in roots[_WORKBOOK].iter("{*}sheet"):
        part = targets.get(one.get(_ID) or one.get(_ID_STRICT) or "")
        if part is not None:
            found[one.get("name", "")] = part
    if not found:
        raise refusal("sheet.unreadable", reason=_WORKBOOK)
    return found


def _text_lengths(roots: Mapping[str, Element]) -> Mapping[str, int]:
    """Return the lengths of shared texts by their number, as cells quote it."""
    shared = [one for one in roots.values() if tree.name(one) == "sst"]
    if len(shared) > 1:
        raise refusal("sheet.unreadable", reason="sharedStrings")
    texts = shared[0].iter("{*}si") if shared else ()
    return {str(place): sum(map(len, one.itertext())) for place, one in enumerate(texts)}


@dataclass(slots=True)
class _Extent:
    """How far the cells of one part spread, gathered in one pass."""

    letters: set[str] = field(default_factory=set)
    rows: set[str] = field(default_factory=set)
    quoted: Counter[str] = field(default_factory=Counter)
    uncalculated: list[str] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)

    def see(self, cell: Element) -> None:
        """Take one cell in."""
        reference = cell.get("r")
        if reference is not None:
            letters = reference.rstrip("0123456789")
            self.letters.add(letters)
            self.rows.add(reference[len(letters) :])
        kind = cell.get("t")
        if kind == "s":
            self.quoted[_cached(cell)] += 1
        elif kind == "e":
            self.errors.append((_reference(cell), _cached(cell)))


def _check_part(root: Element, title: str, texts: Mapping[str, int], limits: Limits) -> _Marks:
    """Refuse what would spread over too many cells, or say one long text again and again.

    Raises:
        Refusal: ``sheet.too-many-rows``, ``.too-many-columns``, ``.too-large``.
    """
    extent = _Extent()
    for cell in root.iter("{*}c"):
        extent.see(cell)
    _check_extent(root, extent, title, limits)
    if sum(texts.get(one, 0) * count for one, count in extent.quoted.items()) > limits.text_max:
        raise refusal("sheet.too-large", limit=limits.text_max)
    formulas = (one.getparent() for one in root.iter("{*}f"))
    return _Marks(
        _merged(root, title, limits),
        tuple(_reference(one) for one in formulas if one is not None and not _calculated(one)),
        tuple(extent.errors),
    )


def _check_extent(root: Element, extent: _Extent, title: str, limits: Limits) -> None:
    rows = list(root.iter("{*}row"))
    extent.rows.update(one.get("r", "1") for one in rows)
    height = max([len(rows), *(position(f"A{one}")[0] for one in extent.rows)])
    widths = [position(f"{one}1")[1] for one in extent.letters]
    width = max([0, *widths, *(len(one) for one in rows)])
    if height > limits.rows_max:
        cell = spell_cell(title, limits.rows_max + 1, 1)
        raise refusal("sheet.too-many-rows", cell, limit=limits.rows_max)
    if width > limits.columns_max:
        cell = spell_cell(title, 1, limits.columns_max + 1)
        raise refusal("sheet.too-many-columns", cell, limit=limits.columns_max)


def _merged(root: Element, title: str, limits: Limits) -> tuple[str, ...]:
    """Return the merged areas; one that reaches beyond all limits would be written cell by cell."""
    merged = tuple(one.get("ref", "") for one in root.iter("{*}mergeCell"))
    if len(merged) > limits.merged_max:
        raise refusal("sheet.too-large", limit=limits.merged_max)
    for one in merged:
        row, column = position(one.rpartition(":")[2])
        if row > limits.rows_max or column > limits.columns_max:
            raise refusal("sheet.merged", spell_place(title, one.partition(":")[0]), one)
    return merged


def _calculated(cell: Element) -> bool:
    """Tell whether a formula's value was saved with it; an empty text is one."""
    values = list(_children(cell, "v"))
    return any(one.text or cell.get("t") == "str" for one in values)


def _cached(cell: Element) -> str:
    return next((one.text or "" for one in _children(cell, "v")), "")


def _children(cell: Element, name: str) -> Iterator[Element]:
    yield from cell.iterchildren(f"{{*}}{name}")


def _reference(cell: Element) -> str:
    """Return where a cell stands; one that does not say so stands beside the one before."""
    if told := cell.get("r"):
        return told
    above = cell.getparent()
    row = above.get("r", "1") if above is not None else "1"
    before = len(list(cell.itersiblings("{*}c", preceding=True)))
    return f"{column_letters(before + 1)}{row}"
