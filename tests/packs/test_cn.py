"""The Chinese pack: every rule with a right and a wrong message, answers, simulated offices."""

import re
from decimal import Decimal

import pytest
from lxml import etree

from gateway.domain.event import EventKind
from gateway.markup import safe, tree
from gateway.packs.pack import Pack
from tests.packs import asked_cn, prepared_cn
from tests.packs.edits import Edit, removed, replaced
from tests.packs.pack_cases import compiled

NS = {
    "m": "urn:Declaration:datamodel:standard:CN:MT2401:1",
    "g": "urn:Declaration:datamodel:standard:CN:MT4402:1",
    "c": "http://www.chinaport.gov.cn/dec",
    "n": "urn:fullroute:exchange:1:notice",
}
UNTIL = {
    "MT2401": EventKind.SUBMITTED,
    "DecMessage": EventKind.SUBMITTED,
    "MT4402": EventKind.DEPARTED,
    "CrossingNotice": EventKind.EXITED,
    "ArrivalNotice": EventKind.ARRIVED,
    "MT3402": EventKind.RELEASED,
    "MT2401-5": EventKind.RELEASED,
    "MT2401-3": EventKind.RELEASED,
    "AmendmentNotice": EventKind.RELEASED,
    "WithdrawalNotice": EventKind.RELEASED,
    "ReturnNotice": EventKind.RELEASED,
    "ClearanceNotice": EventKind.RELEASED,
    "GatePass": EventKind.DEPARTED,
}
PLANNED = ("MT2401", "DecMessage", "MT4402", "CrossingNotice", "ArrivalNotice", "GatePass")
"""Those that a journey meets in any case, and which are projected dry before."""


@pytest.fixture(scope="module")
def pack() -> Pack:
    return compiled(prepared_cn.FOLDER)


def made(pack, message, root=None, **rest) -> etree._Element:
    document = prepared_cn.prepared(pack, message, root, **{"until": UNTIL[message], **rest})
    (content,) = pack.project(message, document)
    return safe.parse(content)


def found(root, path):
    nodes = root.xpath(path, namespaces=NS)
    assert nodes, path
    return nodes


def at(root, path) -> str:
    return root.xpath(f"string({path})", namespaces=NS)


def write(path: str, text: str) -> Edit:
    return replaced(path, text, found)


def remove(path: str) -> Edit:
    return removed(path, found)


# ------------------------------------------------------------------ rules: the cases break them


@pytest.mark.parametrize("message", UNTIL)
def test_the_shipped_declaration_breaks_no_rule(pack, message):
    found = pack.check(message, tree.serialise(made(pack, message)))
    assert {one.code for one in found} <= {"cn.change-reason-other"}


PLATES = [
    ("渝A12345", True),
    ("桂AD12345", True),  # new energy: six after the letter
    ("粤ZF023港", True),
    ("桂A8D21", False),
    ("桂O8D217", False),
    ("XA8D217", False),
    ("桂A8D2O7", False),
    ("桂A挂8217", False),
    ("桂AD123456", False),
]


@pytest.mark.parametrize(("plate", "right"), PLATES)
def test_plates(pack, plate, right):
    root = made(pack, "MT4402")
    write("//g:BorderTransportMeans/g:ID", plate)(root)
    codes = {finding.code for finding in pack.check("MT4402", tree.serialise(root))}
    assert ("cn.gate-plate" not in codes) is right


# ------------------------------------------------------------------ schemas

INVALID = [
    ("MT2401", write("//m:DeclarationOfficeID", "CN00X001"), "xsd.pattern"),
    ("MT2401", write("//m:MessageID", "CN_MT2401_1p0_FULLROUTE_20261123"), "xsd.pattern"),
    ("MT2401", write("//m:MessageType", "MT1401"), "xsd."),
    ("MT2401", remove("//m:ConsignmentItem"), "xsd."),
    ("DecMessage", write("//c:Type", "MT"), "xsd.enumeration"),
    ("DecMessage", write("//c:CustomMaster", "80011"), "xsd.pattern"),
    ("DecMessage", write("//c:CodeTS", "85322410001"), "xsd."),
    ("DecMessage", write("//c:NetWt", "1.123456"), "xsd."),
    ("MT4402", write("//g:EntryID", "8001"), "xsd.pattern"),
    ("CrossingNotice", write("//n:OccurredDateTime", "2026-11-25T14:00:00"), "xsd.pattern"),
]


@pytest.mark.parametrize(("message", "edit", "code"), INVALID)
def test_schema_refuses(pack, message, edit, code):
    root = made(pack, message)
    edit(root)
    findings = pack.check(message, tree.serialise(root))
    assert any(finding.code.startswith(code) for finding in findings), findings


@pytest.mark.parametrize("message", UNTIL)
def test_schema_allows_one_signature_and_only_last(pack, message):
    schema = safe.compile_schema(pack.files, pack.message(message).schema)
    root = made(pack, message)
    signature = etree.Element(f"{{{tree.XMLDSIG}}}Signature")
    etree.SubElement(signature, f"{{{tree.XMLDSIG}}}SignedInfo")
    root.append(signature)
    assert schema.check(root) == ()
    root.insert(0, signature)
    assert schema.check(root)


REPLY_SCHEMAS = {
    "MT2401": "xsd/mt2401-reply.xsd",
    "MT2401-5": "xsd/mt2401-reply.xsd",
    "MT2401-3": "xsd/mt2401-reply.xsd",
    "MT3402": "xsd/mt3402-reply.xsd",
    "MT4402": "xsd/mt4402-reply.xsd",
    "AmendmentNotice": "xsd/notice.xsd",
    "WithdrawalNotice": "xsd/notice.xsd",
    "DecMessage": "xsd/decmessage-reply.xsd",
    "CrossingNotice": "xsd/notice.xsd",
}


@pytest.mark.parametrize("name", prepared_cn.REPLIES)
def test_simulated_replies_fit_their_schema(pack, name):
    message, template, _ = prepared_cn.REPLIES[name]
    wanted = "xsd/gate-record.xsd" if template == "gate-record" else REPLY_SCHEMAS[message]
    schema = safe.compile_schema(pack.files, wanted)
    assert schema.check(safe.parse(prepared_cn.answer_documents(pack)[name])) == ()


def test_inputs_of_the_cases_are_what_the_builder_makes(pack):
    folder = prepared_cn.FOLDER / "cases"
    documents = {**prepared_cn.case_documents(pack), **asked_cn.documents()}
    for name, document in documents.items():
        assert (folder / name / "prepared.xml").read_bytes() == tree.serialise(document), name
    for name, raw in prepared_cn.answer_documents(pack).items():
        assert (folder / name / "answer.xml").read_bytes() == raw, name


# ------------------------------------------------------------------ projections


def test_manifest_sums_each_house_by_itself(pack):
    root = made(pack, "MT2401", prepared_cn.edited(prepared_cn.two_houses))
    houses = found(root, "//m:Consignment")
    for path, total in (
        ("m:TotalPackageQuantity", "124"),
        ("m:TotalGrossMassMeasure", "2480.5"),
        ("m:ValueAmount", "186400"),
    ):
        assert sum(Decimal(at(house, path)) for house in houses) == Decimal(total)
    assert [len(house.findall(f"{{{NS['m']}}}ConsignmentItem")) for house in houses] == [7, 5]


def test_gate_learns_the_driver_of_its_own_leg_only(pack):
    root = made(pack, "MT4402")
    assert [node.text for node in found(root, "//g:Master/g:Name")] == ["黄志强"]
    assert "TRẦN VĂN HÙNG" not in etree.tostring(root, encoding="unicode")


def test_manifest_tells_no_prices(pack):
    text = etree.tostring(made(pack, "MT2401"), encoding="unicode")
    assert "95.6175" not in text
    assert "Price" not in text


def test_notices_tell_nothing_about_the_goods(pack):
    text = etree.tostring(made(pack, "ArrivalNotice"), encoding="unicode")
    assert "电容" not in text
    assert "186400" not in text


SEALS = {
    "as declared in a dry run": {"until": EventKind.SUBMITTED, "dry_run": True},
    "as reported": {"until": EventKind.DEPARTED},
}


@pytest.mark.parametrize("name", SEALS)
def test_seals(pack, name):
    root = made(pack, "MT4402", **SEALS[name])
    assert [node.text for node in found(root, "//g:Seal/g:ID")] == ["CQ8801172", "ES20261123A7"]


@pytest.mark.parametrize(
    ("told", "digits"),
    [({}, "20261125140000"), ({"expected": "2026-11-25T16:30:00+08:00"}, "20261125163000")],
)
def test_gate_learns_when_to_expect_the_vehicle(pack, told, digits):
    document = prepared_cn.prepared(pack, "MT4402", until=EventKind.DEPARTED)
    for name, value in told.items():
        tree.elements(document, "p:Stop[@office='CN00X001']")[0].set(name, value)
    (content,) = pack.project("MT4402", document)
    assert at(safe.parse(content), "//g:ArrivalDateTime") == digits


def test_dry_run_holds_the_placeholder(pack):
    root = made(pack, "MT4402", until=EventKind.SUBMITTED, dry_run=True)
    assert at(root, "//g:EntryID") == "0" * 18


@pytest.mark.parametrize("message", PLANNED)
def test_dry_runs_are_valid(pack, message):
    root = made(pack, message, until=EventKind.SUBMITTED, dry_run=True)
    findings = pack.check(message, tree.serialise(root))
    assert [finding for finding in findings if finding.refuses] == []


def test_message_identifiers_have_the_form_of_the_manifest_service(pack):
    root = made(pack, "MT2401")
    assert re.fullmatch(r"CN_MT2401_1p0_[A-Z0-9]{13}_\d{17}", at(root, "//m:MessageID"))
    assert at(root, "//m:SendTime") == "20261123090005250"  # Chinese local time, milliseconds


def test_declaration_names_main_and_other_packages(pack):
    root = made(pack, "DecMessage")
    assert at(root, "//c:WrapType") == "22"
    assert (at(root, "//c:PackType"), at(root, "//c:PackQty")) == ("23", "6")


def test_declaration_lists_the_items_a_proof_of_origin_covers(pack):
    root = made(pack, "DecMessage")
    assert [n.text for n in found(root, "//c:DecGNo")] == ["1", "2", "6", "8", "9", "12"]


def test_containers_are_named_when_there_are_any(pack):
    root = prepared_cn.edited(
        replaced("d:Consignment/d:ContainerIndicator", "1"),
        replaced("d:Trip/d:TransportEquipment/d:ID", "CSQU3054383"),
    )
    assert at(made(pack, "DecMessage", root), "//c:ContainerId") == "CSQU3054383"
    assert at(made(pack, "MT2401", root), "//m:TransportEquipment/m:ID") == "CSQU3054383"


def test_mode_falls_back_to_the_list(pack):
    root = prepared_cn.edited(removed("d:Trip/d:Leg/d:ModeCode[@system='CN']"))
    assert at(made(pack, "DecMessage", root), "//c:TrafMode") == "4"


def test_fast_road_declaration_at_the_border_itself(pack):
    root = prepared_cn.edited(
        removed("d:Itinerary/d:Office[1]"),
        _copy_exit_as_departure,
    )
    document = prepared_cn.prepared(pack, "DecMessage", root)
    (content,) = pack.project("DecMessage", document)
    assert at(safe.parse(content), "//c:Type") == "MF"
    assert [f for f in pack.check("DecMessage", content) if f.refuses] == []


def _copy_exit_as_departure(root) -> None:
    exit_office = tree.elements(root, "d:Itinerary/d:Office[d:RoleCode='exit']")[0]
    departure = tree.copied(exit_office)
    exit_office.addprevious(departure)
    tree.elements(departure, "d:SequenceNumeric")[0].text = "1"
    tree.elements(departure, "d:RoleCode")[0].text = "departure"


# ------------------------------------------------------------------ triggers

TRIGGERS = {
    "MT2401": ("cn-exit", "exit", ("submitted",), (), "broker", "xml"),
    "DecMessage": (
        "cn-export",
        "departure",
        ("submitted",),
        (("MT2401", "accepted", "manifest-first"),),
        "broker",
        "xml",
    ),
    "MT4402": ("cn-exit", "exit", ("departed",), (), "carrier", "xml"),
    "CrossingNotice": ("cn-export", "departure", ("exited",), (), "gateway", "none"),
    "ArrivalNotice": ("cn-export", "departure", ("arrived",), (), "gateway", "none"),
    "ReturnNotice": (
        "cn-export",
        "departure",
        ("crossing-refused", "turned-back"),
        (),
        "gateway",
        "none",
    ),
    "ClearanceNotice": ("cn-export", "departure", ("cleared",), (), "gateway", "none"),
    "MT3402": (
        "cn-exit",
        "departure",
        ("yard-reached",),
        (("MT2401", "accepted", "manifest-first"),),
        "carrier",
        "xml",
    ),
    "MT2401-5": ("cn-exit", "exit", ("amended",), (("MT2401", "accepted", ""),), "broker", "xml"),
    "MT2401-3": (
        "cn-exit",
        "exit",
        ("invalidation-asked",),
        (("WithdrawalNotice", "invalidated", ""),),
        "broker",
        "xml",
    ),
    "AmendmentNotice": (
        "cn-export",
        "departure",
        ("amended",),
        (("DecMessage", "accepted", ""),),
        "gateway",
        "none",
    ),
    "WithdrawalNotice": (
        "cn-export",
        "departure",
        ("invalidation-asked",),
        (),
        "gateway",
        "none",
    ),
    "GatePass": ("cn-exit", "exit", ("departed",), (), "carrier", "xml"),
}


@pytest.mark.parametrize("message", TRIGGERS)
def test_triggers(pack, message):
    spec = pack.message(message)
    after = tuple((one.message, one.answer, one.switch) for one in spec.after)
    told = (spec.procedure, spec.role, spec.on, after, spec.signatory, spec.suite)
    assert told == TRIGGERS[message]


@pytest.mark.parametrize("on", [True, False])
def test_manifest_first_is_a_switch(on):
    assert compiled(prepared_cn.FOLDER, {"manifest-first": on}).switch("manifest-first") is on


def test_nobody_gets_a_gate_pass_unless_somebody_turns_it_on(pack):
    assert "GatePass" not in {one.type for one in pack.messages}
    on = compiled(prepared_cn.FOLDER, {"gate-pass": True})
    assert "GatePass" in {one.type for one in on.messages}


# ------------------------------------------------------------------ changes and requests

REASONS = {
    "one of the codes": ((("reason", "015"), ("text", "")), ("015", "")),
    "a word of ours": ((("reason", "weight"), ("text", "again")), ("999", "weight again")),
    "words alone": ((("text", "buyer cancelled"),), ("999", "buyer cancelled")),
    "a code that is none": ((("reason", "016"), ("text", "x")), ("999", "016 x")),
}


@pytest.mark.parametrize("message", ["MT2401-5", "MT2401-3"])
@pytest.mark.parametrize("name", REASONS)
def test_why_a_manifest_is_changed_or_deleted(pack, message, name):
    facts, told = REASONS[name]
    root = made(pack, message, facts=facts)
    assert (at(root, "//m:StatementCode"), at(root, "//m:Content")) == told
    assert pack.check(message, tree.serialise(root)) == () or told[0] == "999"


def test_a_deletion_names_batch_and_contract_and_nothing_else(pack):
    root = made(pack, "MT2401-3")
    assert at(root, "//m:FunctionCode") == "3"
    assert [tree.name(one) for one in found(root, "//m:Declaration/*")] == [
        "DeclarationOfficeID",
        "ID",
        "AdditionalInformation",
        "Consignment",
    ]


def test_a_changed_manifest_is_the_whole_manifest(pack):
    before, now = made(pack, "MT2401"), made(pack, "MT2401-5")
    assert (at(before, "//m:FunctionCode"), at(now, "//m:FunctionCode")) == ("9", "5")
    for path in ("//m:AdditionalInformation", "//m:Head"):
        for root in (before, now):
            for node in root.xpath(path, namespaces=NS):
                node.getparent().remove(node)
    assert tree.serialise(before) == tree.serialise(now)


TRANSIT = {
    "inland, transit declared": ((prepared_cn.transit,), "1", ["ES20261123A7"]),
    "two containers": (
        (prepared_cn.containers, prepared_cn.transit),
        "1",
        ["ES20261123A71", "ES20261123A72"],
    ),
    "no transit declared": ((), "0", []),
}


@pytest.mark.parametrize("name", TRANSIT)
def test_transit_sheet(pack, name):
    edits, flag, seals = TRANSIT[name]
    root = made(pack, "DecMessage", prepared_cn.edited(*edits))
    assert at(root, "//c:DeclTrnRel") == flag
    sheet = root.xpath("//c:TrnHead | //c:TrnContainers", namespaces=NS)
    assert bool(sheet) is (flag == "1")
    assert [one.text for one in root.xpath("//c:TrnContainer/c:SealNo", namespaces=NS)] == seals


def test_gate_records_name_no_goods(pack):
    record = prepared_cn.answer_documents(pack)["answer-mt4402-81"]
    told = pack.read_answer(record)
    assert told.event == "at-gate"
    assert not {"value", "goods", "description"} & {name for name, _ in told.facts}
    assert "电容" not in record.decode()


# ------------------------------------------------------------------ simulated offices

BEHAVIOUR = [
    ("MT2401", "YYG2611240001", ["01"], ["manifest-accepted"]),
    ("MT2401", "REFUSE-1", ["03"], ["manifest-returned"]),
    ("MT2401", "SILENT-1", [], []),
    ("MT2401", "PERSON-1", ["02", "01"], ["manifest-to-a-person", "manifest-accepted"]),
    ("DecMessage", "YYG2611240001", ["01", "11"], ["entry-accepted", "goods-released"]),
    ("DecMessage", "HOLD-1", ["01", "12"], ["entry-accepted", "goods-held"]),
    ("MT4402", "YYG2611240001", ["11"], ["exit-confirmed"]),
    ("CrossingNotice", "YYG2611240001", ["closed"], ["export-closed"]),
    ("ArrivalNotice", "YYG2611240001", [], []),
    ("ReturnNotice", "YYG2611240001", [], []),
    ("ClearanceNotice", "YYG2611240001", [], []),
    ("MT3402", "YYG2611240001", ["01"], ["yard-arrival-accepted"]),
    ("MT3402", "REFUSE-1", ["03"], ["yard-arrival-returned"]),
    ("MT2401-5", "YYG2611240001", ["01"], ["manifest-changed"]),
    ("MT2401-5", "KEEP-1", ["03"], ["manifest-kept"]),
    ("MT2401-3", "YYG2611240001", ["01"], ["manifest-deleted"]),
    ("MT2401-3", "KEEP-1", ["03"], ["manifest-kept"]),
    ("MT4402", "GATE-1", ["81", "82", "11"], ["vehicle-read", "barrier-raised", "exit-confirmed"]),
    ("AmendmentNotice", "YYG2611240001", ["amended"], ["declaration-amended"]),
    ("AmendmentNotice", "KEEP-1", ["amended"], ["declaration-not-amended"]),
    ("WithdrawalNotice", "YYG2611240001", ["withdrawn"], ["declaration-withdrawn"]),
    ("WithdrawalNotice", "KEEP-1", ["withdrawn"], ["declaration-not-withdrawn"]),
    ("GatePass", "YYG2611240001", [], []),
]


@pytest.mark.parametrize(("message", "batch", "codes", "effects"), BEHAVIOUR)
def test_simulated_offices(pack, message, batch, codes, effects):
    root = made(pack, message, prepared_cn.edited(replaced("d:Trip/d:ID", batch)))
    answers = pack.behaviour.to(message, tree.serialise(root))
    assert [answer.effect for answer in answers] == effects
    assert [answer.after_ms for answer in answers] == sorted(a.after_ms for a in answers)
    written = [answer.render(prepared_cn.REPLY) for answer in answers]
    told = [pack.read_answer(content) for content in written]
    assert [answer.type.rpartition("-")[2] for answer in told] == codes
    assert {answer.correlation for answer in told} <= {prepared_cn.MESSAGE}
    assert {answer.about for answer in told} <= {message}


def test_acceptance_and_release_give_the_same_entry_number(pack):
    root = made(pack, "DecMessage")
    answers = pack.behaviour.to("DecMessage", tree.serialise(root))
    assert len({answer.key for answer in answers}) == 1
    numbers = {pack.read_answer(one.render(prepared_cn.REPLY)).numbers for one in answers}
    assert numbers == {(("entry", prepared_cn.ENTRY),)}
    assert prepared_cn.ENTRY.startswith("8001")
