"""WCO declarations through a whole gateway, and onward to a member of ASEAN."""

from hashlib import sha256

import pytest

from gateway.domain.message import MessageState
from gateway.domain.route_offices import RouteOffices
from gateway.usecases.submit import submit
from tests.interop import samples
from tests.packs import prepared_asean, prepared_wco
from tests.world import World

OWN = samples.ROOM / "own" / "wco.xml"
CASES = [
    *((samples.wco(row["name"]), row["end"]) for row in samples.WCO_EXPECTED if "end" in row),
    (OWN, "cleared"),
]
ENDS = {
    "cleared": ("completed", "closed", 1),
    "waiting for presentation": ("pre-lodged", "lodged", 0),
}
"""State of the movement, of the procedure, and official numbers given."""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    more = {"XW": ("XW00X001",), "LA": ("LA00X002",)}
    world = World(tmp_path_factory.mktemp("world"), more=more)
    yield world
    world.close()


def handed_in(world, raw, route):
    key = sha256(raw).hexdigest()
    done = submit(world.ports, raw, world.exporter, idempotency_key=key, along=route)
    world.run()
    return done.movement


@pytest.mark.parametrize(("path", "end"), CASES, ids=[path.stem for path, _ in CASES])
def test_the_end(path, end, world):
    if not path.exists():
        pytest.skip("the public test files are not here")
    reference = handed_in(world, path.read_bytes(), prepared_wco.ROUTE)
    state, procedure, numbers = ENDS[end]
    assert world.store.movement(reference).state == state
    assert world.procedures(reference) == {"wco-declaration": procedure}
    assert len(world.store.numbers(reference)) == numbers


PROVOKED = {"REFUSE": "refused", "CONTROL": "under-control"}


@pytest.mark.parametrize("word", PROVOKED)
def test_an_end_can_be_provoked(word, world):
    raw = OWN.read_bytes().replace(b"OWN WCO 1", word.encode())
    reference = handed_in(world, raw, prepared_wco.ROUTE)
    assert world.procedures(reference) == {"wco-declaration": PROVOKED[word]}


def test_a_repeat_gives_the_movement_there_is(world):
    raw = OWN.read_bytes().replace(b"OWN WCO 1", b"REPEATED")
    first = handed_in(world, raw, prepared_wco.ROUTE)
    assert handed_in(world, raw, prepared_wco.ROUTE) == first


def test_onward_to_vientiane(world):
    raw = OWN.read_bytes().replace(b"OWN WCO 1", b"ONWARD")
    route = RouteOffices(name="", stops=prepared_asean.OFFICES)
    reference = handed_in(world, raw, route)
    record = ("LA00X002", "AnticipatedRecord")
    assert world.messages(reference)[record].state is MessageState.WAITING
    world.clock.forward(hours=2)
    world.report(reference, "departed", "XW00X001")
    world.run()
    assert world.messages(reference)[record].state is MessageState.ACKNOWLEDGED
    assert world.procedures(reference) == {"wco-declaration": "closed", "asean-transit": "closed"}
    assert world.store.movement(reference).state == "completed"
