"""Lawful erasure: the bytes of a movement's bodies go, its proofs stay.

What goes is what the law means: declarations, messages as sent and to be signed, receipts, answers,
reports, readings, and what rows hold in clear of people and vehicles. What stays proves what was
done: digests, seals, states, times, offices, official numbers, our own acknowledgements, and the
log, which says in one more entry which commitments nobody can open any more, at whose wish and why.

The same bytes are kept once, whoever points at them. Where another movement that was not erased
does, they stay, and the entry says so; with the last of those movements they go.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from gateway.audit.entry import EntryKind, EntryView, commitment, read_entry
from gateway.domain.event import Event
from gateway.domain.records import Body, Erase, Lost, MovementRecord, erased_lrn
from gateway.domain.trip import Trip, TripReport
from gateway.ports import Ports
from gateway.register.account import log_pages, read_account
from gateway.register.exits import LIVING
from gateway.register.reporting import canonical
from gateway.register.runs import TRIPS_MAX
from gateway.register.writing import TELLING_FACTS, Writing

POSITIONS_MAX = 1_000_000
LISTED_MAX = 200
"""Bodies that one entry lists: it stays far below ``ENTRY_BYTES_MAX``."""

KEPT_FACTS = TELLING_FACTS | {
    *("replaced", "replaced-original", "left", "anew"),
    *("role", "trip-state", "expected", "quarantine"),
}
"""Facts of events by which a movement is folded, and those that the log shows anyway."""

_TIME_BEGINS = b'{"at":"'
"""What stands before the time in the canonical form of a report."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """That a movement was erased: when, by whom, why, and how many bodies."""

    at: datetime
    by: str
    reason: str
    bodies: int
    kept: int


@dataclass(frozen=True, slots=True)
class Listed:
    """One body as an entry lists it: ``of`` names the row that points at it."""

    role: str
    commitment: str
    of: str


@dataclass(slots=True)
class _Gone:
    """What is to go: bodies by the rows that point at them, and what rows lose.

    ``staying`` names rows that stay for the sake of other movements; ``others`` are all those for
    whose sake anything does, with their reference numbers as they were read.
    """

    bodies: list[tuple[str, Body, str]] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    passages: list[str] = field(default_factory=list)
    trips: list[Trip] = field(default_factory=list)
    runs: list[TripReport] = field(default_factory=list)
    staying: list[str] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)

    def leave(self, row: str, others: Iterable[MovementRecord]) -> None:
        """Note that a row stays, and for whose sake."""
        self.staying.append(row)
        self.others |= {one.reference: one.lrn for one in others}


def open_messages(ports: Ports, reference: str) -> tuple[str, ...]:
    """Return the messages of a movement from which something may still come."""
    messages = ports.store.messages(reference)
    return tuple(one.id for one in messages if one.state in LIVING)


def erase(writing: Writing, record: MovementRecord, by: str, reason: str) -> tuple[int, int]:
    """Write the erasure of a movement; return how many bodies go, and how many others keep.

    Raises:
        Lost: a movement for whose sake something was to stay was erased meanwhile.
    """
    gone = _found(writing.ports, record)
    step, stay = _step(writing.ports, record, gone)
    _rows(writing, record, gone)
    for other, lrn in sorted(gone.others.items()):
        # two that are erased at once would each leave what they share to the other, for good
        writing.update("movements", other, {}, {"lrn": lrn})
    writing.erase(step)
    listed: dict[str, list[dict[str, str]]] = {"bodies": [], "kept": []}
    for role, body, of in gone.bodies:
        told = {"role": role, "commitment": commitment(body.salt, body.digest), "of": of}
        listed["kept" if body.digest in stay else "bodies"].append(told)
    longest = max(1, len(gone.staying), *map(len, listed.values()))
    for begin in range(0, longest, LISTED_MAX):
        page = {name: all_of[begin : begin + LISTED_MAX] for name, all_of in listed.items()}
        facts = {"act": "erase", "by": by, "reason": reason, **page}
        facts["rows_kept"] = sorted(gone.staying)[begin : begin + LISTED_MAX]
        writing.entry(EntryKind.ERASED, movement=record.reference, facts=facts)
    return len(step.bodies), len(stay)


# ------------------------------------------------------------------ what goes


def _found(ports: Ports, record: MovementRecord) -> _Gone:
    gone = _Gone()
    trips = ports.store.trips_of(record.reference)
    for trip in trips:
        if others := _others(ports, record, (share.movement for share in trip.shares)):
            gone.leave(f"trip {trip.id}", others)
        else:
            gone.trips.append(trip)
    for passage in ports.store.passages_of(record.reference):
        if others := _others(ports, record, passage.movements):
            gone.leave(f"passage {passage.id}", others)
        else:
            gone.passages.append(passage.id)
    _runs(ports, record, trips, gone)
    for role, digest, of in _pointers(ports, record, gone.passages):
        body = ports.store.body(digest) if digest else None
        if body is not None:
            gone.bodies.append((role, body, of))
    _reports(ports, record, gone)
    return gone


def _others(
    ports: Ports, record: MovementRecord, movements: Iterable[str]
) -> tuple[MovementRecord, ...]:
    """Return those of some movements, but this one, that were not erased."""
    found = (ports.store.movement(one) for one in movements if one != record.reference)
    return tuple(other for other in found if other is not None and not other.erased)


def _runs(ports: Ports, record: MovementRecord, trips: Iterable[Trip], gone: _Gone) -> None:
    """Find what was told of runs: it goes with the last movement aboard."""
    for batch in sorted({trip.batch for trip in trips}):
        aboard = ports.store.trips_under(record.tenant, batch, TRIPS_MAX)
        moved = {share.movement for trip in aboard for share in trip.shares}
        others = _others(ports, record, moved)
        for run in ports.store.trip_reports(record.tenant, batch):
            if others:
                gone.leave(f"run {run.id}", others)
            else:
                gone.runs.append(run)


def _pointers(
    ports: Ports, record: MovementRecord, passages: Collection[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield role, digest and row of every body of a movement but our own acknowledgements."""
    account = read_account(ports, record.reference)
    for role, digest, of in account.bodies() if account is not None else ():
        if role != "acknowledgement":
            yield role, digest, of
    yield from _beside(ports, record.reference, passages)


def _beside(
    ports: Ports, reference: str, passages: Collection[str]
) -> Iterator[tuple[str, str, str]]:
    store = ports.store
    for position in store.positions(reference, POSITIONS_MAX):
        yield "reading", position.body, f"position {position.id}"
    for passage in store.passages_of(reference):
        if passage.id in passages:
            yield "passage", passage.reading, f"passage {passage.id}"
    for member in store.members_of(reference):
        yield "member", member.body, f"member {member.id}"
    for diversion in store.diversions_of(reference):
        yield "diversion", diversion.declaration, f"diversion {diversion.id}"


def _reports(ports: Ports, record: MovementRecord, gone: _Gone) -> None:
    """Find the reports: no row points at them, only entries do, and those through their salts."""
    told = {
        hidden
        for log in log_pages(ports, record.reference)
        for role, hidden in read_entry(log.entry).bodies
        if role == "report"
    }
    if not told and not gone.runs:
        return
    after = ""
    while page := ports.store.reports(record.tenant, after=after):
        for body in page:
            hidden = commitment(body.salt, body.digest)
            if hidden in told:
                gone.told.add(hidden)
                gone.bodies.append(("report", body, f"movement {record.reference}"))
            elif (run := _run_of(body, gone.runs)) is not None:
                gone.told.add(hidden)
                gone.bodies.append(("report", body, f"run {run.id}"))
        after = page[-1].digest


def _run_of(body: Body, runs: Iterable[TripReport]) -> TripReport | None:
    """Return the row whose report a body is; None where it is something else, whatever it holds.

    A row keeps its time in UTC, the body spells it with the offset that it was told with.
    """
    spelled = body.content[len(_TIME_BEGINS) :].partition(b'"')[0]
    try:
        at = datetime.fromisoformat(spelled.decode())
    except ValueError:
        return None
    for run in runs:
        told = canonical(replace(run.told, at=at)) if run.at == at else b""
        if sha256(told).hexdigest() == body.digest:
            return run
    return None


# ------------------------------------------------------------------ how it goes


def _step(ports: Ports, record: MovementRecord, gone: _Gone) -> tuple[Erase, frozenset[str]]:
    """Return the step, and the digests that stay because others point at them.

    Raises:
        Lost: one of these others was erased since.
    """
    events = ports.store.events(record.reference)
    wish = Erase(
        movement=record.reference,
        bodies=tuple(sorted({body.digest for _, body, _ in gone.bodies})),
        told=tuple(sorted(gone.told)),
        passages=tuple(gone.passages),
        facts={one.sequence: left for one in events if (left := _left(one)) != one.facts},
        trips=tuple(trip.id for trip in gone.trips),
    )
    pointed = ports.store.pointed_at(wish)
    hidden = {commitment(body.salt, body.digest): body.digest for _, body, _ in gone.bodies}
    digests = pointed & {*wish.bodies, *wish.told}
    for reference in pointed - digests:
        other = ports.store.movement(reference)
        if other is None or other.erased:
            raise Lost("movements")
        gone.others[reference] = other.lrn
    stay = frozenset(hidden.get(one, one) for one in digests)
    step = Erase(
        movement=wish.movement,
        bodies=tuple(one for one in wish.bodies if one not in stay),
        told=tuple(one for one in wish.told if hidden[one] not in stay),
        passages=wish.passages,
        facts=wish.facts,
        trips=wish.trips,
    )
    return step, stay


def _left(event: Event) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in event.facts if pair[0] in KEPT_FACTS)


def _rows(writing: Writing, record: MovementRecord, gone: _Gone) -> None:
    """Take out of rows what they hold in clear, under the movement's version."""
    values = {"lrn": erased_lrn(record.reference), "declarant": "", "version": record.version + 1}
    expect = {"version": record.version}
    writing.update("movements", record.reference, values, expect)
    for trip in gone.trips:
        emptied = {"plates": (), "seals": ()}
        writing.update("trips", trip.id, emptied, {"shares": trip.shares})
    for run in gone.runs:
        writing.update("trip_reports", run.id, {"facts": ()})
    for passage in gone.passages:
        writing.update("passages", passage, {"value": "", "wanted": ""})
    for member in writing.ports.store.members_of(record.reference):
        writing.update("group_members", member.id, {"name": ""})


# ------------------------------------------------------------------ what is told of it


def erasure_of(ports: Ports, record: MovementRecord) -> Erasure | None:
    """Return when, by whom and why a movement was erased, from the log; None where it was not."""
    if not record.erased:
        return None
    ports.store.sequence("erasure")
    entries = [read_entry(one.entry) for one in log_pages(ports, record.reference)]
    told = [one for one in entries if one.kind is EntryKind.ERASED]
    if not told:
        return Erasure(at=record.created_at, by="", reason="", bodies=0, kept=0)
    return Erasure(
        at=told[0].at,
        by=str(told[0].facts.get("by", "")),
        reason=str(told[0].facts.get("reason", "")),
        bodies=len({body.commitment for one in told for body in listed_erased(one)}),
        kept=len({body.commitment for one in told for body in listed_kept(one)}),
    )


def listed_erased(entry: EntryView) -> tuple[Listed, ...]:
    """Return the bodies that an entry says are gone; none where it is of another kind."""
    return _listed(entry, "bodies")


def listed_kept(entry: EntryView) -> tuple[Listed, ...]:
    """Return the bodies that an entry says stay for another movement's sake."""
    return _listed(entry, "kept")


def _listed(entry: EntryView, name: str) -> tuple[Listed, ...]:
    told = entry.facts.get(name) if entry.kind is EntryKind.ERASED else None
    return tuple(
        Listed(str(one.get("role")), str(one.get("commitment")), str(one.get("of")))
        for one in (told if isinstance(told, list) else [])
        if isinstance(one, Mapping)
    )


class Unopened:
    """Bodies that entries say were erased, for whoever verifies that all others are there.

    Every entry of the log is noted first: a body that one movement's erasure left to another is
    gone with that one.
    """

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._commitments: set[str] = set()

    def note(self, entry: EntryView) -> None:
        """Note what an entry says is gone."""
        self._commitments |= {one.commitment for one in listed_erased(entry)}

    def of(self, entries: Iterable[tuple[int | None, EntryView]]) -> set[tuple[str, str]]:
        """Return role and commitment of every body of a movement that is gone by its entries."""
        return {(one.role, one.commitment) for one in self._of(entries)}

    def covers(
        self, entries: Iterable[tuple[int | None, EntryView]], role: str, digest: str, of: str
    ) -> bool:
        """Tell whether the body that a row points at was erased.

        The same bytes may have come anew since, with another salt: those open no commitment here.
        """
        gone = [one for one in self._of(entries) if (one.role, one.of) == (role, of)]
        if not gone:
            return False
        body = self._ports.store.body(digest)
        told = (role, commitment(body.salt, digest)) if body is not None else None
        return not any(told in entry.bodies for _, entry in entries)

    def _of(self, entries: Iterable[tuple[int | None, EntryView]]) -> Iterator[Listed]:
        for _, entry in entries:
            for one in (*listed_erased(entry), *listed_kept(entry)):
                if one.commitment in self._commitments:
                    yield one
