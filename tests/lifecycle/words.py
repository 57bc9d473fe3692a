"""What messages tell and what offices say, in the words of the trade: written by hand.

From formats.md: the table of office messages (a), the lifecycle table after it, 5 and 6. It is
no copy of the packs: they are what is tested against it.
"""

from dataclasses import dataclass

EXIT_MANIFEST, ENTRY_MANIFEST = "manifest out", "manifest in"
EXPORT, IMPORT = "export declaration", "import declaration"
TRANSPORT = "transport declaration"

TELLS = {
    # Viet Nam has two jobs for one thing: a copy is registered, then declared by its number
    "MT2401": ("exit", "manifest"),
    "MT1401": ("entry", "manifest"),
    "DecMessage": ("export", "declaration"),
    "DecMessage-I": ("import", "declaration"),
    "OLA": ("transport", "copy"),
    "OLC": ("transport", "declaration"),
    "IDA": ("import", "copy"),
    "IDC": ("import", "declaration"),
    "EDA": ("export", "copy"),
    "EDC": ("export", "declaration"),
    "MT3402": ("exit", "in the yard"),
    "MT4402": ("exit", "vehicle"),
    "TOR": ("exit", "vehicle"),
    "TIR": ("transport", "vehicle"),
    "MT4401": ("entry", "vehicle"),
    "CrossingNotice": ("export", "goods left"),
    "ArrivalNotice": ("export", "goods arrived"),
    "ReturnNotice": ("export", "goods come back"),
    "ClearanceNotice": ("export", "goods cleared"),
    "BOA": ("transport", "start"),
    "BIA": ("transport", "arrival"),
    "PresentationNotice": ("import", "arrival"),
    "MT2401-5": ("exit", "manifest changed"),
    "MT1401-5": ("entry", "manifest changed"),
    "AmendmentNotice": ("export", "declaration changed"),
    "AmendmentNotice-I": ("import", "declaration changed"),
    "COT": ("transport", "declaration changed"),
    "TIR-change": ("transport", "vehicle changed"),
    "TOR-change": ("exit", "vehicle changed"),
    "TIR-cancel": ("transport", "vehicle cancelled"),
    "TOR-cancel": ("exit", "vehicle cancelled"),
    "IDD": ("import", "recall"),
    "IDA01": ("import", "corrected copy"),
    "IDE": ("import", "correction"),
    "EDD": ("export", "recall"),
    "EDA01": ("export", "corrected copy"),
    "EDE": ("export", "correction"),
    "AMA": ("import", "amended copy"),
    "AMC": ("import", "amendment"),
    "AMA-E": ("export", "amended copy"),
    "AMC-E": ("export", "amendment"),
    "MT2401-3": ("exit", "withdrawal"),
    "MT1401-3": ("entry", "withdrawal"),
    "WithdrawalNotice": ("export", "withdrawal"),
    "WithdrawalNotice-I": ("import", "withdrawal"),
    "COT-cancel": ("transport", "withdrawal"),
    "ImportCancellation": ("import", "withdrawal"),
    "ExportCancellation": ("export", "withdrawal"),
    # the digital gate: each truck before arrival
    "GateEntryDeclaration": ("gate", "gate declaration"),
    "GateExitDeclaration": ("gate", "gate declaration"),
    "GateEntryChange": ("gate", "gate changed"),
    "GateExitChange": ("gate", "gate changed"),
    "GateEntryCancel": ("gate", "gate cancelled"),
    "GateExitCancel": ("gate", "gate cancelled"),
    "GateEntryNotice": ("gate", "news"),
    "GateExitNotice": ("gate", "news"),
    "GateEntryDiversion": ("gate", "left out"),
    "GateExitDiversion": ("gate", "left out"),
    # common transit: the declaration, records ahead, news back
    "CC015C": ("transit", "declaration"),
    "CC170C": ("transit", "presentation"),
    "CC013C": ("transit", "amendment"),
    "CC014C": ("transit", "withdrawal"),
    "CD001C": ("transit", "record"),
    "CD050C": ("transit", "record"),
    "CD118C": ("transit", "crossing"),
    "CD003C": ("transit", "asked record"),
    "CD006C": ("transit", "arrival"),
    "CD018C": ("transit", "control result"),
    "CD024C": ("transit", "forwarded arrival"),
    "CD180C": ("transit", "incident"),
    "CD181C": ("transit", "forwarded incident"),
    "CD010C": ("transit", "invalidation"),
}
"""By message type: the procedure it belongs to, and what it tells."""

NEWS = {
    ("WayNotice", "CN"): ("exit", "news"),
    ("WayNotice", "VN"): ("export", "news"),
    ("WayNotice-I", "CN"): ("entry", "news"),
    ("WayNotice-I", "VN"): ("transport", "news"),
    ("DiversionNotice", "CN"): ("exit", "left out"),
    ("DiversionNotice", "VN"): ("export", "left out"),
    ("DiversionNotice-I", "CN"): ("entry", "left out"),
    ("DiversionNotice-I", "VN"): ("transport", "left out"),
}
"""News of goods on their way, by message type and country."""


def told_by(kind: str, office: str) -> tuple[str, str]:
    """Return what a message tells an office: of which procedure, and what."""
    return NEWS.get((kind, office[:2])) or TELLS[kind]


OF_ONE_TRUCK = (
    *("in the yard", "vehicle", "vehicle changed", "vehicle cancelled"),
    *("gate declaration", "gate changed", "gate cancelled"),
)
"""What is told of each truck by itself."""

PROCEDURES = {
    "cn-export": "export",
    "cn-exit": "exit",
    "cn-entry": "entry",
    "cn-import": "import",
    "vn-export": "export",
    "vn-exit": "exit",
    "vn-transport": "transport",
    "vn-import": "import",
    "vn-gate-entry": "gate",
    "vn-gate-exit": "gate",
    "ctc-transit": "transit",
}


@dataclass(frozen=True, slots=True)
class Saying:
    """What an office says: a word about what it was told, and what that does.

    ``state`` of the procedure and ``event`` may be empty: then it is only taken note of.
    ``procedure`` is another one than that of what is answered.
    """

    word: str
    state: str = ""
    event: str = ""
    procedure: str = ""


SAYINGS = {
    # China, the border office: reply types 01, 02, 03, 11
    "manifest-accepted": Saying("accepted", "accepted"),
    "manifest-to-a-person": Saying("waits for a person"),
    "manifest-returned": Saying("refused", "refused"),
    "import-manifest-accepted": Saying("accepted", "accepted"),
    "import-manifest-to-a-person": Saying("waits for a person"),
    "import-manifest-returned": Saying("refused", "refused"),
    "exit-confirmed": Saying("passed", "closed", "exited"),
    "entry-confirmed": Saying("passed", "closed", "entered"),
    "vehicle-read": Saying("read", "", "at-gate"),
    "barrier-raised": Saying("barrier"),
    "yard-arrival-accepted": Saying("accepted"),
    "manifest-changed": Saying("changed"),
    "import-manifest-changed": Saying("changed"),
    "manifest-deleted": Saying("withdrawn", "invalidated", "invalidated"),
    "import-manifest-deleted": Saying("withdrawn", "invalidated", "invalidated"),
    # China, the offices of departure and destination
    "entry-accepted": Saying("accepted", "accepted"),
    "goods-held": Saying("held", "not-released", "not-released"),
    "goods-released": Saying("released", "released", "released"),
    "export-closed": Saying("closed", "closed"),
    "import-accepted": Saying("accepted", "accepted"),
    "inspection-ordered": Saying("inspection", "under-control"),
    "goods-inspected": Saying("inspected", "", "controlled"),
    "goods-detained": Saying("held", "not-released", "not-released"),
    "import-released": Saying("cleared", "closed", "cleared"),
    "declaration-amended": Saying("changed"),
    "declaration-not-amended": Saying("refused"),
    "declaration-withdrawn": Saying("withdrawn", "invalidated", "invalidated"),
    "declaration-not-withdrawn": Saying("kept", "", "invalidation-refused"),
    # Viet Nam: copies and outputs of VNACCS
    "transport-registered": Saying("registered", "lodged"),
    "transport-declared": Saying("declared", "lodged"),
    "transport-approved": Saying("approved", "released"),
    "vehicle-entered": Saying("passed", "", "entered"),
    "transport-started": Saying("started", "", "transit-started"),
    "transport-arrived": Saying("confirmed", "closed"),
    "transport-corrected": Saying("changed"),
    "transport-cancelled": Saying("withdrawn", "invalidated", "invalidated"),
    "vehicle-changed": Saying("changed"),
    "vehicle-cancelled": Saying("cancelled"),
    "vehicle-left": Saying("passed", "closed", "exited"),
    "import-registered": Saying("registered", "lodged"),
    "import-declared": Saying("accepted", "accepted"),
    "import-inspected": Saying("inspection", "under-control", "controlled", "import"),
    "inspection-called-off": Saying("called off"),
    "duties-assessed": Saying("duties", "", "duties-assessed", "import"),
    "import-cleared": Saying("cleared", "closed", "cleared", "import"),
    "import-recalled": Saying("recalled"),
    "import-corrected": Saying("changed"),
    "export-registered": Saying("registered", "lodged"),
    "export-declared": Saying("accepted", "accepted"),
    "export-inspected": Saying("inspection", "under-control"),
    "export-cleared": Saying("released", "released", "released"),
    "export-recalled": Saying("recalled"),
    "export-corrected": Saying("changed"),
    "correction-registered": Saying("registered"),
    "amendment-registered": Saying("registered"),
    "amendment-taken": Saying("changed"),
    "declaration-cancelled": Saying("withdrawn", "invalidated", "invalidated"),
    "cancellation-refused": Saying("kept", "", "invalidation-refused"),
    # common transit: IE928, 028, 029, 002, 004, 009, 118, 006, 018, 182
    "declaration-received": Saying("received", "lodged"),
    "declaration-accepted": Saying("accepted", "accepted"),
    "record-asked": Saying("asked", "", "record-asked"),
    "frontier-crossed": Saying("passed", "", "passed"),
    "goods-arrived": Saying("arrived", "", "arrived"),
    "transit-ended": Saying("ended", "closed", "controlled"),
    "declaration-invalidated": Saying("withdrawn", "invalidated", "invalidated"),
    "holder-told": Saying("told"),
}
"""By what happened at the simulated office (its journal's word)."""

UNASKED = {
    "to-a-person": Saying("waits for a person"),
    "control-ordered": Saying("control", "under-control", "control-ordered"),
    "control-result": Saying("result", "", "controlled"),
    "not-released": Saying("held", "not-released", "not-released"),
    "crossing-refused": Saying("refused to pass", "not-released", "crossing-refused"),
    "re-weighed": Saying("weighed", "", "re-weighed"),
    "seals-checked": Saying("seals", "", "seals-checked"),
    "quarantine-held": Saying("quarantine held", "", "quarantine"),
    "quarantine-done": Saying("quarantine done", "", "quarantine"),
    "incident-endorsed": Saying("endorsed", "", "incident-endorsed"),
    "closure-planned": Saying("closes", "", "closure-planned"),
    "released": Saying("released", "released"),
    "unloading": Saying("unloading", "", "unloading"),
    "discrepancies": Saying("discrepancies", "", "discrepancies"),
    "discrepancies-solved": Saying("solved", "", "discrepancies-solved"),
}
"""What an office says by itself. What a control found is nobody else's: it tells no office."""

AT_DESTINATION = ("unloading", "discrepancies", "discrepancies-solved")
"""What only the office of destination says, of goods that arrived."""

GATE_TOLD = {
    "gate declaration": Saying("accepted", "closed"),
    "gate changed": Saying("changed"),
    "gate cancelled": Saying("withdrawn", "invalidated", "invalidated"),
}
"""What a digital gate says to what it is told; having taken a declaration it owes no more."""

KEPT = {"manifest-kept", "import-manifest-kept"}
"""The office changes or deletes nothing: which of the two says what it answers."""


def saying(topic: str, effect: str) -> Saying:
    """Return what an office says about a topic."""
    if effect in KEPT:
        withdrawal = topic == "withdrawal"
        return Saying("kept", "", "invalidation-refused") if withdrawal else Saying("refused")
    return GATE_TOLD[topic] if effect == "gate-told" else SAYINGS[effect]
