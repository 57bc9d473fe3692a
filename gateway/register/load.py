"""A movement as it stands: its record, declaration, folded state, messages."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain.declaration import Declaration
from gateway.domain.errors import Elsewhere, NotFound
from gateway.domain.event import Event, EventKind
from gateway.domain.finding import Finding
from gateway.domain.itinerary import CustomsOffice, Itinerary, OfficeRole, Stop
from gateway.domain.message import Message, MessageState
from gateway.domain.movement import Movement, fold
from gateway.domain.parts import Shares
from gateway.domain.procedure import Procedure
from gateway.domain.records import MovementRecord
from gateway.domain.trip import Trip, carrying, shares_of
from gateway.markup import safe, tree
from gateway.packs.pack import Pack, PackSet
from gateway.pipeline.project import Subject, declared_totals
from gateway.pipeline.read import read_declaration
from gateway.ports import Ports

DROPPED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A movement as it stands: fixed record, declaration, folded state, and all its messages."""

    record: MovementRecord
    declaration: Declaration
    subject: Subject
    messages: tuple[Message, ...]

    @property
    def waiting(self) -> tuple[Message, ...]:
        """Messages that wait for a trigger."""
        return tuple(one for one in self.messages if one.state is MessageState.WAITING)


def load(ports: Ports, reference: str, *, tenant: str | None = None) -> Loaded:
    """Read a movement back.

    Raises:
        NotFound: there is none, it is another tenant's, or it was erased.
    """
    record = ports.store.movement(reference)
    if record is None or (tenant is not None and record.tenant != tenant):
        raise NotFound(Finding(code="movement.unknown", value=reference))
    body = None if record.erased else ports.store.body(record.declaration)
    if body is None:
        raise NotFound(Finding(code="movement.body-erased", value=reference))
    root = safe.parse(body.content, safe.Limits())
    declaration = read_declaration(root)
    return Loaded(
        record=record,
        declaration=declaration,
        subject=_subject(ports, record, declaration, root),
        messages=ports.store.messages(reference),
    )


def folded(record: MovementRecord, events: Iterable[Event], shares: Shares = ()) -> Movement:
    """Fold a movement's events over its planned procedures; ``shares`` are those of its trips."""
    planned = tuple(
        Procedure(kind=kind, administration=administration)
        for administration, kind in record.procedures
    )
    begun = Movement(
        reference=record.reference,
        tenant=record.tenant,
        prelodged=record.prelodged,
        procedures=planned,
        shares=shares,
    )
    return fold(begun, events)


def _subject(
    ports: Ports, record: MovementRecord, declaration: Declaration, root: tree.Element
) -> Subject:
    several = several_trips(ports, record.reference, declaration)
    shares = shares_of(several, record.reference)
    movement = folded(record, ports.store.events(record.reference), shares)
    return Subject(
        root=tree.without(root, tree.XMLDSIG, "Signature"),
        lrn=declaration.lrn,
        totals=declared_totals(root),
        itinerary=with_askers(itinerary_of(ports, record), movement, all_offices(ports)),
        movement=movement,
        trip=record.trip,
        batch=declaration.vehicle.batch or record.reference,
        trips=several,
    )


def several_trips(ports: Ports, reference: str, declaration: Declaration) -> tuple[Trip, ...]:
    """Return the trips a movement is on where they are several; the store is asked only then."""
    if len(declaration.vehicles) < 2:  # noqa: PLR2004 - one is none to tell apart
        return ()
    return carrying(ports.store.trips_of(reference), reference)


def recorded_stops(itinerary: Itinerary) -> tuple[tuple[int, str, str, str], ...]:
    """Return the stops as a movement's row keeps them; :func:`itinerary_of` reads them back.

    Those that were dropped have the number 0.
    """
    numbered = [(stop.sequence, stop) for stop in itinerary.stops]
    numbered += [(DROPPED, stop) for stop in itinerary.dropped]
    return tuple(
        (
            number,
            stop.office.code,
            stop.role.value,
            stop.expected_at.isoformat() if stop.expected_at else "",
        )
        for number, stop in numbered
    )


def itinerary_of(ports: Ports, record: MovementRecord) -> Itinerary:
    """Rebuild the itinerary of a movement from its recorded stops."""
    offices = all_offices(ports)
    stops = []
    for sequence, code, role, expected in record.stops:
        office = offices.get(code)
        if office is None:
            raise NotFound(Finding(code="office.unknown", value=code))
        stops.append(
            Stop(
                sequence=sequence,
                office=office,
                role=OfficeRole(role),
                expected_at=datetime.fromisoformat(expected) if expected else None,
            )
        )
    return Itinerary(
        tuple(stop for stop in stops if stop.sequence != DROPPED),
        tuple(stop for stop in stops if stop.sequence == DROPPED),
    )


def with_askers(
    itinerary: Itinerary, movement: Movement, offices: Mapping[str, CustomsOffice]
) -> Itinerary:
    """Add the offices that asked for the record of a movement they were told nothing about.

    What such an office is to the goods its question says (the fact ``role``); by itself it is a
    destination they were diverted to (NCTS: IE002), even where it was to be passed only.
    """
    stops = list(itinerary.stops)
    for event in movement.happened:
        if event.kind is not EventKind.RECORD_ASKED or event.office not in offices:
            continue
        role = OfficeRole(event.fact("role") or OfficeRole.DESTINATION)
        if (event.office, role) not in {(stop.office.code, stop.role) for stop in stops}:
            stops.append(
                Stop(
                    sequence=stops[-1].sequence + 1,
                    office=offices[event.office],
                    role=role,
                    expected_at=None,
                )
            )
    return replace(itinerary, stops=tuple(stops))


class _Directory(Mapping[str, CustomsOffice]):
    """The shipped offices and those added here; the latter are read one by one when asked for.

    A directory may hold thousands of added offices, and a declaration names five. What was added
    here stands before what was shipped; the dated holidays of its country are attached.
    """

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._shipped = ports.packs.offices()
        self._seen: dict[str, CustomsOffice | None] = {}
        self._all: dict[str, CustomsOffice] | None = None

    def __getitem__(self, code: str) -> CustomsOffice:
        if self._all is not None:
            return self._all[code]
        if code not in self._seen:
            added = self._ports.store.office(code)
            self._seen[code] = self._dated(added) if added else self._shipped.get(code)
        found = self._seen[code]
        if found is None:
            raise KeyError(code)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._everything())

    def __len__(self) -> int:
        return len(self._everything())

    def _everything(self) -> dict[str, CustomsOffice]:
        if self._all is None:
            added = {one.code: self._dated(one) for one in self._ports.store.offices()}
            self._all = {**self._shipped, **added}
        return self._all

    def _dated(self, office: CustomsOffice) -> CustomsOffice:
        calendar = self._ports.packs.holidays().get(office.country, ())
        return replace(office, holidays=(*office.holidays, *calendar)) if calendar else office


def all_offices(ports: Ports, *, stored: bool = True) -> Mapping[str, CustomsOffice]:
    """Return the offices of the shipped directory and, if ``stored``, those added to this gateway.

    One look is one moment: an office asked for twice is the same.
    """
    return _Directory(ports) if stored else ports.packs.offices()


def packs_of(packs: PackSet, itinerary: Itinerary) -> tuple[tuple[str, str], ...]:
    """Return (administration, pack digest) for every administration on the way."""
    found = {}
    for stop in itinerary.stops:
        pack = packs.by_administration(stop.office.administration)
        if pack is not None:
            found[stop.office.administration] = pack.digest
    return tuple(found.items())


def check_packs(packs: PackSet, loaded: Loaded) -> None:
    """Refuse to move a movement where a pack it began with is not here: others have it.

    What its messages wait for is only looked at when it moves. Moved without one of its packs, the
    messages of that one would be owed by nobody.

    Raises:
        Elsewhere: ``pack.version-gone``.
    """
    begun = {digest: administration for administration, digest in loaded.record.packs}
    begun |= {one.pack: begun.get(one.pack, one.office) for one in loaded.waiting}
    for digest, whose in begun.items():
        if packs.by_digest(digest) is None:
            raise pack_gone(whose, loaded.record.reference)


def pack_gone(pack: str, movement: str) -> Elsewhere:
    """Return that a movement's version of a pack is not here; ``pack`` names it, or whose it is."""
    return Elsewhere(Finding(code="pack.version-gone", value=movement, args=(("pack", pack),)))


def pack_for(packs: PackSet, record: MovementRecord, administration: str) -> Pack | None:
    """Return the pack a movement uses with an administration; None if it is not here any more.

    With one that was not on the way when it began, it is the version that it uses with another
    administration of the same pack; failing that, what a new movement would use.
    """
    begun = dict(record.packs)
    if administration in begun:
        return packs.by_digest(begun[administration])
    used = (packs.by_digest(digest) for digest in begun.values())
    kin = (one for one in used if one and administration in one.manifest.administrations)
    return next(kin, packs.by_administration(administration))
