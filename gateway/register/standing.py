"""How open trips stand, for a lane: read from the store, one movement after the other."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from gateway.domain.closure import Closure
from gateway.domain.errors import NotFound
from gateway.domain.finding import Finding
from gateway.domain.lane import Lane, Place, Reading, Run, Shut
from gateway.domain.lane_identity import gathered
from gateway.domain.seals import put_on
from gateway.domain.trip import Trip, TripKey, TripShare
from gateway.markup import safe, tree
from gateway.pipeline.alone import trip_alone
from gateway.pipeline.lane_facts import Asked, Load, bare_run, bears, run_of, seals_of
from gateway.ports import Ports
from gateway.register.closing import closed_of
from gateway.register.load import DROPPED, all_offices, folded
from gateway.register.writing import Writing

_NOTHING = tree.build(tree.DECLARATION, "Declaration")


def runs_of(
    ports: Ports, trips: Iterable[Trip], lane: Lane, *, until: datetime | None = None
) -> tuple[Run, ...]:
    """Return the runs of open trips as they stand; trips of one vehicle and batch are one run.

    With ``until`` they are as they stood then: what happened later is left out.
    """
    rules = ports.packs.lane_rules()
    asked = Asked(
        lane=lane,
        roles=ports.packs.procedure_roles(),
        headings=rules.quarantine_headings,
        offices=all_offices(ports),
    )
    return gathered(
        run_of(trip, [_load(ports, trip, share.movement, until) for share in _aboard(trip)], asked)
        for trip in trips
    )


def candidates_of(
    ports: Ports, trips: Sequence[Trip], lane: Lane, reading: Reading, until: datetime | None
) -> tuple[Run, ...]:
    """Return the runs a reading may be of, whole where every plate that was read can be theirs.

    Beside such a run the others only matter as vehicles that bear a plate like it: their movements
    are not read. Where there is none, all are.
    """
    looks = ports.packs.lane_rules().confusions
    read = [one.text for one in reading.plates]
    bearing = [trip for trip in trips if bears(trip, read, looks)]
    if not bearing:
        return runs_of(ports, trips, lane, until=until)
    others = (bare_run(trip) for trip in trips if trip not in bearing)
    return (*runs_of(ports, bearing, lane, until=until), *others)


def as_borne(ports: Ports, trip: Trip) -> Trip:
    """Return a trip with the seals that are on it, as lanes expect them, for people to see."""
    shares = _aboard(trip)
    if not any(put_on(ports.store.events(one.movement), trip.id) for one in shares):
        return trip  # as declared
    loads = [_load(ports, trip, one.movement, None) for one in shares]
    return replace(trip, seals=seals_of(trip, loads))


def _aboard(trip: Trip) -> tuple[TripShare, ...]:
    """Return the shares on a trip; where all left it, all: a lane has to know whose it was."""
    return tuple(share for share in trip.shares if share.packages) or trip.shares


def _load(ports: Ports, trip: Trip, reference: str, until: datetime | None) -> Load:
    """Read one movement; of a declaration that was erased nothing is known, so nothing goes."""
    record = ports.store.movement(reference)
    if record is None:
        raise NotFound(Finding(code="movement.unknown", value=reference))
    body = None if record.erased else ports.store.body(record.declaration)
    events = ports.store.events(reference)
    if until is not None:
        events = tuple(event for event in events if event.at <= until)
    root = safe.parse(body.content, safe.Limits()) if body is not None else _NOTHING
    several = len(tree.elements(root, "d:Trip")) > 1
    return Load(
        root=trip_alone(root, trip.batch) if several else root,
        trip=trip.id if several else "",
        movement=folded(record, events),
        events=events,
        stops=tuple(stop for stop in record.stops if stop[0] != DROPPED),
        version=record.version,
    )


def place_of(ports: Ports, lane: Lane) -> Place:
    """Return where a lane stands.

    Raises:
        NotFound: ``office.unknown``.
    """
    office = all_offices(ports).get(lane.office)
    if office is None:
        raise NotFound(Finding(code="office.unknown", value=lane.office))
    closures = closed_of(ports, lane.tenant).closures
    return Place(
        administration=office.administration,
        zone=office.zone,
        shut=_shut(one for one in closures if not one.lane and one.office == lane.office),
        lane_shut=_shut(one for one in closures if one.lane == lane.id),
    )


def _shut(closures: Iterable[Closure]) -> tuple[Shut, ...]:
    return tuple(
        Shut(from_at=one.from_at, until_at=one.until_at, reason=one.reason) for one in closures
    )


def write_keys(writing: Writing, trip: Trip) -> None:
    """Add the words by which lanes look a trip up."""
    confusions = writing.ports.packs.lane_rules().confusions
    for key in confusions.keys(plate for _, plate in trip.plates):
        writing.insert(TripKey(tenant=trip.tenant, key=key, trip=trip.id))
