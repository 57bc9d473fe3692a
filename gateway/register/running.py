"""What was told of a run once, by its enterprise or by an office, reaches every movement on it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from gateway.domain.errors import GatewayError, InConflict, Unavailable
from gateway.domain.event import Report
from gateway.domain.records import Change, Lost, Update
from gateway.domain.trip import Trip, TripReport, aboard
from gateway.ports import Ports
from gateway.register.hearing import hear_with
from gateway.register.reporting import tell_movement
from gateway.register.runs import trips_together

OWED_MAX = 10
"""How many reports one sweep takes up."""

PATIENCE = timedelta(seconds=30)
"""How long whoever accepted a report has for telling it, before the sweep takes it up."""


def told_of(told: Report, trip: Trip) -> Report:
    """Return what a movement is told of its trip; one that is on others too hears of that alone."""
    return replace(told, facts=(*told.facts, ("trip", trip.id)))


def hearers(ports: Ports, trips: Iterable[Trip]) -> tuple[tuple[str, Trip], ...]:
    """Return the movements on trips, each with its trip, but those that were erased.

    Nothing can be told of them any more; the others on the vehicle still travel.
    """
    records = ((ports.store.movement(one), one, trip) for one, trip in aboard(trips))
    return tuple((one, trip) for record, one, trip in records if not (record and record.erased))


def tell_run(ports: Ports, row: TripReport) -> TripReport:
    """Tell every movement of a run what was told of it, each in a change of its own.

    Whoever knows it already is left as it is, so this can be broken off and begun again anywhere.
    The row is done when every movement knows it or cannot take it; a database that went away in the
    middle says nothing of what a movement can take.
    """
    refused: list[tuple[str, str]] = []
    for movement, trip in hearers(ports, trips_together(ports, row.tenant, row.batch)):
        try:
            if row.answer:
                hear_with(ports, row, movement, trip)
            else:
                tell_movement(ports, (row.tenant, row.caller), movement, told_of(row.told, trip))
        except (InConflict, Unavailable):
            return _put_off(ports, row)
        except GatewayError as error:
            refused.append((movement, error.findings[0].code))
        except Exception:  # nobody foresaw it: other runs go on, and the program's log tells it
            _put_off(ports, row)
            raise
    _update(ports, row, {"next_at": None, "refused": tuple(refused)})
    return ports.store.trip_report(row.id) or row


def tell_owed_runs(ports: Ports) -> int:
    """Go on with what was told of runs and not told to all; return how many were taken up."""
    owed = ports.store.trip_reports_owed(ports.clock.now(), OWED_MAX)
    for row in owed:
        tell_run(ports, row)
    return len(owed)


def _put_off(ports: Ports, row: TripReport) -> TripReport:
    _update(ports, row, {"next_at": ports.clock.now() + PATIENCE})
    return row


def _update(ports: Ports, row: TripReport, values: dict[str, object]) -> None:
    step = Update(table="trip_reports", key=row.id, values=values, expect={"next_at": row.next_at})
    try:
        ports.store.commit(Change((step,)))
    except Lost:
        return  # somebody else told them at the same time
