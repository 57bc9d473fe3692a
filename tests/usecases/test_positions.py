"""Readings on the way: kept exactly, events where they are news, nothing where they are not."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest

from gateway.domain.errors import InConflict, NotFound, Refused
from gateway.usecases.position import take_reading
from tests.postgres import running_postgres
from tests.world import World


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def world(request, tmp_path):
    url = running_postgres().database() if request.param == "postgresql" else ""
    with closing(World(tmp_path, store_url=url)) as made:
        yield made


@pytest.fixture
def movement(world):
    """Goods that left Chongqing and were due at the gate two hours ago."""
    found = world.submit(world.declaration()).movement
    world.run()
    world.town.held.add("MT4402")
    world.report(found, "departed", "CN008001", seal="S1")
    world.run()
    world.clock.forward(hours=55)
    return found


def raw(world, **members):
    told = {"source": "beidou-7", "at": world.clock.now().isoformat(), **members}
    return json.dumps(told).encode()


def take(world, movement, content):
    return take_reading(world.ports, world.exporter, movement, content)


def kinds(world, movement):
    known = ("estimated", "temperature-out")
    return [one.kind.value for one in world.store.events(movement) if one.kind in known]


def test_a_late_and_warm_reading_is_told_ahead_and_kept_to_the_byte(world, movement):
    content = (
        b'{ "source": "reefer-7",  "at": "2026-11-25T16:00:00+08:00", "temperature_c": 27.50 }'
    )
    done = take(world, movement, content)
    assert [one.kind for one in done.events] == ["estimated", "temperature-out"]
    assert done.events[0].fact("delay") == "120"
    assert done.events[1].fact("temperature") == "27.50"
    (row,) = world.store.positions(movement, 9)
    assert world.store.body(row.body).content == content
    assert (row.source, str(row.temperature_c)) == ("reefer-7", "27.50")


def test_the_same_again_and_what_is_older_change_nothing(world, movement):
    late = raw(world, place="CN00X001")
    take(world, movement, late)
    before = world.store.movement(movement).version
    assert take(world, movement, late).repeated
    world.clock.at -= timedelta(hours=1)
    older = take(world, movement, raw(world, temperature_c="99"))
    world.clock.at += timedelta(hours=1)
    assert (older.late, older.events) == (True, ())
    assert world.store.movement(movement).version == before
    assert len(world.store.positions(movement, 9)) == 2


def test_the_same_by_many_at_once_is_one(world, movement):
    content = raw(world, place="CN00X001")
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: take(world, movement, content), range(4)))
    assert sum(not one.repeated for one in done) == 1
    assert kinds(world, movement) == ["estimated"]


def test_another_word_of_the_same_moment_is_in_conflict(world, movement):
    at = world.clock.now().isoformat()
    take(world, movement, raw(world, at=at, place="CN00X001"))
    with pytest.raises(InConflict):
        take(world, movement, raw(world, at=at, place="CN00X001", temperature_c="20"))


BAD = [
    (b"", "malformed"),
    (b"[]", "malformed"),
    (b'{"source": "x", "at": "2026-11-25T16:00:00", "temperature_c": 1}', "malformed"),
    (b'{"source": "x", "at": "2026-11-25T16:00:00Z", "temperature_c": NaN}', "malformed"),
    (b'{"source": "x", "at": "2026-11-25T16:00:00Z", "temperature_c": true}', "malformed"),
    (b'{"source": "x", "at": "2026-11-25T16:00:00Z", "altitude": 1}', "malformed"),
    (b'{"source": "", "at": "2026-11-25T16:00:00Z", "temperature_c": 1}', "malformed"),
    (b'{"source": "x", "at": "9999-12-31T23:59:59-23:59", "temperature_c": 1}', "malformed"),
    (b'{"source": "x", "at": "2027-11-25T16:00:00Z", "temperature_c": 1}', "in-future"),
    (b'{"source": "x", "at": "2026-11-25T06:00:00Z"}', "empty"),
]


def test_what_is_silly_is_refused_and_nothing_is_kept(world, movement):
    for content, code in BAD:
        with pytest.raises(Refused) as caught:
            take(world, movement, content)
        assert [one.code for one in caught.value.findings] == [f"position.{code}"], content
    assert world.store.positions(movement, 9) == ()
    with pytest.raises(NotFound):
        take(world, "26CN4F7K2M9PQR8TJ3", raw(world, temperature_c="1"))
