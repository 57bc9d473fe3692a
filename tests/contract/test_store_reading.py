"""What every store promises about lists, searches and tenants."""

from dataclasses import replace
from decimal import Decimal

import pytest

from gateway.domain.backlog import LinkLoad
from gateway.domain.delivery import Breaker
from gateway.domain.lane import Lane, Signal
from gateway.domain.message import AnswerKind, MessageState
from gateway.domain.passage import Passage
from gateway.domain.records import Change, Lost, Update
from gateway.domain.roles import OfficeRole
from gateway.domain.trip import TripKey, TripShare
from tests.contract import records as r
from tests.contract.records import due, inserted, later, movement


@pytest.fixture
def listed(store):
    """Return a store with ten movements, even ones released, 3 and 4 on a truck, one a stranger's.

    Movements 8 and 9 are of one age.
    """
    movements = [
        movement(number, state="lodged" if number % 2 else "released") for number in range(1, 10)
    ]
    movements[8] = replace(movements[8], created_at=movements[7].created_at)
    share = r.TRIP.shares[0]
    shares = tuple(replace(share, movement=movements[n - 1].reference) for n in (3, 4))
    stranger = movement(5, reference="26CN5STRANGER", tenant="ten_2")
    foreign = replace(
        r.TRIP,
        id="trp_2",
        tenant="ten_2",
        shares=(
            TripShare(movement=stranger.reference, packages=1, gross_mass_kg=share.gross_mass_kg),
        ),
    )
    store.commit(inserted(*movements, stranger, replace(r.TRIP, shares=shares), foreign))
    return store


def numbers(found):
    return [int(record.lrn.removeprefix("LRN-")) for record in found]


LISTS = {
    "all, newest first": ({}, [9, 8, 7, 6, 5, 4, 3, 2, 1]),
    "a page": ({"limit": 2}, [9, 8]),
    "the next page": ({"limit": 2, "after": 8}, [7, 6]),
    "between two of one age": ({"limit": 2, "after": 9}, [8, 7]),
    "after the last": ({"after": 1}, []),
    "of a state": ({"state": "released"}, [8, 6, 4, 2]),
    "of a state, further": ({"state": "released", "after": 6}, [4, 2]),
    "of an unknown state": ({"state": "x"}, []),
    "of a plate": ({"plate": "渝A·12345"}, [4, 3]),
    "of a plate, written another way": ({"plate": "15c 12345"}, [4, 3]),
    "of a plate and a state": ({"plate": "15C-123.45", "state": "lodged"}, [3]),
    "of a plate, further": ({"plate": "15C-123.45", "after": 4}, [3]),
    "of an unknown plate": ({"plate": "15C-123.46"}, []),
}


@pytest.mark.parametrize(("wanted", "expected"), LISTS.values(), ids=LISTS.keys())
def test_movements_are_listed(listed, wanted, expected):
    if "after" in wanted:
        wanted = {**wanted, "after": movement(wanted["after"]).reference}
    assert numbers(listed.movements("ten_1", **wanted)) == expected


def test_after_an_unknown_reference_there_is_nothing(listed):
    assert listed.movements("ten_1", after="unknown") == ()


@pytest.mark.parametrize(
    ("tenant", "expected"), [("ten_2", [5]), ("ten_3", [])], ids=["stranger", "nobody"]
)
def test_tenants_do_not_see_each_other(listed, tenant, expected):
    assert numbers(listed.movements(tenant)) == expected
    assert numbers(listed.movements(tenant, plate="15C12345")) == expected


def test_trust_and_principals_are_a_tenants_own(store):
    stranger = replace(r.PRINCIPAL, id="prn_2", tenant="ten_2")
    foreign = replace(r.CERTIFICATE, tenant="ten_2")  # one party can be known to both
    store.commit(inserted(r.PRINCIPAL, stranger, r.CERTIFICATE, foreign, r.MANDATE))
    assert store.principals("ten_1") == (r.PRINCIPAL,)
    assert store.principals("ten_2") == (stranger,)
    assert store.principals() == (r.PRINCIPAL, stranger)
    assert store.trust("ten_1").certificates == (r.CERTIFICATE,)
    assert store.trust("ten_2").certificates == (foreign,)
    assert store.trust("ten_2").mandates == ()


def test_a_movement_is_found_by_its_official_numbers(store):
    other = movement(2)
    store.commit(
        inserted(
            r.MOVEMENT,
            other,
            r.NUMBER,
            replace(r.NUMBER, kind="exit", number="1"),
            replace(r.NUMBER, administration="VN", movement=other.reference),
        )
    )
    assert store.movement_by_number("CN", r.NUMBER.number) == r.MOVEMENT
    assert store.movement_by_number("CN", "1") == r.MOVEMENT
    assert store.movement_by_number("VN", r.NUMBER.number) == other
    assert store.movement_by_number("VN", "1") is None
    assert {n.kind for n in store.numbers(r.MOVEMENT.reference)} == {"entry", "exit"}


def test_messages_come_oldest_first(store):
    messages = [due(n, stream=f"s{n}", place=1) for n in (3, 1, 2)]
    store.commit(inserted(*messages))
    found = store.messages(r.MOVEMENT.reference)
    assert [m.id for m in found] == ["msg_0001", "msg_0002", "msg_0003"]


STATES = {
    "of all tenants": ({"state": "parked"}, ["msg_0001", "msg_0002", "msg_0003"]),
    "of one tenant": ({"state": "parked", "tenant": "ten_2"}, ["msg_0002"]),
    "a few": ({"state": "parked", "limit": 2}, ["msg_0001", "msg_0002"]),
    "by the enumeration": ({"state": MessageState.DUE}, ["msg_0004"]),
    "none": ({"state": "dropped"}, []),
}


@pytest.mark.parametrize(("wanted", "expected"), STATES.values(), ids=STATES.keys())
def test_messages_are_found_by_state(store, wanted, expected):
    parked = [due(n, stream=f"s{n}", place=1, state=MessageState.PARKED) for n in (3, 1, 2)]
    parked[2] = replace(parked[2], tenant="ten_2")
    store.commit(inserted(*parked, due(4, stream="s4", place=1)))
    wanted = dict(wanted)
    found = store.messages_in_state(wanted.pop("state"), **wanted)
    assert [m.id for m in found] == expected


def test_a_list_of_messages_goes_on_behind_the_last_one_seen(store):
    """Messages of one moment have their order too: none is skipped or told twice."""
    parked = [due(n, stream=f"s{n}", place=1, state=MessageState.PARKED) for n in range(1, 8)]
    parked = [replace(one, created_at=later(n // 3)) for n, one in enumerate(parked)]
    store.commit(inserted(*parked))
    seen, behind = [], None
    while page := store.messages_in_state("parked", limit=2, behind=behind):
        seen += page
        behind = page[-1]
    assert seen == parked


STRANDED = {
    "it was dropped": {"state": MessageState.DROPPED},
    "it was acknowledged long ago": {"acknowledged_at": later(0)},
    "its answer is no welcome one": {"acknowledged_at": later(9), "answer": AnswerKind.REFUSED},
}
NOT_STRANDED = {
    "it was acknowledged just now": {"acknowledged_at": later(9)},
    "its answer is welcome": {"acknowledged_at": later(9), "answer": AnswerKind.ACCEPTED},
    "it is another's": {"acknowledged_at": later(0), "movement": "26CN4F7KQ2M8ZT1XJ4"},
    "it is of another pack": {"acknowledged_at": later(0), "pack": "sha256:other"},
    "it is of another type": {"acknowledged_at": later(0), "type": "IDA"},
}


@pytest.mark.parametrize("name", [*STRANDED, *NOT_STRANDED])
def test_what_waits_in_vain_is_found(store, name):
    values = dict((STRANDED | NOT_STRANDED)[name])
    kind = values.pop("answer", None)
    awaited = due(1, **{"stream": "s1", "place": 1, "type": "OLA", **values})
    waiting = due(
        2, stream="s2", place=None, state=MessageState.WAITING, waits_for="exited, OLA:registered"
    )
    answer = replace(r.ANSWER, movement=awaited.movement, message=awaited.id, kind=kind)
    store.commit(inserted(awaited, waiting, *([answer] if kind else [])))
    found = store.messages_stranded(waiting.tenant, later(5))
    assert found == ((waiting,) if name in STRANDED else ())
    assert store.messages_stranded("ten_2", later(5)) == ()
    assert store.messages_stranded(waiting.tenant, later(5), behind=waiting) == ()


def test_answers_come_in_the_order_received(store):
    answers = [replace(r.ANSWER, id=f"a{n}", received_at=later(n)) for n in (2, 1)]
    store.commit(inserted(*answers))
    assert [a.id for a in store.answers(r.MOVEMENT.reference)] == ["a1", "a2"]


def test_a_movement_on_two_trips_has_both(store):
    trips = [replace(r.TRIP, id=f"trp_{n}", batch=f"B{n}") for n in (1, 2)]
    store.commit(inserted(*trips))
    assert store.trips_of(r.MOVEMENT.reference) == tuple(trips)
    assert store.trips_of("other") == ()


def test_a_plate_registered_on_both_sides_is_no_conflict(store):
    store.commit(inserted(replace(r.TRIP, plates=(("CN", "A 1"), ("VN", "A1")), shares=())))
    assert store.trip("trp_1").plates == (("CN", "A 1"), ("VN", "A1"))


def test_another_vehicle_is_found_by_its_own_plates(listed):
    plates = (("CN", "渝A·54321"), ("VN", "15C-123.45"))
    values = {"plates": plates, "seals": ("SL002",)}
    listed.commit(Change((Update(table="trips", key="trp_1", values=values),)))
    trip = listed.trip("trp_1")
    assert (trip.plates, trip.seals) == (plates, ("SL002",))
    found = {
        plate: numbers(listed.movements("ten_1", plate=plate))
        for plate in ("渝A·12345", "渝A·54321", "15C12345")
    }
    assert found == {"渝A·12345": [], "渝A·54321": [4, 3], "15C12345": [4, 3]}
    assert numbers(listed.movements("ten_2", plate="15C12345")) == [5]


def test_a_trip_that_is_not_there_cannot_change(store):
    values = {"plates": (("CN", "渝A·54321"),)}
    with pytest.raises(Lost):
        store.commit(Change((Update(table="trips", key="trp_9", values=values),)))


def test_link_loads_count_what_lies_there(store):
    states = [
        MessageState.DUE,
        MessageState.DUE,
        MessageState.WAITING,
        MessageState.AWAITING_SIGNATURE,
        MessageState.PARKED,
        MessageState.ACKNOWLEDGED,
        MessageState.DROPPED,
    ]
    messages = [due(10 - n, stream=f"s{n}", place=1, state=state) for n, state in enumerate(states)]
    idle = replace(r.LINK, id="lnk_vn", breaker=Breaker())
    store.commit(inserted(r.LINK, idle, *messages))
    assert store.link_loads() == (
        LinkLoad(
            link="lnk_cn",
            due=2,
            waiting=1,
            awaiting_signature=1,
            parked=1,
            oldest_due_at=later(9),
        ),
        LinkLoad(
            link="lnk_vn", due=0, waiting=0, awaiting_signature=0, parked=0, oldest_due_at=None
        ),
    )


KEYED = {
    "by one key": (("v:1",), ["trp_1"]),
    "by several": (("v:1", "v:2", "v:9"), ["trp_1", "trp_2"]),
    "by none": ((), []),
    "by an unknown one": (("v:9",), []),
}


@pytest.fixture
def keyed(store):
    """Return a store with two open trips, one whose movement is over, and a stranger's."""
    trips = []
    for number, (state, tenant) in enumerate(
        [("released", "ten_1"), ("lodged", "ten_1"), ("completed", "ten_1"), ("lodged", "ten_2")],
        start=1,
    ):
        one = movement(number, state=state, tenant=tenant)
        share = replace(r.TRIP.shares[0], movement=one.reference)
        trip = replace(
            r.TRIP, id=f"trp_{number}", tenant=tenant, shares=(share,), keyed_by="v", batch="B"
        )
        key = "v:1" if number in (1, 3, 4) else "v:2"
        trips += [one, trip, TripKey(tenant=tenant, key=key, trip=trip.id)]
    store.commit(inserted(*trips))
    return store


@pytest.mark.parametrize(("keys", "expected"), KEYED.values(), ids=KEYED.keys())
def test_open_trips_are_found_by_their_keys(keyed, keys, expected):
    assert [one.id for one in keyed.trips_keyed("ten_1", keys, 9)] == expected
    assert len(keyed.trips_keyed("ten_1", keys, 1)) <= 1


def test_open_trips_are_found_by_their_batch(keyed):
    assert [one.id for one in keyed.trips_of_batch("ten_1", "B", 9)] == ["trp_1", "trp_2"]
    assert keyed.trips_of_batch("ten_1", "C", 9) == ()


def test_a_key_may_be_written_again(keyed):
    again = TripKey(tenant="ten_1", key="v:1", trip="trp_1")
    keyed.commit(inserted(again, again))
    assert [one.id for one in keyed.trips_keyed("ten_1", ("v:1",), 9)] == ["trp_1"]


def test_trips_keyed_by_other_characters_are_found(keyed):
    assert keyed.trips_keyed_otherwise("v", 9) == ()
    assert len(keyed.trips_keyed_otherwise("w", 9)) == 4
    assert len(keyed.trips_keyed_otherwise("a", 2)) == 2


def test_lanes_and_passages(store):
    lane = Lane(
        id="l-1",
        tenant="ten_1",
        office="CN00X001",
        role=OfficeRole.EXIT,
        tolerance_percent=Decimal("2.5"),
    )
    passage = Passage(
        id="l-1/p-1",
        lane="l-1",
        tenant="ten_1",
        at=r.AT,
        received_at=r.AT,
        caller="prn_1",
        reading="a" * 64,
        says=Signal.REFER,
        code="lane.no-run",
        value="粤Z1",
        wanted="",
        confidence=0,
        trips=(),
        movements=("m-1", "m-2"),
        facts_at=r.AT,
        acted="go",
        acted_code="lane.go",
        acted_facts_at=later(-60),
    )
    newer = replace(passage, id="l-1/p-2", received_at=later(1))
    store.commit(inserted(lane, replace(lane, id="l-2", tenant="ten_2"), passage, newer))
    assert store.lane("l-1") == lane
    assert store.lanes("ten_1") == (lane,)
    assert store.passage("l-1/p-1") == passage
    assert store.passages("l-1", 9) == (newer, passage)
    assert store.passages("l-1", 1) == (newer,)
    assert store.passages_unentitled("ten_1", 9) == (newer, passage)
    assert store.passages_unentitled("ten_1", 1) == (newer,)
    right = replace(passage, id="l-1/p-3", says=Signal.GO, lane="l-3")
    asked = replace(passage, id="l-1/p-4", acted="", acted_code="", lane="l-3")
    judged = replace(passage, id="l-1/p-5", confirmed_by="prn_2", lane="l-3")
    store.commit(inserted(right, asked, judged))
    assert store.passages_unentitled("ten_1", 9) == (newer, passage)
    assert store.passages_unentitled("ten_2", 9) == ()
    assert (store.lane("x"), store.passage("x"), store.passages("l-2", 9)) == (None, None, ())
    change = Update(
        table="passages",
        key="l-1/p-1",
        values={"override_by": "prn_2"},
        expect={"override_by": ""},
    )
    store.commit(Change((change,)))
    with pytest.raises(Lost):
        store.commit(Change((change,)))
    assert store.passage("l-1/p-1").override_by == "prn_2"
