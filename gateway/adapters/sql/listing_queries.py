"""Statements of lists that people narrow and leaf through, newest first."""

from functools import cache

from sqlalchemy import bindparam, select, tuple_

from gateway.adapters.sql.queries import trip_is_open
from gateway.adapters.sql.selecting import Statement, selected_by
from gateway.adapters.sql.tables import movements, trip_plates, trip_shares, trips
from gateway.domain.plates import plate_key

_PLATED = (
    trip_plates.c.tenant == bindparam("tenant"),
    trip_plates.c.plate == bindparam("plate"),
)


def movements_page(*, after: str, plate: str, state: str) -> tuple[Statement, dict[str, object]]:
    """Return the listing of one tenant's movements, newest first, and its extra parameters.

    ``after`` is the reference of the last one seen; the caller binds ``tenant`` and ``limit``.
    """
    statement = _movements_page(after=bool(after), plate=bool(plate), state=bool(state))
    return statement, _asked(after=after, plate=plate, state=state)


def _asked(**words: str) -> dict[str, object]:
    """Return what a list is narrowed by; plates match by letters and digits."""
    return {
        name: plate_key(word) if name == "plate" else word for name, word in words.items() if word
    }


@cache
def _movements_page(*, after: bool, plate: bool, state: bool) -> Statement:
    statement = selected_by(movements, "tenant")
    if state:
        statement = statement.where(movements.c.state == bindparam("state"))
    if plate:
        carried = (
            select(trip_shares.c.movement)
            .join(trip_plates, trip_plates.c.trip == trip_shares.c.trip)
            .where(*_PLATED)
        )
        statement = statement.where(movements.c.reference.in_(carried))
    if after:
        seen = movements.alias("seen")
        age = (
            select(seen.c.created_at)
            .where(seen.c.reference == bindparam("after"))
            .scalar_subquery()
        )
        place = tuple_(movements.c.created_at, movements.c.reference)
        statement = statement.where(place < tuple_(age, bindparam("after")))
    statement = statement.order_by(movements.c.created_at.desc(), movements.c.reference.desc())
    return statement.limit(bindparam("limit"))


def open_trips_page(*, after: str, plate: str) -> tuple[Statement, dict[str, object]]:
    """Return the listing of one tenant's open trips, newest first, and its extra parameters.

    ``after`` is the id of the last one seen; the caller binds ``tenant`` and ``limit``.
    """
    return _open_trips_page(after=bool(after), plate=bool(plate)), _asked(after=after, plate=plate)


@cache
def _open_trips_page(*, after: bool, plate: bool) -> Statement:
    statement = selected_by(trips, "tenant").where(trip_is_open())
    if plate:
        statement = statement.where(trips.c.id.in_(select(trip_plates.c.trip).where(*_PLATED)))
    if after:
        statement = statement.where(trips.c.id < bindparam("after"))
    return statement.order_by(trips.c.id.desc()).limit(bindparam("limit"))
