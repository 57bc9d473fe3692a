"""What a lane takes along for when it is cut off, what passed it, and the index it looks up by."""

from collections.abc import Callable

from gateway import register
from gateway.audit.exchange import SealedPaper
from gateway.audit.snapshot import Snapshot, make_snapshot
from gateway.domain.lane import Lane
from gateway.domain.movement_state import OVER, MovementState
from gateway.domain.passage import Passage
from gateway.domain.records import Principal
from gateway.domain.trip import Trip
from gateway.ports import Ports

SNAPSHOT_TRIPS_MAX = 5_000
PAGE = 200
INDEX_PAGE = 500
_OPEN = tuple(one.value for one in MovementState if one not in OVER)


def passages(ports: Ports, caller: Principal, name: str, limit: int) -> tuple[Passage, ...]:
    """Return what passed a lane, newest first."""
    return ports.store.passages(register.lane_of(ports, caller, name).id, limit)


def snapshot(ports: Ports, caller: Principal, name: str) -> SealedPaper:
    """Return the open runs a lane may expect, sealed, for when it is cut off."""
    lane = register.lane_of(ports, caller, name)
    at = ports.clock.now()
    trips = _expected(ports, lane)
    complete = len(trips) <= SNAPSHOT_TRIPS_MAX
    told = Snapshot(
        lane=lane,
        place=register.place_of(ports, lane),
        at=at,
        rules=ports.packs.lane_rules().digest,
        runs=register.runs_of(ports, trips[:SNAPSHOT_TRIPS_MAX], lane),
        complete=complete,
    )
    content = make_snapshot(told)
    return SealedPaper(content=content, seal=ports.keys.seal(content))


def _expected(ports: Ports, lane: Lane) -> list[Trip]:
    """Return the trips of every open movement with the lane's office on its way in its role."""
    found: dict[str, Trip] = {}
    wanted = (lane.office, lane.role.value)
    for state in _OPEN:
        after = ""
        while page := ports.store.movements(lane.tenant, state=state, after=after, limit=PAGE):
            after = page[-1].reference
            for record in page:
                if any((office, role) == wanted for _, office, role, _ in record.stops):
                    found |= {trip.id: trip for trip in ports.store.trips_of(record.reference)}
            if len(found) > SNAPSHOT_TRIPS_MAX:
                return list(found.values())
    return list(found.values())


def index(ports: Ports, progress: Callable[[int], None] = lambda _: None) -> int:
    """Make the keys of trips anew that were made with other classes of characters, or never.

    Until it is done every lane refers what it reads: another vehicle might be missing.
    """
    version = ports.packs.lane_rules().confusions.version
    total = 0
    while trips := ports.store.trips_keyed_otherwise(version, INDEX_PAGE):
        for trip in trips:
            writing = register.Writing(ports, trip.tenant, ports.clock.now())
            register.write_keys(writing, trip)
            writing.update("trips", trip.id, {"keyed_by": version})
            ports.store.commit(writing.change())
        total += len(trips)
        progress(total)
    return total
