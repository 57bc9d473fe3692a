"""Closed lanes and announced closures: who is hit, and what a person has to judge."""

from contextlib import closing
from datetime import timedelta

import pytest

from gateway import closures
from gateway.domain.closure import Closed, Closure, ClosureState
from gateway.domain.errors import InConflict, Refused
from gateway.domain.event import EventKind
from gateway.domain.lane import Direction, Lane, Read, Reading
from gateway.domain.roles import OfficeRole
from gateway.usecases.attention import attention
from gateway.usecases.audit import verify_log
from gateway.usecases.closure import NewClosure, close_office, end_closure, hits, settle
from gateway.usecases.lane import look
from gateway.usecases.setup import add_lane
from tests.contract.records import later
from tests.world import TENANT, World

GATE = "CN00X001"
LANES = {"yyg-1": OfficeRole.EXIT, "yyg-2": OfficeRole.EXIT, "yyg-9": OfficeRole.ENTRY}


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """Goods on the road to Youyiguan, where two lanes lead out and one leads in."""
    with closing(World(tmp_path_factory.mktemp("judged"))) as world:
        for name, role in LANES.items():
            add_lane(world.ports, Lane(id=name, tenant=TENANT, office=GATE, role=role))
        world.town.held.add("MT4402")
        world.movement = world.submit(world.declaration()).movement
        world.run()
        world.report(world.movement, "departed", "CN008001", seal="S1")
        world.run()
        yield world


@pytest.fixture
def world(begun, tmp_path):
    with closing(begun.copied(tmp_path)) as it:
        yield it


def close(world, lane="", **values):
    told = {"from_at": world.clock.now(), "reason": "crane fell", **values}
    return close_office(world.ports, world.exporter, NewClosure(office=GATE, lane=lane, **told))


def hit(world, closure):
    return [one.loaded.record.reference for one in hits(world.ports, closure)]


def says(world, lane):
    reading = Reading(
        id="p", at=world.clock.now(), direction=Direction.OUT, plates=(Read("桂A8D217"),)
    )
    decision = look(world.ports, world.store.lane(lane), reading)
    return decision.reason.code, decision.reason.value


def announce(world, **facts):
    world.town.say(world.ports, (GATE, "closure-planned"), world.movement, tuple(facts.items()))


# ------------------------------------------------------------------ lanes


def test_a_closed_lane_stops_and_the_other_goes_on(world):
    close(world, "yyg-1")
    assert says(world, "yyg-1") == ("lane.closed", "crane fell")
    assert says(world, "yyg-2")[0] not in ("lane.closed", "lane.office-closed")


def test_goods_are_hit_only_when_no_lane_for_them_is_left(world):
    assert hit(world, close(world, "yyg-1")) == []
    assert hit(world, close(world, "yyg-9")) == []
    second = close(world, "yyg-2")
    assert hit(world, second) == [world.movement]
    world.clock.forward(minutes=1)
    end_closure(world.ports, world.exporter, second.id)
    assert hit(world, close(world, "yyg-9")) == []


def test_declarations_are_refused_only_when_no_lane_is_left(world):
    texts = {"<FunctionalReferenceID>CQ-2026-000117<": "<FunctionalReferenceID>CQ-L-1<"}
    close(world, "yyg-1")
    assert world.submit(world.declaration(texts=texts), "one-left").movement
    close(world, "yyg-2")
    texts = {"<FunctionalReferenceID>CQ-2026-000117<": "<FunctionalReferenceID>CQ-L-2<"}
    with pytest.raises(Refused) as refused:
        world.submit(world.declaration(texts=texts), "none-left")
    found = [one for one in refused.value.findings if one.code.startswith("closure.")]
    assert [(one.code, one.offices) for one in found] == [("closure.shut", (GATE,))] * 2


def test_a_lane_is_closed_at_its_own_office(world):
    new = NewClosure(office="VN0015BB", lane="yyg-1", from_at=world.clock.now(), reason="no")
    with pytest.raises(Refused) as refused:
        close_office(world.ports, world.exporter, new)
    assert [one.code for one in refused.value.findings] == ["closure.not-its-lane"]


def _closure(name, lane, begins, ends, office=GATE):
    return Closure(
        id=name, tenant=TENANT, office=office, from_at=later(begins), until_at=later(ends),
        planned=False, reason="r", by="b", created_at=later(0), lane=lane,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("begins", "ends", "shut"),
    [
        pytest.param(0, 10, {OfficeRole.EXIT}, id="both at once"),
        pytest.param(5, 20, {OfficeRole.EXIT}, id="one after the other, overlapping"),
        pytest.param(10, 20, set(), id="one after the other"),
    ],
)
def test_which_offices_are_no_way_round(begins, ends, shut):
    lanes = tuple(
        Lane(id=name, tenant=TENANT, office=GATE, role=role) for name, role in LANES.items()
    )
    one, other = _closure("1", "yyg-1", 0, 10), _closure("2", "yyg-2", begins, ends)
    closed = Closed((one, other), lanes)
    elsewhere = _closure("3", "", 0, 30, office="VN0015BB")
    assert closed.shut_during(elsewhere) == {(GATE, role) for role in shut}
    whole = Closed((one, _closure("4", "", 0, 30)), lanes)
    assert whole.shut_during(elsewhere) == {(GATE, role) for role in OfficeRole}


# ------------------------------------------------------------------ announced by an office


def proposed(world):
    return [one for one in world.store.closures(TENANT) if one.state is ClosureState.PROPOSED]


def concerns(world):
    found = attention(world.ports, TENANT)
    return [one for one in found if one.finding.code == "attention.closure-announced"]


def test_what_an_office_announces_is_a_proposal_that_counts_for_nobody(world):
    announce(world)
    (closure,) = proposed(world)
    assert (closure.office, closure.by, closure.planned) == (GATE, GATE, True)
    assert (closure.from_at.isoformat(), closure.until_at.isoformat()) == (
        "2026-12-01T00:00:00+00:00",
        "2026-12-03T10:00:00+00:00",
    )
    (concern,) = concerns(world)
    assert (concern.finding.value, concern.finding.offices) == (closure.id, (GATE,))
    world.clock.at = closure.from_at + timedelta(hours=1)
    assert says(world, "yyg-1")[0] != "lane.office-closed"
    with pytest.raises(InConflict) as conflict:
        closures.apply(world.ports, world.exporter, closure.id)
    assert [one.code for one in conflict.value.findings] == ["closure.not-confirmed"]
    settle(world.ports, world.exporter, closure.id, ClosureState.STANDING)
    assert says(world, "yyg-1")[0] == "lane.office-closed"
    assert concerns(world) == []
    assert verify_log(world.ports).findings == ()


def test_who_would_be_hit_is_seen_before_it_is_confirmed(world):
    announce(world, **{"closed-from": "2026-11-24T00:00:00+08:00"})
    (closure,) = proposed(world)
    (one,) = closures.plan(world.ports, world.exporter, closure.id)
    assert one.movement == world.movement


NO_TIMES = {
    "before all time": "0001-01-01T00:00:00+14:00",
    "after all time": "9999-12-31T23:59:59-14:00",
    "without an offset": "2026-12-01T08:00:00",
    "no time": "soon",
}


@pytest.mark.parametrize("name", NO_TIMES)
def test_an_announcement_without_a_time_counts_from_when_it_was_made(world, name):
    announce(world, **{"closed-from": NO_TIMES[name], "closed-until": NO_TIMES[name]})
    (closure,) = proposed(world)
    (told,) = (
        one for one in world.store.events(world.movement) if one.kind is EventKind.CLOSURE_PLANNED
    )
    assert (closure.from_at, closure.until_at) == (told.at, None)


def test_the_same_announcement_is_the_same_in_another_zone(world):
    for begins in ("2026-12-01T08:00:00+08:00", "2026-12-01T07:00:00+07:00"):
        announce(world, **{"closed-from": begins, "closed-until": "2026-12-03T18:00:00+08:00"})
    assert len(proposed(world)) == 1


def test_the_same_announcement_is_proposed_once_and_not_again_after_it_was_dismissed(world):
    announce(world)
    announce(world)
    (closure,) = proposed(world)
    settle(world.ports, world.exporter, closure.id, ClosureState.DISMISSED)
    announce(world)
    assert (proposed(world), concerns(world)) == ([], [])
    with pytest.raises(InConflict) as conflict:
        settle(world.ports, world.exporter, closure.id, ClosureState.STANDING)
    assert [one.code for one in conflict.value.findings] == ["closure.settled"]


def test_what_is_over_is_no_proposal_and_one_that_goes_by_needs_nobody(world):
    announce(world)
    world.clock.at = proposed(world)[0].until_at
    assert concerns(world) == []
    announce(world)
    assert len(proposed(world)) == 1
    announce(world, **{"closed-until": "2026-12-03T10:00:00+07:00"})
    assert len(proposed(world)) == 1
