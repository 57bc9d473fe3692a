"""``python -m tests.bench.lanes``: what becomes of 100,000 reads, and how long a look-up takes.

Prints the words a lane gives to reads with confusable neighbours in the set, then the time of a
look-up (find the run, load its movement, decide; nothing is written) with 200,000 open trips in
SQLite, and how long it takes to make them. ``--trips`` and ``--reads`` change the sizes.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from gateway.domain.lane import Direction, Lane, Read, Reading
from gateway.domain.plates import Confusions
from gateway.domain.records import Change, Insert
from gateway.domain.roles import OfficeRole
from gateway.domain.trip import TripKey
from gateway.usecases.lane import look
from tests.domain.confusion import MARKS, SEALS, go_rate, mistaken, outcomes
from tests.world import TENANT, World

SEED = 20261125
PAGE = 1_000
WARM_UP = 50


def confusion(reads: int) -> None:
    """Print what became of the reads."""
    began = time.perf_counter()
    found = outcomes(SEED, reads, 3_000)
    took = time.perf_counter() - began
    sys.stdout.write(f"{reads:,} reads in {took:.0f} s, seed {SEED}\n")
    for told in sorted(found):
        words = ", ".join(f"{word} {many:,}" for word, many in found[told].most_common())
        sys.stdout.write(f"  {told}: {words}\n")
    wrong = sum(words["wrong go"] for words in found.values())
    right, once = go_rate(found, *MARKS), go_rate(found, "1 misread")
    sealed = go_rate(found, *MARKS, *SEALS)
    sys.stdout.write(f"  wrong go: {wrong}; go of the right one with at most one misread:")
    sys.stdout.write(f" {right:.1%} (with exactly one: {once:.1%}; where it may be in a seal,")
    sys.stdout.write(f" too: {sealed:.1%}), twins in every mark aside\n")


def _plate(rng: random.Random) -> str:
    """Return a plate of one province: two thirds digits, as most are."""
    some = "".join(rng.choice("0123456789" * 5 + "ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(5))
    return f"桂{rng.choice('ABCDEFGHJK')}{some}"


def crowd(world: World, trips: int) -> list[tuple[str, str, tuple[str, ...]]]:
    """Fill the store with copies of one movement under other plates and seals; return those."""
    reference = world.submit(world.declaration()).movement
    record = world.store.movement(reference)
    (trip,) = world.store.trips_of(reference)
    events = world.store.events(reference)
    confusions: Confusions = world.ports.packs.lane_rules().confusions
    rng = random.Random(SEED)
    vehicles = []
    for start in range(0, trips, PAGE):
        steps = []
        for number in range(start, min(start + PAGE, trips)):
            tractor, trailer = _plate(rng), _plate(rng)[:6] + "挂"
            seals = (f"CQ{number:07d}", f"ES{number:08d}A7")
            vehicles.append((tractor, trailer, seals))
            name = f"26CN{number:012d}J0"
            share = replace(trip.shares[0], movement=name)
            own = replace(
                trip,
                id=f"trp_{number}",
                batch=f"B{number}",
                plates=(("CN", tractor), ("CN", trailer)),
                seals=seals,
                shares=(share,),
                keyed_by=confusions.version,
            )
            copied = replace(record, reference=name, lrn=f"L{number}", trip=own.id)
            steps += [Insert(own), Insert(copied)]
            keys = confusions.keys([tractor, trailer])
            steps += [Insert(TripKey(tenant=TENANT, key=key, trip=own.id)) for key in keys]
            steps += [Insert(_event(name, one)) for one in events]
        world.store.commit(Change(tuple(steps)))
    return vehicles


def _event(movement: str, event: object) -> object:
    from gateway.domain.records import MovementEvent  # noqa: PLC0415

    return MovementEvent(movement=movement, tenant=TENANT, event=event)


def looking(trips: int, reads: int) -> None:
    """Print how long a look-up takes among that many open trips."""
    rng = random.Random(SEED)
    lane = Lane(id="yyg-3", tenant=TENANT, office="CN00X001", role=OfficeRole.EXIT)
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        began = time.perf_counter()
        vehicles = crowd(world, trips)
        sys.stdout.write(f"{trips:,} open trips made in {time.perf_counter() - began:.0f} s\n")
        took, worked, words = [], [], Counter()
        for number in range(reads + WARM_UP):
            tractor, trailer, seals = rng.choice(vehicles)
            tractor = mistaken(rng, tractor) if number % 2 else tractor
            reading = Reading(
                id=str(number),
                at=world.clock.now(),
                direction=Direction.OUT,
                plates=(Read(tractor, 90), Read(trailer, 95)),
                seals=tuple(Read(one) for one in seals),
            )
            cpu = time.process_time()
            began = time.perf_counter()
            decision = look(world.ports, lane, reading)
            took.append(time.perf_counter() - began)
            worked.append(time.process_time() - cpu)
            words[decision.reason.code] += 1
        world.close()
    for name, times in (("look-up", took), ("  of that computing", worked)):
        told = ", ".join(f"{part} {one:.1f} ms" for part, one in _parts(times[WARM_UP:]))
        sys.stdout.write(f"{name}: {told}\n")
    sys.stdout.write(f"  reasons: {dict(words)}\n")


def _parts(times: list[float]) -> list[tuple[str, float]]:
    ordered = sorted(times)
    return [(name, ordered[int(len(ordered) * part)] * 1000) for name, part in _PARTS.items()]


_PARTS = {"median": 0.5, "p90": 0.90, "p99": 0.99, "p99.9": 0.999}


def main() -> int:
    """Print both."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--reads", type=int, default=100_000)
    asked.add_argument("--trips", type=int, default=200_000)
    asked.add_argument("--looks", type=int, default=2_000)
    sizes = asked.parse_args()
    if sizes.reads:
        confusion(sizes.reads)
    if sizes.trips:
        looking(sizes.trips, sizes.looks)
    return 0


if __name__ == "__main__":
    sys.exit(main())
