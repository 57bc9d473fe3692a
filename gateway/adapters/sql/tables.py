"""The tables, one a record type, and the small ones beside them.

Columns are the record's own fields (see :mod:`gateway.adapters.sql.rows` for how each kind of value
is written). Both databases compare text by code point. There are no foreign keys: rows of one
change may be written table by table in any order, and a deferred key would fail the whole group of
the SQLite writer at its commit instead of the one change that broke it.

``trip_plates`` and ``trip_shares`` repeat parts of ``trips`` for searching; ``trip_keys`` holds
what lanes look trips up by. ``counters`` holds the
next log index (``log``, whose row also serialises sequencers) and the last feed sequence of each
link (``feed/<link>``). Leases lie in ``links`` and are no part of the record.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Integer,
    LargeBinary,
    Table,
)

from gateway.adapters.sql.closure_tables import closures, diversions
from gateway.adapters.sql.columns import SERIAL, metadata
from gateway.adapters.sql.columns import index as _index
from gateway.adapters.sql.columns import key as _key
from gateway.adapters.sql.columns import needed as _needed
from gateway.adapters.sql.columns import optional as _optional
from gateway.adapters.sql.columns import texts as _texts
from gateway.adapters.sql.group_tables import group_members, groups
from gateway.adapters.sql.lane_tables import lanes, passages, trip_keys
from gateway.adapters.sql.timing_tables import deadlines, positions
from gateway.adapters.sql.trip_tables import trip_reports
from gateway.domain.closure import Closure, Diversion
from gateway.domain.deadline import Deadline
from gateway.domain.delivery import Attempt, Link
from gateway.domain.group import Group, Member
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.lane import Lane
from gateway.domain.message import Message
from gateway.domain.passage import Passage
from gateway.domain.position import Position
from gateway.domain.records import (
    AnswerRecord,
    Body,
    IdempotencyRecord,
    LogRecord,
    MovementEvent,
    MovementRecord,
    NumberRecord,
    Principal,
    Tenant,
)
from gateway.domain.trip import Trip, TripKey, TripReport
from gateway.domain.trust import Mandate, PartyCertificate

VERSION = "0018"
"""The Alembic revision these tables belong to; the contract suite compares the two."""

OPEN = "state IN ('waiting', 'awaiting-signature', 'due', 'parked')"
"""Messages that still ask for something; SQLite wants a query to repeat this term literally."""
DUE = "state = 'due'"
IN_TURN = "state IN ('due', 'parked', 'awaiting-signature')"
"""Messages that hold their stream's turn; one that awaits a signature only if it has a place."""
PLACED = "place IS NOT NULL AND state <> 'dropped'"
"""Messages that have their place for themselves: whoever is dropped leaves it to another."""
TOLD = "kind IN ('refused', 'act')"
"""Log entries that operators look for by kind."""
UNSEQUENCED = "feed_sequence IS NULL AND place IS NOT NULL AND state <> 'dropped'"
"""Messages with no number in their feed yet."""
TO_NUMBER = f"{UNSEQUENCED} AND envelope IS NOT NULL"
"""Those a reader may pass: one that still awaits its signature would be gone for who passed it."""

tenants = Table(
    "tenants",
    metadata,
    _key("id"),
    _needed("name"),
    _needed("accepts_unsigned", Boolean()),
)

principals = Table(
    "principals",
    metadata,
    _key("id"),
    *_texts("tenant", "name", "scopes", "secret_digest", "party", "link"),
    _optional("revoked_at"),
    _index("principals_by_tenant", "tenant"),
)

bodies = Table(
    "bodies",
    metadata,
    _key("digest"),
    _needed("tenant"),
    _needed("media_type"),
    _needed("content", LargeBinary()),
    _needed("salt", LargeBinary()),
)

movements = Table(
    "movements",
    metadata,
    _key("reference"),
    _needed("tenant"),
    _needed("version", Integer()),
    *_texts("state", "declarant", "lrn"),
    _needed("prelodged", Boolean()),
    *_texts(
        "declaration", "original", "content", "trip", "stops", "procedures", "packs", "created_at"
    ),
    _index("movements_by_lrn", "tenant", "declarant", "lrn", unique=True),
    _index("movements_by_age", "tenant", "created_at", "reference"),
    _index("movements_by_state", "tenant", "state", "created_at", "reference"),
)

events = Table(
    "events",
    metadata,
    _key("movement"),
    Column("sequence", Integer(), primary_key=True, autoincrement=False),
    *_texts("tenant", "kind", "at", "office", "procedure", "message", "facts"),
)

numbers = Table(
    "numbers",
    metadata,
    _key("administration"),
    _key("number"),
    _key("kind"),
    *_texts("movement", "procedure", "tenant"),
    _index("numbers_by_movement", "movement"),
)

messages = Table(
    "messages",
    metadata,
    _key("id"),
    _needed("tenant"),
    _needed("movement"),
    _optional("trip"),
    *_texts(
        "link",
        "office",
        "pack",
        "type",
        "procedure",
        "signatory",
        "suite",
        "media_type",
        "state",
        "waits_for",
        "created_at",
        "stream",
    ),
    _optional("place", Integer()),
    _optional("unsigned"),
    _optional("wire"),
    _optional("signed_by"),
    _optional("envelope", LargeBinary()),
    _optional("seal"),
    _optional("deadline"),
    _needed("attempts", Integer()),
    _optional("next_at"),
    _optional("feed_sequence", BigInteger()),
    _optional("receipt"),
    _optional("receipt_kind"),
    _optional("acknowledged_at"),
    _index("messages_by_place", "stream", "place", where=PLACED, unique=True),
    _index(
        "messages_by_feed",
        "link",
        "feed_sequence",
        where="feed_sequence IS NOT NULL",
        unique=True,
    ),
    _index("messages_by_movement", "movement", "created_at", "id"),
    _index("messages_by_state", "state", "created_at", "id"),
    _index("messages_due", "link", "created_at", "id", where=DUE),
    _index("messages_open", "link", "state", "created_at", "id", where=OPEN),
    _index("messages_in_turn", "stream", "place", where=IN_TURN),
    _index("messages_unsequenced", "place", "created_at", "id", where=UNSEQUENCED),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    *_texts("tenant", "message", "at", "outcome", "detail"),
    _optional("receipt", LargeBinary()),
    _optional("retry_after_seconds", Double()),
    _index("attempts_by_message", "message", "id"),
)

answers = Table(
    "answers",
    metadata,
    _key("link"),
    _key("id"),
    *_texts(
        "tenant",
        "movement",
        "message",
        "type",
        "kind",
        "body",
        "seal",
        "acknowledgement",
        "received_at",
    ),
    _index("answers_by_movement", "movement", "received_at", "id"),
)

idempotency = Table(
    "idempotency",
    metadata,
    _key("tenant"),
    _key("principal"),
    _key("key"),
    _needed("body"),
    _needed("status", Integer()),
    _needed("response", LargeBinary()),
    _needed("created_at"),
)

log = Table(
    "log",
    metadata,
    _key("id"),
    *_texts("tenant", "at", "kind", "movement", "link"),
    _needed("entry", LargeBinary()),
    _needed("leaf", LargeBinary()),
    _optional("index", BigInteger()),
    _index("log_by_index", "index", where='"index" IS NOT NULL', unique=True),
    _index("log_by_movement", "movement", "index", where='"index" IS NOT NULL'),
    _index("log_unsequenced", "at", "id", where='"index" IS NULL'),
    _index("log_by_kind", "kind", "at", "id", where=TOLD),
)

trips = Table(
    "trips",
    metadata,
    _key("id"),
    *_texts("tenant", "batch", "plates", "seals", "shares", "keyed_by"),
    _index("trips_by_batch", "tenant", "batch"),
    _index("trips_by_keying", "keyed_by"),
)

trip_plates = Table(
    "trip_plates",
    metadata,
    _key("tenant"),
    _key("plate"),
    _key("trip"),
)

trip_shares = Table(
    "trip_shares",
    metadata,
    _key("trip"),
    _key("movement"),
    _needed("tenant"),
    _index("trip_shares_by_movement", "movement"),
)

links = Table(
    "links",
    metadata,
    _key("id"),
    *_texts("tenant", "administration", "kind", "endpoint"),
    _needed("key", LargeBinary()),
    _needed("offices"),
    _needed("paused", Boolean()),
    _needed("failures", Integer()),
    _optional("opened_at"),
    _optional("probe_at"),
    _needed("fence", BigInteger()),
    *_texts("login", "receipt"),
    _optional("paused_at"),
    _needed("rate", Double()),
    _needed("concurrency", Integer()),
    _needed("batch", Integer()),
    _needed("tokens", Double()),
    _optional("filled_at"),
    _needed("former_keys"),
    _optional("lease_owner"),
    _optional("lease_until", Double()),
)

certificates = Table(
    "certificates",
    metadata,
    _key("fingerprint"),
    _key("tenant"),  # a party can sign for several: whoever ends it for one names that one
    _needed("party"),
    _needed("certificate", LargeBinary()),
    _needed("valid_from"),
    _needed("valid_to"),
    _optional("revoked_at"),
    _index("certificates_by_tenant", "tenant"),
)

mandates = Table(
    "mandates",
    metadata,
    _key("id"),
    *_texts("tenant", "party", "signatory", "key", "basis", "valid_from"),
    _optional("valid_to"),
    _index("mandates_by_tenant", "tenant"),
)

offices = Table(
    "offices",
    metadata,
    _key("code"),
    *_texts(
        "national_code",
        "country",
        "administration",
        "zone",
        "names",
        "roles",
        "modes",
        "status",
        "source",
    ),
    _optional("valid_from"),
    _optional("valid_to"),
    *_texts("competences", "hours", "holidays"),
)

counters = Table(
    "counters",
    metadata,
    _key("name"),
    _needed("value", BigInteger()),
)

TABLES: Mapping[type, Table] = MappingProxyType(
    {
        Tenant: tenants,
        Principal: principals,
        Body: bodies,
        MovementRecord: movements,
        MovementEvent: events,
        NumberRecord: numbers,
        Message: messages,
        Attempt: attempts,
        AnswerRecord: answers,
        IdempotencyRecord: idempotency,
        LogRecord: log,
        Trip: trips,
        TripKey: trip_keys,
        TripReport: trip_reports,
        Lane: lanes,
        Passage: passages,
        Group: groups,
        Member: group_members,
        Deadline: deadlines,
        Position: positions,
        Closure: closures,
        Diversion: diversions,
        Link: links,
        PartyCertificate: certificates,
        Mandate: mandates,
        CustomsOffice: offices,
    }
)
"""Where a record of each type lies."""

UPDATABLE: Mapping[str, type] = MappingProxyType(
    {
        "movements": MovementRecord,
        "messages": Message,
        "links": Link,
        "principals": Principal,
        "certificates": PartyCertificate,
        "mandates": Mandate,
        "tenants": Tenant,
        "offices": CustomsOffice,
        "trips": Trip,
        "trip_reports": TripReport,
        "lanes": Lane,
        "passages": Passage,
        "groups": Group,
        "group_members": Member,
        "deadlines": Deadline,
        "closures": Closure,
        "diversions": Diversion,
    }
)
"""Tables that an :class:`~gateway.ports.Update` may name; the key is their primary key."""
