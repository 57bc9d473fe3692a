"""What every store promises about changes and about reading them back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.domain.delivery import Breaker
from gateway.domain.itinerary import OfficeRole
from gateway.domain.message import MessageState
from gateway.domain.records import Change, Insert, Lost, MovementEvent, Update
from gateway.domain.trust import Trust
from tests.contract import records as r
from tests.contract.records import inserted, later

REFERENCE = r.MOVEMENT.reference

ROUND_TRIPS = {
    "tenant": (r.TENANT, lambda s: s.tenant("ten_1")),
    "principal": (r.PRINCIPAL, lambda s: s.principal("prn_1")),
    "principals of all": (r.PRINCIPAL, lambda s: s.principals()[0]),
    "principals of a tenant": (r.PRINCIPAL, lambda s: s.principals("ten_1")[0]),
    "body": (r.BODY, lambda s: s.body(r.BODY.digest)),
    "movement": (r.MOVEMENT, lambda s: s.movement(REFERENCE)),
    "movement by LRN": (
        r.MOVEMENT,
        lambda s: s.movement_by_lrn("ten_1", r.MOVEMENT.declarant, r.MOVEMENT.lrn),
    ),
    "number": (r.NUMBER, lambda s: s.numbers(REFERENCE)[0]),
    "message": (r.MESSAGE, lambda s: s.message("msg_1")),
    "message with nothing yet": (r.WAITING, lambda s: s.message("msg_0")),
    "messages of a movement": (r.MESSAGE, lambda s: s.messages(REFERENCE)[0]),
    "answer": (r.ANSWER, lambda s: s.answer("lnk_cn", "ans/1")),
    "answers of a movement": (r.ANSWER, lambda s: s.answers(REFERENCE)[0]),
    "idempotency": (r.IDEMPOTENCY, lambda s: s.idempotency("ten_1", "prn_1", "k-1")),
    "trip": (r.TRIP, lambda s: s.trip("trp_1")),
    "trips of a movement": (r.TRIP, lambda s: s.trips_of(REFERENCE)[0]),
    "link": (r.LINK, lambda s: s.link("lnk_cn")),
    "links": (r.LINK, lambda s: s.links()[0]),
    "certificate": (r.CERTIFICATE, lambda s: s.trust("ten_1").certificates[0]),
    "mandate": (r.MANDATE, lambda s: s.trust("ten_1").mandates[0]),
    "offices": (r.OFFICE, lambda s: s.offices()[0]),
    "office": (r.OFFICE, lambda s: s.office(r.OFFICE.code)),
    "office of which little is known": (r.PLAIN_OFFICE, lambda s: s.office(r.PLAIN_OFFICE.code)),
}


@pytest.mark.parametrize(("record", "read"), ROUND_TRIPS.values(), ids=ROUND_TRIPS.keys())
def test_a_record_comes_back_as_it_went_in(store, record, read):
    store.commit(inserted(record))
    assert read(store) == record


def test_an_event_comes_back(store):
    store.commit(inserted(r.EVENT))
    assert store.events(REFERENCE) == (r.EVENT.event,)


def test_attempts_come_back_in_their_order(store):
    store.commit(inserted(r.MESSAGE))
    tries = [replace(r.ATTEMPT, at=later(n), detail=str(n)) for n in (3, 1, 2)]
    for attempt in tries:
        store.commit(inserted(attempt))
    assert store.attempts("msg_1") == tuple(tries)
    assert store.attempts("msg_2") == ()


ABSENT = {
    "tenant": lambda s: s.tenant("x"),
    "principal": lambda s: s.principal("x"),
    "body": lambda s: s.body("x"),
    "idempotency": lambda s: s.idempotency("x", "x", "x"),
    "movement": lambda s: s.movement("x"),
    "movement by LRN": lambda s: s.movement_by_lrn("x", "x", "x"),
    "movement by number": lambda s: s.movement_by_number("x", "x"),
    "message": lambda s: s.message("x"),
    "answer": lambda s: s.answer("x", "x"),
    "trip": lambda s: s.trip("x"),
    "link": lambda s: s.link("x"),
    "office": lambda s: s.office("x"),
}


@pytest.mark.parametrize("read", ABSENT.values(), ids=ABSENT.keys())
def test_what_is_not_there_is_none(store, read):
    assert read(store) is None


SOMEBODY_ELSES = {
    "LRN of another declarant": (
        replace(r.MOVEMENT, declarant="CN-SCC:another"),
        ROUND_TRIPS["movement by LRN"][1],
    ),
    "LRN at another tenant": (
        replace(r.MOVEMENT, tenant="ten_2"),
        ROUND_TRIPS["movement by LRN"][1],
    ),
    "key of another principal": (
        replace(r.IDEMPOTENCY, principal="prn_2"),
        ROUND_TRIPS["idempotency"][1],
    ),
    "key at another tenant": (
        replace(r.IDEMPOTENCY, tenant="ten_2"),
        ROUND_TRIPS["idempotency"][1],
    ),
    "answer of another link": (replace(r.ANSWER, link="lnk_vn"), ROUND_TRIPS["answer"][1]),
}


@pytest.mark.parametrize(("record", "read"), SOMEBODY_ELSES.values(), ids=SOMEBODY_ELSES.keys())
def test_what_somebody_else_named_the_same_is_not_found(store, record, read):
    store.commit(inserted(record))
    assert read(store) is None


def test_an_empty_store_is_empty(store):
    assert store.trust("ten_1") == Trust()
    assert store.links() == store.link_loads() == store.offices() == store.principals() == ()
    assert store.movements("ten_1") == store.log() == store.feed("lnk_cn", 0, 10) == ()
    assert store.log_size() == 0


def test_times_with_another_offset_come_back_as_the_same_instant(store):
    local = r.AT.astimezone(r.CHONGQING)
    store.commit(inserted(replace(r.MOVEMENT, created_at=local)))
    found = store.movement(REFERENCE)
    assert found.created_at == r.AT
    assert found.created_at.utcoffset() == timedelta(0)


def test_a_time_without_offset_is_a_mistake_of_ours(store):
    naive = r.AT.replace(tzinfo=None)
    with pytest.raises(ValueError, match="without offset"):
        store.commit(inserted(replace(r.MOVEMENT, created_at=naive)))


# ------------------------------------------------------------------ keys

TAKEN = {
    "tenant": (r.TENANT, r.TENANT, "tenants"),
    "principal": (r.PRINCIPAL, r.PRINCIPAL, "principals"),
    "movement": (r.MOVEMENT, replace(r.MOVEMENT, lrn="other"), "movements"),
    "LRN of a declarant": (r.MOVEMENT, replace(r.MOVEMENT, reference="other"), "movements"),
    "event of a movement": (
        r.EVENT,
        replace(r.EVENT, event=replace(r.EVENT.event, office="other")),
        "events",
    ),
    "number": (r.NUMBER, replace(r.NUMBER, movement="other"), "numbers"),
    "message": (r.MESSAGE, replace(r.MESSAGE, place=2), "messages"),
    "place in a stream": (r.MESSAGE, replace(r.MESSAGE, id="other"), "messages"),
    "answer of a link": (r.ANSWER, replace(r.ANSWER, body="other"), "answers"),
    "idempotency key": (r.IDEMPOTENCY, replace(r.IDEMPOTENCY, status=200), "idempotency"),
    "log entry": (r.LOG, replace(r.LOG, kind="other"), "log"),
    "trip": (r.TRIP, r.TRIP, "trips"),
    "link": (r.LINK, r.LINK, "links"),
    "certificate": (r.CERTIFICATE, r.CERTIFICATE, "certificates"),
    "mandate": (r.MANDATE, r.MANDATE, "mandates"),
    "office": (r.OFFICE, r.OFFICE, "offices"),
}


@pytest.mark.parametrize(("first", "second", "table"), TAKEN.values(), ids=TAKEN.keys())
def test_a_taken_key_loses_the_whole_change(store, first, second, table):
    store.commit(inserted(first))
    beside = replace(r.BODY, digest="beside")
    with pytest.raises(Lost) as caught:
        store.commit(inserted(beside, second, replace(r.TENANT, id="beside")))
    assert caught.value.what == table
    assert store.body("beside") is None
    assert store.tenant("beside") is None


def test_changes_begun_together_are_kept_or_lost_each_by_itself(store):
    ends = [
        store.begin(inserted(replace(r.TENANT, id=name))) for name in ("ten_1", "ten_1", "ten_2")
    ]
    ends[0]()
    with pytest.raises(Lost):
        ends[1]()
    ends[2]()
    assert [store.tenant(name) is not None for name in ("ten_1", "ten_2")] == [True, True]


def test_a_change_sees_what_was_begun_before_it(store):
    first = store.begin(inserted(r.LINK))
    second = store.begin(
        Change((Update(table="links", key=r.LINK.id, values={"paused": True}, expect={}),))
    )
    second()
    first()
    assert store.link(r.LINK.id).paused


FREE = {
    "LRN of another declarant": (
        r.MOVEMENT,
        replace(r.MOVEMENT, reference="other", declarant="USCC:other"),
    ),
    "LRN in another tenant": (r.MOVEMENT, replace(r.MOVEMENT, reference="other", tenant="ten_2")),
    "same sequence of another movement": (r.EVENT, replace(r.EVENT, movement="other")),
    "same number of another kind": (r.NUMBER, replace(r.NUMBER, kind="mrn")),
    "same number elsewhere": (r.NUMBER, replace(r.NUMBER, administration="VN")),
    "same place of another stream": (r.MESSAGE, replace(r.MESSAGE, id="other", stream="other")),
    "no place twice": (r.WAITING, replace(r.WAITING, id="other")),
    "same answer id of another link": (r.ANSWER, replace(r.ANSWER, link="lnk_vn")),
    "same key of another principal": (r.IDEMPOTENCY, replace(r.IDEMPOTENCY, principal="prn_2")),
    "same key of another tenant": (r.IDEMPOTENCY, replace(r.IDEMPOTENCY, tenant="ten_2")),
}


@pytest.mark.parametrize(("first", "second"), FREE.values(), ids=FREE.keys())
def test_a_free_key_is_free(store, first, second):
    store.commit(inserted(first))
    store.commit(inserted(second))


def test_a_known_body_is_left_as_it_is(store):
    store.commit(inserted(r.BODY))
    again = replace(r.BODY, tenant="ten_2")
    store.commit(inserted(again, again, r.TENANT))
    assert store.body(r.BODY.digest) == r.BODY
    assert store.tenant("ten_1") == r.TENANT


def test_known_bytes_under_another_salt_lose_the_change(store):
    """What the log commits to with that salt could never be opened."""
    store.commit(inserted(r.BODY))
    with pytest.raises(Lost) as lost:
        store.commit(inserted(replace(r.BODY, salt=b"other" * 3), r.TENANT))
    assert lost.value.what == "bodies"
    assert store.body(r.BODY.digest) == r.BODY
    assert store.tenant("ten_1") is None


def test_a_key_twice_in_one_change_loses_it(store):
    with pytest.raises(Lost):
        store.commit(inserted(r.TENANT, r.MESSAGE, r.MESSAGE))
    assert store.tenant("ten_1") is None


# ------------------------------------------------------------------ updates


def _step(table, key, values, **expect):
    return Update(table=table, key=key, values=values, expect=expect)


UPDATES = {
    "movement": (
        r.MOVEMENT,
        _step("movements", REFERENCE, {"version": 2, "state": "released"}, version=1),
        lambda s: s.movement(REFERENCE) == replace(r.MOVEMENT, version=2, state="released"),
    ),
    "message": (
        r.WAITING,
        _step("messages", "msg_0", {"state": MessageState.DUE, "place": 7}, place=None),
        lambda s: s.message("msg_0") == replace(r.WAITING, state=MessageState.DUE, place=7),
    ),
    "link's breaker": (
        r.LINK,
        _step("links", "lnk_cn", {"breaker": Breaker()}, fence=0),
        lambda s: s.link("lnk_cn") == replace(r.LINK, breaker=Breaker()),
    ),
    "link's breaker expected": (
        r.LINK,
        _step("links", "lnk_cn", {"paused": True}, breaker=r.LINK.breaker),
        lambda s: s.link("lnk_cn").paused,
    ),
    "principal": (
        r.PRINCIPAL,
        _step("principals", "prn_1", {"revoked_at": None}, revoked_at=r.AT),
        lambda s: s.principal("prn_1").revoked_at is None,
    ),
    "certificate": (
        r.CERTIFICATE,
        _step("certificates", "f" * 64, {"revoked_at": r.AT}, revoked_at=None),
        lambda s: s.trust("ten_1").certificates[0].revoked_at == r.AT,
    ),
    "mandate": (
        r.MANDATE,
        _step("mandates", "mnd_1", {"valid_to": later(5)}),
        lambda s: s.trust("ten_1").mandates[0].valid_to == later(5),
    ),
    "tenant": (
        r.TENANT,
        _step("tenants", "ten_1", {"accepts_unsigned": False}, accepts_unsigned=True),
        lambda s: not s.tenant("ten_1").accepts_unsigned,
    ),
    "check alone": (
        r.MOVEMENT,
        _step("movements", REFERENCE, {}, version=1, state="lodged"),
        lambda s: s.movement(REFERENCE) == r.MOVEMENT,
    ),
}


def test_a_certificate_of_two_tenants_is_ended_for_one(store):
    store.commit(inserted(r.CERTIFICATE, replace(r.CERTIFICATE, tenant="ten_2")))
    ended = _step("certificates", "f" * 64, {"revoked_at": r.AT}, tenant="ten_2", revoked_at=None)
    store.commit(Change((ended,)))
    with pytest.raises(Lost):
        store.commit(Change((ended,)))
    assert store.trust("ten_1").certificates[0].revoked_at is None
    assert store.trust("ten_2").certificates[0].revoked_at == r.AT


@pytest.mark.parametrize(("record", "step", "holds"), UPDATES.values(), ids=UPDATES.keys())
def test_an_update_whose_expectation_holds_is_written(store, record, step, holds):
    store.commit(inserted(record))
    store.commit(Change((step,)))
    assert holds(store)


LOSING = {
    "another version": _step("movements", REFERENCE, {"state": "x"}, version=2),
    "one of two does not hold": _step("movements", REFERENCE, {"state": "x"}, version=1, lrn="y"),
    "none expected, one there": _step("movements", REFERENCE, {"state": "x"}, trip=None),
    "one expected, none there": _step("messages", "msg_0", {"state": "due"}, place=1),
    "no such row": _step("movements", "other", {"state": "x"}),
    "a check alone": _step("movements", REFERENCE, {}, version=2),
    "a check of no row": _step("movements", "other", {}),
}


@pytest.mark.parametrize("step", LOSING.values(), ids=LOSING.keys())
@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "between", "last"])
def test_an_expectation_that_does_not_hold_loses_the_whole_change(store, step, place):
    store.commit(inserted(r.MOVEMENT, r.WAITING, r.TENANT))
    steps = [Insert(r.BODY), _step("tenants", "ten_1", {"name": "other"})]
    steps.insert(place, step)
    with pytest.raises(Lost) as caught:
        store.commit(Change(tuple(steps)))
    assert caught.value.what == step.table
    assert store.body(r.BODY.digest) is None
    assert store.tenant("ten_1") == r.TENANT


@pytest.mark.parametrize("values", [{"name": "other"}, {}], ids=["an update", "a check"])
def test_of_an_expectation_and_a_later_key_that_are_both_lost_the_first_is_told(store, values):
    """Whoever was fenced off must hear that, whatever else went wrong behind it."""
    store.commit(inserted(r.TENANT, r.MOVEMENT))
    losing = Update(table="tenants", key="ten_1", values=values, expect={"name": "not this"})
    with pytest.raises(Lost) as caught:
        store.commit(Change((losing, Insert(r.MOVEMENT))))
    assert caught.value.what == "tenants"
    assert store.tenant("ten_1") == r.TENANT


def test_an_update_onto_a_taken_place_loses(store):
    other = replace(r.WAITING, stream=r.MESSAGE.stream)
    store.commit(inserted(r.MESSAGE, other))
    with pytest.raises(Lost):
        store.commit(Change((_step("messages", "msg_0", {"place": 1}),)))


def test_many_updates_of_one_form_each_keep_their_expectation(store):
    movements = [r.movement(number, version=number) for number in range(5)]
    store.commit(inserted(*movements))
    steps = [_step("movements", m.reference, {"version": 9}, version=m.version) for m in movements]
    store.commit(Change(tuple(steps)))
    assert {m.version for m in store.movements("ten_1")} == {9}
    steps = [_step("movements", m.reference, {"version": 10}, version=9) for m in movements]
    steps[3] = replace(steps[3], expect={"version": 8})
    with pytest.raises(Lost):
        store.commit(Change(tuple(steps)))
    assert {m.version for m in store.movements("ten_1")} == {9}


def test_steps_count_in_their_order(store):
    """What is inserted can be updated, and updated again, within one change."""
    steps = (
        Insert(r.MOVEMENT),
        _step("movements", REFERENCE, {"version": 2}, version=1),
        _step("movements", REFERENCE, {"state": "released"}, version=2),
        _step("movements", REFERENCE, {"version": 3}, version=2),
    )
    store.commit(Change(steps))
    assert store.movement(REFERENCE) == replace(r.MOVEMENT, version=3, state="released")


def test_a_change_of_nothing_is_allowed(store):
    store.commit(Change(()))


@pytest.mark.parametrize(
    "step",
    [_step("bodies", "x", {"salt": b""}), _step("movements", REFERENCE, {"colour": "red"})],
    ids=["table", "field"],
)
def test_an_unknown_table_or_field_is_a_mistake_of_ours(store, step):
    with pytest.raises(KeyError):
        store.commit(Change((step,)))


def test_events_come_in_their_order(store):
    events = [replace(r.EVENT.event, sequence=number) for number in (10, 2, 1)]
    records = [MovementEvent(movement=REFERENCE, tenant="ten_1", event=e) for e in events]
    store.commit(inserted(*records))
    assert [event.sequence for event in store.events(REFERENCE)] == [1, 2, 10]


def test_an_office_follows_a_newer_list(store):
    store.commit(inserted(r.OFFICE, r.PLAIN_OFFICE))
    values = {"hours": (), "roles": r.OFFICE.roles | {OfficeRole.TRANSIT}, "names": (("en", "B"),)}
    store.commit(Change((Update(table="offices", key=r.OFFICE.code, values=values),)))
    assert store.office(r.OFFICE.code) == replace(r.OFFICE, **values)
    assert store.office(r.PLAIN_OFFICE.code) == r.PLAIN_OFFICE
