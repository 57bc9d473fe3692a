"""Goods go by other offices: those begin anew, those left out hear no more and decide nothing."""

from contextlib import closing

import pytest

from gateway.adapters.pack_folder import schemas_root
from gateway.domain.deciding import decide
from gateway.domain.errors import Refused
from gateway.domain.message import Answer, AnswerKind, MessageState
from gateway.register import load
from gateway.sandbox.script import read_scenarios
from gateway.usecases.amend import Amendment, Reason, amend
from gateway.usecases.lane import pass_lane
from gateway.usecases.setup import add_lane
from tests.usecases.test_lane import reading
from tests.world import LANE, ROUTE, World

pytestmark = pytest.mark.full

HUU_NGHI, TAN_THANH = "VN0015BB", "VN00X002"
YOUYIGUAN, PINGXIANG = "CN00X001", "CN007208"
AROUND = {"CN": (*ROUTE["CN"], PINGXIANG), "VN": (*ROUTE["VN"], TAN_THANH)}
TWO_TRUCKS = dict(read_scenarios(schemas_root())["two-trucks"].steps[0].texts)
SECOND = "YYG2611240002"


@pytest.fixture(scope="module")
def beginning(tmp_path_factory):
    """A movement that every office took, on its way to Youyiguan."""
    with closing(World(tmp_path_factory.mktemp("diverted"), more=AROUND)) as world:
        world.reference = world.submit(world.declaration()).movement
        world.town.held.add("MT4402")
        world.run()
        yield world


@pytest.fixture
def world(beginning, tmp_path):
    with closing(beginning.copied(tmp_path)) as world:
        world.town.held = {"MT4402", "OLA", "MT2401"}
        yield world


def goes_by(world, **texts):
    """A new declaration with other texts in the place of those it began with."""
    new = Amendment(raw=world.declaration(texts=texts), reason=Reason(text="gate closed"))
    key = f"k{len(world.store.events(world.reference))}"
    amend(world.ports, world.exporter, world.reference, new, idempotency_key=key)
    world.run()


def told(world, office, *types):
    sent = [one for one in world.store.messages(world.reference) if one.place is not None]
    return [one.type for one in sent if one.office == office and one.type in types]


def test_a_new_gate_is_declared_to_once_it_registered_the_copy_itself(world):
    goes_by(world, **{HUU_NGHI: TAN_THANH})
    assert told(world, TAN_THANH, "OLA", "OLC") == ["OLA"]
    assert world.procedures(world.reference)["vn-transport"] == "lodged"
    world.town.held.discard("OLA")
    world.run()
    assert told(world, TAN_THANH, "OLA", "OLC") == ["OLA", "OLC"]
    assert world.procedures(world.reference)["vn-transport"] == "released"


def test_a_new_office_gives_a_number_of_its_own(world):
    goes_by(world, **{HUU_NGHI: TAN_THANH})
    movement = load(world.ports, world.reference).subject.movement
    answer = Answer(
        type="OLACOPY",
        kind=AnswerKind.REGISTERED,
        about="OLA",
        procedure="vn-transport",
        numbers=(("transport", "400000000001"),),
    )
    kinds = [one.kind.value for one in decide(movement, answer, TAN_THANH, world.clock.now())]
    assert kinds == ["answered", "number-given"]


def test_what_an_office_says_that_is_left_out_moves_nothing(world):
    goes_by(world, **{YOUYIGUAN: PINGXIANG})
    movement = load(world.ports, world.reference).subject.movement
    answer = Answer(
        type="MT2401-reply",
        kind=AnswerKind.ACCEPTED,
        about="MT2401",
        procedure="cn-exit",
        procedure_state="accepted",
    )
    for office, kinds in (
        (YOUYIGUAN, ["answered"]),
        (PINGXIANG, ["answered", "procedure-moved"]),
    ):
        events = decide(movement, answer, office, world.clock.now())
        assert [one.kind.value for one in events] == kinds


def test_a_gate_that_they_come_back_to_is_told_of_the_vehicle_again(world):
    world.town.held = {"TIR"}
    world.report(world.reference, "departed", "CN008001")
    world.run()
    assert told(world, HUU_NGHI, "TIR", "TIR-cancel", "TIR-change") == ["TIR"]
    goes_by(world, **{HUU_NGHI: TAN_THANH})
    goes_by(world)
    assert told(world, HUU_NGHI, "TIR", "TIR-cancel", "TIR-change") == ["TIR", "TIR-cancel", "TIR"]
    assert told(world, TAN_THANH, "TIR", "TIR-cancel") == ["TIR", "TIR-cancel"]


def test_the_lane_of_a_gate_they_were_diverted_from_does_not_let_them_go(world):
    add_lane(world.ports, LANE)
    world.town.held = {"MT4402"}
    goes_by(world, **{YOUYIGUAN: PINGXIANG, HUU_NGHI: TAN_THANH})
    said = pass_lane(world.ports, world.exporter, LANE.id, reading(world)).passage
    assert (said.says.value, said.code) == ("stop", "lane.not-expected")


# ------------------------------------------------------------------ on two trucks


def gates_of(world, kind):
    return [
        (one.trip, one.state)
        for one in world.store.messages(world.reference)
        if one.type == kind and one.state is not MessageState.DROPPED
    ]


def test_a_truck_that_is_put_on_again_is_announced_as_the_first_time(world):
    goes_by(world, **TWO_TRUCKS)
    before = gates_of(world, "MT4402")
    goes_by(world)
    assert len(gates_of(world, "MT4402")) == 1
    goes_by(world, **TWO_TRUCKS)
    assert sorted(gates_of(world, "MT4402")) == sorted(before)


def test_a_change_is_told_of_the_truck_that_a_gate_knows_and_in_its_stream(world):
    goes_by(world, **TWO_TRUCKS)
    world.town.held = {"TIR"}
    world.report(world.reference, "departed", "CN008001", trip=SECOND)
    world.run()
    goes_by(world, **{**TWO_TRUCKS, "ES20261123A7": "ES20261123A8"})
    messages = world.store.messages(world.reference)
    sent = [one for one in messages if one.type.startswith("TIR") and one.place]
    assert [one.type for one in sent] == ["TIR", "TIR-change"]
    assert len({one.stream for one in sent}) == 1
    assert len({one.trip for one in sent}) == 1


def test_a_gate_that_one_truck_has_passed_is_not_left_out(world):
    goes_by(world, **TWO_TRUCKS)
    world.town.held.clear()
    world.report(world.reference, "departed", "CN008001", trip=SECOND)
    world.run()
    with pytest.raises(Refused) as caught:
        goes_by(world, **{**TWO_TRUCKS, YOUYIGUAN: PINGXIANG})
    assert [one.code for one in caught.value.findings] == ["amend.passed-office"]
