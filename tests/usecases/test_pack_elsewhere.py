"""Several machines, one database: who lacks a movement's pack leaves it to a program that has it.

While programs are upgraded one after the other, or where an operator's own pack was copied to one
machine only, a movement began with packs that another program never saw.
"""

import copy
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from gateway.domain.errors import Elsewhere, NotFound
from gateway.domain.event import EventKind, Report
from gateway.domain.finding import Finding
from gateway.domain.message import MessageState
from gateway.register import fire_deadlines
from gateway.register.running import tell_owed_runs
from gateway.usecases.collect import collect
from gateway.usecases.deliver import deliver
from gateway.usecases.trips import describe_run, report_trip
from tests.mortal import Died, Mortal
from tests.usecases.test_collect import EXIT, Border
from tests.usecases.test_trips import BATCH, LRN, UCR
from tests.world import TENANT, World, shipped_packs


class Otherwise:
    """The packs of a program that has other versions of some than movements began with."""

    def __init__(self, packs, *names) -> None:
        self._packs = packs
        self._names = names

    def __getattr__(self, name):
        return getattr(self._packs, name)

    @contextmanager
    def slot(self):
        with self._packs.slot() as held:
            yield replace(held, packs=tuple(map(self._other, held.packs)))

    def _other(self, pack):
        other = copy.copy(pack)
        if pack.manifest.pack in self._names:
            other.digest = "0" * 64
        return other


@pytest.fixture
def border(tmp_path):
    border = Border(tmp_path)
    yield border
    border.world.close()


def _elsewhere(ports, *names):
    return replace(ports, packs=Otherwise(shipped_packs(), *names))


def test_a_message_is_sent_by_a_program_that_has_its_pack(border):
    """What proves its receipt, and where its login goes, only the pack says."""
    assert deliver(_elsewhere(border.ports, "cn"), EXIT, "other") == 0
    left = border.manifest()
    assert (left.state, left.attempts, border.names("out")) == (MessageState.DUE, 0, [])
    assert deliver(border.ports, EXIT, "test") == 0  # it waits a moment, for the other asks again
    border.world.clock.forward(seconds=5)
    border.put_answer()
    assert collect(border.ports, EXIT).taken == 1
    assert border.manifest().state is MessageState.ACKNOWLEDGED


def test_an_answer_stays_for_a_program_that_has_its_movements_pack(border):
    border.put_answer()
    for _ in range(2):
        seen = collect(_elsewhere(border.ports, "cn"), EXIT)
        assert (seen.taken, seen.refused, border.names("in")) == (0, 0, ["a.zip"])
    assert collect(border.ports, EXIT).taken == 1


def test_what_another_administration_waits_for_is_not_forgotten(border):
    """An answer read here sets free a message that only another program can make."""
    border.put_answer()
    assert collect(_elsewhere(border.ports, "vn"), EXIT).taken == 0
    assert border.names("in") == ["a.zip"]
    assert collect(border.ports, EXIT).taken == 1


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    world.movement = world.submit(world.declaration()).movement
    world.run()
    yield world
    world.close()


def test_a_report_is_taken_in_by_a_program_that_can_act_on_it(world):
    """Who hears of it are offices whose messages only their packs can make."""
    own = world.ports
    world.ports = _elsewhere(own, "vn")
    with pytest.raises(Elsewhere) as other:
        world.report(world.movement, "departed", "CN008001", seal="CQ8801172")
    assert other.value.findings[0].code == "pack.version-gone"
    world.ports = own
    assert world.report(world.movement, "departed", "CN008001", seal="CQ8801172")


def test_a_date_waits_for_a_program_that_can_act_on_it(world):
    world.report(world.movement, "departed", "CN008001", seal="CQ8801172")
    world.run()
    world.clock.forward(days=30)
    assert fire_deadlines(_elsewhere(world.ports, "vn")) == 0
    world.clock.forward(minutes=11)
    assert fire_deadlines(world.ports) > 0


def test_a_word_about_a_truck_waits_for_a_program_that_can_read_it_to_the_others(tmp_path):
    """Given up by one that lacks their pack, they would stay where they are for ever."""
    with closing(World(tmp_path)) as world:
        for name in "AB":
            world.submit(world.declaration(texts={LRN: f"{LRN}{name}", UCR: f"{UCR}{name}"}), name)
        world.run()
        world.town.held = {"MT4402"}
        told = Report(kind=EventKind.DEPARTED, at=world.clock.now(), office="CN008001")
        report_trip(world.ports, world.exporter, BATCH, told)
        world.run()
        planned = next(one for one in world.town.answers if one.taken.envelope.type == "MT4402")
        with pytest.raises(Died):  # before the other movement has heard of it
            world.town.post(
                replace(world.ports, store=Mortal(world.store, 2, after=False)), planned
            )
        world.clock.forward(minutes=1)
        assert tell_owed_runs(_elsewhere(world.ports, "cn")) == 1
        world.clock.forward(minutes=1)
        assert tell_owed_runs(world.ports) == 1
        aboard = describe_run(world.ports, TENANT, BATCH)
        assert [row.refused for row in aboard.reports if row.answer] == [()]
        assert {world.procedures(one.movement)["cn-exit"] for one in aboard.aboard} == {"closed"}


class Keyless:
    """The keys of a machine that a party's key was never copied to."""

    def __init__(self, keys) -> None:
        self._keys = keys

    def __getattr__(self, name):
        return getattr(self._keys, name)

    def signer(self, key):
        raise NotFound(Finding(code="key.unknown", value=key))


def test_an_answer_whose_consequence_others_can_sign_is_not_refused(tmp_path):
    """To the office, *not found* would mean that nobody knows its message."""
    with closing(World(tmp_path)) as world:
        world.town.held.add("MT2401")
        movement = world.submit(world.declaration()).movement
        world.run()
        held = next(one for one in world.town.answers if one.taken.envelope.type == "MT2401")
        with pytest.raises(Elsewhere) as other:
            world.town.post(replace(world.ports, keys=Keyless(world.keys)), held)
        assert [one.code for one in other.value.findings] == ["key.unknown"]
        known = world.store.answers(movement)
        world.post(held)
        assert len(world.store.answers(movement)) == len(known) + 1
