"""Prepared documents for the common transit pack, built from our own CC015C by the pipeline."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from gateway.adapters.pack_folder import read_folder, read_offices, schemas_root
from gateway.domain.event import Event, EventKind
from gateway.domain.identifiers import MovementReference
from gateway.domain.itinerary import CustomsOffice, Itinerary, OfficeRole, Stop
from gateway.domain.movement import Movement
from gateway.domain.procedure import OfficialNumber, Procedure, ProcedureState
from gateway.markup import safe, tree
from gateway.packs.intake_format import IntakeFormat, compile_intakes
from gateway.packs.pack import Pack
from gateway.pipeline.convert import convert, fill_placeholders
from gateway.pipeline.project import Addressee, Subject, declared_totals, prepare
from gateway.pipeline.read import read_declaration
from gateway.register.load import with_askers
from tests.packs.edits import Edit, replaced

FOLDER = schemas_root() / "packs" / "ctc"
OWN = Path(__file__).resolve().parents[1] / "interop" / "own"
SUBMITTED = datetime(2026, 11, 23, 9, 0, 5, tzinfo=UTC)
REFERENCE = str(MovementReference.make(2026, "GB", "4F7KQ2M9XTBN"))
MESSAGE = "msg_0197a1b2c3d4e5f60718293a4b5c6d7e"
MRN = "26GB4F7KQ2M9TR3WJ1"
BAD_MRN = "26GB4F7KQ2M9TR3WJ2"
LONG_AGO = "2026-11-22T09:00:00Z"

RELEASE = (
    ("acceptance-date", "2026-11-23"),
    ("release-date", "2026-11-24"),
    ("control-code", "A3"),
    ("control-date", "2026-11-24"),
)
CONTROL = (("control-code", "A1"), ("control-date", "2026-11-26"), ("state-of-seals", "1"))
RESEALED = (
    ("code", "2"),
    ("text", "Seals broken in an accident and replaced"),
    ("unlocode", "GBLIV"),
    ("place", "Mile 12 of the M2"),
    ("country", "GB"),
    ("endorsed-on", "2026-11-25"),
    ("endorsed-by", "Border Force"),
    ("endorsed-at", "Liverpool"),
    ("endorsed-in", "GB"),
    ("equipment", "CSQU3054383"),
    ("seals", "NEW 1, NEW 2, NEW 3"),
)
RELOADED = (
    ("code", "3"),
    ("text", "Engine failure, goods moved to another vehicle"),
    ("country", "GB"),
    ("plates", "GB:AB12CDE TRL5"),
)
REROUTED = (("code", "1"), ("text", "Road closed"), ("country", "GB"), ("place", "A1"))
WHY = (("reason", "buyer withdrew"), ("text", "Order cancelled"))

Moment = tuple[EventKind, OfficeRole | str, int, tuple[tuple[str, str], ...]]
"""Kind, role of the office or its code, hours after submission, facts."""

SUBMISSION: Moment = (EventKind.SUBMITTED, OfficeRole.DEPARTURE, 0, ())
RELEASED: Moment = (EventKind.RELEASED, OfficeRole.DEPARTURE, 20, RELEASE)
CROSSED: Moment = (EventKind.PASSED, OfficeRole.TRANSIT, 40, (("passage-date", "2026-11-25"),))
LEFT: Moment = (EventKind.LEFT_AREA, OfficeRole.EXIT, 38, (("passage-date", "2026-11-25"),))
ARRIVED: Moment = (EventKind.ARRIVED, OfficeRole.DESTINATION, 60, ())
BROKEN: Moment = (EventKind.INCIDENT, OfficeRole.TRANSIT, 41, RESEALED)
ASKED: Moment = (EventKind.RECORD_ASKED, "XI000142", 50, (("request", "ASK-0001"),))
CONTROLLED: Moment = (EventKind.CONTROLLED, OfficeRole.DESTINATION, 70, CONTROL)
AMENDED: Moment = (EventKind.AMENDED, OfficeRole.DEPARTURE, 21, ())
TAKEN_BACK: Moment = (EventKind.INVALIDATION_ASKED, OfficeRole.DEPARTURE, 22, WHY)
INVALID: Moment = (EventKind.INVALIDATED, OfficeRole.DEPARTURE, 26, ())

HISTORY: Mapping[str, tuple[OfficeRole | str, tuple[Moment, ...]]] = {
    "CC015C": (OfficeRole.DEPARTURE, (SUBMISSION,)),
    "CC170C": (
        OfficeRole.DEPARTURE,
        (SUBMISSION, (EventKind.PRESENTED, OfficeRole.DEPARTURE, 2, ())),
    ),
    "CC013C": (OfficeRole.DEPARTURE, (SUBMISSION, AMENDED)),
    "CC014C": (
        OfficeRole.DEPARTURE,
        (SUBMISSION, RELEASED, TAKEN_BACK),
    ),
    "CD001C": (OfficeRole.DESTINATION, (SUBMISSION, RELEASED)),
    "CD003C": ("XI000142", (SUBMISSION, RELEASED, CROSSED, BROKEN, ASKED)),
    "CD050C": (OfficeRole.TRANSIT, (SUBMISSION, RELEASED)),
    "CD160C": (OfficeRole.EXIT, (SUBMISSION, RELEASED)),
    "CD118C": (OfficeRole.DEPARTURE, (SUBMISSION, RELEASED, CROSSED)),
    "CD168C": (OfficeRole.DEPARTURE, (SUBMISSION, RELEASED, LEFT)),
    "CD180C": (OfficeRole.DEPARTURE, (SUBMISSION, RELEASED, CROSSED, BROKEN)),
    "CD181C": (OfficeRole.DESTINATION, (SUBMISSION, RELEASED, CROSSED, BROKEN)),
    "CD010C": (OfficeRole.DESTINATION, (SUBMISSION, RELEASED, INVALID)),
    "CD006C": (OfficeRole.DEPARTURE, (SUBMISSION, RELEASED, ARRIVED)),
    "CD024C": (OfficeRole.TRANSIT, (SUBMISSION, RELEASED, ARRIVED)),
    "CD018C": (
        OfficeRole.DEPARTURE,
        (SUBMISSION, RELEASED, ARRIVED, CONTROLLED),
    ),
}
"""By message type: to whom (a role or an office that asked), and what had happened by then."""


@cache
def intakes() -> tuple[IntakeFormat, ...]:
    """Return the compiled foreign formats."""
    return compile_intakes(read_folder(schemas_root() / "intake"))


@cache
def _offices() -> Mapping[str, CustomsOffice]:
    return read_offices(
        {f"offices/{name}": raw for name, raw in read_folder(schemas_root() / "offices").items()}
    )


def converted(raw: bytes, *edits: Edit) -> tree.Element:
    """Return our declaration made from a CC015C template."""
    made = convert(fill_placeholders(raw, SUBMITTED), intakes())
    assert made is not None
    root = safe.parse(made.content)
    for edit in edits:
        edit(root)
    return root


def own(name: str, *edits: Edit) -> tree.Element:
    """Return one of the declarations of ``tests/interop/own``, after some changes."""
    return converted((OWN / f"{name}.xml").read_bytes(), *edits)


def subject(
    root: tree.Element,
    history: Iterable[Moment],
    state: ProcedureState = ProcedureState.RELEASED,
) -> Subject:
    """Return what is told about when all of ``history`` happened."""
    history = tuple(history)
    declaration = read_declaration(root)
    stops = tuple(
        Stop(
            sequence=stop.sequence,
            office=_offices()[stop.office],
            role=stop.role,
            expected_at=stop.expected_at,
        )
        for stop in declaration.stops
    )
    itinerary = Itinerary(stops)
    lodged = not any(kind is EventKind.RELEASED for kind, *_ in history)
    if lodged and state is ProcedureState.RELEASED:
        state = ProcedureState.LODGED
    procedure = Procedure(
        kind="ctc-transit",
        administration=stops[0].office.administration,
        state=state,
        numbers=() if state is ProcedureState.LODGED else (OfficialNumber("mrn", MRN),),
    )
    movement = Movement(
        reference=REFERENCE,
        tenant="tnt_test",
        prelodged=declaration.prelodged,
        procedures=(procedure,),
        happened=tuple(_happened(itinerary, history)),
    )
    return Subject(
        root=root,
        lrn=declaration.lrn,
        totals=declared_totals(root),
        itinerary=with_askers(itinerary, movement, _offices()),
        movement=movement,
        trip="trp_01970000000000000000000000000001",
        batch=REFERENCE,
    )


def _happened(itinerary: Itinerary, history: Iterable[Moment]) -> Iterator[Event]:
    for place, (kind, where, hours, facts) in enumerate(history, start=1):
        at = SUBMITTED + timedelta(hours=hours)
        office = itinerary.playing(where)[0].office.code if isinstance(where, OfficeRole) else where
        yield Event(sequence=place, kind=kind, at=at, office=office, facts=facts)


def addressed(
    pack: Pack,
    message: str,
    root: tree.Element,
    *more: Moment,
    dry_run: bool = False,
    to: OfficeRole | str = "",
    state: ProcedureState = ProcedureState.RELEASED,
    history: tuple[Moment, ...] = (),
) -> tuple[Subject, Addressee]:
    """Return what is told of and to whom, when a message is owed or dry at submission.

    ``more`` happens besides the usual history of the type, or ``history`` instead of it; ``to`` is
    the role or the code of the office told, if it is not the usual one.
    """
    usual, happened = HISTORY[message]
    happened = (*(history or happened), *more)
    told = subject(root, (SUBMISSION,) if dry_run else happened, state)
    wanted = to or usual
    addressee = Addressee(
        pack=pack,
        spec=pack.message(message),
        stop=[one for one in told.itinerary.stops if wanted in (one.role, one.office.code)][-1],
        message=MESSAGE,
        at=told.movement.happened[-1].at,
        dry_run=dry_run,
    )
    return told, addressee


def prepared(
    pack: Pack, message: str, root: tree.Element, *more: Moment, **circumstances: Any
) -> tree.Element:
    """Return the prepared document of one message; arguments as of :func:`addressed`."""
    return prepare(*addressed(pack, message, root, *more, **circumstances))


TO_DOVER = replaced("d:Itinerary/d:Office[d:RoleCode='destination']/d:ID", "GB000060")
"""Out of Great Britain and back: the office of transit in Belfast gets a record of its own."""


def twice(path: str) -> Edit:
    """Return an edit that repeats the first element at ``path``."""

    def edit(root: tree.Element) -> None:
        node = tree.elements(root, path)[0]
        node.addnext(tree.copied(node))

    return edit


def sequenced(number: str) -> Edit:
    """Return an edit that numbers every routing country so, or not at all."""

    def edit(root: tree.Element) -> None:
        for node in tree.elements(root, "d:Itinerary/d:RoutingCountryCode"):
            node.attrib.clear()
            if number:
                node.set("sequence", number)

    return edit


GIVEN = {
    "id": "ans_0197a1b2c3d4e5f60718293a4b5c6d7e",
    "message-id": MESSAGE,
    "office": "GB000246",
    "national-office": "000246",
    "now": "2026-07-01T00:30:00+01:00",
    "compact": "20260701003000123",
    "mrn": MRN,
    "lrn": "L",
}
"""What the simulator gives to every template, fixed; just past midnight in London summer time."""


# ------------------------------------------------------------------ messages, and messages spoiled

ABROAD: Moment = (EventKind.RECORD_ASKED, "GB000246", 50, (("request", "ASK-0002"),))


def made(
    pack: Pack, message: str, declared: str = "plain", *edits: Edit, **circumstances: Any
) -> bytes:
    """Return one message about one of our declarations, as it would be sent."""
    more: tuple[Moment, ...] = ()
    if declared == "abroad":  # the office that asks is outside the security area
        declared, more = "rich", (ABROAD,)
        circumstances["to"] = "GB000246"
    document = prepared(pack, message, own(declared, *edits), *more, **circumstances)
    (content,) = pack.project(message, document)
    return content


def codes(pack: Pack, message: str, content: bytes) -> set[str]:
    """Return the codes of what an office would find wrong with a message."""
    return {finding.code for finding in pack.check(message, content)}


def changed(content: bytes, *pairs: tuple[str, str]) -> bytes:
    """Return a message after replacing the first match of each expression."""
    text = content.decode()
    for old, new in pairs:
        assert len(re.findall(old, text)) >= 1, old
        text = re.sub(old, new, text, count=1)
    return text.encode()
