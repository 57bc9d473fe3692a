"""Runs: which trips are one vehicle or train, by the names that people and offices give it."""

from gateway.domain.errors import NotFound
from gateway.domain.finding import Finding
from gateway.domain.plates import plate_key
from gateway.domain.trip import Trip
from gateway.ports import Ports

TRIPS_MAX = 1_000
"""Trips of one run: a train has fifty wagons and a hundred consignments."""


def trips_named(ports: Ports, tenant: str, name: str) -> tuple[Trip, ...]:
    """Return the trips of the run that a batch number, the id of a trip or a plate names.

    A plate names the one run that its vehicle is on and that is not over yet.

    Raises:
        NotFound: ``trip.unknown``, or ``trip.several-runs`` where a vehicle is declared for more.
    """
    trip = ports.store.trip(name)
    batch = trip.batch if trip is not None and trip.tenant == tenant else name
    if trips := ports.store.trips_under(tenant, batch, TRIPS_MAX):
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
    return ports.store.trips_under(tenant, batches.pop(), TRIPS_MAX)
