"""A declaration into the rows of a workbook; what no column holds is told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from gateway.domain.finding import Finding, Severity
from gateway.markup import pointer, tree
from gateway.markup.workbook import Value
from gateway.packs import sheet_values
from gateway.packs.sheet_layout import PARENT, Column, Kind, SheetFormat, SheetLayout, Step
from gateway.packs.sheet_reading import NUMBER

CellValue = Value | Decimal
"""A number is written with all its digits."""


@dataclass(frozen=True, slots=True)
class FilledSheet:
    """One sheet of a layout with a record in each row, values in the order of its columns."""

    layout: SheetLayout
    rows: tuple[tuple[CellValue, ...], ...] = ()


def empty(layout: SheetFormat) -> tuple[FilledSheet, ...]:
    """Return every sheet without rows: a template."""
    return tuple(FilledSheet(one) for one in layout.sheets)


def fill(
    root: tree.Element, layout: SheetFormat
) -> tuple[tuple[FilledSheet, ...], tuple[Finding, ...]]:
    """Return the sheets of a declaration, and ``sheet.not-carried`` for what has no column."""
    filling = _Filling(layout, tree.without(root, tree.XMLDSIG, "Signature"))
    sheets = tuple(filling.sheet(one) for one in layout.sheets)
    return sheets, tuple(filling.left())


@dataclass(slots=True)
class _Filling:
    """Which elements and attributes were written, and where their rows are."""

    layout: SheetFormat
    root: tree.Element
    alive: list[tree.Element] = field(default_factory=list)
    told: set[tuple[tree.Element, str]] = field(default_factory=set)
    records: dict[str, list[tree.Element]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep every element alive: lxml makes a new object of one that nobody holds."""
        self.alive = list(self.root.iter())

    def sheet(self, layout: SheetLayout) -> FilledSheet:
        """Return one sheet filled."""
        above = self.records[layout.spec.under] if layout.spec.under else [self.root]
        made = self.records[layout.spec.id] = []
        rows: list[tuple[CellValue, ...]] = []
        for parent in above:
            for record in _all(parent, layout.steps):
                made.append(record)
                rows.append(
                    tuple(self._value(record, one, parent, layout) for one in layout.columns)
                )
        if layout.spec.makes_parent:
            return FilledSheet(layout, tuple(rows))
        return FilledSheet(layout, tuple(row for row in rows if any(one != "" for one in row)))

    def _value(
        self, record: tree.Element, column: Column, parent: tree.Element, layout: SheetLayout
    ) -> CellValue:
        if column.spec.path == PARENT:
            above = next(one for one in self.layout.sheets if one.spec.id == layout.spec.under)
            return sheet_values.cell_of(tree.text(parent, f"d:{above.spec.key}"), column.spec.kind)
        found = list(_all(record, column.steps))
        if not found:
            return ""
        first = found[0]
        if column.spec.kind is Kind.ZONE:
            return sheet_values.zone_of(first.text or "")
        if column.attribute:
            return self._attribute(record, first, column)
        taken = found if column.spec.kind is Kind.LIST else found[:1]
        for one in taken:
            self._tell(one, column.steps)
        text = ", ".join(one.text or "" for one in taken)
        return sheet_values.cell_of(text, column.spec.kind)

    def _attribute(self, record: tree.Element, first: tree.Element, column: Column) -> CellValue:
        value = first.get(column.attribute, "")
        self.told.add((first, column.attribute))
        for steps, attribute in column.also:
            other = next(iter(_all(record, steps)), None)
            if other is not None and other.get(attribute) == value:
                self.told.add((other, attribute))
        return sheet_values.cell_of(value, column.spec.kind)

    def _tell(self, element: tree.Element, steps: Sequence[Step]) -> None:
        """Note that an element is written, with the attributes that its path names."""
        self.told.add((element, ""))
        for name, _ in steps[-1].attributes if steps else ():
            self.told.add((element, name))

    def left(self) -> Iterator[Finding]:
        """Yield what was not written anywhere, save numbers that rows get by their order."""
        within = dict(self.layout.spec.numbered_within)
        for one in self.alive:
            whole = len(one) == 0 and (one, "") not in self.told and not _counted(one, within)
            if whole:
                yield _not_carried(pointer.spell(one), one.text or "")
            for name, value in one.attrib.items():
                if not whole and (one, str(name)) not in self.told:
                    yield _not_carried(pointer.spell_attribute(one, str(name)), str(value))


def _not_carried(place: str, value: str) -> Finding:
    return Finding(
        code="sheet.not-carried", severity=Severity.INFORMATION, pointer=place, value=value
    )


def _all(start: tree.Element, steps: Sequence[Step]) -> list[tree.Element]:
    """Return the elements at the end of a path, in their order."""
    found = [start]
    for step in steps:
        found = [child for one in found for child in _fitting(one, step)]
    return found


def _fitting(parent: tree.Element, step: Step) -> list[tree.Element]:
    fitting = [
        child
        for child in parent.iterchildren(f"{{{tree.DECLARATION}}}{step.name}")
        if all(child.get(name) == value for name, value in step.attributes)
    ]
    return fitting[step.place - 1 : step.place] if step.place else fitting


def _counted(node: tree.Element, within: dict[str, str]) -> bool:
    """Tell whether an element is the number that its order gives it."""
    above = node.getparent()
    if tree.name(node) != NUMBER or above is None:
        return False
    group = within.get(tree.name(above), "")
    own = tree.text(above, f"d:{group}") if group else ""
    before = [
        one
        for one in above.itersiblings(str(above.tag), preceding=True)
        if not group or tree.text(one, f"d:{group}") == own
    ]
    return node.text == str(len(before) + 1)
