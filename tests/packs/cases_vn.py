"""The message and procedure cases of the Vietnamese pack.

``python -m tests.packs.cases_vn`` writes ``prepared.xml`` and ``expect.toml`` of every case below
into ``schemas/packs/vn/cases``; the goldens beside them are written by ``tests.packs.regenerate``.
What a case expects is reasoned from the source of its rule, in ``tests.packs.faults_vn``.
"""

import sys
from dataclasses import replace

from gateway.domain.event import EventKind
from gateway.domain.itinerary import OfficeRole
from gateway.domain.procedure import ProcedureState
from gateway.markup import tree
from gateway.packs.pack import Pack
from tests.packs import answers_vn as answers
from tests.packs import faults_vn as faults
from tests.packs import prepared_vn as vn
from tests.packs.case_spelling import Case
from tests.packs.edits import Edit, removed, replaced
from tests.packs.occasions_vn import (
    INCIDENT,
    NEW_VEHICLE,
    NORTH,
    TELLINGS,
    Telling,
    by_rail,
)
from tests.packs.pack_cases import compiled, write_files
from tests.packs.prepared_vn import FIRST_ITEM, ITEM, in_houses, repeated
from tests.packs.rich_vn import (
    EQUIPMENT,
    PARTY,
    by_road,
    poor,
    poor_north,
    rich,
    rich_north,
    stops,
    train_without_numbers,
    two_containers,
)

TELL = {
    "EDA": Telling(NORTH, OfficeRole.DEPARTURE, EventKind.SUBMITTED),
    "EDC": Telling(NORTH, OfficeRole.DEPARTURE, EventKind.SUBMITTED),
    "TOR": Telling(NORTH, OfficeRole.EXIT, EventKind.DEPARTED),
    "CrossingNotice": Telling(NORTH, OfficeRole.DEPARTURE, EventKind.EXITED),
    "ArrivalNotice": Telling(NORTH, OfficeRole.DEPARTURE, EventKind.ARRIVED),
}
"""Messages of the way north, beside the cases that ``prepared_north`` makes of them."""


def north(message: str, *edits: Edit, **more) -> Case:
    """Return a case of a message of the way north."""
    return Case(message, edits=edits, telling=TELL[message], **more)


def changed(message: str, *edits: Edit, **more) -> Case:
    """Return a case of an occasional message that goes otherwise than usual."""
    keys = {key: more.pop(key) for key in ("occasion", "facts", "state", "until") if key in more}
    return Case(message, edits=edits, telling=replace(TELLINGS[message], **keys), **more)


def silent(message: str, state: ProcedureState) -> Case:
    """Return a case in which nothing is owed, because of where the procedure stands."""
    return changed(message, state=state, messages=0)


HURT = EventKind.INCIDENT
LODGED, ACCEPTED = ProcedureState.LODGED, ProcedureState.ACCEPTED
RELEASED, CLOSED = ProcedureState.RELEASED, ProcedureState.CLOSED
REFUSED, GONE = ProcedureState.REFUSED, ProcedureState.INVALIDATED

PLAIN = {name.lower(): Case(name, faults=faults.PLAIN.get(name, ())) for name in vn.SENDINGS}
DRY = {f"{name.lower()}-dry-run": Case(name, dry_run=True) for name in vn.SENDINGS}

DECLARED = {
    "ola-rich": Case("OLA", edits=(rich,), faults=faults.OLA),
    "ola-poor": Case("OLA", edits=(poor,)),
    "ola-three-houses": Case("OLA", edits=(in_houses(3),)),
    "ola-six-houses": Case("OLA", edits=(in_houses(6),)),
    "ola-seven-seals": Case(
        "OLA",
        edits=(repeated(f"{EQUIPMENT}/d:Seal[1]", 6),),
        must_raise=("layout.too-many", "vn.seals-at-most-six"),
    ),
    "ola-no-tax-code": Case(
        "OLA",
        edits=(removed(f"{PARTY.format('carrier')}/d:ID[@scheme='MST']"),),
        must_raise=("vn.transporter-missing",),
    ),
    "ola-wrong-tax-code": Case(
        "OLA",
        edits=(replaced(f"{PARTY.format('carrier')}/d:ID[@scheme='MST']", "0100100009"),),
        must_raise=("vn.transporter-tax-code",),
    ),
    "ola-finish-before-start": Case(
        "OLA",
        edits=(
            replaced(
                "d:Itinerary/d:Office[d:RoleCode='destination']/d:ExpectedDateTime",
                "2026-11-25T06:00:00+07:00",
            ),
        ),
        must_raise=("vn.start-after-finish",),
    ),
    "ida-rich": Case("IDA", edits=(rich,), faults=faults.IDA),
    "ida-poor": Case("IDA", edits=(poor,)),
    "ida-sixty-lines": Case(
        "IDA", edits=(repeated(ITEM, 5),), messages=2, faults=faults.FIFTY_LINES
    ),
    "ida-six-bills": Case(
        "IDA",
        edits=(repeated("d:Consignment/d:TransportContract", 6),),
        must_raise=("layout.too-many", "vn.bills-at-most-five"),
    ),
    "ida-two-invoices": Case("IDA", edits=(repeated("d:Consignment/d:Invoice", 2),)),
    "ida-no-tariff-code": Case(
        "IDA",
        edits=(removed(f"{FIRST_ITEM}/d:Commodity/d:NationalCode[@country='VN']"),),
        must_raise=("vn.tariff-code",),
    ),
    "ida-no-quantity": Case(
        "IDA",
        edits=(removed(f"{FIRST_ITEM}/d:Quantity[@country='VN']"),),
        must_raise=("vn.line-quantity",),
    ),
    "ida-long-name": Case(
        "IDA",
        edits=(replaced(f"{FIRST_ITEM}/d:Commodity/d:Description[@lang='vi']", "Tụ gốm " * 80),),
        must_raise=("layout.too-long",),
    ),
    "tir-rich": Case("TIR", edits=(rich,), faults=faults.TIR),
    "tir-poor": Case("TIR", edits=(poor,)),
    "tir-no-document": Case(
        "TIR",
        edits=(removed("d:Trip/d:Leg/d:Driver[2]/d:ID"),),
        must_raise=("vn.driver-document",),
    ),
    "tir-six-drivers": Case(
        "TIR",
        edits=(repeated("d:Trip/d:Leg/d:Driver", 3),),
        must_raise=("layout.too-many-groups", "vn.drivers-one-to-five"),
    ),
    "tir-dry-container": Case(
        "TIR",
        edits=(replaced(f"{EQUIPMENT}/d:TypeCode", "GP"),),
        must_raise=("vn.refrigerated-container-type",),
    ),
    "tir-train": Case("TIR", edits=(by_rail,), messages=0),
    "bia-rich": Case("BIA", edits=(rich,), faults=faults.BIA),
    "bia-poor": Case("BIA", edits=(poor,)),
}

NORTHBOUND = {
    "eda-rich": north("EDA", rich_north, faults=faults.EDA),
    "eda-poor": north("EDA", poor_north),
    "eda-four-stops": north(
        "EDA",
        stops("exit", 3),
        must_raise=("layout.too-many-groups", "vn.export-stops-at-most-three"),
    ),
    "eda-sixty-lines": north("EDA", repeated(ITEM, 30), messages=2, faults=faults.FIFTY_EXPORTS),
    "edc-faults": north("EDC", faults=faults.EDC),
    "tor-rich": north("TOR", rich_north, faults=faults.TOR),
    "tor-told-when": Case(
        "TOR",
        telling=replace(
            TELL["TOR"],
            occasion=EventKind.DEPARTED,
            facts=(("seal", "HD5512034"), ("expected:VN0015BB", "2026-11-25T14:20:00+07:00")),
        ),
    ),
    "crossing-faults": north("CrossingNotice", faults=faults.CROSSING),
    "arrival-faults": north("ArrivalNotice", faults=faults.ARRIVAL),
}

ON_OCCASION = {
    **{name.lower(): Case(name, faults=faults.OCCASION.get(name, ())) for name in TELLINGS},
    "cot-rich": changed("COT", rich, stops("destination", 2), faults=faults.COT),
    "cot-four-stops": changed(
        "COT",
        stops("destination", 4),
        must_raise=("layout.too-many-groups", "vn.change-stops-at-most-three"),
    ),
    "cot-incident": changed("COT", occasion=HURT, facts=INCIDENT),
    "cot-substituted": changed("COT", occasion=EventKind.SUBSTITUTED, until=EventKind.DEPARTED),
    "cot-diverted": changed("COT", occasion=EventKind.DIVERTED, until=EventKind.DEPARTED),
    "cot-before-approval": changed("COT", state=LODGED),
    "cot-closed": silent("COT", CLOSED),
    "cot-refused": silent("COT", REFUSED),
    "cot-invalidated": silent("COT", GONE),
    "cot-long-reason": changed("COT", facts=(("reason", "x" * 300),)),
    "cot-cancel-closed": silent("COT-cancel", CLOSED),
    "tir-incident": changed("TIR-change", occasion=HURT, facts=INCIDENT),
    "tir-new-vehicle": changed("TIR-change", occasion=HURT, facts=NEW_VEHICLE),
    "tir-same-vehicle": changed(
        "TIR-change", occasion=HURT, facts=(("code", "5"), ("plates", "桂A8D217"))
    ),
    "tir-chinese-vehicle": changed(
        "TIR-change", occasion=HURT, facts=(("code", "3"), ("plates", "桂A77777; 桂AK900挂"))
    ),
    "tir-change-entered": changed("TIR-change", until=EventKind.ENTERED, messages=0),
    "tir-change-before": changed("TIR-change", until=EventKind.DEPARTED, messages=0),
    "tir-change-train": changed("TIR-change", by_rail, messages=0),
    "tir-cancel-before": changed("TIR-cancel", until=EventKind.RELEASED, messages=0),
    "tor-new-vehicle": changed("TOR-change", occasion=HURT, facts=NEW_VEHICLE),
    "tor-change-left": changed("TOR-change", until=EventKind.EXITED, messages=0),
    "tor-change-before": changed("TOR-change", until=EventKind.RELEASED, messages=0),
    "ida01-rich": changed("IDA01", rich, faults=faults.IDA01),
    "ida01-registered-only": changed("IDA01", state=LODGED),
    "ida01-under-control": changed("IDA01", state=ProcedureState.UNDER_CONTROL),
    "ida01-released": silent("IDA01", RELEASED),
    "ida01-refused": silent("IDA01", REFUSED),
    "idd-lodged": changed("IDD", state=LODGED),
    "ide-under-control": changed("IDE", state=ProcedureState.UNDER_CONTROL),
    "ide-closed": silent("IDE", CLOSED),
    "eda01-released": silent("EDA01", RELEASED),
    "ede-released": silent("EDE", RELEASED),
    "ama-released": changed("AMA", state=RELEASED),
    "ama-long": changed(
        "AMA", facts=(("reason", "x" * 301), ("changed", "/Declaration/Party " * 40))
    ),
    "ama-before-release": silent("AMA", ACCEPTED),
    "amc-before-release": silent("AMC", ACCEPTED),
    "ama-e-before-release": silent("AMA-E", ACCEPTED),
    "cancellation-without-reason": changed("ImportCancellation", facts=()),
    "rmr-rich": changed("RMR", in_houses(3), two_containers, faults=faults.RMR),
    "rmr-without-numbers": changed("RMR", train_without_numbers),
    "rmr-truck": changed("RMR", by_road, messages=0),
    "rir-truck": changed("RIR", by_road, messages=0),
    "rir-before": changed("RIR", until=EventKind.DEPARTED),
}

ASKED = {
    "asks-transport": Case(asks="vn-transport", must_raise=faults.ALWAYS, faults=faults.ROAD),
    "asks-transport-guaranteed": Case(
        asks="vn-transport",
        edits=(rich,),
        must_raise=faults.GUARANTEED,
        faults=faults.GUARANTEE,
    ),
    "asks-close-axles": Case(
        asks="vn-transport",
        edits=(faults.spacing("0.99", "1.3"),),
        must_raise=faults.ALWAYS,
        faults=faults.CLOSE_AXLES,
    ),
    "asks-middle-axles": Case(
        asks="vn-transport",
        edits=(faults.spacing("1.29", "1.31"),),
        must_raise=faults.ALWAYS,
        faults=faults.MIDDLE_AXLES,
    ),
    "asks-unknown-axles": Case(
        asks="vn-transport",
        edits=(removed("d:Trip/d:Leg/d:Vehicle/d:AxleGroup/d:SpacingMeasure"),),
        must_raise=faults.ALWAYS,
        faults=faults.UNKNOWN_AXLES,
    ),
    "asks-vietnamese-vehicle": Case(
        asks="vn-transport",
        edits=(faults.vietnamese,),
        must_raise=faults.ALWAYS,
    ),
    "asks-transport-train": Case(
        asks="vn-transport",
        edits=(by_rail,),
        must_raise=("vn.guarantee-unknown", "vn.gate-declaration-unknown"),
    ),
    "asks-exit": Case(
        asks="vn-exit", must_raise=faults.AT_EXIT, faults=(*faults.ROAD_SHARED, *faults.GATE)
    ),
    "asks-import": Case(asks="vn-import", faults=faults.IMPORT),
    "asks-rail": Case(asks="vn-rail-entry", edits=(by_rail,), faults=faults.TRAIN),
}

CASES: dict[str, Case] = {**PLAIN, **DRY, **DECLARED, **NORTHBOUND, **ON_OCCASION, **ASKED}


def files(pack: Pack) -> dict[str, bytes]:
    """Return every file of the cases, by its path below ``cases``."""
    found = dict(answers.files())
    for name, case in CASES.items():
        found[f"{name}/prepared.xml"] = tree.serialise(case.document(pack))
        found[f"{name}/expect.toml"] = case.expect().encode()
    return found


def main() -> int:
    """Write every case; return zero."""
    write_files(vn.FOLDER / "cases", files(compiled(vn.FOLDER)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
