"""A movement that was taken back ends, also where an office never took in what opens its part."""

from contextlib import closing

import pytest

from gateway.domain.act import Act, ActKind
from gateway.domain.message import MessageState
from gateway.usecases.attention import attention
from gateway.usecases.audit import verify_log
from gateway.usecases.operate import perform
from tests.usecases.stopped import WHY, principal
from tests.world import TENANT, World

OPENING = {
    "the transit, at the office of entry": ("lnk_vn0015bb", "OLA"),
    "the import": ("lnk_vn0003pj", "IDA"),
    "the manifest": ("lnk_cn00x001", "MT2401"),
    "the export itself": ("lnk_cn008001", "DecMessage"),
}
"""The link that refuses what is sent to it, and the first message it gets."""


@pytest.fixture
def world(tmp_path):
    with closing(World(tmp_path)) as made:
        made.operator = principal(made, "operator")
        yield made


def refused(world, link):
    world.town.instead[link] = (422, b"")
    movement = world.submit(world.declaration()).movement
    world.run()
    del world.town.instead[link]
    return movement


def withdraw(world, movement):
    facts = {"reason": "003", "text": "buyer cancelled"}
    world.report(movement, "invalidation-asked", "CN008001", **facts)
    world.run()


def act(world, kind, subject):
    perform(world.ports, world.operator, Act(kind=ActKind(kind), subject=subject, reason=WHY))
    world.run()


def cancel(world, movement, kind):
    (found,) = [one.id for one in world.store.messages(movement) if one.type == kind]
    act(world, "cancel", found)
    return found


def at_its_end(world, movement):
    assert world.store.movement(movement).state == "invalidated", world.procedures(movement)
    ends = (MessageState.ACKNOWLEDGED, MessageState.DROPPED)
    assert [one for one in world.store.messages(movement) if one.state not in ends] == []
    assert attention(world.ports, TENANT) == ()
    assert verify_log(world.ports).findings == ()
    act(world, "erase", movement)


@pytest.mark.parametrize("name", OPENING)
def test_what_was_taken_back_is_cancelled_where_it_was_refused(world, name):
    link, opening = OPENING[name]
    movement = refused(world, link)
    withdraw(world, movement)
    cancel(world, movement, opening)
    at_its_end(world, movement)


@pytest.mark.parametrize("name", OPENING)
def test_what_was_cancelled_where_it_was_refused_is_taken_back(world, name):
    link, opening = OPENING[name]
    movement = refused(world, link)
    gone = cancel(world, movement, opening)
    withdraw(world, movement)
    for concern in attention(world.ports, TENANT):  # it cannot come: what waits is cancelled
        assert (concern.finding.code, concern.message) == ("attention.precondition-gone", gone)
        for one in world.store.messages(movement):
            if one.state is MessageState.WAITING and one.waits_for.startswith(f"{opening}:"):
                act(world, "cancel", one.id)
    at_its_end(world, movement)


def test_what_was_answered_is_let_go_by_its_office_alone(world):
    movement = world.submit(world.declaration()).movement
    world.run()
    withdraw(world, movement)
    assert world.store.movement(movement).state == "invalidated"


def test_a_movement_that_goes_on_keeps_what_its_office_refused(world):
    movement = refused(world, "lnk_vn0003pj")
    cancel(world, movement, "IDA")
    assert world.procedures(movement)["vn-import"] == "lodged"
