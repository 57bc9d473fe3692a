"""Three days without Youyiguan: 200 movements are planned round it, confirmed, and diverted."""

import time
from collections import Counter
from contextlib import closing
from datetime import timedelta

import pytest

from gateway import closures
from gateway.cli.progress import progress
from gateway.usecases.closure import NewClosure, close_office
from tests.world import ROUTE, World

MANY = 200
AROUND = {
    "CN": (*ROUTE["CN"], "CN00X002", "CN007208"),
    "VN": (*ROUTE["VN"], "VN00X003", "VN00X002"),
}


def submit_many(world):
    with progress("submitting") as told:
        for number in range(MANY):
            lrn = f"CQ-2026-7{number:05d}"
            texts = {"<FunctionalReferenceID>CQ-2026-000117<": f"<FunctionalReferenceID>{lrn}<"}
            world.submit(world.declaration(texts=texts), f"many-{number}")
            told(number + 1, MANY)


@pytest.mark.full
@pytest.mark.timeout(600)
def test_three_days_without_youyiguan(tmp_path, capsys):
    with closing(World(tmp_path, more=AROUND)) as world:
        begun = time.monotonic()
        submit_many(world)
        submitted = time.monotonic()
        now = world.clock.now()
        new = NewClosure(
            office="CN00X001",
            from_at=now + timedelta(days=1),
            until_at=now + timedelta(days=4),
            reason="typhoon",
        )
        closure = close_office(world.ports, world.exporter, new)
        with progress("planning") as told:
            seen = lambda done: told(done, MANY)  # noqa: E731 - one line says it
            plan = closures.plan(world.ports, world.exporter, closure.id, seen=seen)
        planned = time.monotonic()
        assert Counter(one.state.value for one in plan) == {"proposed": MANY}
        assert {one.swaps for one in plan} == {(("CN00X001", "CN00X002"), ("VN0015BB", "VN00X003"))}
        closures.apply(world.ports, world.exporter, closure.id, timedelta(0))
        while due := closures.due(world.ports):
            for one in due:
                closures.go_on(world.ports, one)
        done = time.monotonic()
        after = world.store.diversions(closure.id)
        assert Counter(one.state.value for one in after) == {"done": MANY}
        for one in after:
            stops = [
                office
                for number, office, _, _ in world.store.movement(one.movement).stops
                if number
            ]
            assert stops == ["CN008001", "CN00X002", "VN00X003", "VN0003PJ"]
        assert closures.plan(world.ports, world.exporter, closure.id) == after
    with capsys.disabled():
        print(
            f"\n{MANY} movements: submitted in {submitted - begun:.0f} s, planned in "
            f"{planned - submitted:.0f} s, diverted in {done - planned:.0f} s"
        )
