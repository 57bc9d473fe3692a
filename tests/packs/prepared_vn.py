"""Prepared documents for the Vietnamese pack, built from the shipped declaration by the pipeline.

What cases are made of them stands in ``tests.packs.cases_vn``.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from gateway.adapters.pack_folder import read_folder, read_offices, schemas_root
from gateway.domain.event import Event, EventKind
from gateway.domain.identifiers import MovementReference
from gateway.domain.itinerary import CustomsOffice, Itinerary, OfficeRole, Stop
from gateway.domain.movement import Movement
from gateway.domain.procedure import OfficialNumber, Procedure, ProcedureState
from gateway.markup import safe, tree
from gateway.packs import layout
from gateway.packs.pack import Pack
from gateway.pipeline.project import Addressee, Subject, declared_totals, prepare
from gateway.pipeline.read import read_declaration
from tests.packs.edits import Edit, with_edits

FOLDER = schemas_root() / "packs" / "vn"
EXAMPLE = schemas_root() / "declaration" / "v1" / "examples" / "chongqing-haiduong.xml"
REFERENCE = str(MovementReference.make(2026, "CN", "4F7KQ2M9XTBN"))
MESSAGE = "msg_0197a1b2c3d4e5f60718293a4b5c6d7e"
TRANSPORT = "500123456789"
IMPORT = "100123456789"


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Sending:
    """When a message goes, to which role, and what had happened by then."""

    role: OfficeRole
    until: EventKind
    numbers: bool


SENDINGS = {
    "OLA": Sending(OfficeRole.ENTRY, EventKind.SUBMITTED, numbers=False),
    "OLC": Sending(OfficeRole.ENTRY, EventKind.SUBMITTED, numbers=True),
    "IDA": Sending(OfficeRole.DESTINATION, EventKind.SUBMITTED, numbers=False),
    "IDC": Sending(OfficeRole.DESTINATION, EventKind.SUBMITTED, numbers=True),
    "TIR": Sending(OfficeRole.ENTRY, EventKind.EXITED, numbers=True),
    "BOA": Sending(OfficeRole.ENTRY, EventKind.ENTERED, numbers=True),
    "BIA": Sending(OfficeRole.DESTINATION, EventKind.ARRIVED, numbers=True),
}

JOURNEY = (
    (EventKind.SUBMITTED, "CN008001", _at(23, 1), ()),
    (EventKind.RELEASED, "CN008001", _at(23, 3), ()),
    (EventKind.DEPARTED, "CN008001", _at(24, 0, 12), (("seal", "CQ8801172, ES20261123A7"),)),
    (EventKind.EXITED, "CN00X001", _at(25, 5, 37), ()),
    (EventKind.ENTERED, "VN0015BB", _at(25, 6, 1), ()),
    (EventKind.TRANSIT_STARTED, "VN0015BB", _at(25, 6, 28), ()),
    (EventKind.ARRIVED, "VN0003PJ", _at(25, 17, 20), (("remarks", "Niêm phong nguyên vẹn"),)),
)
"""Kind, office, UTC time and facts. The arrival is after midnight at Hai Duong (UTC+7)."""


@cache
def offices() -> Mapping[str, CustomsOffice]:
    """Return the shipped offices, read once."""
    return read_offices(read_folder(schemas_root()))


def example() -> tree.Element:
    """Return the shipped declaration."""
    return safe.parse(EXAMPLE.read_bytes())


def edited(*edits: Edit) -> tree.Element:
    """Return the shipped declaration after some changes."""
    return with_edits(example(), *edits)


def repeated(path: str, times: int) -> Edit:
    """Return an edit after which every element at ``path`` stands ``times`` times, numbered."""

    def edit(root: tree.Element) -> None:
        for node in tree.elements(root, path):
            parent = node.getparent()
            for _ in range(times - 1):
                parent.append(deepcopy(node))
        for place, node in enumerate(tree.elements(root, path), start=1):
            for sequence in tree.elements(node, "d:SequenceNumeric | d:DeclarationItemNumeric"):
                sequence.text = str(place)

    return edit


def in_houses(count: int) -> Edit:
    """Return an edit that spreads the items over ``count`` house consignments."""

    def edit(root: tree.Element) -> None:
        house = tree.elements(root, "d:Consignment/d:HouseConsignment")[0]
        items = tree.elements(house, "d:GoodsItem")
        for number in range(count, 1, -1):
            other = tree.build(tree.DECLARATION, "HouseConsignment")
            other.append(tree.build(tree.DECLARATION, "SequenceNumeric", content=str(number)))
            other.extend(items[number - 1 :: count])
            house.addnext(other)

    return edit


def subject(root: tree.Element, until: EventKind, *, numbers: bool = True) -> Subject:
    """Return what is told about: everything up to ``until`` has happened."""
    declaration = read_declaration(root)
    known = offices()
    stops = tuple(
        Stop(
            sequence=stop.sequence,
            office=known[stop.office],
            role=stop.role,
            expected_at=stop.expected_at,
        )
        for stop in declaration.stops
    )
    given = {"vn-transport": ("transport", TRANSPORT), "vn-import": ("import", IMPORT)}
    movement = Movement(
        reference=REFERENCE,
        tenant="tnt_test",
        prelodged=False,
        procedures=tuple(
            Procedure(
                kind=kind,
                administration="VN",
                state=ProcedureState.LODGED if numbers else ProcedureState.PLANNED,
                numbers=(OfficialNumber(*number),) if numbers else (),
            )
            for kind, number in given.items()
        ),
        happened=_happened(until),
    )
    return Subject(
        root=root,
        lrn=declaration.lrn,
        totals=declared_totals(root),
        itinerary=Itinerary(stops),
        movement=movement,
        trip="trp_01970000000000000000000000000001",
        batch=declaration.vehicle.batch,
    )


def _happened(until: EventKind) -> tuple[Event, ...]:
    events = []
    for place, (kind, office, at, facts) in enumerate(JOURNEY, start=1):
        events.append(Event(sequence=place, kind=kind, at=at, office=office, facts=facts))
        if kind is until:
            break
    return tuple(events)


def prepared(pack: Pack, message: str, *edits: Edit, dry_run: bool = False) -> tree.Element:
    """Return the prepared document of one message type, as sent or in the dry run."""
    sending = SENDINGS[message]
    until = EventKind.SUBMITTED if dry_run else sending.until
    told = subject(edited(*edits), until, numbers=sending.numbers and not dry_run)
    addressee = Addressee(
        pack=pack,
        spec=pack.message(message),
        stop=told.itinerary.playing(sending.role)[0],
        message=MESSAGE,
        at=told.movement.happened[-1].at,
        dry_run=dry_run,
    )
    return prepare(told, addressee)


def job_of(pack: Pack, message: str, *edits: Edit) -> tree.Element:
    """Return the job that a message type becomes, read back from its bytes."""
    contents = pack.project(message, prepared(pack, message, *edits))
    return layout.decode(contents[0], pack.layouts)


def value(job: tree.Element, name: str, group: str = "", place: int = 1) -> str:
    """Return the text of a field, of the job itself or of one occurrence of a group."""
    step = f"j:Group[@name='{group}'][{place}]/" if group else ""
    return tree.text(job, f"{step}j:Field[@name='{name}']")


def values(job: tree.Element, name: str, group: str) -> list[str]:
    """Return the texts of a field in all occurrences of a group."""
    path = f"j:Group[@name='{group}']/j:Field[@name='{name}']"
    return [tree.text(one, ".") for one in tree.elements(job, path)]


ITEM = "d:Consignment/d:HouseConsignment/d:GoodsItem"
FIRST_ITEM = f"{ITEM}[d:DeclarationItemNumeric='1']"
