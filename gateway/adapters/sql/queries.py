"""Every reading statement, each with the index that serves it (see ``tables``).

A statement selects a record's columns in the order of its fields, so that
:class:`~gateway.adapters.sql.rows.Shape` reads the row as it comes. States stand in the text of a
statement, not among its parameters, where a partial index has to recognise them.
"""

from functools import cache

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
)

from gateway.adapters.sql.group_tables import OPEN_GROUPS, group_members, groups
from gateway.adapters.sql.lane_tables import UNENTITLED, lanes, passages, trip_keys
from gateway.adapters.sql.rows import shape_of
from gateway.adapters.sql.selecting import Statement, in_states, selected, selected_by, words
from gateway.adapters.sql.tables import (
    TO_NUMBER,
    TOLD,
    answers,
    attempts,
    bodies,
    certificates,
    events,
    idempotency,
    links,
    log,
    mandates,
    messages,
    movements,
    numbers,
    offices,
    principals,
    tenants,
    trip_shares,
    trips,
)
from gateway.adapters.sql.timing_tables import RUNNING, deadlines, positions
from gateway.adapters.sql.trip_tables import NOT_ALL, trip_reports
from gateway.domain.delivery import Attempt, LinkKind
from gateway.domain.message import Message
from gateway.domain.movement_state import OVER

TENANT = selected_by(tenants, "id")
PRINCIPAL = selected_by(principals, "id")
PRINCIPALS = selected(principals).order_by(principals.c.id)
PRINCIPALS_OF = selected_by(principals, "tenant").order_by(principals.c.id)
CERTIFICATES = selected_by(certificates, "tenant").order_by(
    certificates.c.valid_from, certificates.c.fingerprint
)
MANDATES = selected_by(mandates, "tenant").order_by(mandates.c.valid_from, mandates.c.id)
OFFICES = selected(offices).order_by(offices.c.code)
OFFICE = selected_by(offices, "code")
LINKS = selected(links).order_by(links.c.id)
LINK = selected_by(links, "id")
BODY = selected_by(bodies, "digest")
IDEMPOTENCY = selected_by(idempotency, "tenant", "principal", "key")

MOVEMENT = selected_by(movements, "reference")
MOVEMENT_BY_LRN = selected_by(movements, "tenant", "declarant", "lrn")
MOVEMENT_BY_NUMBER = (
    selected(movements)
    .join(numbers, numbers.c.movement == movements.c.reference)
    .where(
        numbers.c.administration == bindparam("administration"),
        numbers.c.number == bindparam("number"),
    )
    .order_by(numbers.c.kind)
    .limit(1)
)
EVENTS = selected_by(events, "movement").order_by(events.c.sequence)
NUMBERS = selected_by(numbers, "movement").order_by(
    numbers.c.administration, numbers.c.kind, numbers.c.number
)
MESSAGES = selected_by(messages, "movement").order_by(messages.c.created_at, messages.c.id)
MESSAGE = selected_by(messages, "id")
ATTEMPTS = selected_by(attempts, "message").order_by(attempts.c.id)
ANSWERS = selected_by(answers, "movement").order_by(answers.c.received_at, answers.c.id)
ANSWER = selected_by(answers, "link", "id")
TRIP = selected_by(trips, "id")
TRIPS_OF = (
    selected(trips)
    .join(trip_shares, trip_shares.c.trip == trips.c.id)
    .where(trip_shares.c.movement == bindparam("movement"))
    .order_by(trips.c.id)
)


def trip_is_open() -> ColumnElement[bool]:
    """Return whether a movement aboard a trip is not at its end."""
    return (
        exists()
        .where(
            trip_shares.c.trip == trips.c.id,
            movements.c.reference == trip_shares.c.movement,
            movements.c.state.not_in(words(sorted(OVER))),
        )
        .correlate(trips)
    )


@cache
def trips_keyed(keys: int) -> Statement:
    """Return the open trips with one of so many keys, bound as ``key_0``, ``key_1`` and so on."""
    wanted = or_(*(trip_keys.c.key == bindparam(f"key_{place}") for place in range(keys)))
    keyed = select(trip_keys.c.trip).where(trip_keys.c.tenant == bindparam("tenant"), wanted)
    return (
        selected(trips)
        .where(trips.c.id.in_(keyed), trip_is_open())
        .order_by(trips.c.id)
        .limit(bindparam("limit"))
    )


TRIPS_OF_BATCH = (
    selected_by(trips, "tenant", "batch")
    .where(trip_is_open())
    .order_by(trips.c.id)
    .limit(bindparam("limit"))
)
_KEYED_OTHERWISE = or_(
    trips.c.keyed_by < bindparam("keyed_by"), trips.c.keyed_by > bindparam("keyed_by")
)
TRIPS_KEYED_OTHERWISE = selected(trips).where(_KEYED_OTHERWISE).limit(bindparam("limit"))

LANE = selected_by(lanes, "id")
LANES = selected_by(lanes, "tenant").order_by(lanes.c.id)
PASSAGE = selected_by(passages, "id")
PASSAGES = (
    selected_by(passages, "lane")
    .order_by(passages.c.received_at.desc(), passages.c.id.desc())
    .limit(bindparam("limit"))
)

PASSAGES_UNENTITLED = (
    selected_by(passages, "tenant")
    .where(text(UNENTITLED))
    .order_by(passages.c.received_at.desc(), passages.c.id.desc())
    .limit(bindparam("limit"))
)

TRIPS_UNDER = selected_by(trips, "tenant", "batch").order_by(trips.c.id).limit(bindparam("limit"))
TRIP_REPORT = selected_by(trip_reports, "id")
TRIP_REPORTS = selected_by(trip_reports, "tenant", "batch").order_by(
    trip_reports.c.created_at, trip_reports.c.id
)
TRIP_REPORTS_OWED = (
    selected(trip_reports)
    .where(trip_reports.c.next_at.is_not(None), trip_reports.c.next_at <= bindparam("now"))
    .order_by(trip_reports.c.next_at, trip_reports.c.id)
    .limit(bindparam("limit"))
)
TRIP_REPORTS_REFUSED = (
    selected_by(trip_reports, "tenant")
    .where(text(NOT_ALL))
    .order_by(trip_reports.c.created_at.desc(), trip_reports.c.id.desc())
    .limit(bindparam("limit"))
)

DEADLINES = selected_by(deadlines, "movement")
DEADLINES_DUE = (
    selected(deadlines)
    .where(deadlines.c.next_at.is_not(None), deadlines.c.next_at <= bindparam("now"))
    .order_by(deadlines.c.next_at, deadlines.c.id)
    .limit(bindparam("limit"))
)
DEADLINES_NEAR = (
    selected_by(deadlines, "tenant")
    .where(text(RUNNING), deadlines.c.remind_at <= bindparam("now"))
    .order_by(deadlines.c.remind_at.desc(), deadlines.c.id.desc())
    .limit(bindparam("limit"))
)
POSITION = selected_by(positions, "id")
POSITIONS = (
    selected_by(positions, "movement")
    .order_by(positions.c.at.desc(), positions.c.id.desc())
    .limit(bindparam("limit"))
)

GROUP = selected_by(groups, "id")
GROUPS = (
    selected_by(groups, "tenant")
    .where(tuple_(groups.c.staged_at, groups.c.id) < tuple_(bindparam("age"), bindparam("name")))
    .order_by(groups.c.staged_at.desc(), groups.c.id.desc())
    .limit(bindparam("limit"))
)
GROUPS_RESTING = (
    selected(groups)
    .where(text(OPEN_GROUPS), groups.c.touched_at <= bindparam("before"))
    .order_by(groups.c.touched_at, groups.c.id)
    .limit(bindparam("limit"))
)
GROUP_MEMBERS = selected_by(group_members, "group").order_by(group_members.c.place)

FEED = (
    selected(messages)
    .where(
        messages.c.link == bindparam("link"),
        messages.c.feed_sequence.is_not(None),
        messages.c.feed_sequence > bindparam("after"),
    )
    .order_by(messages.c.feed_sequence)
    .limit(bindparam("limit"))
)
_SEQUENCED = and_(log.c.index.is_not(None), log.c.index > bindparam("after"))
LOG = selected(log).where(_SEQUENCED).order_by(log.c.index).limit(bindparam("limit"))
LOG_OF = (
    selected(log)
    .where(_SEQUENCED, log.c.movement == bindparam("movement"))
    .order_by(log.c.index)
    .limit(bindparam("limit"))
)


@cache
def log_told(*, of_links: bool, of_tenant: bool, of_link: bool = False) -> Statement:
    """Return entries of the kind bound as ``kind``: about links newest first, else oldest first.

    They lie behind the place bound as ``age`` and ``name``.
    """
    kind = [log.c.kind == bindparam("kind"), log.c.at >= bindparam("since")]
    whose = [log.c.tenant == bindparam("tenant")] if of_tenant else []
    found = selected(log).where(text(TOLD), *kind, *whose)
    place, seen = tuple_(log.c.at, log.c.id), tuple_(bindparam("age"), bindparam("name"))
    if of_links:
        which = log.c.link == bindparam("link") if of_link else log.c.link != ""
        found = found.where(which, place < seen)
        found = found.order_by(log.c.at.desc(), log.c.id.desc())
    else:
        found = found.where(log.c.link == "", place > seen).order_by(log.c.at, log.c.id)
    return found.limit(bindparam("limit"))


LOG_OLDEST_UNSEQUENCED = (
    select(log.c.at).where(log.c.index.is_(None)).order_by(log.c.at, log.c.id).limit(1)
)
LOG_SIZE = select(func.coalesce(func.max(log.c.index) + 1, 0)).where(log.c.index.is_not(None))


_OPEN_STATES = ("waiting", "awaiting-signature", "due", "parked")


def _heads() -> ColumnElement[bool]:
    """Return what makes a message one that may be tried at the time bound as ``now``.

    Nothing before it in its stream is due, parked or put in its place and not signed yet:
    acknowledged and dropped ones have been passed, waiting ones have no place yet.
    """
    earlier = messages.alias("earlier")
    blocked = exists().where(
        earlier.c.stream == messages.c.stream,
        earlier.c.place < messages.c.place,
        in_states(earlier, "due", "parked", "awaiting-signature"),
    )
    ripe = or_(messages.c.next_at.is_(None), messages.c.next_at <= bindparam("now"))
    return and_(
        messages.c.state == literal_column("'due'"),
        messages.c.place.is_not(None),
        ripe,
        ~blocked,
    )


DUE_HEADS = (
    selected(messages)
    .where(messages.c.link == bindparam("link"), _heads())
    .order_by(messages.c.created_at, messages.c.id)
    .limit(bindparam("limit"))
)

_any_head = (
    select(messages.c.id)
    .where(messages.c.link == links.c.id, _heads())
    .order_by(messages.c.created_at, messages.c.id)
    .limit(literal_column("1"))
    .correlate(links)
    .scalar_subquery()
)
"""Not EXISTS, which PostgreSQL answers by joining the whole backlog instead of looking for one."""

LINKS_WITH_DUE = (
    select(links.c.id)
    .where(
        links.c.paused.is_(False),
        links.c.kind != LinkKind.FEED.value,
        or_(links.c.probe_at.is_(None), links.c.probe_at <= bindparam("now")),
        _any_head.is_not(None),
    )
    .order_by(links.c.id)
)

PENDING = (
    select(
        messages.c.link,
        messages.c.office,
        func.count(messages.c.id).label("many"),
        func.min(messages.c.created_at).label("oldest"),
    )
    .where(messages.c.state == literal_column("'due'"))
    .group_by(messages.c.link, messages.c.office)
)
LAST_ATTEMPT = select(func.coalesce(func.max(attempts.c.id), 0))
_TRIED = shape_of(Attempt).columns
ATTEMPTS_AFTER = (
    select(
        attempts.c.id,
        *(attempts.c[name] for name in _TRIED),
        *(messages.c[name] for name in shape_of(Message).columns),
    )
    .join(messages, messages.c.id == attempts.c.message)
    .where(attempts.c.id > bindparam("after"))
    .order_by(attempts.c.id)
    .limit(bindparam("limit"))
)

ANYTHING_UNSEQUENCED = select(
    or_(
        exists().where(log.c.index.is_(None)),
        exists().where(text(TO_NUMBER)).select_from(messages),
    )
)

LINK_LOADS = (
    select(
        links.c.id,
        messages.c.state,
        func.count(messages.c.id).label("many"),
        func.min(messages.c.created_at).label("oldest"),
    )
    .select_from(
        links.join(
            messages,
            and_(messages.c.link == links.c.id, in_states(messages, *_OPEN_STATES)),
            isouter=True,
        )
    )
    .group_by(links.c.id, messages.c.state)
    .order_by(links.c.id)
)
