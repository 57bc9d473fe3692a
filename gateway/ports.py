"""What the core needs from outside: one protocol a port, and the small values that cross it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from gateway.domain.backlog import LinkLoad, Pending, Tried
from gateway.domain.closure_book import ClosureBook
from gateway.domain.crossings import Crossings
from gateway.domain.deadline import DeadlineRules
from gateway.domain.delivery import Attempt, Link, LinkKind
from gateway.domain.erasure_book import ErasureBook
from gateway.domain.event import Event
from gateway.domain.finding import Catalogue, Finding
from gateway.domain.group_book import GroupBook
from gateway.domain.hours import Holiday
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.lane import LaneRules
from gateway.domain.lane_book import LaneBook
from gateway.domain.message import Message
from gateway.domain.message_book import MessageBook
from gateway.domain.parcel import Collected, More, Parcel, Reply, nothing
from gateway.domain.position import PositionRules
from gateway.domain.records import (
    AnswerRecord,
    Body,
    Change,
    IdempotencyRecord,
    LogRecord,
    MovementRecord,
    NumberRecord,
    Principal,
    Tenant,
)
from gateway.domain.roles import OfficeRole
from gateway.domain.routes import Route
from gateway.domain.time_book import TimeBook
from gateway.domain.trip import Trip
from gateway.domain.trip_book import TripBook
from gateway.domain.trust import Signer, Trust
from gateway.packs.check import Report
from gateway.packs.compare import Difference
from gateway.packs.pack import PackSet
from gateway.packs.pins import Pin
from gateway.packs.vouching import Lying


class Store(
    LaneBook, TimeBook, TripBook, GroupBook, ClosureBook, ErasureBook, MessageBook, Protocol
):
    """Durable state. Reads see everything committed before they began."""

    def commit(self, change: Change) -> None:
        """Apply the whole change durably before returning.

        Raises:
            Lost: a key exists, or an expectation does not hold; nothing was written.
        """

    def begin(self, change: Change) -> Callable[[], None]:
        """Begin to apply a change, behind those this thread began before, and return its end.

        The end, when called, waits until the change is durable and raises what :meth:`commit`
        would. Changes begun together may reach the disk together; each is a transaction of its own.
        """
        ...

    def now(self) -> datetime:
        """Return aware UTC on the clock of the database, which is one for all programs."""
        ...

    def tenant(self, tenant: str) -> Tenant | None:
        """Return the tenant, if there is one."""

    def principals(self, tenant: str | None = None) -> tuple[Principal, ...]:
        """Return all principals, or those of one tenant."""

    def principal(self, principal: str) -> Principal | None:
        """Return the principal of that id."""

    def trust(self, tenant: str) -> Trust:
        """Return all certificates and mandates of a tenant, lapsed ones included."""

    def offices(self) -> tuple[CustomsOffice, ...]:
        """Offices added at run time; those of ``schemas/offices`` come from :class:`Packs`."""
        ...

    def office(self, code: str) -> CustomsOffice | None:
        """Return the office of that code if it was added at run time."""

    def links(self) -> tuple[Link, ...]:
        """Return every link."""

    def link(self, link: str) -> Link | None:
        """Return the link of that id, with its breaker and fence as they stand."""

    def link_loads(self) -> tuple[LinkLoad, ...]:
        """Return what lies at each link."""

    def body(self, digest: str) -> Body | None:
        """Return stored bytes, or None when they are unknown or erased."""

    def idempotency(self, tenant: str, principal: str, key: str) -> IdempotencyRecord | None:
        """Return what a request under that key came to."""

    def movement(self, reference: str) -> MovementRecord | None:
        """Return the movement's record."""

    def movements(
        self, tenant: str, *, after: str = "", limit: int = 50, plate: str = "", state: str = ""
    ) -> tuple[MovementRecord, ...]:
        """Newest first; ``after`` is the reference of the last one already seen."""
        ...

    def movement_by_lrn(self, tenant: str, declarant: str, lrn: str) -> MovementRecord | None:
        """Return the movement a declarant opened under that reference number."""

    def movement_by_number(self, administration: str, number: str) -> MovementRecord | None:
        """Return the movement to which an administration gave that official number."""

    def events(self, movement: str) -> tuple[Event, ...]:
        """Return a movement's events in their order."""

    def numbers(self, movement: str) -> tuple[NumberRecord, ...]:
        """Return a movement's official numbers."""

    def messages(self, movement: str) -> tuple[Message, ...]:
        """Return a movement's messages, oldest first."""

    def message(self, message: str) -> Message | None:
        """Return the message of that id."""

    def attempts(self, message: str) -> tuple[Attempt, ...]:
        """Return every try to deliver a message, oldest first."""

    def answers(self, movement: str) -> tuple[AnswerRecord, ...]:
        """Return a movement's answers in the order they came."""

    def answer(self, link: str, answer: str) -> AnswerRecord | None:
        """Return the answer a link gave under that id."""

    def trip(self, trip: str) -> Trip | None:
        """Return the trip of that id."""

    def trips_of(self, movement: str) -> tuple[Trip, ...]:
        """Return the trips a movement travels on."""

    def lease(self, link: str, owner: str, seconds: float) -> int | None:
        """Take the link on database time; return the fence, or None if it is taken.

        The lease is kept until it is released, or until ``seconds`` after this program died; never
        for longer than some minutes, lest a holder that is stuck keeps everybody from the link.
        """

    def abandoned(self, link: str) -> bool:
        """Tell whether who leased the link last died, or was kept from giving the lease back."""

    def release(self, link: str, fence: int) -> None:
        """Give the lease back if it is still ours."""

    def leased(self) -> frozenset[str]:
        """Return the links whose lease is running, on database time: somebody is at work there."""

    def due_heads(self, link: str, now: datetime, limit: int) -> tuple[Message, ...]:
        """Return the first unacknowledged sealed message of each stream that may be tried now.

        A stream whose head is parked, or whose head's ``next_at`` lies ahead, yields nothing.
        """
        ...

    def links_with_due(self, now: datetime) -> tuple[str, ...]:
        """Return the links at which something may be tried now."""

    def pending(self) -> tuple[Pending, ...]:
        """Return what is due by link and office; who has nothing due is left out."""
        ...

    def last_attempt(self) -> int:
        """Return the number of the newest attempt, 0 for none."""

    def attempts_after(self, number: int, limit: int) -> tuple[Tried, ...]:
        """Return attempts with a higher number, oldest first, over all messages."""
        ...

    def sequence(self, owner: str, *, surely: bool = False) -> int:
        """Give feed sequences and log indices to rows committed without one; return how many.

        Twice is once. Whoever is at it already is left to it, even if it was stopped there: for
        ``surely``, all that was committed is numbered on return, or ``Unavailable`` is raised.
        """

    def feed(self, link: str, after: int, limit: int) -> tuple[Message, ...]:
        """Messages of one link with ``feed_sequence > after``, oldest first, without gaps."""
        ...

    def log(
        self, *, after: int = -1, limit: int = 500, movement: str = ""
    ) -> tuple[LogRecord, ...]:
        """Sequenced entries with ``index > after``, oldest first."""
        ...

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
        """Entries of kind ``refused`` or ``act`` since a time, sequenced or not, of one or all.

        Those about links newest first; those about none (declarations) oldest first. The list goes
        on ``behind`` the last one seen.
        """
        ...

    def oldest_unsequenced(self) -> datetime | None:
        """Return the time of the oldest entry without an index, None when all have theirs."""

    def log_size(self) -> int:
        """Return how many entries are sequenced."""


class Wakeup(Protocol):
    """A hint that links have something due. Losing it is only slower."""

    def knock(self, links: Iterable[str]) -> None:
        """Tell workers; never raises, never blocks for long."""


class Courier(Protocol):
    """Carries parcels to links, one driver a link kind; the design calls this port ``Link``."""

    def carry(
        self, link: Link, parcels: Sequence[Parcel], more: More = nothing, /
    ) -> Iterator[Reply]:
        """Send side by side, yield each reply as it comes; never raises for a bad link.

        A courier that may wait for replies asks ``more`` now and then, between two replies and
        while none comes, what is to join those under way; it ends when nothing is under way.
        """


class Collector(Protocol):
    """Fetches answers from links that do not post them, one driver a link kind."""

    def collect(self, link: Link) -> Iterator[Collected]:
        """Yield what lies ready, oldest first; what is not settled is yielded again next time.

        Raises:
            Unavailable: nothing can be fetched there just now; the findings say why.
        """

    def settle(self, link: Link, collected: Collected, findings: Sequence[Finding]) -> None:
        """Put it away for good: taken in, or refused with ``findings``; repeating it is harmless.

        Raises:
            Unavailable: it could not be put away; it will be yielded again.
        """


class Keys(Protocol):
    """Keys the gateway holds: its own seal, and those of parties who gave a mandate."""

    def signer(self, key: str) -> Signer:
        """Return the signer of that name.

        Raises:
            NotFound: no such key.
        """

    def names(self) -> tuple[str, ...]:
        """Return the names of all keys held."""

    def seal(self, content: bytes) -> str:
        """Return ``<key id>:<base64 Ed25519 signature>`` of the gateway's own seal key."""

    def seal_keys(self) -> Mapping[str, bytes]:
        """Public seal keys by id, raw 32 bytes, newest first."""


class Packs(Protocol):
    """Compiled packs. A slot is used by one thread at a time (decision 8)."""

    def slot(self) -> AbstractContextManager[PackSet]:
        """Lend one compiled set to the calling thread."""

    def compile(self) -> None:
        """Compile every slot now: a program with threads does so before the others begin."""

    def offices(self) -> Mapping[str, CustomsOffice]:
        """Return the shipped directory by office code, holidays of the country attached."""

    def holidays(self) -> Mapping[str, tuple[Holiday, ...]]:
        """Return the dated holidays of each country that has a calendar."""

    def routes(self) -> Mapping[str, Route]:
        """Return the named routes by id."""

    def crossings(self) -> Crossings:
        """Return the border crossings, and what is admitted through which."""
        ...

    def lane_rules(self) -> LaneRules:
        """Return what smart lanes decide by."""
        ...

    def deadline_rules(self) -> DeadlineRules:
        """Return which dates of movements are watched, and how."""
        ...

    def position_rules(self) -> PositionRules:
        """Return when readings on the way are told of anew."""
        ...

    def procedure_roles(self) -> Mapping[str, OfficeRole]:
        """Return the role of the office at which each kind of procedure is."""
        ...

    def catalogue(self) -> Catalogue:
        """Return every text, by language and code."""


class Shelf(Protocol):
    """Packs as they lie somewhere, each by itself; none is compiled in this process."""

    def shipped(self) -> tuple[Lying, ...]:
        """Return the packs that came with the program."""
        ...

    def others(self) -> tuple[tuple[Lying, ...], tuple[Finding, ...]]:
        """Return the packs of the data folder, and what cannot be read there."""
        ...

    def read(self, folder: str) -> Lying:
        """Return the pack in any folder."""
        ...

    def pins(self) -> tuple[Pin, ...]:
        """Return what the operator vouches for."""
        ...

    def check(self, files: Mapping[str, bytes]) -> Report:
        """Check a pack where it can do no harm."""
        ...

    def compare(self, old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[Difference, ...]:
        """Say what changes from one version to another, where neither can do harm."""
        ...

    def pin(self, pin: Pin, files: Mapping[str, bytes]) -> str:
        """Vouch for a pack and return where it lies from now on."""
        ...


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """Return aware UTC."""


class Ids(Protocol):
    """The only source of chance."""

    def new(self, prefix: str) -> str:
        """Return ``prefix_`` and a time-ordered unique id, e.g. ``msg_0197...``."""

    def draw(self, alphabet: str, length: int) -> str:
        """Return that many random characters of an alphabet."""

    def salt(self) -> bytes:
        """Return 16 random bytes."""

    def jitter(self) -> float:
        """Return a number in [0, 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a use case may reach; its first argument.

    ``couriers`` and ``collectors`` are keyed by link kind; links of other kinds fetch and post.
    """

    store: Store
    wakeup: Wakeup
    couriers: Mapping[LinkKind, Courier]
    keys: Keys
    packs: Packs
    clock: Clock
    ids: Ids
    collectors: Mapping[LinkKind, Collector] = field(default_factory=dict)
