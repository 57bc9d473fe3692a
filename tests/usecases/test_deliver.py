"""Draining a link: nothing that was committed before a lease ended is left lying."""

from dataclasses import replace

import pytest

from gateway.domain.message import MessageState
from gateway.markup import signature
from gateway.usecases.deliver import deliver
from tests.bench.load import plain
from tests.world import World


class Releasing:
    """A store at which something happens just before a lease is given back."""

    def __init__(self, store, happening) -> None:
        self._store = store
        self._happening = happening

    def __getattr__(self, name):
        return getattr(self._store, name)

    def release(self, link, fence):
        if self._happening is not None:
            self._happening, happen = None, self._happening
            happen()
        self._store.release(link, fence)


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


def due(world) -> list[str]:
    return [one.link for one in world.store.messages_in_state(MessageState.DUE)]


def test_what_comes_while_the_lease_is_still_held_is_sent_without_another_knock(world):
    world.submit(world.declaration())
    link = due(world)[0]
    text = plain(world.shipped.read_text("utf-8"), "SECOND")
    another = signature.sign(text, world.keys.signer("exporter"), world.clock.now())
    taken = []

    def declare():
        world.submit(another, "second")
        taken.append(world.store.lease(link, "somebody else", 4.0))  # knocks in vain

    ports = replace(world.ports, store=Releasing(world.store, declare))
    assert deliver(ports, link, "worker") == 2
    assert taken == [None]
    assert link not in due(world)


def test_a_link_with_nothing_due_is_not_leased(world):
    link = world.store.links()[0]
    assert deliver(world.ports, link.id, "worker") == 0
    assert world.store.link(link.id).fence == link.fence
