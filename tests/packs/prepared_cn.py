"""Prepared documents for the Chinese pack, built from the shipped declaration by the real pipeline.

``python -m tests.packs.prepared_cn`` writes ``prepared.xml`` and ``answer.xml`` into the folders of
``schemas/packs/cn/cases``; the goldens beside them are written by ``tests.packs.regenerate``.
"""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

from gateway.adapters.pack_folder import read_folder, read_offices, schemas_root
from gateway.domain.event import Event, EventKind
from gateway.domain.identifiers import MovementReference
from gateway.domain.itinerary import CustomsOffice, Itinerary, OfficeRole, Stop
from gateway.domain.movement import Movement
from gateway.domain.procedure import OfficialNumber, Procedure, ProcedureState
from gateway.markup import safe, tree
from gateway.packs.pack import Pack
from gateway.pipeline.project import Addressee, Subject, declared_totals, prepare
from gateway.pipeline.read import read_declaration
from tests.packs.edits import Edit, replaced, with_edits
from tests.packs.pack_cases import compiled, write_files

FOLDER = schemas_root() / "packs" / "cn"
EXAMPLE = schemas_root() / "declaration" / "v1" / "examples" / "chongqing-haiduong.xml"
REFERENCE = str(MovementReference.make(2026, "CN", "4F7KQ2M9XTBN"))
MESSAGE = "msg_0197a1b2c3d4e5f60718293a4b5c6d7e"
ENTRY = "800120260123456789"
SUBMITTED = datetime(2026, 11, 23, 1, 0, 5, 250_000, UTC)

ROLES = {
    "MT2401": OfficeRole.EXIT,
    "MT4402": OfficeRole.EXIT,
    "DecMessage": OfficeRole.DEPARTURE,
    "CrossingNotice": OfficeRole.DEPARTURE,
    "ArrivalNotice": OfficeRole.DEPARTURE,
    "MT3402": OfficeRole.DEPARTURE,
    "MT2401-5": OfficeRole.EXIT,
    "MT2401-3": OfficeRole.EXIT,
    "AmendmentNotice": OfficeRole.DEPARTURE,
    "WithdrawalNotice": OfficeRole.DEPARTURE,
    "ReturnNotice": OfficeRole.DEPARTURE,
    "ClearanceNotice": OfficeRole.DEPARTURE,
    "GatePass": OfficeRole.EXIT,
}

JOURNEY = (
    (EventKind.SUBMITTED, "CN008001", 0, ()),
    (EventKind.RELEASED, "CN008001", 1, ()),
    (EventKind.DEPARTED, "CN008001", 23, (("seal", "CQ8801172 ES20261123A7"),)),
    (EventKind.EXITED, "CN00X001", 53, ()),
    (EventKind.ENTERED, "VN0015BB", 54, ()),
    (EventKind.ARRIVED, "VN0003PJ", 71, ()),
)
"""Kind, office, hours after submission, facts."""


CHANGED = (
    ("version", "2"),
    ("reason", "weight"),
    ("text", "weighed again"),
    ("changed", "/Declaration/Consignment/GrossMassMeasure /Declaration/Trip"),
)
TAKEN_BACK = (("reason", "003"), ("text", "buyer cancelled"))
OCCASIONS = {
    "MT3402": (EventKind.YARD_REACHED, (("place", "渝东综合堆场3号"),)),
    "MT2401-5": (EventKind.AMENDED, CHANGED),
    "MT2401-3": (EventKind.INVALIDATION_ASKED, TAKEN_BACK),
    "AmendmentNotice": (EventKind.AMENDED, CHANGED),
    "WithdrawalNotice": (EventKind.INVALIDATION_ASKED, TAKEN_BACK),
    "ReturnNotice": (EventKind.TURNED_BACK, (("text", "road closed"),)),
    "ClearanceNotice": (EventKind.CLEARED, ()),
}
"""What brings an occasional message: the event and its facts, five hours after release."""

Facts = tuple[tuple[str, str], ...]
Reply = tuple[str, str, dict[str, str]]
"""Message answered, template of the simulated office, its own parameters."""


def example() -> tree.Element:
    """Return the shipped declaration."""
    return safe.parse(EXAMPLE.read_bytes())


def edited(*edits: Edit) -> tree.Element:
    """Return the shipped declaration after some changes."""
    return with_edits(example(), *edits)


def two_houses(root: tree.Element) -> None:
    """Move the last five items into a second house consignment."""
    first = tree.elements(root, "d:Consignment/d:HouseConsignment")[0]
    second = tree.build(tree.DECLARATION, "HouseConsignment")
    second.append(tree.build(tree.DECLARATION, "SequenceNumeric", content="2"))
    second.extend(tree.elements(first, "d:GoodsItem[position() > 7]"))
    first.addnext(second)


@cache
def _offices() -> Mapping[str, CustomsOffice]:
    return read_offices(
        {f"offices/{name}": raw for name, raw in read_folder(schemas_root() / "offices").items()}
    )


def containers(root: tree.Element) -> None:
    """Put the goods into two containers, each with an electronic seal."""
    replaced("d:Consignment/d:ContainerIndicator", "1")(root)
    first = tree.elements(root, "d:Trip/d:TransportEquipment")[0]
    second = tree.copied(first)
    first.addnext(second)
    for place, (node, number) in enumerate(
        ((first, "CSQU3054383"), (second, "MSKU0383250")), start=1
    ):
        tree.elements(node, "d:SequenceNumeric")[0].text = str(place)
        tree.elements(node, "d:ID")[0].text = number
        for seal in tree.elements(node, "d:Seal/d:ID"):
            seal.text = f"{seal.text}{place}"


def transit(root: tree.Element) -> None:
    """Declare the inland leg as transit, by a carrier that customs registered."""
    operation = tree.build(tree.DECLARATION, "TransitOperation")
    operation.append(tree.build(tree.DECLARATION, "TypeCode", content="T1"))
    tree.elements(root, "d:Party")[0].addprevious(operation)
    registered(root)


def registered(root: tree.Element) -> None:
    """Give the carrier its ten digits of registration with customs."""
    uscc = tree.elements(root, "d:Party[@role='carrier']/d:ID[@scheme='USCC']")[0]
    uscc.addnext(
        tree.build(tree.DECLARATION, "ID", (("scheme", "CNCUSTOMS"),), content="4501980123")
    )


def subject(
    root: tree.Element,
    until: EventKind | None = EventKind.SUBMITTED,
    occasion: tuple[EventKind, Facts] | None = None,
) -> Subject:
    """Return what is told about: all has happened before ``until``, at last the occasion."""
    declaration = read_declaration(root)
    offices = _offices()
    stops = tuple(
        Stop(
            sequence=stop.sequence,
            office=offices[stop.office],
            role=stop.role,
            expected_at=stop.expected_at,
        )
        for stop in declaration.stops
    )
    numbers = () if until is EventKind.SUBMITTED else (OfficialNumber("entry", ENTRY),)
    movement = Movement(
        reference=REFERENCE,
        tenant="tnt_test",
        prelodged=False,
        procedures=(
            Procedure(
                kind="cn-export",
                administration="CN",
                state=ProcedureState.RELEASED if numbers else ProcedureState.PLANNED,
                numbers=numbers,
            ),
            Procedure(kind="cn-exit", administration="CN"),
        ),
        happened=_happened(until, occasion),
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


def _happened(
    until: EventKind | None, occasion: tuple[EventKind, Facts] | None
) -> tuple[Event, ...]:
    events = []
    for place, (kind, office, hours, facts) in enumerate(JOURNEY, start=1):
        at = SUBMITTED + timedelta(hours=hours)
        events.append(Event(sequence=place, kind=kind, at=at, office=office, facts=facts))
        if kind is until:
            break
    if occasion is not None:
        kind, facts = occasion
        at = SUBMITTED + timedelta(hours=6)
        office = "CN008001"
        events.append(Event(sequence=len(events) + 1, kind=kind, at=at, office=office, facts=facts))
    return tuple(events)


def prepared(
    pack: Pack,
    message: str,
    root: tree.Element | None = None,
    *,
    until: EventKind = EventKind.SUBMITTED,
    dry_run: bool = False,
    facts: Facts | None = None,
) -> tree.Element:
    """Return the prepared document of one message type; ``facts`` of its occasion if others."""
    occasion = OCCASIONS.get(message)
    if occasion is not None:
        until = EventKind.RELEASED
        occasion = occasion if facts is None else (occasion[0], facts)
    told = subject(example() if root is None else root, until, occasion)
    stop = told.itinerary.playing(ROLES[message])[0]
    addressee = Addressee(
        pack=pack,
        spec=pack.message(message),
        stop=stop,
        message=MESSAGE,
        at=told.movement.happened[-1].at,
        dry_run=dry_run,
    )
    return prepare(told, addressee)


def case_documents(pack: Pack) -> dict[str, tree.Element]:
    """Return the prepared document of every case folder that has one of its own."""
    return {
        "mt2401": prepared(pack, "MT2401"),
        "mt2401-two-houses": prepared(pack, "MT2401", edited(two_houses)),
        "mt2401-wrong-carrier": prepared(
            pack,
            "MT2401",
            edited(replaced("d:Party[@role='carrier']/d:ID[@scheme='USCC']", "91450000MA5N8P7Q6R")),
        ),
        "decmessage": prepared(pack, "DecMessage"),
        "decmessage-unknown-unit": prepared(
            pack,
            "DecMessage",
            edited(lambda root: _unit(root, "d:Quantity[@country='CN']", "FTQ")),
        ),
        "mt4402": prepared(pack, "MT4402", until=EventKind.DEPARTED),
        "mt4402-dry-run": prepared(pack, "MT4402", dry_run=True),
        "crossing-notice": prepared(pack, "CrossingNotice", until=EventKind.EXITED),
        "crossing-notice-dry-run": prepared(pack, "CrossingNotice", dry_run=True),
        "arrival-notice": prepared(pack, "ArrivalNotice", until=EventKind.ARRIVED),
        "return-notice": prepared(pack, "ReturnNotice"),
        "clearance-notice": prepared(pack, "ClearanceNotice"),
        "mt2401-containers": prepared(pack, "MT2401", edited(containers)),
        "decmessage-transit": prepared(pack, "DecMessage", edited(containers, transit)),
        "mt3402": prepared(pack, "MT3402"),
        "mt3402-containers": prepared(pack, "MT3402", edited(containers), facts=()),
        "mt2401-5": prepared(pack, "MT2401-5"),
        "mt2401-3": prepared(pack, "MT2401-3"),
        "mt2401-3-no-words": prepared(pack, "MT2401-3", facts=()),
        "amendment-notice": prepared(pack, "AmendmentNotice"),
        "withdrawal-notice": prepared(pack, "WithdrawalNotice"),
        "gate-pass": prepared(pack, "GatePass", until=EventKind.DEPARTED),
        "gate-pass-container": prepared(
            pack, "GatePass", edited(containers), until=EventKind.DEPARTED
        ),
    }


SILENT = {"statement": "0", "description": "", "error": "", "pointer": ""}
REPLY = {
    "id": "ans_0197a1b2c3d4e5f60718293a4b5c6d7e",
    "message-id": MESSAGE,
    "office": "CN008001",
    "national-office": "8001",
    "now": "2026-11-23T09:30:00+08:00",
    "compact": "20261123093000123",
    "number18": ENTRY,
    "lrn": "CQ-2026-000117",
}
"""What the simulator gives to every template, fixed."""


def manifest_replies(message: str) -> dict[str, Reply]:
    """Return a case for every reply type that a manifest message can get."""
    said = {
        "01": {},
        "02": {"description": "转人工审核"},
        "03": {
            "statement": "E01",
            "description": "数据有误",
            "pointer": "/Manifest/Declaration/ID",
        },
    }
    if message.partition("-")[2] == "":
        said |= {
            "11": {},
            "12": {"description": "拒绝装载"},
            "13": {"description": "禁止卸货"},
            "D": {},
            "E4": {},
        }
    return {
        f"answer-{message.lower()}-{code.lower()}": (
            message,
            "manifest-reply",
            {"code": code, **told},
        )
        for code, told in said.items()
    }


def notice_replies(message: str, good: str, bad: str) -> dict[str, Reply]:
    """Return a case for either answer to a request."""
    return {
        f"answer-{message.lower()}-{code}": (
            message,
            "notice-reply",
            {"code": code, "description": said},
        )
        for code, said in ((good, ""), (bad, "已布控"))
    }


REPLIES: dict[str, Reply] = {
    **manifest_replies("MT2401"),
    **manifest_replies("MT2401-5"),
    **manifest_replies("MT2401-3"),
    **manifest_replies("MT3402"),
    **manifest_replies("MT4402"),
    "answer-mt4402-81": ("MT4402", "gate-record", {"record": "81"}),
    "answer-mt4402-82": ("MT4402", "gate-record", {"record": "82"}),
    "answer-decmessage-01": ("DecMessage", "declaration-reply", {"code": "01"}),
    "answer-decmessage-02": (
        "DecMessage",
        "declaration-reply",
        {"code": "02", "error": "转人工审核"},
    ),
    "answer-decmessage-03": (
        "DecMessage",
        "declaration-reply",
        {
            "code": "03",
            "error": "商品编码不存在",
            "pointer": "/DecMessage/DecLists/DecList[2]/CodeTS",
        },
    ),
    "answer-decmessage-11": ("DecMessage", "declaration-reply", {"code": "11"}),
    "answer-decmessage-12": ("DecMessage", "declaration-reply", {"code": "12", "error": "查验"}),
    "answer-decmessage-13": ("DecMessage", "declaration-reply", {"code": "13", "error": "扣留"}),
    "answer-notice-closed": ("CrossingNotice", "notice-reply", {"code": "closed"}),
    "answer-notice-refused": (
        "CrossingNotice",
        "notice-reply",
        {"code": "refused", "description": "报关单已结关"},
    ),
    **notice_replies("AmendmentNotice", "amended", "not-amended"),
    **notice_replies("WithdrawalNotice", "withdrawn", "not-withdrawn"),
}
"""The reply of each case folder."""


ANSWERED_AFTER = {"CrossingNotice": EventKind.EXITED, "MT4402": EventKind.DEPARTED}


def answer_documents(pack: Pack) -> dict[str, bytes]:
    """Return the native bytes of every answer case, as the simulated offices write them."""
    written = {}
    for name, (message, template, params) in REPLIES.items():
        until = ANSWERED_AFTER.get(message, EventKind.SUBMITTED)
        (sent,) = pack.project(message, prepared(pack, message, until=until))
        sheet = safe.compile_stylesheet(pack.files, f"sandbox/{template}.xsl")
        given = {**SILENT, **REPLY, **params}
        written[name] = tree.serialise(sheet.apply(safe.parse(sent), **given))
    return written


def _unit(root: tree.Element, path: str, unit: str) -> None:
    item = tree.elements(root, "d:Consignment/d:HouseConsignment/d:GoodsItem")[0]
    for node in tree.elements(item, path):
        node.set("unit", unit)


def main() -> int:
    """Write every input of the cases; their expectations are written by hand."""
    pack = compiled(FOLDER)
    inputs = {
        f"{name}/prepared.xml": tree.serialise(document)
        for name, document in case_documents(pack).items()
    }
    inputs |= {f"{name}/answer.xml": raw for name, raw in answer_documents(pack).items()}
    write_files(FOLDER / "cases", inputs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
