"""The documents of the cases of the common transit pack.

``python -m tests.packs.ctc_cases`` writes ``prepared.xml`` and ``answer.xml`` into the folders of
``schemas/packs/ctc/cases``; the goldens beside them are written by ``tests.packs.regenerate``.
"""

import sys

from gateway.domain.event import EventKind
from gateway.domain.itinerary import OfficeRole
from gateway.domain.procedure import ProcedureState
from gateway.markup import safe, tree
from gateway.packs.pack import Pack
from tests.packs.edits import Edit, removed, replaced, with_edits
from tests.packs.pack_cases import compiled, write_files
from tests.packs.prepared_ctc import (
    AMENDED,
    ARRIVED,
    ASKED,
    BAD_MRN,
    CONTROL,
    CONTROLLED,
    FOLDER,
    GIVEN,
    LONG_AGO,
    RELEASED,
    RELOADED,
    REROUTED,
    SUBMISSION,
    TAKEN_BACK,
    TO_DOVER,
    WHY,
    own,
    prepared,
    sequenced,
    twice,
)

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
        "cd001c-told-outside": with_edits(prepared(pack, "CD001C", rich), _insider),
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
        "cd003c-without-goods": with_edits(
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
    bad = with_edits(
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


def answer_documents(pack: Pack) -> dict[str, bytes]:
    """Return the native bytes of every answer case, as the simulated offices write them."""
    written = {}
    for name, (message, template, declared, params) in REPLIES.items():
        (sent,) = pack.project(message, prepared(pack, message, declared_as(declared)))
        sheet = safe.compile_stylesheet(pack.files, f"sandbox/{template}.xsl")
        written[name] = tree.serialise(sheet.apply(safe.parse(sent), **{**GIVEN, **params}))
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
    write_files(FOLDER / "cases", inputs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
