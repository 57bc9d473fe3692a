"""Two who keep the same bytes for the first time at once: what both commit to can be opened."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from gateway import register
from gateway.audit.entry import commitment, read_entry
from gateway.domain.errors import Refused
from gateway.domain.event import EventKind, Report
from gateway.domain.finding import Finding
from gateway.domain.group import GroupMode
from gateway.domain.records import Body, Change, Insert
from gateway.usecases.audit import verify_log
from gateway.usecases.group import Sheet, stage
from gateway.usecases.position import take_reading
from gateway.usecases.sweep import sweep
from gateway.usecases.trips import report_trip
from tests.world import World

BATCH = "YYG2611240001"


class Raced:
    """A store in which somebody else keeps our bodies a moment before we do, every other time.

    A change that is drawn anew has bodies of its own (times and ids differ): those are left alone.
    """

    def __init__(self, store):
        self._store = store
        self.raced = 0

    def __getattr__(self, name):
        return getattr(self._store, name)

    def commit(self, change):
        self._race(change)
        self._store.commit(change)

    def begin(self, change):
        self._race(change)
        return self._store.begin(change)

    def _race(self, change):
        inserted = (step.record for step in change.steps if isinstance(step, Insert))
        new = [one for one in inserted if isinstance(one, Body) and self._is_new(one)]
        if not new:
            return
        self.raced += 1
        if self.raced % 2:
            others = (Insert(replace(one, salt=bytes(16))) for one in new)
            self._store.commit(Change(tuple(others)))

    def _is_new(self, body):
        return self._store.body(body.digest) is None


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """A world with one movement that may leave."""
    with closing(World(tmp_path_factory.mktemp("raced"))) as world:
        world.movement = world.submit(world.declaration()).movement
        world.run()
        yield world


@pytest.fixture
def world(loaded, tmp_path):
    with closing(loaded.copied(tmp_path)) as copied:
        copied.ports = replace(copied.ports, store=Raced(copied.store))
        yield copied


def refused_declaration(world):
    with pytest.raises(Refused):
        world.submit(world.declaration().replace(b"VN0003PJ", b"VN0009ZZ"), "k2")


def accepted_declaration(world):
    texts = {"CQ-2026-000117": "CQ-2026-000118", "CQ20261123000117": "CQ20261123000118"}
    world.submit(world.declaration(texts=texts), "k2")


def refused_answer(world):
    link = world.store.link("lnk_vn0015bb")
    given = [(b"<what/>", "application/xml")]
    register.log_refusal(world.ports, link, "answer-1", [Finding(code="answer.unknown")], given)


def reported(world):
    world.report(world.movement, "departed", "CN008001", seal="S1")


def reported_of_a_run(world):
    told = Report(kind=EventKind.DEPARTED, at=world.clock.now(), office="CN008001")
    report_trip(world.ports, world.exporter, BATCH, told)


def reading(world):
    reported(world)
    world.clock.forward(hours=55)
    told = {"source": "beidou-7", "at": world.clock.now().isoformat(), "temperature_c": 27.5}
    done = take_reading(world.ports, world.exporter, world.movement, json.dumps(told).encode())
    assert done.events


def group(world):
    files = [Sheet("one.xml", b"<one/>", ("xml.malformed",)), Sheet("two.xml", world.declaration())]
    assert len(stage(world.ports, world.exporter, "g1", GroupMode.BEST, files).members) == 2


def carried(world):
    reported(world)
    world.run()


ACTS = (
    *(refused_declaration, accepted_declaration, refused_answer, reported),
    *(reported_of_a_run, reading, group, carried),
)


def sealed_in(world):
    """Return every commitment that the bodies kept open."""
    with closing(sqlite3.connect(world.folder / "world.db")) as database:
        rows = database.execute("SELECT digest, salt FROM bodies").fetchall()
    return {commitment(salt, digest) for digest, salt in rows}


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_everything_committed_to_can_be_opened(world, act):
    act(world)
    assert world.ports.store.raced
    sweep(world.ports, "somebody")
    told = [read_entry(one.entry) for one in world.store.log(limit=1000)]
    hidden = {one for entry in told for _, one in entry.bodies}
    assert hidden - sealed_in(world) == set()
    assert verify_log(world.ports).findings == ()
