"""The digital gate beside the border office hears of each truck, wherever it comes in the end."""

import pytest

from gateway.adapters.pack_folder import schemas_root
from gateway.domain.message import MessageState
from gateway.sandbox.script import read_scenarios
from gateway.usecases.amend import Amendment, Reason, amend
from gateway.usecases.trips import places_of
from tests.usecases.test_split import FIRST, SECOND
from tests.world import ROUTE, World

GATES = ("VN00X101", "VN00X102")
AROUND = {"VN": (*ROUTE["VN"], "VN00X002"), "VN-GATE": GATES}
SPLIT = dict(read_scenarios(schemas_root())["two-trucks"].steps[0].texts)
BY_TAN_THANH = {"VN0015BB": "VN00X002"}


@pytest.fixture
def gated(tmp_path):
    """Goods whose release is held back, on their way by a digital gate."""
    world = World(tmp_path, more=AROUND)
    world.town.held.add("DecMessage")
    yield world, world.submit(world.declaration()).movement
    world.close()


def replaced(world, reference, texts):
    new = Amendment(
        raw=world.declaration(texts=texts), reason=Reason(code="001", text="better known")
    )
    amend(world.ports, world.exporter, reference, new, idempotency_key=str(world.clock.now()))


def trucks(world, reference, kind, office):
    """The batch numbers of which an office was told by a type of message, or will be."""
    return sorted(
        world.store.trip(one.trip).batch
        for one in world.store.messages(reference)
        if (one.type, one.office) == (kind, office) and one.state is not MessageState.DROPPED
    )


def test_a_truck_that_is_taken_up_again_is_told_where_the_goods_now_go(gated):
    world, reference = gated
    replaced(world, reference, SPLIT)
    assert trucks(world, reference, "GateEntryDeclaration", GATES[0]) == [FIRST, SECOND]
    replaced(world, reference, BY_TAN_THANH)
    assert trucks(world, reference, "GateEntryDeclaration", GATES[1]) == [FIRST]
    replaced(world, reference, SPLIT | BY_TAN_THANH)
    for kind, office in (("GateEntryDeclaration", GATES[1]), ("MT4402", "CN00X001")):
        assert trucks(world, reference, kind, office) == [FIRST, SECOND]


def test_a_declaration_is_taken_back_whole_whichever_truck_is_named(gated):
    world, reference = gated
    replaced(world, reference, SPLIT)
    why = {"code": "001", "text": "not sold"}
    world.report(reference, "invalidation-asked", "CN008001", trip=SECOND, **why)
    assert trucks(world, reference, "GateEntryCancel", GATES[0]) == [FIRST, SECOND]


def test_of_goods_that_were_taken_back_no_news_follows(gated):
    world, reference = gated
    world.run()
    taken, released = sorted(world.town.answers, key=lambda one: one.after_ms)
    world.town.answers.clear()
    world.post(taken)
    world.town.held.clear()
    world.report(reference, "invalidation-asked", "CN008001", code="001", text="not sold")
    world.run()
    assert world.store.movement(reference).state == "invalidated"
    world.post(released)
    assert trucks(world, reference, "GateEntryCancel", GATES[0]) == [FIRST]
    told = [one for one in world.store.messages(reference) if one.type == "GateEntryNotice"]
    assert [one.state for one in told] == [MessageState.DROPPED]


def test_a_gate_has_the_place_of_the_office_beside_it(gated):
    world, reference = gated
    places = places_of(world.store.movement(reference))
    assert places == {"CN008001": 0, "CN00X001": 1, "VN0015BB": 2, GATES[0]: 2, "VN0003PJ": 3}
