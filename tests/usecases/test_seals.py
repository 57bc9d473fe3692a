"""The seals that a vehicle bears: offices and lanes are told the same, whatever came when."""

import re
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway import register
from gateway.adapters.pack_folder import schemas_root
from gateway.domain.event import Event, EventKind, Report
from gateway.domain.roles import OfficeRole
from gateway.domain.seals import put_on
from gateway.sandbox.script import read_scenarios
from gateway.usecases.report import report
from gateway.usecases.timeline import describe_movement
from gateway.usecases.trips import describe_run, list_trips
from tests.usecases.replacing import replaced
from tests.world import LANE, ROUTE, TENANT, World

HUU_NGHI, TAN_THANH = "VN0015BB", "VN00X002"
YOUYIGUAN, PINGXIANG = "CN00X001", "CN007208"
AROUND = {"CN": (*ROUTE["CN"], PINGXIANG), "VN": (*ROUTE["VN"], TAN_THANH)}
ELSEWHERE = {YOUYIGUAN: PINGXIANG, HUU_NGHI: TAN_THANH}
DRIVER = {"HUANG ZHIQIANG": "WANG WEI"}
DECLARED = ("CQ8801172", "ES20261123A7")
NEWER = {"CQ8801172": "CQ8801190"}
TWO_TRUCKS = dict(read_scenarios(schemas_root())["two-trucks"].steps[0].texts)
FIRST, SECOND = "YYG2611240001", "YYG2611240002"


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A movement that every office took, about to leave; no gate answers what it is told."""
    with closing(World(tmp_path_factory.mktemp("sealed"), more=AROUND)) as world:
        world.reference = world.submit(world.declaration()).movement
        world.run()
        world.town.held.add("MT4402")
        yield world


@pytest.fixture
def world(released, tmp_path):
    with closing(released.copied(tmp_path)) as world:
        world.town.held = {"MT4402"}
        yield world


def last(world, office, kind):
    """The last message of a type that an office was sent."""
    sent = [it for it in world.store.messages(world.reference) if it.office == office]
    body = [it.unsigned for it in sent if it.type == kind][-1]
    return world.store.body(body).content.decode()


def told(world, office, kind):
    """The seals in it."""
    seal = r"(?:<Seal><ID>|<SealID>|^)((?:CQ|ES2|OWN|NEW)\d\w*)"
    return tuple(re.findall(seal, last(world, office, kind), re.MULTILINE))


def awaited(world, office, role):
    """The seals that a lane asks for."""
    lane = replace(LANE, id="seals", office=office, role=OfficeRole(role))
    (run,) = register.runs_of(world.ports, world.store.trips_of(world.reference), lane)
    return run.seals


def shown(world):
    """The seals that people see: of the run, in the list, and of the movement."""
    view = describe_movement(world.ports, TENANT, world.reference)
    (listed,) = (trip for trip, _ in list_trips(world.ports, TENANT).rows)
    run = describe_run(world.ports, TENANT, listed.batch)
    return {run.seals, listed.seals, *(trip.seals for trip in view.trips)}


STORIES = {
    "another driver takes no seal off": ({"seal": "OWN1"}, {}, DRIVER, ("OWN1",)),
    "another way takes none off": ({"seal": "OWN1"}, {}, ELSEWHERE, ("OWN1",)),
    "nor after an incident": ({"seal": "OWN1"}, {"seals": "NEW1"}, ELSEWHERE, ("NEW1",)),
    "a newer declaration of seals": (
        {"seal": "OWN1"},
        {},
        ELSEWHERE | NEWER,
        ("CQ8801190", "ES20261123A7"),
    ),
    "as declared": ({}, {}, ELSEWHERE, DECLARED),
    "several at departure": ({"seals": "OWN1, OWN2"}, {}, ELSEWHERE, ("OWN1", "OWN2")),
    "one at an incident": ({"seal": "OWN1"}, {"seal": "NEW1"}, ELSEWHERE, ("NEW1",)),
}


@pytest.mark.parametrize("story", STORIES)
def test_offices_and_lanes_are_told_the_same_seals(world, story):
    left, hurt, new, seals = STORIES[story]
    world.report(world.reference, "departed", "CN008001", **left)
    if hurt:
        world.report(world.reference, "incident", "CN008001", text="resealed", **hurt)
        assert told(world, YOUYIGUAN, "WayNotice") == seals
    replaced(world, new)
    exits, enters = (new.get(one, one) for one in (YOUYIGUAN, HUU_NGHI))
    assert awaited(world, exits, "exit") == seals
    assert shown(world) == {seals}
    assert awaited(world, enters, "entry") == seals
    assert told(world, exits, "WayNotice" if new is DRIVER else "MT4402") == seals
    world.town.held.clear()
    world.run()
    assert told(world, enters, "TIR") == seals


SWAPPED = read_scenarios(schemas_root())["transload-at-the-border"].steps
TRANSLOADED = {
    old: new
    for step in SWAPPED
    for old, new in dict(getattr(step, "texts", ())).items()
    if "Leg" in old or "Office" in old
}
SECOND_EQUIPMENT = """    <TransportEquipment>
      <SequenceNumeric>2</SequenceNumeric>
      <ID>12C-08841</ID>
      <FullnessCode>full</FullnessCode>
      <Seal><SequenceNumeric>1</SequenceNumeric><ID>NEW8</ID></Seal>
    </TransportEquipment>
  </Trip>"""


def test_truck_one_does_not_bear_the_seal_of_truck_two_to_which_the_goods_change(world):
    world.report(world.reference, "departed", "CN008001")
    replaced(world, TRANSLOADED | {"  </Trip>": SECOND_EQUIPMENT})
    assert awaited(world, YOUYIGUAN, "exit") == DECLARED
    assert told(world, YOUYIGUAN, "WayNotice") == DECLARED
    assert awaited(world, HUU_NGHI, "entry") == ("NEW8",)
    world.town.held.clear()
    world.run()
    assert told(world, HUU_NGHI, "TIR") == ("NEW8",)


def test_a_gate_hears_of_the_seals_that_were_put_on_before_it(world):
    world.report(world.reference, "departed", "CN008001", seal="OWN1")
    world.report(world.reference, "incident", YOUYIGUAN, text="resealed", seals="NEW1")
    assert told(world, YOUYIGUAN, "WayNotice") == ("NEW1",)


def test_one_truck_does_not_bear_the_seals_of_the_other(world):
    replaced(world, TWO_TRUCKS)
    for batch, seal in ((FIRST, "OWN1"), (SECOND, "OWN2")):
        world.report(world.reference, "departed", "CN008001", trip=batch, seal=seal)
    world.report(world.reference, "incident", "CN008001", trip=SECOND, seals="NEW2", text="broke")
    world.run()
    assert told(world, YOUYIGUAN, "WayNotice") == ("NEW2",)
    notice = last(world, YOUYIGUAN, "WayNotice")
    assert (SECOND in notice, FIRST in notice) == (True, False)
    assert "<TotalPackageQuantity>24<" in notice
    assert told(world, HUU_NGHI, "COT") == ("OWN1", "NEW2")
    world.town.held.clear()
    world.run()
    world.report(world.reference, "arrived", "VN0003PJ")
    world.run()
    assert told(world, "VN0003PJ", "BIA") == ("OWN1", "NEW2")


def test_what_is_heard_late_does_not_put_an_old_seal_on_again(world):
    world.clock.forward(hours=3)
    at = world.clock.now()
    world.report(world.reference, "departed", "CN008001", seal="OWN1")
    for seal, minutes in (("NEW2", 0), ("NEW1", -30)):
        facts = (("text", "resealed"), ("seals", seal))
        when = at + timedelta(hours=1, minutes=minutes)
        world.clock.at = max(world.clock.at, when)
        told = Report(kind=EventKind.INCIDENT, at=when, office="CN008001", facts=facts)
        report(world.ports, world.exporter, world.reference, told)
    assert awaited(world, YOUYIGUAN, "exit") == ("NEW2",)


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def happened(*told):
    kinds = [(EventKind(kind), facts) for kind, facts in told]
    return [
        Event(sequence=place, kind=kind, at=NOON, facts=tuple(facts.items()))
        for place, (kind, facts) in enumerate(kinds)
    ]


def test_a_clock_that_is_ahead_does_not_bring_back_what_a_declaration_replaced():
    events = happened(("departed", {"seal": "OWN1"}), ("substituted", {"resealed": "trp_1"}))
    events[0] = replace(events[0], at=NOON + timedelta(minutes=4))
    assert put_on(events, "trp_1") == ()


def test_a_declaration_that_does_not_say_which_seals_it_changes_says_all_anew():
    events = happened(("departed", {"seal": "OWN1"}), ("substituted", {}))
    assert put_on(events, "trp_1") == ()
    events = happened(("departed", {"seal": "OWN1"}), ("substituted", {"resealed": "trp_2"}))
    assert put_on(events, "trp_1") == ("OWN1",)
