"""The answer cases of the Vietnamese pack: jobs and replies as offices write them.

Written by ``python -m tests.packs.cases_vn`` into ``schemas/packs/vn/cases/answer-*``.
"""

import json
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from gateway.markup import tree
from tests.packs.prepared_vn import IMPORT, MESSAGE, REFERENCE, TRANSPORT

EXPORT = "300123456789"
AT = "2026-11-25T02:30:00Z"
"""Half past nine in Viet Nam, as every answer below is dated."""

GIVEN = MappingProxyType(
    {
        "transport": ("vn-transport", "OLT", TRANSPORT),
        "import": ("vn-import", "ICN", IMPORT),
        "export": ("vn-export", "ECN", EXPORT),
    }
)
"""By kind of number: procedure, field and value."""


@dataclass(frozen=True)
class Told:
    """One answer: what stands in it, and what it must be read as.

    ``unasked`` is what an office sends by itself: nothing of ours is quoted.
    """

    type: str
    code: str
    output: str
    kind: str
    fields: tuple[tuple[str, str], ...]
    procedure: str
    about: str = ""
    state: str = ""
    event: str = ""
    numbers: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    dated: bool = False
    unasked: bool = False
    results: tuple[tuple[tuple[str, str], ...], ...] = ()
    groups: str = "result"
    findings: tuple[str, ...] = ()

    def job(self) -> bytes:
        """Return the answer as XML."""
        ours = (
            ()
            if self.unasked
            else (
                ("subject", "CQ-2026-000117"),
                ("input", MESSAGE),
                ("index", REFERENCE),
            )
        )
        head = (
            ("code", self.code),
            ("output", self.output),
            ("time", "20261125093000"),
            ("divide", "001"),
            ("end", "E"),
        )
        moment = (("DAY", "20261125"), ("TIM", "093000"))
        fields = [_field(*one) for one in (*self.fields, *moment)]
        groups = [
            tree.build(tree.JOB, "Group", [("name", self.groups)], [_field(*one) for one in result])
            for result in self.results
        ]
        return tree.serialise(tree.build(tree.JOB, "Job", (*head, *ours), [*fields, *groups]))

    def expect(self) -> str:
        """Return ``expect.toml``: every part of the reading."""
        told: dict[str, Any] = {
            "answer": self.type,
            "kind": self.kind,
            "about": self.about or self.code,
            "procedure": self.procedure,
            "procedure_state": self.state,
            "event": self.event,
            "correlation": "" if self.unasked else MESSAGE,
            **self.run(),
            "occurred_at": AT if self.dated else "",
            "numbers": dict(self.numbers),
            "facts": dict(self.facts),
            "findings": list(self.findings),
        }
        return "".join(f"{key} = {_toml(value)}\n" for key, value in told.items())

    def run(self) -> dict[str, str]:
        """Return what crosses with everything aboard: a vehicle by its plate, or a train."""
        facts = dict(self.facts)
        named = facts.get("train") or facts.get("plate", "")
        return {"run": named} if self.event in ("entered", "exited") else {}


def _field(name: str, value: str) -> tree.Element:
    return tree.build(tree.JOB, "Field", [("name", name)], content=value)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        inside = ", ".join(f"{key} = {_toml(one)}" for key, one in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    return json.dumps(value, ensure_ascii=False)


def copy(type_: str, code: str, output: str, kind: str, number: str, **more: Any) -> Told:
    """Return a good answer that carries a number; further fields are ``more['also']``."""
    procedure, name, value = GIVEN[number]
    name = more.pop("name", name)
    also = more.pop("also", ())
    res = () if more.pop("bare", False) else (("RES", "00000"),)
    office = (("CHC", "15BB"),) if more.pop("office", True) else ()
    return Told(
        type_, code, output, kind, (*res, (name, value), *office, *also),
        more.pop("procedure", procedure), numbers=((number, value),), **more,
    )  # fmt: skip


def with_channel(
    type_: str, code: str, output: str, kind: str, number: str, channel: str, **more: Any
) -> Told:
    """Return a copy with a control channel; one we do not know is none."""
    known = channel in ("1", "2", "3")
    facts = (("channel", channel),) if known else ()
    return copy(type_, code, output, kind, number, also=(("CCH", channel),), facts=facts, **more)


def by_itself(type_: str, code: str, output: str, kind: str, number: str, **more: Any) -> Told:
    """Return what the office sends unasked."""
    return copy(type_, code, output, kind, number, unasked=True, bare=True, dated=True, **more)


def objection(output: str, kind: str, state: str = "") -> Told:
    """Return why a transport is not approved."""
    said = "Đề nghị bổ sung"
    return copy(
        output, "OLC", output, kind, "transport", bare=True, also=(("RSN", said),), state=state,
        facts=(("reason", said),),
    )  # fmt: skip


def vehicle(
    type_: str,
    job: str,
    procedure: str,
    kind: str,
    *,
    output: str = "",
    function: str = "",
    **more: Any,
) -> Told:
    """Return what a gate answers about a vehicle."""
    kbn = (("KBN", function),) if function else ()
    return Told(
        type_, job, output or f"{job}COPY", kind,
        (("RES", "00000"), *kbn, ("ABG", "15BB"), ("PLA", "桂A8D217")), procedure, **more,
    )  # fmt: skip


def train(type_: str, job: str, output: str, procedure: str, kind: str, **more: Any) -> Told:
    """Return what a border station answers."""
    return Told(
        type_, job, output, kind,
        (("RES", "00000"), ("ABG", "X001"), ("TRN", "YYG2611240001")), procedure, **more,
    )  # fmt: skip


def result(code: str, field: str = "", row: str = "") -> tuple[tuple[str, str], ...]:
    """Return one answer code of a refusal."""
    pairs = (("COD", code), ("FLD", field), ("ROW", row), ("TXT", "Mã không được chấp nhận"))
    return tuple((name, value) for name, value in pairs if value)


def refusal(job: str, procedure: str, found: dict[tuple[str, ...], str], **more: Any) -> Told:
    """Return a refusal: ``found`` gives by code, field and row where we are at fault."""
    results = tuple(result(*one) for one in found)
    first = dict(results[0])
    facts = (("code", first["COD"]), ("field", first.get("FLD", "")), ("text", first["TXT"]))
    fields = tuple((name, value) for name, value in more.pop("fields", {}).items())
    return Told(
        more.pop("type", f"{more.get('about') or job}-refusal"), job, "REFUSAL", "refused", fields,
        procedure, results=results, facts=tuple(one for one in facts if one[1]),
        findings=tuple(
            " ".join(word for word in (one[0], where, first["TXT"]) if word)
            for one, where in found.items()
        ), **more,
    )  # fmt: skip


D = "/Declaration"
ITEM = f"{D}/Consignment/HouseConsignment/GoodsItem"
UNPLACED = {("U0012",): "", ("E0001",): "", ("L0007",): ""}
"""Families that name no field: user, business, logic. Their findings stand without a place."""
LINE = {
    ("S0044", "HSC", "2"): f"{ITEM}[2]/Commodity/NationalCode",
    ("S0031", "NAM"): f"{ITEM}/Commodity/Description",
}

REFUSALS = {
    "ola": refusal(
        "OLA",
        "vn-transport",
        {
            ("S0001", "TRC"): f"{D}/Party/ID",
            ("S0002", "SEL", "3"): f"{D}/Trip/TransportEquipment/Seal/ID",
            **UNPLACED,
        },
        state="refused",
    ),
    "olc": refusal("OLC", "vn-transport", {("S0007", "OLT"): "OLT", **UNPLACED}, state="refused"),
    "tir": refusal(
        "TIR",
        "vn-transport",
        {("S0001", "PLA"): "PLA", ("S0009", "DPP", "2"): f"{D}/Trip/Leg/Driver/ID"},
    ),
    "boa": refusal("BOA", "vn-transport", {("S0007", "OLT"): "OLT", ("L0001",): ""}),
    "bia": refusal(
        "BIA", "vn-transport", {("S0002", "SEL"): f"{D}/Trip/TransportEquipment/Seal/ID"}
    ),
    "ida": refusal(
        "IDA", "vn-import", {("S0001", "IMC"): f"{D}/Party/ID", **LINE, **UNPLACED}, state="refused"
    ),
    "idc": refusal("IDC", "vn-import", {("S0007", "ICN"): "ICN", ("E0001",): ""}, state="refused"),
    "eda": refusal(
        "EDA", "vn-export", {("S0001", "EXC"): f"{D}/Party/ID", **LINE}, state="refused"
    ),
    "edc": refusal("EDC", "vn-export", {("S0007", "ECN"): "ECN", ("E0001",): ""}, state="refused"),
    "tor": refusal("TOR", "vn-exit", {("S0005", "PER"): f"{D}/Trip/Leg/Permit/ID"}),
    "cot": refusal(
        "COT",
        "vn-transport",
        {("S0003", "CNO"): f"{D}/Trip/TransportEquipment/ID"},
        fields={"OLT": TRANSPORT, "FNC": "5"},
    ),
    "cot-cancel": refusal(
        "COT",
        "vn-transport",
        {("S0007", "OLT"): "OLT", ("E0002",): ""},
        fields={"OLT": TRANSPORT, "FNC": "1"},
        about="COT-cancel",
        event="invalidation-refused",
        dated=True,
    ),
    "idd": refusal("IDD", "vn-import", {("S0007", "ICN"): "ICN", ("E0003",): ""}),
    "ida01": refusal("IDA01", "vn-import", LINE),
    "ide": refusal("IDE", "vn-import", {("S0007", "ICN"): "ICN", ("E0001",): ""}),
    "edd": refusal("EDD", "vn-export", {("S0007", "ECN"): "ECN", ("E0003",): ""}),
    "eda01": refusal("EDA01", "vn-export", LINE),
    "ede": refusal("EDE", "vn-export", {("S0007", "ECN"): "ECN", ("E0001",): ""}),
    "ama": refusal(
        "AMA", "vn-import", {("S0007", "NUM"): "NUM", ("L0002",): ""}, fields={"NUM": IMPORT}
    ),
    "ama-e": refusal(
        "AMA",
        "vn-export",
        {("S0007", "NUM"): "NUM", ("L0002",): ""},
        fields={"NUM": EXPORT},
        about="AMA-E",
    ),
    "amc": refusal(
        "AMC", "vn-import", {("S0007", "NUM"): "NUM", ("L0002",): ""}, fields={"NUM": IMPORT}
    ),
    "amc-e": refusal(
        "AMC",
        "vn-export",
        {("S0007", "NUM"): "NUM", ("L0002",): ""},
        fields={"NUM": EXPORT},
        about="AMC-E",
    ),
    "rmr": refusal(
        "RMR",
        "vn-rail-entry",
        {("S0001", "WGN", "2"): f"{D}/Trip/Leg/Vehicle/Plate"},
        state="refused",
    ),
    "drm": refusal(
        "DRM",
        "vn-rail-entry",
        {("S0001", "CNO"): f"{D}/Trip/TransportEquipment/ID"},
        state="refused",
    ),
    "rir": refusal("RIR", "vn-rail-entry", {("S0007", "TRN"): "TRN", ("L0001",): ""}),
    "ror": refusal("ROR", "vn-rail-exit", {("S0007", "TRN"): "TRN", ("L0001",): ""}),
}

ANSWERS: dict[str, Told] = {
    **{f"refusal-{name}": told for name, told in REFUSALS.items()},
    "ola-copy": with_channel(
        "OLA-copy", "OLA", "OLACOPY", "registered", "transport", "1", state="lodged"
    ),
    "ola-copy-unknown-channel": with_channel(
        "OLA-copy", "OLA", "OLACOPY", "registered", "transport", "8", state="lodged"
    ),
    "vas501": copy("VAS501", "OLC", "VAS501", "accepted", "transport", state="lodged"),
    "vas504": copy(
        "VAS504",
        "OLC",
        "VAS504",
        "approved",
        "transport",
        state="released",
        also=(("EDT", "20261126"), ("EDH", "07")),
    ),
    "vas505": copy("VAS504", "OLC", "VAS505", "approved", "transport", state="released"),
    "vas506": copy(
        "VAS506", "COT", "VAS506", "approved", "transport", about="OLC", state="released"
    ),
    "vas507": copy(
        "VAS506", "COT", "VAS507", "approved", "transport", about="OLC", state="released"
    ),
    "vas508": copy(
        "VAS508",
        "COT",
        "VAS508",
        "invalidated",
        "transport",
        about="COT-cancel",
        state="invalidated",
        event="invalidated",
        dated=True,
    ),
    "vas508-unasked": copy(
        "VAS508",
        "OLC",
        "VAS508",
        "invalidated",
        "transport",
        about="COT-cancel",
        state="invalidated",
        event="invalidated",
        dated=True,
        unasked=True,
    ),
    "vas509": objection("VAS509", "to-a-person"),
    "vas510": objection("VAS510", "to-a-person"),
    "vas511": objection("VAS511", "refused", "refused"),
    "vas512": objection("VAS512", "to-a-person"),
    "vas513": copy("VAS513", "COT", "VAS513", "amended", "transport"),
    "vas514": copy(
        "VAS514",
        "COT",
        "VAS514",
        "invalidated",
        "transport",
        about="COT-cancel",
        state="invalidated",
        event="invalidated",
        dated=True,
    ),
    "vas516": copy("VAS516", "BIA", "VAS516", "arrived", "transport", state="closed"),
    "boa-copy": copy(
        "BOA-copy",
        "BOA",
        "BOACOPY",
        "started",
        "transport",
        office=False,
        event="transit-started",
        dated=True,
    ),
    "tir-copy": vehicle(
        "TIR-copy",
        "TIR",
        "vn-transport",
        "entered",
        event="entered",
        dated=True,
        facts=(("plate", "桂A8D217"),),
    ),
    "tir-vas058": vehicle(
        "TIR-copy",
        "TIR",
        "vn-transport",
        "entered",
        output="VAS058",
        event="entered",
        dated=True,
        facts=(("plate", "桂A8D217"),),
    ),
    "tir-change-copy": vehicle(
        "TIR-change-copy", "TIR", "vn-transport", "amended", function="5", about="TIR-change"
    ),
    "tir-cancel-copy": vehicle(
        "TIR-cancel-copy", "TIR", "vn-transport", "invalidated", function="1", about="TIR-cancel"
    ),
    "tor-copy": vehicle(
        "TOR-copy",
        "TOR",
        "vn-exit",
        "exited",
        state="closed",
        event="exited",
        dated=True,
        facts=(("plate", "桂A8D217"),),
    ),
    "tor-vas059": vehicle(
        "TOR-copy",
        "TOR",
        "vn-exit",
        "exited",
        output="VAS059",
        state="closed",
        event="exited",
        dated=True,
        facts=(("plate", "桂A8D217"),),
    ),
    "tor-change-copy": vehicle(
        "TOR-change-copy", "TOR", "vn-exit", "amended", function="5", about="TOR-change"
    ),
    "tor-cancel-copy": vehicle(
        "TOR-cancel-copy", "TOR", "vn-exit", "invalidated", function="1", about="TOR-cancel"
    ),
    "ida-copy": with_channel(
        "IDA-copy", "IDA", "IDACOPY", "registered", "import", "2", state="lodged"
    ),
    "ida01-copy": with_channel("IDA01-copy", "IDA01", "IDACOPY", "registered", "import", "3"),
    "ida01-copy-unknown-channel": with_channel(
        "IDA01-copy", "IDA01", "IDACOPY", "registered", "import", "9"
    ),
    "vad1ac": with_channel("VAD1AC", "IDC", "VAD1AC", "accepted", "import", "1", state="accepted"),
    "ide-vad1ac": with_channel("IDE-VAD1AC", "IDE", "VAD1AC", "amended", "import", "2"),
    "ide-vad1ac-unknown-channel": with_channel(
        "IDE-VAD1AC", "IDE", "VAD1AC", "amended", "import", "0"
    ),
    "vad487": by_itself(
        "VAD487", "IDC", "VAD487", "controlled", "import", state="under-control", event="controlled"
    ),
    "vad491": by_itself(
        "VAD491", "IDC", "VAD491", "result", "import", facts=(("result", "inspection called off"),)
    ),
    "vad1ag": by_itself(
        "VAD1AG", "IDC", "VAD1AG", "cleared", "import", state="closed", event="cleared"
    ),
    "duties": by_itself(
        "duties",
        "IDC",
        "DUTIES",
        "duties",
        "import",
        event="duties-assessed",
        also=(("CUR", "VND"), ("DTX", "372800000"), ("DUE", "20261225")),
        facts=(("amount", "372800000"), ("currency", "VND"), ("due", "20261225")),
        results=((("TXK", "NK"), ("TXA", "0")), (("TXK", "VAT"), ("TXA", "372800000"))),
        groups="tax",
    ),
    "idd-copy": copy("IDD-copy", "IDD", "IDDCOPY", "received", "import", office=False),
    "eda-copy": with_channel(
        "EDA-copy", "EDA", "EDACOPY", "registered", "export", "1", state="lodged"
    ),
    "eda01-copy": with_channel("EDA01-copy", "EDA01", "EDACOPY", "registered", "export", "3"),
    "eda01-copy-unknown-channel": with_channel(
        "EDA01-copy", "EDA01", "EDACOPY", "registered", "export", "7"
    ),
    "vae1ld": with_channel("VAE1LD", "EDC", "VAE1LD", "accepted", "export", "1", state="accepted"),
    "vae1ld-unknown-channel": with_channel(
        "VAE1LD", "EDC", "VAE1LD", "accepted", "export", "9", state="accepted"
    ),
    "ede-vae1ld": with_channel("EDE-VAE1LD", "EDE", "VAE1LD", "amended", "export", "2"),
    "vae474": by_itself("VAE474", "EDC", "VAE474", "controlled", "export", state="under-control"),
    "vae478": by_itself(
        "VAE478", "EDC", "VAE478", "result", "export", facts=(("result", "inspection called off"),)
    ),
    "vae1lf": by_itself(
        "VAE1LF", "EDC", "VAE1LF", "released", "export", state="released", event="released"
    ),
    "edd-copy": copy("EDD-copy", "EDD", "EDDCOPY", "received", "export", office=False),
    "ama-copy": copy(
        "AMA-copy", "AMA", "AMACOPY", "registered", "import", name="NUM", office=False
    ),
    "ama-e-copy": copy(
        "AMA-E-copy",
        "AMA",
        "AMACOPY",
        "registered",
        "export",
        name="NUM",
        office=False,
        about="AMA-E",
    ),
    "amc-copy": copy("AMC-copy", "AMC", "AMCCOPY", "amended", "import", name="NUM", office=False),
    "amc-e-copy": copy(
        "AMC-E-copy", "AMC", "AMCCOPY", "amended", "export", name="NUM", office=False, about="AMC-E"
    ),
    "rmr-copy": train("RMR-copy", "RMR", "VAS031", "vn-rail-entry", "registered"),
    "rmr-vas034": train("RMR-copy", "RMR", "VAS034", "vn-rail-entry", "registered"),
    "drm-copy": train("DRM-copy", "DRM", "VAS032", "vn-rail-entry", "accepted", state="accepted"),
    "rir-copy": train(
        "RIR-copy",
        "RIR",
        "VAS033",
        "vn-rail-entry",
        "entered",
        state="closed",
        event="entered",
        dated=True,
        facts=(("train", "YYG2611240001"),),
    ),
    "ror-copy": train(
        "ROR-copy",
        "ROR",
        "VAS034",
        "vn-rail-exit",
        "exited",
        state="closed",
        event="exited",
        dated=True,
        facts=(("train", "YYG2611240001"),),
    ),
}

UNASKED = ("vad487", "vad491", "vad1ag", "duties", "vae474", "vae478", "vae1lf")
ANSWERS |= {f"{name}-quoting": replace(ANSWERS[name], unasked=False) for name in UNASKED}
"""What an office usually sends by itself may quote what it is about."""


@dataclass(frozen=True)
class Reply:
    """What an inland office replies to a request to cancel; own format, so it is XML."""

    message: str
    code: str
    number: str
    reason: str = ""

    def xml(self) -> bytes:
        """Return the reply."""
        parts = (
            ("MessageID", "ans_1"), ("CorrelationID", MESSAGE), ("TypeCode", self.message),
            ("Code", self.code), ("DeclarationID", self.number), ("Description", self.reason),
            ("OccurredDateTime", "2026-11-25T09:30:00+07:00"),
        )  # fmt: skip
        space = "urn:fullroute:exchange:1:cancellation"
        children = [tree.build(space, name, content=text) for name, text in parts if text]
        return tree.serialise(tree.build(space, "CancellationReply", [("version", "1")], children))

    def expect(self) -> str:
        """Return ``expect.toml``."""
        procedure = "vn-import" if self.message.startswith("Import") else "vn-export"
        granted = self.code == "invalidated"
        told = {
            "answer": f"{self.message}-{self.code}",
            "kind": self.code,
            "about": self.message,
            "procedure": procedure,
            "procedure_state": "invalidated" if granted else "",
            "event": "invalidated" if granted else "invalidation-refused",
            "correlation": MESSAGE,
            "occurred_at": AT,
            "numbers": {procedure.removeprefix("vn-"): self.number},
            "facts": {"reason": self.reason} if self.reason else {},
        }
        return "".join(f"{key} = {_toml(value)}\n" for key, value in told.items())


WHY = "Tờ khai đang được kiểm tra"
REPLIES = {
    "import-cancelled": Reply("ImportCancellation", "invalidated", IMPORT, "Đã hủy"),
    "import-not-cancelled": Reply("ImportCancellation", "refused", IMPORT, WHY),
    "export-cancelled": Reply("ExportCancellation", "invalidated", EXPORT, "Đã hủy"),
    "export-not-cancelled": Reply("ExportCancellation", "refused", EXPORT, WHY),
}


def files() -> dict[str, bytes]:
    """Return every file of the answer cases, by its path below ``cases``."""
    found = {}
    for name, told in ANSWERS.items():
        found[f"answer-{name}/answer.job.xml"] = told.job()
        found[f"answer-{name}/expect.toml"] = told.expect().encode()
    for name, reply in REPLIES.items():
        found[f"answer-{name}/answer.xml"] = reply.xml()
        found[f"answer-{name}/expect.toml"] = reply.expect().encode()
    return found
