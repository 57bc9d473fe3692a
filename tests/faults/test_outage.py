"""Fourteen days without a single office, on a clock that the test moves.

Every day one more declaration is accepted. Nothing that is owed is given up before its own
deadline (a field of its pack); what passes it waits for a person and is told; when the offices are
back, the first probe finds them and everything that may still go is delivered, in order.
"""

from datetime import timedelta

import pytest

from gateway.cli.demo.shipped import brought_up
from gateway.domain.delivery import Breaker
from gateway.domain.message import MessageState
from gateway.markup import signature
from gateway.usecases.attention import attention
from gateway.usecases.deliver import deliver
from gateway.usecases.sweep import sweep
from tests.world import SHIPPED, TENANT, World

DAYS = 14
GIVEN_UP = (MessageState.PARKED, MessageState.DROPPED)
ROWS_MAX = 1000
STRIDE_MINUTES = 30


pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def outage(tmp_path_factory):
    """The world after it, with the movement of each day and what went wrong on the way."""
    world = World(tmp_path_factory.mktemp("outage"))
    world.town.away = set(world.town.systems)
    early, movements = [], []
    for day in range(DAYS):
        movements.append(_submitted(world, day))
        for _ in range(24 * 60 // STRIDE_MINUTES):
            early += _time_passes(world)
    yield world, movements, early
    world.close()


def _submitted(world, day):
    now = world.clock.now()
    raw = brought_up(SHIPPED.read_bytes(), now, f"{day:06d}")
    signed = signature.sign(raw, world.keys.signer("exporter"), now)
    return world.submit(signed, f"day-{day}").movement


def _time_passes(world):
    """Do what workers do at the next probe; return what was given up before its time."""
    world.clock.forward(minutes=STRIDE_MINUTES)
    for link in sweep(world.ports):
        deliver(world.ports, link, "outage")
    now = world.clock.now()
    return [
        (message.type, message.state, message.deadline)
        for state in GIVEN_UP
        for message in world.store.messages_in_state(state, limit=ROWS_MAX)
        if message.deadline is None or now < message.deadline
    ]


def test_nothing_is_given_up_before_its_deadline(outage):
    _, _, early = outage
    assert early == []


def test_what_passed_its_deadline_waits_for_a_person_and_is_told(outage):
    world, movements, _ = outage
    late = [
        message
        for movement in movements
        for message in world.store.messages(movement)
        if message.deadline is not None and message.deadline <= world.clock.now()
    ]
    assert late
    assert {(one.state, one.waits_for) for one in late} == {
        (MessageState.PARKED, "person:deadline")
    }
    told = [one for one in attention(world.ports, TENANT) if "deadline-passed" in one.finding.code]
    assert len(told) == len(late)


def test_a_link_is_probed_for_ever(outage):
    world, _, _ = outage
    for link in world.store.links():
        if link.breaker.failures:
            assert link.breaker.probe_at - world.clock.now() <= timedelta(minutes=1)


def test_back_again_everything_that_may_still_go_goes_in_order(outage):
    world, movements, _ = outage
    world.town.away = set()
    world.clock.forward(minutes=1)  # the longest time between two probes
    world.run()
    for movement in movements:
        messages = world.store.messages(movement)
        assert MessageState.DUE not in {one.state for one in messages}
    states = [world.store.movement(one).state for one in movements]
    assert states[-1] == states[-2] == "released"  # it waits for the enterprise to leave
    assert all(link.breaker == Breaker() for link in world.store.links())
    for system in world.town.systems.values():
        places = {}
        for taken in system.taken:
            places.setdefault(taken.envelope.stream, []).append(taken.envelope.place)
        assert all(found == list(range(1, len(found) + 1)) for found in places.values())
