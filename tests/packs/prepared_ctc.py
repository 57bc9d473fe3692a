"""Prepared documents for the common transit pack, built from our own CC015C by the real pipeline.

``python -m tests.packs.prepared_ctc`` writes ``prepared.xml`` and ``answer.xml`` into the folders
of ``schemas/packs/ctc/cases``; the goldens beside them are written by ``tests.packs.regenerate``.
"""

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from gateway.adapters.pack_folder import read_folder, read_offices, schemas_root
from gateway.domain.event import Event, EventKind
from gateway.domain.identifiers import MovementReference
from gateway.domain.itinerary import CustomsOffice, Itinerary, OfficeRole, Stop
from gateway.domain.movement import Movement
from gateway.domain.procedure import OfficialNumber, Procedure
from gateway.markup import safe, tree
from gateway.packs.intake_format import IntakeFormat, compile_intakes
from gateway.packs.pack import Pack
from gateway.pipeline.convert import convert, fill_placeholders
from gateway.pipeline.project import Addressee, Subject, declared_totals, prepare
from gateway.pipeline.read import read_declaration
from tests.packs.pack_cases import compiled

FOLDER = schemas_root() / "packs" / "ctc"
OWN = Path(__file__).resolve().parents[1] / "interop" / "own"
SUBMITTED = datetime(2026, 11, 23, 9, 0, 5, tzinfo=UTC)
REFERENCE = str(MovementReference.make(2026, "GB", "4F7KQ2M9XTBN"))
MESSAGE = "msg_0197a1b2c3d4e5f60718293a4b5c6d7e"
MRN = "26GB4F7KQ2M9TR3WJ1"

Edit = Callable[[tree.Element], None]

RELEASE = (
    ("acceptance-date", "2026-11-23"),
    ("release-date", "2026-11-24"),
    ("control-code", "A3"),
    ("control-date", "2026-11-24"),
)
CONTROL = (("control-code", "A1"), ("control-date", "2026-11-26"), ("state-of-seals", "1"))
JOURNEY = (
    (EventKind.SUBMITTED, OfficeRole.DEPARTURE, 0, ()),
    (EventKind.RELEASED, OfficeRole.DEPARTURE, 20, RELEASE),
    (EventKind.ARRIVED, OfficeRole.DESTINATION, 60, ()),
    (EventKind.CONTROLLED, OfficeRole.DESTINATION, 70, CONTROL),
)
"""Kind, role of the office, hours after submission, facts."""

ADDRESSED = {
    "CC015C": (OfficeRole.DEPARTURE, EventKind.SUBMITTED),
    "CD001C": (OfficeRole.DESTINATION, EventKind.RELEASED),
    "CD050C": (OfficeRole.TRANSIT, EventKind.RELEASED),
    "CD006C": (OfficeRole.DEPARTURE, EventKind.ARRIVED),
    "CD018C": (OfficeRole.DEPARTURE, EventKind.CONTROLLED),
}


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


def replaced(path: str, text: str) -> Edit:
    """Return an edit that writes ``text`` into every element at ``path``."""

    def edit(root: tree.Element) -> None:
        found = tree.elements(root, path)
        assert found, path
        for node in found:
            node.text = text

    return edit


def subject(root: tree.Element, until: EventKind) -> Subject:
    """Return what is told about when ``until`` is the last thing that happened."""
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
    numbers = () if until is EventKind.SUBMITTED else (OfficialNumber("mrn", MRN),)
    administration = stops[0].office.administration
    return Subject(
        root=root,
        lrn=declaration.lrn,
        totals=declared_totals(root),
        itinerary=itinerary,
        movement=Movement(
            reference=REFERENCE,
            tenant="tnt_test",
            prelodged=declaration.prelodged,
            procedures=(
                Procedure(kind="ctc-transit", administration=administration, numbers=numbers),
            ),
            happened=_happened(itinerary, until),
        ),
        trip="trp_01970000000000000000000000000001",
        batch=REFERENCE,
    )


def _happened(itinerary: Itinerary, until: EventKind) -> tuple[Event, ...]:
    events = []
    for place, (kind, role, hours, facts) in enumerate(JOURNEY, start=1):
        at = SUBMITTED + timedelta(hours=hours)
        office = itinerary.playing(role)[0].office.code
        events.append(Event(sequence=place, kind=kind, at=at, office=office, facts=facts))
        if kind is until:
            break
    return tuple(events)


def prepared(
    pack: Pack, message: str, root: tree.Element, *, dry_run: bool = False
) -> tree.Element:
    """Return the prepared document of one message type, when it is owed or dry at submission."""
    role, until = ADDRESSED[message]
    told = subject(root, EventKind.SUBMITTED if dry_run else until)
    addressee = Addressee(
        pack=pack,
        spec=pack.message(message),
        stop=told.itinerary.playing(role)[0],
        message=MESSAGE,
        at=told.movement.happened[-1].at,
        dry_run=dry_run,
    )
    return prepare(told, addressee)


TO_DOVER = replaced("d:Itinerary/d:Office[d:RoleCode='destination']/d:ID", "GB000060")
"""Out of Great Britain and back: the office of transit in Belfast gets a record of its own."""


def case_documents(pack: Pack) -> dict[str, tree.Element]:
    """Return the prepared document of every message case."""
    equipment = "d:Trip/d:TransportEquipment[d:SequenceNumeric='1']/d:SealQuantity"
    unknown = "d:Itinerary/d:Office[d:RoleCode='exit']/d:ID"
    return {
        "cc015c": prepared(pack, "CC015C", own("plain")),
        "cc015c-rich": prepared(pack, "CC015C", own("rich")),
        "cc015c-seal-number": prepared(pack, "CC015C", own("rich", replaced(equipment, "3"))),
        "cc015c-exit-is-transit": prepared(
            pack, "CC015C", own("rich", replaced(unknown, "GB000060"))
        ),
        "cc015c-kind": prepared(pack, "CC015C", own("plain", replaced("d:TypeCode", "T9"))),
        "cd001c": prepared(pack, "CD001C", own("plain")),
        "cd001c-withheld": prepared(pack, "CD001C", own("rich")),
        "cd001c-dry-run": prepared(pack, "CD001C", own("plain"), dry_run=True),
        "cd050c": prepared(pack, "CD050C", own("plain", TO_DOVER)),
        "cd006c": prepared(pack, "CD006C", own("plain")),
        "cd018c": prepared(pack, "CD018C", own("plain")),
        "cd018c-dry-run": prepared(pack, "CD018C", own("plain"), dry_run=True),
    }


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

REPLIES = {
    "answer-cc928c": ("CC015C", "cc928c", "rich", {}),
    "answer-cc028c": ("CC015C", "cc028c", "rich", {}),
    "answer-cc029c": ("CC015C", "cc029c", "rich", {}),
    "answer-cc056c": ("CC015C", "cc056c", "rich", {}),
    "answer-cc060c": ("CC015C", "cc060c", "rich", {}),
    "answer-cd006c": ("CD001C", "cd006c", "rich", {"office": "GB000246"}),
    "answer-cd018c": ("CD001C", "cd018c", "rich", {"code": "A1"}),
    "answer-cd018c-not-satisfactory": ("CD001C", "cd018c", "plain", {"code": "B1"}),
}
"""Case folder: message answered, template of the simulated office, declaration, own parameters."""


def answer_documents(pack: Pack) -> dict[str, bytes]:
    """Return the native bytes of every answer case, as the simulated offices write them."""
    written = {}
    for name, (message, template, declared, params) in REPLIES.items():
        (sent,) = pack.project(message, prepared(pack, message, own(declared)))
        sheet = safe.compile_stylesheet(pack.files, f"sandbox/{template}.xsl")
        written[name] = tree.serialise(sheet.apply(safe.parse(sent), **{**GIVEN, **params}))
    return written


def main() -> int:
    """Write every input of the cases; their expectations are written by hand."""
    pack = compiled(FOLDER)
    inputs = {
        f"{name}/prepared.xml": tree.serialise(document)
        for name, document in case_documents(pack).items()
    }
    inputs |= {f"{name}/answer.xml": raw for name, raw in answer_documents(pack).items()}
    for name, raw in inputs.items():
        path = FOLDER / "cases" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    sys.stdout.write(f"{len(inputs)} files written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
