"""Offices that behave badly for one message, or receipt wrongly: only that stream waits, nothing
wrong is believed, and with an honest repeat everything is at its end.

The offices are the simulated ones; what they say is spoiled on its way back.
"""

import json
from base64 import b64decode, b64encode
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.audit.exchange import make_receipt, read_receipt, read_reply, spell_seal, write_reply
from gateway.domain.delivery import LinkKind, Outcome
from gateway.domain.message import MessageState
from gateway.usecases.attention import attention
from tests.world import TENANT, World

pytestmark = pytest.mark.full
FIRST_TIMES = 3
BOTH = {"CQ-2026-000117": "CQ-2026-000118"}


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.close()


class Doctored:
    """The town's courier, with replies to one type of message spoiled the first times."""

    def __init__(self, world, kind, spoil):
        self.seen = Counter()
        self._town = world.town
        self._world = world
        self._kind = kind
        self._spoil = spoil

    def carry(self, link, parcels, *_):
        replies = list(self._town.carry(link, parcels))
        for reply in replies:
            message = self._world.store.message(reply.message)
            self.seen[message.type] += message.type == self._kind
            if message.type == self._kind and self.seen[self._kind] <= FIRST_TIMES:
                yield self._spoil(self._world, reply)
            else:
                yield reply


def spoiled(reply, receipt, key, link):
    content = make_receipt(receipt)
    paper = replace(read_reply("receipt", reply.content), content=content)
    paper = replace(paper, seal=spell_seal(link, key.sign(content)))
    return replace(reply, content=write_reply("receipt", paper))


def told(world, reply):
    receipt = read_receipt(read_reply("receipt", reply.content).content)
    return receipt, world.town.systems[receipt.link].spec.key


def lost(_world, reply):
    return replace(reply, status=0, content=b"", error="connection-lost")


def poison(_world, reply):
    return replace(reply, status=500, content=b"")


def of_another_message(world, reply):
    receipt, key = told(world, reply)
    return spoiled(reply, replace(receipt, message="msg_0"), key, receipt.link)


def of_other_bytes(world, reply):
    receipt, key = told(world, reply)
    return spoiled(reply, replace(receipt, digest="0" * 64), key, receipt.link)


def of_another_time(world, reply):
    receipt, key = told(world, reply)
    old = datetime(2020, 1, 1, tzinfo=UTC)
    return spoiled(reply, replace(receipt, received=old), key, receipt.link)


def of_the_future(world, reply):
    receipt, key = told(world, reply)
    late = receipt.received + timedelta(hours=1)
    return spoiled(reply, replace(receipt, received=late), key, receipt.link)


def of_a_sister_office(world, reply):
    receipt, key = told(world, reply)
    return spoiled(reply, replace(receipt, office="VN0003PJ"), key, receipt.link)


def of_another_link(world, reply):
    receipt, key = told(world, reply)
    return spoiled(reply, replace(receipt, link="lnk_vn0003pj"), key, receipt.link)


def by_a_stranger(world, reply):
    receipt, _ = told(world, reply)
    stranger = next(
        one.spec.key for name, one in world.town.systems.items() if name != receipt.link
    )
    return spoiled(reply, receipt, stranger, receipt.link)


def with_a_broken_seal(_world, reply):
    paper = json.loads(reply.content)
    name, _, seal = paper["seal"].partition(":")
    raw = bytearray(b64decode(seal))
    raw[0] ^= 1
    paper["seal"] = f"{name}:{b64encode(bytes(raw)).decode()}"
    return replace(reply, content=json.dumps(paper).encode())


def alerted(world):
    told = {one.finding.code for one in attention(world.ports, TENANT)}
    return "attention.receipt-refused" in told


SPOILED = {
    "the receipt is lost": (lost, Outcome.UNREACHABLE, "connection-lost"),
    "500 for this message": (poison, Outcome.BUSY, "status 500"),
    "receipt of another message": (of_another_message, Outcome.UNCLEAR, "receipt.other-message"),
    "receipt of other bytes": (of_other_bytes, Outcome.UNCLEAR, "receipt.other-message"),
    "receipt of another time": (of_another_time, Outcome.UNCLEAR, "receipt.wrong-time"),
    "receipt of the future": (of_the_future, Outcome.UNCLEAR, "receipt.wrong-time"),
    "receipt of a sister office": (of_a_sister_office, Outcome.UNCLEAR, "receipt.other-message"),
    "receipt of another link": (of_another_link, Outcome.UNCLEAR, "receipt.other-message"),
    "receipt by a stranger": (by_a_stranger, Outcome.UNCLEAR, "seal.wrong"),
    "receipt with a broken seal": (with_a_broken_seal, Outcome.UNCLEAR, "seal.wrong"),
}


@pytest.mark.parametrize(("spoil", "outcome", "detail"), SPOILED.values(), ids=SPOILED.keys())
def test_only_that_stream_waits_and_nothing_wrong_is_believed(world, spoil, outcome, detail):
    doctored = Doctored(world, "OLA", spoil)
    world.ports = replace(world.ports, couriers={LinkKind.PUSH: doctored})
    movement = world.submit(world.declaration()).movement
    for _ in range(FIRST_TIMES):
        world.run()
        messages = {one.type: one for one in world.store.messages(movement)}
        assert messages["OLA"].state is MessageState.DUE
        # its answer may be there, so OLC is due; the stream keeps it behind all the same
        assert messages["OLC"].attempts == 0
        assert messages["DecMessage"].state is MessageState.ACKNOWLEDGED  # the others go on
        assert alerted(world) is (outcome is Outcome.UNCLEAR)
        world.clock.forward(minutes=1)
    world.run()
    assert not alerted(world)
    ola = next(one for one in world.store.messages(movement) if one.type == "OLA")
    tries = world.store.attempts(ola.id)
    assert [(one.outcome, one.detail) for one in tries] == [
        *[(outcome, detail)] * FIRST_TIMES,
        (Outcome.ACKNOWLEDGED, "status 200"),
    ]
    taken = world.town.systems[ola.link].known(ola.id)
    assert world.store.body(ola.receipt).content == write_reply("receipt", taken.receipt)
    effects = Counter((one["id"], one["effect"]) for one in world.effects())
    assert set(effects.values()) == {1}
    assert world.store.movement(movement).state == "released"


def test_receipts_swapped_between_two_messages_are_refused(world):
    first = world.submit(world.declaration(), "k1").movement
    second = world.submit(world.declaration(texts=BOTH), "k2").movement

    class Swapping:
        swapped = False

        def carry(self, link, parcels, *_):
            replies = list(world.town.carry(link, parcels))
            if len(replies) == 2 and not self.swapped:
                self.swapped = True
                one, two = replies
                replies = [replace(one, content=two.content), replace(two, content=one.content)]
            yield from replies

    swapping = Swapping()
    world.ports = replace(world.ports, couriers={LinkKind.PUSH: swapping})
    world.run()
    assert swapping.swapped
    world.clock.forward(minutes=1)
    world.run()
    refused = [
        one.detail
        for movement in (first, second)
        for message in world.store.messages(movement)
        for one in world.store.attempts(message.id)
        if one.outcome is not Outcome.ACKNOWLEDGED
    ]
    assert refused == ["receipt.other-message"] * 2
    assert [world.store.movement(one).state for one in (first, second)] == ["released"] * 2
