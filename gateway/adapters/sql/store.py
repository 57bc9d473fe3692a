"""The store on SQL: the port's methods, each one statement or one transaction.

The life of a change: the caller's thread works out its statements, the writer runs them in one
transaction (SQLite: with the other changes that wait, each in its own savepoint) and ``commit``
returns when they are on disk. Reads use connections of their own and are never held up by writing.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime

from gateway.adapters.sql import listing_queries, queries, turns
from gateway.adapters.sql.changes import apply, planned
from gateway.adapters.sql.engines import (
    database_url,
    is_sqlite,
    postgresql,
    sqlite_writer,
    unavailable,
)
from gateway.adapters.sql.keeper import Keeper
from gateway.adapters.sql.reading import (
    FIRST,
    LAST,
    ClosureReading,
    ErasureReading,
    GroupReading,
    MessageReading,
    TimeReading,
    TripReading,
)
from gateway.adapters.sql.rows import read_time, shape_of, write_time
from gateway.adapters.sql.session import Held, Readers, Writer
from gateway.adapters.sql.spelled import POSTGRESQL, SQLITE
from gateway.adapters.sql.sqlite import FileReaders, GroupWriter
from gateway.domain.backlog import LinkLoad, Pending, Tried
from gateway.domain.delivery import Attempt, Link
from gateway.domain.event import Event
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.lane import Lane
from gateway.domain.message import Message, MessageState
from gateway.domain.passage import Passage
from gateway.domain.records import (
    AnswerRecord,
    Body,
    Change,
    IdempotencyRecord,
    LogRecord,
    MovementEvent,
    MovementRecord,
    NumberRecord,
    Principal,
    Tenant,
)
from gateway.domain.trip import Trip
from gateway.domain.trust import Mandate, PartyCertificate, Trust


class SqlStore(
    TimeReading, TripReading, GroupReading, ClosureReading, ErasureReading, MessageReading
):
    """Durable state in the database at ``url``, for use by any number of threads.

    Make one a program, after it has forked. The database must have this program's version (see
    :mod:`gateway.adapters.sql.migration`). Beside what a method says itself, each raises
    ``Unavailable`` when the database cannot be reached.
    """

    def __init__(self, url: str) -> None:
        where = database_url(url)
        self._writer: Writer
        self._readers: Readers
        if is_sqlite(where):
            self._writer = GroupWriter(sqlite_writer(where))
            self._readers = FileReaders(str(where.database))
            self._dialect = SQLITE
        else:
            from gateway.adapters.sql import postgresql as pooled  # noqa: PLC0415 - loads a driver

            engine = postgresql(where)
            self._writer = pooled.PoolWriter(engine)
            self._readers = pooled.PoolReaders(engine)
            self._dialect = POSTGRESQL
        self._asking_time = turns.now(self._dialect)
        self._asking_leased = turns.leased(self._dialect)
        self._asking_abandoned = turns.abandoned(self._dialect)
        self._keeper = Keeper(self._renew)

    def close(self) -> None:
        """Finish writing and close every connection."""
        self._keeper.close()
        self._writer.close()
        self._readers.close()

    # ------------------------------------------------------------ writing

    def commit(self, change: Change) -> None:
        """See :meth:`gateway.ports.Store.commit`."""
        self.begin(change)()

    def begin(self, change: Change) -> Callable[[], None]:
        """See :meth:`gateway.ports.Store.begin`."""
        steps = planned(change)
        return self._writer.begin(lambda transaction: apply(transaction, steps)).result

    def lease(self, link: str, owner: str, seconds: float) -> int | None:
        """See :meth:`gateway.ports.Store.lease`; whoever holds it asks in vain, too."""
        fence = self._writer.run(lambda unit: turns.lease(unit, link, owner, seconds))
        if fence is not None:
            self._keeper.keep(link, fence, seconds)
        return fence

    def _renew(self, link: str, fence: int, seconds: float) -> None:
        self._writer.run(lambda unit: turns.renew(unit, link, fence, seconds))

    def release(self, link: str, fence: int) -> None:
        """See :meth:`gateway.ports.Store.release`."""
        self._keeper.drop(link, fence)
        self._writer.run(lambda unit: turns.release(unit, link, fence))

    def abandoned(self, link: str) -> bool:
        """See :meth:`gateway.ports.Store.abandoned`."""
        return bool(self._readers.rows(self._asking_abandoned, {"link": link}))

    def leased(self) -> frozenset[str]:
        """See :meth:`gateway.ports.Store.leased`."""
        return frozenset(row[0] for row in self._readers.rows(self._asking_leased, {}))

    def now(self) -> datetime:
        """See :meth:`gateway.ports.Store.now`."""
        (row,) = self._readers.rows(self._asking_time, {})
        return datetime.fromtimestamp(row[0], UTC)

    def sequence(self, owner: str, *, surely: bool = False) -> int:  # noqa: ARG002 - the row lock needs no name
        """See :meth:`gateway.ports.Store.sequence`."""
        total = 0
        if not self._value(queries.ANYTHING_UNSEQUENCED):
            return total  # asked at every reading of a timeline, so it should not write for nothing
        try:
            while numbered := self._writer.run(turns.sequence):
                total += numbered
                if numbered < turns.BATCH_MAX:
                    break
        except Held as held:  # somebody else is at it
            if surely:
                raise unavailable("another program has been numbering for seconds") from held
        return total

    # ------------------------------------------------------------ who and where

    def tenant(self, tenant: str) -> Tenant | None:
        """Return one tenant."""
        return self._one(Tenant, queries.TENANT, id=tenant)

    def principals(self, tenant: str | None = None) -> tuple[Principal, ...]:
        """Return the principals of one tenant, or all."""
        if tenant is None:
            return self._many(Principal, queries.PRINCIPALS)
        return self._many(Principal, queries.PRINCIPALS_OF, tenant=tenant)

    def principal(self, principal: str) -> Principal | None:
        """Return one principal."""
        return self._one(Principal, queries.PRINCIPAL, id=principal)

    def trust(self, tenant: str) -> Trust:
        """Return the certificates and mandates of one tenant as they stand."""
        return Trust(
            self._many(PartyCertificate, queries.CERTIFICATES, tenant=tenant),
            self._many(Mandate, queries.MANDATES, tenant=tenant),
        )

    def offices(self) -> tuple[CustomsOffice, ...]:
        """See :meth:`gateway.ports.Store.offices`."""
        return self._many(CustomsOffice, queries.OFFICES)

    def office(self, code: str) -> CustomsOffice | None:
        """See :meth:`gateway.ports.Store.office`."""
        return self._one(CustomsOffice, queries.OFFICE, code=code)

    def links(self) -> tuple[Link, ...]:
        """Return all links, by id."""
        return self._many(Link, queries.LINKS)

    def link(self, link: str) -> Link | None:
        """Return one link."""
        return self._one(Link, queries.LINK, id=link)

    def link_loads(self) -> tuple[LinkLoad, ...]:
        """Return what lies at each link, links with nothing too."""
        rows = self._readers.rows(queries.LINK_LOADS, {})
        found: dict[str, dict[str, tuple[int, str]]] = {}
        for link, state, many, oldest in rows:
            found.setdefault(link, {})[state] = (many, oldest)
        return tuple(_load(link, states) for link, states in found.items())

    # ------------------------------------------------------------ movements

    def body(self, digest: str) -> Body | None:
        """Return stored bytes."""
        return self._one(Body, queries.BODY, digest=digest)

    def idempotency(self, tenant: str, principal: str, key: str) -> IdempotencyRecord | None:
        """Return the outcome stored under one idempotency key."""
        return self._one(
            IdempotencyRecord, queries.IDEMPOTENCY, tenant=tenant, principal=principal, key=key
        )

    def movement(self, reference: str) -> MovementRecord | None:
        """Return one movement."""
        return self._one(MovementRecord, queries.MOVEMENT, reference=reference)

    def movements(
        self, tenant: str, *, after: str = "", limit: int = 50, plate: str = "", state: str = ""
    ) -> tuple[MovementRecord, ...]:
        """See :meth:`gateway.ports.Store.movements`; plates match by letters and digits."""
        statement, extra = listing_queries.movements_page(after=after, plate=plate, state=state)
        return self._many(MovementRecord, statement, tenant=tenant, limit=limit, **extra)

    def movement_by_lrn(self, tenant: str, declarant: str, lrn: str) -> MovementRecord | None:
        """Return the movement declared under that local reference number."""
        return self._one(
            MovementRecord, queries.MOVEMENT_BY_LRN, tenant=tenant, declarant=declarant, lrn=lrn
        )

    def movement_by_number(self, administration: str, number: str) -> MovementRecord | None:
        """Return the movement to which that administration gave that number."""
        return self._one(
            MovementRecord,
            queries.MOVEMENT_BY_NUMBER,
            administration=administration,
            number=number,
        )

    def events(self, movement: str) -> tuple[Event, ...]:
        """Return the events of one movement in their order."""
        found = self._many(MovementEvent, queries.EVENTS, movement=movement)
        return tuple(row.event for row in found)

    def numbers(self, movement: str) -> tuple[NumberRecord, ...]:
        """Return the official numbers of one movement."""
        return self._many(NumberRecord, queries.NUMBERS, movement=movement)

    def trip(self, trip: str) -> Trip | None:
        """Return one trip."""
        return self._one(Trip, queries.TRIP, id=trip)

    def trips_of(self, movement: str) -> tuple[Trip, ...]:
        """Return the trips that carry a share of one movement."""
        return self._many(Trip, queries.TRIPS_OF, movement=movement)

    # ------------------------------------------------------------ lanes

    def trips_keyed(self, tenant: str, keys: Collection[str], limit: int) -> tuple[Trip, ...]:
        """See :meth:`gateway.ports.Store.trips_keyed`."""
        if not keys:
            return ()
        bound = {f"key_{place}": key for place, key in enumerate(keys)}
        statement = queries.trips_keyed(len(keys))
        return self._many(Trip, statement, tenant=tenant, limit=limit, **bound)

    def trips_of_batch(self, tenant: str, batch: str, limit: int) -> tuple[Trip, ...]:
        """See :meth:`gateway.ports.Store.trips_of_batch`."""
        return self._many(Trip, queries.TRIPS_OF_BATCH, tenant=tenant, batch=batch, limit=limit)

    def trips_keyed_otherwise(self, keyed_by: str, limit: int) -> tuple[Trip, ...]:
        """See :meth:`gateway.ports.Store.trips_keyed_otherwise`."""
        return self._many(Trip, queries.TRIPS_KEYED_OTHERWISE, keyed_by=keyed_by, limit=limit)

    def lane(self, lane: str) -> Lane | None:
        """Return one lane."""
        return self._one(Lane, queries.LANE, id=lane)

    def lanes(self, tenant: str) -> tuple[Lane, ...]:
        """Return the lanes of one tenant, by id."""
        return self._many(Lane, queries.LANES, tenant=tenant)

    def passage(self, passage: str) -> Passage | None:
        """Return one passage."""
        return self._one(Passage, queries.PASSAGE, id=passage)

    def passages(self, lane: str, limit: int) -> tuple[Passage, ...]:
        """Return the passages of one lane, newest first."""
        return self._many(Passage, queries.PASSAGES, lane=lane, limit=limit)

    def passages_unentitled(self, tenant: str, limit: int) -> tuple[Passage, ...]:
        """See :meth:`gateway.domain.lane_book.LaneBook.passages_unentitled`."""
        return self._many(Passage, queries.PASSAGES_UNENTITLED, tenant=tenant, limit=limit)

    # ------------------------------------------------------------ messages

    def messages(self, movement: str) -> tuple[Message, ...]:
        """Return the messages of one movement, oldest first."""
        return self._many(Message, queries.MESSAGES, movement=movement)

    def message(self, message: str) -> Message | None:
        """Return one message."""
        return self._one(Message, queries.MESSAGE, id=message)

    def attempts(self, message: str) -> tuple[Attempt, ...]:
        """Return the attempts at one message in their order."""
        return self._many(Attempt, queries.ATTEMPTS, message=message)

    def answers(self, movement: str) -> tuple[AnswerRecord, ...]:
        """Return the answers to one movement, oldest first."""
        return self._many(AnswerRecord, queries.ANSWERS, movement=movement)

    def answer(self, link: str, answer: str) -> AnswerRecord | None:
        """Return one answer of one link."""
        return self._one(AnswerRecord, queries.ANSWER, link=link, id=answer)

    def pending(self) -> tuple[Pending, ...]:
        """See :meth:`gateway.ports.Store.pending`."""
        rows = self._readers.rows(queries.PENDING, {})
        return tuple(Pending(row[0], row[1], row[2], read_time(row[3])) for row in rows)

    def last_attempt(self) -> int:
        """See :meth:`gateway.ports.Store.last_attempt`."""
        return self._value(queries.LAST_ATTEMPT)

    def attempts_after(self, number: int, limit: int) -> tuple[Tried, ...]:
        """See :meth:`gateway.ports.Store.attempts_after`."""
        attempt, message = shape_of(Attempt), shape_of(Message)
        width = len(attempt.columns) + 1
        asked = {"after": number, "limit": limit}
        rows = self._readers.rows(queries.ATTEMPTS_AFTER, asked)
        return tuple(
            Tried(row[0], attempt.record(row[1:width]), message.record(row[width:])) for row in rows
        )

    def due_heads(self, link: str, now: datetime, limit: int) -> tuple[Message, ...]:
        """See :meth:`gateway.ports.Store.due_heads`; oldest first."""
        return self._many(Message, queries.DUE_HEADS, link=link, now=write_time(now), limit=limit)

    def links_with_due(self, now: datetime) -> tuple[str, ...]:
        """Return the links worth waking: not paused, breaker not open, something may be tried.

        Links of kind *feed* are never among them: their messages are fetched, not sent.
        """
        rows = self._readers.rows(queries.LINKS_WITH_DUE, {"now": write_time(now)})
        return tuple(row[0] for row in rows)

    def feed(self, link: str, after: int, limit: int) -> tuple[Message, ...]:
        """See :meth:`gateway.ports.Store.feed`."""
        return self._many(Message, queries.FEED, link=link, after=after, limit=limit)

    # ------------------------------------------------------------ log

    def log(
        self, *, after: int = -1, limit: int = 500, movement: str = ""
    ) -> tuple[LogRecord, ...]:
        """See :meth:`gateway.ports.Store.log`."""
        if not movement:
            return self._many(LogRecord, queries.LOG, after=after, limit=limit)
        return self._many(LogRecord, queries.LOG_OF, after=after, limit=limit, movement=movement)

    def log_told(
        self,
        kind: str,
        since: datetime,
        *,
        of_links: bool = True,
        tenant: str = "",
        link: str = "",
        limit: int = 200,
        behind: LogRecord | None = None,
    ) -> tuple[LogRecord, ...]:
        """See :meth:`gateway.ports.Store.log_told`."""
        statement = queries.log_told(of_links=of_links, of_tenant=bool(tenant), of_link=bool(link))
        begins = LAST if of_links else FIRST
        age, name = (write_time(behind.at), behind.id) if behind else begins
        asked = {"kind": str(kind), "since": write_time(since), "limit": limit}
        asked |= {"age": age, "name": name} | ({"tenant": tenant} if tenant else {})
        asked |= {"link": link} if link else {}
        rows = self._readers.rows(statement, asked)
        shape = shape_of(LogRecord)
        return tuple(shape.record(row) for row in rows)

    def oldest_unsequenced(self) -> datetime | None:
        """See :meth:`gateway.ports.Store.oldest_unsequenced`."""
        rows = self._readers.rows(queries.LOG_OLDEST_UNSEQUENCED, {})
        return read_time(rows[0][0]) if rows and rows[0][0] else None

    def log_size(self) -> int:
        """See :meth:`gateway.ports.Store.log_size`."""
        return self._value(queries.LOG_SIZE)


def _load(link: str, states: Mapping[str, tuple[int, str]]) -> LinkLoad:
    def many(state: MessageState) -> int:
        return states.get(state.value, (0, ""))[0]

    oldest = states.get(MessageState.DUE.value, (0, ""))[1]
    return LinkLoad(
        link=link,
        due=many(MessageState.DUE),
        waiting=many(MessageState.WAITING),
        awaiting_signature=many(MessageState.AWAITING_SIGNATURE),
        parked=many(MessageState.PARKED),
        oldest_due_at=read_time(oldest) if oldest else None,
    )
