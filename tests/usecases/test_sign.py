"""A message is signed by whom it is owed by, over exactly what was handed out to them."""

from contextlib import closing
from dataclasses import replace

import pytest

from gateway.domain.errors import NotAllowed, NotFound, Refused
from gateway.domain.message import MessageState
from gateway.markup import signature
from gateway.usecases.sign import attach_signature, to_be_signed
from tests.usecases.test_raced import raced
from tests.world import World

MANIFEST = ("CN00X001", "MT2401")


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A manifest awaits its broker, who gave no mandate."""
    folder = tmp_path_factory.mktemp("sign")
    with closing(World(folder, mandates=("exporter", "carrier", "importer"))) as world:
        world.movement = world.submit(world.declaration()).movement
        yield world


@pytest.fixture
def world(begun, tmp_path):
    with closing(begun.copied(tmp_path)) as copied:
        copied.manifest = copied.messages(begun.movement)[MANIFEST]
        copied.broker = replace(copied.exporter, party=copied.parties["broker"])
        yield copied


def signed(world, content=None, by="broker"):
    _, handed_out = to_be_signed(world.ports, world.broker, world.manifest.id)
    return signature.sign(content or handed_out, world.keys.signer(by), world.clock.now())


def awaits(world):
    return world.store.message(world.manifest.id).state is MessageState.AWAITING_SIGNATURE


STRANGERS = {
    "another party": (
        lambda world: replace(world.broker, party=world.parties["importer"]),
        NotAllowed,
        "signature.not-your-message",
    ),
    "another tenant": (
        lambda world: replace(world.broker, tenant="another"),
        NotFound,
        "message.unknown",
    ),
}


@pytest.mark.parametrize(("stranger", "error", "code"), STRANGERS.values(), ids=STRANGERS)
def test_nobody_else_sees_or_signs_it(world, stranger, error, code):
    caller, genuine = stranger(world), signed(world)
    for act in (
        lambda: to_be_signed(world.ports, caller, world.manifest.id),
        lambda: attach_signature(world.ports, caller, world.manifest.id, genuine),
    ):
        with pytest.raises(error) as refused:
            act()
        assert [one.code for one in refused.value.findings] == [code]
    assert awaits(world)


def test_their_signature_over_other_content_is_not_sent(world):
    """What the broker signed, but not what the gateway asked about."""
    _, asked = to_be_signed(world.ports, world.broker, world.manifest.id)
    other = asked.replace("桂AK217挂".encode(), "桂AK218挂".encode())
    assert other != asked
    with pytest.raises(Refused) as refused:
        attach_signature(world.ports, world.broker, world.manifest.id, signed(world, content=other))
    assert [one.code for one in refused.value.findings] == ["signature.other-content"]
    assert awaits(world)


def test_a_certificate_that_ended_signs_no_more(world):
    world.clock.forward(days=366)
    with pytest.raises(Refused):
        attach_signature(world.ports, world.broker, world.manifest.id, signed(world))
    assert awaits(world)


def test_their_signature_makes_it_due(world):
    sent = attach_signature(world.ports, world.broker, world.manifest.id, signed(world))
    assert sent.state is MessageState.DUE
    assert sent.signed_by.startswith(world.parties["broker"] + "#")


def test_two_who_sign_at_once_give_it_one_place(world):
    """It may be on its way by then: signed anew it would be another message, in another place."""
    one, other = signed(world), signed(world)
    ports = raced(
        *(world, "message"),
        lambda: attach_signature(world.ports, world.broker, world.manifest.id, one),
    )
    with pytest.raises(NotFound) as later:
        attach_signature(ports, world.broker, world.manifest.id, other)
    assert [one.code for one in later.value.findings] == ["message.not-awaiting-signature"]
    kept = world.store.message(world.manifest.id)
    assert (kept.state, kept.place) == (MessageState.DUE, 1)
