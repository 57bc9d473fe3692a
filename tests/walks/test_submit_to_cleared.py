"""Walk 1: one declaration from the exporter to the last closed procedure, through every rung."""

import time

import pytest

from gateway.domain.message import MessageState
from gateway.usecases.timeline import timeline_after
from tests.world import World


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


def test_walk_one(world, capsys):
    began = time.perf_counter()
    submission = world.submit(world.declaration())
    reference = submission.movement
    world.run()
    assert world.procedures(reference) == {
        "cn-export": "released",
        "cn-exit": "accepted",
        "vn-transport": "released",
        "vn-import": "accepted",
    }
    world.report(reference, "departed", "CN008001", seal="CQ8801172")
    world.run()
    world.report(reference, "arrived", "VN0003PJ")
    world.run()
    took = time.perf_counter() - began

    assert world.store.movement(reference).state == "completed"
    assert set(world.procedures(reference).values()) == {"closed"}
    states = {key: message.state for key, message in world.messages(reference).items()}
    assert set(states.values()) == {MessageState.ACKNOWLEDGED}, states
    with capsys.disabled():
        lines = len(timeline_after(world.ports, "default", reference))
        print(f"\nwalk 1 in memory: {took * 1000:.0f} ms, {len(states)} messages, {lines} entries")
