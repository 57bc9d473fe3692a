"""What operators ask the store, and places that one message leaves to another."""

from dataclasses import replace

import pytest

from gateway.domain.backlog import Pending
from gateway.domain.delivery import FormerKey, Outcome
from gateway.domain.message import MessageState
from gateway.domain.records import Change, Insert, Lost, Update
from tests.contract import records as r
from tests.contract.records import due, inserted, later

FEW = 50


def tried(message, *outcomes):
    return [
        replace(r.ATTEMPT, message=message.id, outcome=outcome, at=later(place))
        for place, outcome in enumerate(outcomes)
    ]


def test_messages_are_found_by_what_their_last_try_came_to(store):
    first, second, third = (due(n, stream=f"s{n}", place=1, attempts=2) for n in (1, 2, 3))
    parked = replace(due(4, stream="s4", place=1), state=MessageState.PARKED)
    store.commit(
        inserted(
            first, second, third, parked,
            *tried(first, Outcome.BUSY, Outcome.UNCLEAR),
            *tried(second, Outcome.UNCLEAR, Outcome.BUSY),
            *tried(third, Outcome.UNCLEAR),
            *tried(parked, Outcome.UNCLEAR),
        )
    )  # fmt: skip
    assert [one.id for one in store.last_tried("unclear")] == [first.id, third.id]
    assert [one.id for one in store.last_tried(Outcome.BUSY)] == [second.id]
    assert [one.id for one in store.last_tried("unclear", 1)] == [first.id]
    assert store.last_tried("refused") == ()
    assert store.last_tried("unclear", tenant="ten_2") == ()
    assert len(store.last_tried("unclear", tenant=first.tenant)) == len((first, third))


def test_what_is_due_is_told_by_office(store):
    messages = [
        due(1, stream="s1", place=1, office="CN008001"),
        due(2, stream="s2", place=1, office="CN008001"),
        due(3, stream="s3", place=1, office="VN0015BB"),
        due(4, stream="s4", place=1, office="VN0015BB", state=MessageState.PARKED),
    ]
    store.commit(inserted(*messages))
    found = sorted(store.pending(), key=lambda one: one.office)
    assert found == [
        Pending(messages[0].link, "CN008001", 2, messages[0].created_at),
        Pending(messages[0].link, "VN0015BB", 1, messages[2].created_at),
    ]


def test_attempts_are_read_on_from_a_number(store):
    message = due(1, stream="s1", place=1)
    assert store.last_attempt() == 0
    store.commit(inserted(message, *tried(message, Outcome.BUSY, Outcome.ACKNOWLEDGED)))
    found = store.attempts_after(0, FEW)
    assert [one.attempt.outcome for one in found] == [Outcome.BUSY, Outcome.ACKNOWLEDGED]
    assert {one.message for one in found} == {message}
    assert store.last_attempt() == found[-1].number
    assert store.attempts_after(found[0].number, FEW) == found[1:]
    assert store.attempts_after(0, 1) == found[:1]


def test_entries_of_a_kind_are_found_with_and_without_their_numbers(store):
    cn = "lnk_cn"
    kinds = [("refused", cn), ("refused", ""), ("act", cn), ("sent", cn), ("refused", cn)]
    entries = [
        replace(r.entry(n), kind=kind, link=link, at=later(n), index=None)
        for n, (kind, link) in enumerate(kinds)
    ]
    store.commit(inserted(*entries))
    names = [one.id for one in entries]

    def found(*asked, **more):
        return [one.id for one in store.log_told(*asked, **more)]

    assert found("refused", later(0)) == [names[4], names[0]]
    assert found("refused", later(1)) == [names[4]]
    assert found("refused", later(0), limit=1) == [names[4]]
    assert found("refused", later(0), behind=entries[4]) == [names[0]]
    assert found("refused", later(0), behind=entries[0]) == []
    assert found("refused", later(0), of_links=False) == [names[1]]
    assert found("refused", later(0), of_links=False, behind=entries[1]) == []
    assert found("act", later(0)) == [names[2]]
    own = entries[0].tenant
    assert found("refused", later(0), tenant=own) == [names[4], names[0]]
    assert found("refused", later(0), tenant="another") == []
    assert found("refused", later(0), tenant=own, of_links=False) == [names[1]]
    store.sequence("w")
    assert found("refused", later(0)) == [names[4], names[0]]


def test_the_oldest_entry_without_a_number(store):
    assert store.oldest_unsequenced() is None
    store.commit(inserted(*(replace(r.entry(n), at=later(n), index=None) for n in (2, 1))))
    assert store.oldest_unsequenced() == later(1)
    store.sequence("w")
    assert store.oldest_unsequenced() is None


def test_a_place_is_one_messages_own_until_it_is_dropped(store):
    first, second = due(1, stream="s1", place=1), due(2, stream="s1", place=1)
    store.commit(inserted(first))
    with pytest.raises(Lost):
        store.commit(inserted(second))
    dropping = Update(table="messages", key=first.id, values={"state": MessageState.DROPPED})
    store.commit(Change((dropping, Insert(second))))
    assert {one.place for one in store.messages(first.movement)} == {1}


@pytest.mark.parametrize(
    ("state", "waits"),
    [
        (MessageState.DUE, True),
        (MessageState.PARKED, True),
        (MessageState.AWAITING_SIGNATURE, True),
        (MessageState.ACKNOWLEDGED, False),
        (MessageState.DROPPED, False),
    ],
)
def test_who_holds_the_turn_of_a_stream(store, state, waits):
    head = due(1, stream="s1", place=1, state=state, next_at=later(10**6))
    behind = due(2, stream="s1", place=2)
    store.commit(inserted(r.LINK, head, behind))
    found = [one.id for one in store.due_heads(behind.link, later(10), FEW)]
    assert found == ([] if waits else [behind.id])


def test_a_links_pace_is_kept(store):
    store.commit(inserted(r.LINK))
    values = {"rate": 2.5, "concurrency": 3, "batch": 64, "paused": True, "paused_at": later(1)}
    store.commit(Change((Update(table="links", key=r.LINK.id, values=values),)))
    assert store.link(r.LINK.id) == replace(r.LINK, **values)
    bucket = r.LINK.bucket.filled(2.5, later(2))
    store.commit(Change((Update(table="links", key=r.LINK.id, values={"bucket": bucket}),)))
    assert store.link(r.LINK.id).bucket == bucket


def test_a_links_key_is_changed_once_and_the_former_ones_are_kept(store):
    """Whoever still has the key of before in hand changes nothing, and takes nothing in by it."""
    store.commit(inserted(r.LINK))
    former = (*r.LINK.former_keys, FormerKey(key=r.LINK.key, until=later(9)))
    values = {"key": b"\x01" * 32, "former_keys": former}
    change = Change(
        (Update(table="links", key=r.LINK.id, values=values, expect={"key": r.LINK.key}),)
    )
    store.commit(change)
    assert store.link(r.LINK.id) == replace(r.LINK, **values)
    asked = Update(table="links", key=r.LINK.id, values={}, expect={"key": r.LINK.key})
    for late in (change, Change((asked,))):
        with pytest.raises(Lost):
            store.commit(late)
