"""The way north: messages of both packs, every rule broken and kept, answers, simulated offices."""

import pytest

from gateway.domain.finding import LANGUAGES
from gateway.markup import safe, tree
from gateway.packs import layout
from gateway.packs.codelists import read_codelists
from gateway.packs.pack import Pack
from gateway.packs.rules import compile_rules
from tests.packs import prepared_north as north
from tests.packs.edits import Edit, removed, replaced
from tests.packs.pack_cases import compiled

NS = {
    "m": "urn:Declaration:datamodel:standard:CN:MT1401:1",
    "g": "urn:Declaration:datamodel:standard:CN:MT4401:1",
    "c": "http://www.chinaport.gov.cn/dec",
    "n": "urn:fullroute:exchange:1:notice",
    "j": "urn:fullroute:job:1",
}
RULE_FILES = {
    "vn": ("rules/eda.sch", "rules/notice.sch"),
}


@pytest.fixture(scope="module")
def packs() -> dict[str, Pack]:
    return {name: compiled(folder) for name, folder in north.FOLDERS.items()}


def pack_of(packs, message) -> Pack:
    return packs[north.SENDINGS[message].pack]


def made(packs, message, *edits) -> tree.Element:
    """Return a message as XML; a job is read back from its bytes."""
    pack = pack_of(packs, message)
    (content,) = pack.project(message, north.prepared(pack, message, *edits))
    return (
        layout.decode(content, pack.layouts)
        if pack.message(message).layout
        else safe.parse(content)
    )


def nodes(root, path) -> list[tree.Element]:
    found = root.xpath(path, namespaces=NS)
    assert found, path
    return found


def write(path: str, text: str) -> Edit:
    return replaced(path, text, nodes)


def remove(path: str) -> Edit:
    return removed(path, nodes)


def again(path: str, times: int) -> Edit:
    def change(root):
        node = nodes(root, path)[0]
        for _ in range(times):
            node.addnext(tree.copied(node))

    return change


def field(name: str, group: str = "") -> str:
    step = f"j:Group[@name='{group}'][1]/" if group else ""
    return f"/j:Job/{step}j:Field[@name='{name}']"


BROKEN = [
    ("EDA", "vn.exporter-missing", remove(field("EXC"))),
    ("EDA", "vn.export-lines-at-most-fifty", again("//j:Group[@name='line']", 49)),
    ("EDA", "vn.export-line-values", write(field("TVA"), "18000.01")),
    ("EDA", "vn.export-stops-at-most-three", again("//j:Group[@name='stop']", 3)),
    ("EDA", "vn.export-currencies-differ", write(field("IVC"), "CNY")),
    ("EDA", "vn.exporter-tax-code", write(field("EXC"), "0800123442")),
    ("EDA", "vn.export-mode", write(field("MOD"), "30")),
    ("EDA", "vn.export-destination", write(field("DST"), "VNHDG")),
    ("EDA", "vn.export-destination", write(field("DST"), "CNC")),
    ("EDA", "vn.export-tariff-code", write(field("HSC", "line"), "081090")),
    ("EDA", "vn.export-line-name", remove(field("NAM", "line"))),
    ("EDA", "vn.export-line-quantity", write(field("QT1", "line"), "0")),
    ("EDA", "vn.export-weight-unit", write(field("WUT"), "GRM")),
    ("EDA", "vn.export-quantity-unit", write(field("QU1", "line"), "ZZ")),
    ("EDA", "vn.day-form", write(field("STA", "stop"), "2026-11-2")),
    ("EDA", "vn.country-code", write(field("CNC"), "XX")),
    ("EDC", "vn.export-number", write(field("ECN"), "100123456789")),
    ("EDC", "vn.export-number", write(field("ECN"), "30012345678")),
    ("TOR", "vn.drivers-one-to-five", remove("//j:Group[@name='driver']")),
    ("TOR", "vn.seals-at-most-six", again(field("SEL", "container"), 5)),
    ("CrossingNotice", "vn.notice-reference", write("//n:Reference", "26VN8H2JC5R7WXDPJ0")),
    ("CrossingNotice", "vn.notice-kind", write("//n:Kind", "arrived")),
    ("ArrivalNotice", "vn.notice-kind", write("//n:Kind", "exited")),
    ("ArrivalNotice", "vn.notice-export", remove("//n:ExportID")),
]


def broken(packs, message, root) -> list:
    """Return the findings of all rules of a message type."""
    pack = pack_of(packs, message)
    lists = read_codelists(pack.files, "codelists/")
    return [
        finding
        for path in pack.message(message).rules
        for finding in compile_rules(pack.files, path, lists).check(root, "test")
    ]


@pytest.mark.parametrize("message", north.SENDINGS)
def test_the_shipped_declaration_breaks_no_rule(packs, message):
    pack = pack_of(packs, message)
    (content,) = pack.project(message, north.prepared(pack, message))
    assert {one.code for one in pack.check(message, content)} <= {"cn.change-reason-other"}


@pytest.mark.parametrize(
    "message", [name for name, sending in north.SENDINGS.items() if sending.occasion is None]
)
def test_dry_runs_are_valid(packs, message):
    pack = pack_of(packs, message)
    (content,) = pack.project(message, north.prepared(pack, message, dry_run=True))
    assert [one for one in pack.check(message, content) if one.refuses] == []


@pytest.mark.parametrize(
    ("message", "code", "change"),
    BROKEN,
    ids=[f"{code}-{place}" for place, (_, code, _) in enumerate(BROKEN)],
)
def test_rule(packs, message, code, change):
    root = made(packs, message)
    change(root)
    found = [one for one in broken(packs, message, root) if one.code == code]
    assert found
    for language in LANGUAGES:
        text = pack_of(packs, message).catalogue.text(found[0], language)
        assert "{" not in text.message + text.fix
        assert "…" not in text.message + text.fix


@pytest.mark.parametrize("name", RULE_FILES)
def test_every_rule_is_tried(packs, name):
    lists = read_codelists(packs[name].files, "codelists/")
    codes = {
        code
        for path in RULE_FILES[name]
        for code in compile_rules(packs[name].files, path, lists).codes
    }
    assert codes <= {code for _, code, _ in BROKEN}


def test_inputs_of_the_cases_are_what_the_builder_makes():
    """If not, run ``python -m tests.packs.prepared_north`` and ``tests.packs.regenerate``."""
    for name, raw in north.inputs().items():
        assert (north.ROOT / "packs" / name).read_bytes() == raw, name


# ------------------------------------------------------------------ what is told


def test_the_importer_trades_in_china_and_the_exporter_is_abroad(packs):
    root = made(packs, "DecMessage-I")
    told = {path: root.xpath(f"string(//c:{path})", namespaces=NS) for path in (
        "IEFlag", "TradeCoScc", "TradeCountry", "IEPort", "CustomMaster", "DistinatePort",
    )}  # fmt: skip
    assert told == {
        "IEFlag": "I",
        "TradeCoScc": "91500103MA7F2N8K3K",
        "TradeCountry": "VNM",
        "IEPort": "X001",
        "CustomMaster": "8001",
        "DistinatePort": "VNHDG",
    }


def test_the_inspectors_learn_who_grew_and_packed_the_fruit_and_where_it_lies(packs):
    root = made(packs, "DecMessage-I")
    assert [node.text for node in nodes(root, "//c:DecCopLimit/c:RegistrationNo")] == [
        "VN-HDOR-0123",
        "VN-HDPH-0045",
    ]
    assert [node.text for node in nodes(root, "//c:EdocRealation/c:EdocCode")] == ["851", "911"]
    assert nodes(root, "//c:GoodsPlace")[0].text.startswith("CQ-DIS-FRUIT-02 ")


def test_without_a_site_the_goods_lie_where_they_are_unloaded(packs):
    root = made(packs, "DecMessage-I", removed("d:Consignment/d:GoodsLocation"))
    assert nodes(root, "//c:GoodsPlace")[0].text == "Chongqing"


def test_only_the_entry_manifest_names_the_unloading(packs):
    root = made(packs, "MT1401")
    assert nodes(root, "//m:UnloadingLocation/m:ArrivalDateTime")[0].text == "20261127080000"
    assert root.xpath("//m:LoadingLocation", namespaces=NS) == []
    assert {tree.namespace(node) for node in root.iter("*")} == {NS["m"]}


def test_the_entry_gate_hears_the_import_number(packs):
    assert nodes(made(packs, "MT4401"), "//g:EntryID")[0].text == north.ENTRY


def test_an_export_of_sixty_lines_is_registered_in_two_branches(packs):
    def sixty(root):
        house = tree.elements(root, "d:Consignment/d:HouseConsignment")[0]
        first = tree.elements(house, "d:GoodsItem")[0]
        for place in range(3, 61):
            item = tree.copied(first)
            for node in tree.elements(item, "d:SequenceNumeric | d:DeclarationItemNumeric"):
                node.text = str(place)
            house.append(item)

    contents = packs["vn"].project("EDA", north.prepared(packs["vn"], "EDA", sixty))
    jobs = [layout.decode(one, packs["vn"].layouts) for one in contents]
    assert [len(job.xpath("j:Group[@name='line']", namespaces=NS)) for job in jobs] == [50, 10]
    assert [one for content in contents for one in packs["vn"].check("EDA", content)] == []


def test_the_gate_is_told_when_the_vehicle_is_expected(packs):
    assert nodes(made(packs, "TOR"), field("AMT"))[0].text == "1300"
    later = replaced(
        "d:Itinerary/d:Office[d:RoleCode='exit']/d:ExpectedDateTime", "2026-11-25T15:45:00+07:00"
    )
    assert nodes(made(packs, "TOR", later), field("AMT"))[0].text == "1545"


def test_a_foreign_vehicle_leaves_for_good_and_is_not_admitted_again(packs):
    job = made(packs, "TOR")
    assert nodes(job, field("REX"))[0].text == "20261125"
    assert job.xpath(field("TID"), namespaces=NS) == []


# ------------------------------------------------------------------ triggers, simulated offices

TRIGGERS = {
    "EDA": ("vn-export", "departure", ("submitted",), (), "exporter", "cms"),
    "EDC": ("vn-export", "departure", ("submitted",), ("EDA:registered",), "exporter", "cms"),
    "TOR": ("vn-exit", "exit", ("departed",), (), "carrier", "cms"),
    "CrossingNotice": ("vn-export", "departure", ("exited",), (), "gateway", "none"),
    "ArrivalNotice": ("vn-export", "departure", ("arrived",), (), "gateway", "none"),
    "ReturnNotice": (
        "vn-export",
        "departure",
        ("crossing-refused", "turned-back"),
        (),
        "gateway",
        "none",
    ),
    "ClearanceNotice": ("vn-export", "departure", ("cleared",), (), "gateway", "none"),
    "MT1401": ("cn-entry", "entry", ("submitted",), (), "carrier", "xml"),
    "DecMessage-I": (
        "cn-import",
        "destination",
        ("submitted",),
        ("MT1401:accepted",),
        "broker",
        "xml",
    ),
    "MT4401": ("cn-entry", "entry", ("exited",), ("MT1401:accepted",), "carrier", "xml"),
    "PresentationNotice": (
        "cn-import",
        "destination",
        ("arrived",),
        ("DecMessage-I:accepted",),
        "gateway",
        "none",
    ),
}


@pytest.mark.parametrize("message", TRIGGERS)
def test_triggers(packs, message):
    spec = pack_of(packs, message).message(message)
    after = tuple(f"{one.message}:{one.answer}" for one in spec.after)
    told = (spec.procedure, spec.role, spec.on, after, spec.signatory, spec.suite)
    assert told == TRIGGERS[message]


STORY = [
    ("EDA", "HD-1", ["EDA-copy"]),
    ("EDA", "REFUSE-1", ["EDA-refusal"]),
    ("EDA", "SILENT-1", []),
    ("EDC", "HD-1", ["VAE1LD", "VAE1LF"]),
    ("EDC", "YELLOW-1", ["VAE1LD", "VAE1LF"]),
    ("EDC", "RED-1", ["VAE1LD", "VAE474", "VAE1LF"]),
    ("EDC", "REFUSE-1", ["EDC-refusal"]),
    ("EDC", "SILENT-1", []),
    ("TOR", "HD-1", ["TOR-copy"]),
    ("TOR", "REFUSE-1", ["TOR-refusal"]),
    ("TOR", "SILENT-1", []),
    ("CrossingNotice", "HD-1", ["CrossingNotice-closed"]),
    ("ArrivalNotice", "HD-1", []),
    ("ReturnNotice", "HD-1", []),
    ("ClearanceNotice", "HD-1", []),
    ("DecMessage-I", "HD-1", ["DecMessage-I-01"]),
    ("MT4401", "HD-1", ["MT4401-11"]),
    (
        "PresentationNotice",
        "HD-1",
        ["PresentationNotice-inspection", "PresentationNotice-inspected", "DecMessage-I-11"],
    ),
]
BATCHES = [
    ("MT1401", "REFUSE-1", ["MT1401-03"]),
    ("MT1401", "SILENT-1", []),
    ("MT1401", "PERSON-1", ["MT1401-02", "MT1401-01"]),
    ("MT1401", "HDC-1", ["MT1401-01"]),
    (
        "PresentationNotice",
        "HOLD-1",
        ["PresentationNotice-inspection", "PresentationNotice-detained"],
    ),
]


def answers(packs, message, *edits):
    pack = pack_of(packs, message)
    (content,) = pack.project(message, north.prepared(pack, message, *edits))
    planned = pack.behaviour.to(message, content)
    assert [one.after_ms for one in planned] == sorted({one.after_ms for one in planned})
    return [pack.read_answer(one.render(north.REPLY)) for one in planned]


@pytest.mark.parametrize(("message", "lrn", "types"), STORY)
def test_a_simulated_office_answers_by_reference(packs, message, lrn, types):
    found = answers(packs, message, replaced("d:FunctionalReferenceID", lrn))
    assert [one.type for one in found] == types


@pytest.mark.parametrize(("message", "batch", "types"), BATCHES)
def test_a_simulated_office_answers_by_batch(packs, message, batch, types):
    assert [one.type for one in answers(packs, message, replaced("d:Trip/d:ID", batch))] == types


def test_the_export_number_is_the_same_from_registration_to_clearance(packs):
    told = [one.numbers for message in ("EDA", "EDC") for one in answers(packs, message)]
    numbers = {number for numbers in told for number in numbers}
    assert len({one for one in numbers if one[1] != north.EXPORT}) <= 1
    assert all(kind == "export" and value.startswith("3") for kind, value in numbers)


def test_an_import_is_never_mistaken_for_an_export(packs):
    """The two declarations share the document of the reply."""
    (accepted,) = answers(packs, "DecMessage-I")
    assert (accepted.about, accepted.procedure) == ("DecMessage-I", "cn-import")
    assert accepted.numbers[0][1][8] == "1"


REPLY_SCHEMAS = {
    "MT1401": "xsd/mt1401-reply.xsd",
    "MT1401-5": "xsd/mt1401-reply.xsd",
    "MT1401-3": "xsd/mt1401-reply.xsd",
    "MT4401": "xsd/mt4401-reply.xsd",
    "DecMessage-I": "xsd/decmessage-reply.xsd",
    "PresentationNotice": "xsd/notice.xsd",
    "AmendmentNotice-I": "xsd/notice.xsd",
    "WithdrawalNotice-I": "xsd/notice.xsd",
}
OTHERWISE = {"gate-record": "xsd/gate-record.xsd", "release": "xsd/decmessage-reply.xsd"}
"""Schemas of what is no reply to the message itself, by template."""


@pytest.fixture(scope="module")
def replies(packs) -> dict[str, bytes]:
    return north.reply_documents(packs["cn"])


@pytest.mark.parametrize("name", north.REPLIES)
def test_simulated_replies_fit_their_schema(packs, replies, name):
    message, template, _ = north.REPLIES[name]
    wanted = OTHERWISE.get(template) or REPLY_SCHEMAS[message]
    schema = safe.compile_schema(packs["cn"].files, wanted)
    assert schema.check(safe.parse(replies[name])) == ()
