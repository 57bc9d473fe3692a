"""Lawful erasure in the store: what goes, what loses it, and that nobody slips in between."""

from dataclasses import replace
from hashlib import sha256
from threading import Thread

import pytest
from sqlalchemy import select

from gateway.adapters.sql import spelled
from gateway.adapters.sql.changes import apply, planned
from gateway.domain.deadline import Deadline, DeadlineKind, DeadlineState
from gateway.domain.delivery import Outcome
from gateway.domain.event import Event, EventKind
from gateway.domain.group import MemberState
from gateway.domain.lane import Signal
from gateway.domain.passage import Passage
from gateway.domain.position import Position
from gateway.domain.records import Body, Change, Erase, Insert, Lost, Update, erased_lrn
from gateway.domain.trip import TripKey
from tests.contract import records as r
from tests.contract.records import inserted, later
from tests.contract.test_store_closures import DIVERSION
from tests.contract.test_store_groups import MEMBER
from tests.contract.test_store_turns import together

MINE = r.MOVEMENT.reference
OTHER = replace(r.MOVEMENT, reference="26VN4F7K2M9PQR8TJ3", lrn="OTHER", declaration="0" * 64)
MEANWHILE_SECONDS = 0.5


def body(content: bytes) -> Body:
    return replace(r.BODY, content=content, digest=sha256(content).hexdigest())


SAID = body(b"what was said")
DIGEST = SAID.digest
POSITION = Position(
    id=f"{MINE}/gps/1", tenant="ten_1", movement=MINE, source="gps", at=r.AT, received_at=r.AT,
    place="CN008001", latitude=None, longitude=None, temperature_c=None, body=DIGEST,
)  # fmt: skip
PASSAGE = Passage(
    id="l-1/p-1", lane="l-1", tenant="ten_1", at=r.AT, received_at=r.AT, caller="prn_1",
    reading=DIGEST, says=Signal.GO, code="lane.go", value="渝A12345", wanted="", confidence=99,
    trips=(r.TRIP.id,), movements=(MINE,), facts_at=r.AT,
)  # fmt: skip
PAPER = Deadline(
    id=f"{MINE}/paper/1 P12345", tenant="ten_1", movement=MINE, kind=DeadlineKind.PAPER,
    subject="1 P12345", office="CN008001", due_at=later(100), remind_at=later(50),
    state=DeadlineState.ENDED, next_at=None,
)  # fmt: skip


def erasing(**values) -> Erase:
    return Erase(**({"movement": MINE, "bodies": (DIGEST,)} | values))


def test_what_goes(store):
    limit = replace(PAPER, id=f"{MINE}/limit", kind=DeadlineKind.LIMIT, subject="")
    key = TripKey(tenant="ten_1", key="A12345", trip=r.TRIP.id)
    attempt = replace(r.ATTEMPT, message=r.MESSAGE.id, receipt=b"who signed")
    quoted = "status 422: plate 渝A12345 is banned"
    refusal = replace(attempt, outcome=Outcome.REFUSED, detail=quoted, receipt=None)
    rows = (
        r.MOVEMENT,
        SAID,
        r.EVENT,
        r.MESSAGE,
        attempt,
        refusal,
        POSITION,
        PAPER,
        limit,
        r.TRIP,
        key,
    )
    store.commit(inserted(*rows))
    step = erasing(facts={1: (("note", "kín"),)}, trips=(r.TRIP.id,))
    store.commit(Change((step,)))
    assert store.body(DIGEST) is None
    assert store.events(MINE) == (replace(r.EVENT.event, facts=(("note", "kín"),)),)
    assert store.positions(MINE, 9) == ()
    assert store.deadlines(MINE) == (limit,)
    assert [(one.receipt, one.detail) for one in store.attempts(r.MESSAGE.id)] == [(None, "")] * 2
    assert store.trips_keyed("ten_1", ("A12345",), 9) == ()


def test_what_is_gone_already_loses_it(store):
    store.commit(inserted(r.MOVEMENT, POSITION))
    with pytest.raises(Lost):
        store.commit(Change((erasing(),)))
    assert store.positions(MINE, 9) == (POSITION,)


REPLACED = replace(
    r.EVENT,
    movement=OTHER.reference,
    event=Event(
        sequence=1, kind=EventKind.AMENDED, at=r.AT, facts=(("replaced", DIGEST),)
    ),
)  # fmt: skip
POINTERS = {
    "declaration": replace(OTHER, declaration=DIGEST),
    "original": replace(OTHER, original=DIGEST),
    "unsigned": replace(r.MESSAGE, movement=OTHER.reference, unsigned=DIGEST),
    "wire": replace(r.MESSAGE, movement=OTHER.reference, wire=DIGEST),
    "receipt": replace(r.MESSAGE, movement=OTHER.reference, receipt=DIGEST),
    "answer": replace(r.ANSWER, movement=OTHER.reference, body=DIGEST),
    "acknowledgement": replace(r.ANSWER, movement=OTHER.reference, acknowledgement=DIGEST),
    "position": replace(POSITION, movement=OTHER.reference),
    "passage": replace(PASSAGE, movements=(MINE, OTHER.reference)),
    "diversion": replace(DIVERSION, movement=OTHER.reference, declaration=DIGEST),
    "taken in": replace(
        MEMBER, movement=OTHER.reference, body=DIGEST, state=MemberState.TAKEN
    ),
    "staged": replace(MEMBER, body=DIGEST),
    "replaced": REPLACED,
    "told": replace(r.LOG, movement=OTHER.reference, entry=b'{"bodies":["c0ffee"]}'),
}  # fmt: skip


@pytest.mark.parametrize("name", POINTERS)
def test_what_another_points_at_stays(store, name):
    pointer = POINTERS[name]
    rows = () if name in ("declaration", "original") else (OTHER,)
    store.commit(inserted(r.MOVEMENT, SAID, *rows, pointer))
    step = erasing(told=("c0ffee",))
    whose = set() if name in ("passage", "staged") else {OTHER.reference}
    assert store.pointed_at(step) == {"c0ffee" if name == "told" else DIGEST} | whose
    with pytest.raises(Lost):
        store.commit(Change((step,)))
    assert store.body(DIGEST) == SAID


@pytest.mark.parametrize(
    "name", [name for name in POINTERS if name not in ("staged", "passage", "declaration")]
)
def test_unless_that_was_erased_too(store, name):
    pointer = POINTERS[name]
    gone = replace(OTHER, lrn=erased_lrn(OTHER.reference))
    rows = [gone, pointer] if name != "original" else [replace(pointer, lrn=gone.lrn)]
    store.commit(inserted(r.MOVEMENT, SAID, *rows))
    store.commit(Change((erasing(told=("c0ffee",)),)))
    assert store.body(DIGEST) is None


def test_its_own_rows_do_not_hold_it(store):
    mine = replace(r.MOVEMENT, declaration=DIGEST)
    refused = replace(MEMBER, body=DIGEST, state=MemberState.REFUSED)
    store.commit(inserted(mine, SAID, PASSAGE, POSITION, refused))
    assert store.passages_of(MINE) == (PASSAGE,)
    assert store.passages_of(OTHER.reference) == ()
    step = erasing(passages=(PASSAGE.id,))
    assert store.pointed_at(step) == frozenset()
    store.commit(Change((step,)))
    assert store.body(DIGEST) is None


def test_belongings_are_found_by_their_movement(store):
    taken = replace(MEMBER, movement=MINE, state=MemberState.TAKEN)
    planned = replace(DIVERSION, movement=MINE)
    store.commit(inserted(MEMBER_OF_NOBODY, taken, planned))
    assert store.members_of(MINE) == (taken,)
    assert store.diversions_of(MINE) == (planned,)


def test_requests_that_came_to_it_are_forgotten(store):
    """The same request is a new one; what an operator's act came to is told again."""
    kept = [
        replace(r.IDEMPOTENCY, key=key, response=response)
        for key, response in (("act", b'{"subject":"%b"}' % MINE.encode()), ("other", b"26VN"))
    ]
    gone = [
        replace(r.IDEMPOTENCY, key=f"mine {place}", response=MINE.encode()) for place in range(2)
    ]
    store.commit(inserted(r.MOVEMENT, SAID, *kept, *gone))
    store.commit(Change((erasing(),)))
    found = [store.idempotency(one.tenant, one.principal, one.key) for one in (*kept, *gone)]
    assert found == [*kept, None, None]


def test_as_many_bodies_as_a_long_way_leaves(store):
    many = [body(b"%d" % place) for place in range(1200)]
    held = many[700]
    answer = replace(r.ANSWER, movement=OTHER.reference, body=held.digest)
    entry = replace(r.LOG, movement=OTHER.reference, entry=b'{"bodies":["told 41."]}')
    store.commit(inserted(r.MOVEMENT, OTHER, *many, answer, entry))
    told = tuple(f"told {place}." for place in range(50))
    digests = tuple(sorted(one.digest for one in many))
    everything = erasing(bodies=digests, told=told)
    assert store.pointed_at(everything) == {held.digest, "told 41.", OTHER.reference}
    with pytest.raises(Lost):
        store.commit(Change((everything,)))
    spelled_out = spelled._spelled.cache_info().currsize
    rest = tuple(one for one in digests if one != held.digest)
    store.commit(Change((erasing(bodies=rest),)))
    assert spelled._spelled.cache_info().currsize <= spelled_out + 10  # what deletes, at the most
    assert [one for one in many if store.body(one.digest)] == [held]


def test_how_many_bodies_makes_no_statement_of_its_own(store):
    many = [body(b"%d" % place) for place in range(6)]
    store.commit(inserted(r.MOVEMENT, *many))
    sizes = []
    for begin, end in ((0, 1), (1, 3), (3, 6)):
        digests = tuple(one.digest for one in many[begin:end])
        step = erasing(bodies=digests, told=digests, passages=digests)
        assert store.pointed_at(step) == frozenset()
        store.commit(Change((step,)))
        sizes.append(spelled._spelled.cache_info().currsize)
    assert sizes == sizes[:1] * 3


def test_of_two_erased_at_once_that_share_something_one_loses(opened):
    """Each checks that the other still stands, for whose sake it leaves something."""
    stores = [opened(), opened()]
    records = (r.MOVEMENT, OTHER)
    stores[0].commit(inserted(*records))

    def erase(number):
        own, other = records[number], records[1 - number]
        emptied = {"lrn": erased_lrn(own.reference)}
        steps = (
            Update(table="movements", key=own.reference, values=emptied, expect={"lrn": own.lrn}),
            Update(table="movements", key=other.reference, expect={"lrn": other.lrn}),
            Erase(movement=own.reference, bodies=()),
        )
        try:
            stores[number].commit(Change(steps))
        except Lost as lost:
            return lost.what
        return ""

    assert sorted(together(2, erase)) == ["", "movements"]


MEMBER_OF_NOBODY = replace(MEMBER, id="grp_1/9", place=9)


def test_reports_are_read_by_digest(store):
    reports = sorted(
        (
            replace(body(b'{"at":"%d"}' % place), media_type="application/json")
            for place in range(3)
        ),
        key=lambda one: one.digest,
    )
    others = (
        replace(body(b'{"at":"x"}'), media_type="application/xml"),
        replace(body(b'{"answer":"x"}'), media_type="application/json"),
        replace(body(b'{"at":"y"}'), media_type="application/json", tenant="ten_2"),
    )
    store.commit(inserted(*reports, *others))
    assert store.reports("ten_1") == tuple(reports)
    assert store.reports("ten_1", after=reports[0].digest, limit=1) == (reports[1],)


def test_whoever_points_at_a_body_meanwhile_has_it(opened):
    """A change that reuses a body is under way, not committed yet, when the erasure begins."""
    first, second = opened(), opened()
    first.commit(inserted(r.MOVEMENT, OTHER, SAID))
    answer = replace(r.ANSWER, movement=OTHER.reference, body=DIGEST)
    told = []

    def erase():
        try:
            first.commit(Change((erasing(),)))
        except Lost as lost:
            told.append(lost.what)

    eraser = Thread(target=erase)

    def pointing(transaction):
        apply(transaction, planned(Change((Insert(SAID), Insert(answer)))))
        transaction.rows(select(1), {})
        eraser.start()
        eraser.join(MEANWHILE_SECONDS)

    second._writer.run(pointing)
    eraser.join()
    assert told == ["bodies"]
    assert first.body(DIGEST) == SAID
