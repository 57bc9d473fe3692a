"""When goods are expected: gates are told the newest word, be it reported, reckoned or declared."""

import json
import re
from contextlib import closing

import pytest

from gateway.domain.expecting import told_times
from gateway.domain.position import estimates
from gateway.register import load
from gateway.usecases.position import take_reading
from tests.usecases.replacing import replaced
from tests.world import World

EXIT = "CN00X001"
A_DAY_LATER = {
    "2026-11-25T14:00:00+08:00": "2026-11-26T14:00:00+08:00",
    "2026-11-25T13:30:00+07:00": "2026-11-26T13:30:00+07:00",
    "2026-11-26T07:00:00+07:00": "2026-11-27T07:00:00+07:00",
}
ANOTHER_DRIVER = {"HUANG ZHIQIANG": "WANG WEI"}


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    with closing(World(tmp_path_factory.mktemp("expected"))) as world:
        world.reference = world.submit(world.declaration()).movement
        world.run()
        world.clock.forward(hours=25)
        yield world


@pytest.fixture
def world(released, tmp_path):
    with closing(released.copied(tmp_path)) as world:
        world.town.held = {"MT4402"}
        yield world


def read_late(world):
    """A reading far from the gate, two hours after the goods were due there."""
    world.clock.forward(hours=30)
    told = {"source": "t1", "at": world.clock.now().isoformat()}
    raw = json.dumps(told | {"latitude": "22.1", "longitude": "106.7"}).encode()
    take_reading(world.ports, world.exporter, world.reference, raw)


def told(world, kind):
    """When the last message of a type to the gate expects the goods, in its own time."""
    sent = [
        it.unsigned
        for it in world.store.messages(world.reference)
        if it.office == EXIT and it.type == kind
    ]
    text = world.store.body(sent[-1]).content.decode()
    (at,) = re.findall("<(?:Expected|Arrival)DateTime>([^<]+)", text)
    return at


STORIES = {
    "reported": ({"expected:CN00X001": "2026-11-25T15:00:00+08:00"}, False, "2026-11-25T15:00"),
    "reported elsewhere": (
        {"expected:CN00X001": "2026-11-25T07:00:00Z"},
        False,
        "2026-11-25T15:00",
    ),
    "nonsense": ({"expected:CN00X001": "at three"}, False, "2026-11-25T14:00"),
    "no time of any zone": (
        {"expected:CN00X001": "9999-12-31T23:59:59-12:00"},
        False,
        "2026-11-25T14:00",
    ),
    "reckoned": ({}, True, "2026-11-25T16:00"),
}


@pytest.mark.parametrize("story", STORIES)
def test_a_newer_declaration_counts_where_it_says_other_times(world, story):
    facts, late, at = STORIES[story]
    world.report(world.reference, "departed", "CN008001", **facts)
    digits = "20261125140000" if late else re.sub("[-T:]", "", f"{at}:00")
    assert told(world, "MT4402") == digits
    if late:
        read_late(world)
    replaced(world, ANOTHER_DRIVER)
    assert told(world, "WayNotice") == f"{at}:00+08:00"
    replaced(world, ANOTHER_DRIVER | A_DAY_LATER)
    assert told(world, "WayNotice") == "2026-11-26T14:00:00+08:00"
    movement = load(world.ports, world.reference).subject.movement
    assert (estimates(movement), told_times(movement.happened)) == ({}, {})


def test_what_is_late_again_is_told_again(world):
    """Two hours late, declared anew, and two hours late by the new times: that is news."""
    world.report(world.reference, "departed", "CN008001")
    read_late(world)
    replaced(world, A_DAY_LATER)
    world.clock.forward(hours=-6)
    read_late(world)
    world.run()
    assert told(world, "WayNotice") == "2026-11-26T16:00:00+08:00"
