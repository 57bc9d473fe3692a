"""Deadlines of real movements: written with what causes them, fired once, deciding nothing."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.audit.entry import read_entry
from gateway.domain.deadline import DeadlineState
from gateway.domain.errors import Unavailable
from gateway.domain.records import Change, Insert, Update
from gateway.usecases.amend import Amendment, Reason, amend
from gateway.usecases.attention import attention
from gateway.usecases.sweep import sweep
from gateway.usecases.timeline import describe_movement
from tests.mortal import Away
from tests.postgres import running_postgres
from tests.world import ROUTE, TENANT, World


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def world(request, tmp_path):
    url = running_postgres().database() if request.param == "postgresql" else ""
    more = {"CN": (*ROUTE["CN"], "CN007208"), "VN": (*ROUTE["VN"], "VN00X002", "VN0003PL")}
    with closing(World(tmp_path, store_url=url, more=more)) as made:
        yield made


@pytest.fixture
def movement(world):
    return world.submit(world.declaration()).movement


def stands(world, movement):
    found = world.store.deadlines(movement)
    return {f"{one.kind} {one.subject}".strip(): (one.state.value, one.ended_by) for one in found}


def noticed(world, movement):
    kinds = ("deadline-reminded", "deadline-passed", "enquiry-started")
    return [
        (one.kind.value, one.fact("deadline"), one.office)
        for one in world.store.events(movement)
        if one.kind in kinds
    ]


def test_a_submission_writes_its_dates(world, movement):
    assert stands(world, movement) == dict.fromkeys(
        (
            "declaration",
            "expected CN008001 departure",
            "expected CN00X001 exit",
            "expected VN0015BB entry",
            "expected VN0003PJ destination",
            "paper GMS GMS-CN-2026-00451",
            "paper TAD TAD-CN-2026-00092",
            "paper RCEP RCEP-CQ-2611-00917",
        ),
        ("open", ""),
    )


def test_papers_without_an_end_have_no_date(world):
    permit, document = "<ExpiryDate>2027-03-31<", "<ExpiryDate>2027-11-20<"
    endless = dict.fromkeys((permit, document), "<ExpiryDate>9999-12-31<")
    movement = world.submit(world.declaration(texts=endless)).movement
    assert not any(name.startswith("paper") for name in stands(world, movement))


def test_a_permit_named_twice_with_two_days_is_taken_in(world):
    permit = "<Permit><TypeCode>GMS</TypeCode><ID>GMS-CN-2026-00451</ID><ExpiryDate>2027-03-31<"
    again = f"{permit}/ExpiryDate></Permit>{permit.replace('2027-03-31', '2027-01-15')}"
    movement = world.submit(world.declaration(texts={permit: again})).movement
    (found,) = [one for one in world.store.deadlines(movement) if one.subject.startswith("GMS")]
    assert found.due_at == datetime(2027, 1, 15, 16, tzinfo=UTC)


def test_answers_and_reports_end_them(world, movement):
    world.run()
    world.report(movement, "departed", "CN008001", seal="S1")
    world.run()  # the gate tells that the vehicle left, Huu Nghi that it came
    found = stands(world, movement)
    assert found["expected CN008001 departure"] == ("ended", "departed")
    assert found["expected CN00X001 exit"] == ("ended", "exited")
    assert found["expected VN0015BB entry"] == ("ended", "entered")
    assert found["expected VN0003PJ destination"] == ("open", "")
    assert found["enquiry"] == ("open", "")
    world.report(movement, "arrived", "VN0003PJ")
    world.run()
    assert {state for state, _ in stands(world, movement).values()} == {"ended"}
    world.clock.forward(days=400)
    sweep(world.ports)
    assert noticed(world, movement) == []


def test_each_fires_once_however_often_and_by_how_many_it_is_swept(world, movement):
    world.clock.forward(hours=25, minutes=1)  # the departure was expected after 23 hours
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: sweep(world.ports), range(8)))
    sweep(world.ports)
    reminded = ("deadline-reminded", "expected", "CN008001")
    assert noticed(world, movement) == [reminded]
    world.clock.forward(hours=2)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: sweep(world.ports), range(8)))
    sweep(world.ports)
    assert noticed(world, movement) == [reminded, ("deadline-passed", "expected", "CN008001")]
    assert world.store.movement(movement).state == "lodged"


def test_the_event_says_when_it_was_due_and_the_log_tells_it(world, movement):
    world.clock.forward(hours=30)
    sweep(world.ports)
    event = world.store.events(movement)[-1]
    due = datetime(2026, 11, 24, 4, tzinfo=UTC)  # 08:00 in Chongqing and four hours
    assert (event.kind, event.at, event.fact("due")) == ("deadline-passed", due, due.isoformat())
    told = read_entry(world.store.log(movement=movement)[-1].entry).facts["events"]
    assert told[0]["facts"] == {"deadline": "expected", "due": due.isoformat()}


def test_a_movement_that_cannot_be_read_holds_nobody_up(world, movement):
    texts = {"<FunctionalReferenceID>CQ-2026-000117<": "<FunctionalReferenceID>CQ-2<"}
    other = world.submit(world.declaration(texts=texts), "k2").movement
    lost = Update(table="movements", key=movement, values={"declaration": "0" * 64})
    world.store.commit(Change((lost,)))
    world.clock.forward(hours=30)
    sweep(world.ports)
    assert noticed(world, movement) == []
    assert noticed(world, other) == [("deadline-passed", "expected", "CN008001")]
    again = [one for one in world.store.deadlines(movement) if one.next_at is not None]
    assert min(one.next_at for one in again) > world.clock.now()


def test_what_nobody_foresaw_of_one_movement_is_raised_and_holds_nobody_up(world, movement):
    texts = {"<FunctionalReferenceID>CQ-2026-000117<": "<FunctionalReferenceID>CQ-2<"}
    other = world.submit(world.declaration(texts=texts), "k2").movement
    broken = {"stops": ((1, "CN008001", "a role that is none", ""),)}
    world.store.commit(Change((Update(table="movements", key=movement, values=broken),)))
    world.clock.forward(hours=30)
    with pytest.raises(ValueError, match="a role that is none"):
        sweep(world.ports)
    assert all(one.index is not None for one in world.store.log(movement=other))
    for _ in range(20):  # each of its deadlines is put off in its turn
        with suppress(ValueError):
            sweep(world.ports)
    assert noticed(world, other) == [("deadline-passed", "expected", "CN008001")]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_database_that_goes_away_puts_nothing_off(world, movement, after):
    world.clock.forward(hours=30)
    with pytest.raises(Unavailable):
        sweep(replace(world.ports, store=Away(world.store, 1, after=after)))
    sweep(world.ports)
    assert noticed(world, movement) == [("deadline-passed", "expected", "CN008001")]


def test_attention_tells_what_is_near_and_what_went_by(world, movement):
    def codes():
        world.store.sequence("test")
        return {
            (one.finding.code, dict(one.finding.args).get("kind"))
            for one in attention(world.ports, TENANT)
            if one.movement == movement and "deadline" in one.finding.code
        }

    assert codes() == set()
    world.clock.forward(hours=26)
    assert ("attention.deadline-near", "expected") in codes()
    world.clock.forward(hours=2)
    assert ("attention.deadline-missed", "expected") in codes()


def test_messages_show_until_when_they_have_to_be_sent(world, movement):
    found = describe_movement(world.ports, TENANT, movement).deadlines
    sending = {one.subject for one in found if one.kind == "message"}
    assert "MT2401" in sending
    assert [one.due_at for one in found] == sorted(one.due_at for one in found)
    world.run()
    after = describe_movement(world.ports, TENANT, movement).deadlines
    assert "MT2401" not in {one.subject for one in after if one.kind == "message"}


def test_a_diversion_withdraws_the_offices_it_leaves_out(world, movement):
    raw = world.declaration(texts={"CN00X001": "CN007208", "VN0015BB": "VN00X002"})
    new = Amendment(raw=raw, reason=Reason(text="gate closed"))
    amend(world.ports, world.exporter, movement, new, idempotency_key="k2")
    found = stands(world, movement)
    assert found["expected VN0015BB entry"] == ("ended", "withdrawn")
    assert found["expected VN00X002 entry"] == ("open", "")


def test_another_destination_is_asked_where_the_goods_are(world, movement):
    world.run()
    world.report(movement, "departed", "CN008001")
    raw = world.declaration(texts={"VN0003PJ": "VN0003PL"})
    new = Amendment(raw=raw, reason=Reason(text="another warehouse"))
    amend(world.ports, world.exporter, movement, new, idempotency_key="k2")
    asked = {one.office for one in world.store.deadlines(movement) if one.kind == "enquiry"}
    assert asked == {"VN0003PL"}


def test_goods_that_set_out_again_are_waited_for_again(world, movement):
    world.run()
    world.report(movement, "departed", "CN008001")
    world.report(movement, "turned-back", "CN00X001")
    assert stands(world, movement)["enquiry"] == ("ended", "turned-back")
    raw = world.declaration(texts={"ES20261123A7": "ES20261123A8"})
    new = Amendment(raw=raw, reason=Reason(text="repaired"))
    amend(world.ports, world.exporter, movement, new, idempotency_key="k2")
    assert stands(world, movement)["enquiry"] == ("open", "")


def test_what_passed_long_ago_hides_nothing_that_is_near(world, movement):
    """Of goods that nobody heard of again: their dates stay, hundreds of them."""
    permit = next(one for one in world.store.deadlines(movement) if one.subject.startswith("GMS"))
    long_ago = world.clock.now() - timedelta(days=30)
    rows = [
        replace(
            permit, id=f"26CNC0000000000CJ1/paper/{place}", movement="26CNC0000000000CJ1",
            due_at=long_ago, remind_at=long_ago, state=DeadlineState.PASSED, next_at=None,
        )
        for place in range(250)
    ]  # fmt: skip
    world.store.commit(Change(tuple(map(Insert, rows))))
    world.clock.at = permit.remind_at + timedelta(hours=1)
    found = attention(world.ports, TENANT)
    near = [one for one in found if one.finding.code == "attention.permit-ends"]
    assert movement in {one.movement for one in near}
