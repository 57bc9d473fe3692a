"""What trips ask of the store: the part of its port about runs and what was told of them."""

from datetime import datetime
from typing import Protocol

from gateway.domain.trip import Trip, TripReport


class TripBook(Protocol):
    """Runs of vehicles and trains, known by their batch number within a tenant."""

    def open_trips(
        self, tenant: str, *, after: str = "", limit: int = 50, plate: str = ""
    ) -> tuple[Trip, ...]:
        """Return open trips, newest first; ``after`` is the id of the last one already seen."""
        ...

    def trips_under(self, tenant: str, batch: str, limit: int) -> tuple[Trip, ...]:
        """Return every trip under that batch number, closed ones too, oldest first."""
        ...

    def trip_report(self, report: str) -> TripReport | None:
        """Return the report of that id."""

    def trip_reports(self, tenant: str, batch: str) -> tuple[TripReport, ...]:
        """Return what was told of a run, oldest first."""
        ...

    def trip_reports_refused(self, tenant: str, limit: int) -> tuple[TripReport, ...]:
        """Return the reports that some movement aboard could not take, newest first."""
        ...

    def trip_reports_owed(self, now: datetime, limit: int) -> tuple[TripReport, ...]:
        """Return the reports that some movement was not told by now, the oldest first."""
        ...
