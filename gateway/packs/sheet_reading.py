"""Rows of a workbook to our declaration, and from its pointers back to the cells.

Every cell with a value becomes an element or attribute, or a finding that names it: nothing is
dropped silently. Numbers are those a workbook holds, exact to its 15 digits; texts stay texts;
times get the offset that stands beside them; empty rows are passed over.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.domain.finding import LANGUAGES, Finding, Refusal, Severity
from gateway.markup import tree
from gateway.markup.workbook import Sheet, Value, Workbook, spell_cell, spell_place
from gateway.packs import sheet_values
from gateway.packs.sheet_layout import (
    PARENT,
    Column,
    Kind,
    SheetFormat,
    SheetLayout,
    Step,
    in_language,
    plain,
)
from gateway.packs.sheet_positions import Headed, Positions
from gateway.packs.twin import ROOT, Member

FINDINGS_MAX = 100
"""How many findings about one workbook are told."""

NUMBER = "SequenceNumeric"

_LISTED = re.compile("[\\s,;\uff0c\u3001\uff1b]+")
"""What divides the values of one cell, also as Chinese writes it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a workbook says: our declaration, where its values stood, and what accompanies it."""

    root: tree.Element
    positions: Positions
    findings: tuple[Finding, ...]


class _Node:
    """One element to be: its text and attributes with the cells they came from."""

    __slots__ = ("attributes", "cell", "children", "known", "row", "text")

    def __init__(self) -> None:
        self.text = self.cell = ""
        self.attributes: dict[str, tuple[str, str]] = {}
        self.children: dict[str, list[_Node]] = {}
        self.known: dict[Step, _Node] = {}
        self.row: tuple[Headed, int] | None = None

    def new(self, name: str) -> "_Node":
        """Add an element behind those of its name."""
        node = _Node()
        self.children.setdefault(name, []).append(node)
        return node

    def at(self, steps: Sequence[Step]) -> "_Node":
        """Return the element at the end of some steps, made where it is not there yet."""
        node = self
        for step in steps:
            found = node.known.get(step)
            if found is None:
                found = node.known[step] = node.new(step.name)
                for name, text in step.attributes:
                    found.attributes[name] = text, ""
            node = found
        return node


def read(book: Workbook, layout: SheetFormat) -> Reading:
    """Return the declaration a workbook holds.

    Raises:
        Refusal: ``sheet.*``, everything that is wrong with it together.
    """
    rows = _Rows(layout)
    for one in layout.sheets:
        rows.take(one, book)
    findings = (*rows.findings, *_others(book, layout, rows.seen))
    if any(one.refuses for one in findings):
        raise Refusal(*findings[:FINDINGS_MAX])
    return Reading(rows.grown(), rows.positions(), findings)


def _others(book: Workbook, layout: SheetFormat, seen: set[str]) -> Iterator[Finding]:
    """Tell of the sheets that nobody reads."""
    ours = {plain(name) for _, name in layout.spec.summary.names}
    for title in book.titles:
        if title not in seen and plain(title) not in ours:
            yield Finding(
                code="sheet.not-read",
                severity=Severity.INFORMATION,
                cell=spell_place(title, "A1"),
                value=title,
            )


@dataclass(slots=True)
class _Rows:
    """The declaration as it grows, row by row."""

    layout: SheetFormat
    root: _Node = field(default_factory=_Node)
    findings: list[Finding] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    keyed: dict[str, dict[str, _Node]] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    records: dict[str, tuple[Headed, int]] = field(default_factory=dict)

    # ------------------------------------------------------------------ sheets

    def take(self, layout: SheetLayout, book: Workbook) -> None:
        """Read one sheet of the layout, if the workbook has it."""
        names = {plain(name) for _, name in layout.spec.names}
        titles = [one for one in book.titles if plain(one) in names]
        self.seen.update(titles)
        if not titles:
            if layout.spec.needed:
                known = ", ".join(book.titles[:20])
                expected = " / ".join(in_language(layout.spec.names, one) for one in LANGUAGES)
                self._tell("sheet.missing", "", expected, have=known)
            return
        for second in titles[1:]:
            self._tell("sheet.repeated", spell_place(second, "A1"), second, other=titles[0])
        self.titles[layout.spec.id] = titles[0]
        sheet = book.sheet(titles[0])
        self._tell_cells(sheet)
        if layout.spec.form:
            self._form(layout, sheet)
        else:
            self._table(layout, sheet)

    def _tell_cells(self, sheet: Sheet) -> None:
        for area in sheet.merged:
            self._tell("sheet.merged", spell_place(sheet.title, area.partition(":")[0]), area)
        for one in sheet.uncalculated:
            self._tell("sheet.not-calculated", spell_place(sheet.title, one), "")
        for one, value in sheet.errors:
            self._tell("sheet.error-value", spell_place(sheet.title, one), value)

    def _form(self, layout: SheetLayout, sheet: Sheet) -> None:
        """Read labels in column A and values in column B; what stands further right is notes."""
        pairs = {row: (*values[:2], "", "")[:2] for row, values in enumerate(sheet.rows, 1)}
        labels = {row: label for row, (label, _) in pairs.items()}
        found = self._headings(layout, labels, lambda row: spell_cell(sheet.title, row, 1))
        headed = Headed(sheet.title, layout, {column: row for row, column in found.items()})
        self.root.row, self.root.cell = (headed, 0), spell_cell(sheet.title, 1, 1)
        for row, (label, value) in pairs.items():
            if row not in found and not _blank(value):
                self._unknown(layout, label, spell_cell(sheet.title, row, 2))
        told = {column: pairs[row][1] for row, column in found.items()}
        self._fill(self.root, layout, headed, 0, told)

    def _table(self, layout: SheetLayout, sheet: Sheet) -> None:
        """Read headings in row 1 and one record a row below."""
        heads = dict(enumerate(sheet.rows[0] if sheet.rows else (), 1))
        found = self._headings(layout, heads, lambda place: spell_cell(sheet.title, 1, place))
        headed = Headed(sheet.title, layout, {column: place for place, column in found.items()})
        for place, head in heads.items():
            if plain(str(head)) not in layout.known and not _blank(head):
                self._unknown(layout, head, spell_cell(sheet.title, 1, place))
        nameless = {place for place, head in heads.items() if _blank(head)}
        for row, values in enumerate(sheet.rows[1:], 2):
            for place in sorted(one for one in nameless if not _blank(values[one - 1])):
                self._unknown(layout, "", spell_cell(sheet.title, row, place))
                nameless.discard(place)
            told = {column: values[place - 1] for place, column in found.items()}
            if not all(_blank(value) for value in told.values()):
                self._record(layout, headed, row, told)

    def _headings(
        self, layout: SheetLayout, heads: Mapping[int, Value], cell: Callable[[int], str]
    ) -> dict[int, Column]:
        """Return the columns by the place of their headings: a column, or in a form a row."""
        found: dict[int, Column] = {}
        for place, head in heads.items():
            named = layout.known.get(plain(str(head)))
            if named is not None and named in found.values():
                self._tell("sheet.repeated-column", cell(place), str(head))
            elif named is not None:
                found[place] = named
        return found

    def _unknown(self, layout: SheetLayout, head: Value, cell: str) -> None:
        names = [name for one in layout.columns for _, name in one.spec.names]
        near = difflib.get_close_matches(str(head), names, n=1)
        self._tell("sheet.unknown-column", cell, str(head), nearest=near[0] if near else "-")

    # ------------------------------------------------------------------ rows

    def _record(
        self, layout: SheetLayout, headed: Headed, row: int, told: Mapping[Column, Value]
    ) -> None:
        parent = self._parent(layout, headed, row, told)
        if parent is None:
            return
        *way, last = layout.steps
        node = parent.at(way).new(last.name)
        node.row, node.cell = (headed, row), spell_cell(headed.title, row, 1)
        self._fill(node, layout, headed, row, told)
        if layout.spec.key:
            keys = self.keyed.setdefault(layout.spec.id, {})
            own = node.children.get(layout.spec.key)
            keys.setdefault(own[0].text if own else str(len(keys) + 1), node)

    def _parent(
        self, layout: SheetLayout, headed: Headed, row: int, told: Mapping[Column, Value]
    ) -> _Node | None:
        """Return the record a row belongs to; the first where the row names none."""
        if not layout.spec.under:
            return self.root
        column = next((one for one in told if one.spec.path == PARENT), None)
        cell = headed.cell(column, row) if column else spell_cell(headed.title, row, 1)
        named = self._text(column, told[column], cell) if column else ""
        known = self.keyed.setdefault(layout.spec.under, {})
        if not named and known:
            return next(iter(known.values()))
        number = named or "1"
        if number not in known:
            if not layout.spec.makes_parent:
                above = self._layout(layout.spec.under)
                sheet = self.titles.get(above.spec.id) or in_language(above.spec.names, "en")
                self._tell("sheet.unknown-row", cell, number, sheet=sheet)
                return None
            known[number] = self._made(self._layout(layout.spec.under), number, cell)
        return known[number]

    def _made(self, layout: SheetLayout, number: str, cell: str) -> _Node:
        *way, last = layout.steps
        node = self.root.at(way).new(last.name)
        node.cell = cell
        key = node.new(layout.spec.key)
        key.text, key.cell = number, cell
        return node

    def _layout(self, name: str) -> SheetLayout:
        return next(one for one in self.layout.sheets if one.spec.id == name)

    def _fill(
        self,
        node: _Node,
        layout: SheetLayout,
        headed: Headed,
        row: int,
        told: Mapping[Column, Value],
    ) -> None:
        """Put the values of one record where their paths lead, in the order of the layout."""
        zones = {one.steps: value for one, value in told.items() if one.spec.kind is Kind.ZONE}
        for column in layout.columns:
            value = told.get(column, "")
            passed = column.spec.path == PARENT or column.spec.kind is Kind.ZONE
            if passed or _blank(value):
                continue
            cell = headed.cell(column, row)
            if column.spec.kind is Kind.MOMENT:
                text = self._moment(value, zones.get(column.steps, ""), cell)
            else:
                text = self._text(column, value, cell)
            if text:
                _place(node, column, text, cell)

    def _text(self, column: Column, value: Value, cell: str) -> str:
        try:
            return sheet_values.spelled(value, column.spec.kind)
        except sheet_values.Unfit as error:
            self._tell(error.code, cell, str(value))
            return ""

    def _moment(self, value: Value, zone: Value, cell: str) -> str:
        try:
            return sheet_values.moment(value, zone)
        except sheet_values.Unfit as error:
            self._tell(error.code, cell, str(value if _blank(zone) else zone))
            return ""

    def _tell(self, code: str, cell: str, value: str, **words: str) -> None:
        args = tuple(words.items())
        self.findings.append(Finding(code=code, cell=cell, value=value, args=args))

    # ------------------------------------------------------------------ the declaration

    def grown(self) -> tree.Element:
        """Return the declaration, elements in the order of the schema, numbered where needed."""
        root = tree.build(tree.DECLARATION, ROOT)
        self._grow(root, self.root, self.layout.twin.root, f"/{ROOT}")
        return root

    def _grow(self, element: tree.Element, node: _Node, kind: str, where: str) -> None:
        if node.cell:
            self.cells[where] = node.cell
        if node.row:
            self.records[where] = node.row
        for name, (text, cell) in node.attributes.items():
            element.set(name, text)
            if cell:
                self.cells[f"{where}/@{name}"] = cell
        shape = self.layout.twin.kinds.get(kind)
        if shape is None or shape.text:
            element.text = node.text
            return
        for member in shape.members:
            nodes = node.children.get(member.name, ())
            self._number(member, nodes)
            for place, child in enumerate(nodes, 1):
                grown = tree.add(element, member.name)
                self._grow(grown, child, member.type, f"{where}/{member.name}[{place}]")

    def _number(self, member: Member, nodes: Sequence[_Node]) -> None:
        """Give numbers, by the order of rows, where the schema wants some and no column has."""
        shape = self.layout.twin.kinds.get(member.type)
        if shape is None or not any(one.name == NUMBER and one.needed for one in shape.members):
            return
        within = dict(self.layout.spec.numbered_within).get(member.name, "")
        counted: dict[str, int] = {}
        for node in nodes:
            same = node.children.get(within)
            group = same[0].text if same else ""
            counted[group] = counted.get(group, 0) + 1
            if NUMBER not in node.children:
                node.new(NUMBER).text = str(counted[group])

    def positions(self) -> Positions:
        """Return where everything stood."""
        starts = {}
        for one in self.layout.sheets:
            title = self.titles.get(one.spec.id)
            if title and one.steps:
                starts[one.steps[-1].name] = spell_cell(title, 2, 1)
        return Positions(self.cells, self.records, starts)


def _place(node: _Node, column: Column, text: str, cell: str) -> None:
    if column.spec.kind is Kind.LIST:
        *way, last = column.steps
        for one in _LISTED.split(text):
            part = node.at(way).new(last.name)
            part.text, part.cell = one, cell
        return
    found = node.at(column.steps)
    if not column.attribute:
        found.text, found.cell = text, cell
        return
    found.attributes[column.attribute] = text, cell
    for steps, attribute in column.also:
        other = _known(node, steps)
        if other is not None:
            other.attributes[attribute] = text, cell


def _known(node: _Node, steps: Sequence[Step]) -> _Node | None:
    found: _Node | None = node
    for step in steps:
        found = found.known.get(step) if found else None
    return found


def _blank(value: Value) -> bool:
    return isinstance(value, str) and not value.strip()
