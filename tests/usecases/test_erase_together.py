"""Movements on one truck are erased: what they share goes with the last, whoever hurries."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from gateway import register
from gateway.domain.errors import Refused
from gateway.domain.event import EventKind, Report
from gateway.domain.lane import Direction, Read, Reading, Signal
from gateway.domain.message import MessageState
from gateway.domain.records import AnswerRecord, Change, Insert, Update
from gateway.register import tell_owed_runs
from gateway.usecases.audit import verify_log
from gateway.usecases.lane import pass_lane
from gateway.usecases.lane_override import override
from gateway.usecases.setup import add_lane
from gateway.usecases.trips import describe_run, report_trip
from tests.mortal import Died, Mortal
from tests.usecases.stopped import principal
from tests.usecases.test_erase import Meanwhile, erase, erase_while, erasures
from tests.usecases.test_trip_words import crossing
from tests.usecases.test_trips import BATCH, LRN, UCR
from tests.world import LANE, TENANT, World

CHONGQING = timezone(timedelta(hours=8))
PLATE = "桂A8D217"
SEAL = "CQ8801172"


def tell(world, kind, office, zone, **facts):
    told = Report(
        kind=kind, at=world.clock.now().astimezone(zone), office=office, facts=tuple(facts.items())
    )
    return report_trip(world.ports, world.exporter, BATCH, told)


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """Two declarations on one truck that set out; the gate has their announcements."""
    world = World(tmp_path_factory.mktemp("truck"))
    world.operator = principal(world, "operator")
    add_lane(world.ports, LANE)
    for name in "AB":
        world.submit(world.declaration(texts={LRN: f"{LRN}{name}", UCR: f"{UCR}{name}"}), name)
    world.run()
    world.town.held = {"MT4402"}
    tell(world, EventKind.DEPARTED, "CN008001", CHONGQING, seal=SEAL)
    world.run()
    yield world
    world.close()


def at_the_gate(world):
    return Reading(
        id="p-1", at=world.clock.now(), direction=Direction.OUT, plates=(Read(PLATE),),
        seals=(Read(SEAL),), weight_kg=Decimal("19480.5"),
    )  # fmt: skip


def test_a_truck_goes_on_without_what_was_withdrawn_and_erased(tmp_path):
    """Nothing can be told of it any more; the other declaration aboard still travels."""
    with closing(World(tmp_path)) as world:
        world.operator = principal(world, "operator")
        for name in "AB":
            world.submit(world.declaration(texts={LRN: f"{LRN}{name}", UCR: f"{UCR}{name}"}), name)
        world.run()
        first, other = aboard(world)
        add_lane(world.ports, LANE)
        pass_lane(world.ports, world.exporter, LANE.id, at_the_gate(world))
        world.report(first, "invalidation-asked", "CN008001", reason="003", text="sold elsewhere")
        world.run()
        erase(world, first)
        for name in ("exporter", "operator"):  # the lane asked before: one asks, one confirms
            caller = world.store.principal(name)
            override(world.ports, caller, LANE.id, "p-1", (Signal.REFER, "papers by hand"))
        at_gate = [one for one in world.store.events(other) if one.kind is EventKind.AT_GATE]
        assert [one.fact("decision") for one in at_gate] == ["stop", "refer"]
        row = tell(world, EventKind.DEPARTED, "CN008001", CHONGQING, seal=SEAL)
        assert (row.next_at, row.refused) == (None, ())
        assert [one.kind for one in world.store.events(other)][-1] is EventKind.DEPARTED
        world.clock.forward(minutes=1)
        ended(world, other)
        erase(world, other)
        with pytest.raises(Refused) as refused:
            tell(world, EventKind.INCIDENT, "CN00X001", CHONGQING, text="late")
        assert {one.code for one in refused.value.findings} == {"trip.not-all-can"}


@pytest.fixture(scope="module")
def arrived(left, tmp_path_factory):
    """The same truck, seen by a lane and at its end."""
    world = left.copied(tmp_path_factory.mktemp("arrived"))
    pass_lane(world.ports, world.exporter, LANE.id, at_the_gate(world))
    world.town.held = set()
    world.run()
    tell(world, EventKind.ARRIVED, "VN0003PJ", UTC)
    world.run()
    assert {one.state for one in world.store.movements(TENANT)} == {"completed"}
    yield world
    world.close()


@pytest.fixture
def world(arrived, tmp_path):
    copied = arrived.copied(tmp_path)
    yield copied
    copied.close()


def aboard(world):
    return [one.reference for one in world.store.movements(TENANT)]


def kept(world, words):
    """Return which of some words stand in any body that is kept."""
    bodies = [*world.store.reports(TENANT)]
    bodies += [world.store.body(one.reading) for one in world.store.passages(LANE.id, 9)]
    content = b"".join(one.content for one in bodies if one is not None)
    return [one for one in words if one.encode() in content]


def shared(world):
    """What the movements share, as it stands: texts of bodies, and rows."""
    reports = describe_run(world.ports, TENANT, BATCH).reports
    told = [one.facts for one in reports if one.facts]
    (passage,) = world.store.passages(LANE.id, 9)
    return kept(world, (PLATE, SEAL)), told, passage.value


GONE = ([], [], "")


def test_what_they_share_goes_with_the_last(world):
    first, last = aboard(world)
    before = shared(world)
    assert [bool(one) for one in before] == [True] * 3
    erase(world, first)
    assert shared(world) == before
    (entry,) = erasures(world, first)
    rows = [f"run {one.id}" for one in world.store.trip_reports(TENANT, BATCH)]
    assert len(rows) >= 2
    rows += [f"passage {one.id}" for one in world.store.passages(LANE.id, 9)]
    trips = {f"trip {one.id}" for one in world.store.trips_of(first)}
    assert set(entry.facts["rows_kept"]) - trips == set(rows)
    assert erase(world, last).kept == 0
    assert shared(world) == GONE
    assert verify_log(world.ports).findings == ()


def test_two_at_once_leave_nothing_to_each_other(world):
    first, last = aboard(world)
    assert erase_while(world, first, lambda: erase(world, last)).kept == 0
    assert [len(erasures(world, one)) for one in (first, last)] == [1, 1]
    assert shared(world) == GONE
    assert verify_log(world.ports).findings == ()


@pytest.mark.parametrize("zone", [UTC, CHONGQING], ids=["utc", "chongqing"])
def test_a_report_is_found_by_its_row(world, zone):
    """The row keeps the moment; the body spells it as it was told."""
    kind = EventKind.DEPARTED if zone is CHONGQING else EventKind.ARRIVED
    (row,) = [one for one in world.store.trip_reports(TENANT, BATCH) if one.kind is kind]
    told = replace(row.told, at=row.at.astimezone(zone))
    assert datetime.utcoffset(row.at) == timedelta(0)
    spelled = register.canonical(told)
    assert (register.canonical(row.told) == spelled) is (zone is UTC)
    bodies = {one.content for one in world.store.reports(TENANT)}
    assert spelled in bodies
    for one in aboard(world):
        erase(world, one)
    assert world.store.reports(TENANT) == ()


# ------------------------------------------------------------------ what is still to be heard


def has_left(world, reference):
    return any(one.kind is EventKind.EXITED for one in world.store.events(reference))


def ended(world, reference):
    """Force a movement to an end at which it may be erased."""
    dropped = [
        Update(table="messages", key=one.id, values={"state": MessageState.DROPPED})
        for one in world.store.messages(reference)
        if one.state is not MessageState.ACKNOWLEDGED
    ]
    completed = Update(table="movements", key=reference, values={"state": "completed"})
    world.store.commit(Change((*dropped, completed)))


@pytest.mark.parametrize("meanwhile", [False, True], ids=["before", "meanwhile"])
def test_whoever_hears_an_answer_has_its_bytes(left, tmp_path, meanwhile):
    """The movement that took the answer in is erased before the other one heard it."""
    world = left.copied(tmp_path)
    world.town.held = {"MT4402"}
    with pytest.raises(Died):
        crossing(world).hand_in(replace(world.ports, store=Mortal(world.store, 1, after=True)))
    first, other = sorted(aboard(world), key=lambda one: not has_left(world, one))
    assert (has_left(world, first), has_left(world, other)) == (True, False)
    ended(world, first)

    def hearing(change):
        records = (step.record for step in change.steps if isinstance(step, Insert))
        return any(isinstance(one, AnswerRecord) for one in records)

    store = Meanwhile(world.store, lambda: erase(world, first), hearing)
    if not meanwhile:
        erase(world, first)
        store = world.store
    world.clock.forward(minutes=1)
    tell_owed_runs(replace(world.ports, store=store))
    heard = [one for one in world.store.answers(other) if one.id.endswith(f"@{other}")]
    assert [world.store.body(one.body) is not None for one in heard] == [True] * meanwhile
    (row,) = [one for one in world.store.trip_reports(TENANT, BATCH) if one.answer]
    assert dict(row.refused).get(other, "") == ("" if meanwhile else "movement.body-erased")
    assert verify_log(world.ports).findings == ()
    world.close()
