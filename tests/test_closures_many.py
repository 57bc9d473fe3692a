"""Three days without Youyiguan: 200 movements on the road are planned round it and diverted."""

from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway import closures
from gateway.cli.progress import progress
from gateway.domain.records import Change, Insert, MovementEvent
from gateway.usecases.closure import NewClosure, close_office
from tests.bench.big import declaration
from tests.world import NORTHBOUND, ROUTE, World

MANY = 200
GATES = {
    "CN": (*ROUTE["CN"], "CN00X002", "CN007208", "CN00X004", "CN00X006"),
    "VN": (*ROUTE["VN"], "VN00X003", "VN00X002", "VN00X007", "VN00X009"),
}
PERMITS = {
    "GMS": ("CN00X002", "VN00X003"),  # Hekou - Lao Cai, the other crossing it lists
    "BILATERAL": ("CN00X006", "VN00X009"),  # Longbang - Tra Linh, the nearest that is open
}


def on_the_road(world, permit):
    """Submit a movement under that permit; it left Chongqing and its exit was announced."""
    texts = {
        "CQ-2026-000117": f"CQ-{permit}",
        "<TypeCode>GMS</TypeCode>": f"<TypeCode>{permit}</TypeCode>",
    }
    reference = world.submit(world.declaration(texts=texts), permit).movement
    world.run()
    world.report(reference, "departed", "CN008001", seal="S1")
    world.run()
    return reference


def copy(world, reference, number):
    """Let another movement stand exactly where one does, with the same declaration."""
    store, word = world.store, f"{number:04d}"
    new = reference[: -len(word)] + word
    record, (trip,) = store.movement(reference), store.trips_of(reference)
    share = replace(trip.shares[0], movement=new)
    messages = [
        replace(
            one,
            id=one.id + word,
            movement=new,
            stream=one.stream.replace(reference, new),
            trip=one.trip and one.trip + word,
        )
        for one in store.messages(reference)
    ]
    rows = (
        replace(record, reference=new, lrn=record.lrn + word, trip=trip.id + word),
        replace(trip, id=trip.id + word, batch=trip.batch + word, shares=(share,)),
        *messages,
        *(
            MovementEvent(movement=new, tenant=record.tenant, event=one)
            for one in store.events(reference)
        ),
    )
    store.commit(Change(tuple(Insert(one) for one in rows)))


def close(world, office, reason):
    now = world.clock.now()
    new = NewClosure(
        office=office,
        from_at=now + timedelta(days=1),
        until_at=now + timedelta(days=4),
        reason=reason,
    )
    return close_office(world.ports, world.exporter, new)


@pytest.mark.full
def test_fruit_is_taken_to_a_gate_for_fruit(tmp_path):
    """With the two near gates shut, Longbang is nearer than Dongxing, but no gate for fruit."""
    with closing(World(tmp_path, more=GATES, shipped=NORTHBOUND)) as world:
        permit = {"<TypeCode>GMS</TypeCode>": "<TypeCode>BILATERAL</TypeCode>"}
        world.submit(world.declaration(texts=permit))
        close(world, "CN007208", "no power at Puzhai")
        closure = close(world, "CN00X001", "typhoon")
        (one,) = closures.plan(world.ports, world.exporter, closure.id)
        assert dict(one.swaps) == {"VN0015BB": "VN00X007", "CN00X001": "CN00X004"}
        assert one.state == "proposed"


def stops(world, movement):
    return [office for number, office, _, _ in world.store.movement(movement).stops if number]


@pytest.mark.full
@pytest.mark.timeout(600)
def test_three_days_without_youyiguan(tmp_path):
    small = tmp_path / "small.xml"
    small.write_bytes(declaration(1))
    with closing(World(tmp_path, more=GATES, shipped=small)) as world:
        world.town.held.add("MT4402")
        begun = {on_the_road(world, permit): way for permit, way in PERMITS.items()}
        ways = dict(begun)
        for number in range(MANY - len(begun)):
            reference = list(begun)[number % len(begun)]
            copy(world, reference, number)
            ways[f"{reference[:-4]}{number:04d}"] = begun[reference]
        assert len(ways) == MANY
        close(world, "CN007208", "no power at Puzhai")
        closure = close(world, "CN00X001", "typhoon")
        with progress("planning") as told:
            seen = lambda done: told(done, MANY)  # noqa: E731 - one line says it
            plan = closures.plan(world.ports, world.exporter, closure.id, seen=seen)
        assert Counter(one.state.value for one in plan) == {"proposed": MANY}
        assert {one.movement: tuple(new for _, new in one.swaps) for one in plan} == ways
        closures.apply(world.ports, world.exporter, closure.id, timedelta(0))
        while due := closures.due(world.ports):
            for one in due:
                closures.go_on(world.ports, one)
        after = world.store.diversions(closure.id)
        assert Counter(one.state.value for one in after) == {"done": MANY}
        for movement, way in ways.items():
            assert stops(world, movement) == ["CN008001", *way, "VN0003PJ"]
        assert closures.plan(world.ports, world.exporter, closure.id) == after
