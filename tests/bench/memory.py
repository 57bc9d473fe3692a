"""CPU of one declaration in this process, beside the floor: submit, four deliveries, no HTTP.

Processor time is counted, so the figures hold on a busy machine; the offices' own time is taken
out. Rounds of floor and product take turns, and medians are told.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.adapters.system import spare_collector
from gateway.domain.delivery import Link, LinkKind
from gateway.domain.parcel import More, Parcel, Reply, nothing
from gateway.ports import Courier
from gateway.usecases.deliver import deliver
from tests.bench.figures import Figure, middle
from tests.bench.floor import BESIDE, Floor
from tests.bench.load import OFFICES, four_offices, signed
from tests.world import World

PART = "CPU of one declaration, 4 offices"


@dataclass
class Counted:
    """A courier that counts the CPU of the offices, to be taken out."""

    inner: Courier
    spent: float = 0.0

    def carry(
        self, link: Link, parcels: Sequence[Parcel], _more: More = nothing, /
    ) -> Iterator[Reply]:
        """Carry, and count."""
        began = time.process_time()
        replies = list(self.inner.carry(link, parcels))
        self.spent += time.process_time() - began
        yield from replies


def measure(rounds: int, each: int) -> list[Figure]:
    """Run ``rounds`` rounds of ``each`` declarations and as many of the floor."""
    with TemporaryDirectory() as folder:
        world = World(Path(folder), packs=four_offices())
        offices = Counted(world.town)
        world.ports = replace(world.ports, couriers={LinkKind.PUSH: offices})
        floor = Floor(world, Path(folder))
        _deliver(world, 2 * OFFICES)
        spare_collector()
        submits, delivers = [], []
        for turn in range(rounds):
            for _ in range(each):
                floor.run()
            raws = signed(world, [f"ROUND-{turn}-{one}" for one in range(each)])
            began = time.process_time()
            for number, raw in enumerate(raws):
                world.submit(raw, f"{turn}-{number}")
            submits.append((time.process_time() - began) / each)
            began, offices.spent = time.process_time(), 0.0
            _deliver(world, each * OFFICES)
            delivers.append((time.process_time() - began - offices.spent) / each)
        floor.close()
        world.close()
    return _told(floor, rounds * each, middle(submits), middle(delivers))


def delivered(world: World) -> int:
    """Deliver what is due to every system; return how many messages were acknowledged."""
    return sum(deliver(world.ports, link, "bench") for link in world.town.systems)


def _deliver(world: World, expected: int) -> None:
    done = delivered(world)
    if done != expected:
        raise RuntimeError(f"{done} of {expected} messages were acknowledged")


def _told(floor: Floor, runs: int, submit: float, delivery: float) -> list[Figure]:
    def figure(what: str, seconds: float, beside: str = "") -> Figure:
        return Figure(part=PART, what=what, value=seconds * 1000, unit="ms CPU", beside=beside)

    steps = {step: spent / runs for step, spent in floor.spent.items()}
    low = sum(steps.values())
    work = floor.work
    counts = {
        "stylesheets": f"{len(work.transformed)} sheets",
        "rules as bare XPath": f"{len(work.asked)} paths",
        "messages against their schemas": f"{len(work.validated) - 1} messages",
        "durable commit of the declaration": f"{len(work.rows)} rows, {sum(work.rows)} bytes",
    }
    told = [
        figure(f"floor: {step}", spent, _words(counts.get(step, ""), BESIDE.get(step, "")))
        for step, spent in steps.items()
    ]
    whole = submit + delivery
    return [
        *told,
        figure("floor, whole duty", low, "tech.md 7a: 2.57"),
        figure("submit", submit),
        figure("deliver to 4 offices, receipts checked", delivery),
        figure("submit and deliver", whole),
        Figure(part=PART, what="over the floor", value=whole / low, unit="x", beside="at most 4"),
    ]


def _words(counted: str, before: str) -> str:
    return "; ".join(one for one in (counted, before and f"tech.md 7a: {before}") if one)
