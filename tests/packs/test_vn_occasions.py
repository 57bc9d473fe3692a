"""Viet Nam when something happens: whole movements played with the simulated offices."""

import pytest

from gateway import register
from gateway.domain.errors import Refused
from gateway.domain.event import EventKind
from gateway.domain.message import MessageState
from gateway.markup import tree
from gateway.packs import layout
from gateway.usecases.amend import Amendment, Reason, amend
from tests.packs import prepared_vn as vn
from tests.packs.journeys import OVER_RAIL
from tests.world import World

BORDER, INLAND, START = "VN0015BB", "VN0003PJ", "CN008001"
GATE = "VN00X101"
LRN = "CQ-2026-000117"
OTHER_GOODS = {"Điện trở cố định dạng chip": "Điện trở chính xác"}
BY_RAIL = dict(OVER_RAIL)


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


def begun(world, reference: str = LRN, *held: str) -> str:
    """Submit a declaration whose reference chooses what offices do; ``held`` are not answered."""
    world.town.held.update(held)
    movement = world.submit(world.declaration(texts={LRN: reference})).movement
    world.run()
    return movement


def types(world, movement: str) -> list[str]:
    """Return the types that went to Viet Nam, in the order they were made."""
    return [m.type for m in world.store.messages(movement) if m.office[:2] == "VN" and m.wire]


def job(world, movement: str, kind: str) -> tree.Element:
    """Return the last message of a type as a job."""
    message = [m for m in world.store.messages(movement) if m.type == kind][-1]
    with world.ports.packs.slot() as packs:
        layouts = packs.by_administration("VN").layouts
    return layout.decode(world.store.body(message.unsigned).content, layouts)


def waiting(world, movement: str) -> set[str]:
    messages = world.store.messages(movement)
    return {m.type for m in messages if m.state is MessageState.WAITING and m.office[:2] == "VN"}


# ------------------------------------------------------------------ cancelling


def ask(world, movement: str) -> None:
    world.report(movement, "invalidation-asked", START, reason="buyer", text="Người mua hủy")
    world.run()


def test_an_invalidation_that_is_granted_ends_transport_and_import(world):
    movement = begun(world)
    ask(world, movement)
    procedures = world.procedures(movement)
    assert (procedures["vn-transport"], procedures["vn-import"]) == ("invalidated", "invalidated")
    assert {"COT-cancel", "ImportCancellation"} <= set(types(world, movement))
    assert waiting(world, movement) == set()


def test_an_invalidation_that_is_refused_leaves_both_as_they_were(world):
    """China, where the goods are, lets go first; then nothing leaves on the half that is left."""
    movement = begun(world, "KEEP-2026-000117")
    before = world.procedures(movement)
    ask(world, movement)
    after = world.procedures(movement)
    vietnamese = ("vn-transport", "vn-import")
    assert [after[kind] for kind in vietnamese] == [before[kind] for kind in vietnamese]
    assert after["cn-export"] == "invalidated"
    assert not register.load(world.ports, movement).subject.movement.invalidating
    assert {"TIR", "BOA", "BIA"} <= waiting(world, movement)
    with pytest.raises(Refused) as refused:
        world.report(movement, "departed", START)
    assert [one.code for one in refused.value.findings] == ["report.half-invalidated"]


def test_an_office_that_keeps_its_own_takes_back_no_request_to_another(world):
    """The border keeps the transport while the inland office has given no number to cancel yet."""
    movement = begun(world, "KEEP-2026-000117", "IDA")
    ask(world, movement)
    refused = [one for one in world.store.events(movement) if one.kind == "invalidation-refused"]
    assert [one.office for one in refused] == ["VN0015BB"]
    assert "ImportCancellation" in waiting(world, movement)
    world.town.held.clear()
    world.run()
    assert "ImportCancellation" in types(world, movement)


def test_a_transport_that_was_never_approved_is_cancelled_too(world):
    movement = begun(world, "EARLY-2026-000117")
    assert world.procedures(movement)["vn-transport"] == "lodged"
    ask(world, movement)
    assert world.procedures(movement)["vn-transport"] == "invalidated"
    assert "VAS514" in {one.type for one in world.store.answers(movement)}


def test_what_has_no_number_yet_is_cancelled_once_it_has(world):
    movement = begun(world, LRN, "IDA")
    ask(world, movement)
    assert "ImportCancellation" not in types(world, movement)
    world.town.held.clear()
    world.run()
    assert world.procedures(movement)["vn-import"] == "invalidated"
    assert "IDC" not in types(world, movement)


# ------------------------------------------------------------------ correcting


def correct(world, movement: str, texts: dict[str, str], reference: str = LRN) -> None:
    texts = {LRN: reference, **texts} if reference != LRN else texts
    new = Amendment(
        raw=world.declaration(texts=texts), reason=Reason(code="001", text="Khai nhầm tên hàng")
    )
    amend(world.ports, world.exporter, movement, new, idempotency_key="a1")
    world.run()


def test_an_amendment_before_release_corrects_transport_and_import(world):
    movement = begun(world, LRN, "DecMessage")
    correct(world, movement, OTHER_GOODS)
    sent = types(world, movement)
    assert {"COT", "IDA01", "IDE"} <= set(sent)
    assert not {"IDD", "AMA", "TIR-change"} & set(sent)
    cot, ida = job(world, movement, "COT"), job(world, movement, "IDA01")
    assert vn.value(cot, "FNC") == "5"
    assert vn.value(cot, "RSN") == "001 Khai nhầm tên hàng"
    assert vn.value(ida, "ICN").startswith("1")
    assert vn.value(ida, "NAM", "line", 2).startswith("Điện trở chính xác")
    kinds = {one.type: one.kind for one in world.store.answers(movement)}
    assert (kinds["VAS513"], kinds["VAS506"]) == ("amended", "approved")
    assert (kinds["IDA01-copy"], kinds["IDE-VAD1AC"]) == ("registered", "amended")


def test_a_held_import_can_still_be_corrected(world):
    movement = begun(world, LRN, "DecMessage")
    world.town.say(world.ports, (INLAND, "not-released"), movement)
    assert world.procedures(movement)["vn-import"] == "not-released"
    correct(world, movement, OTHER_GOODS)
    assert {"IDA01", "IDE"} <= set(types(world, movement))


def test_a_transport_that_had_to_be_corrected_starts_after_its_correction(world):
    movement = begun(world, "CORRECT-000117", "DecMessage")
    assert world.procedures(movement)["vn-transport"] == "lodged"
    assert world.messages(movement)[BORDER, "BOA"].waits_for == "entered, OLC:approved"
    correct(world, movement, OTHER_GOODS, "CORRECT-000117")
    assert world.procedures(movement)["vn-transport"] == "released"
    assert world.messages(movement)[BORDER, "BOA"].waits_for == "entered"


@pytest.mark.parametrize(
    ("reference", "output", "kind", "state"),
    [
        ("GUARANTEE-1", "VAS509", "to-a-person", "lodged"),
        ("CORRECT-1", "VAS510", "to-a-person", "lodged"),
        ("DENY-1", "VAS511", "refused", "refused"),
        ("BOND-1", "VAS512", "to-a-person", "lodged"),
        ("RED-1", "VAS504", "approved", "released"),
    ],
)
def test_the_border_office_objects_by_reference(world, reference, output, kind, state):
    movement = begun(world, reference)
    answers = {one.type: one.kind for one in world.store.answers(movement)}
    assert answers[output] == kind
    assert world.procedures(movement)["vn-transport"] == state


# ------------------------------------------------------------------ on the way


def test_new_seals_on_the_way_are_corrected_and_told_to_the_gate(world):
    movement = begun(world)
    world.clock.forward(hours=30)
    world.town.held.add("MT4402")
    world.report(movement, "departed", START, seal="CQ8801172")
    world.run()
    world.report(
        movement, "incident", START, code="2", text="Niêm phong đứt", seals="NN1200981 NN1200982"
    )
    world.run()
    assert vn.values(job(world, movement, "COT"), "SEL", "equipment") == ["NN1200981", "NN1200982"]
    assert "TIR-change" not in types(world, movement)
    world.town.held.clear()
    world.run()
    assert vn.values(job(world, movement, "TIR"), "SEL", "container") == ["NN1200981", "NN1200982"]


# ------------------------------------------------------------------ rail


def test_a_train_has_its_manifest_and_arrives(tmp_path):
    world = World(tmp_path, more={"VN": ("VN00X001", "VN0001SI")})
    movement = world.submit(world.declaration(texts=BY_RAIL)).movement
    world.run()
    assert "vn-rail-entry" in world.procedures(movement)
    world.clock.forward(hours=30)
    world.report(movement, "departed", START, seal="CQ8801172")
    world.run()
    sent = types(world, movement)
    assert [one for one in sent if one in ("RMR", "DRM", "RIR", "TIR")] == ["RMR", "DRM", "RIR"]
    assert vn.values(job(world, movement, "RMR"), "CNO", "equipment") == ["桂AK217挂"]
    assert world.procedures(movement)["vn-rail-entry"] == "closed"
    assert "BOA" in sent
    world.close()


# ------------------------------------------------------------------ the digital gate


def test_the_digital_gate_is_told_before_arrival_where_a_link_reaches_it(tmp_path):
    world = World(tmp_path, more={"VN-GATE": (GATE,)})
    submission = world.submit(world.declaration())
    world.run()
    message = world.messages(submission.movement)[GATE, "GateEntryDeclaration"]
    assert message.state is MessageState.ACKNOWLEDGED
    assert world.procedures(submission.movement)["vn-gate-entry"] == "closed"
    codes = {one.code: one.offices for one in submission.findings}
    assert "vn.gate-declaration-unknown" not in codes
    assert codes["vn-gate.health-unknown"] == (GATE,)
    world.close()


def test_without_a_link_it_is_unknown_whether_the_gate_was_told(world):
    submission = world.submit(world.declaration())
    (told,) = [one for one in submission.findings if one.code == "vn.gate-declaration-unknown"]
    assert told.offices == (BORDER,)
    assert "vn-gate-entry" not in world.procedures(submission.movement)


def test_the_digital_gate_hears_of_an_incident_until_the_vehicle_is_there(tmp_path):
    world = World(tmp_path, more={"VN-GATE": (GATE,)})
    movement = begun(world)
    world.clock.forward(hours=30)
    world.town.held.add("MT4402")
    world.report(movement, "departed", START, seal="CQ8801172")
    world.run()
    world.report(movement, "incident", START, code="2", text="Niêm phong đứt")
    world.run()
    assert world.messages(movement)[GATE, "GateEntryChange"].state is MessageState.ACKNOWLEDGED
    assert not register.load(world.ports, movement).subject.movement.has(EventKind.ENTERED)
    world.close()
