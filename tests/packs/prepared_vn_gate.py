"""Cases of the digital gate of Lang Son: what it is told, what it answers, what it asks.

``python -m tests.packs.prepared_vn_gate`` writes them into ``schemas/packs/vn-gate/cases``; the
goldens beside them are written by ``tests.packs.regenerate``.
"""

import sys
from dataclasses import replace

from gateway.adapters.pack_folder import schemas_root
from gateway.domain.event import EventKind
from gateway.domain.itinerary import Itinerary, OfficeRole, Stop
from gateway.domain.procedure import Procedure, ProcedureState
from gateway.markup import safe, tree
from gateway.packs.pack import Pack
from gateway.pipeline import project
from gateway.pipeline.project import Addressee, Subject, prepare
from tests.packs import occasions_vn as occasions
from tests.packs.case_spelling import Case, Fault, removes, writes
from tests.packs.edits import Edit, removed
from tests.packs.occasions_vn import NORTH, SOUTH, Telling
from tests.packs.pack_cases import compiled, write_files
from tests.packs.prepared_vn import MESSAGE, offices
from tests.packs.rich_vn import five_drivers

FOLDER = schemas_root() / "packs" / "vn-gate"
GATE = "VN00X101"
ROOT = "/g:GateDeclaration"
NAMESPACES = 'namespaces = { g = "urn:fullroute:exchange:1:gate" }'
CHANGED, HURT, ASKED = EventKind.AMENDED, EventKind.INCIDENT, EventKind.INVALIDATION_ASKED
SUBMITTED, DEPARTED = EventKind.SUBMITTED, EventKind.DEPARTED

TELLINGS = {
    "GateEntryDeclaration": Telling(SOUTH, OfficeRole.ENTRY, SUBMITTED),
    "GateEntryChange": Telling(SOUTH, OfficeRole.ENTRY, DEPARTED, HURT),
    "GateEntryCancel": Telling(SOUTH, OfficeRole.ENTRY, EventKind.RELEASED, ASKED),
    "GateExitDeclaration": Telling(NORTH, OfficeRole.EXIT, SUBMITTED),
    "GateExitChange": Telling(NORTH, OfficeRole.EXIT, SUBMITTED, CHANGED),
    "GateExitCancel": Telling(NORTH, OfficeRole.EXIT, EventKind.RELEASED, ASKED),
}


def at_gate(subject: Subject, role: OfficeRole) -> tuple[Subject, Stop]:
    """Return the subject with the digital gate beside the border office, and its stop."""
    host = subject.itinerary.playing(role)[0]
    stop = replace(host, office=offices()[GATE])
    stops = list(subject.itinerary.stops)
    stops.insert(stops.index(host) + 1, stop)
    procedure = Procedure(
        kind=f"vn-gate-{role.value}", administration="VN-GATE", state=ProcedureState.LODGED
    )
    movement = subject.movement
    movement = replace(movement, procedures=(*movement.procedures, procedure))
    return replace(subject, itinerary=Itinerary(tuple(stops)), movement=movement), stop


def prepared(pack: Pack, message: str, *edits: Edit, telling: Telling) -> tree.Element:
    """Return the prepared document of one message type."""
    told, stop = at_gate(occasions.subject(telling, "", edits), telling.role)
    addressee = Addressee(
        pack=pack,
        spec=pack.message(message),
        stop=stop,
        message=MESSAGE,
        at=told.movement.happened[-1].at,
    )
    return prepare(told, addressee)


def asked(role: OfficeRole, way: str, *edits: Edit) -> tree.Element:
    """Return the document that the rules of a procedure read."""
    told, stop = at_gate(occasions.subject(Telling(way, role, SUBMITTED), "", edits), role)
    at = told.movement.happened[-1].at
    document = project._around(tree.copied(told.root), project._circumstances(told, at))
    for name, value in project._stop_attributes(stop, at):
        document[0].set(name, value)
    return document


FAULTS: tuple[Fault, ...] = (
    writes(f"{ROOT}/g:MovementReference", "26CN4F7KQ2M9XTBNJ0", "vn-gate.reference"),
    removes(f"{ROOT}/g:Driver", "vn-gate.driver-missing"),
    removes(f"{ROOT}/g:Driver[1]/g:DocumentID", "vn-gate.driver-document"),
)

CASES = {
    **{name.lower(): Case(name, telling=telling) for name, telling in TELLINGS.items()},
    "entry-faults": Case(
        "GateEntryDeclaration", telling=TELLINGS["GateEntryDeclaration"], faults=FAULTS
    ),
    "entry-five-drivers": Case(
        "GateEntryDeclaration",
        telling=TELLINGS["GateEntryDeclaration"],
        edits=(
            five_drivers,
            removed(
                "d:Consignment/d:HouseConsignment/d:GoodsItem/d:Commodity/d:Description[@lang='vi']"
            ),
            removed("d:Trip/d:Leg/d:Driver[1]/d:NationalityCode"),
        ),
    ),
    "entry-change-entered": Case(
        "GateEntryChange",
        telling=replace(TELLINGS["GateEntryChange"], until=EventKind.ENTERED),
        messages=0,
    ),
    "exit-change-left": Case(
        "GateExitChange",
        telling=replace(TELLINGS["GateExitChange"], until=EventKind.EXITED),
        messages=0,
    ),
    "asks-entry": Case(asks="vn-gate-entry", must_raise=("vn-gate.health-unknown",)),
    "asks-exit": Case(asks="vn-gate-exit", must_raise=("vn-gate.health-unknown",)),
    "asks-entry-nobody": Case(asks="vn-gate-entry", edits=(removed("d:Trip/d:Leg/d:Driver"),)),
}

ANSWERS = {
    (f"Gate{way}{what}", code): expected
    for way in ("Entry", "Exit")
    for (what, code), expected in {
        ("Declaration", "accepted"): ("accepted", "closed", ""),
        ("Declaration", "refused"): ("refused", "refused", ""),
        ("Change", "accepted"): ("amended", "", ""),
        ("Change", "refused"): ("refused", "", ""),
        ("Cancel", "accepted"): ("invalidated", "invalidated", "invalidated"),
        ("Cancel", "refused"): ("refused", "", "invalidation-refused"),
    }.items()
}
"""By message and code of the reply: kind, procedure state, event."""

REPLY = {
    "id": "ans_0197a1b2c3d4e5f60718293a4b5c6d7e",
    "message-id": MESSAGE,
    "now": "2026-11-25T09:30:00+07:00",
    "number12": "512345678901",
}
WHY = "Chưa khai báo y tế"


def reply(pack: Pack, message: str, code: str) -> bytes:
    """Return what the simulated gate answers."""
    (sent,) = pack.project(message, prepared(pack, message, telling=TELLINGS[message]))
    sheet = safe.compile_stylesheet(pack.files, "sandbox/reply.xsl")
    words = {"description": WHY} if code == "refused" else {}
    return tree.serialise(sheet.apply(safe.parse(sent), **{**REPLY, "code": code, **words}))


def meaning(message: str, code: str) -> str:
    """Return ``expect.toml`` of an answer."""
    kind, state, event = ANSWERS[message, code]
    procedure = "vn-gate-entry" if "Entry" in message else "vn-gate-exit"
    numbers = '{ gate = "DG512345678901" }' if kind == "accepted" else "{}"
    facts = f'{{ reason = "{WHY}" }}' if code == "refused" else "{}"
    return (
        f'answer = "{message}-{code}"\nkind = "{kind}"\nabout = "{message}"\n'
        f'procedure = "{procedure}"\nprocedure_state = "{state}"\nevent = "{event}"\n'
        f'correlation = "{MESSAGE}"\noccurred_at = "2026-11-25T02:30:00Z"\n'
        f"numbers = {numbers}\nfacts = {facts}\n"
    )


def document(pack: Pack, case: Case) -> tree.Element:
    """Return the prepared document of a case."""
    if case.asks:
        way = SOUTH if case.asks.endswith("entry") else NORTH
        return asked(OfficeRole(case.asks.rpartition("-")[2]), way, *case.edits)
    assert case.telling is not None
    return prepared(pack, case.message, *case.edits, telling=case.telling)


def files() -> dict[str, bytes]:
    """Return every file of the cases, by its path below ``cases``."""
    pack = compiled(FOLDER)
    found = {}
    for name, case in CASES.items():
        found[f"{name}/prepared.xml"] = tree.serialise(document(pack, case))
        expected = case.expect()
        if case.faults:
            first, _, rest = expected.partition("\n")
            expected = f"{first}\n{NAMESPACES}\n{rest}"
        found[f"{name}/expect.toml"] = expected.encode()
    for message, code in ANSWERS:
        name = f"answer-{message}-{code}".lower()
        found[f"{name}/answer.xml"] = reply(pack, message, code)
        found[f"{name}/expect.toml"] = meaning(message, code).encode()
    return found


def main() -> int:
    """Write every case; return zero."""
    write_files(FOLDER / "cases", files())
    return 0


if __name__ == "__main__":
    sys.exit(main())
