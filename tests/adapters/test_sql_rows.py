"""Values keep their meaning and their order in the form they are stored in."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.adapters.sql.rows import read_time, shape_of, write_time
from gateway.adapters.sql.tables import TABLES
from gateway.domain.delivery import Link
from gateway.domain.plates import plate_key
from gateway.domain.records import MovementEvent
from gateway.domain.trip import Trip, TripShare

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1900, 1, 2), datetime(9999, 12, 30), timezones=ZONES)  # noqa: DTZ001


@given(TIMES)
def test_a_time_comes_back_as_the_same_instant_in_utc(at):
    assert read_time(write_time(at)) == at
    assert read_time(write_time(at)).tzinfo is UTC


@given(TIMES, TIMES)
def test_stored_times_sort_as_times(one, other):
    assert (write_time(one) < write_time(other)) == (one < other)


def test_a_stored_time_has_one_form():
    assert write_time(datetime(2026, 11, 23, 9, tzinfo=timezone(timedelta(hours=8)))) == (
        "2026-11-23T01:00:00.000000Z"
    )


@given(
    st.decimals(allow_nan=False, allow_infinity=False),
    st.lists(st.tuples(st.text(), st.text()), max_size=3),
)
def test_a_trip_keeps_exact_masses_and_original_scripts(mass, plates):
    trip = Trip(
        id="t",
        tenant="x",
        batch="b",
        plates=tuple(plates),
        seals=("封",),
        shares=(TripShare(movement="m", packages=1, gross_mass_kg=mass),),
    )
    shape = shape_of(Trip)
    row = shape.row(trip)
    back = shape.record([row[name] for name in shape.columns])
    assert back == trip
    assert str(back.shares[0].gross_mass_kg) == str(Decimal(mass))


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.__name__)
def test_every_field_has_its_column(kind):
    """A field added to a record without a column is found here, not by a user."""
    assert set(shape_of(kind).columns) <= set(TABLES[kind].columns.keys())


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        (MovementEvent, ("sequence", "kind", "at", "facts")),
        (Link, ("failures", "opened_at", "probe_at", "fence")),
    ],
    ids=["event", "breaker"],
)
def test_a_record_inside_a_record_has_columns_of_its_own(kind, columns):
    assert set(columns) <= set(shape_of(kind).columns)


PLATES = {
    "as it is": ("15C12345", "15C12345"),
    "separators": ("15C-123.45", "15C12345"),
    "spaces and case": (" 15c 123 45 ", "15C12345"),
    "Chinese": ("渝A·12345", "渝A12345"),
    "nothing but separators": ("-", ""),
}


@pytest.mark.parametrize(("written", "key"), PLATES.values(), ids=PLATES.keys())
def test_plates_are_found_by_letters_and_digits(written, key):
    assert plate_key(written) == key
