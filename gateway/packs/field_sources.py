"""From a field of an office's message back to our declaration.

An office that refuses a message points into *its* format. Its sender knows only the declaration, so
the pointer is led back by the same table that says where every field comes from:
``schemas/field-matrix.toml`` for the shipped packs, ``fields.toml`` in a pack's own folder::

    [ImportNotice]
    "Item/CommodityCode" = "Consignment/HouseConsignment/GoodsItem/Commodity/HarmonizedSystemCode"
    "Agent/ID" = "Party/ID (broker, USCC)"
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import TypeAlias

from gateway.domain.finding import Finding
from gateway.domain.message import OfficeFinding
from gateway.markup.tree import Element, elements, text
from gateway.packs import tables

FieldSources: TypeAlias = Mapping[str, Mapping[str, str]]
"""By message type and field of it: the element of our declaration, below its root."""

FILE = "fields.toml"
MATRIX = "field-matrix.toml"
CODE = "office.finding"
UNPLACED = "office.finding-unplaced"

_GIVERS = frozenset({"gateway gives", "authority gives", "enterprise reports", "signatory adds"})
_STEP = re.compile(r"(?:[\w.\-]+:)?([\w.\-]+)(?:\[(\d+)\])?$")
_FIELD = re.compile(r"(?:Field|Group)?\[@name ?= ?['\"]([\w.\-]+)['\"]\]")
_HOUSE, _ITEM = "HouseConsignment", "GoodsItem"
_WHOLE = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class _MatrixRow:
    pack: str
    type: str
    fields: tables.PAIRS


@dataclass(frozen=True, slots=True)
class _Matrix:
    message: tuple[_MatrixRow, ...] = ()


def read_matrix(files: Mapping[str, bytes]) -> dict[str, FieldSources]:
    """Return the sources of ``field-matrix.toml`` by pack id; none where there is no such file.

    Raises:
        Refusal: ``pack.*``.
    """
    if MATRIX not in files:
        return {}
    rows = tables.read(_Matrix, tables.load(files[MATRIX], MATRIX), MATRIX).message
    packs: dict[str, dict[str, Mapping[str, str]]] = {}
    for row in rows:
        packs.setdefault(row.pack, {})[row.type] = dict(row.fields)
    return dict(packs)


def read_fields(files: Mapping[str, bytes]) -> FieldSources:
    """Return the sources of a pack's own ``fields.toml``.

    Raises:
        Refusal: ``pack.*``.
    """
    if FILE not in files:
        return {}
    document = tables.load(files[FILE], FILE)
    return {kind: dict(tables.pairs(table, FILE, kind)) for kind, table in document.items()}


def told(
    remark: OfficeFinding, sources: Mapping[str, str], label: str, root: Element | None
) -> Finding:
    """Return an office's remark as a finding of ours.

    ``root`` is the declaration: with it parties and offices get their number, and a value the
    office did not repeat is filled in.
    """
    pointer = led_back(remark.pointer, sources, root)
    words = (("code", remark.code), ("text", remark.text), ("field", remark.pointer or "-"))
    return Finding(
        code=CODE if pointer else UNPLACED,
        pointer=pointer,
        value=remark.value or (_value(root, pointer) if root is not None and pointer else ""),
        source=label,
        args=words,
    )


def root_of(remark: OfficeFinding) -> str:
    """Return the name of the message that a remark points into, or nothing."""
    steps = _steps(remark.pointer)
    return steps[0][0] if steps and remark.pointer.startswith("/") else ""


def led_back(pointer: str, sources: Mapping[str, str], root: Element | None) -> str:
    """Return our pointer, or nothing: the longest known part of theirs decides.

    Who points at a group of fields means what all of them come from, and who points at the whole
    message the whole declaration (NCTS guideline G0009: so do the errors that are about no field).
    """
    steps = _steps(pointer)
    if len(steps) == 1 and pointer.startswith("/") and sources:
        return "/Declaration"
    for start in range(len(steps)):
        path = "/".join(name for name, _ in steps[start:])
        source = sources.get(path) or _shared(path, sources)
        if source:
            place, _, which = source.partition(" (")
            if place in _GIVERS:
                return ""
            if place == _WHOLE:
                return "/Declaration"
            return _numbered(place.split("/"), which.rstrip(")"), steps[start:], root)
    return ""


def _shared(path: str, sources: Mapping[str, str]) -> str:
    """Return the element that the known fields of a group come from, or nothing.

    A group of which most comes from one goods item is that item, even if a field is not.
    """
    under = {
        field.removeprefix(f"{path}/"): source
        for field, source in sources.items()
        if field.startswith(f"{path}/")
    }
    own = [source for field, source in under.items() if "/" not in field]
    known = [place for source in own or under.values() if (place := _place_of(source))]
    of_items = [place for place in known if _ITEM in place]
    if 2 * len(of_items) > len(known):
        known = [place[: place.index(_ITEM) + 1] for place in of_items]
    same = takewhile(lambda steps: len(set(steps)) == 1, zip(*known, strict=False))
    return "/".join(steps[0] for steps in same) or (_WHOLE if known else "")


def _place_of(source: str) -> list[str]:
    """Return the steps of a source; nothing where it is not ours, one where it sums up many."""
    place, _, which = source.partition(" (")
    if place in _GIVERS:
        return []
    return place.split("/")[: 1 if which.startswith("sum") else None]


def line_of(pointer: str, root: Element) -> int | None:
    """Return the line of what our pointer leads to, as far as it is there."""
    steps = [step for step in pointer.split("/")[2:] if not step.startswith("@")]
    found: Element | None = root
    for step in steps:
        inside = elements(found, f"d:{step}") if found is not None else []
        if not inside:
            break
        found = inside[0]
    return found.sourceline if found is not None else None


def _steps(pointer: str) -> list[tuple[str, str]]:
    """Split ``/a:Root/Item[2]/Code`` or ``/Job/Field[@name='TRC']`` into names and numbers."""
    plain = _FIELD.sub(lambda found: found.group(1), pointer)
    found = (_STEP.match(step.strip()) for step in plain.split("/") if step.strip())
    return [(one.group(1), one.group(2) or "") for one in found if one]


def _numbered(
    ours: list[str], which: str, theirs: list[tuple[str, str]], root: Element | None
) -> str:
    """Give our steps the numbers of theirs: by the same name, else the goods item's."""
    numbers = dict.fromkeys(ours, "")
    for name, number in theirs:
        if number and name in numbers:
            numbers[name] = number
        elif number and _ITEM in numbers and not numbers[_ITEM]:
            numbers[_ITEM] = number
    if root is not None and numbers.get(_ITEM) and not numbers.get(_HOUSE):
        numbers |= _item(root, int(numbers[_ITEM]))
    if root is not None and ours[0] == "Party":
        numbers["Party"] = _place(root, "d:Party", "@role", which)
    if root is not None and ours[:2] == ["Itinerary", "Office"]:
        numbers["Office"] = _place(root, "d:Itinerary/d:Office", "d:RoleCode", which)
    spelled = (f"{name}[{numbers[name]}]" if numbers[name] else name for name in ours)
    return "/Declaration/" + "/".join(spelled)


def _item(root: Element, number: int) -> dict[str, str]:
    """Return the numbers of house consignment and item of the n-th item over all houses."""
    houses = elements(root, f"d:Consignment/d:{_HOUSE}")
    for place, house in enumerate(houses, start=1):
        inside = len(elements(house, f"d:{_ITEM}"))
        if number <= inside:
            return {
                _HOUSE: str(place) if len(houses) > 1 else "",
                _ITEM: str(number) if inside > 1 else "",
            }
        number -= inside
    return {}


def _place(root: Element, path: str, role: str, which: str) -> str:
    """Return the number of the first element whose ``role`` is the first word of ``which``."""
    wanted = which.partition(",")[0].strip()
    found = elements(root, path)
    places = (at for at, one in enumerate(found, start=1) if text(one, role) == wanted)
    return str(next(places, "")) if len(found) > 1 else ""


def _value(root: Element, pointer: str) -> str:
    steps = pointer.split("/")[2:]
    return text(root, "/".join(f"d:{step}" for step in steps)) if steps else ""
