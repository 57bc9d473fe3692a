"""What Viet Nam is told when something happens or goods come by rail: prepared documents.

Corrections, cancellations and amendments after release are owed on an occasion, which stands last
among what happened; the cases that are made of them are in ``tests.packs.cases_vn``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gateway.domain.event import Event, EventKind
from gateway.domain.itinerary import OfficeRole
from gateway.domain.procedure import ProcedureState
from gateway.markup import tree
from gateway.packs.pack import Pack
from gateway.pipeline import project
from gateway.pipeline.project import Addressee, Subject, prepare
from tests.packs import prepared_north as north
from tests.packs import prepared_vn as south
from tests.packs.edits import Edit, replaced

AMENDED = (
    ("version", "2"),
    ("reason", "weight"),
    ("text", "Đóng gói lại"),
    ("changed", "/Declaration/Consignment/GrossMassMeasure"),
)
INCIDENT = (
    ("code", "2"),
    ("text", "Niêm phong đứt, niêm lại"),
    ("place", "Lạng Sơn"),
    ("country", "VN"),
    ("seals", "VN2200981; VN2200982"),
)
NEW_VEHICLE = (
    ("code", "3"),
    ("text", "Xe hỏng, chuyển tải"),
    ("seals", "VN2200983"),
    ("plates", "12C-08812, 12R-00417"),
)
CANCEL = (("reason", "buyer"), ("text", "Người mua hủy hợp đồng"))
FACTS = {
    EventKind.AMENDED: AMENDED,
    EventKind.INCIDENT: INCIDENT,
    EventKind.INVALIDATION_ASKED: CANCEL,
    EventKind.SUBSTITUTED: AMENDED,
    EventKind.DIVERTED: AMENDED,
}


@dataclass(frozen=True)
class Telling:
    """When a message goes: ``way`` is south or north, ``until`` the last event before the occasion.

    ``state`` is where the procedure of the message stands.
    """

    way: str
    role: OfficeRole
    until: EventKind
    occasion: EventKind | None = None
    state: ProcedureState = ProcedureState.ACCEPTED
    facts: tuple[tuple[str, str], ...] | None = None
    edits: tuple[Edit, ...] = field(default=())


def by_rail(root: tree.Element) -> None:
    """Let the goods come to the border station by train: a locomotive, two wagons, a container."""
    for path, code in (("UNECE", "2"), ("CN", "3"), ("VN", "25")):
        replaced(f"d:Trip/d:Leg/d:ModeCode[@system='{path}']", code)(root)
    leg = tree.elements(root, "d:Trip/d:Leg")[0]
    for node in tree.elements(leg, "d:Vehicle | d:Driver | d:Permit | d:LengthMeasure"):
        leg.remove(node)
    for kind, plate in (
        ("locomotive", "DF7G-5132"),
        ("wagon", "P70-3385021"),
        ("wagon", "X6K-5241137"),
    ):
        vehicle = tree.build(tree.DECLARATION, "Vehicle", [("kind", kind)])
        vehicle.append(tree.build(tree.DECLARATION, "Plate", [("country", "CN")], content=plate))
        leg.append(vehicle)
    replaced("d:Trip/d:TransportEquipment/d:ID", "CSQU3054383")(root)
    replaced("d:Trip/d:TransportEquipment/d:TypeCode", "45R1")(root)


SOUTH, NORTH = "south", "north"
ENTRY, EXIT = OfficeRole.ENTRY, OfficeRole.EXIT
DESTINATION, DEPARTURE = OfficeRole.DESTINATION, OfficeRole.DEPARTURE
LEFT, AWAY, GONE = EventKind.RELEASED, EventKind.DEPARTED, EventKind.EXITED
CHANGED, HURT, ASKED = EventKind.AMENDED, EventKind.INCIDENT, EventKind.INVALIDATION_ASKED
MOVED, OTHER = EventKind.DIVERTED, EventKind.SUBSTITUTED
RELEASED, CLOSED = ProcedureState.RELEASED, ProcedureState.CLOSED
RAIL = (by_rail,)

TELLINGS: Mapping[str, Telling] = {
    "COT": Telling(SOUTH, ENTRY, LEFT, CHANGED, RELEASED),
    "COT-cancel": Telling(SOUTH, ENTRY, LEFT, ASKED, RELEASED),
    "TIR-cancel": Telling(SOUTH, ENTRY, GONE, MOVED, RELEASED),
    "TOR-cancel": Telling(NORTH, EXIT, AWAY, MOVED, ProcedureState.LODGED),
    "TIR-change": Telling(SOUTH, ENTRY, GONE, CHANGED, RELEASED),
    "TOR-change": Telling(NORTH, EXIT, AWAY, CHANGED, ProcedureState.LODGED),
    "IDD": Telling(SOUTH, DESTINATION, LEFT, CHANGED),
    "IDA01": Telling(SOUTH, DESTINATION, LEFT, CHANGED),
    "IDE": Telling(SOUTH, DESTINATION, LEFT, CHANGED),
    "EDD": Telling(NORTH, DEPARTURE, EventKind.SUBMITTED, CHANGED),
    "EDA01": Telling(NORTH, DEPARTURE, EventKind.SUBMITTED, CHANGED),
    "EDE": Telling(NORTH, DEPARTURE, EventKind.SUBMITTED, CHANGED),
    "AMA": Telling(SOUTH, DESTINATION, EventKind.ARRIVED, CHANGED, CLOSED),
    "AMC": Telling(SOUTH, DESTINATION, EventKind.ARRIVED, CHANGED, CLOSED),
    "AMA-E": Telling(NORTH, DEPARTURE, LEFT, CHANGED, RELEASED),
    "AMC-E": Telling(NORTH, DEPARTURE, LEFT, CHANGED, RELEASED),
    "ImportCancellation": Telling(SOUTH, DESTINATION, LEFT, ASKED),
    "ExportCancellation": Telling(NORTH, DEPARTURE, LEFT, ASKED, RELEASED),
    "RMR": Telling(SOUTH, ENTRY, AWAY, edits=RAIL),
    "DRM": Telling(SOUTH, ENTRY, AWAY, edits=RAIL),
    "RIR": Telling(SOUTH, ENTRY, GONE, edits=RAIL),
    "ROR": Telling(NORTH, EXIT, AWAY, edits=RAIL),
}
"""Every message type beside those of ``prepared_vn`` and ``prepared_north``, as it usually goes."""


def subject(telling: Telling, procedure: str, edits: tuple[Edit, ...]) -> Subject:
    """Return what is told about: the procedure stands where ``telling`` says, the occasion last."""
    way = south if telling.way == SOUTH else north
    told = way.subject(way.edited(*edits), telling.until)
    movement = told.movement
    procedures = tuple(
        replace(one, state=telling.state) if one.kind == procedure else one
        for one in movement.procedures
    )
    happened = movement.happened
    if telling.occasion is not None:
        last = happened[-1]
        facts = FACTS[telling.occasion] if telling.facts is None else telling.facts
        happened += (
            Event(
                sequence=last.sequence + 1,
                kind=telling.occasion,
                at=last.at,
                office=happened[0].office,
                facts=facts,
            ),
        )
    return replace(told, movement=replace(movement, procedures=procedures, happened=happened))


def prepared(
    pack: Pack, message: str, *edits: Edit, telling: Telling | None = None
) -> tree.Element:
    """Return the document of one message type as it usually goes, or as ``telling`` says."""
    telling = telling or TELLINGS[message]
    spec = pack.message(message)
    told = subject(telling, spec.procedure, (*telling.edits, *edits))
    addressee = Addressee(
        pack=pack,
        spec=spec,
        stop=told.itinerary.playing(telling.role)[0],
        message=south.MESSAGE,
        at=told.movement.happened[-1].at,
    )
    return prepare(told, addressee)


def asked(procedure: str, role: OfficeRole, way: str, *edits: Edit) -> tree.Element:
    """Return the prepared document that the rules of a procedure read, for the office of a role."""
    told = subject(Telling(way, role, EventKind.SUBMITTED), procedure, edits)
    at = told.movement.happened[-1].at
    document = project._around(tree.copied(told.root), project._circumstances(told, at))
    stop = told.itinerary.playing(role)[0]
    for name, value in project._stop_attributes(stop, at):
        document[0].set(name, value)
    return document
