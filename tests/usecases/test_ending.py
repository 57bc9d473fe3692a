"""A movement that was taken back ends, also where an office never took in what opens its part."""

from contextlib import closing

import pytest

from gateway.domain.act import Act, ActKind
from gateway.domain.message import MessageState
from gateway.usecases.attention import attention
from gateway.usecases.audit import verify_log
from gateway.usecases.operate import perform
from tests.usecases.stopped import WHY, principal
from tests.usecases.test_trip_words import rewritten
from tests.world import NORTHBOUND, SHIPPED, TENANT, World

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


def withdraw(world, movement, departure="CN008001"):
    facts = {"reason": "003", "text": "buyer cancelled"}
    world.report(movement, "invalidation-asked", departure, **facts)
    world.run()


def act(world, kind, subject):
    perform(world.ports, world.operator, Act(kind=ActKind(kind), subject=subject, reason=WHY))
    world.run()


def cancel(world, movement, kind, office=""):
    told = [one for one in world.store.messages(movement) if office in ("", one.office)]
    (found,) = [one.id for one in told if one.type == kind]
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


@pytest.mark.parametrize(
    ("name", "kind"), [("the import", "vn-import"), ("the export itself", "cn-export")]
)
def test_a_movement_that_goes_on_keeps_what_its_office_refused(world, name, kind):
    link, opening = OPENING[name]
    movement = refused(world, link)
    cancel(world, movement, opening)
    assert world.procedures(movement)[kind] == "lodged"


DEAF = {
    "the export": (SHIPPED, "CN008001", ("DecMessage", "WithdrawalNotice")),
    "the import": (NORTHBOUND, "VN0003PJ", ("DecMessage-I", "WithdrawalNotice-I", "WayNotice-I")),
    "the import, asked first": (
        NORTHBOUND,
        "VN0003PJ",
        ("WayNotice-I", "WithdrawalNotice-I", "DecMessage-I"),
    ),
}
"""The goods, their office of departure, and what an office in Chongqing never takes in."""


@pytest.mark.parametrize(("shipped", "departure", "refused"), DEAF.values(), ids=DEAF)
def test_an_office_that_hears_nothing_at_all_holds_nobody(tmp_path, shipped, departure, refused):
    """Nobody there can let go; the gate that waits for it was told of a truck that never comes."""
    with closing(World(tmp_path, shipped=shipped)) as world:
        world.operator = principal(world, "operator")
        world.town.instead["lnk_cn008001"] = (422, b"")
        movement = world.submit(world.declaration()).movement
        world.run()
        withdraw(world, movement, departure)
        for kind in refused:
            cancel(world, movement, kind, "CN008001")
        at_its_end(world, movement)


LET_GO = (
    '<OfficeNotice xmlns="urn:fullroute:exchange:1:office"><Code>invalidated</Code>'
    "<CorrelationID>{message}</CorrelationID><OfficeID>CN008001</OfficeID>"
    "<OccurredDateTime>2026-11-23T03:00:00Z</OccurredDateTime></OfficeNotice>"
)


def test_an_office_may_let_go_in_other_words(world):
    """It quotes what it was lodged, not the wish to take it back."""
    movement = world.submit(world.declaration()).movement
    world.run()
    world.town.held.add("WithdrawalNotice")
    withdraw(world, movement)
    planned = next(
        one for one in world.town.answers if one.taken.envelope.type == "WithdrawalNotice"
    )
    quoted = world.messages(movement)["CN008001", "DecMessage"].id
    rewritten(world, planned, LET_GO.format(message=quoted).encode()).hand_in(world.ports)
    world.run()
    at_its_end(world, movement)
