"""Every declaration of the public test pack through a whole gateway, to the end one expects.

The offices are the simulated ones, the store, packs, keys and use cases those of production.
"""

from hashlib import sha256

import pytest

from gateway.domain.message import MessageState
from gateway.pipeline.convert import fill_placeholders
from tests.interop import samples
from tests.world import World

ENDS = {
    "cleared": ("completed", "closed", {"CC015C", "CD001C", "CD118C", "CD006C", "CD018C"}),
    "cleared over an office of exit": (
        "completed",
        "closed",
        {"CC015C", "CD001C", "CD160C", "CD118C", "CD168C", "CD006C", "CD018C"},
    ),
    "waiting for presentation": ("pre-lodged", "lodged", {"CC015C"}),
}
"""State of the movement, of the transit procedure, and the messages that were sent."""

CASES = [
    *((samples.declaration(one["name"]), one["end"]) for one in samples.EXPECTED),
    *zip(samples.OWN, ("cleared", "cleared over an office of exit"), strict=True),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("world"))
    yield world
    world.close()


@pytest.mark.parametrize(("path", "end"), CASES, ids=[path.stem for path, _ in CASES])
def test_the_end(path, end, world):
    if not path.exists():
        pytest.skip("the public test files are not here")
    world.clock.forward(minutes=7)
    raw = fill_placeholders(path.read_bytes(), world.clock.now())
    reference = world.submit(raw, sha256(raw).hexdigest()).movement
    world.run()
    state, procedure, sent = ENDS[end]
    assert world.store.movement(reference).state == state
    assert world.procedures(reference) == {"ctc-transit": procedure}
    messages = world.messages(reference)
    acknowledged = {key for key, one in messages.items() if one.state is MessageState.ACKNOWLEDGED}
    assert {message.type for key, message in messages.items() if key in acknowledged} == sent
    if state == "completed":
        assert len(world.store.numbers(reference)) == 1


def test_a_refusal_can_be_provoked(world):
    raw = fill_placeholders((samples.ROOM / "own" / "plain.xml").read_bytes(), world.clock.now())
    raw = raw.replace(b"<LRN>FR", b"<LRN>REFUSE").replace(b"REFUSE2611", b"REFUSE")
    reference = world.submit(raw, sha256(raw).hexdigest()).movement
    world.run()
    assert world.procedures(reference) == {"ctc-transit": "refused"}


def test_one_message_to_an_administration(world):
    """Out through Belfast and back to Dover: the transit office hears, the destination too."""
    raw = fill_placeholders((samples.ROOM / "own" / "plain.xml").read_bytes(), world.clock.now())
    raw = raw.replace(b"XI000081", b"GB000060")
    reference = world.submit(raw, sha256(raw).hexdigest()).movement
    world.run()
    messages = world.messages(reference).values()
    went = {(one.type, one.office) for one in messages}
    assert {("CD050C", "XI000142"), ("CD001C", "GB000060")} <= went
    assert {one.state for one in messages} == {MessageState.ACKNOWLEDGED}
    assert world.store.movement(reference).state == "completed"
