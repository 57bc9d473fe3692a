"""Prepared documents of the way north: dragon fruit from Hai Duong to Chongqing, both packs.

``python -m tests.packs.prepared_north`` writes ``prepared.xml`` and the answers into the folders of
``schemas/packs/{cn,vn}/cases``; the goldens beside them are written by ``tests.packs.regenerate``.
"""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.adapters.pack_folder import schemas_root
from gateway.domain.event import Event, EventKind
from gateway.domain.identifiers import MovementReference
from gateway.domain.itinerary import Itinerary, OfficeRole, Stop
from gateway.domain.movement import Movement
from gateway.domain.procedure import OfficialNumber, Procedure, ProcedureState
from gateway.markup import safe, tree
from gateway.packs.pack import Pack
from gateway.pipeline.project import Addressee, Subject, declared_totals, prepare
from gateway.pipeline.read import read_declaration
from tests.packs import prepared_cn
from tests.packs.edits import Edit, with_edits
from tests.packs.pack_cases import compiled, write_files
from tests.packs.prepared_cn import CHANGED, TAKEN_BACK, Facts, Reply
from tests.packs.prepared_vn import offices

ROOT = schemas_root()
FOLDERS = {pack: ROOT / "packs" / pack for pack in ("cn", "vn")}
EXAMPLE = ROOT / "declaration" / "v1" / "examples" / "haiduong-chongqing-dragonfruit.xml"
REFERENCE = str(MovementReference.make(2026, "VN", "8H2JC5R7WXDP"))
MESSAGE = "msg_0197a1b2c3d4e5f60718293a4b5c6d7e"
EXPORT = "300123456789"
ENTRY = "800120261123456789"


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, 5, 250_000, UTC)


JOURNEY = (
    (EventKind.SUBMITTED, "VN0003PJ", _at(23, 1), ()),
    (EventKind.RELEASED, "VN0003PJ", _at(23, 2), ()),
    (EventKind.DEPARTED, "VN0003PJ", _at(24, 23, 5), (("seal", "HD5512034 ES20261124B3"),)),
    (EventKind.EXITED, "VN0015BB", _at(25, 6, 20), ()),
    (EventKind.ENTERED, "CN00X001", _at(25, 6, 50), ()),
    (EventKind.ARRIVED, "CN008001", _at(26, 23, 40), ()),
)
"""Kind, office, UTC time, facts."""


@dataclass(frozen=True)
class Sending:
    """Which pack sends it to which role, and what had happened by then."""

    pack: str
    role: OfficeRole
    until: EventKind
    numbers: bool = True
    occasion: tuple[EventKind, Facts] | None = None


SENDINGS = {
    "EDA": Sending("vn", OfficeRole.DEPARTURE, EventKind.SUBMITTED, numbers=False),
    "EDC": Sending("vn", OfficeRole.DEPARTURE, EventKind.SUBMITTED),
    "TOR": Sending("vn", OfficeRole.EXIT, EventKind.DEPARTED),
    "CrossingNotice": Sending("vn", OfficeRole.DEPARTURE, EventKind.EXITED),
    "ArrivalNotice": Sending("vn", OfficeRole.DEPARTURE, EventKind.ARRIVED),
    "ReturnNotice": Sending(
        "vn",
        OfficeRole.DEPARTURE,
        EventKind.EXITED,
        occasion=(EventKind.CROSSING_REFUSED, (("reason", "plate"),)),
    ),
    "ClearanceNotice": Sending(
        "vn", OfficeRole.DEPARTURE, EventKind.ARRIVED, occasion=(EventKind.CLEARED, ())
    ),
    "MT1401": Sending("cn", OfficeRole.ENTRY, EventKind.SUBMITTED, numbers=False),
    "DecMessage-I": Sending("cn", OfficeRole.DESTINATION, EventKind.SUBMITTED, numbers=False),
    "MT4401": Sending("cn", OfficeRole.ENTRY, EventKind.EXITED),
    "PresentationNotice": Sending("cn", OfficeRole.DESTINATION, EventKind.ARRIVED),
    "MT1401-5": Sending(
        "cn", OfficeRole.ENTRY, EventKind.RELEASED, occasion=(EventKind.AMENDED, CHANGED)
    ),
    "MT1401-3": Sending(
        "cn",
        OfficeRole.ENTRY,
        EventKind.RELEASED,
        occasion=(EventKind.INVALIDATION_ASKED, TAKEN_BACK),
    ),
    "AmendmentNotice-I": Sending(
        "cn", OfficeRole.DESTINATION, EventKind.RELEASED, occasion=(EventKind.AMENDED, CHANGED)
    ),
    "WithdrawalNotice-I": Sending(
        "cn",
        OfficeRole.DESTINATION,
        EventKind.RELEASED,
        occasion=(EventKind.INVALIDATION_ASKED, TAKEN_BACK),
    ),
}

NUMBERS = {"vn-export": ("export", EXPORT), "cn-import": ("entry", ENTRY)}
PROCEDURES = (("VN", "vn-export"), ("VN", "vn-exit"), ("CN", "cn-entry"), ("CN", "cn-import"))


def edited(*edits: Edit) -> tree.Element:
    """Return the shipped declaration after some changes."""
    return with_edits(safe.parse(EXAMPLE.read_bytes()), *edits)


def subject(
    root: tree.Element,
    until: EventKind,
    *,
    numbers: bool = True,
    occasion: tuple[EventKind, Facts] | None = None,
) -> Subject:
    """Return what is told about: all up to ``until`` has happened, at last the occasion."""
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
    movement = Movement(
        reference=REFERENCE,
        tenant="tnt_test",
        prelodged=False,
        procedures=tuple(
            Procedure(
                kind=kind,
                administration=administration,
                state=ProcedureState.LODGED if numbers else ProcedureState.PLANNED,
                numbers=(OfficialNumber(*NUMBERS[kind]),) if numbers and kind in NUMBERS else (),
            )
            for administration, kind in PROCEDURES
        ),
        happened=_happened(until, occasion),
    )
    return Subject(
        root=root,
        lrn=declaration.lrn,
        totals=declared_totals(root),
        itinerary=Itinerary(stops),
        movement=movement,
        trip="trp_01970000000000000000000000000002",
        batch=declaration.vehicle.batch,
    )


def _happened(until: EventKind, occasion: tuple[EventKind, Facts] | None) -> tuple[Event, ...]:
    events = []
    for place, (kind, office, at, facts) in enumerate(JOURNEY, start=1):
        events.append(Event(sequence=place, kind=kind, at=at, office=office, facts=facts))
        if kind is until:
            break
    if occasion is not None:
        kind, facts = occasion
        number, at = len(events) + 1, events[-1].at + timedelta(hours=4)
        events.append(Event(sequence=number, kind=kind, at=at, office="VN0003PJ", facts=facts))
    return tuple(events)


def prepared(pack: Pack, message: str, *edits: Edit, dry_run: bool = False) -> tree.Element:
    """Return the prepared document of one message type, as sent or in the dry run."""
    sending = SENDINGS[message]
    until = EventKind.SUBMITTED if dry_run else sending.until
    told = subject(
        edited(*edits),
        until,
        numbers=sending.numbers and not dry_run,
        occasion=sending.occasion,
    )
    addressee = Addressee(
        pack=pack,
        spec=pack.message(message),
        stop=told.itinerary.playing(sending.role)[0],
        message=MESSAGE,
        at=told.movement.happened[-1].at,
        dry_run=dry_run,
    )
    return prepare(told, addressee)


def case_name(message: str) -> str:
    """Return the case folder of a message: those of the way north begin with ``north``."""
    return f"north-{message.lower()}"


def case_documents(name: str, pack: Pack) -> dict[str, tree.Element]:
    """Return the prepared document of every message case of one pack."""
    documents = {}
    for message, sending in SENDINGS.items():
        if sending.pack == name:
            documents[case_name(message)] = prepared(pack, message)
        if sending.pack == name and sending.occasion is None:
            documents[f"{case_name(message)}-dry-run"] = prepared(pack, message, dry_run=True)
    if name == "cn":
        documents["north-mt1401-containers"] = prepared(pack, "MT1401", prepared_cn.containers)
        documents["north-mt4401-bare"] = prepared(pack, "MT4401", bare, dry_run=True)
    return documents


def bare(root: tree.Element) -> None:
    """Leave out what nobody must declare: types, tare, seals, times, languages but one."""
    for path in (
        "d:Trip/d:Leg/d:Vehicle/d:TypeCode",
        "d:Trip/d:Leg/d:Vehicle/d:TareMassMeasure",
        "d:Trip/d:TransportEquipment/d:TypeCode",
        "d:Trip/d:TransportEquipment/d:Seal",
    ):
        for node in tree.elements(root, path):
            node.getparent().remove(node)


REPLY = {
    "id": "ans_0197a1b2c3d4e5f60718293a4b5c6d7e",
    "message-id": MESSAGE,
    "office": "CN008001",
    "national-office": "8001",
    "now": "2026-11-27T09:30:00+08:00",
    "compact": "20261127093000123",
    "number18": "800120260123456789",
    "number12": "512345678901",
    "mrn": "26VN4F7KQ2M9XTBNJ4",
    "lrn": "HD-2026-000451",
    **prepared_cn.SILENT,
}
"""What the simulator gives to every template, fixed."""

REPLIES: dict[str, Reply] = {
    **prepared_cn.manifest_replies("MT1401"),
    **prepared_cn.manifest_replies("MT1401-5"),
    **prepared_cn.manifest_replies("MT1401-3"),
    **prepared_cn.manifest_replies("MT4401"),
    "answer-mt4401-81": ("MT4401", "gate-record", {"record": "81"}),
    "answer-mt4401-82": ("MT4401", "gate-record", {"record": "82"}),
    **prepared_cn.notice_replies("AmendmentNotice-I", "amended", "not-amended"),
    **prepared_cn.notice_replies("WithdrawalNotice-I", "withdrawn", "not-withdrawn"),
    "answer-decmessage-i-01": ("DecMessage-I", "declaration-reply", {"code": "01"}),
    "answer-decmessage-i-02": (
        "DecMessage-I",
        "declaration-reply",
        {"code": "02", "error": "转人工"},
    ),
    "answer-decmessage-i-03": (
        "DecMessage-I",
        "declaration-reply",
        {"code": "03", "error": "编码有误", "pointer": "/DecMessage/DecHead/NetWt"},
    ),
    "answer-decmessage-i-11": ("DecMessage-I", "declaration-reply", {"code": "11"}),
    "answer-decmessage-i-12": (
        "DecMessage-I",
        "declaration-reply",
        {"code": "12", "error": "查验"},
    ),
    "answer-decmessage-i-13": (
        "DecMessage-I",
        "declaration-reply",
        {"code": "13", "error": "扣留"},
    ),
    "answer-decmessage-i-release": ("PresentationNotice", "release", {}),
    "answer-presentationnotice-inspection": (
        "PresentationNotice",
        "notice-reply",
        {"code": "inspection", "description": "现场查验及检疫"},
    ),
    "answer-presentationnotice-inspected": (
        "PresentationNotice",
        "notice-reply",
        {"code": "inspected", "description": "查验、检疫合格"},
    ),
    "answer-presentationnotice-detained": (
        "PresentationNotice",
        "notice-reply",
        {"code": "detained", "description": "检出有害生物"},
    ),
}
"""Answer cases of the Chinese pack."""

CLOSINGS = {
    "answer-notice-closed": ("CrossingNotice", "notice-reply", {"code": "closed"}),
    "answer-notice-refused": (
        "CrossingNotice",
        "notice-reply",
        {"code": "refused", "description": "Tờ khai đã kết thúc"},
    ),
}
"""Vietnamese answers that are XML; the others are jobs, spelled out in their cases."""


def reply_documents(pack: Pack) -> dict[str, bytes]:
    """Return the native bytes of every XML answer case, as the simulated offices write them."""
    written = {}
    wanted = REPLIES if pack.manifest.pack == "cn" else CLOSINGS
    for name, (message, template, params) in wanted.items():
        (sent,) = pack.project(message, prepared(pack, message))
        sheet = safe.compile_stylesheet(pack.files, f"sandbox/{template}.xsl")
        document = sheet.apply(safe.parse(sent), **{**REPLY, **params})
        written[name] = tree.serialise(document)
    return written


def inputs() -> dict[str, bytes]:
    """Return every input of the cases by path below ``schemas/packs``."""
    found = {}
    for name, folder in FOLDERS.items():
        pack = compiled(folder)
        for case, document in case_documents(name, pack).items():
            found[f"{name}/cases/{case}/prepared.xml"] = tree.serialise(document)
        for case, raw in reply_documents(pack).items():
            found[f"{name}/cases/{case}/answer.xml"] = raw
    return found


def main() -> int:
    """Write every input of the cases; their expectations are written by hand."""
    write_files(ROOT / "packs", inputs())
    return 0


if __name__ == "__main__":
    sys.exit(main())
