"""What the Vietnamese pack tells, and what its simulated offices answer."""

import pytest

from gateway.domain.finding import Refusal
from gateway.markup import tree
from gateway.packs import layout
from gateway.packs.pack import Pack
from gateway.packs.rule_file import written_rules
from tests.packs import cases_vn, prepared_vn_gate
from tests.packs import prepared_vn as vn
from tests.packs.edits import Edit, removed, replaced
from tests.packs.pack_cases import cases, compiled


@pytest.fixture(scope="module")
def pack() -> Pack:
    return compiled(vn.FOLDER)


def test_times_are_those_of_the_offices(pack: Pack) -> None:
    """The truck arrives at 17:20 UTC: twenty past midnight, a day later, at Hai Duong."""
    job = vn.job_of(pack, "BIA")

    assert (vn.value(job, "SDT"), vn.value(job, "SDH")) == ("20261125", "13")
    assert (vn.value(job, "EDT"), vn.value(job, "EDH")) == ("20261126", "00")


def reported_elsewhere(root: tree.Element) -> None:
    """Declare other seals than those that are reported at departure."""
    for place, node in enumerate(tree.elements(root, "d:Trip/d:TransportEquipment/d:Seal/d:ID")):
        node.text = f"DECLARED{place}"


def test_seals_reported_at_departure_stand_once_there_are_some(pack: Pack) -> None:
    before = vn.job_of(pack, "OLA", reported_elsewhere)
    after = vn.job_of(pack, "TIR", reported_elsewhere)

    assert vn.values(before, "SEL", "equipment") == ["DECLARED0", "DECLARED1"]
    assert vn.values(after, "SEL", "container") == ["CQ8801172", "ES20261123A7"]


def test_sixty_lines_are_registered_in_two_branches(pack: Pack) -> None:
    contents = pack.project("IDA", vn.prepared(pack, "IDA", vn.repeated(vn.ITEM, 5)))

    jobs = [layout.decode(content, pack.layouts) for content in contents]

    assert [vn.value(job, "BNO") + vn.value(job, "DNO") for job in jobs] == ["12", "22"]
    assert [len(vn.values(job, "HSC", "line")) for job in jobs] == [50, 10]
    assert [(job.get("divide"), job.get("end")) for job in jobs] == [("001", None), ("002", "E")]
    assert sum(int(vn.value(job, "PCS")) for job in jobs) == 5 * 124
    assert [f for one in contents for f in pack.check("IDA", one) if f.refuses] == []


@pytest.mark.parametrize(("houses", "lines"), [(1, 1), (2, 2), (5, 5), (6, 1)])
def test_cargo_lines_follow_the_house_consignments(pack: Pack, houses: int, lines: int) -> None:
    job = vn.job_of(pack, "OLA", vn.in_houses(houses))

    assert len(vn.values(job, "CGN", "cargo")) == lines
    assert len(set(vn.values(job, "CGN", "cargo"))) == lines
    assert sum(float(one) for one in vn.values(job, "GWT", "cargo")) == pytest.approx(2480.5)


@pytest.mark.parametrize(
    ("lrn", "own"), [("A" * 20, "A" * 20), ("A" * 21, ""), ("CQ-2026-000117", "CQ-2026-000117")]
)
def test_an_own_reference_is_never_cut(pack: Pack, lrn: str, own: str) -> None:
    job = vn.job_of(pack, "IDA", replaced("d:FunctionalReferenceID", lrn))

    assert vn.value(job, "REF") == own
    assert job.get("subject") == lrn


@pytest.mark.parametrize("message", vn.SENDINGS)
def test_a_dry_run_is_valid_before_anything_happened(pack: Pack, message: str) -> None:
    (content,) = pack.project(message, vn.prepared(pack, message, dry_run=True))

    assert [f for f in pack.check(message, content) if f.refuses] == []


@pytest.mark.parametrize(("message", "field"), [("OLC", "OLT"), ("IDC", "ICN"), ("BIA", "OLT")])
def test_a_dry_run_carries_a_placeholder_for_the_number(
    pack: Pack, message: str, field: str
) -> None:
    (content,) = pack.project(message, vn.prepared(pack, message, dry_run=True))

    number = vn.value(layout.decode(content, pack.layouts), field)

    assert number in {"000000000000", "100000000000"}


def test_the_road_gate_hears_nothing_of_a_train(pack: Pack) -> None:
    by_rail = replaced("d:Trip/d:Leg/d:ModeCode[@system='VN']", "25")

    assert pack.project("TIR", vn.prepared(pack, "TIR", by_rail)) == ()


@pytest.mark.parametrize(
    ("system", "code", "means"), [("VN", "31", "31"), ("UNECE", "3", "31"), ("UNECE", "2", "25")]
)
def test_the_means_of_transport_are_in_the_code_of_viet_nam(
    pack: Pack, system: str, code: str, means: str
) -> None:
    mode = f"d:Trip/d:Leg/d:ModeCode[@system='{system}']"
    others = f"d:Trip/d:Leg/d:ModeCode[@system!='{system}']"
    edits = (replaced(mode, code), removed(others))

    assert vn.value(vn.job_of(pack, "OLA", *edits), "BYA") == means
    assert vn.value(vn.job_of(pack, "IDA", *edits), "MOD") == means


def test_equipment_without_a_number_is_known_by_the_plate(pack: Pack) -> None:
    job = vn.job_of(pack, "OLA", removed("d:Trip/d:TransportEquipment/d:ID"))

    assert vn.values(job, "CNO", "equipment") == ["桂AK217挂"]


PARAMS = {
    "id": "ans_1",
    "message-id": vn.MESSAGE,
    "office": "VN0003PJ",
    "national-office": "03PJ",
    "now": "2026-11-25T16:04:05+07:00",
    "compact": "20261125160405000",
    "number18": "000320260123456789",
    "number12": "512345678901",
    "mrn": "26VN4F7KQ2M9XTBNJ4",
    "lrn": "x",
}

STORY = (
    ("OLA", ["OLA-copy"]),
    ("OLC", ["VAS501", "VAS504"]),
    ("IDA", ["IDA-copy"]),
    ("IDC", ["VAD1AC"]),
    ("TIR", ["TIR-copy"]),
    ("BOA", ["BOA-copy"]),
    ("BIA", ["VAS516", "duties", "VAD1AG"]),
)


def answers(pack: Pack, message: str, *edits: Edit) -> list[tuple[int, str, object]]:
    """Return after how many milliseconds which answers come, with their keys, read by the pack."""
    (content,) = pack.project(message, vn.prepared(pack, message, *edits))
    return [
        (one.after_ms, one.key, pack.read_answer(one.render(PARAMS)))
        for one in pack.behaviour.to(message, content)
    ]


@pytest.mark.parametrize(("message", "types"), STORY)
def test_a_simulated_office_answers(pack: Pack, message: str, types: list[str]) -> None:
    found = answers(pack, message)

    assert [answer.type for _, _, answer in found] == types
    assert [after for after, _, _ in found] == sorted({after for after, _, _ in found})
    assert all(answer.correlation == vn.MESSAGE for _, _, answer in found[:1])


def test_what_the_inland_office_sends_by_itself_carries_the_import_number(pack: Pack) -> None:
    ((_, key, copy),) = answers(pack, "IDA")
    _, (_, duties_key, duties), (_, clear_key, cleared) = answers(pack, "BIA")

    assert {key, duties_key, clear_key} == {f"import:{vn.REFERENCE}"}
    assert copy.numbers == duties.numbers == cleared.numbers == (("import", "100123456789"),)
    assert duties.correlation == cleared.correlation == ""


def lrn(text: str) -> Edit:
    return replaced("d:FunctionalReferenceID", text)


@pytest.mark.parametrize("message", vn.SENDINGS)
def test_a_reference_that_begins_with_refuse_is_refused(pack: Pack, message: str) -> None:
    ((_, _, answer),) = answers(pack, message, lrn("REFUSE-1"))

    assert (answer.kind, answer.about) == ("refused", message)
    assert len(dict(answer.facts)["code"]) == 5


@pytest.mark.parametrize("message", vn.SENDINGS)
def test_a_reference_that_begins_with_silent_is_never_answered(pack: Pack, message: str) -> None:
    assert answers(pack, message, lrn("SILENT-1")) == []


@pytest.mark.parametrize(
    ("reference", "channel"), [("CQ-1", "1"), ("YELLOW-1", "2"), ("RED-1", "3")]
)
def test_the_control_channel_follows_the_reference(
    pack: Pack, reference: str, channel: str
) -> None:
    for message in ("IDA", "IDC"):
        ((_, _, answer),) = answers(pack, message, lrn(reference))
        assert dict(answer.facts) == {"channel": channel}


def test_the_red_channel_is_inspected_before_it_is_cleared(pack: Pack) -> None:
    found = answers(pack, "BIA", lrn("RED-1"))

    assert [answer.type for _, _, answer in found] == ["VAS516", "VAD487", "duties", "VAD1AG"]


def test_an_output_nobody_knows_is_not_guessed(pack: Pack) -> None:
    (content,) = pack.project("OLC", vn.prepared(pack, "OLC"))
    strange = content[:8] + b"VAS999 " + content[15:]

    with pytest.raises(Refusal):
        pack.read_answer(strange)


def test_the_cases_are_those_of_today(pack: Pack) -> None:
    """If not, run ``python -m tests.packs.cases_vn`` and ``tests.packs.regenerate``."""
    for name, content in cases_vn.files(pack).items():
        assert (vn.FOLDER / "cases" / name).read_bytes() == content, name


def test_the_cases_of_the_gate_are_those_of_today() -> None:
    """If not, run ``python -m tests.packs.prepared_vn_gate`` and ``tests.packs.regenerate``."""
    for name, content in prepared_vn_gate.files().items():
        assert (prepared_vn_gate.FOLDER / "cases" / name).read_bytes() == content, name


def test_every_rule_is_broken_by_a_case_of_the_folder(pack: Pack) -> None:
    """And kept by others: each case's document breaks nothing but what it says."""
    for folder, compiled_pack in ((vn.FOLDER, pack), (prepared_vn_gate.FOLDER, None)):
        made = compiled_pack or compiled(folder)
        broken = {code for case in cases(folder) for code in case.case.expect.broken}
        assert {rule.code for rule in written_rules(made.files)} - broken == set()
