"""What is serialised in the database: leases of links, and the sequencer.

Leases run on the database's own clock, so that two machines never disagree about an end. The
sequencer gives log indices and feed sequences to rows that were committed without one: numbers
handed out inside the accepting transaction would either serialise it or show gaps to a reader who
asks for "greater than the last one I saw" while an earlier transaction is still open.
"""

from functools import cache

from sqlalchemy import (
    ColumnElement,
    Double,
    Executable,
    and_,
    bindparam,
    func,
    literal_column,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from gateway.adapters.sql.keeper import LONGEST_SECONDS
from gateway.adapters.sql.session import Row, Transaction
from gateway.adapters.sql.spelled import POSTGRESQL, SQLITE
from gateway.adapters.sql.tables import TO_NUMBER, counters, links, log, messages

BATCH_MAX = 5000
"""Rows of each kind that one run of the sequencer numbers at most; the next run goes on."""

LOG = "log"
FEED = "feed/"

_NOW = {
    SQLITE: "(julianday('now') - 2440587.5) * 86400.0",
    POSTGRESQL: "extract(epoch FROM clock_timestamp())::double precision",
}
"""Seconds since 1970 on the database's clock; the transaction's own start would be too early."""


@cache
def now(dialect: str) -> Executable:
    """Return the statement that reads the database's clock, in seconds since 1970."""
    return select(literal_column(_NOW[dialect], Double()))


_LONGEST: ColumnElement[float] = literal_column(str(LONGEST_SECONDS), Double())


def _held(now: ColumnElement[float]) -> ColumnElement[bool]:
    """Return whether a lease runs.

    Nobody takes one for so long as to end that late: it was taken before the database's clock went
    back, and a holder that lives has renewed it since.
    """
    return and_(links.c.lease_until > now, links.c.lease_until <= now + _LONGEST)


@cache
def _lease(dialect: str) -> Executable:
    now: ColumnElement[float] = literal_column(_NOW[dialect], Double())
    return (
        update(links)
        .where(links.c.id == bindparam("_link"), or_(links.c.lease_until.is_(None), ~_held(now)))
        .values(
            fence=links.c.fence + 1,
            lease_owner=bindparam("_owner"),
            lease_until=now + bindparam("_seconds", type_=Double()),
        )
        .returning(links.c.fence)
    )


def lease(transaction: Transaction, link: str, owner: str, seconds: float) -> int | None:
    """Take a link that nobody holds; return the new fence, or None."""
    asked = {"_link": link, "_owner": owner, "_seconds": seconds}
    taken = transaction.rows(_lease(transaction.dialect), asked)
    return int(taken[0][0]) if taken else None


@cache
def abandoned(dialect: str) -> Executable:
    """Return the statement that reads whether a lease ended that was not given back."""
    now: ColumnElement[float] = literal_column(_NOW[dialect], Double())
    return select(links.c.id).where(
        links.c.id == bindparam("link"), links.c.lease_owner.is_not(None), ~_held(now)
    )


@cache
def leased(dialect: str) -> Executable:
    """Return the statement that reads which links somebody holds."""
    return select(links.c.id).where(_held(literal_column(_NOW[dialect], Double())))


@cache
def _renewal(dialect: str) -> Executable:
    now: ColumnElement[float] = literal_column(_NOW[dialect], Double())
    return (
        update(links)
        .where(
            links.c.id == bindparam("_link"),
            links.c.fence == bindparam("_fence"),
            links.c.lease_until > now,
        )
        .values(lease_until=now + bindparam("_seconds", type_=Double()))
    )


def renew(transaction: Transaction, link: str, fence: int, seconds: float) -> None:
    """Make the lease of that fence last so many seconds from now, unless it has ended."""
    told: Row = {"_link": link, "_fence": fence, "_seconds": seconds}
    transaction.write(_renewal(transaction.dialect), [told], links.name)


_RELEASE = (
    update(links)
    .where(links.c.id == bindparam("_link"), links.c.fence == bindparam("_fence"))
    .values(lease_owner=null(), lease_until=null())
)


def release(transaction: Transaction, link: str, fence: int) -> None:
    """End the lease of that fence; a later lease is left alone."""
    transaction.write(_RELEASE, [{"_link": link, "_fence": fence}], links.name)


_TURN = select(counters.c.value).where(counters.c.name == LOG).with_for_update()
_PATIENCE = text("SET LOCAL lock_timeout = '2s'")
"""Numbering takes a fraction of it. Whoever was stopped in the middle must not stop everybody."""


def sequence(transaction: Transaction) -> int:
    """Give numbers to what has none yet; return how many rows.

    The row of the log's counter is the lease: a second sequencer waits for it, then sees what the
    first one did.

    Raises:
        Held: somebody else has been numbering for seconds (PostgreSQL).
    """
    if transaction.dialect == POSTGRESQL:
        transaction.write(_PATIENCE, [{}], counters.name)
    ((next_index,),) = transaction.rows(_TURN, {})
    return _sequence_log(transaction, next_index) + _sequence_feeds(transaction)


_unsequenced_log = (
    select(
        log.c.id,
        (func.row_number().over(order_by=(log.c.at, log.c.id)) - 1 + bindparam("_base")).label(
            "number"
        ),
    )
    .where(log.c.index.is_(None))
    .order_by(log.c.at, log.c.id)
    .limit(BATCH_MAX)
    .subquery("unsequenced")
)
_NUMBER_LOG = (
    update(log)
    .where(log.c.id == _unsequenced_log.c.id)
    .values({log.c.index: _unsequenced_log.c.number})
    .returning(log.c.index)
)
_COUNT_LOG = update(counters).where(counters.c.name == LOG).values(value=bindparam("_value"))


def _sequence_log(transaction: Transaction, next_index: int) -> int:
    numbered = len(transaction.rows(_NUMBER_LOG, {"_base": next_index}))
    if numbered:
        transaction.write(_COUNT_LOG, [{"_value": next_index + numbered}], counters.name)
    return numbered


_unsequenced = (
    select(messages.c.id, messages.c.link)
    .where(text(TO_NUMBER))
    .order_by(messages.c.place, messages.c.created_at, messages.c.id)
    .limit(BATCH_MAX)
)
_LOCK = (
    select(messages.c.id)
    .where(messages.c.id == func.any(bindparam("_ids", type_=postgresql.ARRAY(messages.c.id.type))))
    .order_by(messages.c.id)
    .with_for_update()
)
_COUNTERS = select(counters.c.name, counters.c.value)
_NUMBER_MESSAGE = (
    update(messages)
    .where(messages.c.id == bindparam("_id"))
    .values(feed_sequence=bindparam("_number"))
)


def _sequence_feeds(transaction: Transaction) -> int:
    """Count messages up per link in the order of their places: no stream is turned around."""
    rows = transaction.rows(_unsequenced, {})
    if not rows:
        return 0
    if transaction.dialect == POSTGRESQL:
        # changes lock messages in the order of ids too: see ``changes.planned``
        transaction.write(_LOCK, [{"_ids": [id_ for id_, _ in rows]}], messages.name)
    last = dict.fromkeys(sorted({FEED + link for _, link in rows}), 0)
    counted = transaction.rows(_COUNTERS, {})
    last.update((name, value) for name, value in counted if name in last)
    numbers: list[Row] = []
    for id_, link in rows:
        last[FEED + link] += 1
        numbers.append({"_id": id_, "_number": last[FEED + link]})
    numbers.sort(key=lambda number: str(number["_id"]))
    transaction.write(_NUMBER_MESSAGE, numbers, messages.name)
    counts: list[Row] = [{"name": name, "value": value} for name, value in last.items()]
    transaction.write(_count_feeds(transaction.dialect), counts, counters.name)
    return len(rows)


@cache
def _count_feeds(dialect: str) -> Executable:
    if dialect == SQLITE:
        given = sqlite.insert(counters)
        return given.on_conflict_do_update(
            index_elements=["name"], set_={"value": given.excluded.value}
        )
    wanted = postgresql.insert(counters)
    return wanted.on_conflict_do_update(
        index_elements=["name"], set_={"value": wanted.excluded.value}
    )
