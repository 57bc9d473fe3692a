"""What every store promises about whose turn it is: races, leases, streams, numbering."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Barrier
from unittest.mock import Mock

import pytest

from gateway.adapters.sql import turns
from gateway.adapters.sql.session import Held
from gateway.domain.delivery import Breaker, LinkKind
from gateway.domain.errors import Unavailable
from gateway.domain.event import EventKind
from gateway.domain.message import MessageState
from gateway.domain.records import Change, Insert, Lost, Update
from tests.contract import records as r
from tests.contract.records import due, entry, inserted, later, movement

REFERENCE = r.MOVEMENT.reference
LINK = replace(r.LINK, breaker=Breaker())
DUE, PARKED = MessageState.DUE, MessageState.PARKED
WAITING, ACKNOWLEDGED = MessageState.WAITING, MessageState.ACKNOWLEDGED


def together(threads, act):
    """Run ``act(number)`` in that many threads, started at one moment; return the results."""
    start = Barrier(threads)

    def go(number):
        start.wait()
        return act(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(go, range(threads)))


# ------------------------------------------------------------------ races


@pytest.mark.parametrize("stores", [1, 2], ids=["one store", "two stores"])
def test_of_many_who_move_a_version_on_exactly_one_wins_each_round(opened, stores):
    every = [opened() for _ in range(stores)]
    every[0].commit(inserted(r.MOVEMENT))

    def move_on(number):
        store, won = every[number % stores], 0
        while (version := store.movement(REFERENCE).version) < 20:
            event = replace(r.EVENT.event, sequence=version + 1, kind=EventKind.PRESENTED)
            steps = (
                Update(
                    table="movements",
                    key=REFERENCE,
                    values={"version": version + 1},
                    expect={"version": version},
                ),
                Insert(replace(r.EVENT, event=event)),
            )
            try:
                store.commit(Change(steps))
            except Lost:
                continue
            won += 1
        return won

    assert sum(together(8, move_on)) == 19
    assert [event.sequence for event in every[0].events(REFERENCE)] == list(range(2, 21))


def test_of_many_who_insert_one_key_exactly_one_wins(store):
    def insert(number):
        try:
            store.commit(inserted(replace(r.MOVEMENT, state=str(number))))
        except Lost:
            return None
        return str(number)

    won = [number for number in together(8, insert) if number is not None]
    assert won == [store.movement(REFERENCE).state]


def test_a_lost_change_takes_none_of_its_neighbours_with_it(store):
    """Half of the changes that run together lose; every other one stands whole."""
    store.commit(inserted(r.TENANT))

    def act(number):
        outcomes = []
        for turn in range(25):
            own = f"{number}-{turn}"
            records = [replace(r.BODY, digest=own), replace(r.PRINCIPAL, id=own)]
            records += [r.TENANT] if turn % 2 else []
            try:
                store.commit(inserted(*records))
            except Lost:
                outcomes.append((own, False))
            else:
                outcomes.append((own, True))
        return outcomes

    outcomes = [outcome for found in together(8, act) for outcome in found]
    assert sum(stands for _, stands in outcomes) == 8 * 13
    for own, stands in outcomes:
        assert (store.body(own) is not None) is stands
        assert (store.principal(own) is not None) is stands


def test_changes_of_the_same_rows_in_different_orders_all_come_through(opened):
    stores = [opened(), opened()]
    movements = [movement(number) for number in range(6)]
    stores[0].commit(inserted(*movements))

    def act(number):
        order = Random(number)
        for turn in range(10):
            chosen = order.sample(movements, 6)
            steps = [
                Update(table="movements", key=m.reference, values={"state": f"{turn}"})
                for m in chosen[:3]
            ]
            bodies = [Insert(replace(r.BODY, digest=f"{turn}{m.lrn}")) for m in chosen]
            rest = [
                Update(table="movements", key=m.reference, values={"content": f"{number}"})
                for m in chosen[3:]
            ]
            stores[number % 2].commit(Change((*steps, *bodies, *rest)))

    together(6, act)
    assert {m.state for m in stores[0].movements("ten_1")} <= {"9", "8", "7", "lodged"} | set(
        "0123456"
    )


# ------------------------------------------------------------------ leases


def test_a_lease_is_taken_once_and_the_fence_grows(store):
    store.commit(inserted(LINK))
    assert store.lease("lnk_cn", "a", 60) == 1
    assert store.lease("lnk_cn", "b", 60) is None
    assert store.lease("lnk_cn", "a", 60) is None
    store.release("lnk_cn", 1)
    assert store.lease("lnk_cn", "b", 60) == 2
    assert store.link("lnk_cn").fence == 2


def test_who_is_at_work_is_told_while_the_lease_runs(store):
    store.commit(inserted(LINK))
    assert store.leased() == frozenset()
    fence = store.lease("lnk_cn", "a", 60)
    assert store.leased() == {"lnk_cn"}
    store.release("lnk_cn", fence)
    assert store.leased() == frozenset()


def test_a_lease_from_before_the_clock_went_back_holds_nobody_up(opened):
    """Whoever took it died, and by its end it would run for two more hours."""
    dead, other = opened(), opened()
    dead.commit(inserted(LINK))
    fence = dead.lease("lnk_cn", "a", 7200)
    assert other.leased() == frozenset()
    assert other.lease("lnk_cn", "b", 60) == fence + 1


def test_a_lease_that_was_not_given_back_is_told_until_the_next_one_is(opened):
    dead, other = opened(), opened()
    dead.commit(inserted(LINK))
    assert not other.abandoned("lnk_cn")
    dead.lease("lnk_cn", "a", 7200)  # as good as ended: see the test before
    assert other.abandoned("lnk_cn")
    fence = other.lease("lnk_cn", "b", 60)
    assert not other.abandoned("lnk_cn")
    other.release("lnk_cn", fence)
    assert not other.abandoned("lnk_cn")


def test_a_late_release_leaves_the_next_lease_alone(store):
    store.commit(inserted(LINK))
    store.lease("lnk_cn", "a", 60)
    store.release("lnk_cn", 1)
    store.lease("lnk_cn", "b", 60)
    store.release("lnk_cn", 1)
    assert store.lease("lnk_cn", "c", 60) is None


def test_a_lease_lasts_as_long_as_its_program_however_short_it_is(opened):
    holder, other = opened(), opened()
    holder.commit(inserted(LINK))
    fence = holder.lease("lnk_cn", "a", 0.3)
    time.sleep(1)
    assert other.lease("lnk_cn", "b", 60) is None
    holder.release("lnk_cn", fence)
    assert other.lease("lnk_cn", "b", 60) == fence + 1


def test_the_lease_of_a_stopped_program_ends_and_its_holder_is_fenced_off(opened):
    sleeper, store = opened(), opened()
    store.commit(inserted(LINK))
    old = sleeper.lease("lnk_cn", "sleeper", 0.3)
    sleeper._keeper.close()  # as when the whole program is stopped: nothing renews any more
    time.sleep(0.4)
    new = store.lease("lnk_cn", "b", 60)
    assert new == old + 1
    with pytest.raises(Lost):
        store.commit(
            Change(
                (
                    Update(table="links", key="lnk_cn", expect={"fence": old}),
                    Insert(r.BODY),
                )
            )
        )
    assert store.body(r.BODY.digest) is None


@pytest.mark.parametrize("others", [0, 1], ids=["ended", "somebody else's by now"])
def test_whoever_comes_back_late_prolongs_no_lease(opened, others):
    late, other, third = opened(), opened(), opened()
    late.commit(inserted(LINK))
    old = late.lease("lnk_cn", "late", 0.3)
    for store in (late, other):
        store._keeper.close()
    time.sleep(0.4)
    for _ in range(others):
        assert other.lease("lnk_cn", "other", 0.3) == old + 1
    late._renew("lnk_cn", old, 60)
    time.sleep(0.4 * others)
    assert third.lease("lnk_cn", "third", 60) == old + others + 1


def test_an_unknown_link_cannot_be_leased(store):
    assert store.lease("nowhere", "a", 60) is None
    store.release("nowhere", 1)


def test_one_link_leased_leaves_the_others_free(store):
    store.commit(inserted(LINK, replace(LINK, id="lnk_vn")))
    assert store.lease("lnk_cn", "a", 60) == 1
    assert store.lease("lnk_vn", "a", 60) == 1


def test_of_many_who_want_a_lease_one_gets_it(opened):
    stores = [opened(), opened()]
    stores[0].commit(inserted(LINK))
    fences = together(8, lambda number: stores[number % 2].lease("lnk_cn", str(number), 60))
    assert [fence for fence in fences if fence is not None] == [1]


# ------------------------------------------------------------------ streams

NOW = later(1000)


def lying(*messages):
    """Spell messages as (stream, place, state, next_at)."""
    return [
        due(number, stream=stream, place=place, state=state, next_at=next_at)
        for number, (stream, place, state, next_at) in enumerate(messages, start=1)
    ]


HEADS = {
    "nothing": ([], []),
    "one": ([("a", 1, DUE, None)], [1]),
    "one of each stream": (
        [("a", 1, DUE, None), ("a", 2, DUE, None), ("b", 1, DUE, None)],
        [1, 3],
    ),
    "by place, not by age": ([("a", 2, DUE, None), ("a", 1, DUE, None)], [2]),
    "acknowledged ones are passed": (
        [("a", 1, ACKNOWLEDGED, None), ("a", 2, DUE, None), ("a", 3, DUE, None)],
        [2],
    ),
    "a dropped one is passed": ([("a", 1, MessageState.DROPPED, None), ("a", 2, DUE, None)], [2]),
    "a parked head blocks its stream alone": (
        [("a", 1, PARKED, None), ("a", 2, DUE, None), ("b", 1, DUE, None)],
        [3],
    ),
    "parked further back does not block": ([("a", 1, DUE, None), ("a", 2, PARKED, None)], [1]),
    "time ahead blocks its stream": (
        [("a", 1, DUE, later(1001)), ("a", 2, DUE, None), ("b", 1, DUE, later(2000))],
        [],
    ),
    "time come": ([("a", 1, DUE, NOW), ("b", 1, DUE, later(999))], [1, 2]),
    "ones without a place have no turn": (
        [("a", None, WAITING, None), ("a", None, MessageState.AWAITING_SIGNATURE, None)],
        [],
    ),
    "ones without a place block nothing": ([("a", None, WAITING, None), ("a", 1, DUE, None)], [2]),
    "a gap in the places is no matter": ([("a", 5, DUE, None), ("a", 9, DUE, None)], [1]),
}


@pytest.mark.parametrize(("messages", "expected"), HEADS.values(), ids=HEADS.keys())
def test_due_heads(store, messages, expected):
    elsewhere = due(99, stream="z", place=1, link="lnk_vn")
    store.commit(inserted(LINK, elsewhere, *lying(*messages)))
    found = store.due_heads("lnk_cn", NOW, 100)
    assert [message.id for message in found] == [f"msg_{number:04d}" for number in expected]
    assert store.links_with_due(NOW) == (("lnk_cn",) if expected else ())


def test_due_heads_come_oldest_first_and_no_more_than_asked_for(store):
    messages = [due(n, stream=f"s{n}", place=1) for n in (5, 3, 1, 4, 2)]
    store.commit(inserted(*messages))
    found = store.due_heads("lnk_cn", NOW, 3)
    assert [message.id for message in found] == ["msg_0001", "msg_0002", "msg_0003"]


def test_a_stream_goes_on_when_its_head_is_acknowledged(store):
    store.commit(inserted(*lying(("a", 1, DUE, None), ("a", 2, DUE, None))))
    step = Update(table="messages", key="msg_0001", values={"state": ACKNOWLEDGED})
    store.commit(Change((step,)))
    (head,) = store.due_heads("lnk_cn", NOW, 10)
    assert head.id == "msg_0002"


WAKING = {
    "push": ({}, True),
    "paused": ({"paused": True}, False),
    "feed": ({"kind": LinkKind.FEED}, False),
    "a few failures": ({"breaker": Breaker(failures=2)}, True),
    "breaker open": ({"breaker": Breaker(failures=5, opened_at=r.AT, probe_at=later(1001))}, False),
    "probe due": ({"breaker": Breaker(failures=5, opened_at=r.AT, probe_at=NOW)}, True),
}


@pytest.mark.parametrize(("changes", "woken"), WAKING.values(), ids=WAKING.keys())
def test_links_with_due_are_those_worth_waking(store, changes, woken):
    store.commit(inserted(replace(LINK, **changes), due(1, stream="a", place=1)))
    assert store.links_with_due(NOW) == (("lnk_cn",) if woken else ())


# ------------------------------------------------------------------ numbering


def test_the_log_is_numbered_by_time_then_id_from_nought(store):
    store.commit(inserted(entry(3), entry(1), replace(entry(2), at=later(1))))
    assert store.log() == ()
    assert store.sequence("a") == 3
    assert [(e.index, e.id) for e in store.log()] == [
        (0, "log_0001"),
        (1, "log_0002"),
        (2, "log_0003"),
    ]
    assert store.log_size() == 3


def test_what_has_a_number_keeps_it(store):
    store.commit(inserted(entry(5)))
    store.sequence("a")
    store.commit(inserted(entry(1)))
    assert store.sequence("a") == 1
    assert store.sequence("a") == 0
    assert [(e.index, e.id) for e in store.log()] == [(0, "log_0005"), (1, "log_0001")]


def test_an_entry_comes_back_as_it_went_in_but_for_its_index(store):
    store.commit(inserted(r.LOG))
    store.sequence("a")
    assert store.log() == (replace(r.LOG, index=0),)


def test_the_log_is_read_in_pages_and_by_movement(store):
    entries = [entry(n, movement="even" if n % 2 == 0 else "odd") for n in range(10)]
    store.commit(inserted(*entries))
    store.sequence("a")
    assert [e.index for e in store.log(limit=3)] == [0, 1, 2]
    assert [e.index for e in store.log(after=2, limit=3)] == [3, 4, 5]
    assert [e.index for e in store.log(after=4, movement="even")] == [6, 8]
    assert [e.index for e in store.log(movement="odd", limit=2)] == [1, 3]
    assert store.log(after=9) == ()


def test_feeds_are_numbered_per_link_from_one_in_the_order_of_streams(store):
    store.commit(
        inserted(
            due(1, stream="a", place=2),
            due(2, stream="a", place=1),
            due(3, stream="v", place=1, link="lnk_vn"),
            due(4, stream="a", place=None, state=WAITING),
            due(5, stream="a", place=3, state=ACKNOWLEDGED),
        )
    )
    assert store.sequence("a") == 4
    feed = store.feed("lnk_cn", 0, 10)
    assert [(m.feed_sequence, m.id) for m in feed] == [
        (1, "msg_0002"),
        (2, "msg_0001"),
        (3, "msg_0005"),
    ]
    assert [m.feed_sequence for m in store.feed("lnk_vn", 0, 10)] == [1]
    assert [m.feed_sequence for m in store.feed("lnk_cn", 1, 1)] == [2]
    assert store.feed("lnk_cn", 3, 10) == ()
    step = Update(table="messages", key="msg_0004", values={"state": DUE, "place": 4})
    store.commit(Change((step,)))
    store.sequence("a")
    assert [m.id for m in store.feed("lnk_cn", 3, 10)] == ["msg_0004"]


def test_a_message_has_no_number_in_its_feed_before_it_has_an_envelope(store):
    """One that is made anew has a place while it awaits its signature."""
    unsigned = {"state": MessageState.AWAITING_SIGNATURE, "envelope": None, "seal": None}
    store.commit(inserted(due(1, stream="a", place=1, **unsigned), due(2, stream="a", place=2)))
    assert (store.sequence("a"), store.sequence("a")) == (1, 0)
    assert [(m.feed_sequence, m.id) for m in store.feed("lnk_cn", 0, 10)] == [(1, "msg_0002")]
    signed = {"state": DUE, "envelope": r.MESSAGE.envelope, "seal": r.MESSAGE.seal}
    store.commit(Change((Update(table="messages", key="msg_0001", values=signed),)))
    assert store.sequence("a") == 1
    assert [(m.feed_sequence, m.id) for m in store.feed("lnk_cn", 1, 10)] == [(2, "msg_0001")]


@pytest.mark.parametrize("stores", [1, 2], ids=["one store", "two stores"])
def test_writers_and_sequencers_at_once_leave_no_gap_and_no_double(opened, stores):
    every = [opened() for _ in range(stores)]

    def act(number):
        store = every[number % stores]
        if number % 3 == 2:  # a third of them are sequencers
            return sum(store.sequence(str(number)) for _ in range(20))
        for turn in range(20):
            own = number * 100 + turn
            stream, link = f"s{number}", f"lnk_{turn % 2}"
            message = due(own, stream=stream, place=turn + 1, link=link)
            store.commit(inserted(message, entry(2 * own), entry(2 * own + 1)))
        return 0

    numbered = sum(together(9, act)) + every[0].sequence("last")
    assert numbered == 6 * 20 * 3
    log = every[-1].log(limit=1000)
    assert [e.index for e in log] == list(range(6 * 20 * 2))
    assert len({e.id for e in log}) == len(log)
    for link in ("lnk_0", "lnk_1"):
        feed = every[-1].feed(link, 0, 1000)
        assert [m.feed_sequence for m in feed] == list(range(1, 61))
        for stream in {m.stream for m in feed}:
            places = [m.place for m in feed if m.stream == stream]
            assert places == sorted(places)


def test_a_long_backlog_is_numbered_in_one_go(store):
    """More than one batch; the last number is the size."""
    for part in range(3):
        store.commit(inserted(*(entry(part * 2500 + n) for n in range(2500))))
    assert store.sequence("a") == 7500
    assert store.log_size() == 7500
    assert [e.index for e in store.log(after=7497)] == [7498, 7499]


def test_whoever_must_know_that_all_is_numbered_hears_that_it_is_not(store, monkeypatch):
    store.commit(inserted(entry(1)))

    monkeypatch.setattr(store._writer, "run", Mock(side_effect=Held))
    assert store.sequence("a") == 0
    with pytest.raises(Unavailable) as refused:
        store.sequence("a", surely=True)
    assert refused.value.findings[0].code == "database.unavailable"
    monkeypatch.undo()
    assert (store.sequence("a", surely=True), store.sequence("a", surely=True)) == (1, 0)


@pytest.mark.full
def test_a_program_stopped_while_it_numbers_is_not_waited_for(opened, url):
    if url.startswith("sqlite"):
        pytest.skip("one writer: it waits")
    stopped, store = opened(), opened()
    store.commit(inserted(entry(1)))

    def numbering(transaction):
        turns.sequence(transaction)
        numbered = store.sequence("a")
        with pytest.raises(Unavailable):
            store.sequence("a", surely=True)
        return numbered

    assert stopped._writer.run(numbering) == 0
    assert store.sequence("a", surely=True) == 0
    assert [one.id for one in store.log()] == ["log_0001"]


# ------------------------------------------------------------------ time


def test_the_clock_is_the_databases_and_goes_on(store):
    before = store.now()
    time.sleep(0.002)
    after = store.now()
    assert before.utcoffset() == timedelta(0)
    assert timedelta(0) < after - before < timedelta(minutes=1)
    assert abs(after - datetime.now(UTC)) < timedelta(minutes=1)  # one machine, one time
