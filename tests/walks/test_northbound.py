"""Walk 1 the other way: dragon fruit from Hai Duong to the last closed procedure in Chongqing."""

import time
from contextlib import closing
from dataclasses import replace

import pytest

from gateway import register
from gateway.domain.lane import Quarantine
from gateway.domain.message import MessageState
from gateway.domain.roles import OfficeRole
from gateway.usecases.setup import add_lane
from gateway.usecases.submit import preflight
from gateway.usecases.timeline import timeline_after
from tests.world import LANE, NORTHBOUND, ROUTE, TENANT, World


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path, shipped=NORTHBOUND)
    yield world
    world.close()


def lodged(world):
    """Submit, and let every office on the way decide what it can before the truck leaves."""
    reference = world.submit(world.declaration()).movement
    world.run()
    return reference


def driven(world, reference):
    """Leave Hai Duong, cross at Huu Nghi and Youyiguan, arrive in Chongqing."""
    world.report(reference, "departed", "VN0003PJ", seal="HD5512034 ES20261124B3")
    world.run()
    world.report(reference, "arrived", "CN008001")
    world.run()


def test_fruit_runs_to_cleared(world, capsys):
    began = time.perf_counter()
    reference = lodged(world)
    assert world.procedures(reference) == {
        "vn-export": "released",
        "vn-exit": "planned",
        "cn-entry": "accepted",
        "cn-import": "accepted",
    }
    driven(world, reference)
    took = time.perf_counter() - began
    assert world.store.movement(reference).state == "completed"
    assert set(world.procedures(reference).values()) == {"closed"}
    states = {key: message.state for key, message in world.messages(reference).items()}
    assert set(states.values()) == {MessageState.ACKNOWLEDGED}, states
    with capsys.disabled():
        lines = len(timeline_after(world.ports, TENANT, reference))
        print(f"\nnorthbound: {took * 1000:.0f} ms, {len(states)} messages, {lines} entries")


def test_the_fruit_is_inspected_before_it_is_released(world):
    reference = lodged(world)
    driven(world, reference)
    lines = timeline_after(world.ports, TENANT, reference)
    told = [line.type for line in lines if line.kind == "answer" and line.office == "CN008001"]
    assert told == [
        "DecMessage-I-01",
        "PresentationNotice-inspection",
        "PresentationNotice-inspected",
        "DecMessage-I-11",
    ]


def test_what_the_inspection_holds_back_is_not_cleared(world):
    raw = world.declaration(texts={"HDC2611240001": "HOLD2611240001"})
    reference = world.submit(raw).movement
    world.run()
    driven(world, reference)
    assert world.procedures(reference)["cn-import"] == "not-released"
    assert world.store.movement(reference).state == "arrived"


def test_preflight_knows_every_office(world):
    verdict = preflight(world.ports, world.declaration(), TENANT)
    assert verdict.valid
    assert [(one.stop.code, one.word.value) for one in verdict.offices] == [
        ("VN0003PJ", "pass"),
        ("VN0015BB", "unknown"),
        ("CN00X001", "pass"),
        ("CN008001", "pass"),
    ]
    assert {one.code for one in verdict.findings if "VN0015BB" in one.offices} == {
        "vn.road-total-mass-unknown",
        "vn.road-size-unknown",
        "vn.gate-declaration-unknown",
    }


def test_fruit_without_its_papers_is_stopped_in_hai_duong(world):
    raw = world.declaration(texts={"<TypeCode>851</TypeCode>": "<TypeCode>999</TypeCode>"})
    verdict = preflight(world.ports, raw, TENANT)
    assert not verdict.valid
    assert {one.code for one in verdict.findings if one.refuses} == {"cn.fruit-phytosanitary"}
    assert [one.stop.code for one in verdict.offices if one.word.value == "fail"] == ["CN008001"]


@pytest.mark.parametrize("word", ["done", "held"])
def test_no_report_says_how_quarantine_stands(world, word):
    """It is an office's to say; a fact of that name in a report is no more than a remark."""
    lane = replace(LANE, id="hn-1", office="VN0015BB", role=OfficeRole.EXIT)
    add_lane(world.ports, lane)
    reference = lodged(world)
    world.report(reference, "departed", "VN0003PJ", quarantine=word)
    (run,) = register.runs_of(world.ports, world.store.trips_of(reference), lane)
    assert [one.quarantine for one in run.movements] == [Quarantine.UNKNOWN]


def test_each_country_has_its_own_quarantine(world):
    """What Viet Nam's found neither lets the fruit into China nor is told there."""
    reference = lodged(world)
    world.town.held |= {"TOR", "MT4401"}
    world.report(reference, "departed", "VN0003PJ")
    world.run()

    def stands(office, role):
        lane = replace(LANE, id="fruit", office=office, role=role)
        (run,) = register.runs_of(world.ports, world.store.trips_of(reference), lane)
        return [one.quarantine.value for one in run.movements]

    for office, word, out, into in (
        ("VN0015BB", "quarantine-held", "held", "unknown"),
        ("VN0015BB", "quarantine-done", "done", "unknown"),
        ("CN00X001", "quarantine-held", "done", "held"),
        ("CN00X001", "quarantine-done", "done", "done"),
    ):
        world.town.say(world.ports, (office, word), reference)
        assert stands("VN0015BB", OfficeRole.EXIT) == [out]
        assert stands("CN00X001", OfficeRole.ENTRY) == [into]


BY_RAIL_TO_THE_TRUCK = {
    "<SequenceNumeric>2</SequenceNumeric><ID>VN0015BB</ID>": (
        "<SequenceNumeric>2</SequenceNumeric><ID>VN0001SI</ID><RoleCode>transit</RoleCode>"
        "<ExpectedDateTime>2026-11-25T09:00:00+07:00</ExpectedDateTime></Office>\n"
        "    <Office><SequenceNumeric>3</SequenceNumeric><ID>VN0015BB</ID>"
    ),
    "<SequenceNumeric>3</SequenceNumeric><ID>CN00X001</ID>": (
        "<SequenceNumeric>4</SequenceNumeric><ID>CN00X001</ID>"
    ),
    "<SequenceNumeric>4</SequenceNumeric><ID>CN008001</ID>": (
        "<SequenceNumeric>5</SequenceNumeric><ID>CN008001</ID>"
    ),
    "<SequenceNumeric>1</SequenceNumeric>\n      <FromOfficeID>VN0003PJ</FromOfficeID>": """\
<SequenceNumeric>1</SequenceNumeric>
      <FromOfficeID>VN0003PJ</FromOfficeID>
      <ToOfficeID>VN0001SI</ToOfficeID>
      <ModeCode system="UNECE">2</ModeCode>
      <Vehicle kind="wagon"><Plate country="VN">VN-11111</Plate></Vehicle>
    </Leg>
    <Leg>
      <SequenceNumeric>2</SequenceNumeric>
      <FromOfficeID>VN0001SI</FromOfficeID>""",
    "<LegFromOfficeID>VN0003PJ<": "<LegFromOfficeID>VN0001SI<",
}


def test_gates_are_told_of_the_truck_that_takes_the_fruit_over_inland(tmp_path):
    """By rail to Yen Vien, by truck from there: what leaves Viet Nam is the truck."""
    gates = {"VN": (*ROUTE["VN"], "VN0001SI"), "VN-GATE": ("VN00X101",)}
    with closing(World(tmp_path, shipped=NORTHBOUND, more=gates)) as world:
        reference = world.submit(world.declaration(texts=BY_RAIL_TO_THE_TRUCK)).movement
        world.run()
        driven(world, reference)
        assert world.store.movement(reference).state == "completed"
        sent = world.messages(reference)
        for told in (("VN0015BB", "TOR"), ("VN00X101", "GateExitDeclaration")):
            text = world.store.body(sent[told].unsigned).content.decode()
            assert ("桂A6E903" in text, "VN-11111" in text) == (True, False), told
