"""How records are read, whatever is asked; and what is asked about times and groups."""

from datetime import datetime
from typing import TypeVar

from gateway.adapters.sql import (
    closure_queries,
    erasing,
    listing_queries,
    message_queries,
    queries,
)
from gateway.adapters.sql.rows import shape_of, write_time
from gateway.adapters.sql.selecting import Statement
from gateway.adapters.sql.session import Readers, Transaction, Writer
from gateway.adapters.sql.spelled import POSTGRESQL
from gateway.domain.closure import Closure, Diversion
from gateway.domain.deadline import Deadline
from gateway.domain.group import Group, Member
from gateway.domain.message import Message
from gateway.domain.passage import Passage
from gateway.domain.position import Position
from gateway.domain.records import Body, Erase
from gateway.domain.trip import Trip, TripReport

R = TypeVar("R")

FIRST, LAST = ("", ""), ("~", "~")
"""Before and behind every time and id, as they are written."""


class Reading:
    """Reads records over connections of its own, never held up by writing."""

    _readers: Readers

    def _many(self, kind: type[R], statement: Statement, **parameters: object) -> tuple[R, ...]:
        shape = shape_of(kind)
        return tuple(map(shape.record, self._readers.rows(statement, parameters)))

    def _one(self, kind: type[R], statement: Statement, **parameters: object) -> R | None:
        rows = self._readers.rows(statement, parameters)
        return shape_of(kind).record(rows[0]) if rows else None

    def _value(self, statement: Statement) -> int:
        value: int = self._readers.rows(statement, {})[0][0]
        return value


class TimeReading(Reading):
    """Reads what has a time (:class:`gateway.domain.time_book.TimeBook`)."""

    def deadlines(self, movement: str) -> tuple[Deadline, ...]:
        """Return the deadlines of one movement."""
        return self._many(Deadline, queries.DEADLINES, movement=movement)

    def deadlines_due(self, now: datetime, limit: int) -> tuple[Deadline, ...]:
        """See :meth:`gateway.domain.time_book.TimeBook.deadlines_due`."""
        return self._many(Deadline, queries.DEADLINES_DUE, now=write_time(now), limit=limit)

    def deadlines_near(self, tenant: str, now: datetime, limit: int) -> tuple[Deadline, ...]:
        """See :meth:`gateway.domain.time_book.TimeBook.deadlines_near`."""
        return self._many(
            Deadline, queries.DEADLINES_NEAR, tenant=tenant, now=write_time(now), limit=limit
        )

    def position(self, position: str) -> Position | None:
        """Return one reading."""
        return self._one(Position, queries.POSITION, id=position)

    def positions(self, movement: str, limit: int) -> tuple[Position, ...]:
        """See :meth:`gateway.domain.time_book.TimeBook.positions`."""
        return self._many(Position, queries.POSITIONS, movement=movement, limit=limit)


class TripReading(Reading):
    """Reads runs (:class:`gateway.domain.trip_book.TripBook`)."""

    def open_trips(
        self, tenant: str, *, after: str = "", limit: int = 50, plate: str = ""
    ) -> tuple[Trip, ...]:
        """See :meth:`gateway.domain.trip_book.TripBook.open_trips`."""
        statement, extra = listing_queries.open_trips_page(after=after, plate=plate)
        return self._many(Trip, statement, tenant=tenant, limit=limit, **extra)

    def trips_under(self, tenant: str, batch: str, limit: int) -> tuple[Trip, ...]:
        """See :meth:`gateway.domain.trip_book.TripBook.trips_under`."""
        return self._many(Trip, queries.TRIPS_UNDER, tenant=tenant, batch=batch, limit=limit)

    def trip_report(self, report: str) -> TripReport | None:
        """Return one report."""
        return self._one(TripReport, queries.TRIP_REPORT, id=report)

    def trip_reports(self, tenant: str, batch: str) -> tuple[TripReport, ...]:
        """Return what was told of one run."""
        return self._many(TripReport, queries.TRIP_REPORTS, tenant=tenant, batch=batch)

    def trip_reports_refused(self, tenant: str, limit: int) -> tuple[TripReport, ...]:
        """See :meth:`gateway.domain.trip_book.TripBook.trip_reports_refused`."""
        return self._many(TripReport, queries.TRIP_REPORTS_REFUSED, tenant=tenant, limit=limit)

    def trip_reports_owed(self, now: datetime, limit: int) -> tuple[TripReport, ...]:
        """See :meth:`gateway.domain.trip_book.TripBook.trip_reports_owed`."""
        return self._many(TripReport, queries.TRIP_REPORTS_OWED, now=write_time(now), limit=limit)


class GroupReading(Reading):
    """Reads declarations handed in together (:class:`gateway.domain.group_book.GroupBook`)."""

    def group(self, group: str) -> Group | None:
        """Return the group of that id."""
        return self._one(Group, queries.GROUP, id=group)

    def groups(self, tenant: str, limit: int, *, behind: Group | None = None) -> tuple[Group, ...]:
        """See :meth:`gateway.domain.group_book.GroupBook.groups`."""
        age, name = (write_time(behind.staged_at), behind.id) if behind else LAST
        return self._many(Group, queries.GROUPS, tenant=tenant, limit=limit, age=age, name=name)

    def members(self, group: str) -> tuple[Member, ...]:
        """Return the members of a group in their order."""
        return self._many(Member, queries.GROUP_MEMBERS, group=group)

    def groups_resting(self, before: datetime, limit: int) -> tuple[Group, ...]:
        """See :meth:`gateway.domain.group_book.GroupBook.groups_resting`."""
        return self._many(Group, queries.GROUPS_RESTING, before=write_time(before), limit=limit)


class ClosureReading(Reading):
    """Reads closures and what is planned (:class:`gateway.domain.closure_book.ClosureBook`)."""

    def closure(self, closure: str) -> Closure | None:
        """Return one closure."""
        return self._one(Closure, closure_queries.CLOSURE, id=closure)

    def closures(self, tenant: str) -> tuple[Closure, ...]:
        """Return the closures of one tenant, the earliest first."""
        return self._many(Closure, closure_queries.CLOSURES, tenant=tenant)

    def diversion(self, diversion: str) -> Diversion | None:
        """Return one diversion."""
        return self._one(Diversion, closure_queries.DIVERSION, id=diversion)

    def diversions(self, closure: str) -> tuple[Diversion, ...]:
        """Return the diversions round one closure."""
        return self._many(Diversion, closure_queries.DIVERSIONS, closure=closure)

    def diversions_due(self, now: datetime, limit: int) -> tuple[Diversion, ...]:
        """See :meth:`gateway.domain.closure_book.ClosureBook.diversions_due`."""
        return self._many(
            Diversion, closure_queries.DIVERSIONS_DUE, now=write_time(now), limit=limit
        )


class MessageReading(Reading):
    """Reads lists of messages (:class:`gateway.domain.message_book.MessageBook`)."""

    def messages_in_state(
        self, state: str, *, tenant: str = "", limit: int = 200, behind: Message | None = None
    ) -> tuple[Message, ...]:
        """See :meth:`gateway.domain.message_book.MessageBook.messages_in_state`."""
        statement = message_queries.messages_in_state(of_tenant=bool(tenant))
        asked = _of(tenant) | _place(behind)
        return self._many(Message, statement, state=str(state), limit=limit, **asked)

    def messages_stranded(
        self, tenant: str, before: datetime, limit: int = 200, behind: Message | None = None
    ) -> tuple[Message, ...]:
        """See :meth:`gateway.domain.message_book.MessageBook.messages_stranded`."""
        asked = {"tenant": tenant, "before": write_time(before), **_place(behind)}
        return self._many(Message, message_queries.STRANDED, limit=limit, **asked)

    def last_tried(
        self, outcome: str, limit: int = 200, *, tenant: str = ""
    ) -> tuple[Message, ...]:
        """See :meth:`gateway.domain.message_book.MessageBook.last_tried`."""
        statement = message_queries.last_tried(of_tenant=bool(tenant))
        return self._many(Message, statement, outcome=str(outcome), limit=limit, **_of(tenant))


def _of(tenant: str) -> dict[str, object]:
    return {"tenant": tenant} if tenant else {}


def _place(behind: Message | None) -> dict[str, object]:
    """Return the place in a list behind which it goes on; without one, before its beginning."""
    age, name = (write_time(behind.created_at), behind.id) if behind else FIRST
    return {"age": age, "name": name}


class ErasureReading(Reading):
    """Reads for lawful erasure (:class:`gateway.domain.erasure_book.ErasureBook`)."""

    _dialect: str
    _writer: Writer

    def pointed_at(self, step: Erase) -> frozenset[str]:
        """See :meth:`gateway.domain.erasure_book.ErasureBook.pointed_at`."""
        if self._dialect == POSTGRESQL:
            return self._writer.run(lambda unit: _looked_through(unit, step))
        return erasing.pointed_at(self._readers, step, self._dialect)

    def passages_of(self, movement: str) -> tuple[Passage, ...]:
        """See :meth:`gateway.domain.erasure_book.ErasureBook.passages_of`."""
        return self._many(Passage, erasing.PASSAGES_OF, name=f'"{movement}"')

    def members_of(self, movement: str) -> tuple[Member, ...]:
        """See :meth:`gateway.domain.erasure_book.ErasureBook.members_of`."""
        return self._many(Member, erasing.MEMBERS_OF, movement=movement)

    def diversions_of(self, movement: str) -> tuple[Diversion, ...]:
        """See :meth:`gateway.domain.erasure_book.ErasureBook.diversions_of`."""
        return self._many(Diversion, erasing.DIVERSIONS_OF, movement=movement)

    def reports(self, tenant: str, *, after: str = "", limit: int = 500) -> tuple[Body, ...]:
        """See :meth:`gateway.domain.erasure_book.ErasureBook.reports`."""
        asked = {"tenant": tenant, "after": after, "limit": limit}
        return self._many(Body, erasing.REPORTS, begins=erasing.REPORT_BEGINS, **asked)


def _looked_through(unit: Transaction, step: Erase) -> frozenset[str]:
    erasing.patiently(unit)
    return erasing.pointed_at(unit, step, unit.dialect)
