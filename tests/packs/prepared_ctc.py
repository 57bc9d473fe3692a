"""Prepared documents for the common transit pack, built from our own CC015C by the real pipeline.

``python -m tests.packs.prepared_ctc`` writes ``prepared.xml`` and ``answer.xml`` into the folders
of ``schemas/packs/ctc/cases``; the goldens beside them are written by ``tests.packs.regenerate``.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

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
from tests.packs.pack_cases import compiled

FOLDER = schemas_root() / "packs" / "ctc"
OWN = Path(__file__).resolve().parents[1] / "interop" / "own"
SUBMITTED = datetime(2026, 11, 23, 9, 0, 5, tzinfo=UTC)
REFERENCE = str(MovementReference.make(2026, "GB", "4F7KQ2M9XTBN"))
MESSAGE = "msg_0197a1b2c3d4e5f60718293a4b5c6d7e"
MRN = "26GB4F7KQ2M9TR3WJ1"
BAD_MRN = "26GB4F7KQ2M9TR3WJ2"
LONG_AGO = "2026-11-22T09:00:00Z"

Edit = Callable[[tree.Element], None]

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


def replaced(path: str, text: str) -> Edit:
    """Return an edit that writes ``text`` into every element at ``path``."""

    def edit(root: tree.Element) -> None:
        found = tree.elements(root, path)
        assert found, path
        for node in found:
            node.text = text

    return edit


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


def prepared(
    pack: Pack,
    message: str,
    root: tree.Element,
    *more: Moment,
    dry_run: bool = False,
    to: OfficeRole | str = "",
    state: ProcedureState = ProcedureState.RELEASED,
    history: tuple[Moment, ...] = (),
) -> tree.Element:
    """Return the prepared document of one message type, when it is owed or dry at submission.

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
    return prepare(told, addressee)


TO_DOVER = replaced("d:Itinerary/d:Office[d:RoleCode='destination']/d:ID", "GB000060")
"""Out of Great Britain and back: the office of transit in Belfast gets a record of its own."""


def removed(path: str) -> Edit:
    """Return an edit that takes every element at ``path`` away."""

    def edit(root: tree.Element) -> None:
        found = tree.elements(root, path)
        assert found, path
        for node in found:
            parent = node.getparent()
            assert parent is not None
            parent.remove(node)

    return edit


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


def edited(document: tree.Element, *edits: Edit) -> tree.Element:
    """Return a prepared document after some changes."""
    for edit in edits:
        edit(document)
    return document


OFFICE = "d:Itinerary/d:Office[d:RoleCode='{}']/d:{}"
EQUIPMENT = "d:Trip/d:TransportEquipment[d:SequenceNumeric='{}']/d:{}"
HOUSE = "d:Consignment/d:HouseConsignment"
GAPS = (
    replaced(OFFICE.format("transit", "RoleSequenceNumeric"), "2"),
    replaced(OFFICE.format("exit", "RoleSequenceNumeric"), "2"),
    replaced("d:Authorisation/d:SequenceNumeric", "3"),
    replaced("d:Guarantee/d:SequenceNumeric", "3"),
    replaced(EQUIPMENT.format(1, "Seal/d:SequenceNumeric"), "3"),
    replaced("d:Trip/d:TransportEquipment/d:SequenceNumeric", "3"),
    replaced(f"{HOUSE}[1]/d:GoodsItem/d:Packaging/d:SequenceNumeric", "3"),
    replaced(f"{HOUSE}/d:GoodsItem/d:SequenceNumeric", "3"),
    replaced(f"{HOUSE}/d:SequenceNumeric", "3"),
    sequenced("3"),
)
"""Numbers beyond their count, everywhere a number stands."""
OWN_WORDS = (
    removed("d:Itinerary/d:Office/d:RoleSequenceNumeric"),
    removed(EQUIPMENT.format(1, "SealQuantity")),
    removed("d:Consignment/d:ContainerIndicator"),
    removed("d:TransitOperation/d:SecurityCode"),
    removed("d:TransitOperation/d:ReducedDatasetIndicator"),
    removed("d:TransitOperation/d:BindingItineraryIndicator"),
    removed(OFFICE.format("exit", "SequenceNumeric/..")),
    removed("d:Submission"),
    sequenced(""),
)
"""What a declaration of ours leaves to the format: numbers by place, sums, what silence means."""
IN_THE_AREA = replaced(OFFICE.format("destination", "ID"), "XI000081")
PRELODGED = replaced("d:AdditionalTypeCode", "D")
EARLIER = (("acceptance-date", "2026-11-25"), ("release-date", "2026-11-24"))
UNSEALED = (
    ("code", "1"),
    ("text", "Road closed"),
    ("country", "GB"),
    ("seals", "X"),
    ("plates", "Y"),
)
BARE = (EventKind.RELEASED, OfficeRole.DEPARTURE, 20, ())


def _insider(root: tree.Element) -> None:
    """Put the country of the office told on the list of the security area."""
    (area,) = tree.elements(root, "p:List[@name='security-area']")
    area.append(tree.build(tree.PREPARED, "Entry", (("from", "GB"), ("to", "GB"))))


def _holder(root: tree.Element) -> None:
    (first, *_) = tree.elements(root, "d:Authorisation")
    first.append(tree.build(root.nsmap[None], "HolderID", content="XI100200300400"))


def declaration_documents(pack: Pack) -> dict[str, tree.Element]:
    """Return the prepared documents of the trader's own messages."""

    def of(message: str, name: str, *edits: Edit) -> tree.Element:
        return prepared(pack, message, own(name, *edits))

    return {
        "cc015c": of("CC015C", "plain"),
        "cc015c-rich": of("CC015C", "rich"),
        "cc015c-own-words": of("CC015C", "rich", *OWN_WORDS),
        "cc015c-seal-number": of(
            "CC015C", "rich", replaced(EQUIPMENT.format(1, "SealQuantity"), "3")
        ),
        "cc015c-seals-unsaid": of(
            "CC015C", "rich", replaced(EQUIPMENT.format(1, "SealQuantity"), "0")
        ),
        "cc015c-gaps": of("CC015C", "rich", *GAPS),
        "cc015c-exit-is-transit": of(
            "CC015C", "rich", replaced(OFFICE.format("exit", "ID"), "GB000060")
        ),
        "cc015c-transit-twice": of("CC015C", "plain", twice(OFFICE.format("transit", "ID/.."))),
        "cc015c-kind": of("CC015C", "plain", replaced("d:TypeCode", "T9")),
        "cc015c-without-security": of(
            "CC015C", "rich", replaced("d:TransitOperation/d:SecurityCode", "0")
        ),
        "cc015c-carnet-unasked": of("CC015C", "rich", replaced("d:TypeCode", "T1")),
        "cc015c-entry-security": of(
            "CC015C",
            "plain",
            replaced("d:TransitOperation/d:SecurityCode", "1"),
            removed(OFFICE.format("transit", "ExpectedDateTime")),
        ),
        "cc015c-arrival-past": of(
            "CC015C", "plain", replaced(OFFICE.format("transit", "ExpectedDateTime"), LONG_AGO)
        ),
        "cc015c-recipient": prepared(pack, "CC015C", own("plain"), to=OfficeRole.TRANSIT),
        "cc015c-authorised-other": of("CC015C", "rich", _holder),
        "cc170c": of("CC170C", "plain", PRELODGED),
        "cc170c-rich": of("CC170C", "rich", PRELODGED),
        "cc170c-own-words": of(
            "CC170C", "rich", PRELODGED, removed("d:Consignment/d:ContainerIndicator")
        ),
        "cc013c": of("CC013C", "plain"),
        "cc013c-accepted": prepared(
            pack, "CC013C", own("rich"), history=(SUBMISSION, RELEASED, AMENDED)
        ),
        "cc014c": of("CC014C", "plain"),
        "cc014c-lodged": prepared(
            pack, "CC014C", own("rich"), history=(SUBMISSION, (*TAKEN_BACK[:3], WHY[:1]))
        ),
    }


def record_documents(pack: Pack) -> dict[str, tree.Element]:
    """Return the prepared documents of the records."""
    rich, plain = own("rich"), own("plain")
    back = own("plain", TO_DOVER)
    elsewhere = (EventKind.ARRIVED, OfficeRole.DESTINATION, 45, ())
    unsaid = (*ASKED[:3], ())
    invalid = ProcedureState.INVALIDATED
    return {
        "cd001c": prepared(pack, "CD001C", plain),
        "cd001c-withheld": prepared(pack, "CD001C", rich),
        "cd001c-in-the-area": prepared(pack, "CD001C", own("rich", IN_THE_AREA)),
        "cd001c-own-words": prepared(pack, "CD001C", own("rich", *OWN_WORDS)),
        "cd001c-told-outside": edited(prepared(pack, "CD001C", rich), _insider),
        "cd001c-dry-run": prepared(pack, "CD001C", plain, dry_run=True),
        "cd001c-days-untold": prepared(pack, "CD001C", plain, history=(SUBMISSION, BARE)),
        "cd001c-days-reversed": prepared(
            pack, "CD001C", plain, history=(SUBMISSION, (*RELEASED[:3], EARLIER))
        ),
        "cd001c-arrival-past": prepared(
            pack,
            "CD001C",
            own("plain", replaced(OFFICE.format("transit", "ExpectedDateTime"), LONG_AGO)),
        ),
        "cd050c": prepared(pack, "CD050C", back),
        "cd160c": prepared(pack, "CD160C", rich),
        "cd003c": prepared(pack, "CD003C", own("rich", IN_THE_AREA)),
        "cd003c-withheld": prepared(
            pack, "CD003C", rich, (*ASKED[:1], "GB000246", *ASKED[2:]), to="GB000246"
        ),
        "cd003c-invalidated": prepared(pack, "CD003C", plain, state=invalid),
        "cd003c-not-released": prepared(
            pack, "CD003C", plain, history=(SUBMISSION, ASKED), state=ProcedureState.ACCEPTED
        ),
        "cd003c-arrived-elsewhere": prepared(
            pack, "CD003C", plain, history=(SUBMISSION, RELEASED, elsewhere, ASKED)
        ),
        "cd003c-unasked": prepared(pack, "CD003C", plain, history=(SUBMISSION, RELEASED, unsaid)),
        "cd003c-without-goods": edited(
            prepared(pack, "CD003C", plain), removed("d:Declaration/d:Consignment")
        ),
    }


def news_documents(pack: Pack) -> dict[str, tree.Element]:
    """Return the prepared documents of what offices are told afterwards."""
    rich, plain = own("rich"), own("plain")
    moved = (EventKind.INCIDENT, OfficeRole.TRANSIT, 43, RELOADED)
    rerouted = (EventKind.INCIDENT, OfficeRole.TRANSIT, 44, REROUTED)
    wrong = (EventKind.INCIDENT, OfficeRole.TRANSIT, 44, UNSEALED)
    found = (*CONTROLLED[:3], (*CONTROL, ("control-text", "Seal 2 missing")))
    bad = edited(
        prepared(pack, "CD006C", plain), replaced("p:Movement/p:Procedure/p:Number", BAD_MRN)
    )
    return {
        "cd006c": prepared(pack, "CD006C", plain),
        "cd006c-mrn": bad,
        "cd018c": prepared(pack, "CD018C", plain),
        "cd018c-rich": prepared(
            pack, "CD018C", rich, history=(SUBMISSION, RELEASED, ARRIVED, found)
        ),
        "cd018c-untold": prepared(
            pack, "CD018C", plain, history=(SUBMISSION, RELEASED, ARRIVED, (*CONTROLLED[:3], ()))
        ),
        "cd018c-dry-run": prepared(pack, "CD018C", plain, dry_run=True),
        "cd024c": prepared(pack, "CD024C", plain),
        "cd118c": prepared(pack, "CD118C", plain),
        "cd118c-second": prepared(
            pack,
            "CD118C",
            plain,
            (EventKind.PASSED, "GB000060", 42, (("passage-date", "2026-11-26"),)),
        ),
        "cd168c": prepared(pack, "CD168C", rich),
        "cd180c": prepared(pack, "CD180C", plain, moved),
        "cd180c-wrong": prepared(pack, "CD180C", plain, wrong),
        "cd181c": prepared(pack, "CD181C", plain),
        "cd181c-transit": prepared(pack, "CD181C", rich, rerouted, to=OfficeRole.TRANSIT),
        "cd181c-exit": prepared(pack, "CD181C", rich, to=OfficeRole.EXIT),
        "cd010c": prepared(pack, "CD010C", plain),
        "cd010c-transit": prepared(pack, "CD010C", plain, to=OfficeRole.TRANSIT),
        "cd010c-exit": prepared(pack, "CD010C", rich, to=OfficeRole.EXIT),
    }


def case_documents(pack: Pack) -> dict[str, tree.Element]:
    """Return the prepared document of every message case."""
    return {**declaration_documents(pack), **record_documents(pack), **news_documents(pack)}


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

PLAIN, RICH = "plain", "rich"
REPLIES = {
    "answer-cc928c": ("CC015C", "cc928c", RICH, {}),
    "answer-cc028c": ("CC015C", "cc028c", RICH, {}),
    "answer-cc029c": ("CC015C", "cc029c", RICH, {}),
    "answer-cc056c": ("CC015C", "cc056c", RICH, {}),
    "answer-cc056c-amendment": ("CC013C", "cc056c", RICH, {}),
    "answer-cc056c-invalidation": ("CC014C", "cc056c", PLAIN, {"code": "92"}),
    "answer-cc056c-presentation": ("CC170C", "cc056c", RICH, {}),
    "answer-cc060c": ("CC015C", "cc060c", RICH, {}),
    "answer-cc004c": ("CC013C", "cc004c", RICH, {}),
    "answer-cc009c": ("CC014C", "cc009c", PLAIN, {}),
    "answer-cc009c-refused": ("CC014C", "cc009c", PLAIN, {"decision": "0"}),
    "answer-cc182c": ("CD180C", "cc182c", PLAIN, {}),
    "answer-cd006c": ("CD001C", "cd006c", RICH, {"office": "GB000246"}),
    "answer-cd018c": ("CD001C", "cd018c", RICH, {"code": "A1"}),
    "answer-cd018c-not-satisfactory": ("CD001C", "cd018c", PLAIN, {"code": "B1"}),
    "answer-cd002c": ("CD001C", "cd002c", "divert", {}),
    "answer-cd118c": ("CD050C", "cd118c", RICH, {"office": "GB000060"}),
    "answer-cd168c": ("CD160C", "cd168c", RICH, {"office": "XI000142"}),
    "answer-cd180c": ("CD050C", "cd180c", RICH, {"office": "GB000060"}),
    "answer-cd180c-reloaded": (
        "CD050C",
        "cd180c",
        RICH,
        {"office": "GB000060", "code": "3", "unlocode": "GBDVR"},
    ),
    "answer-cd906c": ("CD001C", "cd906c", RICH, {}),
    "answer-cd917c": ("CD050C", "cd917c", RICH, {}),
}
"""Case folder: message answered, template of the simulated office, declaration, own parameters."""

UNASKED = ("answer-cd002c",)
"""Answers that quote no message of ours."""


def answer_documents(pack: Pack) -> dict[str, bytes]:
    """Return the native bytes of every answer case, as the simulated offices write them."""
    written = {}
    for name, (message, template, declared, params) in REPLIES.items():
        (sent,) = pack.project(message, prepared(pack, message, declared_as(declared)))
        sheet = safe.compile_stylesheet(pack.files, f"sandbox/{template}.xsl")
        given = {**GIVEN, "message-id": "" if name in UNASKED else MESSAGE}
        written[name] = tree.serialise(sheet.apply(safe.parse(sent), **{**given, **params}))
    return written


def declared_as(name: str) -> tree.Element:
    """Return one of our declarations; ``divert`` asks the simulated destination to lose it."""
    if name == "divert":
        return own("rich", replaced("d:Consignment/d:UCR", "DIVERT GB000060"))
    return own(name)


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
