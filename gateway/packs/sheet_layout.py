"""A layout of workbooks: which sheet and column fills which element of our declaration.

``sheet.toml`` of a folder below ``schemas/intake`` says it; every path in it is checked against the
schema of the declaration when it is compiled. A column's path is a walk from the element that one
row stands for: names, ``[attribute=value]`` for those of several that carry it, ``[2]`` for the
second, ``@name`` for an attribute. ``..`` is the row of another sheet that a row belongs to;
``@zone`` is the offset of the time before it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.domain.finding import Refusal
from gateway.domain.itinerary import Status
from gateway.packs import tables
from gateway.packs.digests import below, digest_of, folders
from gateway.packs.twin import Twin

FILE = "sheet.toml"
PARENT = ".."
ZONE = "zone"

_STEP = re.compile(r"([A-Za-z]+)(?:\[([^\]]+)\])?")


class Kind(StrEnum):
    """What a column's cells are read as."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    ZONE = "zone"
    LIST = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSpec:
    """One column. ``also`` are attributes that get the same value where their element stands."""

    path: str
    names: tables.PAIRS
    kind: Kind = Kind.TEXT
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSpec:
    """One sheet; a row stands for one ``element``, counted from the root or from the row it is of.

    ``form`` sheets stand for one element: labels in column A, values in B. Rows of a sheet with a
    ``key`` can be named by rows of sheets ``under`` it; ``makes_parent`` rows make the one they
    name if no sheet has it.
    """

    id: str
    names: tables.PAIRS
    element: str = ""
    form: bool = False
    needed: bool = False
    under: str = ""
    key: str = ""
    makes_parent: bool = False
    columns: tuple[ColumnSpec, ...] = field(default=(), metadata={tables.KEY: "column"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WordSpec:
    """One column of the summary, or one severity: what it is called."""

    id: str
    names: tables.PAIRS


@dataclass(frozen=True, slots=True, kw_only=True)
class SummarySpec:
    """The sheet an annotated copy begins with."""

    names: tables.PAIRS
    columns: tuple[WordSpec, ...]
    severities: tuple[WordSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutSpec:
    """``sheet.toml``. ``losses`` says what does not come back the same."""

    id: str
    version: str
    title: str
    summary: SummarySpec
    sheets: tuple[SheetSpec, ...] = field(metadata={tables.KEY: "sheet"})
    aligned_to: str = ""
    source: str = ""
    status: Status = Status.UNVERIFIED
    losses: tuple[str, ...] = ()
    numbered_within: tables.PAIRS = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path; ``place`` counts from 1 among those that fit, 0 is the first or all."""

    name: str
    attributes: tables.PAIRS = ()
    place: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One compiled column, equal to itself alone.

    ``type`` is the schema's of its value; ``needed`` if it must be there; ``also`` are the steps
    and the attribute of each further place.
    """

    spec: ColumnSpec
    steps: tuple[Step, ...]
    attribute: str = ""
    type: str = ""
    needed: bool = False
    also: tuple[tuple[tuple[Step, ...], str], ...] = ()

    @property
    def plain_path(self) -> str:
        """Return the names alone, as a pointer spells them without numbers."""
        return "/".join(step.name for step in self.steps)


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """One compiled sheet; ``steps`` lead to its element, whose type is ``kind``.

    ``known`` are its columns by their names in any language, as :func:`plain` spells them.
    """

    spec: SheetSpec
    steps: tuple[Step, ...]
    kind: str
    columns: tuple[Column, ...]
    known: Mapping[str, Column] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SheetFormat:
    """One compiled layout."""

    spec: LayoutSpec
    digest: str
    twin: Twin
    sheets: tuple[SheetLayout, ...]

    @property
    def id(self) -> str:
        """The name of the format."""
        return self.spec.id

    def knows(self, titles: Iterable[str]) -> int:
        """Return how many of some sheets this layout has."""
        names = {plain(name) for one in self.sheets for _, name in one.spec.names}
        return sum(plain(title) in names for title in titles)

    def words(self, column: Column) -> tuple[str, ...]:
        """Return the values a column may hold, where the schema lists them."""
        return self.twin.words.get(column.type, ())


def plain(name: str) -> str:
    """Return a name as it is compared: composed, without case and further blanks."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def in_language(names: tables.PAIRS, language: str) -> str:
    """Return the name in one language, else in English."""
    told = dict(names)
    return told.get(language) or told.get("en", "")


def compile_sheets(files: Mapping[str, bytes], twin: Twin) -> tuple[SheetFormat, ...]:
    """Compile every layout below ``schemas/intake``, given as bytes by path relative to it.

    Raises:
        Refusal: ``pack.*``.
    """
    formats = []
    for name in folders(files, ""):
        inside = below(files, f"{name}/")
        if FILE in inside:
            with tables.within(name):
                formats.append(_compiled(inside, twin))
    return tuple(formats)


def _compiled(files: Mapping[str, bytes], twin: Twin) -> SheetFormat:
    spec = tables.read(LayoutSpec, tables.load(files[FILE], FILE), FILE)
    sheets: dict[str, SheetLayout] = {}
    for one in spec.sheets:
        if one.under and one.under not in sheets:
            raise _wrong(one.id, one.under)
        start = sheets[one.under].kind if one.under else twin.root
        sheets[one.id] = _sheet(one, start, twin)
    return SheetFormat(spec, digest_of(files), twin, tuple(sheets.values()))


def _sheet(spec: SheetSpec, start: str, twin: Twin) -> SheetLayout:
    walk = _Walk(spec, twin)
    steps, kind, _ = walk.follow(spec.element, start)
    columns = tuple(walk.column(one, kind) for one in spec.columns)
    if spec.key and spec.key not in [one.path for one in spec.columns]:
        raise _wrong(spec.id, spec.key)
    known = {plain(name): one for one in columns for _, name in one.spec.names}
    return SheetLayout(spec, steps, kind, columns, known)


def _wrong(sheet: str, path: str) -> Refusal:
    return tables.refusal("pack.sheet-path", FILE, sheet=sheet, path=path)


@dataclass(frozen=True, slots=True)
class _Walk:
    """Follows paths of one sheet through the types of the declaration."""

    sheet: SheetSpec
    twin: Twin

    def column(self, spec: ColumnSpec, kind: str) -> Column:
        if spec.path == PARENT:
            if not self.sheet.under:
                raise _wrong(self.sheet.id, spec.path)
            return Column(spec, ())
        steps, attribute, found, needed = self._value(spec.path, kind)
        also = tuple(self._value(one, kind)[:2] for one in spec.also)
        if (attribute == ZONE) != (spec.kind is Kind.ZONE):
            raise _wrong(self.sheet.id, spec.path)
        return Column(spec, steps, attribute, found, needed, also)

    def _value(self, path: str, kind: str) -> tuple[tuple[Step, ...], str, str, bool]:
        """Return the steps, the attribute, the type of the value, and whether it must be there."""
        walk, _, attribute = path.partition("@")
        steps, end, needed = self.follow(walk.rstrip("/"), kind)
        shape = self.twin.kinds.get(end)
        if attribute == ZONE:
            return steps, attribute, end, False
        if attribute:
            found = {name: (type_, must) for name, type_, must in shape.attributes} if shape else {}
            if attribute not in found:
                raise _wrong(self.sheet.id, path)
            return steps, attribute, found[attribute][0], needed and found[attribute][1]
        if shape is not None and not shape.text:
            raise _wrong(self.sheet.id, path)
        return steps, "", shape.text if shape else end, needed

    def follow(self, path: str, kind: str) -> tuple[tuple[Step, ...], str, bool]:
        """Return the steps of a path, the type it ends at, and whether all of it must be there."""
        steps: list[Step] = []
        needed = True
        for text in _parted(path):
            step = self._step(text, path)
            shape = self.twin.kinds.get(kind)
            member = (
                next((m for m in shape.members if m.name == step.name), None) if shape else None
            )
            if member is None:
                raise _wrong(self.sheet.id, path)
            steps.append(step)
            kind, needed = member.type, needed and member.needed
            self._check_attributes(step, kind, path)
        return tuple(steps), kind, needed

    def _step(self, text: str, path: str) -> Step:
        found = _STEP.fullmatch(text)
        if found is None:
            raise _wrong(self.sheet.id, path)
        inside = found[2] or ""
        if inside.isdecimal():
            return Step(found[1], place=int(inside))
        pairs = [one.partition("=") for one in inside.split(",") if one]
        return Step(found[1], tuple((name, value) for name, _, value in pairs))

    def _check_attributes(self, step: Step, kind: str, path: str) -> None:
        shape = self.twin.kinds.get(kind)
        known = {name for name, _, _ in shape.attributes} if shape else set()
        if not known.issuperset(name for name, _ in step.attributes):
            raise _wrong(self.sheet.id, path)


def _parted(path: str) -> Iterable[str]:
    return [one for one in path.split("/") if one]
