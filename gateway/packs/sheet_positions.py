"""From a place in our declaration back to the cell of the workbook it was read from."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from gateway.domain.finding import Finding
from gateway.markup.workbook import column_letters, spell_cell, spell_place
from gateway.packs.sheet_layout import Column, SheetLayout
from gateway.packs.twin import ROOT

_STEP = re.compile(r"([^/\[\]]+)(?:\[([0-9]+)\])?")
_VALUE_COLUMN = 2


@dataclass(frozen=True, slots=True)
class Headed:
    """A sheet with the places of its headings: columns of a table, rows of a form."""

    title: str
    layout: SheetLayout
    places: Mapping[Column, int]
    above: dict[Column, str] = field(default_factory=dict)

    def cell(self, column: Column, row: int) -> str:
        """Return the cell of a column in one row; in a form that beside the label."""
        place = self.places[column]
        if self.layout.spec.form:
            return spell_cell(self.title, place, _VALUE_COLUMN)
        if column not in self.above:
            self.above[column] = spell_place(self.title, column_letters(place))
        return f"{self.above[column]}{row}"

    def blank(self, path: str, row: int) -> str:
        """Return the cell of the first column whose path begins so, empty if there is none."""
        for column in self.layout.columns:
            if column in self.places and f"{column.plain_path}/".startswith(f"{path}/"):
                return self.cell(column, row)
        return ""


@dataclass(frozen=True, slots=True)
class Positions:
    """Where everything stood: cells and rows by pointer, every step numbered but the first.

    ``starts`` are the first rows of tables by the name of the element a row of them makes.
    """

    cells: Mapping[str, str]
    records: Mapping[str, tuple[Headed, int]]
    starts: Mapping[str, str]

    def located(self, finding: Finding) -> Finding:
        """Return a finding with its cell; lines count in a document that nobody wrote."""
        if finding.cell:
            return finding
        return replace(
            finding, line=None, cell=self._missing(finding) or self.cell_of(finding.pointer)
        )

    def cell_of(self, pointer: str) -> str:
        """Return the cell a pointer leads to; empty if it leads elsewhere.

        What has no cell of its own has that of the row it stands in.
        """
        if not pointer.startswith(f"/{ROOT}"):
            return ""
        for place in _upwards(_numbered(pointer)):
            if place in self.cells:
                return self.cells[place]
        return ""

    def _missing(self, finding: Finding) -> str:
        """Return the cell in which an element that is missing would stand; empty if none is."""
        place = _numbered(finding.pointer)
        if finding.code == "xsd.unexpected-element":  # rows are in order: one before it is missing
            place = place.rpartition("/")[0]
        elif finding.code != "xsd.missing-element":
            return ""
        names = dict(finding.args).get("expected", "").split(", ")
        record = next((one for one in _upwards(place) if one in self.records), "")
        if record:
            headed, row = self.records[record]
            inside = [_STEP.sub(r"\1", one) for one in place[len(record) :].split("/") if one]
            blanks = (headed.blank("/".join([*inside, name]), row) for name in names)
            if told := next(filter(None, blanks), ""):
                return told
        return next((self.starts[one] for one in names if one in self.starts), "")


def _numbered(pointer: str) -> str:
    """Return a pointer with a number at every step but the first and an attribute."""
    first, *steps = pointer.strip("/").split("/")
    told = [one if one.startswith("@") else _with_number(one) for one in steps]
    return "/" + "/".join([first.partition("[")[0], *told])


def _with_number(step: str) -> str:
    return step if step.endswith("]") else f"{step}[1]"


def _upwards(place: str) -> Iterator[str]:
    while place:
        yield place
        place = place.rpartition("/")[0]
