"""Runs in the store: what is open, what is under a batch number, and what was told and is owed."""

from dataclasses import replace
from decimal import Decimal

import pytest

from gateway.domain.event import EventKind
from gateway.domain.records import Change, Lost, Update
from gateway.domain.trip import Trip, TripReport, TripShare
from tests.contract.records import inserted, later, movement

FEW = 50


def trip(number, batch="B1", tenant="ten_1", of=""):
    share = TripShare(movement=of, packages=3, gross_mass_kg=Decimal("12.5"))
    return Trip(
        id=f"trp_{number}", tenant=tenant, batch=batch, plates=(("CN", f"桂A{number}"),),
        seals=(), shares=(share,), keyed_by="x",
    )  # fmt: skip


def told(number, **values):
    row = TripReport(
        id=f"rep_{number}", tenant="ten_1", batch="B1", caller="prn_1", kind=EventKind.DEPARTED,
        at=later(5), office="CN008001", facts=(("seal", "S1"),), created_at=later(number),
        next_at=later(30),
    )  # fmt: skip
    return replace(row, **values)


def test_trips_of_a_batch_are_found_open_and_closed_within_their_tenant(store):
    open_, closed = movement(1), replace(movement(2), state="completed")
    own = (trip(1, of=open_.reference), trip(2, of=closed.reference), trip(3, of=open_.reference))
    other = trip(4, tenant="ten_2", of=open_.reference)
    store.commit(inserted(open_, closed, *own, other, trip(5, batch="B2", of=open_.reference)))
    assert store.trips_under("ten_1", "B1", FEW) == own
    assert store.trips_under("ten_1", "B1", 2) == own[:2]
    assert [one.id for one in store.open_trips("ten_1")] == ["trp_5", "trp_3", "trp_1"]
    assert [one.id for one in store.open_trips("ten_1", after="trp_5", limit=1)] == ["trp_3"]
    assert store.open_trips("ten_1", plate="桂a-3") == (own[2],)
    assert store.open_trips("ten_1", plate="桂A3", after="trp_3") == ()
    assert store.open_trips("ten_1", plate="桂A2") == store.open_trips("ten_1", plate="桂A4") == ()


def test_what_no_database_holds_is_asked_for_in_vain(store):
    store.commit(inserted(movement(1), trip(1, of=movement(1).reference)))
    assert store.movements("ten_1", state="\0") == store.trips_under("ten_1", "B1\0", FEW) == ()
    assert store.movement("\0") is None


def test_a_report_is_read_back_as_it_was_written(store):
    rows = (told(1), told(2, next_at=None, refused=(("mov_1", "report.not-released"),)))
    store.commit(inserted(*rows, told(3, batch="B2"), told(4, tenant="ten_2")))
    assert store.trip_reports("ten_1", "B1") == rows
    assert store.trip_report("rep_2") == rows[1]
    assert store.trip_report("rep_9") is None


def test_what_is_owed_comes_oldest_first_and_no_earlier_than_it_is(store):
    rows = (told(1, next_at=later(20)), told(2, next_at=later(10)), told(3, next_at=None))
    store.commit(inserted(*rows))
    assert store.trip_reports_owed(later(9), FEW) == ()
    assert store.trip_reports_owed(later(20), FEW) == (rows[1], rows[0])
    assert store.trip_reports_owed(later(20), 1) == (rows[1],)


def test_what_a_movement_could_not_take_is_found_within_its_tenant_newest_first(store):
    refused = (("mov_1", "report.not-released"),)
    rows = [told(number, next_at=None, refused=refused) for number in (1, 2)]
    store.commit(inserted(*rows, told(3), told(4, tenant="ten_2", refused=refused)))
    assert store.trip_reports_refused("ten_1", FEW) == (rows[1], rows[0])
    assert store.trip_reports_refused("ten_1", 1) == (rows[1],)


def test_only_the_first_of_two_sweepers_ends_a_report(store):
    row = told(1)
    store.commit(inserted(row))
    step = Update(
        table="trip_reports", key=row.id, values={"next_at": None}, expect={"next_at": row.next_at}
    )
    store.commit(Change((step,)))
    with pytest.raises(Lost):
        store.commit(Change((step,)))
    assert store.trip_reports_owed(later(99), FEW) == ()
