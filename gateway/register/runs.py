"""Runs: which trips are one vehicle or train, by the names that people and offices give it."""

from datetime import UTC, datetime, timedelta

from gateway.domain.errors import NotFound
from gateway.domain.finding import Finding
from gateway.domain.plates import plate_key
from gateway.domain.trip import Trip
from gateway.ports import Ports

TRIPS_MAX = 1_000
"""Trips of one run: a train has fifty wagons and a hundred consignments."""

ROUNDED = timedelta(minutes=1)
"""Offices tell whole seconds, or minutes."""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def trips_named(ports: Ports, tenant: str, name: str) -> tuple[Trip, ...]:
    """Return the trips of the run that a batch number, the id of a trip or a plate names.

    A plate names the one run that its vehicle is on and that is not over yet.

    Raises:
        NotFound: ``trip.unknown``, or ``trip.several-runs`` where a vehicle is declared for more.
    """
    trip = ports.store.trip(name)
    batch = trip.batch if trip is not None and trip.tenant == tenant else name
    if trips := trips_together(ports, tenant, batch):
        return trips
    keys = ports.packs.lane_rules().confusions.keys([name])
    batches = {
        one.batch
        for one in ports.store.trips_keyed(tenant, keys, TRIPS_MAX)
        if plate_key(name) in {plate_key(plate) for _, plate in one.plates}
    }
    if len(batches) > 1:
        args = (("batches", ", ".join(sorted(batches))),)
        raise NotFound(Finding(code="trip.several-runs", value=name, args=args))
    if not batches:
        raise NotFound(Finding(code="trip.unknown", value=name))
    return trips_together(ports, tenant, batches.pop())


def trips_together(ports: Ports, tenant: str, batch: str) -> tuple[Trip, ...]:
    """Return the trips under a batch number that are one run.

    Some enterprise gives a number again when its vehicle is back: what was over before anything of
    what is under way was declared is an earlier run.
    """
    every = ports.store.trips_under(tenant, batch, TRIPS_MAX)
    going = {one.id for one in ports.store.trips_of_batch(tenant, batch, TRIPS_MAX)}
    if not going or len(going) == len(every):
        return every
    since = min(_declared(ports, one) for one in every if one.id in going) - ROUNDED
    return tuple(one for one in every if one.id in going or _last_heard(ports, one) >= since)


def _declared(ports: Ports, trip: Trip) -> datetime:
    records = (ports.store.movement(share.movement) for share in trip.shares)
    return min((one.created_at for one in records if one), default=_NEVER)


def _last_heard(ports: Ports, trip: Trip) -> datetime:
    heard = (ports.store.events(share.movement) for share in trip.shares)
    return max((events[-1].at for events in heard if events), default=_NEVER)
